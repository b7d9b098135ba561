"""ATIF, the Agent Trajectory Interchange Format of Harbor (v1.0 to v1.8): steps of system, user and agent.

A step that was copied from an earlier trajectory is context here, not a decision again. A sub-agent's trajectory is
a session of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.messages import Call, Piece, Result, Said, unwrapped
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, stamp, txt, whole
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed, token
from nalyqor_tui.trace.records import Json

NAME = "atif"
TITLE = "ATIF trajectories"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the steps before the decision, copied ones included"),
    confirmations=Can("absent", "only what was said"),
    retrieval=Can("absent", "scores may stand beside a result, in its extra"),
    margin=Can("absent", "log-probabilities of the sampled tokens alone"),
)
TESTED = "real files"
_VERSION = re.compile(r"ATIF-v(\d+)\.(\d+)")
_LAST = 8
_ROLES = {"system": "system", "user": "user"}
_MOVED = ("steps", "subagent_trajectories")


def score(sample: Sample) -> float:
    """Return 1 for values that name the format; a little less for an object of them."""
    values = list(sample.values)
    if sample.whole and values and isinstance(values[0], list):
        values = values[0][:20]
    if not values:
        return 0.0
    named = sum(_is_trajectory(value) for value in values)
    if named:
        return named / len(values)
    return 0.97 if sample.whole and _wrapped(values[0]) else 0.0


def read(document: Document) -> Reading:
    """Find the trajectories of a file, each sub-agent's after its parent's."""
    return gather([document])[0][0]


def gather(documents: Sequence[Document]) -> list[tuple[Reading, Sequence[Document]]]:
    """Unite the files of one run: continuations and sub-agents name the same session."""
    sets: dict[str, list[tuple[Document, list[_Found]]]] = {}
    for document in documents:
        found = [one for value, place in document.items() for one in _find(value, place, None)]
        run = next((one.run for one in found if one.run), "")
        sets.setdefault(run or f"/{document.name}", []).append((document, found))
        if len(documents) > 1:
            document.forget()
    out: list[tuple[Reading, Sequence[Document]]] = []
    for members in sets.values():
        names = Names()
        drafts = [_draft(document, one, names) for document, found in members for one in found]
        warnings = [each for document, found in members for one in found for each in _warnings(one, members)]
        out.append((Reading(drafts, warnings=warnings), [document for document, _ in members]))
    return out


@dataclass(frozen=True, slots=True)
class _Found:
    """A trajectory: where it stands, what it is called, and the one that it was started from."""

    place: Place
    name: str
    run: str
    parent: str | None
    version: str
    goes_on: str | None


def _is_trajectory(value: Json) -> bool:
    named = at(value, "schema_version")
    return isinstance(named, str) and named.startswith("ATIF-v")


def _wrapped(value: Json) -> bool:
    return isinstance(value, dict) and bool(value) and all(_is_trajectory(part) for part in value.values())


def _find(value: Json, place: Place, parent: str | None) -> Iterator[_Found]:
    if _wrapped(value):
        first = next(iter(value.values()))
        for key, part in value.items():
            over = None if part is first else _name(first)
            yield from _find(part, place.below(f"/{token(key)}"), over)
        return
    trajectory = obj(value)
    extra = at(value, "agent", "extra", "parent_session_id")
    run = txt(trajectory.get("session_id")) or ""
    parent = parent or txt(extra)
    yield _Found(place, _name(trajectory), run, parent, str(trajectory.get("schema_version")),
                 txt(trajectory.get("continued_trajectory_ref")))  # fmt: skip
    for index, part in enumerate(arr(trajectory.get("subagent_trajectories"))):
        yield from _find(part, place.below(f"/subagent_trajectories/{index}"), _name(trajectory))


def _name(trajectory: Json) -> str:
    own = txt(at(trajectory, "trajectory_id")) or txt(at(trajectory, "session_id")) or "trajectory"
    nth = whole(at(trajectory, "agent", "extra", "continuation_index"))
    return f"{own} continued {nth}" if nth else own


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads one trajectory."""

    document: Document
    found: _Found
    name: str

    def __call__(self) -> Iterable[Placed]:
        return _records(self.document, self.found, self.name)


def _draft(document: Document, found: _Found, names: Names) -> SessionDraft:
    name = names.unique(found.name)
    return SessionDraft(name, _Load(document, found, name))


