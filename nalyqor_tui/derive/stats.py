"""Counts with what they are worth: intervals for shares, odds ratios, and chances over repeated trials.

Wilson (1927) for a share, Woolf (1955) with the Haldane–Anscombe correction for an odds ratio, Fisher's exact
test summed over tables no likelier than the one at hand, and pass^k as τ-bench defines it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution
_SLACK = 1e-7  # tables that are equally likely may differ in the last digits


@dataclass(frozen=True, slots=True)
class Share:
    """`k` of `n` with the 95 % interval of the share; both ends are 0 and 1 where n is 0."""

    k: int
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Odds:
    """The odds ratio of a two-by-two table with its 95 % interval and Fisher's exact two-sided p."""

    ratio: float
    low: float
    high: float
    p: float


def wilson(k: int, n: int) -> Share:
    """Return a share with its Wilson interval."""
    if n == 0:
        return Share(0, 0, 0.0, 1.0)
    p, z2 = k / n, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Share(k, n, 0.0 if k == 0 else middle - half, 1.0 if k == n else middle + half)


def odds(both: int, first: int, second: int, neither: int) -> Odds:
    """Return the odds ratio of a table [[both, first only], [second only, neither]].

    Where a cell is empty, half is added to each: the ratio would be 0 or infinite.
    """
    a, b, c, d = (float(cell) for cell in (both, first, second, neither))
    if not all((a, b, c, d)):
        a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
    log = math.log(a * d / (b * c))
    half = _Z * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return Odds(
        math.exp(log), math.exp(log - half), math.exp(log + half), fisher(both, first, second, neither)
    )


def fisher(both: int, first: int, second: int, neither: int) -> float:
    """Return the exact two-sided p that a table is this uneven or more by chance, its margins as they are."""
    row, column, n = both + first, both + second, both + first + second + neither
    mine = _likelihood(both, row, column, n)
    span = range(max(0, row + column - n), min(row, column) + 1)
    return min(1.0, sum(p for x in span if (p := _likelihood(x, row, column, n)) <= mine * (1 + _SLACK)))


def pass_k(trials: int, passed: int, k: int) -> float:
    """Return the chance that `k` trials drawn from these all passed; `k` is at most `trials`."""
    return math.comb(passed, k) / math.comb(trials, k)


def _likelihood(x: int, row: int, column: int, n: int) -> float:
    """Return the hypergeometric chance of a table by its first cell and its margins."""
    return math.exp(_log_comb(row, x) + _log_comb(n - row, column - x) - _log_comb(n, column))


def _log_comb(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
