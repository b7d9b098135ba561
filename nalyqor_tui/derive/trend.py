"""Tests of a run of numbers: does it rise or fall, and has it left the level of others.

Kendall's tau-b with the exact distribution of its S (Kendall & Gibbons 1990; the inversions of a multiset are
counted by Gaussian multinomials, so ties are exact, too), the Theil–Sen slope (Sen 1968), and the tabular
CUSUM (Montgomery; NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3). Pure functions.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EXACT = 100  # values up to which counting every arrangement takes less than a tenth of a second


@dataclass(frozen=True, slots=True)
class Kendall:
    """Kendall's test of a trend: concordant minus discordant pairs, tau-b, and the two-sided p.

    `tau` is None where all values are equal. `exact` is False where p is the normal approximation.
    """

    s: int
    tau: float | None
    p: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Cusum:
    """The two sums of a tabular CUSUM after each value: `high` above the target, `low` below it, both from 0."""

    high: tuple[float, ...]
    low: tuple[float, ...]


def kendall(values: Sequence[float]) -> Kendall:
    """Test the values against their order; p is exact up to `EXACT` values."""
    n = len(values)
    s = sum((b > a) - (b < a) for i, a in enumerate(values) for b in values[i + 1 :])
    ties = list(Counter(values).values())
    pairs = math.comb(n, 2)
    untied = pairs - sum(math.comb(t, 2) for t in ties)
    tau = s / math.sqrt(pairs * untied) if untied else None
    p = _exact(s, untied, ties) if n <= EXACT else _normal(s, n, ties)
    return Kendall(s, tau, p, n <= EXACT)


def inversions(ties: Iterable[int]) -> list[int]:
    """Count the arrangements of values by their number of inversions; `ties` are the sizes of groups of equals."""
    counts, placed = [1], 0
    for size in ties:
        for member in range(1, size + 1):  # a Gaussian binomial, one factor at a time
            placed += 1
            counts = _divided(_multiplied(counts, placed), member)
    return counts


def theil_sen(values: Sequence[float]) -> float:
    """Return the median slope of all pairs, in units a step; ask it of two values at least."""
    return statistics.median(
        (b - a) / step for i, a in enumerate(values) for step, b in enumerate(values[i + 1 :], start=1)
    )


def cusum(values: Iterable[float], target: float, k: float) -> Cusum:
    """Sum up how far values stay above and below a target, each step forgiven `k`."""
    high, low = [0.0], [0.0]
    for value in values:
        high.append(max(0.0, high[-1] + value - target - k))
        low.append(max(0.0, low[-1] + target - value - k))
    return Cusum(tuple(high[1:]), tuple(low[1:]))


def _exact(s: int, untied: int, ties: Iterable[int]) -> float:
    if s == 0:
        return 1.0
    counts = inversions(ties)  # S is `untied` less two for each inversion; its distribution is symmetric
    tail = sum(counts[: (untied - abs(s)) // 2 + 1])
    return min(1.0, 2 * tail / sum(counts))


def _normal(s: int, n: int, ties: Iterable[int]) -> float:
    spread = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if spread <= 0:
        return 1.0
    return min(1.0, math.erfc(max(0, abs(s) - 1) / math.sqrt(2 * spread)))


def _multiplied(counts: list[int], power: int) -> list[int]:
    """Multiply a polynomial by 1 - q^power."""
    out = counts + [0] * power
    for at, count in enumerate(counts):
        out[at + power] -= count
    return out


def _divided(counts: list[int], power: int) -> list[int]:
    """Divide a polynomial by 1 - q^power, which must divide it."""
    out = counts[:]
    for at in range(power, len(out)):
        out[at] += out[at - power]
    return out[: len(out) - power]
