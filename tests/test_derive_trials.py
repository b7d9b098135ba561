"""Repeated runs of one case: the votes at each decision point that they share."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import SHARED, decision, header, message, session

from nalyqor_tui.derive.margin import agresti_min
from nalyqor_tui.derive.trials import Case, Runs, Trials, case_of, digest
from nalyqor_tui.policy.loader import defaults
from nalyqor_tui.trace.records import Action
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"
BANDS = defaults().bands("votes")
ACTIONS = st.lists(st.sampled_from(["", "read", "write", "notify"]), max_size=5)


def outcome(case: str | None = "c", **fields: Any) -> dict[str, Any]:
    return {"kind": "outcome", "grade": "pass", **({"case": case} if case else {}), **fields}


def run(*tools: str, case: str | None = "c", **head: Any) -> Session:
    """A run that chose these tools one after the other; an empty name is a reply."""
    made = (decision(tool or None, {"n": 1}, turn) for turn, tool in enumerate(tools, start=1))
    return session(header(**head), *made, outcome(case))


def tree(*runs: Session) -> Runs:
    out = Runs()
    for index, one in enumerate(runs):
        out.add(index, one)
    out.close()
    return out


def at(runs: Runs, index: int, decision: int) -> Trials:
    found = runs.at(index, decision, BANDS)
    assert found is not None
    return found


class TestVotes:
    def test_are_counted_over_the_runs_that_came_here(self) -> None:
        runs = tree(
            run("read", "write"), run("read", "write", ""), run("read", "notify"), run("notify", "write")
        )
        first, second, third = at(runs, 0, 0), at(runs, 0, 1), at(runs, 1, 2)
        assert (first.votes, first.k, first.runs) == (3, 4, 4)
        assert (second.votes, second.k, second.runs) == (2, 3, 4)
        assert [(c.runs, c.chosen) for c in second.choices] == [((0, 1), True), ((2,), False)]
        assert (third.votes, third.k) == (1, 1)

    def test_are_anchored_on_the_run_under_review(self) -> None:
        runs = tree(run("read"), run("read"), run("read"), run("write"))
        assert at(runs, 0, 0).value == -at(runs, 3, 0).value > 0
        assert at(runs, 3, 0).votes == 1

    def test_have_the_interval_and_the_bands_of_votes(self) -> None:
        runs = tree(*[run("read")] * 11, *[run("write")] * 9)
        found = at(runs, 0, 0)
        assert (found.value, found.interval) == agresti_min(11, 9, 20)
        assert found.value == pytest.approx(0.0909, abs=5e-5)
        assert found.interval == pytest.approx((-0.3156, 0.4974), abs=5e-5)
        assert BANDS is not None
        assert (found.band, found.band_source) == ("unresolved", BANDS[1])

    @pytest.mark.parametrize(
        ("mine", "others", "band"),
        [(30, 0, "clear"), (4, 0, "unresolved"), (2, 20, "against"), (400, 400, "tie")],
    )
    def test_bands(self, mine: int, others: int, band: str) -> None:
        assert at(tree(*[run("read")] * mine, *[run("write")] * others), 0, 0).band == band

    def test_the_difference_is_to_the_next_most_frequent_choice(self) -> None:
        runs = tree(*[run("read")] * 3, *[run("write")] * 2, run("notify"), run("notify"), run(""))
        assert at(runs, 0, 0).value == agresti_min(3, 2, 8)[0]

    def test_a_run_that_ended_here_made_no_choice(self) -> None:
        assert at(tree(run("read", "write"), run("read")), 0, 1).k == 1

    def test_without_bands_there_is_no_band(self) -> None:
        found = tree(run("read"), run("read")).at(0, 0, None)
        assert found is not None
        assert (found.band, found.band_source) == (None, "")

    @given(st.lists(ACTIONS, min_size=2, max_size=6))
    def test_the_shares_at_a_point_sum_to_one_and_are_those_of_a_plain_count(
        self, tools: list[list[str]]
    ) -> None:
        runs = tree(*[run(*names) for names in tools])
        for index, names in enumerate(tools):
            for step in range(len(names)):
                found = at(runs, index, step)
                plain = [other for other in tools if other[:step] == names[:step] and len(other) > step]
                assert found.k == len(plain)
                assert found.votes == sum(other[step] == names[step] for other in plain)
                assert sum(Fraction(len(choice.runs), found.k) for choice in found.choices) == 1
                assert sorted(r for c in found.choices for r in c.runs) == [
                    i for i, other in enumerate(tools) if other[:step] == names[:step] and len(other) > step
                ]
                assert index in next(c.runs for c in found.choices if c.chosen)


class TestSameCase:
    def test_another_case_agent_version_or_model_is_another_case(self) -> None:
        base = {"agent_name": "a", "agent_version": "1", "request_model": "m"}
        others = [{"agent_name": "b"}, {"agent_version": "2"}, {"request_model": "n"}]
        runs = tree(
            run("read", **base), *[run("read", **{**base, **one}) for one in others], run("read", case="d")
        )
        assert runs.repeated() == []
        assert [runs.at(index, 0, BANDS) for index in range(5)] == [None] * 5

    def test_a_case_that_was_run_twice_is_repeated(self) -> None:
        assert tree(run("read"), run("write"), run("read", case="d")).repeated() == [
            Case("c", None, None, None)
        ]

    @pytest.mark.parametrize("records", [[], [outcome(None)], [outcome("a"), outcome("b")]])
    def test_no_outcome_no_case_or_two_is_no_run_of_anything(self, records: list[dict[str, Any]]) -> None:
        one = session(decision("read"), *records)
        assert case_of(one) is None
        assert tree(one, one).at(0, 0, BANDS) is None

    def test_several_verdicts_on_one_case_are_one_case(self) -> None:
        assert case_of(session(decision(), outcome("a"), outcome(None), outcome("a"))) == Case(
            "a", None, None, None
        )


class TestSameAction:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            (Action(reply="yes"), Action(reply="no"), True),
            (
                Action(tool="t", arguments={"a": 1, "b": 2}),
                Action(tool="t", arguments={"b": 2, "a": 1}),
                True,
            ),
            (Action(tool="t", arguments={"a": [1.0]}), Action(tool="t", arguments={"a": [1]}), True),
            (Action(tool="t", arguments={"a": 1}), Action(tool="t", arguments={"a": True}), False),
            (Action(tool="t", arguments={"a": 1}), Action(tool="t", arguments={"a": "1"}), False),
            (Action(tool="t", arguments={"a": [1, 2]}), Action(tool="t", arguments={"a": [2, 1]}), False),
            (Action(tool="t"), Action(tool="t"), True),
            (Action(tool="t"), Action(tool="t", arguments={}), False),
            (Action(tool="t", arguments={}), Action(tool="u", arguments={}), False),
            (Action(tool="t"), Action(reply="t"), False),
        ],
    )
    def test_tool_and_arguments_for_a_call_the_bare_fact_for_a_reply(
        self, one: Action, other: Action, same: bool
    ) -> None:
        assert (digest(one) == digest(other)) is same

    def test_what_was_said_and_answered_does_not_part_runs(self) -> None:
        loud = session(message(content="HELLO"), decision("read", {"n": 1}), message(content="more"), decision(turn=2),
                       outcome())  # fmt: skip
        assert at(tree(run("read", ""), loud), 0, 1).votes == 2


@pytest.mark.skipif(not AIRLINE.exists(), reason="the τ-bench file is not here")
class TestAirline:
    @pytest.fixture(scope="class")
    def runs(self) -> Runs:
        trace, out = Trace(AIRLINE), Runs()
        for index in range(len(trace.session_ids)):
            out.add(index, trace.session(index))
        out.close()
        return out

    def test_every_point_is_as_counted_in_the_bare_file(self, runs: Runs) -> None:
        counted = _counted(AIRLINE)
        for index, steps in enumerate(counted):
            for step, (votes, k) in enumerate(steps):
                found = at(runs, index, step)
                assert (found.votes, found.k, found.runs) == (votes, k, 4)
        assert sum(map(len, counted)) == 1163

    def test_what_is_known_of_the_file(self, runs: Runs) -> None:
        points = {
            (step, found.case, frozenset(c.runs for c in found.choices)) for step, found in self._all(runs)
        }
        shared = [choices for _, _, choices in points if sum(map(len, choices)) > 1]
        assert Counter(sum(map(len, choices)) for choices in shared) == {4: 88, 3: 29, 2: 58}
        assert sum(len(choices) > 1 for choices in shared) == 57

    def test_four_of_four_is_too_few_to_be_clear(self, runs: Runs) -> None:
        assert {found.band for _, found in self._all(runs) if found.k > 1} == {"unresolved"}

    def _all(self, runs: Runs) -> list[tuple[int, Trials]]:
        counted = enumerate(_counted(AIRLINE))
        return [(step, at(runs, index, step)) for index, steps in counted for step in range(len(steps))]


def _counted(path: Path) -> list[list[tuple[int, int]]]:
    """Count votes and runs at each choice straight from the JSON: no part of the program is used."""
    file = json.loads(path.read_text())
    made = [(one["task_id"], tuple(_choices(one["traj"]))) for one in file]
    reached: dict[Any, Counter[str]] = defaultdict(Counter)
    for case, names in made:
        for step, name in enumerate(names):
            reached[case, names[:step]][name] += 1
    return [
        [
            (votes[name], votes.total())
            for step, name in enumerate(names)
            for votes in [reached[case, names[:step]]]
        ]
        for case, names in made
    ]


def _choices(talk: list[dict[str, Any]]) -> list[str]:
    out = []
    for said in talk:
        calls = (
            [call["function"] for call in said.get("tool_calls") or []]
            if said["role"] == "assistant"
            else None
        )
        if calls is not None:
            named = [f"{c['name']} {json.dumps(json.loads(c['arguments']), sort_keys=True)}" for c in calls]
            out += named or ["a reply"]
    return out
