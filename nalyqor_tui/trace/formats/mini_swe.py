"""mini-SWE-agent trajectories: `mini-swe-agent-1.1`, and those before it, a list of messages or one with `info`.

The model writes a command (as a call, or in a block of its text); what the harness writes back is in a message of
the user: the output of the command, or a complaint. Only the first such message is the user's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.formats.logprobs import Answer, margin, tokens
from nalyqor_tui.trace.formats.messages import Call, Result, Said, responses, text
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

NAME = "mini-swe-agent"
TITLE = "mini-SWE-agent trajectories"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the messages before the decision, which is what this agent sends"),
    confirmations=Can("observed", "what a person refused; that a command was allowed is not logged"),
    retrieval=Can("absent"),
    margin=Can("observed", "where the raw response was kept, with log-probabilities"),
)
TESTED = "a real file, and own files made after the library's code"
_BLOCK = re.compile(r"```(?:mswea_bash_command|bash)\s*\n(.*?)\n```", re.DOTALL)
_OUTPUT = re.compile(r"\s*<returncode>(-?\d+)</returncode>")


def score(sample: Sample) -> float:
    """Return 1 for a file that names this format; look for its commands and outputs in older ones."""
    if not sample.whole or not sample.values:
        return 0.0
    value = sample.values[0]
    named = at(value, "trajectory_format")
    if isinstance(named, str) and named.startswith("mini-swe-agent"):
        return 1.0
    listed = _messages(value)
    if not listed or not all(isinstance(obj(m).get("role"), str) for m in listed[:3]):
        return 0.0
    if isinstance(value, dict) and "mini_version" in obj(value.get("info")):
        return 0.98
    ran = sum(_output(message) is not None for message in listed[:20])
    asked = sum(_command(message) is not None for message in listed[:20])
    return 0.95 if ran and asked else 0.0


def read(document: Document) -> Reading:
    """Read the one run of a file."""
    value = document.value
    info = obj(at(value, "info"))
    named = txt(at(value, "instance_id")) or txt(at(value, "trajectory_format")) or "run"
    return Reading(
        [SessionDraft(named, lambda: _records(document, named, info))],
        dialect=txt(at(value, "trajectory_format")) or "v1",
    )


def _messages(value: Json) -> list[Json]:
    return value if isinstance(value, list) else arr(at(value, "messages"))


def _records(document: Document, name: str, info: dict[str, Any]) -> Iterable[Placed]:
    scribe = Scribe()
    value, place = document.value, document.place()
    model = txt(at(info, "config", "model", "model_name"))
    scribe.header(place, name, agent_name="mini-swe-agent", agent_version=txt(info.get("mini_version")),
                  request_model=model, source=rest(value, ("messages",)) or None)  # fmt: skip
    listed = _messages(value)
    run = _Run(scribe, place if isinstance(value, list) else place.below("/messages"), listed)
    for index in range(len(listed)):
        run.add(index)
    status = txt(info.get("exit_status"))
    if status:
        scribe.record("end", place.below("/info/exit_status"), status=status)
    return scribe.records


class _Run:
    """Writes the messages of a run, in order."""

    def __init__(self, scribe: Scribe, place: Place, listed: list[Json]) -> None:
        self.scribe, self.place, self.listed = scribe, place, listed
        self.told = False
        self.open: str | None = None  # the call of a command in a text, until its output comes

    def add(self, index: int) -> None:
        message, place = self.listed[index], self.place.below(f"/{index}")
        said = _said(message)
        if said is None:
            self.scribe.unparsed(place, "not a message: no role", message)
            return
        known: dict[str, Any] = {"ts": stamp(at(message, "extra", "timestamp"))}
        output = _output(message)
        if said.role == "assistant":
            self._answer(index, message, said, known)
        elif self.open is not None and output is not None:
            self.scribe.result(place, replace(output, call=self.open), **known)
            self.open = None
        else:
            own = not self.told or str(at(message, "extra", "interrupt_type")).startswith("User")
            if said.role == "user":
                self.told, said = True, said if own else replace(said, role="harness")
            self.scribe.say(place, said, **known)

    def _answer(self, index: int, message: Json, said: Said, known: dict[str, Any]) -> None:
        place = self.place.below(f"/{index}")
        answered = said
        command = _command(message) if not said.calls else None
        self.open = None
        if command is not None:
            self.open = f"command {index}"
            answered = replace(said, calls=(Call("bash", {"command": command}, self.open),))
        self.scribe.step(place, answered, margin=_margin(message, said), **known)
        self._refused(index, answered.calls)

    def _refused(self, index: int, calls: Sequence[Call]) -> None:
        """Write that a person refused the commands, where the log goes on with that."""
        for later in range(index + 1, len(self.listed)):
            message = self.listed[later]
            if obj(message).get("role") == "assistant":
                return
            if at(message, "extra", "interrupt_type") != "UserRejection":
                continue
            for call in calls:
                covers = {"tool": call.name, "arguments": call.arguments}
                asked = self.scribe.record("proposal", self.place.below(f"/{index}{call.pointer}"), **covers)
                self.scribe.record("confirmation", self.place.below(f"/{later}"), op="declined", by="user",
                                   answers=asked, covers=covers, scope="once")  # fmt: skip


def _said(message: Json) -> Said | None:
    value = obj(message)
    if value.get("object") == "response" or isinstance(value.get("output"), list):  # of the Responses API
        pieces = [responses.read(item) or Said("assistant", item) for item in arr(value.get("output"))]
        joined = messages.joined(pieces)
        flat = tuple(replace(call, pointer=f"/output{call.pointer}") for call in joined.calls)
        return replace(joined, calls=flat, more=rest(value, ("output", "role")))
    if responses.is_item(value) and "role" not in value:
        return responses.read(value)
    said = messages.read(message)
    if said is None or said.role != "tool":
        return said
    extra = obj(value.get("extra"))
    failed = bool(extra.get("exception_info"))
    results = tuple(replace(one, status="error" if failed else one.status) for one in said.results)
    return replace(said, results=results)


def _command(message: Json) -> str | None:
    """Return the one command that a message of the model holds, as the harness takes it out."""
    value = obj(message)
    if value.get("role") != "assistant":
        return None
    actions = at(value, "extra", "actions")
    if isinstance(actions, list):
        found = [action if isinstance(action, str) else obj(action).get("command") for action in actions]
    else:
        found = [block.strip() for block in _BLOCK.findall(text(value.get("content")))]
    return found[0] if len(found) == 1 and isinstance(found[0], str) else None


def _output(message: Json) -> Result | None:
    """Return what a command put out, from a message of the user that only the harness writes."""
    value = obj(message)
    if value.get("role") != "user":
        return None
    said = text(value.get("content"))
    extra = obj(value.get("extra"))
    shown = _OUTPUT.match(said)
    if shown is None and "returncode" not in extra:
        return None
    more = rest(value, ("role", "content"))
    if shown is not None and "returncode" not in extra:
        more["returncode"] = int(shown.group(1))
    return Result(
        value.get("content"), None, "bash", "error" if extra.get("exception_info") else None, "", more
    )


def _margin(message: Json, said: Said) -> dict[str, Any] | None:
    choice = at(message, "extra", "response", "choices", 0)
    return margin([Answer(said, tokens(at(choice, "logprobs")))])
