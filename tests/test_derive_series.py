"""Margins side by side: the tests against enumeration and known vectors, the series against what may be compared."""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import decision, header, session

from nalyqor_tui.derive import trend
from nalyqor_tui.derive.series import MOST, Kind, Series, collect, drift, shift, standing
from nalyqor_tui.policy.loader import defaults, parse
from nalyqor_tui.policy.schema import Comparing
from nalyqor_tui.trace.session import Session

FALLING = [0.62, 0.55, 0.58, 0.44, 0.47, 0.31, 0.22, 0.25, 0.04]
OTHERS = {1: [0.5, 0.6, 0.4], 2: [0.5, 0.45, 0.55]}
DECLARED = defaults().comparing[0]
NUMBERS = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=12)


def series(*values: float) -> Series:
    out = Series()
    for index, value in enumerate(values):
        out.add(index, value)
    return out


def logprob(
    value: float, tool: str | None = "notify", other: str | None = "update_record", **more: Any
) -> dict[str, Any]:
    """A decision whose margin is `value` nat."""
    made = decision(tool, {"a": 1}) if tool else decision()
    rest = {"reply": "else"} if other is None else {"tool": other, "arguments": {}}
    margin = {
        "measure": "logprob",
        "candidates": [{**made["chosen"], "value": value}, {**rest, "value": 0.0}],
    }
    return {**made, "margin": {**margin, **more}}


def votes(chosen: int, k: int) -> dict[str, Any]:
    candidates = [
        {"tool": "notify", "arguments": {"a": 1}, "value": chosen},
        {"tool": "wait", "value": k - chosen},
    ]
    return {**decision("notify", {"a": 1}), "margin": {"measure": "votes", "k": k, "candidates": candidates}}


def of_model(*records: dict[str, Any], model: str = "m-1") -> Session:
    return session(header(request_model=model), *records)


def by_enumeration(values: list[float]) -> float:
    """The two-sided p of S by trying every order."""

    def s(order: tuple[float, ...]) -> int:
        return sum((b > a) - (b < a) for i, a in enumerate(order) for b in order[i + 1 :])

    seen = Counter(abs(s(order)) for order in permutations(values))
    return sum(n for size, n in seen.items() if size >= abs(s(tuple(values)))) / seen.total()


