"""Langfuse: which observations decide, the shapes of its files, and what frameworks log in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import format_laws
import pytest
from trace_samples import SHARED, opened

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.document import Sample
from nalyqor_tui.trace.formats import langfuse
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

ASKED = [{"role": "user", "content": "move me"}]
CALL = {"id": "c1", "type": "function", "function": {"name": "seat", "arguments": '{"number": 4}'}}
WANTS = {"role": "assistant", "content": "", "tool_calls": [CALL]}


def seen(name: str, kind: str, start: float, end: float, **fields: Any) -> dict[str, Any]:
    """An observation; `start` and `end` are seconds of one minute, values of `given` and `came` become strings."""
    values = {key: fields.pop(was) for was, key in (("given", "input"), ("came", "output")) if was in fields}
    values = {k: v if v is None or isinstance(v, str) else json.dumps(v) for k, v in values.items()}
    times = {"startTime": f"2026-01-02T03:04:{start:06.3f}Z", "endTime": f"2026-01-02T03:04:{end:06.3f}Z"}
    return {
        "id": name,
        "traceId": "t",
        "type": kind,
        "name": name,
        "level": "DEFAULT",
        **times,
        **values,
        **fields,
    }


def download(*observations: Any, **trace: Any) -> dict[str, Any]:
    return {
        "trace": {"id": "t", "timestamp": "2026-01-02T03:04:00Z", **trace},
        "observations": list(observations),
    }


def one(tmp_path: Path, *observations: Any, **trace: Any) -> Session:
    return opened(tmp_path / "t", download(*observations, **trace)).session(0)


def chosen(session: Session) -> list[Any]:
    return [session.chosen(d).tool or session.chosen(d).reply for d in session.decisions]


def results(session: Session) -> list[Any]:
    found = [session.record(d.result) if d.result is not None else None for d in session.decisions]
    return [(r.result, r.status) if isinstance(r, rec.ToolResult) else None for r in found]


class TestShapes:
    GENERATION = seen("g", "GENERATION", 1, 2, given=ASKED, came="done")

    @pytest.mark.parametrize(
        "values",
        [
            [download(GENERATION)],
            [{"data": [GENERATION], "meta": {"page": 1}}],
            [{"id": "t", "timestamp": "2026-01-02T03:04:00Z", "userId": None, "sessionId": None,
              "observations": [GENERATION]}],
            [GENERATION, {**GENERATION, "id": "h", "type": "SPAN"}],
            [[GENERATION]],
            [{"id": "g", "trace_id": "t", "type": "GENERATION", "start_time": "2026-01-02T03:04:01Z",
              "parent_observation_id": None, "input": json.dumps(ASKED), "output": "done"}],
        ],
    )  # fmt: skip
    def test_every_shape_tells_the_same(self, tmp_path: Path, values: list[Any]) -> None:
        trace = opened(tmp_path / "t", *values)
        assert trace.claims[0].title == langfuse.TITLE
        assert list(trace.session_ids) == ["t"]
        assert chosen(trace.session(0)) == ["done"]

    def test_traces_of_one_session_are_its_turns(self, tmp_path: Path) -> None:
        """The API lists the newest trace first, and the observations of a trace by their ids."""
        rows = [
            {"id": f"t{n}", "timestamp": f"2026-01-0{n}T00:00:00Z", "sessionId": "s", "userId": "u",
             "input": f'"question {n}"', "output": f'"answer {n}"', "observations": ["o"]}
            for n in (2, 1)
        ]  # fmt: skip
        trace = opened(tmp_path / "t", {"data": rows, "meta": {}})
        session = trace.session(0)
        assert list(trace.session_ids) == ["s"]
        assert [(d.number, c) for d, c in zip(session.decisions, chosen(session), strict=True)] == [
            ("1.1", "answer 1"), ("2.1", "answer 2"),
        ]  # fmt: skip
        assert "only traces" in str(trace.warnings)

    @pytest.mark.parametrize("odd", [["x"], {}, 7, None])
    def test_a_type_that_is_no_text_is_no_observation(self, odd: Any) -> None:
        values = [{**self.GENERATION, "type": odd}]
        assert langfuse.score(Sample(values, whole=False)) == 0

    def test_what_is_no_observation_is_shown(self, tmp_path: Path) -> None:
        session = one(tmp_path, self.GENERATION, 7)
        (broken,) = [e for e in session.entries if isinstance(e.record, rec.Unparsed)]
        assert broken.place.pointer == "/observations/1"


class TestDecisions:
    def test_a_call_and_its_result(self, tmp_path: Path) -> None:
        session = one(
            tmp_path,
            seen("seat", "TOOL", 3, 4, given={"number": 4}, came="done"),
            seen("g", "GENERATION", 1, 2, given=ASKED, came=WANTS),
        )
        assert (chosen(session), results(session)) == (["seat"], [("done", None)])
        assert session.entries[session.decisions[0].entry].place.pointer == "/observations/1/output"

    def test_an_error_is_told_by_the_level(self, tmp_path: Path) -> None:
        tool = seen("seat", "TOOL", 3, 4, given={"number": 4}, level="ERROR", statusMessage="no seat")
        session = one(tmp_path, tool, seen("g", "GENERATION", 1, 2, given=ASKED, came=WANTS))
        assert results(session) == [("no seat", "error")]

    def test_the_next_generation_tells_a_result_that_no_tool_does(self, tmp_path: Path) -> None:
        then = [*ASKED, WANTS, {"role": "tool", "tool_call_id": "c1", "content": "done"}]
        session = one(
            tmp_path,
            seen("g", "GENERATION", 1, 2, given=ASKED, came=WANTS),
            seen("h", "GENERATION", 3, 4, given=then, came="moved"),
        )
        assert (chosen(session), results(session)) == (["seat", "moved"], [("done", None), None])

    def test_a_result_that_both_tell_is_one(self, tmp_path: Path) -> None:
        then = [*ASKED, WANTS, {"role": "tool", "tool_call_id": "c1", "content": "done"}]
        session = one(
            tmp_path,
            seen("g", "GENERATION", 1, 2, given=ASKED, came=WANTS),
            seen("seat", "TOOL", 2, 3, given={"number": 4}, came="done"),
            seen("h", "GENERATION", 3, 4, given=then, came="moved"),
        )
        assert [e.record.kind for e in session.entries].count("tool_result") == 1

    @pytest.mark.parametrize(
        ("outer", "inner", "said"),
        [
            ("done", "done", ["done"]),
            (WANTS, "None", ["seat"]),  # the one within logged less of it
            (WANTS, None, ["seat"]),
            ("done", WANTS, ["seat"]),
        ],
    )
    def test_one_call_seen_twice_is_one_decision(
        self, tmp_path: Path, outer: Any, inner: Any, said: Any
    ) -> None:
        session = one(
            tmp_path,
            seen("outer", "GENERATION", 1, 4, given=ASKED, came=outer),
            seen("inner", "GENERATION", 2, 3, given=ASKED, came=inner, parentObservationId="outer"),
        )
        assert chosen(session) == said

    def test_the_last_of_several_calls_has_the_answer_of_the_run_around_them(self, tmp_path: Path) -> None:
        within = {"parentObservationId": "outer"}
        session = one(
            tmp_path,
            seen("outer", "GENERATION", 0, 9, given={"prompt": "move me"}, came="moved"),
            seen("a", "GENERATION", 1, 2, given=ASKED, came=WANTS, **within),
            seen("b", "GENERATION", 3, 4, **within),
        )
        assert chosen(session) == ["seat", "moved"]
        last = session.record(session.decisions[1].entry)
        assert rec.extras(last)["source"]["answer_recorded_in"] == "outer"

    def test_an_answer_that_only_the_next_request_holds(self, tmp_path: Path) -> None:
        then = [*ASKED, {"role": "assistant", "content": "which?"}, {"role": "user", "content": "four"}]
        session = one(
            tmp_path,
            seen("a", "GENERATION", 1, 2, given=ASKED),
            seen("b", "GENERATION", 3, 4, given=then, came="done"),
        )
        assert [(d.number, c) for d, c in zip(session.decisions, chosen(session), strict=True)] == [
            ("1.1", "which?"), ("2.1", "done"),
        ]  # fmt: skip

    def test_the_agent_of_a_tool_is_a_session_of_its_own(self, tmp_path: Path) -> None:
        trace = opened(
            tmp_path / "t",
            download(
                seen("g", "GENERATION", 1, 2, given=ASKED, came=WANTS),
                seen("seat", "TOOL", 3, 6, given={"number": 4}, came="done"),
                seen("i", "GENERATION", 4, 5, given=[{"role": "user", "content": "seat 4?"}], came="free",
                     parentObservationId="seat"),
                seen("h", "GENERATION", 7, 8, given=ASKED, came="moved"),
            ),
        )  # fmt: skip
        assert list(trace.session_ids) == ["t", "t / seat"]
        assert [chosen(trace.session(n)) for n in (0, 1)] == [["seat", "moved"], ["free"]]
        header = trace.session(1).header
        assert header is not None and header.agent_name == "seat"
        assert rec.extras(header)["source"] == {"parent_session": "t", "parent_run": "seat"}

    def test_a_text_that_was_sent_is_no_turn_where_the_trace_says_what_was_asked(
        self, tmp_path: Path
    ) -> None:
        text = "system: be kind\nuser: move me"
        session = one(tmp_path, seen("g", "GENERATION", 1, 2, given=text, came="done"), input='"move me"')
        said = [
            (e.record.role, e.record.content) for e in session.entries if isinstance(e.record, rec.Message)
        ]
        assert said == [("user", "move me"), ("prompt", text), ("assistant", "done")]


class TestFrameworks:
    def test_gemini_pairs_by_name_where_there_are_no_ids(self, tmp_path: Path) -> None:
        wants = {
            "content": {
                "role": "model",
                "parts": [{"function_call": {"name": "seat", "args": {"number": 4}}}],
            }
        }
        came = {"role": "user", "parts": [{"function_response": {"name": "seat", "response": {"ok": True}}}]}
        contents = [{"role": "user", "parts": [{"text": "move me"}]}]
        attributes = {"gen_ai.tool.call.id": "adk-1", "gcp.vertex.agent.tool_response": '{"ok": true}'}
        session = one(
            tmp_path,
            seen("call_llm", "GENERATION", 1, 2, given={"contents": contents}, came=wants),
            seen("execute_tool seat", "TOOL", 1.5, 2, given={"number": 4}, came={}, parentObservationId="call_llm",
                 metadata=json.dumps({"attributes": attributes})),
            seen("call_llm", "GENERATION", 3, 4, given={"contents": [*contents, wants["content"], came]}, came="ok")
            | {"id": "second"},
        )  # fmt: skip
        assert (chosen(session), results(session)) == (["seat", "ok"], [({"ok": True}, None), None])
        contexts = [e.record for e in session.entries if isinstance(e.record, rec.Context)]
        assert len(contexts[1].items) == 3
        assert [e.record.kind for e in session.entries].count("tool_result") == 1

    def test_vercel_logs_the_calls_beside_the_text(self, tmp_path: Path) -> None:
        calls = [{"type": "tool-call", "toolCallId": "c1", "toolName": "seat", "input": {"number": 4}}]
        metadata = {"attributes": {"ai.response.toolCalls": json.dumps(calls)}}
        tool = {"attributes": {"ai.toolCall.id": "c1", "ai.toolCall.name": "seat"}}
        session = one(
            tmp_path,
            seen("doStream", "GENERATION", 1, 2, given=ASKED, came="one moment", metadata=metadata),
            seen("ai.toolCall", "TOOL", 3, 4, given={"number": 4}, came="done", metadata=tool),
        )
        assert (chosen(session), results(session)) == (["seat"], [("done", None)])
        words = session.record(session.decisions[0].text or 0)
        assert isinstance(words, rec.Message) and words.content == "one moment"

    def test_a_role_that_is_a_tool_that_was_called_is_its_result(self, tmp_path: Path) -> None:
        then = [*ASKED, WANTS, {"role": "seat", "content": "done"}]
        session = one(
            tmp_path,
            seen("g", "GENERATION", 1, 2, given=ASKED, came=WANTS),
            seen("h", "GENERATION", 3, 4, given=then, came="moved"),
        )
        assert results(session)[0] == ("done", None)

    def test_a_tool_that_was_logged_as_a_span(self, tmp_path: Path) -> None:
        spans = [
            seen("g", "GENERATION", 1, 2, given=ASKED, came=WANTS),
            seen("seat", "SPAN", 3, 4, came="done"),
        ]
        spans = [{**span, "parentObservationId": "root"} for span in spans]
        session = one(tmp_path, seen("root", "SPAN", 0, 5), *spans)
        assert results(session) == [("done", None)]


@pytest.mark.parametrize(
    "first", ["id,traceId,type,startTime,name,input,output", '"id","timestamp","sessionId","input","output"']
)
def test_an_export_as_csv_is_recognised_and_what_to_do_is_said(tmp_path: Path, first: str) -> None:
    with pytest.raises(TraceError) as caught:
        opened(tmp_path / "t.csv", f"{first}\n1,2\n".encode())
    assert "CSV export of Langfuse" in caught.value.what and "JSON Lines" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ({"value": 0, "dataType": "NUMERIC"}, 0),
        ({"value": 1, "stringValue": "True", "dataType": "BOOLEAN"}, "True"),
        ({"stringValue": "poor", "dataType": "CATEGORICAL"}, "poor"),
        ({"value": None}, None),
    ],
)
def test_a_score_is_an_outcome_of_no_scale(tmp_path: Path, score: Any, grade: Any) -> None:
    session = one(tmp_path, scores=[{"name": "toxicity", "source": "EVAL", **score}])
    (outcome,) = session.outcomes()
    assert isinstance(outcome.record, rec.Outcome)
    assert (outcome.record.grade, outcome.record.scale, outcome.record.by) == (grade, None, "toxicity (EVAL)")


def test_generations_without_content_are_said_first(tmp_path: Path) -> None:
    trace = opened(tmp_path / "t", download(seen("g", "GENERATION", 1, 2)))
    assert "without content" in str(trace.warnings)
    assert chosen(trace.session(0)) == []


FILES = sorted(SHARED.glob("traces/langfuse-*/**/*.json"))
# Counted by hand in a listing of the observations (type, parent, input, output) that was made without the reader:
# calls of models that answered (one for each call of a tool that they made), calls of tools, results of these.
FIGURES = {
    "autogen-2025-06-06.trace.json": (1, 0, 0), "beeai-2025-08-01.trace.json": (3, 0, 0),
    "csharp-agent-with-gemini-2026-03-09.trace.json": (3, 2, 2), "google-adk-2025-08-28.trace.json": (2, 1, 1),
    "google-gemini-2025-08-01.trace.json": (1, 0, 0), "langgraph-js-2025-10-30.trace.json": (2, 1, 1),
    "langgraph-python-2025-08-22.trace.json": (2, 1, 1), "pydantic-ai-2025-06-06.trace.json": (1, 0, 0),
    "pydantic-ai-with-gemini-2025-12-24.trace.json": (1, 0, 0), "vercel-aisdk-2025-11-17.trace.json": (1, 1, 1),
    "agno-2025-06-11.json": (2, 1, 1), "google-adk-2025-08-28.json": (2, 1, 1),
    "langgraph-2025-08-22.json": (2, 1, 1), "llamaindex-2025-06-05.json": (1, 0, 0),
    "openai-agents-2025-09-30.json": (2, 1, 1), "langfuse-1.json": (1, 0, 0), "langfuse-2.json": (2, 1, 1),
}  # fmt: skip
WORDS = {"{}", "function", "tool_call_response", "function_call_output"}  # an empty object, words for types


@pytest.mark.skipif(not FILES, reason="the shared traces are not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
class TestFiles:
    def test_counts_and_laws(self, path: Path) -> None:
        trace = Trace(path)
        assert trace.claims[0].title == langfuse.TITLE and trace.claims[0].score == 1
        counts = format_laws.counts(trace)
        assert (counts["decisions"], counts["calls"], counts["paired"]) == FIGURES[path.name]
        assert (counts["results"], counts["unparsed"]) == (counts["calls"], 0)
        format_laws.check_places(trace)
        lost = [leaf for leaf in format_laws.lost(trace, format_laws.values(path)) if leaf not in WORDS]
        assert [leaf for leaf in lost if leaf[:1] != '"'] == []  # a string in a string is kept as that string


SMALL = [path for path in FILES if path.stat().st_size < 20_000]


@pytest.mark.skipif(not FILES, reason="the shared traces are not here")
@pytest.mark.parametrize("path", SMALL[:3], ids=lambda path: path.name)
def test_mutants(path: Path) -> None:
    assert format_laws.survive(path, 25) == []
