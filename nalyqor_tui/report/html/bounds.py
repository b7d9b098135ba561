"""How much a page holds: of a huge trace what matters most, and a word on each thing that was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.report import tracks_svg
from nalyqor_tui.report.head import Report, Shown
from nalyqor_tui.trace.session import Decision

_RANKS = {"bad": 1, "flawed": 2}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a page holds; browsers are slow with more, and readers, too.

    Of the whole page: `full` decisions with all their rows, `rows` of the tables of turns, `sessions` with a part
    of their own, `listed` sessions in the list, `columns` of drawn tracks, and, in characters of HTML, `pictures` of
    tracks and `tables` of decisions. `room` is the most that one of these tables has, in characters.
    """

    full: int = 500
    rows: int = 5_000
    sessions: int = 500
    listed: int = 5_000
    columns: int = 2_000
    pictures: int = 4_000_000
    tables: int = 20_000_000
    room: int = 60_000


@dataclass(frozen=True, slots=True)
class Section:
    """A session on the page: the decisions that have a row, the ordinals of those in full, its tracks.

    `picture` is empty where it would be too large.
    """

    shown: Shown
    rows: list[Decision]
    full: frozenset[int]
    picture: list[str]

    @property
    def missing(self) -> int:
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
        every = sum(len(one.decisions) for one in self.report.sessions)
        sessions = len(self.report.sessions)
        full = sum(len(section.full) for section in self.sections)
        if full < every:
            says = f"in full: {full:,} of {every:,} decisions, first those with a note, then the bad and the flawed"
            yield own(says)
        if (rows := sum(len(section.rows) for section in self.sections)) < every:
            yield own(f"in a table of turns: {rows:,} of {every:,} decisions")
        if len(self.sections) < sessions:
            yield own(f"with a part of their own: {len(self.sections):,} of {sessions:,} sessions")
        if len(self.listed) < sessions:
            yield own(f"listed: {len(self.listed):,} of {sessions:,} sessions")
        drawn = sum(bool(section.picture) for section in self.sections)
        if drawn < len(self.sections):
            yield own(f"with their tracks drawn: {drawn:,} of {len(self.sections):,} sessions")

    @property
    def room(self) -> int:
        """How many characters one table of rows may have: less where there are many."""
        full = sum(len(section.full) for section in self.sections)
        return min(self.bounds.room, self.bounds.tables // (2 * max(1, full)))


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
    columns, pictures = bounds.columns, bounds.pictures
    for number in chosen:
        shown = report.sessions[number]
        must = {at for at, d in enumerate(shown.decisions) if d.index in full.get(number, ())}
        kept = _kept(len(shown.decisions), must, len(must) + rows)
        rows -= len(kept) - len(must)
        count = len(shown.review.session.decisions)
        mark = f"-{shown.review.index + 1}"
        picture = tracks_svg.inline(shown.review, report.redaction, mark) if count <= columns else []
        size = sum(map(len, picture))
        if size > pictures:
            picture = []
        elif picture:
            columns, pictures = columns - count, pictures - size
        some = [shown.decisions[at] for at in kept]
        yield Section(shown, some, frozenset(full.get(number, ())), picture)


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
