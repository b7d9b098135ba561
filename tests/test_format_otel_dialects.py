"""OpenInference and the Vercel AI SDK: the same story in other attributes, and spans without OTLP around them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from spans import TRACE, ident, request, span
from trace_samples import opened

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

TO = {"order": 7, "to": "2 Quay Street"}
OUTER = "desk"
STORY = [("move", {"moved": True}), (None, None)]

# What each dialect calls the parts of one story: asked, answered with a call, the tool's run, the last answer.
OI_ASK = {
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.content": "Move order 7.",
}
OI_CALL = {"message.role": "assistant", "message.tool_calls.0.tool_call.id": "c1",
           "message.tool_calls.0.tool_call.function.name": "move",
           "message.tool_calls.0.tool_call.function.arguments": json.dumps(TO)}  # fmt: skip
OI_ANSWER = {"message.role": "tool", "message.tool_call_id": "c1", "message.content": '{"moved": true}'}
V_ASK = {"role": "user", "content": [{"type": "text", "text": "Move order 7."}]}
V_CALL = {"type": "tool-call", "toolCallId": "c1", "toolName": "move", "input": TO}
V_CAME = {
    "type": "tool-result",
    "toolCallId": "c1",
    "toolName": "move",
    "output": {"type": "json", "value": {"moved": True}},
}


def at(prefix: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{key}": value for key, value in fields.items()}


def openinference() -> list[tuple[str, float, float, dict[str, Any]]]:
    """Name, start, end and attributes of the spans of the story."""
    llm = {"openinference.span.kind": "LLM", "llm.model_name": "m-1", "llm.token_count.prompt": 40}
    last = OI_ASK | at("llm.input_messages.1", OI_CALL) | at("llm.input_messages.2", OI_ANSWER)
    reply = {"message.role": "assistant", "message.content": "Done."}
    run = {"openinference.span.kind": "TOOL", "tool.name": "move", "input.value": json.dumps(TO),
           "output.value": '{"moved": true}', "output.mime_type": "application/json"}  # fmt: skip
    return [
        ("first", 1, 2, llm | OI_ASK | at("llm.output_messages.0", OI_CALL)),
        ("move", 2, 3, run),
        ("last", 4, 5, llm | last | at("llm.output_messages.0", reply)),
        (OUTER, 0, 6, {"openinference.span.kind": "AGENT", "session.id": "talk 1", "input.value": "Move order 7.",
                        "output.value": "Done."}),
    ]  # fmt: skip


def vercel() -> list[tuple[str, float, float, dict[str, Any]]]:
    step = {"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "m-1", "ai.usage.inputTokens": 40}
    spoke = [V_ASK, {"role": "assistant", "content": [V_CALL]}, {"role": "tool", "content": [V_CAME]}]
    run = {"ai.operationId": "ai.toolCall", "ai.toolCall.name": "move", "ai.toolCall.id": "c1",
           "ai.toolCall.args": json.dumps(TO), "ai.toolCall.result": '{"moved": true}'}  # fmt: skip
    listed = json.dumps([V_CALL | {"input": json.dumps(TO)}])
    return [
        ("first", 1, 2, step | {"ai.prompt.messages": json.dumps([V_ASK]), "ai.response.toolCalls": listed}),
        ("move", 2, 3, run),
        ("last", 4, 5, step | {"ai.prompt.messages": json.dumps(spoke), "ai.response.text": "Done."}),
        (OUTER, 0, 6, {"ai.operationId": "ai.generateText", "ai.prompt": json.dumps({"prompt": "Move order 7."}),
                         "ai.response.text": "Done.", "ai.telemetry.metadata.sessionId": "talk 1"}),
    ]  # fmt: skip


def parent(name: str) -> str:
    """Return which span is around another: the outermost, around all others."""
    return "" if name == OUTER else OUTER


def as_otlp(spans: Any) -> bytes:
    return json.dumps(request(*(span(*one, parentSpanId=ident(parent(one[0]))) for one in spans))).encode()


def as_phoenix(spans: Any) -> bytes:
    """Spans as Phoenix writes them: the kind outside, the attributes nested, times as text."""
    out = []
    for name, start, end, attributes in spans:
        held = dict(attributes)
        kind = held.pop("openinference.span.kind")
        ids = {"trace_id": TRACE, "span_id": ident(name)}
        times = {
            "start_time": f"2026-03-01T10:00:{start:02d}+00:00",
            "end_time": f"2026-03-01T10:00:{end:02d}+00:00",
        }
        out.append({"name": name, "context": ids, "span_kind": kind, "parent_id": ident(parent(name)), **times,
                    "status_code": "OK", "status_message": "", "attributes": nested(held), "events": []})  # fmt: skip
    return json.dumps(out).encode()


def nested(attributes: dict[str, Any]) -> Any:
    """Return dotted keys as objects and lists in one another."""
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        *path, last = key.split(".")
        inner = tree
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value

    def listed(of: Any) -> Any:
        if not isinstance(of, dict):
            return of
        if of and all(key.isdigit() for key in of):
            return [listed(of[key]) for key in sorted(of, key=int)]
        return {key: listed(value) for key, value in of.items()}

    return listed(tree)


def as_sdk(spans: Any) -> bytes:
    """Spans as the JavaScript SDK holds them, with times as seconds and nanoseconds."""
    return json.dumps([
        {"name": name, "spanContext": {"traceId": TRACE, "spanId": ident(name)},
         "parentSpanContext": {"spanId": ident(parent(name))}, "attributes": held,
         "startTime": [1_790_000_000 + start, 5], "endTime": [1_790_000_000 + end, 5], "status": {"code": 0},
         "events": []}
        for name, start, end, held in spans
    ]).encode()  # fmt: skip


def as_printed(spans: Any) -> bytes:
    """Spans as the Python SDK prints them, one a line."""
    return b"".join(
        json.dumps({"name": name, "context": {"trace_id": f"0x{TRACE}", "span_id": f"0x{ident(name)}"},
                    "kind": "SpanKind.INTERNAL", "parent_id": ident(parent(name)),
                    "start_time": f"2026-03-01T10:00:{start:02d}.5Z",
                    "end_time": f"2026-03-01T10:00:{end:02d}.5Z", "status": {"status_code": "UNSET"},
                    "attributes": held, "events": [], "links": [], "resource": {"attributes": {}}}).encode() + b"\n"
        for name, start, end, held in spans
    )  # fmt: skip


def as_rows(spans: Any) -> bytes:
    """Spans as rows of a table: every attribute a column."""
    return b"".join(
        json.dumps({"name": name, "context.trace_id": TRACE, "context.span_id": ident(name),
                    "parent_id": ident(parent(name)),
                    "start_time": 1_790_000_000_000 + start * 1000, "end_time": 1_790_000_000_000 + end * 1000,
                    **{f"attributes.{key}": value for key, value in held.items()}}).encode() + b"\n"
        for name, start, end, held in spans
    )  # fmt: skip


def paired(session: Session) -> list[tuple[str | None, Any]]:
    out = []
    for decision in session.decisions:
        result = session.record(decision.result) if decision.result is not None else None
        out.append(
            (session.chosen(decision).tool, result.result if isinstance(result, rec.ToolResult) else None)
        )
    return out


@pytest.mark.parametrize(
    ("spans", "write"),
    [(openinference, as_otlp), (openinference, as_phoenix), (openinference, as_sdk), (openinference, as_printed),
     (openinference, as_rows), (vercel, as_otlp), (vercel, as_sdk), (vercel, as_printed), (vercel, as_rows)],
)  # fmt: skip
def test_one_story_in_every_dialect_and_shape(tmp_path: Path, spans: Any, write: Any) -> None:
    trace = opened(tmp_path / "t", write(spans()))
    assert trace.format_title.startswith("OpenTelemetry spans")
    assert trace.session_ids == ["talk 1"]
    session = trace.session(0)
    assert paired(session) == STORY
    assert [e.record.content for e in session.entries if isinstance(e.record, rec.Message)] == [
        "Move order 7.",
        "Done.",
    ]
    contexts = [e.record for e in session.entries if isinstance(e.record, rec.Context)]
    assert [(context.input_tokens, len(context.items)) for context in contexts] == [(40, 1), (40, 3)]
    assert [len(trace.raw(entry.place)) > 2 for entry in session.entries]
    pointed = trace.raw(session.entries[session.decisions[0].entry].place)
    assert "move" in pointed or "assistant" in pointed
    assert "Done." not in pointed


class TestOpenInference:
    def one(self, tmp_path: Path, *spans: Any) -> Session:
        return opened(tmp_path / "t", as_otlp(spans)).session(0)

    def test_a_look_up_without_ids_takes_them_from_the_query_of_its_store(self, tmp_path: Path) -> None:
        texts = at(
            "retrieval.documents.0",
            {"document.content": "Moves need a yes.", "document.metadata": '{"page": 2}'},
        )
        look = {"openinference.span.kind": "RETRIEVER", "input.value": "moves"} | texts
        held = json.dumps(
            [{"document.id": "P-9", "document.score": 0.25, "document.content": "Moves need a yes."}]
        )
        store = {"db.system.name": "ours", "db.query.retrieved_documents": held}
        session = self.one(tmp_path, ("query", 1.2, 1.8, store), ("look", 1, 2, look))
        found = next(e.record for e in session.entries if isinstance(e.record, rec.Retrieval))
        assert [(d.id, d.score, d.rank) for d in found.documents] == [("P-9", 0.25, 1)]
        assert found.documents[0].model_extra == {"text": "Moves need a yes.", "metadata": {"page": 2}}
        assert "ids and scores from" in json.dumps(rec.extras(found))

    def test_other_texts_are_not_joined(self, tmp_path: Path) -> None:
        look = {
            "openinference.span.kind": "RETRIEVER",
            "retrieval.documents.0.document.content": "Moves need a yes.",
        }
        held = json.dumps([{"document.id": "P-9", "document.content": "Another."}])
        session = self.one(
            tmp_path, ("query", 1.2, 1.8, {"db.query.retrieved_documents": held}), ("look", 1, 2, look)
        )
        found = next(e.record for e in session.entries if isinstance(e.record, rec.Retrieval))
        assert found.documents[0].id == "document 1"
        assert found.documents[0].score is None

    def test_a_reranker_returns_what_it_chose(self, tmp_path: Path) -> None:
        held = {"openinference.span.kind": "RERANKER", "reranker.query": "moves",
                "reranker.input_documents.0.document.id": "P-1", "reranker.input_documents.1.document.id": "P-2",
                "reranker.output_documents.0.document.id": "P-2",
                "reranker.output_documents.0.document.score": 0.9}  # fmt: skip
        session = self.one(tmp_path, ("rank", 1, 2, held))
        found = next(e.record for e in session.entries if isinstance(e.record, rec.Retrieval))
        assert (found.query, [(d.id, d.score) for d in found.documents]) == ("moves", [("P-2", 0.9)])
        assert "P-1" in json.dumps(rec.extras(found))

    def test_langchains_tool_message_says_its_call_and_its_success(self, tmp_path: Path) -> None:
        first, run, last, agent = openinference()
        came = {"content": "no such order", "tool_call_id": "c1", "status": "error", "type": "tool"}
        run = (*run[:3], run[3] | {"input.value": "{'order': 7}", "output.value": json.dumps(came)})
        session = self.one(tmp_path, first, run, last, agent)
        result = session.record(session.decisions[0].result or 0)
        assert isinstance(result, rec.ToolResult)
        assert (result.call, result.status, result.result) == ("c1", "error", "no such order")

    @pytest.mark.parametrize("value", [
        json.dumps([{"role": "user", "content": "Move it."}]),
        json.dumps({"model": "m-1", "messages": [{"role": "user", "content": "Move it."}]}),
        json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Move it."}]}]),
    ])  # fmt: skip
    def test_messages_that_stand_in_the_input_alone(self, tmp_path: Path, value: str) -> None:
        held = {"openinference.span.kind": "LLM", "input.value": value, "output.value": '{"text": "Moved."}'}
        session = self.one(tmp_path, ("first", 1, 2, held))
        said = [
            (e.record.role, e.record.content) for e in session.entries if isinstance(e.record, rec.Message)
        ]
        assert said == [("user", "Move it."), ("assistant", "Moved.")]

    def test_an_agent_alone(self, tmp_path: Path) -> None:
        session = self.one(tmp_path, openinference()[-1])
        assert [e.record.kind for e in session.entries] == [
            "trace",
            "message",
            "decision",
            "message",
            "otel:agent",
        ]

    def test_what_chains_repeat_is_kept_once(self, tmp_path: Path) -> None:
        text = "a long text that comes again and again " * 5
        held = {
            "openinference.span.kind": "CHAIN",
            "input.value": json.dumps({"q": text}),
            "output.value": text,
        }
        session = self.one(tmp_path, ("inner", 1, 2, held), ("outer", 0, 3, held | {"input.value": text}))
        records = json.dumps([str(entry.record) for entry in session.entries])
        assert records.count(text.strip()) == 2, (
            "in the first chain's input and output, which were told together"
        )
        assert {"as in": "kept 1"} in rec.extras(session.record(2))["source"].values()

    def test_annotations_are_outcomes(self, tmp_path: Path) -> None:
        spans = json.loads(as_phoenix(openinference()))
        spans[0]["annotations"] = [
            {"name": "helpful", "annotator_kind": "HUMAN", "result": {"label": "fail", "score": 0}}
        ]
        session = opened(tmp_path / "t", json.dumps(spans).encode()).session(0)
        outcome = session.outcomes()[0].record
        assert isinstance(outcome, rec.Outcome)
        assert (outcome.by, outcome.grade) == ("helpful", "fail")


class TestVercel:
    def test_all_steps_at_once_where_they_are_not_told_one_by_one(self, tmp_path: Path) -> None:
        session = opened(tmp_path / "t", as_sdk(vercel()[-1:])).session(0)
        assert [e.record.kind for e in session.entries] == [
            "trace",
            "message",
            "decision",
            "message",
            "otel:agent",
        ]

    @pytest.mark.parametrize(("answer", "op"), [(True, "given"), (False, "declined"), (None, "requested")])
    def test_an_approval_stands_between_the_choice_and_the_run(
        self, tmp_path: Path, answer: Any, op: str
    ) -> None:
        """The model chose before; a later prompt shows that the call waited, and the answer."""
        first, run, last, _ = vercel()
        asked = {"type": "tool-approval-request", "approvalId": "a1", "toolCallId": "c1"}
        answered = {
            "type": "tool-approval-response",
            "approvalId": "a1",
            "approved": answer,
            "reason": "as said",
        }
        talk = [V_ASK, {"role": "assistant", "content": [V_CALL, asked]}]
        talk += [{"role": "tool", "content": [answered]}] if answer is not None else []
        held = {"ai.operationId": "ai.generateText", "ai.prompt": json.dumps({"messages": talk})}
        spans = [first, (OUTER, 1.9, 6, held), *([run, last] if answer else [])]
        session = opened(tmp_path / "t", as_otlp([(name, a, b, held) for name, a, b, held in spans])).session(
            0
        )
        told = [e.record for e in session.entries]
        at = next(index for index, record in enumerate(told) if isinstance(record, rec.Confirmation))
        confirmation, proposal = told[at], told[at - 1]
        assert isinstance(confirmation, rec.Confirmation)
        assert isinstance(proposal, rec.Proposal)
        assert (confirmation.op, confirmation.by, confirmation.answers) == (op, None, proposal.id)
        assert confirmation.covers == rec.Action(tool="move", arguments=TO)
        decision = session.decisions[0]
        assert decision.entry < at
        assert decision.call == (at + 1 if answer else None)

    def test_the_older_names(self, tmp_path: Path) -> None:
        listed = [{"toolCallId": "c1", "toolName": "move", "args": TO}]
        held = {"ai.operationId": "ai.generateText.doGenerate", "ai.prompt.messages": json.dumps([V_ASK]),
                "ai.result.text": "", "ai.result.toolCalls": json.dumps(listed)}  # fmt: skip
        session = opened(tmp_path / "t", as_sdk([("first", 1, 2, held)])).session(0)
        assert session.chosen(session.decisions[0]) == rec.Chosen(tool="move", arguments=TO)

    def test_embeddings_are_kept(self, tmp_path: Path) -> None:
        held = {"ai.operationId": "ai.embed.doEmbed", "ai.values": ['"a"'], "ai.embeddings": ["[0.5]"]}
        session = opened(tmp_path / "t", as_sdk([("embed", 1, 2, held)])).session(0)
        assert [e.record.kind for e in session.entries] == ["trace", "otel:embedding"]


@pytest.mark.parametrize("held", [openinference()[0][3], vercel()[0][3]], ids=["openinference", "vercel"])
def test_the_attributes_of_one_span_alone(tmp_path: Path, held: dict[str, Any]) -> None:
    trace = opened(tmp_path / "t", json.dumps(held, indent=1).encode())
    assert trace.session_ids == ["span 1"]
    assert paired(trace.session(0)) == [("move", None)]


def test_spans_in_a_map_of_lists(tmp_path: Path) -> None:
    first, run, last, whole = json.loads(as_sdk(vercel()))
    trace = opened(
        tmp_path / "t", json.dumps({"steps": [last, first], "tools": [run], "whole": [whole]}).encode()
    )
    assert paired(trace.session(0)) == STORY
    assert Trace(tmp_path / "t").raw(trace.session(0).entries[0].place).startswith("{")
