"""The turn table: a row for each decision, every column of one truth that its head names."""

from __future__ import annotations

from dataclasses import dataclass

from nalyqor_tui.derive.reliance import believed
from nalyqor_tui.derive.rules import IN_VIEW
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import confirmations, words
from nalyqor_tui.present.account import NO_POLICY
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.trace.session import Decision

NONE = phrase("none")


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
        _believed(review, decision),
        _policy(review, decision),
        _rules(review, decision),
        _margin(review, decision),
    )


def _believed(review: Review, decision: Decision) -> Phrase:
    """What the agent's log says that it took each confirmation for."""
    lives = review.judgement.ledger.known_at(decision.entry)
    known = {life.id for life in lives}
    parts = [phrase("{id} ", id=life.id) + confirmations.believes(review, decision, life.id).value
             for life in lives]  # fmt: skip
    for name, belief in believed(review.session.record(decision.entry)).items():
        if name not in known:
            parts.append(phrase("{id} {status}, never given in this log", id=name, status=belief.status))
    return join("; ", parts) if parts else _no_confirmation(review)


def _policy(review: Review, decision: Decision) -> Phrase:
    """How each confirmation stands by the policy, and the checks that it failed."""
    if review.policy is None:
        return NO_POLICY
    failed: dict[str, list[Phrase]] = {}
    for finding in review.judgement.findings[decision.index]:
        if finding.area == "confirmation" and finding.verdict == "fail":
            failed.setdefault(finding.subject, []).append(phrase("{check}", check=own(finding.check)))
    parts: list[Phrase] = []
    for life in review.judgement.ledger.known_at(decision.entry):
        says = phrase("{id} ", id=life.id) + own(life.at(decision.entry).status)
        checks = failed.pop(life.id, [])
        parts.append(says + (phrase(" (") + join(", ", checks) + phrase(")") if checks else ()))
    parts += [phrase("{id} ", id=name) + join(", ", checks) for name, checks in failed.items()]
    return join("; ", parts) if parts else _no_confirmation(review)


def _no_confirmation(review: Review) -> Phrase:
    return NONE if review.session.captures.confirmation == "all" else words.NOT_RECORDED


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
