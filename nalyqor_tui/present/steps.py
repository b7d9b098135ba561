"""The list: one row for each turn, decision and unparsed piece, in the order of the file."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.derive.grade import Grade
from nalyqor_tui.lazy import Lazy
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.clock import Moment
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace import records as rec

Kind = Literal["turn", "decision", "unparsed"]
_TURN, _DECISION, _UNPARSED = range(3)
_KEPT = 2048  # rows that are kept because they were looked at of late


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the list; `decision` is the ordinal of its decision, `entry` of its record."""

    kind: Kind
    number: str
    entry: int
    what: Phrase
    decision: int | None = None
    grade: Grade | None = None
    margin: str = ""
    margin_band: str | None = None
    moment: Moment | None = None
    noted: bool = False

    @property
    def problem(self) -> bool:
        """Whether the reader should look here: a failed check, or a piece that could not be read."""
        return self.kind == "unparsed" or (self.grade is not None and self.grade.word in ("flawed", "bad"))


class Steps(Lazy[Step]):
    """The rows of a session, each made when it is asked for; what moves about in them asks for none.

    A row is kept as the ordinal of its record, its kind, and the ordinal of its turn, decision or piece.
    """

    def __init__(self, review: Review, rows: Sequence[tuple[int, int, int]]) -> None:
        """Show these rows, in the order of their records and, of one record, of their kinds."""
        self._review = review
        self._entries = array("Q", (entry for entry, _, _ in rows))
        self._kinds = bytes(kind for _, kind, _ in rows)
        self._ordinals = array("Q", (ordinal for _, _, ordinal in rows))
        self._noted = {n.decision for n in review.notes if not n.note.retracted}
        self._kept: dict[int, Step] = {}
        self.stops = array("Q", (at for at, kind in enumerate(self._kinds) if kind != _TURN))
        """The rows that are no headings of turns."""
        self.made = array("Q", (at for at, kind in enumerate(self._kinds) if kind == _DECISION))
        """The rows of decisions."""

    def __len__(self) -> int:
        return len(self._kinds)

    def make(self, at: int) -> Step:
        """Return a row, and keep it for a while."""
        if (step := self._kept.get(at)) is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            step = self._kept[at] = self._step(at)
        return step

    def is_turn(self, at: int) -> bool:
        """Say whether a row is the heading of a turn."""
        return self._kinds[at] == _TURN

    def has(self, at: int, what: Literal["problem", "noted"]) -> bool:
        """Say whether a row is a problem, or has a note, without reading its record."""
        if self._kinds[at] != _DECISION:
            return what == "problem" and self._kinds[at] == _UNPARSED
        decision = self._ordinals[at]
        if what == "noted":
            return decision in self._noted
        return self._review.judgement.grades[decision].word in ("flawed", "bad")

    def row_of(self, decision: int) -> int | None:
        """Return the row of a decision, None where it is not listed."""
        at = bisect_left(self._entries, self._review.session.decisions[decision].entry)
        while at < len(self) and (self._kinds[at] != _DECISION or self._ordinals[at] < decision):
            at += 1
        return at if at < len(self) and self._ordinals[at] == decision else None

    def row_at(self, entry: int) -> int | None:
        """Return the row of a record that is no heading, None where it is not listed."""
        at = bisect_left(self._entries, entry)
        while at < len(self) and self._entries[at] == entry:
            if self._kinds[at] != _TURN:
                return at
            at += 1
        return None

    def only(self, fits: Callable[[Step], bool]) -> Steps:
        """Return the rows that fit, with the headings of their turns."""
        rows: list[tuple[int, int, int]] = []
        turn: tuple[int, int, int] | None = None
        for at, row in enumerate(zip(self._entries, self._kinds, self._ordinals, strict=True)):
            if row[1] == _TURN:
                turn = row
            elif fits(self._kept.get(at) or self._step(at)):
                rows += [turn] if turn is not None else []
                rows.append(row)
                turn = None
        return Steps(self._review, rows)

    def _step(self, at: int) -> Step:
        kind, ordinal = self._kinds[at], self._ordinals[at]
        if kind == _TURN:
            turn = self._review.session.turns[ordinal]
            return Step("turn", str(turn.number), turn.first, _said(self._review, turn.user))
        if kind == _DECISION:
            return _decision(self._review, ordinal, ordinal in self._noted)
        entry = self._review.session.entries[self._entries[at]]
        what = phrase("{place}: ", place=str(entry.place))
        if isinstance(entry.record, rec.Unparsed):
            what += phrase("{problem}", problem=entry.record.problem)
        return Step("unparsed", "", entry.index, what)


def steps(review: Review) -> Steps:
    """Return the rows of a session."""
    session = review.session
    rows = [
        (turn.first, _TURN, at)
        for at, turn in enumerate(session.turns)
        if turn.user is not None or turn.decisions
    ]
    rows += [(decision.entry, _DECISION, decision.index) for decision in session.decisions]
    rows += [(entry, _UNPARSED, at) for at, entry in enumerate(session.ordinals(rec.Unparsed))]
    return Steps(review, sorted(rows))


def _said(review: Review, user: int | None) -> Phrase:
    if user is None:
        return phrase("(no user input)")
    record = review.session.record(user)
    if not isinstance(record, rec.Message):
        return words.GONE
    return phrase("{text}", text=words.cut(words.text_of(record.content), 200))


def _decision(review: Review, index: int, noted: bool) -> Step:
    decision = review.session.decisions[index]
    reading = review.margin(decision)
    gone = isinstance(review.session.record(decision.entry), rec.Unparsed)
    return Step(
        "decision",
        decision.number,
        decision.entry,
        words.GONE if gone else words.action(review.session.chosen(decision), 80),
        index,
        review.judgement.grades[index],
        words.margin(reading),
        reading.band if reading else None,
        review.moments[index],
        noted,
    )
