"""The two lanes of a confirmation: what the policy makes of it, and what the agent's own log took it for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from nalyqor_tui.derive.life import Life, Standing, Status
from nalyqor_tui.derive.reliance import believed
from nalyqor_tui.present import marks
from nalyqor_tui.present.marks import NOTHING, Column, Lane, Mark, Sign
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.trace import records as rec

Axis = tuple[Column, ...]
_SOLID = (marks.BELIEVED, marks.RELIED)
_CONTRADICTED: Mapping[Status, tuple[Sign, Sign]] = {
    "ended": (marks.BELIEVED_LATE, marks.RELIED_LATE),
    "never valid": (marks.BELIEVED_NEVER, marks.RELIED_NEVER),
    "not given": (marks.BELIEVED_EARLY, marks.RELIED_EARLY),
}
"""The signs of a belief, and of a reliance, that the policy contradicts."""


@dataclass(frozen=True, slots=True)
class _Belief:
    """What the log of one decision says of confirmations."""

    at: int
    statuses: Mapping[str, str]
    relied: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.statuses, *self.relied)


def lanes(review: Review, axis: Axis) -> Iterator[Lane]:
    """Yield two lanes for each confirmation: those of the ledger, then those that the log only speaks of."""
    beliefs = [_belief(review, column) for column in axis]
    lives = review.judgement.ledger.lives
    named: dict[str, list[Life]] = {}
    for life in lives:
        named.setdefault(life.id, []).append(life)
    for index, life in enumerate(lives):
        yield Lane("policy", life.id, Truth.DERIVED, partial(_policy, review, life, axis), index)
        read = partial(_believed, life, named[life.id], axis, beliefs)
        yield Lane("believed", life.id, Truth.OBSERVED, read, index)
    for name in dict.fromkeys(name for belief in beliefs if belief for name in belief.names):
        if name not in named:
            yield Lane("policy", name, Truth.DERIVED, partial(_never_given, review, name, beliefs))
            yield Lane("believed", name, Truth.OBSERVED, partial(_ghost, review, name, beliefs))


def stands(life: Life, column: Column) -> Standing:
    """Return how a confirmation stood at a column: just before its decision, or at the end of a turn without one.

    What expires at a decision's own record had expired before it; what does so in a later turn had not.
    """
    if column.decision is not None:
        return life.at(column.at)
    past = [change for change in life.changes if change.since is None or change.since < column.at]
    return past[-1] if past else life.at(life.entry)


def complete(review: Review) -> bool:
    """Whether the log claims to hold every confirmation, so that a missing one was never given."""
    return review.session.captures.confirmation == "all"


def _belief(review: Review, column: Column) -> _Belief | None:
    """Read the beliefs of a column; None where no decision was made."""
    if column.decision is None:
        return None
    record = review.session.record(column.at)
    statuses = {name: belief.status for name, belief in believed(record).items()}
    relied = record.relied_on or () if isinstance(record, rec.Decision) else ()
    return _Belief(column.at, statuses, tuple(relied))


def _policy(review: Review, life: Life, axis: Axis) -> Iterator[Mark]:
    before: Standing | None = None
    for column in axis:
        if life.entry >= column.at:
            yield NOTHING
            continue
        now = stands(life, column)
        if now.status == "live":
            call = None if column.decision is None else review.session.decisions[column.decision].call
            used = call if call in life.used_by else None
            yield Mark(_live(life, used, new=before is None), _records(life.entry, used))
        else:
            yield Mark(_not_live(life, now, new=now is not before), _records(life.entry, now.since))
        before = now


def _live(life: Life, used: int | None, *, new: bool) -> Sign:
    """Choose the sign of a live one, which the call `used` may have used, or used up."""
    if used is None:
        return marks.GIVEN if new else marks.LIVE
    if any(change.since == used and change.status == "ended" for change in life.changes):
        return marks.GIVEN_USED_UP if new else marks.USED_UP
    return marks.GIVEN_USED if new else marks.USED


def _not_live(life: Life, now: Standing, *, new: bool) -> Sign:
    """Choose the sign of one that is not live; its end is `new` here, or was marked at the call that used it up."""
    if now.status == "ended":
        return marks.ENDED_HERE if new and now.since not in life.used_by else marks.ENDED
    return marks.NEVER_VALID if now.status == "never valid" else marks.POLICY_UNKNOWN


def _believed(life: Life, same: list[Life], axis: Axis, beliefs: list[_Belief | None]) -> Iterator[Mark]:
    for column, belief in zip(axis, beliefs, strict=True):
        # An id that was given again means the latest confirmation of that name, as the ledger has it.
        meant = next((other for other in reversed(same) if other.entry < column.at), same[0])
        if belief is None or meant is not life:
            yield NOTHING
            continue
        signs = _CONTRADICTED.get(life.at(column.at).status, _SOLID)
        yield _mark(belief, life.id, signs, given=life.entry < column.at)


def _mark(belief: _Belief, name: str, signs: tuple[Sign, Sign], *, given: bool) -> Mark:
    """Choose between the signs of a belief and of a reliance; nothing is expected before it was given."""
    if name in belief.relied:
        return Mark(signs[1], (belief.at,))
    status = belief.statuses.get(name)
    if status is None:
        return Mark(marks.BELIEF_NOT_RECORDED, (belief.at,)) if given else NOTHING
    return Mark(signs[0] if status == "live" else marks.NOT_BELIEVED, (belief.at,))


def _never_given(review: Review, name: str, beliefs: list[_Belief | None]) -> Iterator[Mark]:
    """Mark where a confirmation was spoken of that the log never gave."""
    sign = marks.NEVER_VALID if complete(review) else marks.POLICY_UNKNOWN
    for belief in beliefs:
        yield Mark(sign, (belief.at,)) if belief and name in belief.names else NOTHING


def _ghost(review: Review, name: str, beliefs: list[_Belief | None]) -> Iterator[Mark]:
    signs = _CONTRADICTED["never valid"] if complete(review) else _SOLID
    for belief in beliefs:
        yield _mark(belief, name, signs, given=False) if belief else NOTHING


def _records(*entries: int | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(entry for entry in entries if entry is not None))
