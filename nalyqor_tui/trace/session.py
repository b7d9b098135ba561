"""A session as a reader steps through it: its records in file order, its turns, its decisions."""

from __future__ import annotations

import datetime
import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import AnyRecord, Json


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in its session: its ordinal from 0, its turn, and where it stood in the file."""

    index: int
    turn: int
    record: AnyRecord
    place: Place


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice of the agent; `entry`, `call`, `result` and `text` are ordinals of records in the session.

    `entry` is the decision record or, in a log that holds none, the call or message that shows the choice.
    `text` is what the agent said with it: the reply itself, or the words beside a call.
    """

    index: int
    turn: int
    number: str
    entry: int
    call: int | None = None
    result: int | None = None
    text: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What lies between one user input and the next; `user` is the entry of that input."""

    number: int
    first: int
    user: int | None
    decisions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation or run; everything in it is as observed, in the order of the file.

    `by_id` finds a record by its id; `doubled` holds the ids that several records have, with all of them: a
    reference means the first. `graded` are the ordinals of the outcomes.
    """

    id: str
    entries: Sequence[Entry]
    turns: Sequence[Turn]
    decisions: Sequence[Decision]
    header: rec.Header | None
    by_id: Mapping[str, int] = field(repr=False)
    doubled: Mapping[str, Sequence[int]] = field(repr=False)
    ended: bool
    graded: Sequence[int] = field(repr=False)

    @property
    def captures(self) -> rec.Captures:
        """What the log claims to hold completely: nothing where it has no header."""
        return self.header.captures if self.header else rec.Captures()

    def entry(self, ref: str | None) -> Entry | None:
        """Find a record by its id."""
        index = self.by_id.get(ref) if ref is not None else None
        return None if index is None else self.entries[index]

    def record(self, index: int) -> AnyRecord:
        """Return the record with this ordinal."""
        return self.entries[index].record

    def chosen(self, decision: Decision) -> rec.Action:
        """Return what was chosen: a tool with its arguments, or a reply."""
        return choice(self.record(decision.entry))

    def outcomes(self) -> list[Entry]:
        """Return what the log says of the output."""
        return [self.entries[index] for index in self.graded]


def choice(record: AnyRecord) -> rec.Action:
    """Return the action that a record shows to have been chosen."""
    if isinstance(record, rec.Decision):
        return record.chosen
    if isinstance(record, rec.ToolCall):
        return rec.Action(tool=record.name, arguments=record.arguments)
    if isinstance(record, rec.Message):
        return rec.Action(reply=record.content if isinstance(record.content, str) else "")
    raise TypeError(f"{record.kind} is not a choice")


def arguments(action: rec.Action | rec.ToolCall) -> dict[str, Json]:
    """Return named arguments; empty where none were recorded or they are not an object."""
    return action.arguments if isinstance(action.arguments, dict) else {}


