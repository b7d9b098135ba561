"""LangGraph's state history: what each step added, what it waited for, and the branches that were left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import format_laws
import pytest
from trace_samples import SHARED, opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.formats import interrupts
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

FILE = SHARED / "traces" / "langgraph-checkpoint" / "refund.state_history.jsonl"
HELLO = {"type": "human", "id": "h1", "content": "move me"}
ASK = {
    "type": "ai",
    "id": "a1",
    "content": "",
    "tool_calls": [{"name": "seat", "args": {"number": 4}, "id": "c1"}],
}
DONE = {"type": "tool", "id": "t1", "content": "done", "tool_call_id": "c1", "status": "success"}
WAITS = {"value": {"action": "seat", "args": {"number": 4}, "question": "Move?"}, "id": "i1"}


def point(name: str, parent: str | None, *messages: Any, pause: Any = None, **fields: Any) -> dict[str, Any]:
    """A checkpoint; its name tells when it was made."""
    at = {"thread_id": "t", "checkpoint_ns": ""}
    return {
        "values": {"messages": list(messages)},
        "config": {"configurable": {**at, "checkpoint_id": name}},
        "parent_config": {"configurable": {**at, "checkpoint_id": parent}} if parent else None,
        "created_at": f"2026-01-02T03:04:{name:>02}Z",
        "metadata": {"source": "loop", "step": int(name)},
        "tasks": [{"id": "k", "name": "tools", "interrupts": [pause] if pause else []}],
        **fields,
    }


def told(session: Session) -> list[str]:
    return [e.record.kind for e in session.entries if e.record.kind not in ("langgraph:checkpoint", "trace")]


def test_what_a_step_added_is_what_happened_in_it(tmp_path: Path) -> None:
    newest_first = [point("3", "2", HELLO, ASK, DONE), point("2", "1", HELLO, ASK), point("1", None, HELLO)]
    session = opened(tmp_path / "t", *newest_first).session(0)
    assert told(session) == ["message", "decision", "tool_call", "tool_result"]
    result = session.record(session.decisions[0].result or 0)
    assert isinstance(result, rec.ToolResult) and (result.result, result.status) == ("done", "ok")


def test_a_call_goes_out_after_the_pause_and_no_yes_is_made_up(tmp_path: Path) -> None:
    points = [
        point("1", None, HELLO),
        point("2", "1", HELLO, ASK, pause=WAITS),
        point("3", "2", HELLO, ASK, DONE),
    ]
    session = opened(tmp_path / "t", *points).session(0)
    assert told(session) == ["message", "decision", "proposal", "confirmation", "tool_call", "tool_result"]
    assert [e.record.op for e in session.entries if isinstance(e.record, rec.Confirmation)] == ["requested"]


def test_a_pause_that_nothing_followed_is_no_call(tmp_path: Path) -> None:
    session = opened(tmp_path / "t", point("1", None, HELLO, ASK, pause=WAITS)).session(0)
    assert told(session) == ["message", "decision", "proposal", "confirmation"]
    assert session.decisions[0].call is None


def test_an_answer_where_a_checkpoint_holds_it(tmp_path: Path) -> None:
    after = point("3", "2", HELLO, ASK, DONE, metadata={"step": 3, "writes": {"__resume__": "no"}})
    session = opened(tmp_path / "t", point("2", None, HELLO, ASK, pause=WAITS), after).session(0)
    assert [e.record.op for e in session.entries if isinstance(e.record, rec.Confirmation)] == [
        "requested",
        "declined",
    ]


def test_a_branch_that_was_left_is_a_session_of_its_own(tmp_path: Path) -> None:
    other = {"type": "ai", "id": "a2", "content": "no seat is free"}
    points = [point("1", None, HELLO), point("2", "1", HELLO, ASK), point("3", "1", HELLO, other)]
    trace = opened(tmp_path / "t", *points)
    assert list(trace.session_ids) == ["t", "t left at 1"]
    chosen = [[s.chosen(d).tool for d in s.decisions] for s in (trace.session(0), trace.session(1))]
    assert chosen == [[None], ["seat"]]


def test_other_state_is_kept_when_it_changes(tmp_path: Path) -> None:
    one = point("1", None, values={"rules": ["no pets"], "messages": []})
    two = point("2", "1", values={"rules": ["no pets"], "messages": [HELLO]})
    session = opened(tmp_path / "t", one, two).session(0)
    kept = [
        rec.extras(e.record)["source"] for e in session.entries if e.record.kind == "langgraph:checkpoint"
    ]
    assert [source.get("values") for source in kept] == [{"rules": ["no pets"]}, None]


def test_what_is_no_checkpoint_is_shown(tmp_path: Path) -> None:
    lines = [json.dumps(point("1", None, HELLO, 7)), '{"values": 1}', '{"values"']
    trace = opened(tmp_path / "t", "\n".join(lines).encode())
    assert [told(trace.session(n)) for n in (0, 1)] == [["message", "unparsed"], ["unparsed", "unparsed"]]


VALUES: list[tuple[Any, list[tuple[str, Any]]]] = [
    ({"action": "seat", "args": {"n": 1}}, [("seat", {"n": 1})]),
    ({"action_requests": [{"name": "seat", "args": {"n": 1}}, {"name": "meal", "arguments": {}}]},
     [("seat", {"n": 1}), ("meal", {})]),
    ([{"action_request": {"action": "seat", "args": {"n": 1}}, "config": {}}], [("seat", {"n": 1})]),
    ("what is your name?", []),
    ({"question": "which seat?"}, []),
    ({"action": "seat"}, []),
    (None, []),
]  # fmt: skip


UNREADABLE = "GraphInterrupt((Interrupt(value=<object at 0x1>),))"


class TestInterrupts:
    @pytest.mark.parametrize(("value", "actions"), VALUES)
    def test_only_a_named_action_with_arguments_is_one(
        self, value: Any, actions: list[tuple[str, Any]]
    ) -> None:
        assert [(a.tool, a.arguments) for a in interrupts.Interrupt(value).actions] == actions

    @pytest.mark.parametrize(
        ("error", "value"),
        [
            ("(Interrupt(value={'a': (1, None)}, id='i'),)", {"a": [1, None]}),
            ("GraphInterrupt((Interrupt(value='hm', id='i'),))Traceback (most recent call last):", "hm"),
            (UNREADABLE, UNREADABLE),
            ("(Interrupt(value=now(), id='i'),)", "Interrupt(value=now(), id='i')"),
        ],
    )  # fmt: skip
    def test_the_text_of_an_error(self, error: str, value: Any) -> None:
        assert interrupts.is_pause(error)
        assert [found.value for found in interrupts.raised(error)] == [value]

    @pytest.mark.parametrize(
        ("resume", "ops"),
        [
            ("Yes.", ["given", "given"]),
            (
                {"decisions": [{"type": "approve"}, {"type": "reject", "message": "no"}]},
                ["given", "declined"],
            ),
            ({"decisions": [{"type": "approve"}]}, ["given", None]),
            ([{"type": "accept"}, {"type": "response", "args": "what?"}], ["given", None]),
            ("yes, but not now", [None, None]),
            (None, [None, None]),
        ],
    )
    def test_answers(self, resume: Any, ops: list[str | None]) -> None:
        assert [answer and answer.op for answer in interrupts.answers(resume, 2)] == ops

    def test_an_edited_action_is_agreed_to_as_edited(self) -> None:
        edited = {"type": "edit", "edited_action": {"name": "seat", "args": {"n": 2}}}
        (answer,) = interrupts.answers({"decisions": [edited]}, 1)
        assert answer and answer.op == "given" and answer.edited and answer.edited.arguments == {"n": 2}


@pytest.mark.skipif(not FILE.exists(), reason="the shared traces are not here")
class TestFile:
    def test_counts(self) -> None:
        """Counted from the newest checkpoint, which holds all messages, and from the tasks."""
        points = [json.loads(line) for line in FILE.read_text().splitlines()]
        said = [m["kwargs"] for m in points[0]["values"]["messages"]]
        counts = format_laws.counts(Trace(FILE))
        assert counts["decisions"] == sum(m["type"] == "ai" for m in said) == 3
        assert counts["calls"] == sum(len(m.get("tool_calls") or []) for m in said) == 2
        assert counts["results"] == counts["paired"] == sum(m["type"] == "tool" for m in said) == 2
        assert counts["confirmations"] == sum(len(t["interrupts"]) for p in points for t in p["tasks"]) == 1
        assert (counts["sessions"], counts["unparsed"]) == (1, 0)

    def test_laws(self) -> None:
        trace = Trace(FILE)
        format_laws.check_places(trace)
        types = {
            "AIMessage",
            "HumanMessage",
            "ToolMessage",
            "ai",
            "human",
            "tool",
            "constructor",
            "messages",
            "schema",
        }
        types |= {"langchain", "tool_call", "success"}  # LangChain's words for its types
        assert set(format_laws.lost(trace, format_laws.values(FILE))) <= types
        assert format_laws.survive(FILE, 25) == []
