"""The turn table: a row for each decision, every column of one truth that its head names."""

from __future__ import annotations

from dataclasses import dataclass

from nalyqor_tui.derive.rules import IN_VIEW
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import confirmations, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.words import NO_POLICY
from nalyqor_tui.trace.session import Decision


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and the truth of everything in it (None for the number, which only names)."""

    title: str
    truth: Truth | None = None

    @property
    def head(self) -> str:
        """The title with its truth."""
        return f"{self.title} ({self.truth.value})" if self.truth else self.title


COLUMNS = (
    Column("Decision"),
    Column("Clock", Truth.OBSERVED),
    Column("Grade", Truth.DERIVED),
    Column("Chosen", Truth.OBSERVED),
    Column("Believed", Truth.OBSERVED),
    Column("Policy", Truth.DERIVED),
    Column("Rules", Truth.DERIVED),
    Column("Margin", Truth.DERIVED),
)


def cells(review: Review, decision: Decision) -> tuple[Phrase, ...]:
    """Return the cells of a decision's row, in the order of the columns."""
    moment = review.moments[decision.index]
    judged = review.policy is not None
    return (
        own(decision.number),
        phrase("{clock}", clock=moment.clock) if moment else words.NOT_RECORDED,
        own(review.judgement.grades[decision.index].word) if judged else NO_POLICY,
        words.action(review.session.chosen(decision), 60),
        confirmations.all_believed(review, decision),
        confirmations.all_standing(review, decision),
        _rules(review, decision),
        _margin(review, decision),
    )


def _rules(review: Review, decision: Decision) -> Phrase:
    """The rules that failed, that could not be judged, or that were out of view; else how many held."""
    if review.policy is None:
        return NO_POLICY
    found = [f for f in review.judgement.findings[decision.index] if f.area in ("rule", "visible")]
    parts = [
        phrase("{rule} ", rule=finding.subject) + own(f"{finding.check.replace('_', ' ')}: {verdict}")
        for verdict in ("fail", "unknown", "remark")
        for finding in found
        if finding.verdict == verdict and not (verdict == "remark" and finding.check in IN_VIEW)
    ]
    if parts:
        return join("; ", parts)
    governing = review.judgement.governing[decision.index]
    held = {finding.subject for finding in found if finding.verdict == "pass"}
    says = phrase("{n} held", n=own(str(len(held)))) if held else ()
    unchecked = len(governing) - len(held)
    if unchecked:
        says += phrase(", " if held else "") + own(f"{unchecked} without a check that applies")
    return says or phrase("none governs")


def _margin(review: Review, decision: Decision) -> Phrase:
    reading = review.margin(decision)
    if reading is None:
        return words.NOT_RECORDED
    if reading.value is None:
        return phrase("unknown: ") + own(reading.problem)
    band = own(f" {reading.band}") if reading.band else phrase(", no band declared")
    return phrase("{size}", size=words.size(reading)) + band
