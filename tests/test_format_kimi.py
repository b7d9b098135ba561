"""Kimi's files, of both programs: own samples, made after their public sources, as no file of the field was at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from format_laws import check_places, survive
from trace_samples import opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

META = {"type": "metadata", "protocol_version": "1.5", "created_at": 1_000}
TEXT = {"type": "text", "text": "go"}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "context.append_loop_event", "event": {"type": kind, **fields}}


def message(role: str, text: str, **fields: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {
        "type": "context.append_message",
        "message": {"role": role, "content": content, "toolCalls": [], **fields},
    }


def prompt(text: str) -> dict[str, Any]:
    return {"type": "turn.prompt", "input": [{"type": "text", "text": text}], "origin": {"kind": "user"}}


def call(call_id: str, **args: Any) -> dict[str, Any]:
    return event("tool.call", stepUuid="s", toolCallId=call_id, name="Bash", args=args)


def back(call_id: str, output: Any, **more: Any) -> dict[str, Any]:
    return event("tool.result", toolCallId=call_id, parentUuid=call_id, result={"output": output, **more})


def decided(call_id: str, decision: Any, rule: str | None = None, **result: Any) -> dict[str, Any]:
    more = {"sessionApprovalRule": rule} if rule else {}
    return {"type": "permission.record_approval_result", "turnId": 0, "toolCallId": call_id, "toolName": "Bash",
            "action": "run it", **more, "result": {"decision": decision, **result}}  # fmt: skip


def one(tmp_path: Path, *lines: Any) -> Session:
    stamped = [
        {**line, "time": 2_000 + n} if isinstance(line, dict) else line for n, line in enumerate(lines)
    ]
    trace = opened(tmp_path / "t", META, *stamped)
    assert trace.format_title == "Kimi sessions: Kimi Code"
    check_places(trace)
    return trace.session(0)


def kinds(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


def said(session: Session) -> list[tuple[str, Any]]:
    return [(e.record.role, e.record.content) for e in session.entries if isinstance(e.record, rec.Message)]


def all_of(session: Session, kind: type[Any]) -> list[Any]:
    return [entry.record for entry in session.entries if isinstance(entry.record, kind)]


class TestSteps:
    def test_parts_of_a_step_are_one_response(self, tmp_path: Path) -> None:
        session = one(
            tmp_path,
            message("user", "go", origin={"kind": "user"}),
            event("step.begin", uuid="s", turnId="0", step=1),
            event("content.part", stepUuid="s", part={"type": "think", "think": "hm", "encrypted": "E"}),
            event("content.part", stepUuid="s", part={"type": "text", "text": "I look."}),
            call("c1", command="ls"),
            call("c2", command="pwd"),
            back("c1", "a"),
            back("c2", "b", isError=True),
            event("step.end", uuid="s", usage={"output": 3}),
            event("step.begin", uuid="s2", turnId="0", step=2),
            event("content.part", stepUuid="s2", part={"type": "text", "text": "Done."}),
            event("step.end", uuid="s2", usage={"output": 4}),
        )
        assert kinds(session)[1:] == ["message", "decision", "decision", "message", "tool_call", "tool_call",
                                      "tool_result", "tool_result", "kimi:context.append_loop_event", "decision",
                                      "message"]  # fmt: skip
        spoken = all_of(session, rec.Message)[1]
        assert (spoken.content, spoken.reasoning) == ("I look.", "hm")
        assert [result.status for result in all_of(session, rec.ToolResult)] == [None, "error"]
        assert [d.result is not None for d in session.decisions] == [True, True, False]
        last = rec.extras(all_of(session, rec.Decision)[2])["source"]
        assert last["end"] == {"uuid": "s2", "usage": {"output": 4}}
        assert session.entries[2].record.ts == 2.001

    def test_messages_of_the_first_versions(self, tmp_path: Path) -> None:
        calls = [
            {"type": "function", "id": "c1", "function": {"name": "Bash", "arguments": '{"command":"ls"}'}}
        ]
        session = one(
            tmp_path,
            message("user", "go"),
            message("assistant", "I look.", toolCalls=calls),
            message("tool", "a", toolCallId="c1", isError=False),
        )
        assert session.chosen(session.decisions[0]).arguments == {"command": "ls"}
        assert [result.status for result in all_of(session, rec.ToolResult)] == ["ok"]
        assert session.decisions[0].result is not None

    def test_a_prompt_comes_twice_and_is_said_once(self, tmp_path: Path) -> None:
        session = one(
            tmp_path, prompt("go"), message("user", "go", origin={"kind": "user"}), prompt("on"), call("c1")
        )
        assert said(session) == [("user", "go"), ("user", "on")]
        assert len(session.turns) == 2

    def test_what_the_program_put_in(self, tmp_path: Path) -> None:
        session = one(
            tmp_path,
            {"type": "profile.bind", "systemPrompt": "Be brief.", "profileName": "p"},
            {"type": "config.update", "systemPrompt": "Be brief.", "modelAlias": "m"},
            message("user", "reminder", origin={"kind": "injection"}),
            {"type": "turn.prompt", "input": [TEXT], "origin": {"kind": "cron_job"}},
        )
        assert said(session) == [("system", "Be brief."), ("harness", "reminder")]
        assert kinds(session)[-1] == "kimi:turn.prompt"

    def test_compactions(self, tmp_path: Path) -> None:
        session = one(
            tmp_path,
            message("user", "go"),
            {"type": "context.apply_compaction", "summary": "did it", "compactedCount": 2, "tokensBefore": 9},
            {"type": "context.clear"},
        )
        first, cleared = all_of(session, rec.Compaction)
        assert (first.tokens_before, rec.extras(first)["summary"], "dropped" in first.model_fields_set) == (
            9, "did it", False,
        )  # fmt: skip
        assert cleared.dropped == ["m1", "k1"]


class TestApprovals:
    def test_a_yes_to_one_call(self, tmp_path: Path) -> None:
        session = one(
            tmp_path,
            call("c1", command="ls"),
            decided("c1", "approved", selectedLabel="Once"),
            back("c1", "a"),
        )
        assert kinds(session)[1:] == ["decision", "proposal", "confirmation", "tool_call", "tool_result"]
        (yes,) = all_of(session, rec.Confirmation)
        (asked,) = all_of(session, rec.Proposal)
        assert (yes.op, yes.by, yes.scope, yes.answers) == ("given", "user", "once", asked.id)
        assert (yes.covers.tool, yes.covers.arguments) == ("Bash", {"command": "ls"})
        assert (asked.text, asked.arguments) == ("run it", {"command": "ls"})

    def test_a_yes_for_the_session_covers_what_its_rule_says(self, tmp_path: Path) -> None:
        session = one(
            tmp_path, call("c1", command="ls"), decided("c1", "approved", "Bash(ls *)", scope="session")
        )
        (yes,) = all_of(session, rec.Confirmation)
        assert (yes.scope, yes.covers.tool, yes.covers.arguments) == ("session", "Bash", None)
        assert yes.covers.model_extra == {"rule": "Bash(ls *)"}

    def test_a_no_lets_nothing_out(self, tmp_path: Path) -> None:
        session = one(
            tmp_path, call("c1"), decided("c1", "rejected", feedback="not that"), back("c1", "rejected")
        )
        assert kinds(session)[1:] == ["decision", "proposal", "confirmation", "tool_result"]
        (no,) = all_of(session, rec.Confirmation)
        assert (no.op, no.scope, rec.extras(no)["feedback"]) == ("declined", None, "not that")
        assert session.decisions[0].call is None
        assert session.decisions[0].result is not None

    def test_an_answer_that_was_logged_before_its_step(self, tmp_path: Path) -> None:
        asked = {
            "type": "interaction.request",
            "id": "i",
            "kind": "approval",
            "toolCallId": "c1",
            "request": {"action": "run"},
        }
        session = one(tmp_path, asked, decided("c1", "approved"), call("c1", command="ls"), back("c1", "a"))
        assert kinds(session)[1:] == [
            "decision",
            "proposal",
            "confirmation",
            "confirmation",
            "tool_call",
            "tool_result",
        ]
        assert [made.op for made in all_of(session, rec.Confirmation)] == ["requested", "given"]
        assert all(made.covers.arguments == {"command": "ls"} for made in all_of(session, rec.Confirmation))

    def test_one_whose_call_is_not_in_the_log(self, tmp_path: Path) -> None:
        session = one(tmp_path, decided("c9", "approved"), message("user", "go"))
        (yes,) = all_of(session, rec.Confirmation)
        assert (yes.covers.tool, yes.covers.arguments) == ("Bash", None)

    def test_a_request_that_does_not_say_what_for_proposes_nothing(self, tmp_path: Path) -> None:
        asked = {"type": "interaction.request", "id": "i", "kind": "approval", "request": {"action": "run"}}
        session = one(tmp_path, {**asked, "toolCallId": "c9"}, message("user", "go"))
        assert "proposal" not in kinds(session) and "kimi:approval" in kinds(session)

    @pytest.mark.parametrize("decision", ["cancelled", "odd", None, 3, ["approved"]])
    def test_what_decides_nothing_is_kept_alone(self, tmp_path: Path, decision: Any) -> None:
        session = one(tmp_path, call("c1"), decided("c1", decision), back("c1", "a"))
        assert "confirmation" not in kinds(session)
        assert "kimi:permission.record_approval_result" in kinds(session)
        assert session.decisions[0].call is not None

    def test_a_call_that_ran_was_not_for_that_agreed_to(self, tmp_path: Path) -> None:
        assert "confirmation" not in kinds(one(tmp_path, call("c1"), back("c1", "a")))


class TestFirstProgram:
    LINES: tuple[tuple[str, dict[str, Any]], ...] = (
        ("TurnBegin", {"user_input": "go"}),
        ("StepBegin", {"n": 1}),
        ("ContentPart", {"type": "think", "think": "hm"}),
        ("ContentPart", {"type": "text", "text": "I look."}),
        ("ToolCall", {"type": "function", "id": "c1", "function": {"name": "Shell", "arguments": '{"comm'}}),
        ("ToolCallPart", {"arguments_part": 'and":"ls"}'}),
        ("ApprovalRequest", {"id": "q1", "tool_call_id": "c1", "sender": "Shell", "description": "Run ls"}),
        ("ApprovalResponse", {"request_id": "q1", "response": "approve_for_session"}),
        ("ToolResult", {"tool_call_id": "c1", "return_value": {"is_error": False, "output": "a", "message": "fine"}}),
        ("SubagentEvent", {"parent_tool_call_id": "c1", "agent_id": "a1",
                           "event": {"type": "ContentPart", "payload": {"type": "text", "text": "sub"}}}),
        ("StatusUpdate", {"context_tokens": 5}),
    )  # fmt: skip

    def trace(self, tmp_path: Path, *lines: tuple[str, dict[str, Any]]) -> Trace:
        wired = [
            {"timestamp": 10.5 + n, "message": {"type": k, "payload": p}} for n, (k, p) in enumerate(lines)
        ]
        trace = opened(tmp_path / "t", {"type": "metadata", "protocol_version": "1.1"}, *wired)
        check_places(trace)
        return trace

    def test_a_session_with_a_sub_agent(self, tmp_path: Path) -> None:
        trace = self.trace(tmp_path, *self.LINES)
        assert trace.format_title == "Kimi sessions: Kimi CLI"
        assert trace.session_ids == ["session 1", "session 1 agent a1"]
        session = trace.session(0)
        assert kinds(session)[1:] == ["message", "decision", "message", "proposal", "confirmation", "confirmation",
                                      "tool_call", "tool_result", "kimi:StatusUpdate"]  # fmt: skip
        assert session.chosen(session.decisions[0]).arguments == {"command": "ls"}
        asked, yes = all_of(session, rec.Confirmation)
        assert (asked.op, yes.op, yes.scope, yes.covers.tool) == ("requested", "given", "session", "Shell")
        assert all_of(session, rec.Proposal)[0].text == "Run ls"
        assert all_of(session, rec.ToolResult)[0].status == "ok"
        assert [text for _, text in said(trace.session(1))] == ["sub"]

    def test_a_sub_agent_without_a_name_is_given_none(self, tmp_path: Path) -> None:
        event = {"type": "ContentPart", "payload": {"type": "text", "text": "sub"}}
        trace = self.trace(tmp_path, *self.LINES[:2], ("SubagentEvent", {"event": event}))
        assert len(trace.session_ids) == 2
        header = trace.session(1).header
        assert header is not None and header.agent_name is None
        assert "sub_agent" not in (rec.extras(header).get("source") or {})

    def test_a_no(self, tmp_path: Path) -> None:
        refused = ("ApprovalResponse", {"request_id": "q1", "response": "reject", "feedback": "no"})
        session = self.trace(tmp_path, *self.LINES[:7], refused, self.LINES[8]).session(0)
        assert "tool_call" not in kinds(session)
        assert session.decisions[0].result is not None
        assert all_of(session, rec.Confirmation)[1].op == "declined"

    def test_broken_lines(self, tmp_path: Path) -> None:
        wired = [{"timestamp": 1.0, "message": {"type": k, "payload": p}} for k, p in self.LINES[:4]]
        trace = opened(tmp_path / "t", *wired, b"{nonsense\n", {"timestamp": 1.0}, {"message": {"type": 3}})
        assert kinds(trace.session(0))[-3:] == ["unparsed"] * 3


def test_a_folder_names_its_sessions(tmp_path: Path) -> None:
    for agent in ("main", "agent-0"):
        at = tmp_path / "wd" / "session_7" / "agents" / agent
        at.mkdir(parents=True)
        lines = [META, message("user", agent) | {"time": 1}]
        (at / "wire.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert Trace(tmp_path).session_ids == ["session_7 agent-0", "session_7 main"]


def test_broken_files_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    lines = [META, prompt("go"), message("user", "go"),
             call("c1", command="ls"), decided("c1", "approved", scope="session"),
             back("c1", "a"), event("step.end", uuid="s"), decided("c2", "rejected"), call("c2"), back("c2", "no"),
             {"type": "context.apply_compaction", "summary": "s"}]  # fmt: skip
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(json.dumps({"time": 1, **line}) + "\n" for line in lines))
    assert survive(path, 60) == []
    older = [{"timestamp": 1.5, "message": {"type": k, "payload": p}} for k, p in TestFirstProgram.LINES]
    path.write_text("".join(json.dumps(line) + "\n" for line in older))
    assert survive(path, 60) == []
