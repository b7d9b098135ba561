"""A session of very many records: they are read when they are looked at, and only numbers are kept of them."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

from nalyqor_tui.lazy import Lazy
from nalyqor_tui.trace.build import Outline
from nalyqor_tui.trace.formats.base import AHEAD, ByLine
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import AnyRecord
from nalyqor_tui.trace.session import Entry, Session

LONG: Final = 20_000
"""The records of a session from which on they are not kept."""

_CACHED: Final = 2048  # records that are kept because they were looked at of late
_PULSE: Final = 1000  # records between two looks at whether to go on, while a session is read first
_BLOCK: Final = 1 << 18  # bytes of records that are read ahead at most

Twice = Callable[[Place], AnyRecord | None]
"""Returns the row that stands after a line in which a key stands twice."""

Pulse = Callable[[int], None]
"""Is told which record is read, by its ordinal; raises to end the reading."""


def read(name: str, lines: ByLine, twice: Twice, pulse: Pulse | None = None) -> Session:
    """Read a session once, and keep where its records are; raise `OverflowError` for a turn beyond 63 bits."""
    outline, ids = Outline(), LongIds()
    numbers, turns = array("Q"), array("q")
    for number, (record, place) in zip(lines.numbers(), lines(), strict=True):
        more = twice(place)
        for each in (record,) if more is None else (record, more):
            ids.add(each.id)
            numbers.append(number)
            turns.append(outline.add(each))
        if pulse is not None and len(numbers) % _PULSE == 0:
            pulse(len(numbers))
    entries = LongEntries(lines, numbers, turns, twice)
    with entries.watched(pulse or (lambda at: None)):
        ids.close(entries)
    return outline.session(name, entries, ids, ids.doubled)


class LongEntries(Lazy[Entry]):
    """The records of a session by their ordinals; the last that were looked at are kept."""

    def __init__(self, lines: ByLine, numbers: array[int], turns: array[int], twice: Twice) -> None:
        """`numbers` are the lines, `turns` the turns; a line that stands twice is followed by its second row."""
        self._lines = lines
        self._numbers = numbers
        self._turns = turns
        self._twice = twice
        self._kept: dict[int, Entry] = {}
        self._watches: dict[int, Pulse] = {}  # by the thread that reads

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Entry]:
        """Yield all of them; whoever goes through all does not push out what others look at."""
        return self.pick(range(len(self)))

    @contextmanager
    def watched(self, hear: Pulse) -> Iterator[None]:
        """Let `hear` know which record this thread reads, or the first of some; what it raises ends the work."""
        thread = threading.get_ident()
        self._watches[thread] = hear
        try:
            yield
        finally:
            self._watches.pop(thread, None)

    def pick(self, ordinals: Iterable[int]) -> Iterator[Entry]:
        """Yield some of them, and do not keep them."""
        left = iter(ordinals)
        while some := list(islice(left, AHEAD)):
            yield from self._several(some)

    def part(self, ordinals: range) -> Sequence[Entry]:
        """Return a view that reads as little."""
        return Part(self, ordinals)

    def make(self, at: int) -> Entry:
        """Return a record, and keep it for a while; who looks at one after the other is read some ahead."""
        if (entry := self._kept.get(at)) is not None:
            return entry
        ahead = AHEAD if at - 1 in self._kept else 1
        read, size = list[Entry](), 0
        for entry in self._several(range(at, min(at + ahead, len(self)))):
            read.append(entry)
            self._keep(entry)
            if (size := size + entry.place.length) > _BLOCK:
                break
        return read[0]

    def _keep(self, entry: Entry) -> None:
        if len(self._kept) >= _CACHED:
            for old in list(self._kept)[: _CACHED // 4]:
                self._kept.pop(old, None)
        self._kept[entry.index] = entry

    def _several(self, ordinals: Sequence[int]) -> Iterator[Entry]:
        """Read some of them, in their order; none is read before it is asked for."""
        hear = self._watches.get(threading.get_ident())
        if hear is not None:
            hear(ordinals[0])
        read = self._lines.several([self._numbers[at] for at in ordinals])
        for at, (record, place) in zip(ordinals, read, strict=True):
            again = at and self._numbers[at - 1] == self._numbers[at]
            yield Entry(at, self._turns[at], (again and self._twice(place)) or record, place)


class Part(Lazy[Entry]):
    """Some of the records."""

    def __init__(self, entries: LongEntries, ordinals: range) -> None:
        self._entries = entries
        self._ordinals = ordinals

    def __len__(self) -> int:
        return len(self._ordinals)

    def __iter__(self) -> Iterator[Entry]:
        """Yield them; of a few, what was read is kept."""
        if len(self) > _CACHED // 2:
            return self._entries.pick(self._ordinals)
        return map(self._entries.make, self._ordinals)

    def part(self, ordinals: range) -> Sequence[Entry]:
        """Return fewer of them."""
        step = self._ordinals.step * ordinals.step
        first = self._ordinals.start + self._ordinals.step * ordinals.start
        return Part(self._entries, range(first, first + step * len(ordinals), step))

    def make(self, at: int) -> Entry:
        """Return a record."""
        return self._entries.make(self._ordinals[at])


class LongIds:
    """Finds records by their ids, of which only hashes are kept; what is found is held against the record."""

    def __init__(self) -> None:
        self.doubled: dict[str, list[int]] = {}
        self._hashes = array("q")
        self._ordinals = array("Q")
        self._entries: Sequence[Entry] = ()
        self._count = 0

    def add(self, name: str | None) -> None:
        """Take in the id of the next record."""
        if name is not None:
            self._hashes.append(hash(name))
            self._ordinals.append(self._count)
        self._count += 1

    def close(self, entries: Sequence[Entry]) -> None:
        """Sort the hashes when all were added, and find the ids that several records have."""
        self._entries = entries
        order = sorted(range(len(self._hashes)), key=self._hashes.__getitem__)
        self._hashes = array("q", map(self._hashes.__getitem__, order))
        self._ordinals = array("Q", map(self._ordinals.__getitem__, order))
        before = None
        for hashed, after in zip(self._hashes, self._hashes[1:], strict=False):
            if hashed == after and hashed != before:
                self._note_doubled(hashed)
                before = hashed
        self.doubled = dict(sorted(self.doubled.items(), key=lambda item: item[1][1]))

    def get(self, name: str, /) -> int | None:
        """Return the ordinal of the first record with this id."""
        return next(iter(self._with(hash(name), name)), None)

    def _note_doubled(self, hashed: int) -> None:
        named: dict[str, list[int]] = {}
        for at in self._with(hashed, None):
            named.setdefault(self._entries[at].record.id or "", []).append(at)
        self.doubled |= {name: same for name, same in named.items() if len(same) > 1}

    def _with(self, hashed: int, name: str | None) -> Iterator[int]:
        """Yield the records whose id has this hash and, where it is given, this name."""
        at = bisect_left(self._hashes, hashed)
        while at < len(self._hashes) and self._hashes[at] == hashed:
            ordinal = self._ordinals[at]
            if name is None or self._entries[ordinal].record.id == name:
                yield ordinal
            at += 1
