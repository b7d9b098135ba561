"""The tracks of a session: confirmations, rules and margins as lines over the same turns.

The axis has a column for each decision. A turn without one has a column, too, if the user spoke in it or a
confirmation changed, and so has the end of a turn in which one changed after the last decision: what was given
in turn 2 must be seen at turn 2. A mark tells how things stood just before its decision; what the decision's own
call used up is marked at that decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from nalyqor_tui.derive.consent import Class
from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.life import Because
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import lifelines, marks
from nalyqor_tui.present.marks import NOTHING, Column, Lane, Mark, Sign, Tracks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.trace import records as rec

_FROM_OUTSIDE: frozenset[Because] = frozenset(
    {"superseded", "revoked", "expired", "context_reset", "compacted"}
)
"""Ends that no call of the agent brings about, and that are not the end of the log itself."""
_VIEW: Mapping[str, Sign] = {
    "in_context": marks.IN_VIEW,
    "truncated": marks.TRUNCATED,
    "buried": marks.BURIED,
    "stale_version": marks.STALE_VERSION,
    "unknown": marks.VIEW_UNKNOWN,
    "not_asked": marks.NOT_ASKED,
}
_CLASSES: Mapping[Class, Sign] = {
    "confirmed": marks.CONFIRMED,
    "mismatched": marks.MISMATCHED,
    "stale": marks.STALE,
    "requested": marks.REQUESTED,
    "none": marks.NO_CONSENT,
    "unknown": marks.CONSENT_UNKNOWN,
}
_BANDS: Mapping[str, Sign] = {
    sign.word: sign for sign in (marks.TIE, marks.NARROW, marks.CLEAR, marks.AGAINST, marks.UNRESOLVED)
}


def tracks(review: Review) -> Tracks:
    """Return the tracks of a session."""
    axis = _axis(review)
    confirmed = [*lifelines.lanes(review, axis), *_talk(review, axis)]
    lanes = [*confirmed, *_rules(review, axis), *_margins(review, axis)]
    return Tracks(axis, tuple(lanes), tuple(_notes(review, {lane.kind for lane in lanes})))


# The axis


def _axis(review: Review) -> tuple[Column, ...]:
    session = review.session
    made = {d.turn: d.entry for d in session.decisions}  # the last decision of each turn
    ends = {entry.turn: entry.index + 1 for entry in session.entries}
    changed = {session.entries[at].turn: at for at in sorted(_changes(review))}
    columns = [Column(d.turn, d.number, d.index, d.entry) for d in session.decisions]
    for turn in session.turns:
        late = changed.get(turn.number, -1) > made.get(turn.number, -1)
        if late or (turn.user is not None and turn.number not in made):
            columns.append(Column(turn.number, str(turn.number), None, ends[turn.number]))
    return tuple(sorted(columns, key=lambda column: (column.at, column.decision is not None)))


def _changes(review: Review) -> Iterator[int]:
    """Yield the records that gave or ended a confirmation, save for the calls that used one up."""
    for life in review.judgement.ledger.lives:
        yield life.entry
        yield from (s.since for s in life.changes if s.because in _FROM_OUTSIDE and s.since is not None)


# Consent that was read out of talk


def _talk(review: Review, axis: tuple[Column, ...]) -> Iterator[Lane]:
    """Yield the lane of the writes whose consent was read out of talk, where no records decide."""
    if review.judgement.consents:
        yield Lane("consent", "consent", Truth.DERIVED, partial(_consented, review, axis))


def _consented(review: Review, axis: tuple[Column, ...]) -> Iterator[Mark]:
    for column in axis:
        consent = review.judgement.consents.get(column.decision) if column.decision is not None else None
        yield Mark(_CLASSES[consent.cls], (*consent.evidence, column.at)) if consent else NOTHING


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
        yield phrase(_unconfirmed(review, talk="consent" in kinds))
    elif review.policy is None:
        yield phrase("how long a confirmation was live is unknown: no policy (give --policy FILE)")
    if review.policy is None:
        yield phrase("rules: which govern is unknown: no policy (give --policy FILE)")
    else:
        yield from _idle(review)
    if "margin" not in kinds:
        yield phrase("margins: not recorded in this log")


def _unconfirmed(review: Review, *, talk: bool) -> str:
    if lifelines.complete(review):
        return "confirmations: none was given (the log records them all)"
    return "confirmations: not recorded in this log" + ("; consent was read out of talk" if talk else "")


def _idle(review: Review) -> Iterator[Phrase]:
    assert review.policy is not None
    used = {name for names in review.judgement.governing for name in names}
    idle = [phrase("{id}", id=rule.id) for rule in review.policy.rules if rule.id not in used]
    if idle:
        yield own("rules that govern no decision here: ") + join(", ", idle)
