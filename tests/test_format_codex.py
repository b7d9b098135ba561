"""Codex rollouts: items, events and settings of the present form, the early forms, and what they tell of consent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from format_laws import check_places, counts, lost, survive, values
from trace_samples import SHARED, opened

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session

FILES = SHARED / "traces" / "codex-rollout"
shared = pytest.mark.skipif(not FILES.is_dir(), reason="the shared traces are not here")
META = {
    "type": "session_meta",
    "payload": {"id": "s-1", "cli_version": "0.9", "base_instructions": {"text": "Be brief."}},
}
TURN = {"type": "turn_context", "payload": {"turn_id": "t", "approval_policy": "on-request", "model": "m-1"}}


def item(**payload: Any) -> dict[str, Any]:
    return {"type": "response_item", "payload": payload}


def event(kind: str, **payload: Any) -> dict[str, Any]:
    return {"type": "event_msg", "payload": {"type": kind, **payload}}


def message(role: str, text: str) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    return item(type="message", role=role, content=[{"type": kind, "text": text}])


def call(name: str, call_id: str, **arguments: Any) -> dict[str, Any]:
    return item(type="function_call", name=name, call_id=call_id, arguments=json.dumps(arguments))


def back(call_id: str, output: Any) -> dict[str, Any]:
    return item(type="function_call_output", call_id=call_id, output=output)


def one(tmp_path: Path, *lines: dict[str, Any], meta: bool = True) -> Session:
    stamped = [
        {"timestamp": f"2026-01-01T00:00:{n:02}Z", **line} for n, line in enumerate((META, TURN, *lines))
    ]
    trace = opened(tmp_path / "t", *(stamped if meta else stamped[1:]))
    assert trace.format_title == "Codex rollouts"
    check_places(trace)
    (_,) = trace.session_ids
    return trace.session(0)


def kinds(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


def said(session: Session) -> list[tuple[str, Any]]:
    return [(e.record.role, e.record.content) for e in session.entries if isinstance(e.record, rec.Message)]


def only(session: Session, kind: type[Any]) -> Any:
    (found,) = [entry.record for entry in session.entries if isinstance(entry.record, kind)]
    return found


class TestSession:
    def test_its_header_and_instructions(self, tmp_path: Path) -> None:
        session = one(tmp_path, message("user", "go"))
        assert session.header is not None
        assert (session.id, session.header.agent_version, session.header.request_model) == (
            "s-1",
            "0.9",
            "m-1",
        )
        assert said(session) == [("system", "Be brief."), ("user", "go")]
        assert session.entries[1].place.pointer == "/payload/base_instructions/text"
        assert kinds(session)[2] == "codex:turn_context"
        assert rec.extras(session.record(2))["source"]["approval_policy"] == "on-request"

    def test_one_that_was_cut_at_its_begin(self, tmp_path: Path) -> None:
        assert one(tmp_path, message("user", "go"), meta=False).id == "session 1"

    def test_a_second_line_about_the_session_is_kept(self, tmp_path: Path) -> None:
        assert kinds(one(tmp_path, META))[-1] == "codex:session_meta"


class TestSteps:
    def test_items_of_a_response_are_one(self, tmp_path: Path) -> None:
        thought = item(
            type="reasoning", summary=[{"type": "summary_text", "text": "hm"}], encrypted_content="A"
        )
        session = one(
            tmp_path,
            message("user", "go"),
            thought,
            message("assistant", "I look."),
            call("shell", "c1", command=["ls"]),
            call("shell", "c2", command=["pwd"]),
            event("token_count", info={}),
            back("c1", "a"),
            back("c2", "b"),
            message("assistant", "Done."),
        )
        assert kinds(session)[4:] == ["decision", "decision", "message", "tool_call", "tool_call", "codex:token_count",
                                      "tool_result", "tool_result", "decision", "message"]  # fmt: skip
        assert all(d.result is not None for d in session.decisions[:2])
        spoken = session.entries[6]
        assert isinstance(spoken.record, rec.Message)
        assert (spoken.record.content, spoken.record.reasoning, spoken.place.line) == ("I look.", "hm", 5)
        assert [session.entries[n].place.line for n in (4, 5)] == [6, 7]

    def test_sealed_thoughts_before_a_call_are_kept_with_its_decision(self, tmp_path: Path) -> None:
        sealed = item(type="reasoning", summary=[], encrypted_content="A")
        session = one(tmp_path, sealed, call("shell", "c1"))
        assert rec.extras(only(session, rec.Decision))["source"] == {"encrypted_content": "A"}

    def test_sealed_thoughts_alone_are_no_decision(self, tmp_path: Path) -> None:
        session = one(
            tmp_path, item(type="reasoning", summary=[], encrypted_content="A"), message("user", "go")
        )
        assert (kinds(session)[3], session.decisions) == ("codex:reasoning", [])

    @pytest.mark.parametrize(
        ("end", "status"),
        [
            (event("exec_command_end", call_id="c1", status="completed", exit_code=0), "ok"),
            (event("exec_command_end", call_id="c1", status="failed", exit_code=1), "error"),
            (event("exec_command_end", call_id="c1", exit_code=1), None),
            (event("patch_apply_end", call_id="c1", success=False), "error"),
            (event("mcp_tool_call_end", call_id="c1", result={"Ok": {"isError": False}}), "ok"),
            (event("mcp_tool_call_end", call_id="c1", result={"Err": "down"}), "error"),
            (event("exec_command_end", call_id="other", status="failed"), None),
        ],
    )
    def test_how_a_call_ended(self, tmp_path: Path, end: dict[str, Any], status: str | None) -> None:
        session = one(tmp_path, call("shell", "c1"), end, back("c1", "x"))
        assert only(session, rec.ToolResult).status == status
        assert f"codex:{end['payload']['type']}" in kinds(session)


class TestWhatTheUserSaid:
    def test_events_that_say_it_again_are_not_said_twice(self, tmp_path: Path) -> None:
        session = one(
            tmp_path,
            message("user", "<environment_context>x</environment_context>"),
            event("user_message", message="go", images=[]),
            message("user", "go"),
            event("agent_message", message="Done.", phase="output"),
            message("assistant", "Done."),
        )
        assert said(session)[1:] == [("harness", "<environment_context>x</environment_context>"), ("user", "go"),
                                     ("assistant", "Done.")]  # fmt: skip
        assert rec.extras(session.entries[-1].record)["source"] == {"event": {"phase": "output"}}
        assert len(session.turns) == 1

    def test_what_looks_like_the_programs_but_was_typed(self, tmp_path: Path) -> None:
        text = "# AGENTS.md instructions are wrong, mend them"
        session = one(tmp_path, message("user", text), event("user_message", message=text))
        assert said(session)[1:] == [("user", text)]

    def test_words_that_only_an_event_holds(self, tmp_path: Path) -> None:
        assert said(one(tmp_path, event("user_message", message="go")))[1:] == [("user", "go")]

    def test_the_projects_instructions(self, tmp_path: Path) -> None:
        state = {
            "type": "world_state",
            "payload": {"full": True, "state": {"agents_md": {"text": "No pushes."}}},
        }
        session = one(tmp_path, state)
        assert said(session)[1:] == [("harness", "No pushes.")]
        assert session.entries[3].place.pointer == "/payload/state/agents_md/text"


class TestConsent:
    @pytest.mark.parametrize(
        ("status", "op"), [("in_progress", "requested"), ("approved", "given"), ("denied", "declined")]
    )
    def test_a_guardian_decides(self, tmp_path: Path, status: str, op: str) -> None:
        judged = event("guardian_assessment", id="g", target_item_id="c1", status=status, risk_level="low",
                       action={"type": "command", "command": "rm x"})  # fmt: skip
        session = one(tmp_path, call("shell", "c1", command="rm x"), judged, back("c1", "x"))
        made, asked = only(session, rec.Confirmation), only(session, rec.Proposal)
        assert (made.op, made.by, made.decider, made.answers) == (op, "guardian", "model", asked.id)
        assert (made.covers.tool, made.covers.arguments) == ("shell", {"command": "rm x"})
        assert (made.scope, rec.extras(made)["risk_level"]) == (None, "low")
        called = [] if op == "declined" else ["tool_call"]  # what was denied did not go out
        assert kinds(session)[3:] == ["decision", "proposal", "confirmation", "codex:guardian_assessment", *called,
                                      "tool_result"]  # fmt: skip
        assert session.decisions[0].result == len(session.entries) - 1

    def test_its_request_and_its_answer_share_the_proposal(self, tmp_path: Path) -> None:
        action = {"type": "mcp_tool_call", "server": "s", "tool_name": "pay"}
        lines = [
            event("guardian_assessment", id="g", status=s, action=action) for s in ("in_progress", "denied")
        ]
        session = one(tmp_path, *lines)
        assert only(session, rec.Proposal).tool == "pay"
        assert [e.record.op for e in session.entries if isinstance(e.record, rec.Confirmation)] == [
            "requested", "declined",
        ]  # fmt: skip

    @pytest.mark.parametrize("status", ["timed_out", "aborted", "odd", None, 3])
    def test_what_was_not_decided_is_kept_alone(self, tmp_path: Path, status: Any) -> None:
        session = one(
            tmp_path, event("guardian_assessment", id="g", status=status, action={"type": "command"})
        )
        assert kinds(session)[3:] == ["codex:guardian_assessment"]

    @pytest.mark.parametrize(
        ("lines", "by"),
        [
            ([back("c1", "exec command rejected by user")], "user"),
            ([event("exec_command_end", call_id="c1", status="declined"), back("c1", "no")], None),
        ],
    )
    def test_a_refusal(self, tmp_path: Path, lines: list[dict[str, Any]], by: str | None) -> None:
        session = one(tmp_path, call("shell", "c1"), *lines)
        no = only(session, rec.Confirmation)
        assert (no.op, no.by, no.covers.tool, no.answers) == (
            "declined",
            by,
            "shell",
            only(session, rec.Proposal).id,
        )
        assert kinds(session)[-3:] == ["proposal", "confirmation", "tool_result"]
        assert "tool_call" not in kinds(session)

    def test_a_call_that_ran_was_not_for_that_agreed_to(self, tmp_path: Path) -> None:
        end = event("exec_command_end", call_id="c1", status="completed")
        assert "confirmation" not in kinds(one(tmp_path, call("shell", "c1"), end, back("c1", "x")))


class TestContext:
    def test_a_compaction_keeps_what_replaces_the_history(self, tmp_path: Path) -> None:
        stays = [message("user", "go")["payload"], message("user", "Summary: done half.")["payload"]]
        session = one(
            tmp_path,
            message("user", "go"),
            message("assistant", "Half."),
            {"type": "compacted", "payload": {"message": "done half", "replacement_history": stays}},
            message("user", "on"),
        )
        made = only(session, rec.Compaction)
        assert (made.kept, made.dropped) == (["m2"], ["m1", "m3"])
        assert rec.extras(made)["summary"] == "done half"
        assert said(session)[3] == ("harness", "Summary: done half.")
        assert len(session.turns) == 2

    def test_one_that_does_not_say_what_stayed(self, tmp_path: Path) -> None:
        made = only(one(tmp_path, {"type": "compacted", "payload": {"message": "s"}}), rec.Compaction)
        assert "dropped" not in made.model_fields_set

    def test_a_search_with_its_results(self, tmp_path: Path) -> None:
        found = [{"url": "https://a.invalid", "title": "A"}, {"title": "no address"}]
        session = one(tmp_path, event("web_search_end", call_id="c", query="q", results=found))
        looked = only(session, rec.Retrieval)
        assert (looked.query, [(d.id, d.rank) for d in looked.documents]) == ("q", [("https://a.invalid", 1)])


class TestEarlyForms:
    BARE = (
        {
            "id": "s-1",
            "timestamp": "2025-05-01T00:00:00Z",
            "instructions": "Be brief.",
            "git": {"branch": "main"},
        },
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {"type": "function_call", "name": "shell", "call_id": "c1", "arguments": "{}"},
        {
            "type": "function_call_output",
            "call_id": "c1",
            "output": '{"output":"x","metadata":{"exit_code":0}}',
        },
    )

    def test_bare_items(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", *self.BARE)
        assert trace.format_title == "Codex rollouts: bare items"
        session = trace.session(0)
        assert kinds(session) == [
            "trace",
            "message",
            "codex:state",
            "message",
            "decision",
            "tool_call",
            "tool_result",
        ]
        assert session.decisions[0].result == 6
        assert len(trace.warnings) == 1

    def test_one_object_with_items(self, tmp_path: Path) -> None:
        whole = {"session": self.BARE[0], "items": list(self.BARE[2:])}
        trace = opened(tmp_path / "t", json.dumps(whole, indent=1).encode())
        assert trace.format_title == "Codex rollouts: bare items"
        check_places(trace)
        assert trace.session_ids == ["s-1"]
        assert trace.session(0).entries[1].place.pointer == "/session/instructions"
        assert [turn.number for turn in trace.session(0).turns] == [1]

    def test_items_of_nobody_are_not_claimed(self, tmp_path: Path) -> None:
        with pytest.raises(TraceError, match="no trace that is known"):
            opened(tmp_path / "t", *self.BARE[3:])


def test_broken_lines_are_shown(tmp_path: Path) -> None:
    odd = [{"type": "response_item", "payload": [1]}, {"type": "event_msg"}, {"payload": {}}, {"type": ["x"]}]
    trace = opened(
        tmp_path / "t", *({"timestamp": "x", **line} for line in (META, TURN)), b"{nonsense\n", 3, *odd
    )
    assert kinds(trace.session(0))[3:] == ["unparsed", "unparsed", "codex:response_item", "codex:event_msg",
                                           "codex:line", "codex:line"]  # fmt: skip


@shared
class TestRealFiles:
    def test_the_figures_of_the_items(self) -> None:
        path = FILES / "agentsessions_small.jsonl"
        items = [line["payload"] for line in values(path) if line["type"] == "response_item"]
        calls = [i for i in items if i["type"].endswith("_call")]
        outputs = [i for i in items if i["type"].endswith("_output")]
        came = [i for i in calls if "result" in i]  # of an image, which the service makes itself
        words = [i for i in items if i["type"] == "message" and i["role"] == "assistant"]
        found = counts(opened_file(path))
        assert (found["calls"], found["results"]) == (len(calls), len(outputs) + len(came))
        assert found["decisions"] == len(calls) + len(words)
        # by hand: call-1, call-2 and call-3; lines 103 with 105 and 114 with 115; the image of line 49 holds its own
        assert found["paired"] == 6
        assert (found["confirmations"], found["unparsed"]) == (0, 0)  # the guardian's status was taken out

    def test_a_file_of_an_early_form(self) -> None:
        found = counts(opened_file(FILES / "agentsessions_schema_drift.jsonl"))
        # five lines: a user's, a call, its result, a reply, a state
        assert {k: found[k] for k in ("turns", "decisions", "calls", "paired")} == {
            "turns": 1, "decisions": 2, "calls": 1, "paired": 1,
        }  # fmt: skip

    def test_nothing_is_lost_and_every_place_is_found(self) -> None:
        ours = {
            "event_msg",
            "session_meta",
            "response_item",
            "summary_text",
        }  # types that our records stand for
        again = {"msg-0"}  # the id under which a compaction names a message that was said before
        for path in sorted(FILES.glob("*.jsonl")):
            trace = opened_file(path)
            assert trace.format_title.startswith("Codex rollouts"), path
            check_places(trace)
            types = {str(line.get("payload", line).get("type")) for line in values(path)}
            assert set(lost(trace, values(path))) <= ours | again | types, path

    @pytest.mark.parametrize("name", ["agentsessions_small.jsonl", "agentsessions_schema_drift.jsonl"])
    def test_broken_files_are_read_as_far_as_they_go(self, name: str) -> None:
        assert survive(FILES / name, 25) == []


def opened_file(path: Path) -> Any:
    from nalyqor_tui.trace.store import Trace

    return Trace(path)
