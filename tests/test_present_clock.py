"""Times as the log has them, and none where it has none."""

from __future__ import annotations

from typing import Any

import pytest
from trace_samples import call, decision, message, session

from nalyqor_tui.present.clock import Moment, Moments, clock, span


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"), (7.25, "7.2 s"), (12.9, "12 s"), (59.9, "59 s"), (60, "1 m 00 s"), (125, "2 m 05 s"),
        (3599, "59 m 59 s"), (4800, "1 h 20 m"), (86400, "1 d 00 h"), (200_000, "2 d 07 h"), (-125, "-2 m 05 s"),
        (-0.5, "-0.5 s"),
    ],
)  # fmt: skip
def test_a_span_in_the_two_units_that_matter(seconds: float, shown: str) -> None:
    assert span(seconds) == shown


@pytest.mark.parametrize(
    ("ts", "shown"),
    [
        ("2026-03-01T14:32:10Z", "14:32:10"),
        ("2026-03-01T14:32:10.999+02:00", "14:32:10"),
        (0, "00:00:00"),
        (1e300, "unreadable time"),
        ("noon", "unreadable time"),
        (float("nan"), "unreadable time"),
    ],
)
def test_the_clock_in_the_zone_of_the_log(ts: Any, shown: str) -> None:
    assert clock(ts) == shown


def test_the_moment_of_each_decision() -> None:
    found = session(
        message(ts=100),
        decision(ts=107),
        decision(),
        decision(ts="yesterday"),
        decision("t", id="d"),
        call("t", decision="d", ts=500),
        decision(ts=400),
    )
    assert list(Moments(found)) == [
        Moment("00:01:47", 7, None),
        None,
        None,
        Moment("00:08:20", 400, 393),
        Moment("00:06:40", 300, -100),
    ]


@pytest.mark.parametrize(("silence", "stands_out"), [(299, False), (300, True), (-900, False)])
def test_a_gap_stands_out(silence: int, stands_out: bool) -> None:
    first, second = Moments(session(decision(ts=1000), decision(ts=1000 + silence)))
    assert first is not None
    assert second is not None
    assert (first.gap, second.gap) == (False, stands_out)


def test_a_log_without_times_has_no_moments() -> None:
    assert list(Moments(session(decision(), message("assistant")))) == [None]
