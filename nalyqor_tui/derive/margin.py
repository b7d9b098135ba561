"""How close the choice was: chosen against best other, each measure in its own unit, never one axis.

Formulae and test vectors: semantics.md, section 3; Agresti & Min (2005) for the interval of the difference
of votes; the exact two-sided binomial test for their order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nalyqor_tui.policy.schema import Bands
from nalyqor_tui.trace import records as rec

_Z = 1.959964  # 95 % of a normal distribution lie within so many standard errors
_MOST = 1_000_000  # samples that anybody draws for one choice
_EXACT = 2_000  # votes up to which the exact test is quick
UNITS = {"logprob": "nat", "prob": "", "votes": "", "score": "", "verbal": ""}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One candidate with its value in the measure's own terms; `chosen` marks the recorded choice."""

    action: rec.Action
    value: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A margin that was recorded: its size in `unit`, the interval (votes only), and the band.

    `value` is None where it cannot be told (the reason is in `problem`); `band` is None where none is
    declared. `share` is the chosen one's pairwise share against the best other (log-probabilities only).
    """

    measure: str
    alternatives: tuple[Alternative, ...]
    k: int | None = None
    value: float | None = None
    interval: tuple[float, float] | None = None
    share: float | None = None
    p: float | None = None
    band: str | None = None
    band_source: str = ""
    problem: str = ""

    @property
    def unit(self) -> str:
        """The unit that follows the value."""
        return UNITS.get(self.measure, "")


def read(margin: rec.Margin, chosen: rec.Action, bands: tuple[Bands, str] | None) -> Reading:
    """Read a recorded margin, anchored on the recorded choice."""
    picked = _chosen(margin.candidates, chosen)
    ordered = sorted(enumerate(margin.candidates), key=lambda pair: -pair[1].value)
    alternatives = tuple(Alternative(c, c.value, index == picked) for index, c in ordered)
    others = [a.value for a in alternatives if not a.chosen]
    problem = _problem(margin, picked, others)
    if problem or picked is None:
        return Reading(margin.measure, alternatives, margin.k, problem=problem)
    mine, best = margin.candidates[picked].value, max(others)
    if margin.measure == "votes":
        return _votes(margin, alternatives, mine, best, bands)
    value = mine - best
    if not math.isfinite(value):
        return Reading(margin.measure, alternatives, margin.k, problem="too far apart for a number")
    share = _share(value) if margin.measure == "logprob" else None
    band, source = (_band(value, bands[0]), bands[1]) if bands else (None, "")
    return Reading(margin.measure, alternatives, margin.k, value, share=share, band=band, band_source=source)


def agresti_min(chosen: float, other: float, k: int) -> tuple[float, tuple[float, float]]:
    """Return the adjusted difference of two vote shares out of `k` and its 95 % interval, clipped to ±1."""
    d = (chosen - other) / (k + 2)
    se = math.sqrt(max(0.0, chosen + other + 1 - (chosen - other) ** 2 / (k + 2))) / (k + 2)
    return d, (max(-1.0, d - _Z * se), min(1.0, d + _Z * se))


def binomial(successes: int, trials: int) -> float:
    """Return the exact two-sided p of a fair coin giving a result at least as uneven (`trials` up to thousands)."""
    if trials == 0:
        return 1.0
    mine = math.comb(trials, successes)
    total = sum(c for i in range(trials + 1) if (c := math.comb(trials, i)) <= mine)
    return min(1.0, float(total / 2**trials))


def _chosen(candidates: list[rec.Candidate], chosen: rec.Action) -> int | None:
    """Find the recorded choice: by tool and arguments where candidates carry them, else by a tool that is clear."""
    same = [
        i
        for i, c in enumerate(candidates)
        if (c.tool is not None and c.tool == chosen.tool)
        or (c.tool is None and chosen.tool is None and c.reply is not None)
    ]
    exact = [
        i
        for i in same
        if (chosen.tool is None and candidates[i].reply == chosen.reply)
        or (chosen.tool is not None and candidates[i].arguments == chosen.arguments)
    ]
    if len(exact) == 1:
        return exact[0]
    loose = [i for i in same if candidates[i].arguments is None and candidates[i].reply in (None, "")]
    return same[0] if len(same) == 1 and (loose or not exact) and loose == same else None


def _problem(margin: rec.Margin, picked: int | None, others: list[float]) -> str:
    if picked is None:
        return "the chosen action is not among the recorded alternatives"
    if not others:
        return "no other alternative was recorded"
    if not all(math.isfinite(c.value) for c in margin.candidates):
        return "a recorded value is not a finite number"
    if margin.measure == "votes":
        if not margin.k or margin.k < 1:
            return "votes without k, the number of samples"
        if margin.k > _MOST or any(c.value < 0 or c.value != int(c.value) for c in margin.candidates):
            return "votes that are no counts"
        if sum(c.value for c in margin.candidates) > margin.k:
            return "more votes than samples"
    return ""


def _votes(
    margin: rec.Margin,
    alternatives: tuple[Alternative, ...],
    mine: float,
    best: float,
    bands: tuple[Bands, str] | None,
) -> Reading:
    k = margin.k or 0
    value, interval = agresti_min(mine, best, k)
    p = binomial(int(mine), int(mine + best)) if mine + best <= _EXACT else None
    band, source = (vote_band(interval, bands[0]), bands[1]) if bands else (None, "")
    return Reading("votes", alternatives, k, value, interval, None, p, band, source)


def vote_band(interval: tuple[float, float], bands: Bands) -> str:
    """Name the band of a difference of vote shares by its interval; too few samples is not a tie."""
    low, high = interval
    if high < 0:
        return "against"
    if -bands.tie <= low and high <= bands.tie:
        return "tie"
    return "clear" if low > bands.tie else "unresolved"


def _band(value: float, bands: Bands) -> str:
    if value <= -bands.tie:
        return "against"
    if value < bands.tie:
        return "tie"
    return "narrow" if bands.narrow is not None and value < bands.narrow else "clear"


def _share(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
