"""Two runs under review: how they are aligned, and what stands at each row of the alignment."""

from __future__ import annotations

from functools import cached_property

from nalyqor_tui.derive.align import Match
from nalyqor_tui.derive.compare import Comparison, compare, deciding
from nalyqor_tui.derive.grade import Word
from nalyqor_tui.derive.inputs import SIDES, Inputs, Side, inputs
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.steps import Step, steps
from nalyqor_tui.trace.session import Decision

LIKENESS = {
    "same": ("=", "the same"),
    "words": ("≈", "other words"),
    "arguments": ("~", "other arguments"),
    "target": ("≁", "another target"),
    "choice": ("≠", "another choice"),
    "only a": ("◁", "only in A"),
    "only b": ("▷", "only in B"),
}  # how each likeness of two decisions is shown, and what it is called
INPUT, DECISION, WORDS = "▼ first different input", "◆ first different decision", "≈ first other words"


class Versus:
    """Two reviews, A and B, and what holding them against each other gives; worked out when first wanted."""

    def __init__(self, a: Review, b: Review) -> None:
        self.a = a
        self.b = b

    @cached_property
    def found(self) -> Comparison:
        """The alignment, the markers, and what the runs have in common."""
        return compare(self.a.session, self.b.session)

    @cached_property
    def inputs(self) -> Inputs:
        """What both were given, of the kinds that can be compared."""
        return inputs(self.a.session, self.b.session)

    @cached_property
    def deciding(self) -> int | None:
        """The row that matters most: the worst decision that the other run made better, else the first other choice."""
        return deciding(self.found, _weighty(self.a), _weighty(self.b))

    @cached_property
    def start(self) -> int:
        """The row to open at: the first different decision, else the first other words, else the first."""
        found = self.found
        return next((n for n in (found.decision, found.words) if n is not None), 0)

    def side(self, side: Side) -> Review:
        """Return one of the two."""
        return self.a if side == "a" else self.b

    def name(self, side: Side) -> Phrase:
        """Name a run by its session and, where the two are of different traces, by its trace first."""
        review = self.side(side)
        session = phrase("{id}", id=review.session.id)
        if self.a.trace is self.b.trace:
            return session
        says = phrase("{file}", file=review.trace.name)
        return says + phrase(" · ") + session if len(review.trace.session_ids) > 1 else says

    def at(self, row: Match, side: Side) -> Decision | None:
        """Return the decision of a run in a row."""
        index = row.a if side == "a" else row.b
        return None if index is None else self.side(side).session.decisions[index]

    def next(self, number: int, side: Side) -> Decision | None:
        """Return the decision of a run in a row or, where it has none there, the one that it made next."""
        rows = self.found.rows[number:]
        return next((d for row in rows if (d := self.at(row, side)) is not None), None)

    def like(self, row: Match, side: Side) -> Decision | None:
        """Return the decision of a run that is the same call as the other run's in this row, made elsewhere."""
        other: Side = "b" if side == "a" else "a"
        index = row.b if side == "a" else row.a
        found = None if index is None else self.found.elsewhere.get((other, index))
        return None if found is None else self.side(side).session.decisions[found]

    @cached_property
    def steps(self) -> dict[Side, dict[int, Step]]:
        """The decisions of both as the list of a review shows them, by their ordinals."""
        return {
            side: {step.decision: step for step in steps(self.side(side)) if step.decision is not None}
            for side in SIDES
        }

    def marks(self, number: int) -> list[str]:
        """Name the markers that stand before a row; the number of rows is the place after the last."""
        found, out = self.found, []
        if found.input is not None and found.input.before == number:
            out.append(f"{INPUT}: {found.input.kind}")
        if found.words == number and found.words_first:
            out.append(WORDS)
        if found.decision == number:
            out.append(DECISION)
        return out


def _weighty(review: Review) -> list[Word]:
    """Return the word for each decision; what failed by checks of low severity alone decides nothing."""
    out: list[Word] = []
    for grade, findings in zip(review.judgement.grades, review.judgement.findings, strict=True):
        low = all(finding.severity == "low" for finding in findings if finding.verdict == "fail")
        out.append("unproven" if grade.word == "flawed" and low else grade.word)
    return out
