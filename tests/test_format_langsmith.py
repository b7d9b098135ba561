"""LangSmith runs: which of them decide, in which order, and that a pause for an approval is no failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import format_laws
import pytest
from trace_samples import SHARED, opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.formats import langsmith
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

FILE = SHARED / "traces" / "langsmith-run" / "refund_runs.jsonl"
NEEDS_FILE = pytest.mark.skipif(
    not FILE.exists() or not FILE.stat().st_size, reason="the shared trace is not here, or empty"
)
ASKED = {"messages": [[{"type": "human", "content": "move me to seat 4"}]]}


def run(name: str, kind: str, start: int, end: int, **fields: Any) -> dict[str, Any]:
    """A run; `start` and `end` are seconds of one minute."""
    times = {"start_time": f"2026-01-02T03:04:{start:02}Z", "end_time": f"2026-01-02T03:04:{end:02}Z"}
    return {"id": name, "name": name, "run_type": kind, "trace_id": "root", **times, **fields}


def ai(content: str = "", *calls: dict[str, Any]) -> dict[str, Any]:
    return {
        "generations": [
            [{"text": content, "message": {"type": "ai", "content": content, "tool_calls": list(calls)}}]
        ]
    }


def seat(number: int, name: str | None = "c1") -> dict[str, Any]:
    return {"name": "seat", "args": {"number": number}, "id": name, "type": "tool_call"}


def tool(number: int, output: Any, start: int, end: int, **fields: Any) -> dict[str, Any]:
    """A run of the tool `seat`."""
    about = {"inputs": {"number": number}, "outputs": {"output": output}, **fields}
    return {**run(f"tool {start} {end}", "tool", start, end, **about), "name": "seat"}


def one(tmp_path: Path, *runs: dict[str, Any]) -> Session:
    return opened(tmp_path / "t", *runs).session(0)


def kinds(session: Session) -> list[str]:
    return [e.record.kind for e in session.entries if not e.record.kind.startswith("langsmith:")]


def chosen(session: Session) -> list[Any]:
    return [session.chosen(d).tool or session.chosen(d).reply for d in session.decisions]


def test_a_call_and_its_result(tmp_path: Path) -> None:
    session = one(
        tmp_path,
        tool(4, "done", 3, 4, parent_run_id="root"),
        run("llm", "llm", 1, 2, parent_run_id="root", inputs=ASKED, outputs=ai("", seat(4))),
        run("root", "chain", 0, 5, inputs={"messages": [{"type": "human", "content": "move me to seat 4"}]}),
    )
    assert kinds(session) == ["trace", "message", "context", "decision", "tool_call", "tool_result"]
    (made,) = session.decisions
    assert made.call is not None and made.result is not None
    result = session.record(made.result)
    assert isinstance(result, rec.ToolResult)
    assert (result.call, result.result, result.status) == ("c1", "done", None)


@pytest.mark.parametrize(
    ("fields", "status", "value"),
    [
        ({"status": "success"}, "ok", "done"),
        ({"error": "ValueError('no seat')", "outputs": None}, "error", "ValueError('no seat')"),
        ({"outputs": {"type": "tool", "content": "x", "tool_call_id": "c1", "status": "error"}}, "error", "x"),
    ],
)  # fmt: skip
def test_the_status_is_what_the_run_says(tmp_path: Path, fields: Any, status: str, value: str) -> None:
    llm = run("llm", "llm", 1, 2, inputs=ASKED, outputs=ai("", seat(4)))
    session = one(tmp_path, llm, tool(4, "done", 3, 4, **fields))
    result = session.record(session.decisions[0].result or 0)
    assert isinstance(result, rec.ToolResult) and (result.status, result.result) == (status, value)


def test_calls_of_one_name_are_paired_by_their_arguments_where_no_id_tells(tmp_path: Path) -> None:
    session = one(
        tmp_path,
        run("llm", "llm", 1, 2, inputs=ASKED, outputs=ai("", seat(4, "a"), seat(5, "b"))),
        tool(5, "five", 3, 4),
        tool(4, "four", 3, 5),
    )
    results = [session.record(d.result or 0) for d in session.decisions]
    assert [r.result for r in results if isinstance(r, rec.ToolResult)] == ["four", "five"]


def test_a_result_is_never_paired_with_a_call_of_another_trace(tmp_path: Path) -> None:
    other = tool(4, "done", 3, 4)
    trace = opened(
        tmp_path / "t",
        [run("llm", "llm", 1, 2, inputs=ASKED, outputs=ai("", seat(4))), {**other, "trace_id": "else"}],
    )
    assert len(trace.session_ids) == 2
    assert [d.result for d in trace.session(0).decisions] == [None]


def test_a_wrapper_and_the_call_in_it_are_one_decision(tmp_path: Path) -> None:
    session = one(
        tmp_path,
        run("outer", "llm", 1, 4, inputs=ASKED, outputs=ai("hi")),
        run("inner", "llm", 2, 3, parent_run_id="outer", inputs=ASKED, outputs=ai("hi")),
    )
    assert chosen(session) == ["hi"]
    assert [e.record.kind for e in session.entries].count("langsmith:llm") == 1


def test_the_conversation_is_written_once_and_the_context_is_exact(tmp_path: Path) -> None:
    said = ASKED["messages"][0]
    second = {
        "messages": [[*said, {"type": "ai", "content": "which?"}, {"type": "human", "content": "four"}]]
    }
    session = one(
        tmp_path,
        run("a", "llm", 1, 2, inputs=ASKED, outputs=ai("which?")),
        run("b", "llm", 3, 4, inputs=second, outputs=ai("done")),
    )
    assert [(d.number, c) for d, c in zip(session.decisions, chosen(session), strict=True)] == [
        ("1.1", "which?"), ("2.1", "done"),
    ]  # fmt: skip
    contexts = [e.record for e in session.entries if isinstance(e.record, rec.Context)]
    assert [len(c.items) for c in contexts] == [1, 3]
    assert kinds(session).count("message") == 4


PAUSE = (
    "GraphInterrupt((Interrupt(value={'action': 'seat', 'args': {'number': 4}, 'question': 'Move?'}, id='i1'),))"
    "Traceback (most recent call last):\n  File x"
)


def paused(resume: Any) -> list[dict[str, Any]]:
    thread = {"extra": {"metadata": {"thread_id": "th"}}}
    again = run("again", "chain", 11, 20, inputs={"input": {"resume": resume}}, **thread)
    return [
        run("root", "chain", 0, 9, inputs={}, outputs={}, **thread),
        run("llm", "llm", 1, 2, parent_run_id="root", inputs=ASKED, outputs=ai("", seat(4))),
        run("node", "chain", 3, 4, parent_run_id="root", error=PAUSE, inputs={}),
        *({**each, "trace_id": "again"} for each in (again, tool(4, "done", 12, 13, parent_run_id="again"))),
    ]


class TestApprovals:
    def test_a_pause_is_asked_answered_and_then_carried_out(self, tmp_path: Path) -> None:
        session = one(tmp_path, *paused("yes"))
        assert kinds(session) == [
            "trace", "message", "context", "decision", "proposal", "confirmation", "confirmation", "tool_call",
            "tool_result",
        ]  # fmt: skip
        asked, given = (e.record for e in session.entries if isinstance(e.record, rec.Confirmation))
        (put,) = (e.record for e in session.entries if isinstance(e.record, rec.Proposal))
        assert (put.tool, put.arguments, put.text) == ("seat", {"number": 4}, "Move?")
        assert (asked.op, given.op, given.answers, given.by) == ("requested", "given", put.id, None)
        assert given.covers and given.covers.arguments == {"number": 4}
        assert session.decisions[0].call is not None and session.decisions[0].result is not None

    @pytest.mark.parametrize(
        ("resume", "op"), [("no", "declined"), ({"type": "reject"}, "declined"), (True, "given")]
    )
    def test_what_was_answered(self, tmp_path: Path, resume: Any, op: str) -> None:
        session = one(tmp_path, *paused(resume)[:-1])
        assert [e.record.op for e in session.entries if isinstance(e.record, rec.Confirmation)] == [
            "requested",
            op,
        ]
        assert session.decisions[0].call is None  # nothing shows that it went out

    def test_other_words_are_kept_and_taken_for_neither(self, tmp_path: Path) -> None:
        session = one(tmp_path, *paused("only if it is a window"))
        assert [e.record.op for e in session.entries if isinstance(e.record, rec.Confirmation)] == [
            "requested"
        ]
        assert "langgraph:resume" in [e.record.kind for e in session.entries]

    def test_a_real_failure_is_no_pause(self, tmp_path: Path) -> None:
        runs = paused("yes")
        runs[2]["error"] = "ValueError('Interrupt')"
        assert not [e for e in one(tmp_path, *runs).entries if isinstance(e.record, rec.Confirmation)]


def test_a_lookup(tmp_path: Path) -> None:
    documents = [
        {"id": "P-1", "page_content": "no pets", "metadata": {"score": 0.5}},
        {"page_content": "no smoke"},
    ]
    session = one(
        tmp_path, run("r", "retriever", 1, 2, inputs={"query": "pets"}, outputs={"documents": documents})
    )
    (found,) = (e.record for e in session.entries if isinstance(e.record, rec.Retrieval))
    assert found.query == "pets"
    assert [(d.id, d.score, d.rank) for d in found.documents] == [("P-1", 0.5, 1), ("#2", None, 2)]


def test_nested_runs_and_feedback(tmp_path: Path) -> None:
    child = run("llm", "llm", 1, 2, inputs=ASKED, outputs=ai("hi"))
    root = run("root", "chain", 0, 3, child_runs=[child, 7], feedback_stats={"helpful": {"n": 2, "avg": 0.5}})
    trace = opened(tmp_path / "t", root)
    session = trace.session(0)
    assert chosen(session) == ["hi"]
    (outcome,) = session.outcomes()
    assert isinstance(outcome.record, rec.Outcome) and outcome.record.grade == 0.5
    place = session.entries[session.decisions[0].entry].place
    assert place.pointer == "/child_runs/0/outputs/generations/0/0"


def test_what_is_no_run_is_shown(tmp_path: Path) -> None:
    lines = [
        json.dumps(run("llm", "llm", 1, 2, inputs=ASKED, outputs=ai("hi"))),
        '{"id": 1}',
        '{"id": "x", "run',
    ]
    trace = opened(tmp_path / "t", "\n".join(lines).encode())
    assert list(trace.session_ids) == ["root", "unparsed"]
    assert [e.record.kind for e in trace.session(1).entries] == ["unparsed", "unparsed"]


def test_runs_whose_parents_form_a_ring_are_told_all_the_same(tmp_path: Path) -> None:
    a = run("a", "llm", 1, 2, parent_run_id="b", inputs=ASKED, outputs=ai("hi"))
    b = run("b", "chain", 1, 2, parent_run_id="a")
    assert chosen(one(tmp_path, a, b)) == ["hi"]


@NEEDS_FILE
class TestFile:
    def test_counts(self) -> None:
        """Counted from the file itself: 3 runs of models, 2 of tools, 1 of a retriever, 1 pause and 1 resumption."""
        runs = [json.loads(line) for line in FILE.read_text().splitlines()]
        trace = Trace(FILE)
        assert trace.claims[0].title == langsmith.TITLE
        counts = format_laws.counts(trace)
        assert counts["sessions"] == len({r["extra"]["metadata"]["thread_id"] for r in runs}) == 1
        assert counts["decisions"] == sum(r["run_type"] == "llm" for r in runs) == 3
        assert (
            counts["calls"]
            == counts["results"]
            == counts["paired"]
            == sum(r["run_type"] == "tool" for r in runs)
        )
        pauses = sum("GraphInterrupt" in (r["error"] or "") for r in runs)
        resumed = sum("resume" in str(r["inputs"]) for r in runs)
        assert counts["confirmations"] == pauses + resumed == 2
        assert counts["unparsed"] == 0

    def test_laws(self) -> None:
        trace = Trace(FILE)
        format_laws.check_places(trace)
        types = ["AIMessage", "LLMResult", "constructor", "human"]  # LangChain's words for its types
        assert format_laws.lost(trace, format_laws.values(FILE)) == types
        assert format_laws.survive(FILE, 25) == []
