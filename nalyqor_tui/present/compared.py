"""A decision beside its like: its margin among comparable ones, and what other runs of its case chose there.

Every row is derived, and none is part of the grade. They say where a number stands and whether a series is
falling; none says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nalyqor_tui.derive import series as like
from nalyqor_tui.derive.trials import Choice, Trials
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.policy.loader import defaults
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Tone, derived
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

_EVIDENCE = 24  # records that are named one by one; of a longer series the first, the last and this one
_CHOICES = 5  # choices that are listed
_NAMES = 4  # runs that are named for each
_UNREAD = phrase("not told yet: the other sessions of this file are still being read")


def rows(review: Review, decision: Decision) -> Iterator[Row]:
    """Return the rows that follow the recorded margin in the decision pane."""
    yield from margins(review, decision)
    yield from trials(review, decision)


def margins(review: Review, decision: Decision) -> Iterator[Row]:
    """Where a recorded margin stands among comparable ones; nothing where none was recorded."""
    reading = review.margin(decision)
    model = review.session.header.request_model if review.session.header else None
    kind = like.kind(reading, model) if reading else None
    if reading is None or kind is None:
        return
    series = review.series[kind]
    declared, source = (review.policy or defaults()).comparing
    at = _evidence(review, series, decision)
    found = like.standing(series, decision.index, declared.least)
    if found is not None:
        tone: Tone = "dim" if found.percentile is None else "plain"
        yield derived("percentile", _standing(found, kind), "mid-rank", at, tone=tone)
    if len(series) >= declared.least:
        trend = like.drift(series, declared)
        tone = "remark" if trend and trend.word != "neither" else "dim"
        says = _drift(trend, reading.unit, declared.p, source) if trend else _too_long(len(series))
        yield derived("drift", says, "Theil–Sen slope, Kendall's test", at, tone=tone)
        yield from _shift(review, decision, kind, reading.unit)


def trials(review: Review, decision: Decision) -> Iterator[Row]:
    """What the other runs of the same case chose at this point; nothing where the case was run once."""
    if review.case is None or review.across.alone:
        return
    at = (decision.entry, *_outcomes(review, review.case))
    sessions = review.across.sessions()
    if sessions is None:
        yield derived("trials", _UNREAD, "trials", at, tone="dim")
        return
    bands = (review.policy or defaults()).bands("votes")
    found = sessions.runs.at(review.index, decision.index, bands)
    if found is None:
        return
    if found.k == 1:
        says = phrase("no other of the {n} trials of {case} came here by the same actions", n=own(str(found.runs)),
                      case=found.case)  # fmt: skip
        yield derived("trials", says, "trials", at, tone="dim")
        return
    tone: Tone = "remark" if found.band in ("tie", "against") else "plain"
    yield derived("trials", _trials(found), "trials", at, tone=tone)
    for choice in found.choices[:_CHOICES]:
        yield _choice(review, decision, found, choice, at)
    if (more := len(found.choices) - _CHOICES) > 0:
        yield derived("", own(f"and {more} choices more"), "trials", at, tone="dim", indent=1)


def _standing(found: like.Standing, kind: like.Kind) -> Phrase:
    if found.percentile is None:
        says = phrase("n too small: {n} other comparable in this session ", n=own(str(found.n)))
    else:
        equal = own(f", equal to {found.equal}") if found.equal else ()
        says = phrase("lower than {above} of {n} other comparable in this session{equal}: percentile {p} ",
                      above=own(str(found.above)), n=own(str(found.n)), equal=equal,
                      p=own(f"{found.percentile:.0f}"))  # fmt: skip
    return says + _kind(kind)


def _kind(kind: like.Kind) -> Phrase:
    measure = phrase("{measure}", measure=kind.measure) + (own(f" of {kind.k}") if kind.k is not None else ())
    chosen, other = (own("reply") if tool is None else (tool,) for tool in (kind.chosen, kind.other))
    model = phrase("model not recorded") if kind.model is None else phrase("model {m}", m=kind.model)
    return phrase("({measure}, {chosen} against {other}, {model})", measure=measure, chosen=chosen, other=other,
                  model=model)  # fmt: skip


def _drift(found: like.Drift, unit: str, level: float, source: str) -> Phrase:
    slope = own(f"{_signed(found.slope)} {unit}".strip())
    how = "" if found.kendall.exact else " (normal approximation)"
    test = own(f"Kendall p {_p(found.kendall.p)}{how}")
    says = phrase("{word}: Theil–Sen {slope} a decision, {test}, {n} comparable",
                  word=own("no drift can be claimed" if found.word == "neither" else found.word), slope=slope,
                  test=test, n=own(str(found.n)))  # fmt: skip
    return says + phrase(" (p < {level}, {source})", level=own(f"{level:g}"), source=source)


def _too_long(n: int) -> Phrase:
    return own(f"not worked out: {n} comparable, more than {like.MOST}")


def _shift(review: Review, decision: Decision, kind: like.Kind, unit: str) -> Iterator[Row]:
    """Hold the session's series against the other sessions; nothing where none of them has comparable margins."""
    if kind.model is None or review.across.alone:
        return
    at = _evidence(review, review.series[kind], decision)
    _, source = (review.policy or defaults()).comparing
    if (held := review.shift(kind)) is None:
        yield derived("cusum", _UNREAD, "tabular CUSUM", at, tone="dim")
        return
    if held.n == 0:
        return
    if (found := held.shift) is None:
        says = own(f"n too small, or all alike: {held.n} comparable in other sessions")
        yield derived("cusum", says, "tabular CUSUM", at, tone="dim")
        return
    where: Phrase = ()
    if found.at is not None:
        where = own(review.session.decisions[review.series[kind].decisions[found.at]].number)
    tone: Tone = "dim" if found.word == "neither" else "remark"
    yield derived("cusum", _shifted(found, where, unit) + phrase(" ({source})", source=source), "tabular CUSUM",
                  at, tone=tone)  # fmt: skip


