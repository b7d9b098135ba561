"""The trials of a case as a tree, and which trial a run is compared with."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import decision
from trace_samples import session as logged

from nalyqor_tui.derive.branches import Branch, Trial, partner, tree, trial
from nalyqor_tui.derive.trials import Case
from nalyqor_tui.trace.session import Session


def ran(tools: str) -> Session:
    """A run that chose tools of these names."""
    return logged(*(decision(tool) for tool in tools))


def written(branches: list[Branch], runs: dict[int, Session]) -> list[object]:
    """A tree as nested lists: what was chosen together, then what came after it."""
    out: list[object] = []
    for branch in branches:
        session = runs[branch.runs[0]]
        tools = "".join(session.chosen(d).tool or "-" for d in session.decisions[branch.start : branch.end])
        out.append([tools, *branch.runs, *written(branch.branches, runs)])
    return out


def test_a_branch_is_what_the_same_runs_chose_together() -> None:
    runs = {0: ran("abc"), 3: ran("abd"), 5: ran("abce"), 7: ran("x")}
    found = tree(runs)
    assert written(found, runs) == [["ab", 0, 3, 5, ["c", 0, 5, ["e", 5]], ["d", 3]], ["x", 7]]
    assert found[0].branches[0].ended == (0,)


def test_no_run_and_no_decision() -> None:
    assert tree({}) == []
    assert tree({0: ran(""), 1: ran("a")})[0].runs == (1,)


@given(st.lists(st.text("ab", max_size=5), max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_run_is_one_path(paths: list[str]) -> None:
    runs = {number: ran(path) for number, path in enumerate(paths)}

    def follow(branches: list[Branch], run: int) -> str:
        for branch in branches:
            if run in branch.runs:
                session = runs[run]
                here = "".join(
                    session.chosen(d).tool or "" for d in session.decisions[branch.start : branch.end]
                )
                assert branch.end > branch.start
                assert (run in branch.ended) == (branch.end == len(session.decisions))
                return here + follow(branch.branches, run)
        return ""

    assert [follow(tree(runs), run) for run in runs] == paths


CASE = Case("c", None, None, None)


@pytest.mark.parametrize(
    ("of", "passed", "wanted"),
    [
        (0, (False, False, True), 2), (2, (False, False, True), 0), (0, (None, None, True), 2),
        (0, (True, True, True), 1), (0, (False, None, False), 1), (0, (True,), None),
    ],
)  # fmt: skip
def test_the_partner_came_out_otherwise(of: int, passed: tuple[bool | None, ...], wanted: int | None) -> None:
    trials = [Trial(run, CASE, verdict) for run, verdict in enumerate(passed)]
    assert partner(of, [*trials, Trial(9, Case("other", None, None, None), not passed[0])]) == wanted


def test_a_run_without_a_case_is_no_trial() -> None:
    assert trial(0, ran("a")) is None
    assert partner(0, []) is None