def _warnings(found: _Found, members: Sequence[tuple[Document, Any]]) -> Iterator[Phrase]:
    version = _VERSION.fullmatch(found.version)
    if version is None or version.group(1) != "1" or int(version.group(2)) > _LAST:
        yield phrase("{v} is newer than what this program knows", v=found.version)
    if found.goes_on and len(members) == 1:
        yield phrase(
            "{name} goes on in {file}, which is not opened here", name=found.name, file=found.goes_on
        )


def _records(document: Document, found: _Found, name: str) -> Iterable[Placed]:
    scribe = Scribe()
    value, place = document.item(found.place)
    if not _is_trajectory(value):
        scribe.unparsed(place, "not a trajectory: no schema_version", value)
        return scribe.records
    agent = obj(value.get("agent"))
    source = rest(value, _MOVED) | ({"parent": found.parent} if found.parent else {})
    scribe.header(place, name, agent_name=txt(agent.get("name")), agent_version=txt(agent.get("version")),
                  request_model=txt(agent.get("model_name")), source=source)  # fmt: skip
    for index, step in enumerate(arr(value.get("steps"))):
        _step(scribe, place.below(f"/steps/{index}"), step)
    return scribe.records


def _step(scribe: Scribe, place: Place, step: Json) -> None:
    value = obj(step)
    source = value.get("source")
    if not isinstance(source, str) or source not in ("system", "user", "agent"):
        scribe.unparsed(place, "a step without a source that is known", step)
        return
    said = _said(value, "assistant" if source == "agent" else _ROLES[source])
    known: dict[str, Any] = {"ts": stamp(value.get("timestamp"))}
    if source != "agent":
        scribe.say(place, said, **known)
    elif value.get("is_copied_context") is True:
        scribe.history(place, said, **known)
    else:
        told = rest(value, (*_STEP, "is_copied_context"))
        scribe.step(place, said, source=told or None, **known)
    if value.get("observation") is not None:
        _observed(scribe, place.below("/observation"), value["observation"], said.calls, known)


_STEP = frozenset(
    {"step_id", "timestamp", "source", "message", "reasoning_content", "tool_calls", "observation"}
)


def _said(value: dict[str, Json], role: str) -> Said:
    message = value.get("message")
    content = unwrapped(message) if isinstance(message, list) else message
    pieces = [_call(call, f"/tool_calls/{index}") for index, call in enumerate(arr(value.get("tool_calls")))]
    calls = tuple(piece for piece in pieces if isinstance(piece, Call))
    unread = tuple(piece for piece in pieces if isinstance(piece, Piece))
    thought = txt(value.get("reasoning_content"))
    copied = value.get("is_copied_context")
    more: dict[str, Any] = {"step_id": value.get("step_id")}
    if role != "assistant" or copied is True:
        more |= rest(value, _STEP)
    return Said(role, content, calls, reasoning=thought, unread=unread, more=more)


def _call(call: Json, pointer: str) -> Call | Piece:
    value = obj(call)
    name = txt(value.get("function_name"))
    if name is None:
        return Piece("a tool call without a function's name", call, pointer)
    more = rest(value, ("tool_call_id", "function_name", "arguments"))
    return Call(name, value.get("arguments"), txt(value.get("tool_call_id")), pointer, more)


def _observed(
    scribe: Scribe, place: Place, observation: Json, calls: Sequence[Call], known: dict[str, Any]
) -> None:
    """Write what came back; results that name no call are paired only where there is one for each call."""
    results = at(observation, "results")
    if not isinstance(results, list):
        scribe.unparsed(place, "an observation without results", observation)
        return
    in_order = len(results) == len(calls) and not any(at(result, "source_call_id") for result in results)
    for index, result in enumerate(results):
        value, where = obj(result), place.below(f"/results/{index}")
        content = value.get("content")
        content = unwrapped(content) if isinstance(content, list) else content
        call = txt(value.get("source_call_id")) or (calls[index].id if in_order else None)
        more = rest(value, ("source_call_id", "content"))
        if call is None:
            scribe.message(where, Said("harness", content, more=more), **known)
        else:
            scribe.result(where, Result(content, call, more=more), **known)
    if beside := rest(observation, ("results",)):
        scribe.keep(place, "atif:observation", beside)
