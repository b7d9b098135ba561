"""Chat messages: what a conversation of the OpenAI style becomes, and what it cannot tell stays untold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import SHARED, opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"
USER = {"role": "user", "content": "hello"}
REPLY = {"role": "assistant", "content": "hi"}


def calls(*named: Any, content: Any = None) -> dict[str, Any]:
    """An assistant message with calls, each (id, name, arguments)."""
    listed = [{"id": i, "type": "function", "function": {"name": n, "arguments": a}} for i, n, a in named]
    return {"role": "assistant", "content": content, "tool_calls": listed}


def tool(content: Any, **fields: Any) -> dict[str, Any]:
    return {"role": "tool", "content": content, **fields}


def one(tmp_path: Path, *messages: Any, **run: Any) -> Session:
    return opened(tmp_path / "t", {"messages": list(messages), **run}).session(0)


def kinds(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


class TestShapes:
    @pytest.mark.parametrize(
        ("data", "ids"),
        [
            ('{"messages": [%u]}\n{"messages": [%u]}', ["conversation 1", "conversation 2"]),
            ('{"id": "a", "messages": [%u]}\n{"id": "a", "messages": [%u]}', ["a", "a #2"]),
            (
                '{"id": "a #2", "traj": [%u]}\n{"id":"a", "traj": [%u]}\n{"id":"a","traj":[%u]}',
                ["a #2", "a", "a #3"],
            ),
            ("%u\n%a\n", ["conversation 1"]),
            ("%u\n", ["conversation 1"]),
            ("[%u, %a]", ["conversation 1"]),
            ("[[%u, %a], [%u]]", ["conversation 1", "conversation 2"]),
            ("[\n[\n%u,\n%a\n],\n[\n%u,\n%a\n]\n]", ["conversation 1", "conversation 2"]),
            ('[{"task_id": 3, "trial": 1, "reward": 1.0, "traj": [%u]}]', ["task 3 trial 1"]),
            ('[{"task_id": 3, "traj": [%u]}, {"task_id": 3, "traj": [%u]}]', ["task 3", "task 3 #2"]),
            ('{"messages": [%u, %a]}', ["conversation 1"]),
            ('{\n "messages": [\n  %u\n ]\n}', ["conversation 1"]),
        ],
    )
    def test_the_conversations_of_a_file(self, tmp_path: Path, data: str, ids: list[str]) -> None:
        text = data.replace("%u", json.dumps(USER)).replace("%a", json.dumps(REPLY))
        trace = opened(tmp_path / "t", text.encode())
        assert trace.format_title.startswith("chat messages")
        assert trace.session_ids == ids
        for number in range(len(ids)):
            session = trace.session(number)
            assert kinds(session)[:2] == ["trace", "message"]
            assert "unparsed" not in kinds(session)

    def test_lines_that_are_no_conversation_are_shown(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", {"messages": [USER]}, b"nonsense\n", {"x": 1}, {"messages": [REPLY]})
        found = [kinds(trace.session(n)) for n in range(4)]
        assert found[1:3] == [["unparsed"], ["unparsed"]]
        assert "decision" in found[3]

    def test_lines_that_are_no_message_are_shown(self, tmp_path: Path) -> None:
        odd = {"role": ["user"], "content": "?"}
        session = opened(tmp_path / "t", USER, b"nonsense\n", odd, REPLY).session(0)
        assert kinds(session) == ["trace", "message", "unparsed", "unparsed", "decision", "message"]

    @pytest.mark.parametrize(
        "odd", [None, 5, "x", [], {}, {"role": {"a": 1}}, {"role": ["user"]}, {"role": None}]
    )
    def test_an_odd_element_is_shown(self, tmp_path: Path, odd: Any) -> None:
        assert kinds(one(tmp_path, USER, REPLY, USER, odd))[-1] == "unparsed"


class TestMessages:
    def test_a_reply_is_a_decision_before_its_words(self, tmp_path: Path) -> None:
        session = one(tmp_path, USER, REPLY)
        assert kinds(session) == ["trace", "message", "decision", "message"]
        assert session.chosen(session.decisions[0]).reply == "hi"
        assert session.decisions[0].text == 3

    def test_turns_are_counted_by_the_users_words(self, tmp_path: Path) -> None:
        system = {"role": "system", "content": "rules"}
        session = one(
            tmp_path, system, REPLY, USER, calls(("c", "t", {})), tool("r", tool_call_id="c"), USER, REPLY
        )
        assert [turn.number for turn in session.turns] == [1, 2]
        assert [d.number for d in session.decisions] == ["1.1", "1.2", "2.1"]

    def test_parallel_calls_are_decisions_in_order_with_the_same_state_before(self, tmp_path: Path) -> None:
        message = calls(("c1", "a", {"x": 1}), ("c2", "b", {"y": 2}), content="both")
        session = one(tmp_path, USER, message, tool("B", tool_call_id="c2"), tool("A", tool_call_id="c1"))
        first, second = session.decisions
        assert [session.chosen(d).tool for d in (first, second)] == ["a", "b"]
        assert kinds(session)[first.entry : second.entry + 1] == ["decision", "decision"], (
            "nothing in between"
        )
        assert first.text == second.text is not None
        assert [session.record(d.result).result for d in (first, second) if d.result] == ["A", "B"]  # type: ignore[union-attr]

    def test_results_without_an_id_go_to_the_oldest_open_call(self, tmp_path: Path) -> None:
        session = one(
            tmp_path, USER, calls(("c1", "a", {}), ("c2", "b", {})), tool("A"), tool("B"), tool("C")
        )
        assert [session.record(d.result or 0).result for d in session.decisions] == ["A", "B"]  # type: ignore[union-attr]

    def test_a_result_to_no_call_is_paired_with_none(self, tmp_path: Path) -> None:
        session = one(tmp_path, USER, calls(("c1", "a", {})), tool("A", tool_call_id="other"))
        assert session.decisions[0].result is None

    def test_ids_that_are_used_again_mean_the_latest_call(self, tmp_path: Path) -> None:
        again = [
            calls(("c", "a", {})),
            tool("1", tool_call_id="c"),
            calls(("c", "a", {})),
            tool("2", tool_call_id="c"),
        ]
        session = one(tmp_path, USER, *again)
        assert [session.record(d.result or 0).result for d in session.decisions] == ["1", "2"]  # type: ignore[union-attr]

    def test_the_old_function_call(self, tmp_path: Path) -> None:
        message = {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "a", "arguments": '{"x": 1}'},
        }
        session = one(tmp_path, USER, message, {"role": "function", "name": "a", "content": "r"})
        decision = session.decisions[0]
        assert session.chosen(decision) == rec.Chosen(tool="a", arguments={"x": 1})
        assert decision.result is not None

    @pytest.mark.parametrize(
        ("given", "read"),
        [('{"x": 1}', {"x": 1}), ({"x": 1}, {"x": 1}), ('{"x": ', '{"x": '), ("", ""), (None, None),
         ('{"x": 18446744073709551617}', {"x": 2**64 + 1}), ("\ud800", "\ud800")],
    )  # fmt: skip
    def test_arguments_are_decoded_where_they_can_be(self, tmp_path: Path, given: Any, read: Any) -> None:
        session = one(tmp_path, USER, calls(("c", "t", given)))
        assert session.chosen(session.decisions[0]).arguments == read

    @pytest.mark.parametrize(
        "listed", [[{"id": "c", "type": "custom"}], [7], "text", {"a": 1}, [{"function": {}}]]
    )
    def test_a_call_that_names_no_function_is_shown_and_not_taken_for_a_reply(
        self, tmp_path: Path, listed: Any
    ) -> None:
        session = one(tmp_path, USER, {"role": "assistant", "content": None, "tool_calls": listed})
        assert kinds(session).count("unparsed") == 1
        assert session.decisions == []

    def test_reasoning_beside_a_call_is_kept(self, tmp_path: Path) -> None:
        session = one(tmp_path, USER, calls(("c", "t", {})) | {"reasoning_content": "because"})
        record = session.record(session.decisions[0].text or 0)
        assert isinstance(record, rec.Message)
        assert record.reasoning == "because"

    def test_what_is_not_known_is_kept(self, tmp_path: Path) -> None:
        session = one(tmp_path, USER | {"mood": "calm", "verdict": "pass"})
        assert rec.extras(session.record(1))["source"] == {"mood": "calm", "verdict": "pass"}

    def test_text_parts_make_the_reply(self, tmp_path: Path) -> None:
        parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
        session = one(tmp_path, USER, {"role": "assistant", "content": parts})
        assert session.chosen(session.decisions[0]).reply == "one\ntwo"

    @pytest.mark.parametrize("key", ["ts", "timestamp", "created_at"])
    def test_times_are_taken_where_they_stand(self, tmp_path: Path, key: str) -> None:
        assert one(tmp_path, USER | {key: "2026-03-01T10:00:00Z"}).record(1).ts == "2026-03-01T10:00:00Z"

    def test_a_status_that_no_log_gave_is_not_made_up(self, tmp_path: Path) -> None:
        session = one(tmp_path, USER, calls(("c", "t", {})), tool("Error: no", tool_call_id="c"))
        record = session.record(session.decisions[0].result or 0)
        assert isinstance(record, rec.ToolResult)
        assert record.status is None

    def test_the_raw_piece_is_the_piece_of_the_file(self, tmp_path: Path) -> None:
        trace = opened(
            tmp_path / "t", {"messages": [USER]}, {"messages": [USER, calls(("c", "t", '{"x":1}'))]}
        )
        session = trace.session(1)
        raw = json.loads(trace.raw(session.entries[session.decisions[0].entry].place))
        assert raw == {"id": "c", "type": "function", "function": {"name": "t", "arguments": '{"x":1}'}}


class TestReward:
    @pytest.mark.parametrize(
        ("reward", "grade", "scale"),
        [
            (1.0, 1.0, [0.0, 1.0]),
            (0, 0.0, [0.0, 1.0]),
            (0.5, 0.5, [0.0, 1.0]),
            (7, 7.0, None),
            (-1, -1.0, None),
        ],
    )
    def test_a_reward_is_an_outcome(self, tmp_path: Path, reward: Any, grade: float, scale: Any) -> None:
        outcome = one(tmp_path, USER, reward=reward, task_id=4).entries[-1].record
        assert isinstance(outcome, rec.Outcome)
        assert (outcome.grade, outcome.scale, outcome.by, outcome.case) == (grade, scale, "reward", "task 4")

    @pytest.mark.parametrize("reward", [None, "1", [1], 10**400])
    def test_what_is_no_number_is_no_outcome(self, tmp_path: Path, reward: Any) -> None:
        assert one(tmp_path, USER, reward=reward).outcomes() == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
FIELDS = ["content", "tool_calls", "function_call", "tool_call_id", "name", "id", "ts", "kind", "reasoning"]
MESSAGE = st.builds(
    lambda role, fields: {"role": role, **fields},
    st.sampled_from(["user", "assistant", "tool", "system", "?"]) | JSON,
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
)


@given(
    st.lists(MESSAGE | JSON, max_size=5),
    st.dictionaries(st.sampled_from(["reward", "info", "task_id"]), JSON),
)
def test_every_message_is_in_the_session_whatever_it_holds(
    tmp_path_factory: Any, odd: list[Any], run: Any
) -> None:
    messages = [USER, REPLY, USER, *odd]
    session = one(tmp_path_factory.mktemp("chat"), *messages, **run)
    pointers = [entry.place.pointer for entry in session.entries]
    for index in range(len(messages)):
        assert any(f"{p}/".startswith(f"/messages/{index}/") for p in pointers)


@pytest.mark.skipif(not AIRLINE.exists(), reason="the shared traces are not here")
class TestAirline:
    """Against the file's own words, read with nothing but `json`."""

    def test_runs_decisions_and_rewards(self) -> None:
        runs = json.loads(AIRLINE.read_text())
        trace = Trace(AIRLINE)
        sessions = [trace.session(n) for n in range(len(trace.session_ids))]
        assert len(sessions) == len(runs) == 100
        said = [m for run in runs for m in run["traj"] if m["role"] == "assistant"]
        made = sum(max(1, len(m.get("tool_calls") or [])) for m in said)
        assert sum(len(s.decisions) for s in sessions) == made == 1163
        assert [s.outcomes()[0].record.grade for s in sessions] == [run["reward"] for run in runs]  # type: ignore[union-attr]
        users = [sum(m["role"] == "user" for m in run["traj"]) for run in runs]
        assert [len(s.turns) for s in sessions] == users

    def test_every_call_is_paired_with_its_result_by_the_files_own_ids(self) -> None:
        runs = json.loads(AIRLINE.read_text())
        trace = Trace(AIRLINE)
        paired = 0
        for number, run in enumerate(runs):
            session = trace.session(number)
            listed = [c for m in run["traj"] for c in m.get("tool_calls") or []]
            made = [d for d in session.decisions if d.call is not None]
            assert len(listed) == len(made)
            for wanted, decision in zip(listed, made, strict=True):
                assert session.chosen(decision).tool == wanted["function"]["name"]
                assert session.chosen(decision).arguments == json.loads(wanted["function"]["arguments"])
                assert decision.result is not None
                entry = session.entries[decision.result]
                message = run["traj"][int(entry.place.pointer.split("/")[-1])]
                assert message["role"] == "tool"
                assert message["tool_call_id"] == wanted["id"]
                paired += 1
        assert paired == 577
