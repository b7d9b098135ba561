"""Margins side by side: how one stands among its like, whether they drift, whether they left the other sessions.

Only margins of one kind are compared: same measure, same model, same chosen tool against the same best other
(votes also with the same k). What is worked out here is about recorded numbers; it names no cause.
"""

from __future__ import annotations

import statistics
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from nalyqor_tui.derive import margin as margins
from nalyqor_tui.derive import trend
from nalyqor_tui.policy.schema import Comparing
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session

MOST = 500  # values of a series up to which its pairs are compared at once
_DIGITS = 12  # a difference of recorded numbers is exact up to here; the rest is noise that would break ties

Word = Literal["falling", "rising", "neither"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What margins must share to be compared; a tool is None for a reply, the model where it was not recorded."""

    measure: str
    k: int | None
    model: str | None
    chosen: str | None
    other: str | None


@dataclass(eq=False)
class Series:
    """Margins of one kind: the ordinals of their decisions, in order, and their values in the measure's own unit."""

    decisions: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.values)

    def add(self, decision: int, value: float) -> None:
        """Put one more margin at the end."""
        self.decisions.append(decision)
        self.values.append(round(value, _DIGITS))

    @cached_property
    def ranked(self) -> array[float]:
        """The values from the lowest to the highest."""
        return array("d", sorted(self.values))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a margin stands among the `n` others of its series: `above` of them are higher, `equal` the same.

    `percentile` is its mid-rank from 0 (lowest) to 100, None where there are too few others.
    """

    n: int
    above: int
    equal: int
    percentile: float | None


@dataclass(frozen=True, slots=True)
class Drift:
    """The trend along a whole series: Theil–Sen slope in units a comparable decision, and Kendall's test."""

    n: int
    slope: float
    kendall: trend.Kendall
    word: Word


@dataclass(frozen=True, slots=True)
class Shift:
    """A session's series against the other sessions of the file, by a tabular CUSUM.

    `target` and `sd` are the mean and the standard deviation of the `n` margins of `sessions` others; `high`,
    `low` are the sums in standard deviations; `at` is the place in the series where one first passed `h`.
    """

    n: int
    sessions: int
    target: float
    sd: float
    k: float
    h: float
    high: tuple[float, ...]
    low: tuple[float, ...]
    at: int | None
    word: Literal["below", "above", "neither"]


def kind(reading: margins.Reading, model: str | None) -> Kind | None:
    """Return what a margin can be compared by, None where its size cannot be told."""
    if reading.value is None:
        return None
    chosen = next(a.action.tool for a in reading.alternatives if a.chosen)
    other = next(a.action.tool for a in reading.alternatives if not a.chosen)
    return Kind(reading.measure, reading.k if reading.measure == "votes" else None, model, chosen, other)


def collect(session: Session) -> dict[Kind, Series]:
    """Sort the recorded margins of a session into series, in the order of its decisions."""
    model = session.header.request_model if session.header else None
    out: dict[Kind, Series] = {}
    for at, record in enumerate(session.made()):
        if isinstance(record, rec.Decision) and record.margin is not None:
            reading = margins.read(record.margin, record.chosen, None)
            if (found := kind(reading, model)) is not None and reading.value is not None:
                out.setdefault(found, Series()).add(at, reading.value)
    return out


def standing(series: Series, decision: int, least: int) -> Standing | None:
    """Say where the margin of a decision stands in its series, None where it is not in it."""
    at = bisect_left(series.decisions, decision)
    if at == len(series) or series.decisions[at] != decision:
        return None
    mine, ranked, n = series.values[at], series.ranked, len(series) - 1
    above = len(ranked) - bisect_right(ranked, mine)
    equal = n - above - bisect_left(ranked, mine)
    percentile = 100 * (n - above - equal / 2) / n if n >= max(1, least) else None
    return Standing(n, above, equal, percentile)


def drift(series: Series, declared: Comparing) -> Drift | None:
    """Test a series for a trend, None where it is too short to tell or too long to compare all its pairs."""
    return _drift(series, declared) if max(2, declared.least) <= len(series) <= MOST else None


@lru_cache(maxsize=64)
def _drift(series: Series, declared: Comparing) -> Drift:
    values = series.values
    test, slope = trend.kendall(values), trend.theil_sen(values)
    word: Word = "neither"
    if test.p < declared.p:
        word = "falling" if test.s < 0 else "rising"
    return Drift(len(values), slope, test, word)


def shift(series: Series, others: Mapping[int, Sequence[float]], declared: Comparing) -> Shift | None:
    """Hold a series against those of the other sessions, None where these are too few or all their values equal."""
    pool = [value for values in others.values() for value in values]
    if len(pool) < max(2, declared.least) or not len(series):
        return None
    target, sd = statistics.fmean(pool), statistics.stdev(pool)
    if sd <= 0:
        return None
    sums = trend.cusum(((value - target) / sd for value in series.values), 0.0, declared.k)
    below, above = _passes(sums.low, declared.h), _passes(sums.high, declared.h)
    first = min((at for at in (below, above) if at is not None), default=None)
    word: Literal["below", "above", "neither"] = (
        "neither" if first is None else "below" if first == below else "above"
    )
    sessions = sum(bool(values) for values in others.values())
    return Shift(len(pool), sessions, target, sd, declared.k, declared.h, sums.high, sums.low, first, word)


def _passes(sums: Iterable[float], limit: float) -> int | None:
    return next((at for at, value in enumerate(sums) if value > limit), None)
