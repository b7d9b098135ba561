"""OpenTelemetry files of the field and of the libraries, held against counts that no reader of ours made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from format_laws import check_places, counts, lost, sessions, survive, values
from trace_samples import SHARED

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import plain
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.store import Trace

TRACES = SHARED / "traces"
pytestmark = pytest.mark.skipif(not TRACES.exists(), reason="the shared traces are not here")

GENAI, OPENINFERENCE, VERCEL, BARE = (
    TRACES / name for name in ("otlp-genai", "otlp-openinference", "vercel-ai-sdk-spans", "otel-genai-spans")
)
FILES = {
    GENAI / "langgraph_scripted.jsonl": "OpenTelemetry GenAI",
    GENAI / "openai_agents_scripted.jsonl": "OpenTelemetry GenAI",
    GENAI / "openai_replay_both.jsonl": "OpenTelemetry GenAI",
    GENAI / "openai_replay_event.jsonl": "OpenTelemetry GenAI",
    GENAI / "openai_replay_none.jsonl": "OpenTelemetry GenAI",
    OPENINFERENCE / "rag_earnings_agent.json": "OpenInference",
    OPENINFERENCE / "smol_deep_research_agent.json": "OpenInference",
    OPENINFERENCE / "storybook_test_data_3.json": "OpenInference",
    BARE / "openinference_client_span_input_output_only.json": "OpenInference",
    BARE / "openinference_client_span_tool_calls.json": "OpenInference",
    BARE / "otel_genai_client_span_tool_calls.json": "OpenTelemetry GenAI",
    VERCEL / "ai-embed-doEmbed.json": "Vercel AI SDK",
    VERCEL / "ai-embed.json": "Vercel AI SDK",
    VERCEL / "ai-generateText-doGenerate.json": "Vercel AI SDK",
    VERCEL / "spans-by-operation.json": "Vercel AI SDK",
}
every = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def flat(value: Any) -> Any:
    """Return a decoded file without what OTLP wraps around it: names of attributes, types of values, ids and times."""
    if isinstance(value, list):
        return [flat(part) for part in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"key", "value"}:
        return flat(value["value"])
    skipped = ("traceId", "spanId", "parentSpanId", "startTime", "endTime", "time")
    return [flat(part) for key, part in value.items() if not key.startswith(skipped)]


@every
def test_the_format_and_the_dialect_are_named(path: Path) -> None:
    trace = Trace(path)
    assert trace.format_title == f"OpenTelemetry spans (OTLP/JSON): {FILES[path]}"
    assert next(claim.format.NAME for claim in trace.claims if claim.format) == "otel"


@every
def test_every_place_can_be_looked_up_and_nothing_is_unread(path: Path) -> None:
    trace = Trace(path)
    check_places(trace)
    assert counts(trace)["unparsed"] == 0


@every
def test_nothing_is_lost(path: Path) -> None:
    wrapped = {"assistant", "tool", "user", "system", "text", "tool_call", "tool_call_response", "function"}
    types = {"application/json", "text/plain"}  # of an input or output that became messages
    types.add("STATUS_CODE_OK")  # said in one word
    assert set(lost(Trace(path), flat(values(path)))) <= wrapped | types


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        # Counted with a loop over json.loads that knows nothing of this program: traces, answers without a
        # tool_call part and tool_call parts (of the first answer where several were asked for), and
        # tool_call_response parts in the last call of each trace.
        ("openai_replay_both", {"sessions": 35, "decisions": 38, "calls": 9, "results": 4, "paired": 4}),
        ("openai_replay_event", {"sessions": 35, "decisions": 38, "calls": 9, "results": 4, "paired": 4}),
        (
            "openai_replay_none",
            {"sessions": 35, "decisions": 0, "calls": 0, "results": 0, "confirmations": 0},
        ),
        # Read by eye: five spans, of which two ran a tool; the workflows' last messages hold one call and one reply.
        ("langgraph_scripted", {"sessions": 1, "decisions": 3, "calls": 2, "results": 2, "paired": 2}),
        # Three traces; three tool spans, one of which only waited for an approval.
        (
            "openai_agents_scripted",
            {"sessions": 3, "decisions": 3, "calls": 2, "results": 2, "confirmations": 1},
        ),
    ],
)
def test_counts_of_files_that_the_libraries_made(name: str, wanted: dict[str, int]) -> None:
    found = counts(Trace(GENAI / f"{name}.jsonl"))
    assert {key: found[key] for key in wanted} == wanted


def test_the_calls_of_a_model_in_a_file_of_the_field() -> None:
    path = OPENINFERENCE / "smol_deep_research_agent.json"
    listed = [span for each in json.loads(path.read_text()) for resource in each["resourceSpans"]
              for scope in resource["scopeSpans"] for span in scope["spans"]]  # fmt: skip
    keys = [pair["key"] for span in listed for pair in span["attributes"]]
    called = sum(key.endswith("tool_call.function.name") and key.startswith("llm.output") for key in keys)
    answers = sum(key == "llm.output_messages.0.message.role" for key in keys)
    found = counts(Trace(path))
    assert (found["calls"], found["decisions"]) == (called, answers) == (2, 6)
    session = Trace(path).session(0)
    contexts = [e.record for e in session.entries if isinstance(e.record, rec.Context)]
    tokens = [int(pair["value"]["intValue"]) for span in sorted(listed, key=lambda one: one["startTimeUnixNano"])
              for pair in span["attributes"] if pair["key"] == "llm.token_count.prompt"]  # fmt: skip
    assert [context.input_tokens for context in contexts] == tokens


def test_a_look_up_of_the_field_with_the_ids_and_scores_of_its_store() -> None:
    session = Trace(OPENINFERENCE / "rag_earnings_agent.json").session(0)
    found = [e.record for e in session.entries if isinstance(e.record, rec.Retrieval)]
    assert [[(d.id[:8], round(d.score or 0, 4)) for d in one.documents] for one in found] == [
        [("4c0ca22f", 0.2523), ("381c8154", 0.2523), ("c8e1a069", 0.2523)]
    ]


def test_the_call_that_waited_for_an_approval() -> None:
    trace = Trace(GENAI / "openai_agents_scripted.jsonl")
    first = trace.session(0)
    assert [first.chosen(d).tool for d in first.decisions] == ["get_order", "refund"]
    assert first.decisions[1].call is None
    assert first.decisions[1].result is None
    asked = [e.record for e in first.entries if isinstance(e.record, rec.Confirmation)]
    assert [(one.op, one.by) for one in asked] == [("requested", None)]


def test_the_call_that_an_interrupt_held_back_goes_out_in_the_second_trace() -> None:
    session = Trace(GENAI / "langgraph_scripted.jsonl").session(0)
    refund = session.decisions[1]
    assert session.chosen(refund).tool == "refund"
    assert refund.call is not None
    assert session.entries[refund.entry].place.line == 3, "the end of the first workflow"
    assert session.entries[refund.call].place.line == 4, "its tool's run, in the second trace"


def test_spans_without_content_say_so_first() -> None:
    trace = Trace(GENAI / "openai_replay_none.jsonl")
    assert plain(trace.warnings[0]).startswith("spans without message content")
    assert trace.fidelity.context.level == "absent"


def test_content_in_log_records_counts_as_captured() -> None:
    both, event = (
        [
            [e.record.content for e in session.entries if isinstance(e.record, rec.Message)]
            for session in sessions(trace)
        ]
        for trace in (Trace(GENAI / f"openai_replay_{how}.jsonl") for how in ("both", "event"))
    )
    assert both == event
    assert Trace(GENAI / "openai_replay_event.jsonl").warnings == []


def test_spans_of_no_agent_are_named_and_not_read() -> None:
    with pytest.raises(TraceError, match="no agent"):
        Trace(TRACES / "otlp-nongenai" / "agento_test-traces.json")


@pytest.mark.parametrize("path", [GENAI / "openai_agents_scripted.jsonl", GENAI / "langgraph_scripted.jsonl",
    VERCEL / "ai-generateText-doGenerate.json"], ids=lambda path: path.name)  # fmt: skip
def test_mutants_give_no_traceback(path: Path) -> None:
    assert survive(path, 25) == []