class TestKendall:
    def test_the_known_series(self) -> None:
        found = trend.kendall(FALLING)
        assert found.tau == pytest.approx(-0.8333, abs=5e-5)
        assert found.p == pytest.approx(0.000854, abs=5e-7)
        assert found.exact

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, 5).map(float), min_size=2, max_size=7))
    def test_p_is_what_trying_every_order_gives_with_ties_and_without(self, values: list[float]) -> None:
        assert trend.kendall(values).p == pytest.approx(by_enumeration(values), abs=1e-12)

    @given(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    def test_arrangements_are_all_counted_and_as_many_fall_as_rise(self, ties: list[int]) -> None:
        counts = trend.inversions(ties)
        assert sum(counts) == math.factorial(sum(ties)) // math.prod(map(math.factorial, ties))
        assert counts == counts[::-1]
        assert min(counts) > 0

    @pytest.mark.parametrize("n", [2, 3, 4])
    def test_below_five_no_order_is_surprising(self, n: int) -> None:
        assert min(trend.kendall(order).p for order in permutations(range(n))) > 0.05

    def test_five_in_a_row_are(self) -> None:
        assert trend.kendall([5, 4, 3, 2, 1]).p == pytest.approx(2 / 120)

    @given(NUMBERS)
    def test_it_asks_only_for_the_order(self, values: list[float]) -> None:
        found, stretched = trend.kendall(values), trend.kendall([v**3 + 7 for v in values])
        assert found == stretched
        back = trend.kendall(values[::-1])
        assert (back.s, back.p) == (-found.s, found.p)

    def test_equal_values_have_no_tau(self) -> None:
        assert trend.kendall([1.0] * 6) == trend.Kendall(0, None, 1.0, exact=True)

    def test_tau_b_makes_up_for_ties(self) -> None:
        assert trend.kendall([1, 1, 2, 2]).tau == pytest.approx(4 / math.sqrt(6 * 4))

    @pytest.mark.parametrize("step", [1, 7, 23, 40])
    def test_beyond_the_exact_range_p_is_near_and_says_so(
        self, step: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        values = [float(i * step % 61 // 2) + i / 4 for i in range(60)]
        exact = trend.kendall(values)
        monkeypatch.setattr(trend, "EXACT", 10)
        near = trend.kendall(values)
        assert (exact.exact, near.exact) == (True, False)
        assert near.p == pytest.approx(exact.p, abs=0.005)


class TestTheilSen:
    def test_the_known_series(self) -> None:
        assert trend.theil_sen(FALLING) == pytest.approx(-0.06633, abs=5e-6)

    @given(NUMBERS, st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))
    def test_a_line_added_is_added_and_a_scale_scales(
        self, values: list[float], a: int, b: int, c: int
    ) -> None:
        moved = [a * v + b * i + c for i, v in enumerate(values)]
        assert trend.theil_sen(moved) == pytest.approx(a * trend.theil_sen(values) + b, abs=1e-9)

    def test_one_wild_value_does_not_move_it(self) -> None:
        assert trend.theil_sen([1, 2, 3, 4, 900, 6, 7, 8, 9]) == 1


class TestCusum:
    def test_the_known_sums(self) -> None:
        found = trend.cusum([102, 94.8, 98.3, 98.4, 102, 98.5], 99, 1)
        assert found.high == pytest.approx((2, 0, 0, 0, 2, 0.5))
        assert found.low == pytest.approx((0, 3.2, 2.9, 2.5, 0, 0))

    @given(NUMBERS, st.integers(0, 5))
    def test_mirrored_values_change_sides(self, values: list[float], k: int) -> None:
        found, mirrored = trend.cusum(values, 3, k), trend.cusum([6 - v for v in values], 3, k)
        assert (found.high, found.low) == (mirrored.low, mirrored.high)


class TestCollect:
    def test_only_what_is_alike_is_put_together(self) -> None:
        found = collect(of_model(
            logprob(0.5), logprob(0.4), logprob(0.3, other="wait"), logprob(0.2, other=None), logprob(0.1, None),
            votes(4, 5), votes(9, 10), decision("notify"),
        ))  # fmt: skip
        assert {kind: list(series.decisions) for kind, series in found.items()} == {
            Kind("logprob", None, "m-1", "notify", "update_record"): [0, 1],
            Kind("logprob", None, "m-1", "notify", "wait"): [2],
            Kind("logprob", None, "m-1", "notify", None): [3],
            Kind("logprob", None, "m-1", None, "update_record"): [4],
            Kind("votes", 5, "m-1", "notify", "wait"): [5],
            Kind("votes", 10, "m-1", "notify", "wait"): [6],
        }

    def test_a_margin_that_cannot_be_told_is_in_no_series(self) -> None:
        lone = {
            **decision("notify"),
            "margin": {"measure": "prob", "candidates": [{"tool": "notify", "value": 1.0}]},
        }
        assert collect(of_model(lone)) == {}

    def test_differences_that_only_rounding_parts_are_equal(self) -> None:
        made = [{**logprob(0.0), "margin": {"measure": "prob", "candidates": [
            {"tool": "notify", "arguments": {"a": 1}, "value": mine}, {"tool": "wait", "value": best}]}}
            for mine, best in [(0.3, 0.2), (0.2, 0.1), (0.4, 0.3)]]  # fmt: skip
        (found,) = collect(of_model(*made)).values()
        assert len(set(found.values)) == 1

    def test_the_model_is_none_where_it_was_not_recorded(self) -> None:
        assert [kind.model for kind in collect(session(logprob(0.5)))] == [None]


class TestStanding:
    def test_among_its_others(self) -> None:
        found = standing(series(5, 1, 2, 3, 3, 9), 3, DECLARED.least)
        assert found is not None
        assert (found.n, found.above, found.equal) == (5, 2, 1)
        assert found.percentile == pytest.approx(100 * (2 + 0.5) / 5)

    @pytest.mark.parametrize(("at", "percentile"), [(0, 0), (5, 100)])
    def test_the_ends(self, at: int, percentile: float) -> None:
        found = standing(series(1, 2, 3, 4, 5, 6), at, 5)
        assert found is not None
        assert found.percentile == percentile

    def test_too_few_others_have_no_percentile(self) -> None:
        found = standing(series(1, 2, 3, 4, 5), 0, 5)
        assert found is not None
        assert (found.n, found.percentile) == (4, None)

    def test_one_that_is_not_in_the_series(self) -> None:
        assert standing(series(1, 2), 7, 5) is None

    @given(NUMBERS)
    def test_mid_ranks_average_to_the_middle(self, values: list[float]) -> None:
        found = [standing(series(*values), at, 1) for at in range(len(values))]
        ranks = [one.percentile for one in found if one is not None and one.percentile is not None]
        assert sum(ranks) / len(values) == pytest.approx(50)


class TestDrift:
    @pytest.mark.parametrize(
        ("values", "word"),
        [
            (FALLING, "falling"),
            (FALLING[::-1], "rising"),
            ([1, 3, 2, 3, 1, 2], "neither"),
            ([1.0] * 9, "neither"),
        ],
    )
    def test_the_word(self, values: list[float], word: str) -> None:
        found = drift(series(*values), DECLARED)
        assert found is not None
        assert (found.word, found.n) == (word, len(values))

    def test_the_level_is_the_policys(self) -> None:
        strict = parse(
            b'nalyqor_policy = "1"\nid = "p"\n[series]\nleast = 5\np = 0.0001\nk = 0.5\nh = 5\n', "p.toml"
        )
        found = drift(series(*FALLING), strict.comparing[0])
        assert found is not None
        assert found.word == "neither"
        assert strict.comparing[1] == "p.toml:3"

    @pytest.mark.parametrize("n", [0, 1, 4, MOST + 1])
    def test_too_short_and_too_long_are_not_told(self, n: int) -> None:
        assert drift(series(*range(n)), DECLARED) is None


class TestShift:
    def test_a_session_below_the_others_is_told_where_it_passes(self) -> None:
        found = shift(series(0.5, 0.2, 0.2, 0.1), OTHERS, DECLARED)
        assert found is not None
        assert (found.word, found.n, found.sessions) == ("below", 6, 2)
        assert found.target == pytest.approx(0.5)
        assert found.sd == pytest.approx(math.sqrt(0.025 / 5))
        steps = [(0.5 - v) / found.sd - 0.5 for v in (0.5, 0.2, 0.2, 0.1)]
        assert found.low[:3] == pytest.approx((0, steps[1], steps[1] + steps[2]))
        assert found.at == next(i for i, total in enumerate(found.low) if total > 5) == 2

    def test_above_and_neither(self) -> None:
        up, level = (shift(series(*v), OTHERS, DECLARED) for v in ([0.9, 0.9, 0.9], [0.5, 0.52, 0.48]))
        assert up is not None
        assert level is not None
        assert (up.word, level.word, level.at) == ("above", "neither", None)

    @pytest.mark.parametrize("others", [{}, {1: [0.5, 0.6, 0.4, 0.5]}, {1: [0.5] * 9}, {1: []}])
    def test_too_few_others_or_all_alike_are_no_measure(self, others: dict[int, list[float]]) -> None:
        assert shift(series(0.1, 0.1), others, DECLARED) is None

    def test_k_and_h_are_the_policys(self) -> None:
        lax = Comparing(least=5, p=0.05, k=0.5, h=50)
        found = shift(series(0.5, 0.2, 0.2, 0.1), OTHERS, lax)
        assert found is not None
        assert (found.word, found.h) == ("neither", 50)
