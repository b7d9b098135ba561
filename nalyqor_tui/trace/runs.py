"""Which lines belong to which session: runs of them, in arrays, whether sessions interleave or not."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from nalyqor_tui.trace.formats import base
from nalyqor_tui.trace.index.names import Names


class Runs:
    """The runs of lines, from one number up to another, that make up each session.

    `starts` are the first lines of the runs and, last, the number of all lines; `order` are the runs sorted by
    session, of which the first of each session is in `firsts`. Where every session is one run, both are None.
    """

    def __init__(self, starts: array[int], order: array[int] | None, firsts: array[int] | None) -> None:
        self._starts = starts
        self._order = order
        self._firsts = firsts

    def of(self, session: int) -> Iterator[tuple[int, int]]:
        """Yield the runs of a session, by its ordinal, in the order of the file."""
        if self._order is None or self._firsts is None:
            yield self._starts[session], self._starts[session + 1]
            return
        for at in range(self._firsts[session], self._firsts[session + 1]):
            run = self._order[at]
            yield self._starts[run], self._starts[run + 1]

    def owner(self, line: int) -> int | None:
        """Return the session of a line, by its ordinal; None for a line before all sessions."""
        run = bisect_right(self._starts, line) - 1
        if not 0 <= run < len(self._starts) - 1:
            return None
        if self._order is None or self._firsts is None:
            return run
        return bisect_right(self._firsts, self._order.index(run)) - 1


class Assigning:
    """Assigns records to sessions in one pass: interleaved ones by their id, others to the latest header."""

    def __init__(self) -> None:
        self._names = Names()
        self._unnamed = 0
        self._latest: dict[str, int] = {}
        self._current: int | None = None
        self._owners = array("I")
        self._starts = array("Q")

    def add(self, at: int, header: bool, named: str | None) -> None:
        """Take in the record `at`, and with it those after it up to the next that is taken in."""
        if header:
            session = self._current = self._begin(named)
        elif named is not None:
            known = self._latest.get(named)
            session = self._begin(named) if known is None else known
        else:
            if self._current is None:
                self._current = self._begin(None)
            session = self._current
        if not self._owners or self._owners[-1] != session:
            self._owners.append(session)
            self._starts.append(at)

    def sorted(self, count: int) -> tuple[Names, Runs]:
        """Return the ids of the sessions and their runs, of `count` records in all."""
        self._starts.append(count)
        ids = self._names
        if self._unnamed or len(self._latest) < len(ids):
            ids = Names(map(base.Names().unique, ids))
        owners, sessions = self._owners, len(ids)
        if len(owners) == sessions:
            return ids, Runs(self._starts, None, None)
        order = array("I", sorted(range(len(owners)), key=owners.__getitem__))
        counts = [0] * (sessions + 1)
        for owner in owners:
            counts[owner + 1] += 1
        return ids, Runs(self._starts, order, array("I", accumulate(counts)))

    def _begin(self, named: str | None) -> int:
        session = len(self._names)
        self._names.append(named or f"session {session + 1}")
        self._unnamed += not named
        if named is not None:  # a second header with this id is a second session: what follows belongs to it
            self._latest[named] = session
        return session
