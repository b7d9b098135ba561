"""OpenHands events, V0 and V1: choices, results, and what the user was asked and answered."""

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

V0 = SHARED / "traces" / "openhands-v0"
V1 = SHARED / "traces" / "openhands-sdk-v1" / "events.jsonl"
WORDS = {"text", "agent", "user", "assistant", "message", "observation", "action", "environment", "system", "function",
         "MessageEvent", "ActionEvent", "ObservationEvent",
         "UserRejectObservation", "run"}  # fmt: skip


def kinds(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


def confirmations(session: Session) -> list[tuple[str, str | None, str | None]]:
    found = [e.record for e in session.entries if isinstance(e.record, rec.Confirmation)]
    return [(c.op, c.by, c.covers.tool if c.covers else None) for c in found]


def v0(*events: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": n, "timestamp": f"2025-01-01T00:00:{n:02}", **event} for n, event in enumerate(events)]


ASK = {"source": "user", "action": "message", "args": {"content": "Clean up."}}
RUN = {"source": "agent", "action": "run", "args": {"command": "rm -r x", "thought": "Remove it."}}


def state(name: str) -> dict[str, Any]:
    return {
        "source": "environment",
        "observation": "agent_state_changed",
        "content": "",
        "extras": {"agent_state": name},
    }


def answer(name: str) -> dict[str, Any]:
    return {"source": "user", "action": "change_agent_state", "args": {"agent_state": name}}


class TestV0:
    def read(self, tmp_path: Path, *events: dict[str, Any]) -> Session:
        path = tmp_path / "t.json"
        path.write_text(json.dumps(v0(*events)))
        trace = Trace(path)
        assert trace.format_title == "OpenHands events: V0"
        laws.check_places(trace)
        assert set(laws.lost(trace, v0(*events))) <= WORDS
        return trace.session(0)

    def test_a_choice_and_the_observation_that_it_caused(self, tmp_path: Path) -> None:
        came = {"source": "agent", "observation": "run", "cause": 1, "content": "gone", "success": True,
                "extras": {"metadata": {"exit_code": 0}}}  # fmt: skip
        told = {"source": "agent", "action": "message", "args": {"content": "Done."}}
        session = self.read(tmp_path, ASK, RUN, came, told)
        assert [session.chosen(d).tool for d in session.decisions] == ["run", None]
        assert session.chosen(session.decisions[0]).arguments == {"command": "rm -r x"}
        result = session.record(session.decisions[0].result or 0)
        assert isinstance(result, rec.ToolResult)
        assert (result.status, result.result) == ("ok", "gone")

    def test_the_call_is_taken_as_the_model_made_it(self, tmp_path: Path) -> None:
        call = {
            "id": "c9",
            "type": "function",
            "function": {"name": "execute_bash", "arguments": '{"command": "ls"}'},
        }
        message = {"role": "assistant", "content": "Look.", "tool_calls": [call]}
        response = {"choices": [{"message": message}], "model": "m-1"}
        made = {"function_name": "execute_bash", "tool_call_id": "c9", "model_response": response}
        session = self.read(
            tmp_path, ASK, {**RUN, "args": {"command": "ls", "thought": "Look."}, "tool_call_metadata": made}
        )
        assert session.chosen(session.decisions[0]).tool == "execute_bash"

    def test_what_was_asked_and_allowed_is_observed_between_the_choice_and_its_result(
        self, tmp_path: Path
    ) -> None:
        came = {"source": "agent", "observation": "run", "cause": 1, "content": "gone", "extras": {}}
        session = self.read(
            tmp_path, ASK, RUN, state("awaiting_user_confirmation"), answer("user_confirmed"), came
        )
        assert confirmations(session) == [("requested", "runtime", "run"), ("given", "user", "run")]
        order = kinds(session)
        assert order.index("tool_call") < order.index("proposal") < order.index("confirmation")
        assert order.index("confirmation") < order.index("tool_result")

    def test_a_refusal_is_written_once(self, tmp_path: Path) -> None:
        told = {"source": "user", "observation": "user_rejected", "cause": 1, "content": "no", "extras": {}}
        asked = [ASK, RUN, state("awaiting_user_confirmation"), answer("user_rejected"), told]
        session = self.read(tmp_path, *asked)
        assert [c[0] for c in confirmations(session)] == ["requested", "declined"]
        alone = self.read(tmp_path, ASK, RUN, told)
        assert confirmations(alone) == [("declined", "user", "run")]

    def test_nothing_is_given_because_a_command_ran(self, tmp_path: Path) -> None:
        args = {**RUN["args"], "confirmation_state": "confirmed"}  # type: ignore[dict-item]
        came = {"source": "agent", "observation": "run", "cause": 1, "content": "gone", "extras": {}}
        assert confirmations(self.read(tmp_path, ASK, {**RUN, "args": args}, came)) == []

    def test_an_output_of_the_resolver(self, tmp_path: Path) -> None:
        history = [
            {"action": "message", "content": "Mend it."},
            {"action": "run", "command": "ls", "thought": "Look."},
            {"observation": "run", "content": "a b", "exit_code": 0},
            {"action": "finish", "thought": "Done.", "outputs": {}},
        ]
        value = {"issue": {"number": 4}, "instruction": "Mend it.", "git_patch": "d", "history": history,
                 "success": False, "result_explanation": "It fails."}  # fmt: skip
        trace = opened(tmp_path / "t", value)
        session = trace.session(0)
        assert trace.session_ids == ["issue 4"]
        assert [session.chosen(d).tool for d in session.decisions] == ["run", "finish"]
        assert session.decisions[0].result is not None
        assert session.record(1).model_dump()["content"] == "Mend it."  # type: ignore[union-attr]
        outcome = session.outcomes()[0].record
        assert isinstance(outcome, rec.Outcome)
        assert (outcome.grade, outcome.by) == ("fail", "resolver")
        assert set(laws.lost(trace, value)) <= WORDS

    def test_patches_alone_say_that_they_hold_no_decisions(self, tmp_path: Path) -> None:
        value = {"instance_id": "a", "model_patch": "d", "model_name_or_path": "m"}
        trace = opened(tmp_path / "t", value, {**value, "instance_id": "b"})
        assert trace.session_ids == ["a", "b"]
        assert any("cannot be reviewed" in str(w) for w in trace.warnings)


def v1(kind: str, number: int, source: str = "agent", **more: Any) -> dict[str, Any]:
    stamp = f"2026-01-01T00:00:{number:02}"
    return {"id": f"e{number:07}", "timestamp": stamp, "source": source, "kind": kind, **more}


def act(number: int, call: str, response: str = "r1", thought: str = "") -> dict[str, Any]:
    made = {
        "id": call,
        "name": "terminal",
        "arguments": json.dumps({"command": call}),
        "origin": "completion",
    }
    said = [{"type": "text", "text": thought}] if thought else []
    action = {"command": call, "kind": "TerminalAction"}
    return v1("ActionEvent", number, thought=said, action=action, tool_name="terminal", tool_call_id=call,
              tool_call=made, llm_response_id=response, security_risk="LOW")  # fmt: skip


def saw(number: int, call: str, action: int, failed: bool = False) -> dict[str, Any]:
    seen = {"content": [{"type": "text", "text": f"out {call}"}], "is_error": failed, "exit_code": 0}
    return v1("ObservationEvent", number, "environment", observation=seen, tool_name="terminal", tool_call_id=call,
              action_id=f"e{action:07}")  # fmt: skip


def hear(number: int, text: str = "Clean up.", source: str = "user") -> dict[str, Any]:
    role = "user" if source == "user" else "assistant"
    return v1(
        "MessageEvent",
        number,
        source,
        llm_message={"role": role, "content": [{"type": "text", "text": text}]},
    )


def status(number: int, value: str) -> dict[str, Any]:
    return v1("ConversationStateUpdateEvent", number, "environment", key="execution_status", value=value)


class TestV1:
    def read(self, tmp_path: Path, *events: Any) -> Session:
        trace = opened(tmp_path / "t", *events)
        assert trace.format_title == "OpenHands events: V1"
        laws.check_places(trace)
        assert set(laws.lost(trace, [e for e in events if not isinstance(e, bytes)])) <= WORDS
        return trace.session(0)

    def test_the_actions_of_one_response_are_one_step(self, tmp_path: Path) -> None:
        events = [hear(1), act(2, "a", thought="Both."), act(3, "b"), saw(4, "b", 3), saw(5, "a", 2, failed=True),
                  act(6, "c", "r2"), hear(7, "Done.", "agent")]  # fmt: skip
        session = self.read(tmp_path, *events)
        order = kinds(session)
        assert order[2:4] == ["decision", "decision"]
        assert [session.chosen(d).tool for d in session.decisions] == [
            "terminal",
            "terminal",
            "terminal",
            None,
        ]
        found = [session.record(d.result) if d.result is not None else None for d in session.decisions]
        assert [r.status if isinstance(r, rec.ToolResult) else "" for r in found] == ["error", "ok", "", ""]

    def test_a_request_and_a_refusal_are_observed(self, tmp_path: Path) -> None:
        no = v1("UserRejectObservation", 4, "environment", tool_name="terminal", tool_call_id="a", action_id="e0000002",
                rejection_reason="Not that one.", rejection_source="user")  # fmt: skip
        session = self.read(tmp_path, hear(1), act(2, "a"), status(3, "waiting_for_confirmation"), no)
        assert confirmations(session) == [
            ("requested", "runtime", "terminal"),
            ("declined", "user", "terminal"),
        ]
        assert kinds(session).count("proposal") == 1

    def test_a_yes_is_not_invented_because_the_run_went_on(self, tmp_path: Path) -> None:
        events = [
            hear(1),
            act(2, "a"),
            status(3, "waiting_for_confirmation"),
            status(4, "running"),
            saw(5, "a", 2),
        ]
        assert [c[0] for c in confirmations(self.read(tmp_path, *events))] == ["requested"]

    def test_a_hook_that_refuses_is_named(self, tmp_path: Path) -> None:
        no = v1("UserRejectObservation", 3, "environment", tool_name="terminal", tool_call_id="a", action_id="e0000002",
                rejection_reason="Blocked.", rejection_source="hook")  # fmt: skip
        assert confirmations(self.read(tmp_path, hear(1), act(2, "a"), no)) == [
            ("declined", "hook", "terminal")
        ]

    def test_a_condensation_drops_what_it_names(self, tmp_path: Path) -> None:
        gone = v1(
            "Condensation",
            4,
            "environment",
            forgotten_event_ids=["e0000001"],
            summary="S",
            llm_response_id="x",
        )
        session = self.read(tmp_path, hear(1), act(2, "a"), saw(3, "a", 2), gone, b"{torn\n", hear(5, "On."))
        compaction = next(e.record for e in session.entries if isinstance(e.record, rec.Compaction))
        assert compaction.dropped == ["m1"]
        assert "unparsed" in kinds(session)

    def test_a_folder_of_events_with_its_state(self, tmp_path: Path) -> None:
        folder = tmp_path / "conversation" / "events"
        folder.mkdir(parents=True)
        for number, event in enumerate([hear(1), act(2, "a"), saw(3, "a", 2)]):
            (folder / f"event-{number:05}-{event['id']}.json").write_text(json.dumps(event))
        about = {"id": "c-1", "agent": {"llm": {"model": "m-1"}}, "execution_status": "finished"}
        (folder.parent / "base_state.json").write_text(json.dumps(about))
        trace = Trace(folder.parent)
        assert len(trace.session_ids) == 1
        session = trace.session(0)
        assert session.header is not None
        assert session.header.request_model == "m-1"
        assert len(session.decisions) == 1
        assert session.decisions[0].result is not None
        laws.check_places(trace)


# Counted in the files by hand: of V0 the agent's actions (`run`, `edit`, `run_ipython`, `finish`, and messages) and the
# observations with the same names; of V1 the events by their kind.
@pytest.mark.skipif(not V0.exists(), reason="the shared traces are not here")
class TestField:
    @pytest.mark.parametrize(
        ("path", "figures"),
        [
            (V0 / "basic_gui_mode.json", {"decisions": 5, "calls": 4, "results": 4, "paired": 4, "turns": 1}),
            (V0 / "basic_interactions.json", {"decisions": 3, "calls": 1, "results": 0, "turns": 3}),
            (
                V0 / "tests__unit__resolver__mock_output__output.jsonl",
                {"sessions": 2, "decisions": 26, "calls": 26, "results": 24, "paired": 24},
            ),
            (
                V0 / "evaluation__benchmarks__swe_bench__examples__example_model_output.json",
                {"sessions": 30, "decisions": 0},
            ),
            (V1, {"decisions": 2, "calls": 2, "results": 3, "paired": 2, "confirmations": 0}),
        ],
        ids=lambda value: value.stem[-20:] if isinstance(value, Path) else "",
    )
    def test_counts_and_nothing_lost(self, path: Path, figures: dict[str, int]) -> None:
        trace = Trace(path)
        assert trace.format_title.startswith("OpenHands events")
        laws.check_places(trace)
        assert set(laws.lost(trace, laws.values(path))) <= WORDS
        found = laws.counts(trace)
        assert {key: found[key] for key in figures} == figures

    def test_mutants_are_survived(self) -> None:
        for path in (V0 / "basic_interactions.json", V1):
            assert laws.survive(path, 25) == []
