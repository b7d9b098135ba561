"""OpenTelemetry's GenAI spans: the order of the story, what pairs with what, and what was never captured."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from spans import (
    TRACE,
    answered,
    called,
    chat,
    ident,
    log,
    logs,
    messages,
    nano,
    request,
    said,
    span,
    tool,
)
from trace_samples import opened

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import plain
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session

ASK = said("user", "Please send order 7 to 2 Quay Street.")
MOVE = called("move", {"order": 7, "to": "2 Quay Street"})
DONE = said("assistant", "Done.")
FIRST = chat("first", 1, [ASK], [MOVE], parentSpanId=ident("desk"))
RUN = tool("run", 2, "move", {"order": 7, "to": "2 Quay Street"}, {"moved": True}, parentSpanId=ident("desk"))
LAST = chat("last", 3, [ASK, MOVE, answered("c1", {"moved": True})], [DONE], parentSpanId=ident("desk"))
AGENT = span("desk", 0, 5, {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Desk",
                            "gen_ai.conversation.id": "talk 1"})  # fmt: skip

WAITS = {"tool": {"name": "move"}, "run_item": {"type": "tool_approval_item", "tool_name": "move",
         "raw_item": {"call_id": "c1", "name": "move", "type": "function_call"}}}  # fmt: skip


def one(tmp_path: Path, *requests: Any) -> Session:
    trace = opened(tmp_path / "t", *requests)
    assert trace.format_title.startswith("OpenTelemetry spans"), trace.format_title
    assert len(trace.session_ids) == 1, trace.session_ids
    return trace.session(0)


def kinds(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


def paired(session: Session) -> list[tuple[str | None, Any]]:
    """Return what each decision chose, with what came of it."""
    out = []
    for decision in session.decisions:
        result = session.record(decision.result) if decision.result is not None else None
        out.append(
            (session.chosen(decision).tool, result.result if isinstance(result, rec.ToolResult) else None)
        )
    return out


class TestTheStory:
    def test_spans_that_ended_first_come_first_and_are_told_in_their_true_order(self, tmp_path: Path) -> None:
        session = one(tmp_path, *(request(each) for each in (FIRST, RUN, LAST, AGENT)))
        assert kinds(session) == ["trace", "message", "context", "decision", "tool_call", "tool_result", "context",
                                  "decision", "message", "otel:agent"]  # fmt: skip
        assert paired(session) == [("move", {"moved": True}), (None, None)]

    @pytest.mark.parametrize("order", [(3, 2, 1, 0), (1, 3, 0, 2)])
    def test_the_order_of_the_file_does_not_matter(self, tmp_path: Path, order: tuple[int, ...]) -> None:
        spans = [FIRST, RUN, LAST, AGENT]
        session = one(tmp_path, request(*(spans[index] for index in order)))
        assert paired(session) == [("move", {"moved": True}), (None, None)]

    def test_the_header_says_who_it_was(self, tmp_path: Path) -> None:
        header = one(tmp_path, request(FIRST, AGENT)).header
        assert header is not None
        assert (header.agent_name, header.request_model, header.trace_id) == ("Desk", "m-1", TRACE)
        assert header.conversation_id == "talk 1"

    def test_the_context_is_what_was_sent_and_each_message_is_one_record(self, tmp_path: Path) -> None:
        session = one(tmp_path, request(FIRST, RUN, LAST))
        contexts = [e.record for e in session.entries if isinstance(e.record, rec.Context)]
        assert [context.input_tokens for context in contexts] == [40, 40]
        refs = [[session.entry(item.ref) for item in context.items] for context in contexts]
        assert [[entry.record.kind if entry else None for entry in each] for each in refs] == [
            ["message"],
            ["message", "tool_call", "tool_result"],
        ]

    def test_what_a_tool_span_says_of_its_success(self, tmp_path: Path) -> None:
        for status, wanted in (
            ({}, None),
            ({"code": 1}, "ok"),
            ({"code": "STATUS_CODE_ERROR", "message": "no"}, "error"),
        ):
            session = one(tmp_path, request(FIRST, {**RUN, "status": status}))
            record = session.record(session.decisions[0].result or 0)
            assert isinstance(record, rec.ToolResult)
            assert record.status == wanted

    def test_a_tool_that_failed_without_a_result_shows_why(self, tmp_path: Path) -> None:
        wrong = {
            "name": "exception",
            "attributes": [{"key": "exception.message", "value": {"stringValue": "no route"}}],
        }
        run = tool(
            "run", 2, "move", {"order": 7, "to": "2 Quay Street"}, None, status={"code": 2}, events=[wrong]
        )
        session = one(tmp_path, request(FIRST, run))
        assert paired(session) == [("move", "no route")]

    def test_calls_without_ids_are_paired_by_name_and_arguments(self, tmp_path: Path) -> None:
        parts = [*called("a", {"n": 1}, None)["parts"], *called("a", {"n": 2}, None)["parts"]]
        two = chat("first", 1, [ASK], [{"role": "assistant", "parts": parts}])
        runs = [tool("run 2", 2.5, "a", {"n": 2}, "two"), tool("run 1", 2.6, "a", {"n": 1}, "one")]
        later = chat("last", 4, [ASK, answered(None, "one"), answered(None, "two")], [DONE])
        session = one(tmp_path, request(two, *runs, later))
        assert paired(session) == [("a", "one"), ("a", "two"), (None, None)]
        assert kinds(session).count("tool_result") == 2, (
            "the results that were sent on are the ones that came"
        )

    def test_the_results_stand_in_the_messages_where_no_tool_was_traced(self, tmp_path: Path) -> None:
        assert paired(one(tmp_path, request(FIRST, LAST)))[0] == ("move", {"moved": True})

    def test_a_run_that_no_answer_chose_is_a_choice_of_its_own(self, tmp_path: Path) -> None:
        session = one(tmp_path, request(RUN, AGENT))
        assert paired(session) == [("move", {"moved": True})]
        warnings = [plain(each) for each in opened(tmp_path / "t", request(RUN, AGENT)).warnings]
        assert warnings[0].startswith("no span of a call of a model")

    def test_several_choices_are_a_margin_of_votes(self, tmp_path: Path) -> None:
        more = {"gen_ai.request.choice.count": 3, "gen_ai.response.finish_reasons": ["stop"] * 3}
        choices = [MOVE, said("assistant", "No."), MOVE]
        session = one(tmp_path, request(chat("first", 1, [ASK], choices, more=more)))
        record = session.record(session.decisions[0].entry)
        assert isinstance(record, rec.Decision)
        assert record.margin is not None
        assert (record.margin.measure, record.margin.k) == ("votes", 3)
        assert [(one.tool, one.reply, one.value) for one in record.margin.candidates] == [
            ("move", None, 2),
            (None, "No.", 1),
        ]

    def test_several_messages_of_one_answer_are_one_step(self, tmp_path: Path) -> None:
        session = one(tmp_path, request(chat("first", 1, [ASK], [said("assistant", "I will."), MOVE])))
        assert [session.chosen(d).tool for d in session.decisions] == ["move"]

    def test_system_instructions_come_first_and_tools_are_named(self, tmp_path: Path) -> None:
        more = {"gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
                "gen_ai.tool.definitions": json.dumps([{"type": "function", "name": "move"}])}  # fmt: skip
        session = one(tmp_path, request(chat("first", 1, [ASK], [MOVE], more=more)))
        assert [e.record.role for e in session.entries if isinstance(e.record, rec.Message)] == [
            "system",
            "user",
        ]
        record = session.record(session.decisions[0].entry)
        assert isinstance(record, rec.Decision)
        assert record.tools_offered == ["move"]

    def test_a_call_of_a_model_that_failed_is_kept_with_what_it_was_sent(self, tmp_path: Path) -> None:
        session = one(
            tmp_path,
            request(chat("first", 1, [ASK], None, status={"code": 2, "message": "too many requests"})),
        )
        assert kinds(session) == ["trace", "message", "context", "otel:model call without an answer"]
        assert "too many requests" in json.dumps(rec.extras(session.record(3)))


class TestAgents:
    def test_an_agent_tells_what_no_call_of_a_model_tells(self, tmp_path: Path) -> None:
        own = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Desk"}
        outer = span("desk", 0, 9, {"gen_ai.operation.name": "invoke_workflow", **messages([ASK], [DONE])})
        inner = span("agent", 1, 8, own | messages([ASK], [DONE]), parentSpanId=ident("desk"))
        session = one(tmp_path, request(inner, outer))
        assert kinds(session) == ["trace", "message", "decision", "message", "otel:agent", "otel:agent"]

    def test_a_call_that_an_agent_ended_with_goes_out_when_its_tool_runs(self, tmp_path: Path) -> None:
        own = {"gen_ai.operation.name": "invoke_workflow", "gen_ai.conversation.id": "talk 1"}
        first = span("one", 0, 1, own | messages([ASK], [MOVE]))
        later = span("two", 5, 9, own | messages(None, [DONE]), traceId=TRACE[::-1])
        run = {**RUN, "traceId": TRACE[::-1], "parentSpanId": ident("two"), "startTimeUnixNano": nano(6)}
        session = one(tmp_path, request(first), request(run), request(later))
        assert kinds(session) == ["trace", "message", "decision", "otel:agent", "tool_call", "tool_result", "decision",
                                  "message", "otel:agent"]  # fmt: skip
        assert paired(session) == [("move", {"moved": True}), (None, None)]

    def test_an_agent_that_repeats_the_calls_that_ran_chose_nothing_new(self, tmp_path: Path) -> None:
        own = {"gen_ai.operation.name": "invoke_agent"}
        session = one(tmp_path, request(RUN, span("desk", 0, 5, own | messages([ASK], [MOVE]))))
        assert paired(session) == [("move", {"moved": True})]

    def test_an_agent_that_a_tool_started_is_a_session_of_its_own(self, tmp_path: Path) -> None:
        helper = span("helper", 2.1, 2.4, {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Map"},
                      parentSpanId=ident("run"))  # fmt: skip
        inside = chat("inside", 2.2, [said("user", "Where is 2 Quay Street?")], [said("assistant", "North.")],
                      parentSpanId=ident("helper"))  # fmt: skip
        trace = opened(tmp_path / "t", request(FIRST, inside, helper, RUN, LAST, AGENT))
        assert trace.session_ids == ["talk 1", f"talk 1 / Map ({ident('run')})"]
        assert paired(trace.session(0)) == [("move", {"moved": True}), (None, None)]
        header = trace.session(1).header
        assert header is not None
        assert header.agent_name == "Map"
        assert rec.extras(header)["source"]["started by a tool of"] == {
            "session": "talk 1",
            "span": ident("run"),
        }


class TestSpansInOneAnother:
    """A framework's span of a call of a model, around that of the client that makes it."""

    OUTER = chat("outer", 0.9)

    def test_one_call_of_a_model_is_one_decision(self, tmp_path: Path) -> None:
        both = chat("outer", 0.9, [ASK], [MOVE])
        for outer in (self.OUTER, both):
            inner = {**FIRST, "parentSpanId": ident("outer")}
            session = one(tmp_path, request(inner, outer))
            assert paired(session) == [("move", None)]
            assert kinds(session)[-1] == "otel:model call"

    def test_what_only_the_outer_one_holds_is_told_by_it(self, tmp_path: Path) -> None:
        inner = chat("inner", 1, parentSpanId=ident("first"))
        trace = opened(tmp_path / "t", request(inner, FIRST, AGENT))
        assert paired(trace.session(0)) == [("move", None)]
        assert trace.warnings == []

    def test_two_calls_in_one_are_two(self, tmp_path: Path) -> None:
        inner = [{**each, "parentSpanId": ident("outer")} for each in (FIRST, LAST)]
        session = one(tmp_path, request(*inner, {**self.OUTER, "endTimeUnixNano": nano(5)}))
        assert paired(session) == [("move", {"moved": True}), (None, None)]

    def test_other_spans_are_kept_together(self, tmp_path: Path) -> None:
        web = [span(f"GET /{n}", 1, 2, {"http.route": f"/{n}"}) for n in range(3)]
        session = one(tmp_path, request(FIRST, AGENT, *web))
        assert kinds(session)[-1] == "otel:other spans"
        assert [each["http.route"] for each in rec.extras(session.entries[-1].record)["source"]] == [
            "/0",
            "/1",
            "/2",
        ]


