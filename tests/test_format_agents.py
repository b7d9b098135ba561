"""The OpenAI Agents SDK: states of a run with their approvals, and the traces that it exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from format_laws import check_places, counts, lost, survive, values
from trace_samples import SHARED, write

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

Raw = dict[str, Any]
TRACES = SHARED / "traces"
CALL = {"type": "function_call", "call_id": "c1", "id": "f1", "name": "move", "arguments": '{"order": "K-1"}'}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "moved"}
MOVE = {"tool": "move", "arguments": {"order": "K-1"}}


def item(kind: str, raw: Any, **more: Any) -> Raw:
    return {"type": kind, "raw_item": raw, "agent": {"name": "Desk"}, **more}


def state(*items: Any, approvals: Any = None, **fields: Any) -> Raw:
    base = {"$schemaVersion": "1.15", "current_agent": {"name": "Desk"}, "original_input": "Move order K-1."}
    return {**base, "context": {"approvals": approvals or {}}, "generated_items": list(items), **fields}


def told(path: Path, *items: Any, **fields: Any) -> Session:
    trace = Trace(write(path / "state.json", json.dumps(state(*items, **fields)).encode()))
    assert trace.format_title == "OpenAI Agents SDK run state"
    return trace.session(0)


def of(session: Session, kind: str) -> list[Any]:
    return [entry.record for entry in session.entries if entry.record.kind == kind]


def order(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries][1:]


def confirmed(session: Session) -> list[tuple[str, Any, Any]]:
    return [(c.op, c.scope, c.covers and c.covers.arguments) for c in of(session, "confirmation")]


CHOSEN, ASKED = item("tool_call_item", CALL), item("tool_approval_item", CALL, tool_name="move")
CAME = item("tool_call_output_item", OUTPUT, output="moved")
GIVEN, DENIED = {"move": {"approved": ["c1"], "rejected": []}}, {"move": {"approved": [], "rejected": ["c1"]}}


class TestState:
    def test_a_call_that_nobody_was_asked_about(self, tmp_path: Path) -> None:
        session = told(tmp_path, CHOSEN, CAME)
        assert order(session) == ["message", "decision", "tool_call", "tool_result"]
        assert [d.number for d in session.decisions] == ["1.1"] and session.decisions[0].result is not None
        assert not of(session, "confirmation")

    def test_a_call_that_waits_is_asked_for_and_not_made(self, tmp_path: Path) -> None:
        waits = {"current_step": {"type": "next_step_interruption", "data": {"interruptions": [ASKED]}}}
        session = told(tmp_path, CHOSEN, ASKED, **waits)
        assert order(session) == ["message", "decision", "proposal", "confirmation"]
        assert confirmed(session) == [("requested", None, {"order": "K-1"})]
        trace = Trace(tmp_path / "state.json")
        assert "1" in str(trace.warnings) and "waited for an answer" in str(trace.warnings)

    def test_a_yes_stands_between_the_choice_and_the_call(self, tmp_path: Path) -> None:
        session = told(tmp_path, CHOSEN, ASKED, CAME, approvals=GIVEN)
        assert order(session) == [
            "message", "decision", "proposal", "confirmation", "confirmation", "tool_call", "tool_result",
        ]  # fmt: skip
        assert confirmed(session) == [
            ("requested", None, {"order": "K-1"}),
            ("given", "once", {"order": "K-1"}),
        ]
        yes = of(session, "confirmation")[1]
        assert (yes.by, yes.answers) == (None, "p1")
        assert session.decisions[0].call is not None and session.decisions[0].result is not None

    def test_an_approved_call_that_did_not_begin_is_none(self, tmp_path: Path) -> None:
        session = told(tmp_path, CHOSEN, ASKED, approvals=GIVEN)
        assert not of(session, "tool_call") and confirmed(session)[1][0] == "given"

    def test_a_call_that_began_and_has_no_result(self, tmp_path: Path) -> None:
        context = {"approvals": GIVEN, "tool_invocations": {"c1": {"executed": True, "completed": False}}}
        session = told(tmp_path, CHOSEN, ASKED, context=context)
        assert session.decisions[0].call is not None and session.decisions[0].result is None

    def test_a_no_is_answered_but_nothing_is_called(self, tmp_path: Path) -> None:
        session = told(tmp_path, CHOSEN, ASKED, CAME, approvals=DENIED)
        assert confirmed(session)[1][:2] == ("declined", "once")
        assert not of(session, "tool_call") and session.decisions[0].result is not None

    def test_always_covers_every_call_of_a_tool(self, tmp_path: Path) -> None:
        session = told(tmp_path, CHOSEN, ASKED, CAME, approvals={"move": {"approved": True, "rejected": []}})
        assert confirmed(session)[1] == ("given", "always", None)

    def test_a_decision_on_what_the_history_does_not_hold(self, tmp_path: Path) -> None:
        session = told(tmp_path, approvals={"move": {"approved": ["zz"], "rejected": True}})
        assert [c[:2] for c in confirmed(session)] == [("given", "once"), ("declined", "always")]
        assert rec.extras(of(session, "confirmation")[0])["call"] == "zz"

    def test_hosted_tools_ask_and_are_answered(self, tmp_path: Path) -> None:
        raw = {
            "type": "mcp_approval_request",
            "id": "r1",
            "name": "pay",
            "arguments": '{"sum": 3}',
            "server_label": "bank",
        }
        answer = {
            "type": "mcp_approval_response",
            "approval_request_id": "r1",
            "approve": False,
            "reason": "no",
        }
        session = told(
            tmp_path, item("mcp_approval_request_item", raw), item("mcp_approval_response_item", answer)
        )
        assert [c.op for c in of(session, "confirmation")] == ["requested", "declined"]
        assert of(session, "proposal")[0].arguments == {"sum": 3}

    def test_the_items_of_one_response_are_one_step(self, tmp_path: Path) -> None:
        words = {
            "type": "message",
            "role": "assistant",
            "id": "w",
            "content": [{"type": "output_text", "text": "Both."}],
        }
        second = {**CALL, "call_id": "c2", "id": "f2"}
        answered = {"output": [words, CALL, second], "usage": {"input_tokens": 5}, "response_id": "resp"}
        session = told(
            tmp_path,
            item("message_output_item", words),
            CHOSEN,
            item("tool_call_item", second),
            CAME,
            item("tool_call_output_item", {**OUTPUT, "call_id": "c2"}),
            model_responses=[answered],
        )
        assert [d.number for d in session.decisions] == ["1.1", "1.2"]
        assert {d.text for d in session.decisions} == {of_index(session, "Both.")}
        assert rec.extras(of(session, "decision")[0])["source"] == {
            "usage": {"input_tokens": 5},
            "response_id": "resp",
        }

    def test_guardrails_thoughts_and_what_is_unknown_are_kept(self, tmp_path: Path) -> None:
        guard = {"guardrail": {"type": "input", "name": "topic"}, "output": {"tripwireTriggered": True}}
        thought = item(
            "reasoning_item",
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "so"}]},
        )
        session = told(
            tmp_path, thought, item("new_item", {"type": "novelty"}), 3, input_guardrail_results=[guard]
        )
        assert of(session, "openai-agents:guardrail")[0].source["name"] == "input topic"
        assert of(session, "openai-agents:reasoning")[0].source["reasoning"] == "so"
        assert of(session, "openai-agents:novelty") and len(of(session, "unparsed")) == 1
        assert not session.decisions

    def test_an_unknown_version_is_told(self, tmp_path: Path) -> None:
        told(tmp_path, **{"$schemaVersion": "2.0"})
        assert "version" in str(Trace(tmp_path / "state.json").warnings)

    def test_an_earlier_history_is_told(self, tmp_path: Path) -> None:
        history = [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "hello"},
            {"role": "user", "content": "go"},
        ]
        session = told(tmp_path, original_input=history)
        assert [d.number for d in session.decisions] == ["1.1"] and len(session.turns) == 2


def of_index(session: Session, words: str) -> int:
    return next(e.index for e in session.entries if getattr(e.record, "content", None) == words)


def span(name: str, data: Any, began: int, parent: str | None = None, **more: Any) -> Raw:
    at = {
        "started_at": f"2026-01-01T10:00:{began:02}+00:00",
        "ended_at": f"2026-01-01T10:00:{more.pop('ended', began):02}+00:00",
    }
    return {
        "object": "trace.span",
        "id": name,
        "trace_id": "t1",
        "parent_id": parent,
        **at,
        "span_data": data,
        **more,
    }


def function(name: str, output: Any, **more: Any) -> Raw:
    return {"type": "function", "name": name, "input": '{"order": "K-1"}', "output": output, **more}


def export(path: Path, *lines: Any) -> Trace:
    head = {"object": "trace", "id": "t1", "workflow_name": "desk", "group_id": None}
    trace = Trace(write(path / "spans.jsonl", head, *lines))
    assert trace.format_title == "OpenAI Agents SDK trace export"
    return trace


class TestExport:
    def test_calls_in_the_order_in_which_they_began(self, tmp_path: Path) -> None:
        inner = span("s2", function("look", "seen"), 2, "s1", ended=3)
        outer = span("s1", function("ask_helper", "asked"), 1, "a", ended=4)
        agent = span("a", {"type": "agent", "name": "Desk", "tools": ["look"]}, 0, ended=5)
        session = export(tmp_path, inner, outer, agent).session(0)
        assert [session.chosen(d).tool for d in session.decisions] == ["ask_helper", "look"]
        assert [r.result for r in of(session, "tool_result")] == ["seen", "asked"]
        assert [rec.extras(c)["agent"] for c in of(session, "tool_call")] == ["Desk", "Desk"]
        assert all(d.result is not None for d in session.decisions)

    def test_a_paused_call_is_a_request(self, tmp_path: Path) -> None:
        paused = function("move", "FunctionToolResult(tool=..., run_item=ToolApprovalItem(agent=...))")
        session = export(tmp_path, span("s1", paused, 1), span("s2", function("move", "moved"), 2)).session(0)
        assert order(session) == ["proposal", "confirmation", "tool_call", "tool_result"]
        assert [c.op for c in of(session, "confirmation")] == ["requested"] and len(session.decisions) == 1

    def test_responses_hold_no_words_and_that_is_said(self, tmp_path: Path) -> None:
        trace = export(
            tmp_path, span("s1", {"type": "response", "response_id": "r", "usage": {"total_tokens": 9}}, 1)
        )
        assert "not recorded" in str(trace.warnings)
        assert of(trace.session(0), "openai-agents:response")[0].source["response_id"] == "r"

    def test_generations_hold_the_context_and_the_choice(self, tmp_path: Path) -> None:
        call = {"id": "c1", "type": "function", "function": {"name": "move", "arguments": '{"order": "K-1"}'}}
        data = {
            "type": "generation",
            "input": [{"role": "user", "content": "Move order K-1."}],
            "output": [{"role": "assistant", "content": None, "tool_calls": [call]}],
            "model": "m",
            "usage": {"input_tokens": 7},
        }
        trace = export(tmp_path, span("s1", data, 1), span("s2", function("move", "moved"), 2))
        assert trace.fidelity.context.level == "exact"
        session = trace.session(0)
        assert order(session) == ["message", "context", "decision", "tool_call", "tool_result"]
        assert of(session, "context")[0].input_tokens == 7
        assert len(session.decisions) == 1 and session.decisions[0].result is not None

    def test_errors_handoffs_and_guardrails(self, tmp_path: Path) -> None:
        failed = span("s1", function("move", None), 1, error={"message": "no such order"})
        handoff = span("s2", {"type": "handoff", "from_agent": "Desk", "to_agent": "Bank"}, 2)
        guard = span("s3", {"type": "guardrail", "name": "topic", "triggered": True}, 3)
        session = export(tmp_path, failed, handoff, guard).session(0)
        assert of(session, "tool_result")[0].status == "error"
        assert of(session, "openai-agents:handoff")[0].source["name"] == "Desk to Bank"
        assert of(session, "openai-agents:guardrail")[0].source["triggered"] is True

    def test_several_traces_and_broken_lines(self, tmp_path: Path) -> None:
        other = {**span("s9", function("look", "x"), 1), "trace_id": "t2"}
        trace = export(
            tmp_path, span("s1", function("look", "x"), 1), other, b"{torn\n", {"object": "trace.span"}
        )
        assert trace.session_ids == ["t1", "t2", "not a span"]
        assert [e.record.kind for e in trace.session(2).entries] == ["unparsed", "unparsed"]

    def test_the_body_that_is_sent_to_the_service(self, tmp_path: Path) -> None:
        body = {
            "data": [
                {"object": "trace", "id": "t1", "workflow_name": "desk"},
                span("s1", function("look", "x"), 1),
            ]
        }
        trace = Trace(write(tmp_path / "body.json", json.dumps(body).encode()))
        assert trace.format_title == "OpenAI Agents SDK trace export" and len(trace.session(0).decisions) == 1
        check_places(trace)


@pytest.mark.skipif(not TRACES.exists(), reason="the shared traces are not here")
class TestRealFiles:
    """Figures read off the files with jq: items by type, ids under `approvals`, spans by type."""

    @pytest.mark.parametrize(
        ("name", "ops"), [("pending", ["requested"]), ("approved", ["requested", "given"])]
    )
    def test_a_refund_that_waited(self, name: str, ops: list[str]) -> None:
        trace = Trace(TRACES / f"openai-agents-trace/refund_runstate_{name}.json")
        found = counts(trace)
        assert (found["decisions"], found["calls"], found["results"], found["paired"]) == (2, 1, 1, 1)
        assert [c.op for c in of(trace.session(0), "confirmation")] == ops
        check_places(trace)
        assert lost(trace, values(trace.path)) == [
            "function_call_output",
            "tool_call_output_item",
        ]  # our kinds

    def test_the_export_of_that_refund(self) -> None:
        trace = Trace(TRACES / "openai-agents-trace/refund_agents_sdk.jsonl")
        spans = [v["span_data"] for v in values(trace.path) if v["object"] == "trace.span"]
        ran = [
            s for s in spans if s["type"] == "function" and not s["output"].startswith("FunctionToolResult(")
        ]
        assert counts(trace)["calls"] == len(ran) == 2 and counts(trace)["paired"] == 2
        assert counts(trace)["confirmations"] == 1
        kept = [e for e in trace.session(0).entries if e.record.kind.startswith("openai-agents:")]
        assert len(kept) == len(spans) - 3  # all but the spans of functions
        check_places(trace)
        assert lost(trace, values(trace.path)) == ["trace.span"]

    def test_every_version(self) -> None:
        files = sorted((TRACES / "openai-agents-runstate").rglob("*.json"))
        kinds = {
            "function_call",
            "function_call_output",
            "tool_search_call",
            "tool_search_output",
            "reasoning",
        }
        assert len(files) == 19
        for path in files:
            trace = Trace(path)
            assert trace.format_title == "OpenAI Agents SDK run state" and not trace.warnings
            assert counts(trace)["unparsed"] == 0
            check_places(trace)
            left = {
                leaf for leaf in lost(trace, values(path)) if leaf not in kinds and not leaf.endswith("_item")
            }
            assert left <= {"{}"}, path  # arguments that are an empty object, as text

    def test_mutants(self) -> None:
        folder = TRACES / "openai-agents-trace"
        assert survive(folder / "refund_runstate_approved.json", 25) == []
        assert survive(folder / "refund_agents_sdk.jsonl", 25) == []
