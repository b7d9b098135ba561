"""The list: one row for each turn, decision and unparsed piece, in the order of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.derive.grade import Grade
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.clock import Moment
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace import records as rec

Kind = Literal["turn", "decision", "unparsed"]


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


def steps(review: Review) -> list[Step]:
    """Return the rows of a session."""
    session = review.session
    noted = {n.decision for n in review.notes if not n.note.retracted}
    rows: list[tuple[int, int, Step]] = []
    for turn in session.turns:
        said = _said(review, turn.user)
        if turn.user is not None or turn.decisions:
            rows.append((turn.first, 0, Step("turn", str(turn.number), turn.first, said)))
    rows += [(d.entry, 1, _decision(review, d.index, d.index in noted)) for d in session.decisions]
    for entry in session.entries:
        if isinstance(entry.record, rec.Unparsed):
            where = phrase("{place}: ", place=str(entry.place))
            what = (*where, *phrase("{problem}", problem=entry.record.problem))
            rows.append((entry.index, 2, Step("unparsed", "", entry.index, what)))
    return [step for _, _, step in sorted(rows, key=lambda row: row[:2])]


def _said(review: Review, user: int | None) -> Phrase:
    if user is None:
        return phrase("(no user input)")
    record = review.session.record(user)
    assert isinstance(record, rec.Message)
    return phrase("{text}", text=words.cut(words.text_of(record.content), 200))


def _decision(review: Review, index: int, noted: bool) -> Step:
    decision = review.session.decisions[index]
    reading = review.margin(decision)
    return Step(
        "decision",
        decision.number,
        decision.entry,
        words.action(review.session.chosen(decision), 80),
        index,
        review.judgement.grades[index],
        words.margin(reading),
        reading.band if reading else None,
        review.moments[index],
        noted,
    )