class TestApprovals:
    def test_a_call_that_waited_was_asked_for_and_not_executed(self, tmp_path: Path) -> None:
        waits = tool("waits", 2, "move", {"order": 7, "to": "2 Quay Street"}, WAITS)
        session = one(tmp_path, request(FIRST, waits))
        assert kinds(session)[-2:] == ["proposal", "confirmation"]
        assert "tool_call" not in kinds(session)
        asked = session.entries[-1].record
        assert isinstance(asked, rec.Confirmation)
        assert (asked.op, asked.by, asked.decider) == ("requested", None, None)
        assert asked.covers is not None
        assert asked.covers.arguments == {"order": 7, "to": "2 Quay Street"}

    def test_it_goes_out_when_its_tool_runs_after_all_and_nobody_is_said_to_have_agreed(
        self, tmp_path: Path
    ) -> None:
        waits = tool("waits", 2, "move", {"order": 7, "to": "2 Quay Street"}, WAITS)
        runs = tool("runs", 8, "move", {"order": 7, "to": "2 Quay Street"}, "ok")
        session = one(tmp_path, request(waits), request(runs))
        assert kinds(session) == ["trace", "decision", "proposal", "confirmation", "tool_call", "tool_result"]
        assert paired(session) == [("move", "ok")]

    @pytest.mark.parametrize("kind", ["langgraph.errors.GraphInterrupt", "NodeInterrupt"])
    def test_a_tool_that_an_interrupt_stopped_did_not_fail(self, tmp_path: Path, kind: str) -> None:
        event = {
            "name": "exception",
            "attributes": [{"key": "exception.type", "value": {"stringValue": kind}}],
        }
        stopped = {**RUN, "status": {"code": 2}, "events": [event]}
        session = one(tmp_path, request(FIRST, stopped))
        assert kinds(session)[-1] == "confirmation"
        assert "tool_result" not in kinds(session)


