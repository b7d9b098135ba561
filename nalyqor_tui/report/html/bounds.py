"""How much a page holds: of a huge trace what matters most, and a word on each thing that was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.report.head import Report, Shown
from nalyqor_tui.trace.session import Decision

_RANKS = {"bad": 1, "flawed": 2}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a page holds; browsers are slow with more, and readers, too.

    Of the whole page: `full` decisions with all their rows, `rows` of the tables of turns, `sessions` with a part
    of their own, `listed` sessions in the list, `columns` of drawn tracks. `room` is the size of a table, in
    characters of HTML.
    """

    full: int = 500
    rows: int = 5_000
    sessions: int = 500
    listed: int = 5_000
    columns: int = 2_000
    room: int = 60_000


@dataclass(frozen=True, slots=True)
class Section:
    """A session on the page: the decisions that have a row, the ordinals of those in full, whether it is drawn."""

    shown: Shown
    rows: list[Decision]
    full: frozenset[int]
    drawn: bool

    @property
    def left(self) -> int:
        """How many decisions have no row."""
        return len(self.shown.decisions) - len(self.rows)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a page holds: `listed` are all sessions that are named, `sections` those with a part of their own."""

    report: Report
    bounds: Bounds
    sections: list[Section]
    listed: list[Shown]

    def left(self) -> Iterator[Phrase]:
        """Yield what was left out, in words; nothing where all of it is there."""
        shown = [decision for one in self.report.sessions for decision in one.decisions]
        full = sum(len(section.full) for section in self.sections)
        if full < len(shown):
            order = "those with a note, then the bad, the flawed, the first ones"
            says = "{n} of {all} decisions are shown in full: {order}"
            yield phrase(says, n=full, all=len(shown), order=phrase(order))
        rows = sum(len(section.rows) for section in self.sections)
        if rows < len(shown):
            yield phrase("{n} decisions stand in no table", n=len(shown) - rows)
        if len(self.sections) < len(self.report.sessions):
            says = "{n} of {all} sessions have a part of their own"
            yield phrase(says, n=len(self.sections), all=len(self.report.sessions))
        if len(self.listed) < len(self.report.sessions):
            yield phrase("{n} sessions are not listed", n=len(self.report.sessions) - len(self.listed))
        if undrawn := sum(not section.drawn for section in self.sections):
            yield phrase("the tracks of {n} sessions are not drawn", n=undrawn)


def plan(report: Report, bounds: Bounds) -> Plan:
    """Choose what is shown in full: what people wrote about, then the worst, then what came first."""
    every = [
        (_rank(shown, decision), number, decision.index)
        for number, shown in enumerate(report.sessions)
        for decision in shown.decisions
    ]
    full: dict[int, set[int]] = {}
    for _, number, index in nsmallest(bounds.full, every):
        full.setdefault(number, set()).add(index)
    chosen = _kept(len(report.sessions), set(full), bounds.sessions)
    listed = _kept(len(report.sessions), set(chosen), bounds.listed)
    sections = list(_sections(report, bounds, chosen, full))
    return Plan(report, bounds, sections, [report.sessions[number] for number in listed])


def _sections(
    report: Report, bounds: Bounds, chosen: list[int], full: dict[int, set[int]]
) -> Iterator[Section]:
    rows = bounds.rows - sum(map(len, full.values()))
    columns = bounds.columns
    for number in chosen:
        shown = report.sessions[number]
        must = {at for at, d in enumerate(shown.decisions) if d.index in full.get(number, ())}
        kept = _kept(len(shown.decisions), must, len(must) + rows)
        rows -= len(kept) - len(must)
        count = len(shown.review.session.decisions)
        drawn = count <= columns
        columns -= count if drawn else 0
        some = [shown.decisions[at] for at in kept]
        yield Section(shown, some, frozenset(full.get(number, ())), drawn)


def _kept(count: int, must: set[int], most: int) -> list[int]:
    """Return the ordinals that stay, in order: those that must, and the first others until there are `most`."""
    room = most - len(must)
    out: list[int] = []
    for number in range(count):
        if number in must:
            out.append(number)
        elif room > 0:
            out.append(number)
            room -= 1
    return out


def _rank(shown: Shown, decision: Decision) -> int:
    if any(not note.note.retracted for note in shown.review.notes_at(decision)):
        return 0
    return _RANKS.get(shown.review.judgement.grades[decision.index].word, 3)
