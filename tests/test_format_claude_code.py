"""Claude Code: what its lines become, which of them belong together, and what they tell of consent."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from format_laws import check_places, counts, lost, survive, values
from trace_samples import SHARED, opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

FILES = SHARED / "traces" / "claude-code"
SAMPLE = FILES / "real_projects" / "-Users-dain-workspace-claude-code-log-sample"
shared = pytest.mark.skipif(not FILES.is_dir(), reason="the shared traces are not here")


class Log:
    """Builds lines that name the line before them."""

    def __init__(self, session: str = "s-1", prefix: str = "u", **steady: Any) -> None:
        self.prefix = prefix
        self.lines: list[dict[str, Any]] = []
        self.steady = {
            "sessionId": session,
            "cwd": "/work",
            "version": "2.0.0",
            "isSidechain": False,
            **steady,
        }

    def add(self, kind: str, parent: Any = ..., **fields: Any) -> str:
        name = fields.pop("uuid", f"{self.prefix}{len(self.lines) + 1}")
        before = self.lines[-1]["uuid"] if self.lines else None
        base = {"type": kind, "uuid": name, "parentUuid": before if parent is ... else parent}
        self.lines.append(
            base | self.steady | {"timestamp": f"2026-01-01T00:00:{len(self.lines):02}Z"} | fields
        )
        return name

    def user(self, content: Any, parent: Any = ..., **fields: Any) -> str:
        return self.add("user", parent, message={"role": "user", "content": content}, **fields)

    def agent(self, *blocks: Any, parent: Any = ..., answer: str = "", **fields: Any) -> str:
        answer = answer or f"msg-{len(self.lines)}"
        message = {"id": answer, "role": "assistant", "model": "m-1", "content": list(blocks)}
        return self.add("assistant", parent, message=message, requestId=f"r-{answer}", **fields)

    def back(
        self, call: str, content: Any, parent: Any = ..., error: bool | None = None, **fields: Any
    ) -> str:
        block = {"type": "tool_result", "tool_use_id": call, "content": content}
        return self.user([block if error is None else {**block, "is_error": error}], parent, **fields)


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def use(name: str, call: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call, "name": name, "input": arguments}


def trace(tmp_path: Path, log: Log, *others: Any) -> Trace:
    return opened(tmp_path / "t", *log.lines, *others)


def one(tmp_path: Path, log: Log, *others: Any) -> Session:
    found = trace(tmp_path, log, *others)
    assert found.format_title.startswith("Claude Code")
    (name,) = found.session_ids
    assert name == "s-1"
    return found.session(0)


def kinds(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


def said(session: Session) -> list[tuple[str, Any]]:
    return [(e.record.role, e.record.content) for e in session.entries if isinstance(e.record, rec.Message)]


def only(session: Session, kind: type[Any]) -> Any:
    (found,) = [entry.record for entry in session.entries if isinstance(entry.record, kind)]
    return found


class TestResponses:
    def test_a_response_over_several_lines_is_one(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.agent({"type": "thinking", "thinking": "hm", "signature": "sig"}, answer="a")
        log.agent(words("I look."), answer="a")
        log.agent(use("Read", "t1", path="x"), answer="a")
        log.agent(use("Read", "t2", path="y"), answer="a")
        log.back("t1", "X", parent="u4")
        log.back("t2", "Y", error=False)
        log.agent(words("Done."))
        session = one(tmp_path, log)
        assert kinds(session)[2:] == ["decision", "decision", "message", "tool_call", "tool_call", "tool_result",
                                      "tool_result", "decision", "message"]  # fmt: skip
        assert [(d.call, d.result) for d in session.decisions] == [(5, 7), (6, 8), (None, None)]
        spoken = session.entries[4]
        assert isinstance(spoken.record, rec.Message)
        assert (spoken.record.reasoning, spoken.place.line) == ("hm", 3)
        assert [session.entries[n].place.line for n in (2, 3, 5, 6)] == [4, 5, 4, 5]
        assert [session.entries[n].place.pointer for n in (2, 3)] == ["/message/content/0"] * 2
        results = [session.record(n) for n in (7, 8)]
        assert [r.status for r in results if isinstance(r, rec.ToolResult)] == [None, "ok"]
        assert rec.extras(session.record(2))["source"]["model"] == "m-1"
        assert [turn.number for turn in session.turns] == [1]

    def test_results_may_come_between_its_lines(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.agent(use("Read", "t1"), answer="a")
        log.back("t1", "X")
        log.agent(use("Read", "t2"), answer="a")
        log.back("t2", "Y")
        session = one(tmp_path, log)
        assert [d.result is not None for d in session.decisions] == [True, True]

    def test_parallel_calls_do_not_fork(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        first = log.agent(use("Read", "t1"), answer="a")
        log.agent(use("Read", "t2"), answer="a")
        log.back("t1", "X", parent=first)
        log.back("t2", "Y", parent="u3")
        log.agent(words("Done."), parent="u4")
        assert len(one(tmp_path, log).decisions) == 3

    def test_a_request_id_that_is_used_again_is_another_response(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        for block in (use("Read", "t1"), words("Done.")):
            log.add("assistant", message={"role": "assistant", "content": [block]}, requestId="r")
            log.back("t1", "X")
        assert len(one(tmp_path, log).decisions) == 2

    def test_errors_of_the_service_are_not_the_models_words(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.agent(words("API Error: 500"), isApiErrorMessage=True)
        session = one(tmp_path, log)
        assert (said(session)[1], session.decisions) == (("harness", "API Error: 500"), [])

    def test_the_first_versions_wrote_calls_on_lines_of_their_own(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.add("tool_use", name="bash", input={"command": "ls"})
        log.add("tool_result", name="bash", output="a")
        session = one(tmp_path, log)
        assert [(d.call, d.result) for d in session.decisions] == [(3, 4)]

    def test_a_call_without_a_name_is_given_none(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.add("tool_use", input={"command": "ls"})
        session = one(tmp_path, log)
        problems = [e.record.problem for e in session.entries if isinstance(e.record, rec.Unparsed)]
        assert problems == ["a tool call without a name"]
        assert all(session.chosen(decision).tool is None for decision in session.decisions)


class TestWhatTheUserSaid:
    @pytest.mark.parametrize(
        ("content", "fields"),
        [
            ("<command-name>/status</command-name>", {}),
            ("<local-command-stdout>ok</local-command-stdout>", {}),
            ("<bash-input>ls</bash-input>", {}),
            ("<task-notification>done</task-notification>", {}),
            ("[Request interrupted by user]", {}),
            ([words("[Request interrupted by user for tool use]")], {}),
            ("<system-reminder>\nbe kind\n</system-reminder>", {}),
            ("Caveat: what follows", {"isMeta": True}),
            ("the job is done", {"origin": {"kind": "task-notification"}}),
        ],
    )
    def test_the_programs_words_are_not(self, tmp_path: Path, content: Any, fields: dict[str, Any]) -> None:
        log = Log()
        log.user("go")
        log.agent(words("Done."))
        log.user(content, **fields)
        log.agent(words("Noted."))
        session = one(tmp_path, log)
        assert [turn.number for turn in session.turns] == [1]
        assert [role for role, _ in said(session)] == ["user", "assistant", "harness", "assistant"]

    @pytest.mark.parametrize(
        ("content", "fields"),
        [
            ("go on", {"origin": {"kind": "human"}}),
            ([words("<system-reminder>x</system-reminder>"), words("go on")], {}),
            ([{"type": "image", "source": {}}], {}),
            ("<system-reminder>x</system-reminder> go <system-reminder>y</system-reminder>", {}),
        ],
    )
    def test_the_users_words_begin_a_turn(self, tmp_path: Path, content: Any, fields: dict[str, Any]) -> None:
        log = Log()
        log.user("go")
        log.user(content, **fields)
        assert [turn.number for turn in one(tmp_path, log).turns] == [1, 2]

    def test_what_was_typed_while_the_agent_worked(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.add(
            "attachment", attachment={"type": "queued_command", "prompt": "stop", "commandMode": "prompt"}
        )
        told = {"type": "queued_command", "prompt": "job", "commandMode": "task-notification"}
        log.add("attachment", attachment=told)
        assert said(one(tmp_path, log)) == [("user", "go"), ("user", "stop"), ("harness", "job")]

    def test_memory_and_hooks_that_the_program_put_in(self, tmp_path: Path) -> None:
        log = Log()
        memory = {"type": "nested_memory", "path": "/m", "content": {"path": "/m", "content": "be brief"}}
        log.add("attachment", attachment=memory)
        log.add("attachment", attachment={"type": "hook_additional_context", "content": ["a", "b"]})
        log.add("attachment", attachment={"type": "hook_success", "stdout": "x"})
        session = one(tmp_path, log)
        assert said(session) == [("harness", "be brief"), ("harness", "a\nb")]
        assert kinds(session)[-1] == "claude-code:attachment/hook_success"
        assert session.entries[1].place.pointer == "/attachment/content/content"


class TestConsent:
    def asked(self, tool: str = "Bash", **arguments: Any) -> Log:
        log = Log()
        log.user("go")
        log.agent(use(tool, "t1", **arguments))
        return log

    def test_a_refusal(self, tmp_path: Path) -> None:
        log = self.asked(command="rm x")
        log.back("t1", "The user doesn't want to proceed with this tool use. STOP", error=True)
        session = one(tmp_path, log)
        assert kinds(session)[-3:] == ["proposal", "confirmation", "tool_result"]
        assert "tool_call" not in kinds(session)
        assert session.decisions[0].result == len(session.entries) - 1
        no = only(session, rec.Confirmation)
        assert (no.op, no.by, no.decider, no.answers) == (
            "declined",
            "user",
            "human",
            only(session, rec.Proposal).id,
        )
        assert (no.covers.tool, no.covers.arguments) == ("Bash", {"command": "rm x"})
        assert no.evidence[0].quote.startswith("The user doesn't want")
        assert session.entry(no.evidence[0].ref) == session.entries[-1]

    @pytest.mark.parametrize(
        ("kind", "by", "decider"),
        [
            ("user-rejected", "user", "human"),
            ("permission-rule", "config", "config"),
            ("automode-blocked", "auto mode", "model"),
            ("automode-unavailable", "automode-unavailable", None),
        ],
    )
    def test_who_denied(self, tmp_path: Path, kind: str, by: str, decider: str | None) -> None:
        log = self.asked()
        log.back("t1", "no", error=True, toolDenialKind=kind)
        no = only(one(tmp_path, log), rec.Confirmation)
        assert (no.op, no.by, no.decider, no.source) == ("declined", by, decider, kind)

    def test_an_interruption_is_no_denial(self, tmp_path: Path) -> None:
        log = self.asked()
        log.back("t1", "stopped", error=True, toolDenialKind="interrupted")
        assert "confirmation" not in kinds(one(tmp_path, log))

    def test_a_call_that_ran_was_not_for_that_agreed_to(self, tmp_path: Path) -> None:
        log = self.asked()
        log.back("t1", "fine", error=False)
        assert "confirmation" not in kinds(one(tmp_path, log))

    def test_a_plan_that_was_approved(self, tmp_path: Path) -> None:
        log = self.asked("ExitPlanMode", plan="1. look")
        log.back("t1", "User has approved your plan. You can now start coding.")
        session = one(tmp_path, log)
        yes, plan = only(session, rec.Confirmation), only(session, rec.Proposal)
        assert (yes.op, yes.type, yes.by, yes.answers) == ("given", "plan", "user", plan.id)
        assert (plan.text, yes.covers.tool) == ("1. look", "ExitPlanMode")

    def test_words_of_approval_in_the_output_of_a_tool_are_none(self, tmp_path: Path) -> None:
        log = self.asked("Bash", command="cat")
        log.back("t1", "User has approved your plan")
        assert "confirmation" not in kinds(one(tmp_path, log))

    def test_a_question_and_its_answer_are_no_yes(self, tmp_path: Path) -> None:
        log = self.asked("AskUserQuestion", questions=[{"question": "Delete it?", "options": []}])
        answers = {"answers": {"Delete it?": "No"}}
        log.back("t1", 'User has answered: "Delete it?"="No"', toolUseResult=answers)
        session = one(tmp_path, log)
        assert kinds(session)[-3:] == ["proposal", "claude-code:answers", "tool_result"]
        assert only(session, rec.Proposal).text == "Delete it?"
        assert session.entries[-2].place.pointer == "/toolUseResult/answers"

    @pytest.mark.parametrize(
        ("attached", "op"),
        [
            (
                {"type": "hook_permission_decision", "decision": "allow", "hookEvent": "PermissionRequest"},
                "given",
            ),
            (
                {"type": "hook_permission_decision", "decision": "deny", "hookEvent": "PermissionRequest"},
                "declined",
            ),
            (
                {"type": "hook_blocking_error", "hookEvent": "PreToolUse", "hookName": "PreToolUse:Bash"},
                "declined",
            ),
        ],
    )
    def test_a_hook_decides(self, tmp_path: Path, attached: dict[str, Any], op: str) -> None:
        log = self.asked(command="ls")
        log.add("attachment", attachment={**attached, "toolUseID": "t1"})
        log.back("t1", "x")
        session = one(tmp_path, log)
        made = only(session, rec.Confirmation)
        assert (made.op, made.by, made.decider, made.covers.tool) == (op, "hook", "hook", "Bash")
        after = kinds(session)[kinds(session).index("confirmation") :]
        assert ("tool_call" in after) == (op == "given")
        assert session.decisions[0].result is not None

    def test_a_hook_that_complains_afterwards_denies_nothing(self, tmp_path: Path) -> None:
        log = self.asked()
        log.add(
            "attachment",
            attachment={"type": "hook_blocking_error", "hookEvent": "PostToolUse", "toolUseID": "t1"},
        )
        assert "confirmation" not in kinds(one(tmp_path, log))


class TestCompaction:
    def test_what_was_said_is_dropped_for_a_summary(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.agent(use("Read", "t1"))
        log.back("t1", "X")
        log.add(
            "system", None, subtype="compact_boundary", compactMetadata={"trigger": "auto", "preTokens": 900}
        )
        log.user("You did things.", isCompactSummary=True)
        log.agent(words("On it."))
        session = one(tmp_path, log)
        made = only(session, rec.Compaction)
        assert (made.tokens_before, made.tokens_after, made.dropped) == (900, None, ["m1", "result of t1"])
        assert rec.extras(made)["summary"] == "You did things."
        assert [turn.number for turn in session.turns] == [1]

    def test_without_a_summary_or_with_messages_that_stay(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        about = {"preTokens": 9, "postTokens": 4, "preservedSegment": {"headUuid": "u1"}}
        log.add("system", subtype="compact_boundary", compactMetadata=about)
        log.user("on")
        session = one(tmp_path, log)
        made = only(session, rec.Compaction)
        assert (made.tokens_after, "dropped" in made.model_fields_set) == (4, False)
        assert kinds(session).index("compaction") < len(kinds(session)) - 1

    def test_results_that_were_taken_out(self, tmp_path: Path) -> None:
        log = Log()
        for call in ("t1", "t2"):
            log.agent(use("Read", call))
            log.back(call, "X")
        log.add("system", subtype="microcompact_boundary", microcompactMetadata={"compactedToolIds": ["t1"]})
        assert only(one(tmp_path, log), rec.Compaction).dropped == ["result of t1"]

    def test_a_conversation_that_was_cleared(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.user("<command-name>/clear</command-name>")
        assert only(one(tmp_path, log), rec.Compaction).dropped == ["m1"]


class TestBranches:
    def test_a_prompt_that_was_edited(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.agent(words("First."))
        log.user("left", parent="u2")
        log.agent(words("Left."))
        log.user("kept", parent="u2")
        log.agent(words("Kept."))
        found = trace(tmp_path, log)
        assert found.session_ids == ["s-1", "s-1 branch 1"]
        main, left = (found.session(n) for n in range(2))
        assert [text for _, text in said(main)] == ["go", "First.", "kept", "Kept."]
        assert [text for _, text in said(left)] == ["go", "First.", "left", "Left."]
        assert [len(session.decisions) for session in (main, left)] == [2, 1]
        assert left.decisions[0].number == "2.1"
        assert rec.extras(left.header)["source"]["left_branch"] == "s-1"  # type: ignore[arg-type]
        assert len(found.warnings) == 1

    def test_the_first_prompt_was_edited(self, tmp_path: Path) -> None:
        log = Log()
        log.user("one", parent=None)
        log.agent(words("1"))
        log.user("two", parent=None)
        log.agent(words("2"))
        found = trace(tmp_path, log)
        assert [[t for _, t in said(found.session(n))] for n in range(2)] == [["two", "2"], ["one", "1"]]

    def test_branches_of_branches(self, tmp_path: Path) -> None:
        log = Log()
        log.user("a", uuid="a")
        log.user("b", parent="a", uuid="b")
        log.user("c", parent="b", uuid="c")
        log.user("d", parent="b", uuid="d")
        log.user("e", parent="a", uuid="e")
        found = trace(tmp_path, log)
        texts = [[text for _, text in said(found.session(n))] for n in range(3)]
        assert texts == [["a", "e"], ["a", "b", "d"], ["a", "b", "c"]]

    def test_commands_beside_each_other_do_not_fork(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go", uuid="a")
        for name in ("status", "mcp"):
            log.user(f"<command-name>/{name}</command-name>", parent="a")
        assert len(said(one(tmp_path, log))) == 3

    @pytest.mark.parametrize("parents", [("b", "a"), ("a", "a"), ("c", None), ("x", "y")])
    def test_parents_that_lead_nowhere_or_in_circles(self, tmp_path: Path, parents: tuple[str, str]) -> None:
        log = Log()
        log.user("one", parent=parents[0], uuid="a")
        log.agent(words("two"), parent=parents[1], uuid="b")
        log.agent(words("three"), uuid="c")
        assert [text for _, text in said(one(tmp_path, log))] == ["one", "two", "three"]

    def test_a_broken_line_is_shown_where_it_stood(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        session = one(tmp_path, log, b'{"type":\n', 3, {"type": ["user"], "sessionId": "s-1"})
        assert kinds(session)[2:] == ["unparsed", "unparsed", "claude-code:line"]


class TestAgents:
    def test_a_sidechain_is_a_session_of_its_own(self, tmp_path: Path) -> None:
        log = Log()
        log.user("go")
        log.agent(use("Task", "t1", prompt="look"))
        log.user("look", parent=None, isSidechain=True, uuid="s1")
        log.agent(words("Seen."), isSidechain=True)
        log.back("t1", "Seen.", parent="u2")
        found = trace(tmp_path, log)
        assert found.session_ids == ["s-1", "s-1 sidechain 1"]
        main, side = (found.session(n) for n in range(2))
        assert [len(session.decisions) for session in (main, side)] == [1, 1]
        assert main.decisions[0].result is not None
        assert side.header is not None
        assert side.header.agent_name == "sidechain 1"

    def test_a_project_folder(self, tmp_path: Path) -> None:
        main, other = Log(), Log("s-2", "o")
        agent = Log(prefix="a", isSidechain=True, agentId="a7")
        main.user("go")
        main.agent(use("Task", "t1"))
        agent.user("look")
        agent.agent(words("Seen."))
        other.user("hello")
        for name, log in (("s-1", main), ("agent-a7", agent), ("s-2", other)):
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log.lines))
        found = Trace(tmp_path)
        assert found.session_ids == ["s-1", "s-1 agent a7", "s-2"]
        assert [len(part.documents) for part in found.parts] == [2, 1]
        side = found.session(1)
        assert side.header is not None
        assert rec.extras(side.header)["source"]["of_session"] == "s-1"
        check_places(found)

    def test_a_copy_of_an_earlier_session_decides_nothing_twice(self, tmp_path: Path) -> None:
        first, second = Log(), Log("s-2")
        for log in (first, second):
            log.user("go")
            log.agent(words("Done."))
        second.user("more", timestamp="2026-01-02T00:00:00Z")
        second.agent(words("More."))
        for line in second.lines[:2]:
            line["timestamp"] = "2026-01-01T12:00:00Z"
        for name, log in (("b", first), ("a", second)):
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log.lines))
        found = Trace(tmp_path)
        assert found.session_ids == ["s-1", "s-2"]
        assert [len(found.session(n).decisions) for n in range(2)] == [1, 1]
        assert [text for _, text in said(found.session(1))] == ["go", "Done.", "more", "More."]


class TestPrinted:
    def lines(self) -> Iterable[dict[str, Any]]:
        base = {"session_id": "s-1", "parent_tool_use_id": None}
        yield {"type": "system", "subtype": "init", "session_id": "s-1", "tools": ["Bash"], "uuid": "u0"}
        yield {"type": "assistant", "uuid": "u1", **base,
               "message": {"id": "a", "role": "assistant", "content": [use("Bash", "t1", command="ls")]}}  # fmt: skip
        back = {"type": "tool_result", "tool_use_id": "t1", "content": "no", "is_error": True}
        yield {"type": "user", "uuid": "u2", **base, "message": {"role": "user", "content": [back]}}
        yield {"type": "assistant", "uuid": "u3", "session_id": "s-1", "parent_tool_use_id": "t9",
               "message": {"id": "b", "role": "assistant", "content": [words("sub")]}}  # fmt: skip
        denials = [{"tool_name": "Bash", "tool_use_id": "t1", "tool_input": {"command": "ls"}}]
        yield {"type": "result", "subtype": "success", "is_error": False, "session_id": "s-1", "result": "x",
               "permission_denials": denials}  # fmt: skip

    def test_a_stream(self, tmp_path: Path) -> None:
        found = opened(tmp_path / "t", *self.lines())
        assert found.format_title == "Claude Code sessions: printed stream"
        assert found.session_ids == ["s-1", "s-1 agent t9"]
        session = found.session(0)
        assert kinds(session)[1:] == ["claude-code:system/init", "decision", "tool_call", "tool_result",
                                      "confirmation", "end"]  # fmt: skip
        no = only(session, rec.Confirmation)
        assert (no.op, no.by, no.covers.tool) == ("declined", None, "Bash")
        assert session.ended


@shared
class TestRealFiles:
    @pytest.mark.parametrize("path", sorted(SAMPLE.glob("*.jsonl")), ids=lambda path: path.name[:8])
    def test_the_figures_of_the_blocks(self, path: Path) -> None:
        lines = values(path)
        blocks = [
            (line["message"].get("id"), block)
            for line in lines
            if isinstance(line.get("message"), dict)
            for block in line["message"]["content"]
            if isinstance(block, dict)
        ]
        uses = {block["id"] for _, block in blocks if block["type"] == "tool_use"}
        backs = {block["tool_use_id"] for _, block in blocks if block["type"] == "tool_result"}
        acting = {answer for answer, block in blocks if block["type"] == "tool_use"}
        talking = {line["message"]["id"] for line in lines if line["type"] == "assistant"} - acting
        refused = sum(
            "doesn't want to proceed" in str(b.get("content")) for _, b in blocks if "tool_use_id" in b
        )
        found = counts(Trace(path))
        assert found["decisions"] == len(uses) + len(talking)
        ran = len(uses) - refused  # a call that was refused did not go out: its result answers the decision
        assert (found["calls"], found["results"], found["paired"]) == (
            ran,
            len(backs),
            len(uses & backs) - refused,
        )
        assert (found["confirmations"], found["unparsed"]) == (refused, 0)

    def test_the_files_have_what_is_counted(self) -> None:
        found = counts(Trace(SAMPLE))
        assert {key: found[key] for key in ("decisions", "calls", "paired", "confirmations")} == {
            # grep -c '"type":"tool_use"' gives 60 over the four files; three were refused; five responses are words
            "decisions": 65, "calls": 57, "paired": 57, "confirmations": 3,
        }  # fmt: skip

    def test_nothing_is_lost_and_every_place_is_found(self) -> None:
        own = {
            "text",
            "thinking",
            "tool_use",
            "assistant",
            "user",
            "system",
        }  # the types that our records stand for
        for path in sorted(FILES.rglob("*.jsonl")):
            if path.stat().st_size:
                found = Trace(path)
                assert found.format_title.startswith("Claude Code"), path
                check_places(found)
                assert set(lost(found, values(path))) <= own, path

    @pytest.mark.parametrize("name", ["agent-sessions/small.jsonl", "fixtures/sidechain.jsonl"])
    def test_broken_files_are_read_as_far_as_they_go(self, name: str) -> None:
        assert survive(FILES / name, 25) == []
