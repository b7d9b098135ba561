"""The tracks in rows: each lane as a sentence for those who cannot see it, and each mark with what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nalyqor_tui.derive.approval import FROM_TEXT
from nalyqor_tui.derive.finding import Area
from nalyqor_tui.derive.life import Life
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present import confirmations, marks, words
from nalyqor_tui.present.lifelines import stands
from nalyqor_tui.present.marks import Column, Lane, LaneKind, Mark, Sign, Tracks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import TONES, Row, absent, derived, flat, observed
from nalyqor_tui.trace.session import Decision

_RULES: dict[LaneKind, str] = {
    "policy": "confirmation ledger",
    "consent": FROM_TEXT,
    "rule": "governing rules in view",
    "margin": "margin bands",
}


def lane_rows(tracks: Tracks) -> list[Row]:
    """Say all lanes in words: `cf1 policy: given 2.1; live 2.2 to 5.2; ended here 6.1; ended 6.2 to 10.3`.

    A belief that the policy contradicts has two rows, one of what was observed and one of what follows.
    """
    return [row for lane in tracks.lanes for row in _lane(tracks.columns, lane)]


def _lane(columns: tuple[Column, ...], lane: Lane) -> Iterator[Row]:
    if lane.kind != "believed":
        says, entries = _said(columns, lane, {})
        yield derived("track", says, _RULES[lane.kind], entries)
        return
    says, entries = _said(columns, lane, marks.OBSERVED_WORDS)
    yield observed("track", says, entries)
    others = {sign: "" for sign in marks.SIGNS["believed"] if sign not in marks.OBSERVED_WORDS}
    if any(mark.sign in marks.OBSERVED_WORDS for mark in lane.marks):
        says, entries = _said(columns, lane, others)
        yield derived("track", says, "confirmation ledger", entries, tone="fail")


def _said(columns: tuple[Column, ...], lane: Lane, other: Mapping[Sign, str]) -> tuple[Phrase, list[int]]:
    """Say the stretches of a lane, with `other` words for some signs, and return the records behind them."""
    runs: list[_Run] = []
    for column, mark in zip(columns, lane.marks, strict=True):
        if lane.kind == "believed" and column.decision is None:
            continue  # where nothing was decided, nothing was believed, and nothing changed
        word = other.get(mark.sign, mark.sign.word)
        if runs and runs[-1].word == word:
            runs[-1].last = column.number
        else:
            runs.append(_Run(word, column.number, column.number, mark.entries))
    told = [run for run in runs if run.word]
    says = lane.label + phrase(": ") + (own("; ".join(map(str, told)) or "nothing"))
    return says, list(dict.fromkeys(at for run in told for at in run.entries))


@dataclass(slots=True)
class _Run:
    """A stretch of columns with the same word, and the records behind the first of them."""

    word: str
    first: str
    last: str
    entries: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.word} {self.first}" + (f" to {self.last}" if self.last != self.first else "")


def behind(review: Review, tracks: Tracks, lane: Lane, at: int) -> list[Row]:
    """Return what stands behind the mark of a lane in the column `at`, each statement with its own truth."""
    column, mark = tracks.columns[at], lane.marks[at]
    decision = None if column.decision is None else review.session.decisions[column.decision]
    if lane.kind in ("policy", "believed"):
        if lane.life is None:
            return _ghost(review, lane, mark, decision)
        return _confirmation(review, review.judgement.ledger.lives[lane.life], column, decision)
    if lane.kind == "consent":
        return _consent(review, decision)
    if lane.kind == "rule":
        return _rule(review, lane, mark, decision)
    return _margin(review, lane, mark, decision)


def title(tracks: Tracks, lane: Lane, at: int) -> Phrase:
    """Say where the cursor is and what the mark there says: `9.1 · cf1 believed · relied upon after its end`."""
    column, mark = tracks.columns[at], lane.marks[at]
    return phrase("{n} · ", n=own(column.number)) + lane.label + own(f" · {_word(lane, column, mark)}")


def _word(lane: Lane, column: Column, mark: Mark) -> str:
    if mark.sign.word:
        return mark.sign.word
    if column.decision is None and lane.kind != "policy":
        return "no decision was made here"
    nothing = {"policy": "not given yet", "believed": "nothing recorded, and not given yet",
               "consent": "no write", "rule": "does not govern", "margin": "another measure"}  # fmt: skip
    return nothing[lane.kind]


def _confirmation(review: Review, life: Life, column: Column, decision: Decision | None) -> list[Row]:
    given = phrase("{id} {type} given in turn {turn} by {by}", id=life.id, type=life.type_name or own("(no type)"),
                   turn=life.turn, by=life.record.by or words.NOT_RECORDED)  # fmt: skip
    out = [observed("given", given, life.entry), confirmations.standing(review, life, stands(life, column))]
    if decision is not None:
        out.append(confirmations.believes(review, decision, life.id))
        out += _found(review, decision, life.id, ("confirmation",))
    return out


def _ghost(review: Review, lane: Lane, mark: Mark, decision: Decision | None) -> list[Row]:
    if decision is None or not mark.sign.word:
        return []
    row = confirmations.believes(review, decision, lane.subject)
    return [row, *_found(review, decision, lane.subject, ("confirmation",))]


def _consent(review: Review, decision: Decision | None) -> list[Row]:
    consent = review.judgement.consents.get(decision.index) if decision is not None else None
    return flat(confirmations.from_talk(consent, decision)) if decision and consent else []


def _rule(review: Review, lane: Lane, mark: Mark, decision: Decision | None) -> list[Row]:
    if decision is None or not mark.sign.word:
        return []
    found = _found(review, decision, lane.subject, ("rule", "visible"))
    return found or [derived("governs", own(mark.sign.word), "governing rules", mark.entries, tone="dim")]


def _margin(review: Review, lane: Lane, mark: Mark, decision: Decision | None) -> list[Row]:
    if decision is None or not mark.sign.word:
        return []
    reading = review.margin(decision)
    if reading is None:
        return [absent("margin", decision.entry)]
    says = phrase("{measure} {size}", measure=lane.subject, size=own(words.size(reading)))
    says += own(f": {reading.band}") if reading.band else ()
    says += phrase(" ({source})", source=reading.band_source) if reading.band_source else ()
    says += own(f": {reading.problem}") if reading.problem else ()
    return [derived("margin", says, "margin bands", (decision.entry,), tone=mark.sign.tone)]


def _found(review: Review, decision: Decision, subject: str, areas: tuple[Area, ...]) -> list[Row]:
    out = []
    for finding in review.judgement.findings[decision.index]:
        if finding.subject == subject and finding.area in areas:
            verdict = own(f"{finding.check.replace('_', ' ')}: {finding.verdict}: ")
            tone = TONES[finding.verdict]
            out.append(derived("found", verdict + finding.says, finding.check, finding.evidence, tone=tone))
    return out
