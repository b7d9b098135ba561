"""The margin: chosen against best other, each measure in its own terms, against figures worked out elsewhere."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import decision, findings, policy, session

from nalyqor_tui.derive.judge import reading
from nalyqor_tui.derive.margin import Reading, agresti_min, binomial, read
from nalyqor_tui.policy.loader import defaults
from nalyqor_tui.policy.schema import Bands
from nalyqor_tui.trace import records as rec

A, B = {"tool": "a", "arguments": {}}, {"tool": "b", "arguments": {}}
LOGPROB = (Bands(tie=0.125, narrow=0.405), "here")
VOTES = (Bands(tie=0.2), "here")


def margin(measure: str, *values: Any, k: int | None = None) -> rec.Margin:
    """A margin of tools a, b, c … with these values."""
    named = [{"tool": chr(97 + n), "arguments": {}, "value": value} for n, value in enumerate(values)]
    return rec.Margin.model_validate({"measure": measure, "k": k, "candidates": named})


def close(measure: str, *values: float, bands: Any = None, k: int | None = None) -> Reading:
    """The reading where a was chosen."""
    return read(margin(measure, *values, k=k), rec.Chosen(tool="a", arguments={}), bands)


class TestVotes:
    @pytest.mark.parametrize(
        ("mine", "other", "k", "value", "interval"),
        [
            (11, 9, 20, 0.0909, (-0.3156, 0.4974)),
            (16, 4, 20, 0.5455, (0.2067, 0.8842)),
            (10, 0, 10, 0.8333, (0.5666, 1)),
            (19, 1, 20, 0.8182, (0.5951, 1)),
        ],
    )
    def test_agresti_min(
        self, mine: int, other: int, k: int, value: float, interval: tuple[float, float]
    ) -> None:
        d, (low, high) = agresti_min(mine, other, k)
        assert (round(d, 4), round(low, 4), round(high, 4)) == (value, *interval)
        found = close("votes", mine, other, k=k)
        assert (found.value, found.interval) == (d, (low, high))

    @pytest.mark.parametrize(
        ("mine", "other", "p"), [(11, 9, 0.8238), (16, 4, 0.0118), (0, 0, 1.0), (5, 5, 1.0), (0, 1, 1.0)]
    )
    def test_the_exact_test_of_their_order(self, mine: int, other: int, p: float) -> None:
        assert binomial(mine, mine + other) == pytest.approx(p, abs=5e-5)

    def test_too_many_votes_for_the_exact_test_leave_it_out(self) -> None:
        assert close("votes", 300_000, 200_000, k=500_000).p is None

    @pytest.mark.parametrize(
        ("mine", "other", "k", "band"),
        [(16, 4, 20, "clear"), (19, 1, 20, "clear"), (11, 9, 20, "unresolved"), (3, 2, 5, "unresolved"),
         (4, 16, 20, "against"), (520, 480, 1000, "tie"), (480, 520, 1000, "tie"), (600, 400, 1000, "unresolved")],
    )  # fmt: skip
    def test_too_few_samples_are_not_a_tie(self, mine: int, other: int, k: int, band: str) -> None:
        assert close("votes", mine, other, k=k, bands=VOTES).band == band

    @pytest.mark.parametrize(
        ("values", "k", "problem"),
        [
            ((11, 9), None, "votes without k"),
            ((11, 9), 0, "votes without k"),
            ((11, 9), -3, "votes without k"),
            ((11, 10), 20, "more votes than samples"),
            ((-1, 3), 20, "votes that are no counts"),
            ((1.5, 3), 20, "votes that are no counts"),
            ((1, 3), 10**400, "votes that are no counts"),
        ],
    )
    def test_what_cannot_be_told_says_why(self, values: Any, k: int | None, problem: str) -> None:
        found = close("votes", *values, k=k, bands=VOTES)
        assert found.problem.startswith(problem)
        assert (found.value, found.band, found.interval) == (None, None, None)


class TestDifferences:
    def test_the_incidents_own(self) -> None:
        found = close("logprob", -0.6539, -0.734, bands=LOGPROB)
        assert found.value == pytest.approx(0.0801)
        assert found.share == pytest.approx(0.52, abs=5e-4)
        assert math.exp(-0.6539) - math.exp(-0.734) == pytest.approx(0.04, abs=5e-4)
        assert (found.band, found.unit, found.band_source) == ("tie", "nat", "here")

    @pytest.mark.parametrize(
        ("gap", "band"),
        [(0.0, "tie"), (0.1249, "tie"), (0.125, "narrow"), (0.4049, "narrow"), (0.405, "clear"), (9.0, "clear"),
         (-0.1249, "tie"), (-0.125, "against"), (-9.0, "against")],
    )  # fmt: skip
    def test_the_bands_of_log_probabilities(self, gap: float, band: str) -> None:
        assert close("logprob", 0.0, -gap, bands=LOGPROB).band == band

    def test_it_is_anchored_on_the_recorded_choice_and_may_be_negative(self) -> None:
        found = close("logprob", -2.0, -0.5, -3.0, bands=LOGPROB)
        assert (found.value, found.band) == (-1.5, "against")
        assert [a.value for a in found.alternatives] == [-0.5, -2.0, -3.0]
        assert [a.chosen for a in found.alternatives] == [False, True, False]

    @pytest.mark.parametrize("measure", ["prob", "score", "verbal", "our own"])
    def test_no_band_is_made_up_for_other_measures(self, measure: str) -> None:
        found = close(measure, 0.7, 0.2)
        assert found.value == pytest.approx(0.5)
        assert (found.band, found.share, found.unit) == (None, None, "")
        assert defaults().bands(measure) is None

    @pytest.mark.parametrize("values", [(math.inf, 1.0), (0.0, math.nan), (-math.inf, 0.0), (1e308, -1e308)])
    def test_what_is_no_number_is_a_problem(self, values: tuple[float, float]) -> None:
        found = close("logprob", *values, bands=LOGPROB)
        assert found.problem
        assert found.value is None


class TestChosen:
    @pytest.mark.parametrize(
        ("chosen", "candidates", "value"),
        [
            ({"tool": "a", "arguments": {"x": 1}}, [{"tool": "a", "arguments": {"x": 1}}, B], 1),
            ({"tool": "a", "arguments": {"x": 1}}, [{"tool": "a", "arguments": {"x": 2}}, B], None),
            ({"tool": "a", "arguments": {"x": 1}}, [{"tool": "a"}, B], 1),
            ({"tool": "a", "arguments": {"x": 1}}, [{"tool": "a", "arguments": {"x": 1}}, {"tool": "a"}], 1),
            ({"tool": "a", "arguments": {"x": 1}}, [{"tool": "a"}, {"tool": "a"}], None),
            ({"tool": "a", "arguments": {"x": 1}}, [{"reply": "hi"}, B], None),
            ({"reply": "hi"}, [{"reply": "hi"}, B], 1),
            ({"reply": "hi"}, [{"reply": "ho"}, B], None),
            ({"reply": "hi"}, [{"reply": ""}, B], 1),
            ({"tool": "a", "arguments": {}}, [A], None),
            ({"tool": "a", "arguments": {}}, [], None),
        ],
    )
    def test_the_recorded_choice_is_found_or_nothing_is_said(
        self, chosen: Any, candidates: Any, value: Any
    ) -> None:
        values = [
            {**candidate, "value": float(len(candidates) - n)} for n, candidate in enumerate(candidates)
        ]
        recorded = rec.Margin.model_validate({"measure": "score", "candidates": values})
        found = read(recorded, rec.Chosen.model_validate(chosen), None)
        assert found.value == value
        assert bool(found.problem) == (value is None)


class TestFindings:
    @pytest.mark.parametrize(
        ("measure", "values", "k", "verdict"),
        [
            ("logprob", (-0.65, -0.73), None, ("tie", "fail", "low")),
            ("logprob", (-2.0, -0.1), None, ("against", "fail", "low")),
            ("logprob", (-0.5, -0.8), None, ("narrow", "pass", "low")),
            ("logprob", (-0.1, -3.0), None, ("clear", "pass", "low")),
            ("votes", (11, 9), 20, ("unresolved", "unknown", "low")),
            ("votes", (19, 1), 20, ("clear", "pass", "low")),
            ("votes", (19, 1), None, ("votes", "unknown", "low")),
            ("score", (3, 1), None, None),
        ],
    )
    def test_a_recorded_margin_is_a_check(
        self, measure: str, values: Any, k: int | None, verdict: Any
    ) -> None:
        recorded = margin(measure, *values, k=k).model_dump(exclude_none=True)
        found = findings(session(decision("a", margin=recorded)), policy(""))
        assert [(f.check, f.verdict, f.severity) for f in found if f.area == "margin"] == (
            [verdict] if verdict else []
        )

    def test_a_margin_that_was_not_recorded_is_none(self) -> None:
        of = session(decision("a"))
        assert reading(of, of.decisions[0], None) is None
        assert findings(of, policy("")) == ()

    def test_a_policys_own_bands_come_with_their_line(self) -> None:
        under = policy("[margin.score]\ntie = 1.0\n")
        of = session(decision("a", margin=margin("score", 3, 2.5).model_dump()))
        found = reading(of, of.decisions[0], under)
        assert found is not None
        assert (found.band, found.band_source) == ("tie", "p.toml:3")


VALUE = st.floats() | st.integers(-3, 30).map(float)


@given(
    st.sampled_from(["logprob", "prob", "votes", "score", "verbal", "?"]),
    st.lists(VALUE, max_size=4),
    st.none() | st.integers(-1, 40) | st.just(10**400),
    st.sampled_from([None, LOGPROB, VOTES]),
)
def test_no_margin_raises_and_none_is_a_number_that_is_not(
    measure: str, values: Any, k: Any, bands: Any
) -> None:
    found = close(measure, *values, k=k, bands=bands)
    assert len(found.alternatives) == len(values)
    assert (found.value is None) == bool(found.problem)
    assert found.value is None or math.isfinite(found.value)
    assert found.band is None or found.value is not None