def _shifted(found: like.Shift, where: Phrase, unit: str) -> Phrase:
    if found.at is None:
        top = max(*found.high, *found.low)
        says = own(f"no shift can be claimed: highest sum {top:.1f} sd, H {found.h:g}")
    else:
        reached = (found.low if found.word == "below" else found.high)[found.at]
        says = own(f"{found.word} the other sessions from ") + where
        says += own(f" on: sum {reached:.1f} sd passes H {found.h:g}")
    target = f"{found.target:.3f} {unit}".strip()
    return says + own(f", K {found.k:g}; their mean {target}, sd {found.sd:.3f}, {found.n} comparable in "
                      f"{found.sessions} sessions")  # fmt: skip


def _trials(found: Trials) -> Phrase:
    low, high = found.interval
    says = phrase("{n} of {k} trials of {case} chose this here", n=own(str(found.votes)), k=own(str(found.k)),
                  case=found.case)  # fmt: skip
    says += own(f", of {found.runs} in the file") if found.k < found.runs else ()
    says += own(f": difference {_signed(found.value)} [{_signed(low)}, {_signed(high)}] of 95 %")
    if found.band is None:
        return says + phrase(", no band declared for votes")
    return says + phrase(": {band} ({source})", band=own(found.band), source=found.band_source)


def _choice(review: Review, decision: Decision, found: Trials, choice: Choice, at: tuple[int, ...]) -> Row:
    """Write a choice with the runs that made it; its arguments are the same in all of them."""
    session = review.trace.session(choice.runs[0])
    action = session.chosen(session.decisions[decision.index])
    what = phrase("a reply") if action.tool is None else words.action(action, 60)
    ids = review.trace.session_ids
    names = join(", ", [phrase("{id}", id=ids[run]) for run in choice.runs[:_NAMES]])
    more = own(f" and {len(choice.runs) - _NAMES} more") if len(choice.runs) > _NAMES else ()
    says = (
        own(f"{'●' if choice.chosen else '○'} {len(choice.runs)}  ") + what + phrase(", in ") + names + more
    )
    row = derived("this" if choice.chosen else "other", says, "trials", at, indent=1)
    return replace(row, bar=len(choice.runs) / found.k)


def _outcomes(review: Review, case: str) -> tuple[int, ...]:
    """Name the records that say which case this was."""
    outcomes = review.session.outcomes()
    return tuple(e.index for e in outcomes if isinstance(e.record, rec.Outcome) and e.record.case == case)


def _evidence(review: Review, series: like.Series, decision: Decision) -> tuple[int, ...]:
    """Name the records of a series, this decision first."""
    made = series.decisions
    named = made if len(made) <= _EVIDENCE else (made[0], made[-1])
    entries = [review.session.decisions[at].entry for at in named]
    return tuple(dict.fromkeys((decision.entry, *entries)))


def _signed(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _p(p: float) -> str:
    return f"{p:.4f}" if p >= 0.0001 else "< 0.0001"