def seconds(ts: str | float | None) -> float | None:
    """Return a time stamp as Unix seconds; None where there is none or it cannot be read."""
    if ts is None or isinstance(ts, int | float):
        return ts if ts is None or math.isfinite(ts) else None
    try:
        moment = datetime.datetime.fromisoformat(ts)
        return moment.replace(tzinfo=moment.tzinfo or datetime.UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def build(name: str, placed: Iterable[Placed]) -> Session:
    """Put the records of one session together."""
    entries: list[Entry] = []
    turn = 0
    for record, place in placed:
        turn = record.turn if not isinstance(record, rec.Header) and record.turn is not None else turn
        entries.append(Entry(len(entries), turn, record, place))
    by_id: dict[str, int] = {}
    doubled: dict[str, list[int]] = {}
    for entry in entries:
        ref = entry.record.id
        if ref is not None and by_id.setdefault(ref, entry.index) != entry.index:
            doubled.setdefault(ref, [by_id[ref]]).append(entry.index)
    decisions = _decisions(entries)
    header = next((e.record for e in entries if isinstance(e.record, rec.Header)), None)
    ended = any(isinstance(e.record, rec.End) for e in entries)
    graded = [e.index for e in entries if isinstance(e.record, rec.Outcome)]
    return Session(
        name, entries, _turns(entries, decisions), decisions, header, by_id, doubled, ended, graded
    )


def _decisions(entries: Sequence[Entry]) -> list[Decision]:
    """Number the decisions and pair each with its call, its result and its text."""
    logged = any(isinstance(e.record, rec.Decision) for e in entries)
    pairing = _Pairing()
    for entry in entries:
        record = entry.record
        if isinstance(record, rec.Decision):
            pairing.start(entry, record.id)
        elif isinstance(record, rec.ToolCall):
            pairing.call(entry, record)
        elif isinstance(record, rec.ToolResult):
            pairing.result(entry, record)
        elif isinstance(record, rec.Message) and record.role == "assistant":
            pairing.said(entry, starts=not logged)
    return pairing.numbered()


@dataclass(slots=True)
class _Open:
    entry: Entry
    call: int | None = None
    result: int | None = None
    text: int | None = None

    @property
    def awaits_text(self) -> bool:
        """Words that come after the call went out, or was answered, are not the words beside it."""
        return self.text is None and self.call is None and self.result is None


class _Pairing:
    """Pairs calls and results by id; results without one go to the oldest call still open, in file order."""

    def __init__(self) -> None:
        self._all: list[_Open] = []
        self._here: list[_Open] = []  # the decisions of the present turn
        self._unanswered: deque[_Open] = deque()
        self._by_decision: dict[str, _Open] = {}
        self._by_call: dict[str, _Open] = {}

    def start(self, entry: Entry, name: str | None) -> _Open:
        item = _Open(entry)
        if self._here and self._here[-1].entry.turn != entry.turn:
            self._here.clear()
        self._here.append(item)
        self._all.append(item)
        if name is not None:
            self._by_decision[name] = item
        return item

    def call(self, entry: Entry, record: rec.ToolCall) -> None:
        item = self._by_decision.get(record.decision) if record.decision is not None else None
        if item is None or item.call is not None:
            item = self.start(entry, None)
        item.call = entry.index
        self._unanswered.append(item)
        if record.id is not None:
            self._by_call[record.id] = item

    def result(self, entry: Entry, record: rec.ToolResult) -> None:
        item = None
        if record.call is not None:  # the id of a call or, where none went out, of the decision
            item = self._by_call.get(record.call) or self._by_decision.get(record.call)
        if record.call is None:
            while self._unanswered and self._unanswered[0].result is not None:
                self._unanswered.popleft()
            item = self._unanswered[0] if self._unanswered else None
        if item is not None and item.result is None:
            item.result = entry.index

    def said(self, entry: Entry, *, starts: bool) -> None:
        here = [i for i in self._here if i.awaits_text and i.entry.turn == entry.turn]
        if starts and not here:
            self.start(entry, None).text = entry.index
            return
        for item in here:  # calls made in parallel share the words beside them
            item.text = entry.index

    def numbered(self) -> list[Decision]:
        counts: dict[int, int] = {}
        out = []
        for index, item in enumerate(self._all):
            turn = item.entry.turn
            counts[turn] = counts.get(turn, 0) + 1
            number = f"{turn}.{counts[turn]}"
            out.append(Decision(index, turn, number, item.entry.index, item.call, item.result, item.text))
        return out


def _turns(entries: Sequence[Entry], decisions: Sequence[Decision]) -> list[Turn]:
    """Group by turn number, in the order in which the turns first appear."""
    first: dict[int, int] = {}
    user: dict[int, int] = {}
    made: dict[int, list[int]] = {}
    for entry in entries:
        if isinstance(entry.record, rec.Header):
            continue
        first.setdefault(entry.turn, entry.index)
        if isinstance(entry.record, rec.Message) and entry.record.role == "user":
            user.setdefault(entry.turn, entry.index)
    for decision in decisions:
        made.setdefault(decision.turn, []).append(decision.index)
    return [Turn(n, at, user.get(n), tuple(made.get(n, ()))) for n, at in first.items()]
