"""The tracks of a session: confirmations, rules and margins as lines over the same turns.

The axis has a column for each decision. A turn without one has a column, too, if the user spoke in it or a
confirmation changed, and so has the end of a turn in which one changed after the last decision: what was given
in turn 2 must be seen at turn 2. A mark tells how things stood just before its decision; what the decision's own
call used up is marked at that decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from nalyqor_tui.derive.confirmations import Because, Life, Status
from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.reliance import believed
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import marks
from nalyqor_tui.present.marks import NOTHING, Column, Lane, Mark, Sign, Tracks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.trace import records as rec

_FROM_OUTSIDE: frozenset[Because] = frozenset(
    {"superseded", "revoked", "expired", "context_reset", "compacted"}
)
"""Ends that no call of the agent brings about, and that are not the end of the log itself."""
_SOLID = (marks.BELIEVED, marks.RELIED)
_CONTRADICTED: Mapping[Status, tuple[Sign, Sign]] = {
    "ended": (marks.BELIEVED_LATE, marks.RELIED_LATE),
    "never valid": (marks.BELIEVED_NEVER, marks.RELIED_NEVER),
    "not given": (marks.BELIEVED_EARLY, marks.RELIED_EARLY),
}
"""The signs of a belief, and of a reliance, that the policy contradicts."""
_VIEW: Mapping[str, Sign] = {
    "in_context": marks.IN_VIEW,
    "truncated": marks.TRUNCATED,
    "buried": marks.BURIED,
    "unknown": marks.VIEW_UNKNOWN,
    "not_asked": marks.NOT_ASKED,
}
_BANDS: Mapping[str, Sign] = {
    sign.word: sign for sign in (marks.TIE, marks.NARROW, marks.CLEAR, marks.AGAINST, marks.UNRESOLVED)
}


def tracks(review: Review) -> Tracks:
    """Return the tracks of a session."""
    axis = _axis(review)
    beliefs = [_belief(review, column) for column in axis]
    lanes = [*_confirmations(review, axis, beliefs), *_rules(review, axis), *_margins(review, axis)]
    return Tracks(axis, tuple(lanes), tuple(_notes(review, {lane.kind for lane in lanes})))


# The axis


def _axis(review: Review) -> tuple[Column, ...]:
    session = review.session
    made = {d.turn: d.entry for d in session.decisions}  # the last decision of each turn
    ends = {entry.turn: entry.index + 1 for entry in session.entries}
    places: list[tuple[int, int, str, int | None]] = [
        (d.entry, d.turn, d.number, d.index) for d in session.decisions
    ]
    changed = {session.entries[at].turn: at for at in sorted(_changes(review))}
    for turn in session.turns:
        late = changed.get(turn.number, -1) > made.get(turn.number, -1)
        if late or (turn.user is not None and turn.number not in made):
            places.append((ends[turn.number], turn.number, str(turn.number), None))
    after, out = 0, []
    for at, number, name, decision in sorted(places, key=lambda place: place[:2]):
        out.append(Column(number, name, decision, at, after))
        after = at
    return tuple(out)


def _changes(review: Review) -> Iterator[int]:
    """Yield the records that gave or ended a confirmation, save for the calls that used one up."""
    for life in review.judgement.ledger.lives:
        yield life.entry
        yield from (s.since for s in life.changes if s.because in _FROM_OUTSIDE and s.since is not None)


# Confirmations


@dataclass(frozen=True, slots=True)
class _Belief:
    """What the log of one decision says of confirmations."""

    at: int
    statuses: Mapping[str, str]
    relied: frozenset[str]

    def names(self) -> Iterator[str]:
        yield from self.statuses
        yield from (name for name in sorted(self.relied) if name not in self.statuses)


def _belief(review: Review, column: Column) -> _Belief | None:
    """Read the beliefs of a column; None where no decision was made."""
    if column.decision is None:
        return None
    record = review.session.record(column.at)
    statuses = {name: belief.status for name, belief in believed(record).items()}
    relied = record.relied_on or () if isinstance(record, rec.Decision) else ()
    return _Belief(column.at, statuses, frozenset(relied))


def _confirmations(review: Review, axis: tuple[Column, ...], beliefs: list[_Belief | None]) -> Iterator[Lane]:
    lives = review.judgement.ledger.lives
    for index, life in enumerate(lives):
        same = [other for other in lives if other.id == life.id]
        yield Lane("policy", life.id, Truth.DERIVED, partial(_policy, review, life, axis), index)
        yield Lane("believed", life.id, Truth.OBSERVED, partial(_believed, life, same, axis, beliefs), index)
    given = {life.id for life in lives}
    for name in dict.fromkeys(name for belief in beliefs if belief for name in belief.names()):
        if name not in given:
            yield Lane("policy", name, Truth.DERIVED, partial(_never_given, review, name, beliefs))
            yield Lane("believed", name, Truth.OBSERVED, partial(_ghost, review, name, beliefs))


def _policy(review: Review, life: Life, axis: tuple[Column, ...]) -> Iterator[Mark]:
    decisions = review.session.decisions
    for column in axis:
        if life.entry >= column.at:
            yield NOTHING
            continue
        standing = life.at(column.at)
        if standing.status == "live":
            call = decisions[column.decision].call if column.decision is not None else None
            used = call if call in life.used_by else None
            yield Mark(_live(life, used, new=life.entry >= column.after), _records(life.entry, used))
            continue
        sign = {"ended": marks.ENDED, "never valid": marks.NEVER_VALID}.get(
            standing.status, marks.POLICY_UNKNOWN
        )
        since = standing.since
        if sign is marks.ENDED and since is not None and since >= column.after and since not in life.used_by:
            sign = marks.ENDED_HERE
        yield Mark(sign, _records(life.entry, since))


def _live(life: Life, used: int | None, *, new: bool) -> Sign:
    """Choose the sign of a live one, which the call `used` may have used, or used up."""
    if used is None:
        return marks.GIVEN if new else marks.LIVE
    if any(change.since == used and change.status == "ended" for change in life.changes):
        return marks.GIVEN_USED_UP if new else marks.USED_UP
    return marks.GIVEN_USED if new else marks.USED


def _believed(
    life: Life, same: list[Life], axis: tuple[Column, ...], beliefs: list[_Belief | None]
) -> Iterator[Mark]:
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
    sign = marks.NEVER_VALID if _complete(review) else marks.POLICY_UNKNOWN
    for belief in beliefs:
        yield Mark(sign, (belief.at,)) if belief and name in belief.names() else NOTHING


def _ghost(review: Review, name: str, beliefs: list[_Belief | None]) -> Iterator[Mark]:
    signs = _CONTRADICTED["never valid"] if _complete(review) else _SOLID
    for belief in beliefs:
        yield _mark(belief, name, signs, given=False) if belief else NOTHING


def _complete(review: Review) -> bool:
    """Whether the log claims to hold every confirmation, so that a missing one was never given."""
    return review.session.captures.confirmation == "all"


# Rules


def _rules(review: Review, axis: tuple[Column, ...]) -> Iterator[Lane]:
    governing = [frozenset(ids) for ids in review.judgement.governing]
    seen = frozenset[str]().union(*governing)
    for rule in review.policy.rules if review.policy else ():
        if rule.id in seen:
            yield Lane("rule", rule.id, Truth.DERIVED, partial(_governed, review, rule.id, axis, governing))


def _governed(
    review: Review, name: str, axis: tuple[Column, ...], governing: list[frozenset[str]]
) -> Iterator[Mark]:
    for column in axis:
        if column.decision is None or name not in governing[column.decision]:
            yield NOTHING
            continue
        found = [f for f in review.judgement.findings[column.decision] if f.subject == name]
        yield _seen(column, found)


def _seen(column: Column, found: list[Finding]) -> Mark:
    if any(f.area == "rule" and f.check == "on" for f in found):
        return Mark(marks.PERHAPS_GOVERNS, (column.at,))
    view = next((f for f in found if f.area == "visible"), None)
    if view is None:
        return Mark(marks.NOT_ASKED, (column.at,))
    return Mark(_VIEW.get(view.check, marks.MISSING), tuple(dict.fromkeys((*view.evidence, column.at))))


# Margins


def _margins(review: Review, axis: tuple[Column, ...]) -> Iterator[Lane]:
    """Yield a lane for each measure: what was measured differently is never put on one scale."""
    records = (review.session.record(column.at) if column.decision is not None else None for column in axis)
    measures = [r.margin.measure if isinstance(r, rec.Decision) and r.margin else None for r in records]
    for measure in dict.fromkeys(m for m in measures if m is not None):
        yield Lane("margin", measure, Truth.DERIVED, partial(_levels, review, measure, axis, measures))


def _levels(
    review: Review, name: str, axis: tuple[Column, ...], measures: list[str | None]
) -> Iterator[Mark]:
    for column, measure in zip(axis, measures, strict=True):
        if column.decision is None or measure not in (name, None):
            yield NOTHING
            continue
        reading = review.margin(review.session.decisions[column.decision])
        sign = marks.MARGIN_NOT_RECORDED
        if reading is not None:
            untold = marks.CANNOT_BE_TOLD if reading.problem else marks.NO_BAND
            sign = _BANDS.get(reading.band or "", untold)
        yield Mark(sign, (column.at,))


# What has no lane


def _notes(review: Review, kinds: set[marks.LaneKind]) -> Iterator[Phrase]:
    if not review.session.decisions:
        yield phrase("no decisions in this session: nothing here chose a tool or gave a reply")
    if "believed" not in kinds:
        yield phrase("confirmations: none was given (the log records them all)" if _complete(review)
                     else "confirmations: not recorded in this log")  # fmt: skip
    elif review.policy is None:
        yield phrase("how long a confirmation was live is unknown: no policy (give --policy FILE)")
    if review.policy is None:
        yield phrase("rules: which govern is unknown: no policy (give --policy FILE)")
    else:
        yield from _idle(review)
    if "margin" not in kinds:
        yield phrase("margins: not recorded in this log")


def _idle(review: Review) -> Iterator[Phrase]:
    assert review.policy is not None
    used = {name for names in review.judgement.governing for name in names}
    idle = [phrase("{id}", id=rule.id) for rule in review.policy.rules if rule.id not in used]
    if idle:
        yield own("rules that govern no decision here: ") + join(", ", idle)


def _records(*entries: int | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(entry for entry in entries if entry is not None))
