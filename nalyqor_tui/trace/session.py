"""A session as a reader steps through it: its records in file order, its turns, its decisions."""

from __future__ import annotations

import datetime
import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from nalyqor_tui.lazy import Lazy
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.place import Place
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


class Ids(Protocol):
    """Finds a record by its id."""

    def get(self, name: str, /) -> int | None:
        """Return the ordinal of the first record with this id."""


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation or run; everything in it is as observed, in the order of the file.

    `by_id` finds a record by its id; `doubled` holds the ids that several records have, with all of them: a
    reference means the first. `head` is the ordinal of the header; `kinds` holds the number of each record's class;
    `confirming` says whether a record shows that its log knows of confirmations as such.
    """

    id: str
    entries: Sequence[Entry]
    turns: Sequence[Turn]
    decisions: Sequence[Decision]
    header: rec.Header | None
    head: int | None
    by_id: Ids = field(repr=False)
    doubled: Mapping[str, Sequence[int]] = field(repr=False)
    ended: bool
    confirming: bool
    kinds: bytes = field(repr=False)

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

    def ordinals(self, *kinds: type[AnyRecord], start: int = 0, stop: int | None = None) -> Iterator[int]:
        """Yield the ordinals of the records of some kinds, in order, from `start` on and before `stop`."""
        stop = len(self.kinds) if stop is None else stop
        return (found.start() for found in _any_of(kinds).finditer(self.kinds, start, stop))

    def of(self, *kinds: type[AnyRecord], start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Yield the records of some kinds, as `ordinals` has it; of a long session no others are read."""
        read = self._pick(self.ordinals(*kinds, start=start, stop=stop))
        return (
            entry for entry in read if isinstance(entry.record, kinds)
        )  # the file may have been cut since

    def _pick(self, ordinals: Iterator[int]) -> Iterator[Entry]:
        entries = self.entries
        return entries.pick(ordinals) if isinstance(entries, Lazy) else map(entries.__getitem__, ordinals)

    def chosen(self, decision: Decision) -> rec.Action:
        """Return what was chosen: a tool with its arguments, or a reply."""
        return choice(self.record(decision.entry))

    def made(self) -> Iterator[AnyRecord]:
        """Yield the record that shows each decision, in order."""
        return (entry.record for entry in self._pick(decision.entry for decision in self.decisions))

    def choices(self) -> Iterator[rec.Action]:
        """Yield what was chosen at each decision, in order."""
        return map(choice, self.made())

    def made_at(self, index: int) -> Decision | None:
        """Return the decision that the record with this ordinal shows, None where it shows none."""
        at = bisect_left(self.decisions, index, key=lambda decision: decision.entry)
        found = self.decisions[at] if at < len(self.decisions) else None
        return found if found is not None and found.entry == index else None

    def outcomes(self) -> list[Entry]:
        """Return what the log says of the output."""
        return list(self.of(rec.Outcome))


@cache
def _any_of(kinds: tuple[type[AnyRecord], ...]) -> re.Pattern[bytes]:
    return re.compile(b"[%s]" % bytes(rec.CODES[kind] for kind in kinds))


def choice(record: AnyRecord) -> rec.Action:
    """Return the action that a record shows to have been chosen."""
    if isinstance(record, rec.Decision):
        return record.chosen
    if isinstance(record, rec.ToolCall):
        return rec.Action(tool=record.name, arguments=record.arguments)
    if isinstance(record, rec.Message):
        return rec.Action(reply=record.content if isinstance(record.content, str) else "")
    if isinstance(record, rec.Unparsed):  # of a file that was cut since its decisions were found
        return rec.Action()
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
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
