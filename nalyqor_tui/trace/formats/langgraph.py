"""The state history of a LangGraph thread: checkpoints as `get_state_history` gives them, in lines or an array.

A checkpoint holds the whole state after a step. What a step added to the messages is what happened in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats import interrupts, messages
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.messages import Call
from nalyqor_tui.trace.formats.pick import arr, at, decoded, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.runs.approvals import Desk
from nalyqor_tui.trace.formats.runs.once import Once
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

NAME = "langgraph"
TITLE = "LangGraph state history"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the state of each step is exact; what a node put into a prompt is not recorded"),
    confirmations=Can(
        "observed", "interrupts; the answer only where a checkpoint holds what it was resumed with"
    ),
    retrieval=Can("absent", "what a look-up put into the state is kept as it is"),
    margin=Can("absent"),
)
TESTED = "files made by the library itself"

_MESSAGES = ("messages",)


def score(sample: Sample) -> float:
    """Count the share of checkpoints: values beside the configuration that names thread and checkpoint."""
    found = sample.objects
    return sum(map(_is_checkpoint, found)) / len(found) if found else 0.0


def read(document: Document) -> Reading:
    """Find the threads, and the branches in each: a branch that was left is a session of its own."""
    points: dict[str, list[_Point]] = {}
    lost: list[tuple[Json, Place]] = []
    for value, place in document.items():
        if _is_checkpoint(value):
            point = _point(value, place)
            points.setdefault(point.thread, []).append(point)
        else:
            lost.append((value, place))
    drafts: list[SessionDraft] = []
    names = Names()
    for thread, listed in points.items():
        for index, branch in enumerate(_branches(listed)):
            name = names.unique(thread if not index else f"{thread} left at {branch.forked}")
            drafts.append(SessionDraft(name, _Load(document, name, branch)))
    if lost:
        drafts.append(SessionDraft(names.unique("unparsed"), lambda: _unparsed(lost)))
    return Reading(drafts, warnings=_warnings(points))


@dataclass(frozen=True, slots=True)
class _Point:
    """A checkpoint: which one, after which, when, and where it stands."""

    thread: str
    id: str
    parent: str | None
    when: str
    step: int
    place: Place


@dataclass(frozen=True, slots=True)
class _Branch:
    """The checkpoints of a run in order; `forked` is the last that it shares with the branch that went on."""

    points: Sequence[_Point]
    forked: str | None = None


def _is_checkpoint(value: Json) -> bool:
    if not isinstance(value, dict) or "values" not in value or not isinstance(value.get("metadata"), dict):
        return False
    return isinstance(at(value, "config", "configurable", "checkpoint_id"), str)


def _point(value: dict[str, Json], place: Place) -> _Point:
    config = obj(at(value, "config", "configurable"))
    thread, below = txt(config.get("thread_id")) or "thread", txt(config.get("checkpoint_ns"))
    step = at(value, "metadata", "step")
    return _Point(
        f"{thread} {below}" if below else thread,
        str(config.get("checkpoint_id")),
        txt(at(value, "parent_config", "configurable", "checkpoint_id")),
        txt(value.get("created_at")) or "",
        step if isinstance(step, int) else -2,
        place,
    )


def _branches(points: Sequence[_Point]) -> list[_Branch]:
    """Return the branch that ends in the newest checkpoint, and then what was left on the way to the others."""
    ordered = sorted(points, key=lambda point: (point.when, point.step))
    by_id = {point.id: point for point in ordered}
    parents = {point.parent for point in ordered}
    leaves = [point for point in reversed(ordered) if point.id not in parents]
    taken: set[str] = set()
    out: list[_Branch] = []
    for leaf in leaves or ordered[-1:]:
        line: list[_Point] = []
        point: _Point | None = leaf
        while point is not None and point.id not in taken:
            taken.add(point.id)
            line.append(point)
            point = by_id.get(point.parent) if point.parent is not None else None
        out.append(_Branch(line[::-1], point.id if point is not None else None))
    return out


def _warnings(points: dict[str, list[_Point]]) -> list[Phrase]:
    cut = [thread for thread, listed in points.items() if _first_missing(listed)]
    says = "{thread}: the history begins in the middle; what was before is only seen as state"
    return [phrase(says, thread=thread) for thread in cut]


def _first_missing(points: Sequence[_Point]) -> bool:
    known = {point.id for point in points}
    return any(point.parent is not None and point.parent not in known for point in points)


def _unparsed(lost: Iterable[tuple[Json, Place]]) -> list[Placed]:
    scribe = Scribe()
    for value, place in lost:
        scribe.unparsed(place, "not a checkpoint", value)
    return scribe.records


@dataclass(frozen=True, slots=True)
class _Load:
    document: Document
    name: str
    branch: _Branch

    def __call__(self) -> Iterable[Placed]:
        first = self.branch.points[0]
        fork = {"forked_after_checkpoint": self.branch.forked} if self.branch.forked else None
        scribe = Scribe()
        scribe.header(first.place, self.name, source=fork)
        history = _History(scribe)
        for point in self.branch.points:
            value, place = self.document.item(point.place)
            history.step(value, place)
        return scribe.records


class _History:
    """Tells the steps of a thread: what each added to the messages, what it waited for, what it left in the state."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe
        self._desk = Desk(scribe)
        self._once = Once()
        self._seen: set[bytes] = set()
        self._state: dict[str, bytes] = {}
        self._waiting: dict[str, tuple[Call, str, Place]] = {}

    def step(self, value: dict[str, Any], place: Place) -> None:
        """Tell what is new in a checkpoint."""
        ts = stamp(value.get("created_at"))
        self._resumed(value, place, ts)
        paused = self._paused(value)
        state = obj(value.get("values"))
        for index, message in enumerate(arr(state.get("messages"))):
            where = place.below(f"/values/messages/{index}")
            key = _identity(message)
            if key not in self._seen:
                self._seen.add(key)
                self._said(message, where, paused, ts)
            self._once.told(message, where)
        self._desk.requested(_pending(value), place.below("/tasks"), ts)
        self._changed(state, value, place, ts)

    def _said(self, message: Json, place: Place, paused: set[bytes], ts: Json) -> None:
        said = messages.read(message)
        if said is None:
            self._scribe.unparsed(place, "not a message", message)
            return
        for result in said.results:
            if result.call in self._waiting:
                call, decision, at_ = self._waiting.pop(result.call)
                self._scribe.call(at_, call, decision=decision, ts=ts)
        if said.role != "assistant":
            self._scribe.say(place, said, ts=ts)
            return
        held = {index for index, call in enumerate(said.calls) if _called(call) in paused}
        names = self._scribe.step(place, said, ts=ts, held=held)
        for index in held:
            call = said.calls[index]
            self._waiting[call.id or names[index]] = (call, names[index], place.below(call.pointer))

    def _paused(self, value: dict[str, Any]) -> set[bytes]:
        """Return the calls that wait for an answer in this checkpoint."""
        found = [action for interrupt in _pending(value) for action in interrupt.actions]
        return {canonical([action.tool, action.arguments]) for action in found}

    def _resumed(self, value: dict[str, Any], place: Place, ts: Json) -> None:
        """Write what the graph was resumed with, where the checkpoint holds it."""
        for path in (("metadata", "writes", "__resume__"), ("metadata", "resume"), ("values", "__resume__")):
            if (resume := at(value, *path)) is not None:
                self._desk.answered(resume, place.below("/" + "/".join(path)), ts)
                return
        for index, write in enumerate(arr(value.get("pending_writes"))):
            if at(write, 1) == "__resume__":
                self._desk.answered(at(write, 2), place.below(f"/pending_writes/{index}"), ts)

    def _changed(self, state: dict[str, Any], value: dict[str, Any], place: Place, ts: Json) -> None:
        """Keep what else the step left in the state, and the checkpoint's own words."""
        changed: dict[str, Any] = {}
        for key, part in state.items():
            now = canonical(part)
            if key not in _MESSAGES and self._state.get(key) != now:
                self._state[key] = now
                changed[key] = self._once.keep(part, place)
        body = rest(value, ("values",)) | ({"values": changed} if changed else {})
        self._scribe.keep(place, "langgraph:checkpoint", body, ts=ts)


def _pending(value: dict[str, Any]) -> list[interrupts.Interrupt]:
    """Return the interrupts of a checkpoint, of its tasks or of the whole."""
    found = [each for task in arr(value.get("tasks")) for each in interrupts.listed(at(task, "interrupts"))]
    return found or interrupts.listed(value.get("interrupts"))


def _identity(message: Json) -> bytes:
    """Return what a message is known again by: its id, else what it says."""
    name = at(message, "kwargs", "id") or at(message, "id")
    return canonical(name if isinstance(name, str) else message)


def _called(call: Call) -> bytes:
    return canonical([call.name, decoded(call.arguments)])
