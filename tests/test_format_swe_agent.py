"""SWE-agent trajectories: actions as calls, what the shell put out as results, nothing counted twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import format_laws as laws
import pytest
from trace_samples import SHARED

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

FILES = sorted((SHARED / "traces" / "swe-agent-traj").glob("*.traj"))
WORDS = {
    "assistant",
    "function",
    "tool",
    "{}",
}  # which became roles and calls; the arguments of a call without any


def opened(tmp_path: Path, value: Any) -> Session:
    path = tmp_path / "t.traj"
    path.write_text(json.dumps(value))
    trace = Trace(path)
    assert trace.format_title == "SWE-agent trajectories"
    laws.check_places(trace)
    assert set(laws.lost(trace, value)) <= WORDS
    return trace.session(0)


def step(action: str, observation: str, **more: Any) -> dict[str, Any]:
    response = f"Think.\n{action}"
    return {"action": action, "observation": observation, "response": response, "thought": "Think.", **more}


def history(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = [
        {"role": "system", "content": "S", "agent": "main"},
        {"role": "user", "content": "A demonstration.", "agent": "main", "is_demo": True},
        {"role": "user", "content": "Mend it.", "agent": "main"},
    ]
    for each in steps:
        said.append(
            {"role": "assistant", "content": each["response"], "action": each["action"], "agent": "main"}
        )
        said.append({"role": "user", "content": each["observation"] + "\n$", "agent": "main"})
    return said[:-1]


STEPS = [step("ls", "a b"), step("submit", "diff")]


def test_a_run(tmp_path: Path) -> None:
    value = {
        "environment": "swe",
        "trajectory": STEPS,
        "history": history(*STEPS),
        "info": {"exit_status": "submitted"},
    }
    session = opened(tmp_path, value)
    assert [session.chosen(d).arguments for d in session.decisions] == [
        {"command": "ls"},
        {"command": "submit"},
    ]
    found = [session.record(d.result or 0) for d in session.decisions]
    assert [r.result for r in found if isinstance(r, rec.ToolResult)] == ["a b\n$", "diff"]
    assert len(session.turns) == 1, "neither a demonstration nor the shell is the user"
    assert session.ended


def test_a_history_that_does_not_go_with_the_steps(tmp_path: Path) -> None:
    value = {"trajectory": STEPS, "history": history(STEPS[0]), "info": {}}
    session = opened(tmp_path, value)
    assert len(session.decisions) == 2
    assert all(d.result is not None for d in session.decisions)


def test_the_query_of_a_step_is_its_exact_context(tmp_path: Path) -> None:
    query = [{"role": "system", "content": "S"}, {"role": "user", "content": "Only this."}]
    session = opened(tmp_path, {"trajectory": [step("ls", "a", query=query)], "history": [], "info": {}})
    decision = session.record(session.decisions[0].entry)
    assert isinstance(decision, rec.Decision)
    context = session.entry(decision.context)
    assert context is not None
    assert len(context.record.items) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("odd", [None, 5, "x", {}, []])
def test_odd_steps_are_survived_and_shown(tmp_path: Path, odd: Any) -> None:
    path = tmp_path / "t.traj"
    path.write_text(json.dumps({"trajectory": [*STEPS * 3, odd], "history": [odd], "info": odd}))
    assert len(Trace(path).session(0).decisions) >= 6


# The steps of each file, counted with grep: `grep -c '"observation":'`; the last file has a history alone, and
# `"message_type": "action"` was counted there.
FIGURES = {
    "crypto__BabyTimeCapsule": 9,
    "crypto__katy": 18,
    "rev__rock": 12,
    "demonstrations__function_calling_simple": 5,
}


@pytest.mark.skipif(not FILES, reason="the shared traces are not here")
class TestField:
    @pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem[:30])
    def test_each_step_is_one_decision_with_its_result(self, path: Path) -> None:
        trace = Trace(path)
        assert trace.format_title == "SWE-agent trajectories"
        laws.check_places(trace)
        assert set(laws.lost(trace, laws.values(path))) <= WORDS
        found = laws.counts(trace)
        assert found["decisions"] == found["calls"] == found["results"] == found["paired"]
        assert found["turns"] == 1
        if path.stem in FIGURES:
            assert found["decisions"] == FIGURES[path.stem]

    def test_mutants_are_survived(self) -> None:
        for path in FILES[3:7:3]:
            assert laws.survive(path, 25) == []
