"""SWE-agent trajectories (`.traj`): what each step did in `trajectory`, what was said in `history`.

An action in a text is a command for the shell; one of function calling names its tool. Only the first message of
the user is the user's own, the others are what the shell put out; demonstrations are neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.formats.messages import Call, Result, Said
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Heard, Scribe
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

NAME = "swe-agent"
TITLE = "SWE-agent trajectories"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the history before the decision; exact where each step holds its query"),
    confirmations=Can("absent"),
    retrieval=Can("absent"),
    margin=Can("absent"),
)
TESTED = "real files"
_STEP = frozenset({"action", "observation", "response", "query", "messages"})
_SENT = ("query", "messages")


def score(sample: Sample) -> float:
    """Return 1 for steps with their action and observation; less for a history alone that marks its actions."""
    if not sample.whole or not sample.values or not isinstance(sample.values[0], dict):
        return 0.0
    value = sample.values[0]
    steps = arr(value.get("trajectory"))
    if steps and all(isinstance(s, dict) and {"action", "observation"} <= set(s) for s in steps[:5]):
        return 1.0
    history = arr(value.get("history"))[:20]
    return (
        0.97 if any(isinstance(h, dict) and {"role", "agent", "action"} <= set(h) for h in history) else 0.0
    )


def read(document: Document) -> Reading:
    """Read the one run of a file."""
    value = document.value
    name = txt(at(value, "environment")) or "run"
    exact = any(isinstance(at(step, key), list) for step in arr(at(value, "trajectory")) for key in _SENT)
    context = Can("exact", "each step holds its query") if exact else FIDELITY.context
    return Reading(
        [SessionDraft(name, lambda: _records(document, name))], fidelity=replace(FIDELITY, context=context)
    )


def _records(document: Document, name: str) -> Iterable[Placed]:
    scribe = Scribe()
    value, place = document.value, document.place()
    scribe.header(place, name, agent_name="SWE-agent", source=rest(value, ("trajectory", "history")) or None)
    _Run(scribe, place, arr(at(value, "history")), arr(at(value, "trajectory"))).write()
    if (status := txt(at(value, "info", "exit_status"))) is not None:
        scribe.record("end", place.below("/info/exit_status"), status=status)
    return scribe.records


class _Run:
    """Writes a run; where history and trajectory do not go together step by step, the trajectory is the run."""

    def __init__(self, scribe: Scribe, place: Place, history: list[Json], steps: list[Json]) -> None:
        self.scribe, self.place, self.history, self.steps = scribe, place, history, steps
        self.told = False
        self.open: list[str | None] = []

    def write(self) -> None:
        """Write all messages and steps, in order."""
        answers = [n for n, message in enumerate(self.history) if _answers(message)]
        together = not self.steps or len(answers) == len(self.steps)
        last = len(self.history) if together or not answers else answers[0]
        nth = 0
        for index, message in enumerate(self.history[:last]):
            at_message = self.place.below(f"/history/{index}")
            if _answers(message):
                self._finish(nth)
                self._step(nth, message, at_message)
                nth += 1
            else:
                self._heard(message, at_message, nth)
        self._finish(nth)
        for index in range(nth, len(self.steps)):
            self._step(index, None, self.place.below(f"/trajectory/{index}"))
            self._finish(index + 1)
        for index in range(last, len(self.history)):
            self.scribe.keep(self.place.below(f"/history/{index}"), "swe-agent:history", self.history[index])

    def _step(self, nth: int, message: Json, place: Place) -> None:
        step = obj(self.steps[nth]) if nth < len(self.steps) else {}
        if message is None and not step:
            self.scribe.unparsed(place, "not a step", self.steps[nth])
            return
        known: dict[str, Any] = {"source": rest(step, _STEP) or None}
        sent = next((key for key in _SENT if isinstance(step.get(key), list)), None)
        if sent is not None:
            at_sent = self.place.below(f"/trajectory/{nth}/{sent}")
            known["context"] = self.scribe.window(at_sent, _sent(step[sent], at_sent))
        said = _answer(obj(message), step, nth)
        self.scribe.step(place, said, **known)
        self.open = [call.id for call in said.calls]

    def _heard(self, message: Json, place: Place, nth: int) -> None:
        said = messages.read(message)
        if said is None:
            self.scribe.unparsed(place, "not a message: no role", message)
            return
        if said.role == "tool" or (said.role == "user" and self.open and not obj(message).get("is_demo")):
            named = said.results[0] if said.results else Result(said.content, more=said.more)
            ids = arr(obj(message).get("tool_call_ids"))
            call = (
                next((txt(one) for one in ids if txt(one)), None)
                or named.call
                or (self.open[0] if self.open else None)
            )
            self._result(place, replace(named, call=call), nth)
            return
        if said.role == "user":
            own = not self.told and not obj(message).get("is_demo")
            self.told = self.told or own
            said = said if own else replace(said, role="harness")
        self.scribe.say(place, said)

    def _result(self, place: Place, result: Result, nth: int) -> None:
        """Write what the model was told; what the step observed is kept beside it where it differs."""
        observed = at(self.steps, nth - 1, "observation") if nth else None
        if isinstance(observed, str) and observed and observed not in str(result.value):
            result = replace(result, more={**result.more, "observation": observed})
        self.scribe.result(place, result)
        self.open = [one for one in self.open if one != result.call]

    def _finish(self, nth: int) -> None:
        """Write the result of the step before, where only the step holds it (as of the last one)."""
        observed = at(self.steps, nth - 1, "observation") if nth else None
        if self.open and isinstance(observed, str):
            place = self.place.below(f"/trajectory/{nth - 1}/observation")
            self.scribe.result(place, Result(observed, self.open[0]))
        self.open = []


def _answers(message: Json) -> bool:
    return isinstance(message, dict) and message.get("role") == "assistant" and not message.get("is_demo")


def _sent(listed: list[Json], place: Place) -> list[Heard]:
    heard = []
    for index, message in enumerate(listed):
        heard.append((messages.read(message) or Said("unknown", message), place.below(f"/{index}")))
    return heard


def _answer(message: dict[str, Json], step: dict[str, Json], nth: int) -> Said:
    """Return what the model said and did: the calls of its message, or its action as a command."""
    said = messages.read(message) if message else None
    if said is None:
        said = Said("assistant", step.get("response"))
    more = {key: part for key, part in said.more.items() if key not in ("action", "tool_call_ids")}
    if isinstance(thought := more.get("thought"), str) and thought in str(said.content):
        del more["thought"]
    response = step.get("response")
    if isinstance(response, str) and response not in str(said.content):
        more["response"] = response
    said = replace(said, more=more)
    action = txt(step.get("action")) or txt(message.get("action"))
    if said.calls and action:  # as it was put to the shell
        said = replace(said, more={**more, "action": action})
    if said.calls or action is None:
        return said
    return replace(said, calls=(Call("bash", {"command": action}, f"action {nth + 1}"),))
