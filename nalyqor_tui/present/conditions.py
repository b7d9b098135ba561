"""The conditions of one decision in two runs, in one table: what was chosen, on what yes, by which rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nalyqor_tui.derive.approval import moment
from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.inputs import SIDES, Side
from nalyqor_tui.derive.rules import IN_VIEW
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import card, confirmations, given, words
from nalyqor_tui.present import decision as choice
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import TONES, Row, absent, derived, observed
from nalyqor_tui.present.twins import Part, Twin
from nalyqor_tui.present.versus import Versus
from nalyqor_tui.present.window import usage
from nalyqor_tui.trace.session import Decision

_WIDTH = 160  # characters of an action


def at(versus: Versus, number: int) -> list[Part]:
    """Return all that is shown of a row of the alignment: its conditions, what was given for it, the windows."""
    a, b = versus.next(number, "a"), versus.next(number, "b")
    parts = [table(versus, number)]
    if fed := list(given.between(versus, a, b)):
        says = "What each run was given since its own decision before."
        parts.append(Part("Given for it", says, fed))
    if a is not None and b is not None:
        says = "What stood in the windows of the two decisions, by what it says: ids differ from log to log."
        parts.append(Part("Context", says, given.windows(versus, a, b)))
    return parts


def table(versus: Versus, number: int) -> Part:
    """Set the two decisions of a row side by side, condition by condition.

    For a decision without a partner the other column shows the same call made elsewhere in the other run, else
    what the other run did next.
    """
    row = versus.found.rows[number]
    sides: dict[Side, tuple[Decision, str] | None] = {}
    for side in SIDES:
        own_one, like, after = versus.at(row, side), versus.like(row, side), versus.next(number, side)
        found = own_one or like or after
        where = "" if own_one else "the same call elsewhere: " if like else "no such decision; next: "
        sides[side] = (found, where) if found else None
    a, b = sides["a"], sides["b"]
    says = "A call that has no partner in its row is held against the same call elsewhere, or against what came next."
    lone = row.a is None or row.b is None
    return Part("Conditions", says if lone else "", _thinned(versus, list(_conditions(versus, a, b)), a, b))


def _conditions(
    versus: Versus, a: tuple[Decision, str] | None, b: tuple[Decision, str] | None
) -> Iterator[Twin]:
    one, two = a and a[0], b and b[0]
    yield Twin(
        "chosen",
        _chosen(versus.a, *a) if a else None,
        _chosen(versus.b, *b) if b else None,
    )
    views: dict[str, Callable[[Review, Decision], Row]] = {
        "grade": lambda review, decision: next(choice.grade(review, decision)),
        "believed": _believed,
        "by policy": _standing,
    }
    for label, view in views.items():
        yield _twin(versus, label, one, two, view)
    for area in card.AREAS:
        if area != "margin" and (_has(versus.a, one, area) or _has(versus.b, two, area)):
            yield _twin(versus, area, one, two, lambda review, made, area=area: _area(review, made, area))  # type: ignore[misc]
    margins = [_margin(versus.a, one), _margin(versus.b, two)]
    yield from _same_truth("margin", *margins)
    yield _twin(versus, "next best", one, two, _other)
    yield from _same_truth(
        "window",
        None if one is None else usage(one, versus.a.window(one)),
        None if two is None else usage(two, versus.b.window(two)),
    )


def _thinned(
    versus: Versus, twins: list[Twin], a: tuple[Decision, str] | None, b: tuple[Decision, str] | None
) -> list[Twin]:
    """Put what neither log recorded into one row at the end, instead of one row for each."""
    silent = [
        twin
        for twin in twins
        if all(row is None or row.value == words.NOT_RECORDED for row in (twin.a, twin.b))
    ]
    kept = [twin for twin in twins if twin not in silent]
    if not silent:
        return kept
    says = own(", ".join(dict.fromkeys(twin.label for twin in silent)))
    one = observed("not recorded", says, a[0].entry, tone="dim") if a else None
    two = observed("not recorded", says, b[0].entry, tone="dim") if b else None
    return [*kept, Twin("not recorded", one, two)]


def _twin(
    versus: Versus,
    label: str,
    a: Decision | None,
    b: Decision | None,
    view: Callable[[Review, Decision], Row],
) -> Twin:
    return Twin(label, None if a is None else view(versus.a, a), None if b is None else view(versus.b, b))


def _same_truth(label: str, a: Row | None, b: Row | None) -> Iterator[Twin]:
    """Yield one twin, or one for each truth: what one log holds the program may have to work out of the other."""
    if a is not None and b is not None and a.truth is not b.truth:
        yield Twin(label, a, None)
        yield Twin(label, None, b)
    elif a is not None or b is not None:
        yield Twin(label, a, b)


def _chosen(review: Review, decision: Decision, where: str) -> Row:
    says = own(f"{where}{decision.number} ") + words.action(review.session.chosen(decision), _WIDTH)
    return observed("chosen", says, decision.entry, tone="dim" if where else "strong")


def _believed(review: Review, decision: Decision) -> Row:
    return observed("believed", confirmations.all_believed(review, decision), decision.entry)


def _standing(review: Review, decision: Decision) -> Row:
    """What the policy makes of each confirmation that had been given, and why."""
    lives = review.judgement.ledger.known_at(moment(review.session, decision))
    evidence = (decision.entry, *(life.entry for life in lives))
    if review.policy is None:
        return derived("by policy", words.NO_POLICY, "confirmation ledger", evidence, tone="unknown")
    parts = []
    for life in lives:
        row = confirmations.policy(review, decision, life)
        parts.append(phrase("{id} ", id=life.id) + row.value)
    says = join("; ", parts) if parts else confirmations.all_standing(review, decision)
    return derived("by policy", says, "confirmation ledger", evidence)


def _has(review: Review, decision: Decision | None, area: str) -> bool:
    return decision is not None and bool(_findings(review, decision, area))


def _findings(review: Review, decision: Decision, area: str) -> list[Finding]:
    return [f for f in review.judgement.findings[decision.index] if card.area(f) == area]


def _area(review: Review, decision: Decision, area: str) -> Row:
    """Sum up an area of the decision card in one row: its verdict, then what each of its checks says."""
    found = _findings(review, decision, area)
    if not found:
        says = words.NO_POLICY if review.policy is None else phrase("n/a: no check of the policy applies")
        return derived(area, says, "decision card", (decision.entry,), tone="dim")
    verdict = card.verdict(found)
    parts: list[Phrase] = [
        own(f"{finding.verdict}: ")
        + phrase("{subject}: ", subject=finding.subject)
        + _check(finding)
        + finding.says
        for finding in sorted(found, key=card.severity)
    ]
    evidence = tuple(dict.fromkeys(at for finding in found for at in finding.evidence)) or (decision.entry,)
    return derived(area, join("; ", parts), "decision card", evidence, tone=TONES[verdict])


def _check(finding: Finding) -> Phrase:
    """Name the check where its area does not say it already."""
    if finding.area in ("confirmation", "visible") and finding.check not in IN_VIEW:
        return own(f"{finding.check.replace('_', ' ')}: ")
    return ()


def _margin(review: Review, decision: Decision | None) -> Row | None:
    return None if decision is None else next(choice.margin(review, decision))


def _other(review: Review, decision: Decision) -> Row:
    """The best of the choices that were not made, as the log has it."""
    reading = review.margin(decision)
    others = [one for one in reading.alternatives if not one.chosen] if reading else []
    if not others:
        return absent("next best", decision.entry)
    best = max(others, key=lambda one: one.value)
    return observed("next best", words.action(best.action, _WIDTH), decision.entry)