class TestWhereTheMessagesAre:
    DETAILS = "gen_ai.client.inference.operation.details"

    def check(self, session: Session) -> None:
        assert [e.record.content for e in session.entries if isinstance(e.record, rec.Message)] == [
            "Please send order 7 to 2 Quay Street."
        ]
        assert session.chosen(session.decisions[0]) == rec.Chosen(
            tool="move", arguments={"order": 7, "to": "2 Quay Street"}
        )

    def test_in_an_event_beside_the_span(self, tmp_path: Path) -> None:
        held = {"gen_ai.input.messages": [ASK], "gen_ai.output.messages": [MOVE]}
        silent = chat("first", 1)
        self.check(one(tmp_path, logs(log(self.DETAILS, "first", held)), request(silent)))
        trace = opened(tmp_path / "t", logs(log(self.DETAILS, "first", held)), request(silent))
        assert trace.warnings == []
        raw = trace.raw(trace.session(0).entries[1].place)
        assert json.loads(raw)["key"] == "gen_ai.input.messages"

    def test_in_both(self, tmp_path: Path) -> None:
        held = {"gen_ai.input.messages": [ASK], "gen_ai.output.messages": [MOVE]}
        self.check(one(tmp_path, request(FIRST), logs(log(self.DETAILS, "first", held))))

    def test_in_an_event_whose_span_is_not_there(self, tmp_path: Path) -> None:
        held = {
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": [ASK],
            "gen_ai.output.messages": [MOVE],
        }
        self.check(one(tmp_path, logs(log(self.DETAILS, "first", held))))

    def test_in_numbered_attributes(self, tmp_path: Path) -> None:
        more = {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": ASK["parts"][0]["content"],
                "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.finish_reason": "tool_calls",
                "gen_ai.completion.0.tool_calls.0.id": "c1", "gen_ai.completion.0.tool_calls.0.name": "move",
                "gen_ai.completion.0.tool_calls.0.arguments": '{"order": 7, "to": "2 Quay Street"}',
                "llm.request.functions.0.name": "move"}  # fmt: skip
        self.check(one(tmp_path, request(chat("first", 1, more=more))))

    def test_in_one_attribute_each(self, tmp_path: Path) -> None:
        arguments = {"name": "move", "arguments": '{"order": 7, "to": "2 Quay Street"}'}
        answer = {"role": "assistant", "tool_calls": [{"id": "c1", "function": arguments}]}
        more = {"gen_ai.prompt": json.dumps([{"role": "user", "content": ASK["parts"][0]["content"]}]),
                "gen_ai.completion": json.dumps([answer])}  # fmt: skip
        self.check(one(tmp_path, request(chat("first", 1, more=more))))

    def test_in_events_of_the_span(self, tmp_path: Path) -> None:
        call = {"id": "c1", "function": {"name": "move", "arguments": '{"order": 7, "to": "2 Quay Street"}'}}
        events = [("gen_ai.user.message", {"content": ASK["parts"][0]["content"]}),
                  ("gen_ai.choice", {"index": 0, "message": {"role": "assistant", "tool_calls": [call]}})]  # fmt: skip
        listed = [{"name": name, "attributes": span("", 0, 0, held)["attributes"]} for name, held in events]
        self.check(one(tmp_path, request(chat("first", 1, events=listed))))

    def test_in_a_log_record_each(self, tmp_path: Path) -> None:
        call = {"id": "c1", "function": {"name": "move", "arguments": '{"order": 7, "to": "2 Quay Street"}'}}
        choice = {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {"role": "assistant", "tool_calls": [call]},
        }
        records = [log("gen_ai.user.message", "first", {}, {"content": ASK["parts"][0]["content"]}),
                   log("gen_ai.choice", "first", {}, choice)]  # fmt: skip
        self.check(one(tmp_path, logs(*records), request(chat("first", 1))))

    def test_nowhere(self, tmp_path: Path) -> None:
        run = tool("run", 2, "move", None, None)
        trace = opened(tmp_path / "t", request(chat("first", 1), run, AGENT))
        assert plain(trace.warnings[0]).startswith("spans without message content")
        assert trace.fidelity.context.level == "absent"
        session = trace.session(0)
        assert kinds(session) == ["trace", "otel:model call", "tool_call", "tool_result", "otel:agent"]
        result = session.record(3)
        assert "result" not in result.model_fields_set  # type: ignore[union-attr]

    def test_in_some_of_the_spans_only(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", request(FIRST, chat("silent", 5)))
        assert "1 of 2 calls of a model" in plain(trace.warnings[0])
        assert trace.fidelity.context.level == "exact"


class TestLookups:
    def test_ids_and_scores_as_they_are(self, tmp_path: Path) -> None:
        found = json.dumps(
            [{"id": "P-1", "score": 0.5}, {"id": "P-2", "score": None}, {"score": 0.1, "version": 3}]
        )
        held = {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "moves",
            "gen_ai.retrieval.documents": found,
        }
        session = one(tmp_path, request(span("look", 0, 1, held)))
        record = session.record(1)
        assert isinstance(record, rec.Retrieval)
        assert record.query == "moves"
        assert [(d.id, d.score, d.rank) for d in record.documents] == [
            ("P-1", 0.5, 1),
            ("P-2", None, 2),
            ("document 3", 0.1, 3),
        ]
        assert record.documents[2].version is None
        assert record.documents[2].model_extra is not None
        assert record.documents[2].model_extra["version as logged"] == 3

    def test_a_verdict_is_an_outcome(self, tmp_path: Path) -> None:
        held = {"gen_ai.evaluation.name": "politeness", "gen_ai.evaluation.score.label": "fail",
                "gen_ai.evaluation.score.value": 0.2, "gen_ai.evaluation.explanation": "rude"}  # fmt: skip
        session = one(
            tmp_path, request(FIRST), logs(log("gen_ai.evaluation.result", "first", held, second=9))
        )
        outcome = session.outcomes()[0].record
        assert isinstance(outcome, rec.Outcome)
        assert (outcome.grade, outcome.by) == ("fail", "politeness")
        assert "rude" in json.dumps(rec.extras(outcome))


class TestOtherWriters:
    def test_googles_agent_development_kit(self, tmp_path: Path) -> None:
        asked = {"role": "user", "parts": [{"text": ASK["parts"][0]["content"]}]}
        declared = [{"function_declarations": [{"name": "move"}]}]
        sent = {"config": {"system_instruction": "Be brief.", "tools": declared}, "contents": [asked]}
        gave = {
            "content": {
                "role": "model",
                "parts": [{"function_call": {"id": "c1", "name": "move", "args": {"order": 7}}}],
            }
        }
        model = span("call_llm", 1, 2, {"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "m-1",
            "gcp.vertex.agent.llm_request": json.dumps(sent),
            "gcp.vertex.agent.llm_response": json.dumps(gave)})  # fmt: skip
        run = span("execute_tool move", 3, 4, {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "move",
            "gen_ai.tool.call.id": "c1", "gcp.vertex.agent.tool_call_args": '{"order": 7}',
            "gcp.vertex.agent.tool_response": '{"moved": true}'})  # fmt: skip
        session = one(tmp_path, request(model, run))
        assert paired(session) == [("move", {"moved": True})]
        said = [
            (e.record.role, e.record.content) for e in session.entries if isinstance(e.record, rec.Message)
        ]
        assert said == [("system", "Be brief."), ("user", ASK["parts"][0]["content"])]
        record = session.record(session.decisions[0].entry)
        assert isinstance(record, rec.Decision)
        assert record.tools_offered == ["move"]

    def test_jaegers_export(self, tmp_path: Path) -> None:
        def tagged(of: dict[str, Any]) -> dict[str, Any]:
            start, end = int(of["startTimeUnixNano"]) // 1000, int(of["endTimeUnixNano"]) // 1000
            tags = [
                {"key": pair["key"], "value": next(iter(pair["value"].values()))} for pair in of["attributes"]
            ]
            parent = (
                [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": of["parentSpanId"]}]
                if "parentSpanId" in of
                else []
            )
            return {"traceID": TRACE, "spanID": of["spanId"], "operationName": of["name"], "references": parent,
                    "startTime": start, "duration": end - start, "tags": tags, "logs": [],
                    "processID": "p1"}  # fmt: skip

        trace = {"traceID": TRACE, "spans": [tagged(each) for each in (FIRST, RUN, LAST, AGENT)],
                 "processes": {"p1": {"serviceName": "desk"}}}  # fmt: skip
        session = one(tmp_path, {"data": [trace], "total": 0})
        assert session.id == "talk 1"
        assert paired(session) == [("move", {"moved": True}), (None, None)]
        assert "desk" in json.dumps(rec.extras(session.record(0)))

    def test_tempos_export(self, tmp_path: Path) -> None:
        session = one(tmp_path, {"batches": request(FIRST, RUN, LAST, AGENT)["resourceSpans"]})
        assert paired(session) == [("move", {"moved": True}), (None, None)]


class TestShapes:
    @pytest.mark.parametrize("data", [
        lambda every: json.dumps(request(*every)),
        lambda every: json.dumps(request(*every), indent=2),
        lambda every: json.dumps([request(each) for each in every]),
        lambda every: "\n".join(json.dumps(request(each)) for each in every),
        lambda every: json.dumps({"resourceMetrics": []}) + "\n" + json.dumps(request(*every)),
    ])  # fmt: skip
    def test_one_object_an_array_or_lines(self, tmp_path: Path, data: Any) -> None:
        trace = opened(tmp_path / "t", data([FIRST, RUN, LAST, AGENT]).encode())
        assert "talk 1" in trace.session_ids
        assert paired(trace.session(trace.session_ids.index("talk 1"))) == [
            ("move", {"moved": True}),
            (None, None),
        ]

    def test_ids_in_base64(self, tmp_path: Path) -> None:
        def coded(of: dict[str, Any]) -> dict[str, Any]:
            ids = {key: of[key] for key in ("traceId", "spanId", "parentSpanId") if key in of}
            return {**of, **{key: base64.b64encode(bytes.fromhex(one)).decode() for key, one in ids.items()}}

        trace = opened(tmp_path / "t", request(*(coded(each) for each in (FIRST, RUN, LAST, AGENT))))
        assert trace.session_ids == ["talk 1"]
        assert trace.warnings == []
        header = trace.session(0).header
        assert header is not None
        assert header.trace_id == TRACE

    def test_sessions_are_conversations_or_else_traces_the_earliest_first(self, tmp_path: Path) -> None:
        other = chat("other", 0.5, [ASK], [DONE], traceId="f" * 32)
        trace = opened(tmp_path / "t", request(FIRST, AGENT), request(other))
        assert trace.session_ids == ["talk 1", "f" * 32]

    def test_a_missing_parent_is_told(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", request(FIRST))
        assert "1 spans are below a span that is not in this file" in plain(trace.warnings[0])

    def test_spans_of_a_program_that_is_no_agent_are_named_and_not_read(self, tmp_path: Path) -> None:
        with pytest.raises(TraceError, match="no agent"):
            opened(tmp_path / "t", request(span("GET /", 0, 1, {"http.route": "/"})))

    def test_agents_behind_many_other_spans_are_found(self, tmp_path: Path) -> None:
        others = [
            request(span(f"GET {n}", n, n + 1, {"http.route": "/"}, traceId="e" * 32)) for n in range(30)
        ]
        trace = opened(tmp_path / "t", *others, request(FIRST), request(AGENT))
        assert paired(trace.session(trace.session_ids.index("talk 1"))) == [("move", None)]

    def test_only_other_spans_in_a_long_file(self, tmp_path: Path) -> None:
        trace = opened(
            tmp_path / "t", *(request(span(f"GET {n}", n, n + 1, {"http.route": "/"})) for n in range(30))
        )
        assert plain(trace.warnings[0]) == "no span of an agent or a model in this file"

    def test_broken_lines_and_odd_pieces_are_shown(self, tmp_path: Path) -> None:
        odd = request(FIRST)
        odd["resourceSpans"][0]["scopeSpans"][0]["spans"] += [7, None]
        trace = opened(tmp_path / "t", odd, b"{nonsense\n", {"resourceSpans": 5}, {"x": 1})
        every = [kind for index in range(len(trace.session_ids)) for kind in kinds(trace.session(index))]
        assert every.count("unparsed") == 5
        assert every.count("decision") == 1

    @pytest.mark.parametrize(
        "odd", [5, "x", "[", "[5]", '[{"role": 5}]', '{"role": "user"}', '[{"parts": []}]', "null"]
    )
    def test_messages_that_are_none_are_shown_or_kept(self, tmp_path: Path, odd: Any) -> None:
        session = one(
            tmp_path,
            request(chat("first", 1, more={"gen_ai.input.messages": odd, "gen_ai.output.messages": odd})),
        )
        assert str(odd)[:2].strip('"[') in json.dumps([str(entry.record) for entry in session.entries])


def test_the_raw_piece_is_the_piece_of_the_file(tmp_path: Path) -> None:
    trace = opened(tmp_path / "t", request(FIRST, RUN), request(LAST))
    session = trace.session(0)
    raws = {entry.record.kind: json.loads(trace.raw(entry.place)) for entry in session.entries[:6]}
    assert raws["context"]["key"] == raws["message"]["key"] == "gen_ai.input.messages"
    assert raws["decision"]["key"] == "gen_ai.output.messages"
    assert raws["tool_result"]["key"] == "gen_ai.tool.call.result"
    assert raws["trace"]["name"] == "first"
