"""ATIF trajectories: steps, copied context, sub-agents, results with and without the call that they answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import format_laws as laws
import pytest
from trace_samples import SHARED, opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

FILES = sorted((SHARED / "traces" / "atif").glob("*.json"))
PARTS = {"agent", "system", "user", "text"}  # whose step and which part it was, which became kinds and roles


def trajectory(*steps: dict[str, Any], version: str = "1.6", **more: Any) -> dict[str, Any]:
    numbered = [{"step_id": n, **step} for n, step in enumerate(steps, 1)]
    agent = {"name": "desk", "version": "1", "model_name": "m-1"}
    return {
        "schema_version": f"ATIF-v{version}",
        "session_id": "s1",
        "agent": agent,
        "steps": numbered,
        **more,
    }


def user(text: str = "Cancel K-1.", **more: Any) -> dict[str, Any]:
    return {"source": "user", "message": text, **more}


def agent(text: str = "", *names: str, **more: Any) -> dict[str, Any]:
    calls = [{"tool_call_id": n, "function_name": n, "arguments": {"id": "K-1"}} for n in names]
    return {"source": "agent", "message": text, **({"tool_calls": calls} if calls else {}), **more}


def came(*results: dict[str, Any]) -> dict[str, Any]:
    return {"observation": {"results": list(results)}}


def one(tmp_path: Path, *steps: dict[str, Any], **more: Any) -> Session:
    value = trajectory(*steps, **more)
    trace = opened(tmp_path / "t", value)
    assert trace.format_title == "ATIF trajectories"
    laws.check_places(trace)
    assert set(laws.lost(trace, value)) <= PARTS
    return trace.session(0)


def chosen(session: Session) -> list[str]:
    return [session.chosen(d).tool or "reply" for d in session.decisions]


def results(session: Session) -> list[Any]:
    found = [session.record(d.result) if d.result is not None else None for d in session.decisions]
    return [r.result if isinstance(r, rec.ToolResult) else None for r in found]


class TestSteps:
    def test_each_call_is_a_decision_and_results_are_paired_by_the_call_they_name(
        self, tmp_path: Path
    ) -> None:
        answers = came({"source_call_id": "b", "content": "B"}, {"source_call_id": "a", "content": "A"})
        session = one(tmp_path, user(), agent("Both.", "a", "b", **answers), agent("Done."))
        assert chosen(session) == ["a", "b", "reply"]
        assert results(session) == ["A", "B", None]
        assert session.header is not None
        assert (session.header.agent_name, session.header.request_model) == ("desk", "m-1")

    def test_results_that_name_no_call_are_paired_only_where_there_is_one_for_each(
        self, tmp_path: Path
    ) -> None:
        session = one(
            tmp_path,
            user(),
            agent("", "a", "b", **came({"content": "A"}, {"content": "B"})),
            agent("", "c", "d", **came({"content": "one screen for both"})),
            agent("said", **came({"content": "screen"})),
        )
        assert results(session) == ["A", "B", None, None, None]
        roles = [e.record.role for e in session.entries if isinstance(e.record, rec.Message)]
        assert roles.count("harness") == 2
        assert len(session.turns) == 1

    def test_copied_steps_are_context_and_no_decisions_again(self, tmp_path: Path) -> None:
        before = agent("Look.", "a", is_copied_context=True, **came({"source_call_id": "a", "content": "A"}))
        session = one(tmp_path, user(is_copied_context=True), before, user("Go on."), agent("Done."))
        assert chosen(session) == ["reply"]
        assert [e.record.kind for e in session.entries].count("tool_result") == 1

    def test_a_dispatch_without_a_model_is_shown_with_that(self, tmp_path: Path) -> None:
        session = one(tmp_path, user(), agent("", "a", llm_call_count=0), version="1.7")
        record = session.record(session.decisions[0].entry)
        assert record.model_dump()["source"] == {"llm_call_count": 0, "step_id": 2}

    @pytest.mark.parametrize("step", [None, 5, {}, {"source": "robot"}, {"source": ["user"]}])
    def test_an_odd_step_is_shown(self, tmp_path: Path, step: Any) -> None:
        value = trajectory(user(), agent("Hi."))
        value["steps"].append(step)
        kinds = [e.record.kind for e in opened(tmp_path / "t", value).session(0).entries]
        assert kinds[-1] == "unparsed"

    def test_a_call_without_a_name_is_shown(self, tmp_path: Path) -> None:
        value = trajectory(user(), agent("Hi."))
        value["steps"][1]["tool_calls"] = [{"arguments": {}}]
        kinds = [e.record.kind for e in opened(tmp_path / "t", value).session(0).entries]
        assert "unparsed" in kinds


class TestFiles:
    def test_a_sub_agent_is_a_session_that_names_its_parent(self, tmp_path: Path) -> None:
        child = trajectory(user("Look it up."), agent("Found."), trajectory_id="child")
        value = trajectory(user(), agent("", "ask"), trajectory_id="top", subagent_trajectories=[child])
        trace = opened(tmp_path / "t", value)
        assert trace.session_ids == ["top", "child"]
        header = trace.session(1).header
        assert header is not None
        assert header.model_dump()["source"]["parent"] == "top"
        assert [len(trace.session(n).decisions) for n in range(2)] == [1, 1]

    def test_a_continuation_in_a_folder_is_the_same_run(self, tmp_path: Path) -> None:
        first = trajectory(user(), agent("Half."), continued_trajectory_ref="b.json")
        second = trajectory(user(is_copied_context=True), agent("Whole."))
        second["agent"]["extra"] = {"continuation_index": 1}
        for name, value in (("a.json", first), ("b.json", second)):
            (tmp_path / name).write_text(json.dumps(value))
        trace = Trace(tmp_path)
        assert trace.session_ids == ["s1", "s1 continued 1"]
        assert not [w for w in map(str, trace.warnings) if "goes on" in w]
        assert any("goes on" in str(w) for w in Trace(tmp_path / "a.json").warnings)

    def test_a_version_that_is_not_known_says_so(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", trajectory(user(), agent("Hi."), version="1.9"))
        assert any("newer" in str(w) for w in trace.warnings)


# Counted with grep: lines with `"source": "agent"`, `"tool_call_id"`, `"source_call_id"`. A step with n calls is n
# decisions, so the decisions are the agent's steps plus the calls beyond the first of each, less the copied steps.
FIGURES = {
    "scout_terminus_2_hello-world-context-summarization-linear-history.trajectory.cont-1": {"decisions": 4},
    "phoenix_harbor_terminus2_sub_summary": {"decisions": 1, "calls": 0},
    "phoenix_harbor_terminus2_timeout": {"sessions": 1, "decisions": 3, "calls": 3},
    "phoenix_parallel_tools_mixed_results": {"sessions": 1, "decisions": 4, "calls": 3, "paired": 3},
    "phoenix_subagent_trajectories": {"sessions": 2, "calls": 1, "paired": 1},
    "phoenix_v17_embedded_subagents": {"sessions": 2, "decisions": 3, "calls": 1, "paired": 1},
}


@pytest.mark.skipif(not FILES, reason="the shared traces are not here")
class TestField:
    @pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem[:40])
    def test_nothing_is_lost(self, path: Path) -> None:
        trace = Trace(path)
        assert trace.format_title == "ATIF trajectories"
        laws.check_places(trace)
        assert set(laws.lost(trace, laws.values(path))) <= PARTS
        found = laws.counts(trace)
        assert found["unparsed"] == 0
        for key, figure in FIGURES.get(path.stem, {}).items():
            assert found[key] == figure, key

    def test_mutants_are_survived(self) -> None:
        for path in FILES[1:8:3]:
            assert laws.survive(path, 25) == []
