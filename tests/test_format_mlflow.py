"""MLflow traces: attributes that are JSON in strings, spans of both versions, traces of one session in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import format_laws
import pytest
from trace_samples import SHARED, opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

FILE = SHARED / "traces" / "mlflow-trace" / "refund_traces.jsonl"
ASKED = {"messages": [{"role": "user", "content": "move me"}]}
CALL = {"id": "c1", "type": "function", "function": {"name": "seat", "arguments": '{"number": 4}'}}
ANSWER = {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [CALL]}}]}


def span(
    name: str, kind: str, start: int, end: int, parent: str | None = None, **fields: Any
) -> dict[str, Any]:
    """A span as MLflow 3 writes it; `given` and `came` are its inputs and outputs."""
    about = {"mlflow.spanType": kind, "mlflow.spanInputs": fields.pop("given", None)}
    about["mlflow.spanOutputs"] = fields.pop("came", None)
    return {
        "span_id": name, "name": name, "parent_span_id": parent, "start_time_unix_nano": start * 10**9,
        "end_time_unix_nano": end * 10**9, "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {key: json.dumps(value) for key, value in about.items()}, **fields,
    }  # fmt: skip


def trace(*spans: Any, **info: Any) -> dict[str, Any]:
    return {"info": {"trace_id": "tr-1", **info}, "data": {"spans": list(spans)}}


def one(tmp_path: Path, *spans: Any, **info: Any) -> Session:
    return opened(tmp_path / "t", trace(*spans, **info)).session(0)


def test_a_call_and_its_result(tmp_path: Path) -> None:
    session = one(
        tmp_path,
        span("seat", "TOOL", 3, 4, given={"number": 4}, came="done"),
        span("model", "CHAT_MODEL", 1, 2, given=ASKED, came=ANSWER),
    )
    assert [e.record.kind for e in session.entries][1:6] == [
        "message",
        "context",
        "decision",
        "tool_call",
        "tool_result",
    ]
    result = session.record(session.decisions[0].result or 0)
    assert isinstance(result, rec.ToolResult) and (result.result, result.status) == ("done", "ok")
    place = session.entries[session.decisions[0].entry].place
    assert place.pointer == "/data/spans/1/attributes/mlflow.spanOutputs"  # no pointer leads into the string


def test_spans_as_they_were_before_version_3(tmp_path: Path) -> None:
    old = {
        "name": "model", "context": {"span_id": "0x1", "trace_id": "t"}, "parent_id": None, "start_time": 10**9,
        "end_time": 2 * 10**9, "status_code": "OK", "status_message": "", "events": [],
        "attributes": {"mlflow.spanType": '"LLM"', "mlflow.spanInputs": json.dumps(ASKED),
                       "mlflow.spanOutputs": '"hello"'},
    }  # fmt: skip
    session = opened(tmp_path / "t", {"info": {"request_id": "r"}, "data": {"spans": [old]}}).session(0)
    assert [session.chosen(d).reply for d in session.decisions] == ["hello"]


def test_a_tool_that_failed(tmp_path: Path) -> None:
    status = {"code": "STATUS_CODE_ERROR", "message": "no seat"}
    session = one(tmp_path, span("seat", "TOOL", 3, 4, given={"number": 4}, status=status))
    (made,) = session.decisions
    result = session.record(made.result or 0)
    assert isinstance(result, rec.ToolResult) and (result.result, result.status) == ("no seat", "error")


def test_traces_of_one_session_stand_in_the_order_of_time(tmp_path: Path) -> None:
    about = {"trace_metadata": {"mlflow.trace.session": "s"}}
    both = [
        {"info": {"trace_id": f"tr-{n}", **about, "request_time": f"2026-01-0{n}T00:00:00Z"},
         "data": {"spans": [span(f"m{n}", "LLM", n, n, given=ASKED, came=f"answer {n}")]}}
        for n in (2, 1)
    ]  # fmt: skip
    opened_ = opened(tmp_path / "t", {"traces": both})
    assert list(opened_.session_ids) == ["s"]
    session = opened_.session(0)
    assert [session.chosen(d).reply for d in session.decisions] == ["answer 1", "answer 2"]


@pytest.mark.parametrize(("value", "grade"), [(0.5, 0.5), (True, "true"), ("yes", "yes"), ({"a": 1}, None)])
def test_assessments(tmp_path: Path, value: Any, grade: Any) -> None:
    said = {"assessment_name": "right", "source": {"source_type": "HUMAN"}, "feedback": {"value": value}}
    session = one(tmp_path, span("m", "LLM", 1, 2, came="hi"), assessments=[said])
    (outcome,) = session.outcomes()
    assert isinstance(outcome.record, rec.Outcome) and (outcome.record.grade, outcome.record.by) == (
        grade,
        "right (HUMAN)",
    )


def test_a_span_that_is_none_is_shown(tmp_path: Path) -> None:
    session = one(tmp_path, 7, span("m", "LLM", 1, 2, came="hi"))
    (broken,) = [e for e in session.entries if isinstance(e.record, rec.Unparsed)]
    assert broken.place.pointer == "/data/spans/0"


@pytest.mark.skipif(not FILE.exists(), reason="the shared traces are not here")
class TestFile:
    def test_counts(self) -> None:
        """Counted from the file itself, where the type of a span is JSON in a string."""
        spans = [s for line in FILE.read_text().splitlines() for s in json.loads(line)["data"]["spans"]]
        kinds = [json.loads(s["attributes"]["mlflow.spanType"]) for s in spans]
        counts = format_laws.counts(Trace(FILE))
        assert (counts["sessions"], counts["unparsed"], counts["confirmations"]) == (
            1,
            0,
            2,
        )  # one asked, one given
        assert counts["decisions"] == kinds.count("CHAT_MODEL") == 3
        assert counts["calls"] == counts["results"] == counts["paired"] == kinds.count("TOOL") == 2

    def test_laws(self) -> None:
        read = Trace(FILE)
        format_laws.check_places(read)
        left = [leaf for leaf in format_laws.lost(read, format_laws.values(FILE)) if not leaf.startswith('"')]
        assert left == [
            "function"
        ]  # OpenAI's word for its only type; a string in a string is kept as that string
        assert format_laws.survive(FILE, 25) == []
