"""The decision itself: what was chosen, how close the others came, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nalyqor_tui.derive.grade import passed
from nalyqor_tui.derive.margin import Reading
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import compared, words
from nalyqor_tui.present.clock import span
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Line, Row, Tone, absent, derived, observed
from nalyqor_tui.present.talk import pretty
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

_MEASURES = {
    "logprob": "log-probability",
    "prob": "probability",
    "votes": "votes of {k}",
    "verbal": "own words",
}


def view(review: Review, decision: Decision) -> list[Line]:
    """Return the rows of the decision pane."""
    return [
        *chosen(review, decision),
        *grade(review, decision),
        *margin(review, decision),
        *compared.rows(review, decision),
        *after(review, decision),
    ]


def chosen(review: Review, decision: Decision) -> Iterator[Row]:
    """What was chosen, with its arguments or words in full."""
    action = review.session.chosen(decision)
    at = decision.entry
    if isinstance(review.session.record(at), rec.Unparsed):
        yield observed("chosen", words.GONE, at, tone="fail")
        return
    body = action.reply or "" if action.tool is None else pretty(action.arguments)
    name = phrase("reply") if action.tool is None else (action.tool,)
    yield observed("chosen", name, at, tone="strong", body=body)


def when(review: Review, decision: Decision) -> Iterator[Row]:
    """When it was chosen, and how long after what came before."""
    at = decision.entry
    moment = review.moments[decision.index]
    if moment is not None:
        yield observed("clock", moment.clock, at)
        since = (
            [phrase("{span} into the session", span=span(moment.since_start))] if moment.since_start else []
        )
        if moment.since_previous is not None:
            since.append(phrase("{span} after the decision before", span=span(moment.since_previous)))
        if since:
            tone: Tone = "remark" if moment.gap else "plain"
            yield derived("elapsed", join(", ", since), "difference of time stamps", (at,), tone=tone)


def grade(review: Review, decision: Decision) -> Iterator[Row]:
    """The grade with its coverage; without a policy, how to get one."""
    at = (decision.entry,)
    if review.policy is None:
        says = phrase("unknown: no policy (give --policy FILE, or put nalyqor.toml beside the trace)")
        yield derived("grade", says, "grade", at, tone="unknown")
        return
    found = review.judgement.grades[decision.index]
    tones: dict[str, Tone] = {"bad": "fail", "flawed": "fail", "unproven": "unknown", "sound": "pass"}
    says = phrase(found.word)
    if found.checks:
        says += phrase(", {a} of {b} checks could be judged", a=found.judged, b=found.checks)
        says += phrase(", {n} failed", n=found.failed) if found.failed else ()
    else:
        says += phrase(": no check of the policy applies")
    yield derived("grade", says, "grade", at, tone=tones.get(found.word, "dim"))


def margin(review: Review, decision: Decision) -> Iterator[Row]:
    """The alternatives as recorded, and how close they came as derived."""
    reading = review.margin(decision)
    at = decision.entry
    if reading is None:
        yield absent("margin", at)
        return
    yield derived("margin", _margin(reading), "margin", (at,), tone=_band_tone(reading.band))
    measure = phrase(_MEASURES.get(reading.measure, "{m}"), k=reading.k, m=reading.measure)
    yield observed("measure", measure, at)
    for alternative in reading.alternatives:
        mark = phrase("● " if alternative.chosen else "○ ")
        says = (*mark, *phrase("{value}  ", value=_value(reading, alternative.value)))
        row = observed(
            "chosen" if alternative.chosen else "other", (*says, *words.action(alternative.action, 60)), at
        )
        yield replace(row, bar=_share(reading, alternative.value), indent=1)
    yield from _measured_at(review, decision)


def _measured_at(review: Review, decision: Decision) -> Iterator[Row]:
    """The token at which log-probabilities were taken, and the bound on what was not recorded there."""
    record = review.session.record(decision.entry)
    recorded = (record.margin.model_extra or {}) if isinstance(record, rec.Decision) and record.margin else {}
    told = recorded.get("at")
    if not isinstance(told, dict) or not isinstance(told.get("token"), int):
        return
    says = phrase("token {n} “{text}”", n=told["token"] + 1, text=words.cut(str(told.get("says", "")), 40))
    if isinstance(outside := told.get("outside"), float | int):
        says += phrase(
            ", {k} recorded there; any other: at most {v}", k=told.get("recorded"), v=f"{outside:.4f}"
        )
    yield observed("measured at", says, decision.entry)


def after(review: Review, decision: Decision) -> Iterator[Row]:
    """What came back, and what the log says of the output in the end."""
    if decision.result is not None:
        record = review.session.record(decision.result)
        if isinstance(record, rec.ToolResult):
            status = (
                phrase("{status}", status=record.status) if record.status else phrase("status not recorded")
            )
            yield observed("result", status, decision.result, body=pretty(record.result))
        else:
            yield observed("result", words.GONE, decision.result, tone="fail")
    elif review.session.chosen(decision).tool is not None:
        yield absent("result", decision.entry)
    for entry in review.session.outcomes():
        record = entry.record
        assert isinstance(record, rec.Outcome)
        tone: Tone = {True: "pass", False: "fail", None: "plain"}[passed(record)]  # type: ignore[assignment]
        by = phrase(" by {by}", by=record.by) if record.by else ()
        yield observed("output", (*words.outcome(record), *by), entry.index, tone=tone)


def heading(review: Review, decision: Decision) -> Heading:
    """Name the decision."""
    return Heading(words.title(review.session, decision))


def _value(reading: Reading, value: float) -> str:
    return f"{value:g}" if reading.measure in ("votes", "score", "verbal") else f"{value:.4f}"


def _share(reading: Reading, value: float) -> float | None:
    """Return the length of a bar: the share of all in the measure's own terms, None where that has no meaning."""
    values = [a.value for a in reading.alternatives]
    if reading.measure == "votes" and reading.k:
        return max(0.0, min(1.0, value / reading.k))
    if reading.measure == "prob":
        return max(0.0, min(1.0, value))
    if reading.measure == "logprob":
        from math import exp

        return exp(min(0.0, value))
    top = max((abs(v) for v in values), default=0)
    return max(0.0, value) / top if top else None


def _margin(reading: Reading) -> Phrase:
    if reading.problem:
        return phrase("unknown: {why}", why=own(reading.problem))
    says = phrase("{measure} {size}", measure=reading.measure, size=words.size(reading))
    if reading.interval is not None:
        low, high = reading.interval
        says += phrase(", difference {d} [{low}, {high}] of 95 %", d=f"{reading.value:.3f}", low=f"{low:.3f}",
                       high=f"{high:.3f}")  # fmt: skip
    if reading.share is not None:
        says += phrase(", {share} of the pair", share=f"{reading.share:.1%}")
    if reading.band is None:
        return says + phrase(", no band declared for this measure")
    return says + phrase(": {band} ({source})", band=own(reading.band), source=reading.band_source)


def _band_tone(band: str | None) -> Tone:
    tones: dict[str | None, Tone] = {
        "tie": "fail",
        "against": "fail",
        "unresolved": "unknown",
        "clear": "pass",
    }
    return tones.get(band, "plain")
