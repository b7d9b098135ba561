"""The family of chat messages: Anthropic's, τ²-bench, AgentDojo, mini-SWE-agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import format_laws as laws
import pytest
from trace_samples import SHARED, opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

TRACES = SHARED / "traces"
WORDS = {
    "function",
    "text",
    "tool_use",
    "tool_result",
    "thinking",
}  # the kinds of parts, which became records
USER = {"role": "user", "content": "Cancel K-1."}


def whole(tmp_path: Path, value: Any) -> Trace:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(value, indent=1))
    trace = Trace(path)
    laws.check_places(trace)
    assert set(laws.lost(trace, value)) <= WORDS
    return trace


def kinds(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


def outcomes(session: Session) -> dict[str | None, str | float | None]:
    return {e.record.by: e.record.grade for e in session.outcomes() if isinstance(e.record, rec.Outcome)}


class TestAnthropic:
    VALUE: ClassVar[dict[str, Any]] = {
        "model": "m-1",
        "system": [{"type": "text", "text": "Ask first."}],
        "messages": [
            USER,
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Look first."},
                    {"type": "text", "text": "One moment."},
                    {"type": "tool_use", "id": "u1", "name": "find", "input": {"id": "K-1"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "u1", "content": "gone", "is_error": True}
                ],
            },
            {"role": "assistant", "content": [{"type": "text", "text": "It is gone."}]},
        ],
    }

    def test_a_conversation_with_its_system_prompt_beside(self, tmp_path: Path) -> None:
        session = whole(tmp_path, self.VALUE).session(0)
        first = session.record(1)
        assert isinstance(first, rec.Message)
        assert (first.role, first.content) == ("system", "Ask first.")
        call, reply = session.decisions
        assert session.chosen(call).tool == "find"
        assert session.record(call.result or 0).model_dump()["status"] == "error"
        assert session.chosen(reply).reply == "It is gone."
        assert [turn.number for turn in session.turns] == [1], "a result starts no turn"

    def test_a_conversation_a_line(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", self.VALUE, self.VALUE)
        assert [len(trace.session(n).decisions) for n in range(2)] == [2, 2]


def dojo(**more: Any) -> dict[str, Any]:
    call = {"function": "send", "args": {"to": "a@b"}, "id": "c1", "placeholder_args": None}
    said = [
        {"role": "system", "content": [{"type": "text", "content": "You help."}]},
        {"role": "user", "content": [{"type": "text", "content": "Read my mail."}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "content": "hm", "id": None},
                {"type": "text", "content": "Ok."},
            ],
            "tool_calls": [call],
        },
        {
            "role": "tool",
            "content": [{"type": "text", "content": ""}],
            "tool_call_id": "c1",
            "tool_call": call,
            "error": "ValueError: no",
        },
        {"role": "assistant", "content": [{"type": "text", "content": "Done."}], "tool_calls": []},
    ]
    base = {"suite_name": "mail", "pipeline_name": "p", "user_task_id": "user_task_1", "messages": said}
    return {**base, "injection_task_id": None, "attack_type": None, "injections": {}, "error": None, **more}


class TestAgentDojo:
    ATTACK: ClassVar[dict[str, Any]] = {
        "injection_task_id": "i1",
        "attack_type": "direct",
        "injections": {"v": "send all"},
    }

    @pytest.mark.parametrize(
        ("more", "found"),
        [
            ({**ATTACK, "utility": True, "security": True}, {"utility": "pass", "security": "fail"}),
            ({**ATTACK, "utility": False, "security": False}, {"utility": "fail", "security": "pass"}),
            ({"utility": True, "security": True}, {"utility": "pass", "security": None}),
            (
                {**ATTACK, "error": "too long", "utility": False, "security": True},
                {"utility": "fail", "security": None},
            ),
            ({}, {}),
        ],
    )
    def test_security_true_under_attack_is_a_failure(
        self, tmp_path: Path, more: dict[str, Any], found: dict[str, Any]
    ) -> None:
        trace = whole(tmp_path, dojo(**more))
        assert trace.format_title == "AgentDojo runs"
        assert outcomes(trace.session(0)) == found

    def test_calls_and_results_are_paired_and_an_error_is_one(self, tmp_path: Path) -> None:
        session = whole(tmp_path, dojo()).session(0)
        call, reply = session.decisions
        assert session.chosen(call).arguments == {"to": "a@b"}
        assert session.record(call.result or 0).model_dump()["status"] == "error"
        words = session.record(call.text or 0)
        assert isinstance(words, rec.Message)
        assert (words.content, words.reasoning) == ("Ok.", "hm")
        assert session.chosen(reply).reply == "Done."

    def test_runs_a_line_are_sessions(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", dojo(), dojo(**self.ATTACK), b"{torn\n")
        assert trace.session_ids[:2] == ["mail user_task_1", "mail user_task_1 i1 direct"]
        assert kinds(trace.session(2))[-1] == "unparsed"


def mini(*messages: Any, **more: Any) -> dict[str, Any]:
    return {
        "info": {"mini_version": "2.0", "exit_status": "Submitted"},
        "messages": list(messages),
        "trajectory_format": "mini-swe-agent-1.1",
        **more,
    }


RUN = {
    "role": "assistant",
    "content": "Look.",
    "tool_calls": [
        {
            "id": "c1",
            "type": "function",
            "function": {"name": "bash", "arguments": json.dumps({"command": "rm -r /x"})},
        }
    ],
    "extra": {"actions": [{"command": "rm -r /x", "tool_call_id": "c1"}], "timestamp": 5.0},
}


class TestMini:
    def test_a_command_in_a_text_is_a_call_and_its_output_a_result(self, tmp_path: Path) -> None:
        said = [
            {"role": "system", "content": "S"},
            {"role": "user", "content": "Mend it."},
            {"role": "assistant", "content": "Look.\n```bash\nls\n```"},
            {"role": "user", "content": "<returncode>1</returncode>\n<output>\nno\n</output>"},
            {"role": "assistant", "content": "Two.\n```bash\na\n```\n```bash\nb\n```"},
            {"role": "user", "content": "Expected exactly 1 action, found 2."},
            {"role": "assistant", "content": "End.\n```bash\necho DONE\n```"},
        ]
        session = whole(tmp_path, said).session(0)
        assert [session.chosen(d).tool for d in session.decisions] == ["bash", None, "bash"]
        assert session.chosen(session.decisions[0]).arguments == {"command": "ls"}
        assert [d.result is not None for d in session.decisions] == [True, False, False]
        result = session.record(session.decisions[0].result or 0)
        assert isinstance(result, rec.ToolResult)
        assert result.status is None, "an exit code is not called a failure by this source"
        assert len(session.turns) == 1, "what the harness writes is no user's input"

    def test_a_refusal_is_observed_between_the_call_and_what_it_was_told(self, tmp_path: Path) -> None:
        told = {
            "role": "tool",
            "tool_call_id": "c1",
            "content": "not run",
            "extra": {"returncode": -1, "exception_info": "action was not executed"},
        }
        no = {
            "role": "user",
            "content": "Commands not executed.",
            "extra": {"interrupt_type": "UserRejection"},
        }
        session = whole(tmp_path, mini({"role": "user", "content": "Go."}, RUN, told, no)).session(0)
        found = kinds(session)
        assert found[found.index("tool_call") :] == [
            "tool_call",
            "proposal",
            "confirmation",
            "tool_result",
            "message",
            "end",
        ]
        confirmation = next(e.record for e in session.entries if isinstance(e.record, rec.Confirmation))
        assert (confirmation.op, confirmation.by) == ("declined", "user")
        assert confirmation.covers is not None
        assert confirmation.covers.arguments == {"command": "rm -r /x"}
        assert len(session.turns) == 2, "the refusal is the user's word"

    def test_nothing_is_given_because_a_command_ran(self, tmp_path: Path) -> None:
        told = {"role": "tool", "tool_call_id": "c1", "content": "ok", "extra": {"returncode": 0}}
        session = whole(tmp_path, mini({"role": "user", "content": "Go."}, RUN, told)).session(0)
        assert "confirmation" not in kinds(session)


INFO = {
    "agent_info": {"implementation": "llm_agent", "llm": "m-1"},
    "user_info": {"implementation": "user"},
    "environment_info": {"domain_name": "airline", "policy": "Ask first."},
    "num_trials": 1,
}
TASK = {"id": "7", "evaluation_criteria": {"actions": [{"name": "cancel", "arguments": {"id": "K-1"}}]}}


def simulation(**more: Any) -> dict[str, Any]:
    call = {"id": "c1", "name": "cancel", "arguments": {"id": "K-1"}, "requestor": "assistant"}
    phone = {"id": "p1", "name": "toggle", "arguments": {}, "requestor": "user"}
    said: list[Any] = [
        {
            "role": "assistant",
            "content": "Hi! How can I help?",
            "tool_calls": None,
            "timestamp": "2026-01-01T00:00:00",
        },
        {"role": "user", "content": "Cancel K-1.", "tool_calls": None},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call],
            "raw_data": {"finish_reason": "tool_calls"},
        },
        {"role": "tool", "id": "c1", "content": "ok", "requestor": "assistant", "error": False},
        {"role": "user", "content": None, "tool_calls": [phone]},
        {"role": "tool", "id": "p1", "content": "on", "requestor": "user", "error": False},
    ]
    return {
        "id": "s1",
        "task_id": "7",
        "trial": 0,
        "messages": said,
        "termination_reason": "user_stop",
        "reward_info": {"reward": 1.0, "db_check": {"db_match": True}},
        **more,
    }


class TestTau2:
    def test_one_file(self, tmp_path: Path) -> None:
        value = {"info": INFO, "tasks": [TASK], "simulations": [simulation(), simulation(trial=1)]}
        trace = whole(tmp_path, value)
        assert trace.session_ids == ["task 7 trial 0", "task 7 trial 1"]
        session = trace.session(0)
        assert session.header is not None
        assert (session.header.agent_name, session.header.request_model) == ("llm_agent", "m-1")
        assert [session.chosen(d).tool for d in session.decisions] == [None, "cancel"]
        assert session.record(session.decisions[1].result or 0).model_dump()["status"] == "ok"
        assert [k for k in kinds(session) if k.startswith("tau2")] == [
            "tau2:user_tool_call",
            "tau2:user_tool_result",
        ]
        assert outcomes(session) == {"reward": 1.0}
        assert session.ended

    def test_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "run" / "simulations").mkdir(parents=True)
        (tmp_path / "run" / "results.json").write_text(json.dumps({"info": INFO, "tasks": [TASK]}))
        for trial in range(2):
            text = json.dumps(simulation(trial=trial))
            (tmp_path / "run" / "simulations" / f"{trial}.json").write_text(text)
        trace = Trace(tmp_path / "run")
        assert trace.session_ids == ["task 7 trial 0", "task 7 trial 1"]
        laws.check_places(trace)
        outcome = trace.session(1).outcomes()[0].record
        assert isinstance(outcome, rec.Outcome)
        assert outcome.expected == TASK["evaluation_criteria"]["actions"]  # type: ignore[index]
        assert not [w for w in map(str, trace.warnings) if "simulation" in w]

    def test_a_simulation_alone_says_what_is_missing(self, tmp_path: Path) -> None:
        trace = whole(tmp_path, simulation())
        assert trace.format_title == "τ²-bench results"
        assert any("results.json" in str(w) for w in trace.warnings)


@pytest.mark.skipif(not TRACES.exists(), reason="the shared traces are not here")
class TestField:
    def test_mini(self) -> None:
        path = TRACES / "mini-swe-agent" / "local.traj.json"
        trace = Trace(path)
        found = laws.counts(trace)
        assistants = [m for m in json.loads(path.read_text()) if m["role"] == "assistant"]
        assert found["decisions"] == found["calls"] == len(assistants) == 2
        assert found["results"] == path.read_text().count('"<returncode>') == 1
        laws.check_places(trace)
        assert laws.lost(trace, laws.values(path)) == []

    def test_tau2_results_without_their_simulations_say_so(self) -> None:
        path = TRACES / "tau2-bench" / "results.json"
        trace = Trace(path)
        assert trace.format_title == "τ²-bench results"
        assert any("no simulations" in str(w) for w in trace.warnings)
        laws.check_places(trace)
        assert laws.lost(trace, laws.values(path)) == []

    @pytest.mark.parametrize("name", ["mini-swe-agent/local.traj.json", "tau2-bench/results.json"])
    def test_mutants_are_survived(self, name: str) -> None:
        assert laws.survive(TRACES / name, 25) == []


@pytest.mark.parametrize("value", [dojo(**TestAgentDojo.ATTACK), simulation(), mini(USER, RUN)])
def test_mutants_of_our_own_are_survived(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(value))
    assert laws.survive(path, 60) == []
