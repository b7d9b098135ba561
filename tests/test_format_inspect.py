"""Inspect logs: what a sample's events become, what an archive's members become, and what real logs hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from format_laws import check_places, counts, lost, survive, values
from inspect_samples import (
    ASKED,
    SYSTEM,
    Raw,
    answer,
    approval,
    archive,
    called,
    log,
    model,
    said,
    sample,
    span,
    tool,
)
from trace_samples import SHARED, write

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

TRACES = SHARED / "traces"


def read(path: Path, *samples: Any, **fields: Any) -> Trace:
    return Trace(write(path / "log.json", json.dumps(log(*samples, **fields)).encode()))


def told(path: Path, *events: Any, **fields: Any) -> Session:
    """Read one sample of these events."""
    return read(path, sample(*events, **fields)).session(0)


def of(session: Session, kind: str) -> list[Any]:
    return [entry.record for entry in session.entries if entry.record.kind == kind]


def order(session: Session) -> list[str]:
    return [entry.record.kind for entry in session.entries]


class TestModelCalls:
    def test_a_call_goes_out_when_its_tool_runs(self, tmp_path: Path) -> None:
        events = [
            model(called(), SYSTEM, ASKED),
            tool(),
            model(said(), SYSTEM, ASKED, called(), answer()),
        ]
        session = told(tmp_path, *events)
        assert order(session) == [
            "trace", "message", "message", "context", "decision", "tool_call", "tool_result",
            "context", "decision", "message", "end",
        ]  # fmt: skip
        assert [d.number for d in session.decisions] == ["1.1", "1.2"]
        first, last = of(session, "context")
        assert [item.ref for item in first.items] == ["m1", "m2"] and first.input_tokens == 7
        assert [session.entry(item.ref).record.kind for item in last.items] == [  # type: ignore[union-attr]
            "message", "message", "decision", "tool_result",
        ]  # fmt: skip
        assert session.decisions[0].result is not None

    def test_pooled_messages_are_the_context(self, tmp_path: Path) -> None:
        event = {**model(said()), "input_refs": [[0, 1], [2, 3]]}
        pool = {"messages": [SYSTEM, said("not sent"), ASKED], "calls": []}
        trace = read(tmp_path, sample(event, events_data=pool))
        (context,) = of(trace.session(0), "context")
        heard = [trace.session(0).entry(item.ref) for item in context.items]
        assert [entry.place.pointer for entry in heard if entry] == [
            "/samples/0/events_data/messages/0",
            "/samples/0/events_data/messages/2",
        ]

    def test_a_pool_of_the_sample_itself(self, tmp_path: Path) -> None:
        session = told(tmp_path, {**model(said()), "input_refs": [[0, 1]]}, message_pool=[ASKED], call_pool=3)
        assert len(of(session, "context")[0].items) == 1

    def test_where_the_input_was_not_recorded_the_conversation_is(self, tmp_path: Path) -> None:
        events = [model(called()), tool(), model(said())]
        session = told(tmp_path, *events, messages=[ASKED, called(), answer(), said()])
        assert order(session) == [
            "trace", "message", "decision", "tool_call", "tool_result", "decision", "message", "end",
        ]  # fmt: skip

    def test_attachments_stand_where_they_are_named(self, tmp_path: Path) -> None:
        asked = {**ASKED, "content": "attachment://ab"}
        session = told(tmp_path, model(said(), asked), attachments={"ab": "Move all of it.", "cd": "loose"})
        assert of(session, "message")[0].content == "Move all of it."
        assert of(session, "inspect:attachments")[0].source == {"cd": "loose"}

    def test_what_a_solver_says_is_not_the_user(self, tmp_path: Path) -> None:
        nudge = {"id": "n", "role": "user", "content": "Please proceed."}
        session = told(tmp_path, model(said("a"), ASKED), model(said("b"), ASKED, said("a"), nudge))
        assert [m.role for m in of(session, "message")] == ["user", "assistant", "harness", "assistant"]
        assert {d.turn for d in session.decisions} == {1}

    def test_without_sources_a_user_is_a_user(self, tmp_path: Path) -> None:
        user = {"role": "user", "content": "hi"}
        assert [m.role for m in of(told(tmp_path, model(said(), user)), "message")] == ["user", "assistant"]

    def test_a_result_that_only_the_next_call_shows(self, tmp_path: Path) -> None:
        session = told(tmp_path, model(called(), ASKED), model(said(), ASKED, called(), answer()))
        assert session.decisions[0].call is not None and session.decisions[0].result is not None

    def test_a_call_that_never_ran_has_none(self, tmp_path: Path) -> None:
        session = told(tmp_path, model(called(), ASKED))
        assert not of(session, "tool_call") and session.decisions[0].call is None

    def test_a_failed_model_call_is_kept(self, tmp_path: Path) -> None:
        session = told(tmp_path, model(None, ASKED, error="overloaded"))
        assert not session.decisions and of(session, "inspect:model")[0].source["error"] == "overloaded"

    def test_a_grader_is_not_the_agent(self, tmp_path: Path) -> None:
        graded = model(said("GRADE: C"), {"role": "user", "content": "Compare."}, span_id="s2")
        events = [
            model(said(), ASKED),
            span("all", "scorers", "s1"),
            span("fact", "scorer", "s2", "s1"),
            graded,
        ]
        session = told(tmp_path, *events)
        assert len(session.decisions) == 1
        assert of(session, "inspect:scorer-model")[0].source["by"] == "fact"

    def test_a_sub_agent_has_its_name_and_no_user(self, tmp_path: Path) -> None:
        events = [
            span("lead", "agent", "a"),
            model(called("ask"), ASKED, span_id="a"),
            span("ask", "tool", "t", "a"),
            tool(function="ask", span_id="a"),
            span("helper", "agent", "b", "t"),
            model(
                said("found"),
                {"id": "x", "role": "user", "content": "Find it", "source": "input"},
                span_id="b",
            ),
            {"event": "span_end", "id": "b"},
            {"event": "span_end", "id": "t"},
        ]
        session = told(tmp_path, *events)
        assert [d.agent for d in of(session, "decision")] == ["lead", "helper"]
        assert [m.role for m in of(session, "message")] == ["user", "harness", "assistant"]
        assert order(session)[-5:] == ["decision", "message", "tool_result", "inspect:steps", "end"]

    def test_events_inside_a_tool_of_an_old_log_are_read(self, tmp_path: Path) -> None:
        inner = {"event": "info", "data": "inside"}
        session = told(tmp_path, model(called(), ASKED), tool(events=[inner]))
        entry = next(e for e in session.entries if e.record.kind == "inspect:info")
        assert entry.place.pointer == "/samples/0/events/1/events/0"

    def test_a_log_without_events_tells_the_conversation(self, tmp_path: Path) -> None:
        late = answer(error={"type": "timeout", "message": "late"})
        session = told(tmp_path, messages=[SYSTEM, ASKED, called(), late, said()])
        assert [d.result is not None for d in session.decisions] == [True, False]
        assert of(session, "tool_result")[0].status == "timeout"
        assert not of(session, "context")
        assert Trace(tmp_path / "log.json").fidelity.context.level == "rebuilt"
        assert read(tmp_path, sample(model(said(), ASKED))).fidelity.context.level == "exact"

    def test_what_came_after_the_last_choice_is_told(self, tmp_path: Path) -> None:
        session = told(tmp_path, model(called(), ASKED), messages=[ASKED, called(), answer()])
        assert session.decisions[0].result is not None

    def test_log_probabilities_are_a_margin(self, tmp_path: Path) -> None:
        top = [{"token": "Yes", "logprob": -0.1}, {"token": "No", "logprob": -2.5}]
        event = model(said("Yes"), ASKED)
        event["output"]["choices"][0]["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
        (decision,) = of(told(tmp_path, event), "decision")
        assert decision.margin.measure == "logprob"
        assert [candidate.value for candidate in decision.margin.candidates] == [-0.1, -2.5]
        assert of(told(tmp_path, model(said("Yes"), ASKED)), "decision")[0].margin is None

    def test_several_answers_are_votes(self, tmp_path: Path) -> None:
        event = model(said("Yes"), ASKED)
        event["output"]["choices"] += [{"message": said("No")}, {"message": said("Yes")}]
        (decision,) = of(told(tmp_path, event), "decision")
        assert (decision.margin.measure, decision.margin.k) == ("votes", 3)
        assert len(rec.extras(decision)["source"]["other_choices"]) == 2

    def test_requests_repeat_nothing(self, tmp_path: Path) -> None:
        long = {"role": "user", "content": "x" * 200}
        events = [
            model(said(), ASKED, call={"request": {"messages": [long]}, "response": {}}) for _ in range(2)
        ]
        made = of(told(tmp_path, *events), "decision")
        first, second = [rec.extras(decision)["source"]["call"] for decision in made]
        assert first["request"]["messages"] == [long]
        assert second["request"]["messages"] == [{"same as": "/samples/0/events/0/call/request/messages/0"}]


class TestApprovals:
    def test_a_yes_stands_between_the_choice_and_the_call(self, tmp_path: Path) -> None:
        events = [model(called(), ASKED), approval("approve", explanation="fine"), tool()]
        session = told(tmp_path, *events)
        kinds = order(session)
        assert kinds[kinds.index("decision") :][:5] == [
            "decision", "proposal", "confirmation", "tool_call", "tool_result",
        ]  # fmt: skip
        (yes,) = of(session, "confirmation")
        assert (yes.op, yes.by, yes.decider, yes.scope, yes.answers) == (
            "given",
            "human",
            "human",
            "once",
            "p1",
        )
        assert yes.covers.tool == "move" and yes.covers.arguments == {"order": "K-1"}
        assert [quote.quote for quote in yes.evidence] == ["fine"]

    @pytest.mark.parametrize("decision", ["reject", "terminate"])
    def test_a_no_is_answered_but_nothing_is_called(self, tmp_path: Path, decision: str) -> None:
        refused = tool(result="", error={"type": "approval", "message": "too much"})
        session = told(
            tmp_path, model(called(), ASKED), approval(decision), refused, model(said("I see."), ASKED)
        )
        assert of(session, "confirmation")[0].op == "declined"
        assert not of(session, "tool_call")
        first, second = session.decisions
        assert first.result is not None and first.call is None and first.text is None
        assert second.text is not None
        result = of(session, "tool_result")[0]
        assert (result.status, result.result) == ("error", "too much")

    def test_a_changed_call_is_what_was_agreed_and_what_ran(self, tmp_path: Path) -> None:
        changed = {"id": "c1", "function": "move", "arguments": {"order": "K-2"}}
        session = told(tmp_path, model(called(), ASKED), approval("modify", modified=changed), tool())
        assert of(session, "confirmation")[0].covers.arguments == {"order": "K-2"}
        assert of(session, "proposal")[0].arguments == {"order": "K-1"}
        (call,) = of(session, "tool_call")
        assert call.arguments == {"order": "K-2"} and rec.extras(call)["source"]["before"]["arguments"] == {
            "order": "K-1"
        }

    def test_to_pass_it_on_is_no_grant(self, tmp_path: Path) -> None:
        events = [approval("escalate", approver="auto"), approval("approve", approver="human"), tool()]
        session = told(tmp_path, model(called(), ASKED), *events)
        assert [(c.op, c.by) for c in of(session, "confirmation")] == [
            ("requested", None),
            ("given", "human"),
        ]
        assert len(of(session, "proposal")) == 1

    def test_an_unknown_decision_is_kept(self, tmp_path: Path) -> None:
        session = told(tmp_path, model(called(), ASKED), approval("ponder"))
        assert (
            not of(session, "confirmation")
            and of(session, "inspect:approval")[0].source["decision"] == "ponder"
        )


class TestScores:
    @pytest.mark.parametrize(
        ("value", "grade", "scale"),
        [
            ("C", "pass", None),
            ("I", "fail", None),
            ("P", "P", None),
            ("N", "N", None),
            (True, "pass", None),
            (0.5, 0.5, [0.0, 1.0]),
            (7, 7.0, None),
            ("yes", "yes", None),
            (None, None, None),
            ("NaN", None, None),
        ],
    )
    def test_grades(self, tmp_path: Path, value: Any, grade: Any, scale: Any) -> None:
        run = {**log()["eval"], "scorers": [{"name": "match", "metrics": [{"name": "inspect_ai/accuracy"}]}]}
        one = sample(scores={"match": {"value": value, "answer": "a"}})
        (outcome,) = of(read(tmp_path, one, eval=run).session(0), "outcome")
        assert (outcome.grade, outcome.scale, outcome.by) == (grade, scale, "match")
        assert (outcome.case, outcome.expected, outcome.output) == ("1", "done", "a")

    def test_a_number_of_another_scorer_has_no_scale(self, tmp_path: Path) -> None:
        (outcome,) = of(told(tmp_path, scores={"risk": {"value": 0.5}}), "outcome")
        assert outcome.scale is None

    def test_many_values_are_many_outcomes(self, tmp_path: Path) -> None:
        session = told(tmp_path, scores={"all": {"value": {"a": "C", "b": 2}}})
        assert [(o.by, o.grade) for o in of(session, "outcome")] == [("all/a", "pass"), ("all/b", 2)]

    def test_a_score_on_the_way_is_no_outcome(self, tmp_path: Path) -> None:
        passed, failed = {"value": "C"}, {"value": "I"}
        events = [
            {"event": "score", "score": failed, "intermediate": True},
            {"event": "score", "score": failed, "intermediate": False},
            {"event": "score", "score": passed, "intermediate": False, "scorer": "match"},
        ]
        session = told(tmp_path, *events, scores={"match": passed})
        assert [o.grade for o in of(session, "outcome")] == ["pass"]
        assert len(of(session, "inspect:score")) == 2

    def test_nan_does_not_make_a_log_unreadable(self, tmp_path: Path) -> None:
        text = json.dumps(log(sample(model(said(), ASKED), scores={"match": {"value": float("nan")}})))
        assert "NaN" in text
        session = Trace(write(tmp_path / "log.json", text.encode())).session(0)
        assert len(session.decisions) == 1 and of(session, "outcome")[0].grade is None


class TestTheRest:
    def test_other_events_are_kept_where_they_happened(self, tmp_path: Path) -> None:
        events = [
            model(said("a"), ASKED),
            {"event": "compaction", "type": "trim", "tokens_before": 9, "tokens_after": 4},
            {"event": "sample_limit", "type": "token", "message": "enough"},
            {"event": "state", "changes": [{"op": "add", "path": "/messages/1", "value": said("a")}]},
        ]
        session = told(tmp_path, *events, limit={"type": "token", "limit": 4}, error=None)
        (compaction,) = of(session, "compaction")
        assert (compaction.tokens_before, compaction.tokens_after) == (9, 4)
        assert order(session).index("compaction") < order(session).index("inspect:sample_limit")
        (steps,) = of(session, "inspect:steps")
        assert steps.source[0]["changes"][0]["value"] == {"message": "m-a", "role": "assistant"}
        assert of(session, "end")[0].status == "limit"

    def test_bad_events_are_visible_rows(self, tmp_path: Path) -> None:
        events = [None, 3, {"event": 4}, model(said(), ASKED, "x"), model({"role": 3}, ASKED)]  # type: ignore[arg-type]
        session = told(tmp_path, *events)
        assert len(of(session, "unparsed")) == 4 and len(session.decisions) == 1

    def test_a_log_without_samples_opens_and_says_so(self, tmp_path: Path) -> None:
        trace = read(tmp_path, status="cancelled", error={"message": "stopped"})
        assert "no samples" in str(trace.warnings) and "cancelled" in str(trace.warnings)
        assert of(trace.session(0), "inspect:error")

    def test_samples_that_are_none(self, tmp_path: Path) -> None:
        trace = read(tmp_path, None, 3, sample(epoch=2), sample(epoch=2), sample(events={}, messages=3))
        assert trace.session_ids[2:4] == ["sample 1 epoch 2", "sample 1 epoch 2 #2"]
        assert [trace.session(n).record(0).kind for n in range(5)] == [
            "unparsed",
            "unparsed",
            "trace",
            "trace",
            "trace",
        ]


class TestArchives:
    def members(self, **more: Any) -> Raw:
        header = {key: value for key, value in log().items() if key != "samples"}
        one = {
            f"samples/{n}_epoch_{e}.json": sample(model(said(), ASKED), id=n, epoch=e)
            for n in (10, 2)
            for e in (2, 1)
        }
        return {
            "_journal/start.json": {"version": 2, "eval": log()["eval"]},
            **one,
            "header.json": header,
            **more,
        }

    def test_samples_in_order_of_their_ids(self, tmp_path: Path) -> None:
        trace = Trace(archive(tmp_path / "a.eval", self.members()))
        assert trace.session_ids == [f"sample {n} epoch {e}" for n in (2, 10) for e in (1, 2)]
        assert counts(trace)["decisions"] == 4
        check_places(trace)
        assert trace.session(0).header.request_model == "acme/m"  # type: ignore[union-attr]

    def test_a_sample_is_read_when_it_is_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from nalyqor_tui.trace.archive import Archive

        asked: list[str] = []
        source = Archive.source
        monkeypatch.setattr(Archive, "source", lambda self, name: (asked.append(name), source(self, name))[1])
        trace = Trace(archive(tmp_path / "a.eval", self.members()))
        assert not [name for name in asked if name.startswith("samples/")]
        trace.session(1)
        assert {name for name in asked if name.startswith("samples/")} == {"samples/2_epoch_2.json"}

    def test_a_broken_sample_is_a_visible_row(self, tmp_path: Path) -> None:
        trace = Trace(archive(tmp_path / "a.eval", self.members(**{"samples/2_epoch_1.json": "{torn"})))
        assert trace.session(0).record(0).kind == "unparsed" and len(trace.session(1).decisions) == 1

    def test_a_run_that_goes_on(self, tmp_path: Path) -> None:
        members = self.members()
        del members["header.json"]
        summary = [
            {"id": 2, "epoch": 1},
            {"id": 3, "epoch": 1, "input": "x", "scores": {"match": {"value": "C"}}},
        ]
        members["_journal/summaries/1.json"] = summary
        trace = Trace(archive(tmp_path / "a.eval", members))
        assert "no header yet" in str(trace.warnings)
        assert trace.session_ids[-1] == "sample 3 epoch 1" and len(trace.session_ids) == 5
        assert of(trace.session(4), "outcome")[0].grade == "pass"
        check_places(trace)

    def test_a_cut_archive_gives_what_is_whole(self, tmp_path: Path) -> None:
        data = archive(tmp_path / "a.eval", self.members()).read_bytes()
        cut = write(
            tmp_path / "b.eval", data[: data.rindex(b"samples/2_epoch_1.json", 0, data.index(b"header.json"))]
        )
        trace = Trace(cut)
        assert "cut short" in str(trace.warnings)
        assert counts(trace)["decisions"] >= 3

    def test_a_sample_in_chunks(self, tmp_path: Path) -> None:
        at = "samples/1_epoch_1"
        shell = {key: value for key, value in sample().items() if key not in ("events", "messages")}
        members = {
            "header.json": log(),
            f"{at}/sample.json": {**shell, "message_refs": [[0, 2]]},
            f"{at}/metadata.json": {"kind": "moves"},
            f"{at}/messages/0.json": [{**ASKED, "content": "attachment://0"}],
            f"{at}/messages/1.json": [said()],
            f"{at}/events/0.json": [{**model(said()), "input_refs": [[0, 1]]}],
            f"{at}/events/stats.json": {"chunks": []},
            f"{at}/attachments/0.json": ["Move order K-1."],
        }
        trace = Trace(archive(tmp_path / "a.eval", members))
        session = trace.session(0)
        assert [m.content for m in of(session, "message")] == ["Move order K-1.", "Done."]
        assert session.header.model_extra["source"]["sample"]["metadata"] == {"kind": "moves"}  # type: ignore
        check_places(trace)

    def test_reductions_stand_with_their_sample(self, tmp_path: Path) -> None:
        listed = [
            {"scorer": "match", "samples": [{"value": 0.5, "sample_id": 2}, {"value": 1, "sample_id": 10}]}
        ]
        trace = Trace(archive(tmp_path / "a.eval", self.members(**{"reductions.json": listed})))
        (kept,) = of(trace.session(3), "inspect:reduction")
        assert kept.source == {"scorer": "match", "score": {"value": 1, "sample_id": 10}}


@pytest.mark.skipif(not TRACES.exists(), reason="the shared traces are not here")
class TestRealLogs:
    def open(self, name: str) -> Trace:
        trace = Trace(TRACES / name)
        assert trace.format_title == "Inspect log"
        return trace

    def test_a_capture_the_flag_run(self) -> None:
        """Counted in the file by themselves: model and tool events, and the messages of the tools."""
        trace = self.open("inspect-json/docent_ctf.json")
        (whole,) = values(TRACES / "inspect-json/docent_ctf.json")
        events = [event for one in whole["samples"] for event in one["events"]]
        number = {kind: sum(event["event"] == kind for event in events) for kind in ("model", "tool")}
        assert number == {"model": 11, "tool": 11}
        found = counts(trace)
        assert (found["decisions"], found["calls"], found["results"], found["paired"]) == (11, 11, 11, 11)
        assert (found["sessions"], found["unparsed"], found["confirmations"]) == (2, 0, 0)
        for session, one in zip(map(trace.session, (0, 1)), whole["samples"], strict=True):
            wanted = [(e["function"], e["arguments"]) for e in one["events"] if e["event"] == "tool"]
            assert [
                (session.chosen(d).tool, session.chosen(d).arguments) for d in session.decisions
            ] == wanted
            shown = [m["tool_call_id"] for m in one["messages"] if m["role"] == "tool"]
            assert [session.record(d.result).call for d in session.decisions] == shown  # type: ignore
        assert [of(trace.session(n), "outcome")[0].grade for n in (0, 1)] == ["pass", "fail"]
        check_places(trace)
        names = {
            leaf for leaf in lost(trace, whole) if not leaf.startswith("attachment://")
        }  # put in their place
        assert not names

    def test_an_approval_given_and_one_declined(self) -> None:
        for name in (
            "inspect-json/GENERATED_approval_logprobs.json",
            "inspect-eval/GENERATED_approval_logprobs.eval",
        ):
            session = self.open(name).session(0)
            decided = [(c.op, c.by, c.covers.arguments["amount"]) for c in of(session, "confirmation")]
            assert decided == [("declined", "policy_approver", 900.0), ("given", "policy_approver", 100.0)]
            assert [c.arguments["amount"] for c in of(session, "tool_call")] == [100.0]
            assert all(d.result is not None for d in session.decisions[:2])
            margins = [decision.margin for decision in of(session, "decision")]
            assert margins[:2] == [None, None]
            assert [candidate.value for candidate in margins[2].candidates] == [-0.11, -2.4]

    def test_graders_do_not_count(self) -> None:
        trace = self.open("inspect-json/2025-05-12T20-28-26-04-00_security-guide.json")
        assert (counts(trace)["sessions"], counts(trace)["decisions"]) == (3, 3)
        assert sum(len(of(trace.session(n), "inspect:scorer-model")) for n in range(3)) == 3
        (whole,) = values(trace.path)
        assert not [leaf for leaf in lost(trace, whole) if not leaf.startswith("attachment://")]

    def test_a_hundred_samples(self) -> None:
        """The figures of the log itself: header.json's results count the samples and their share of passes."""
        trace = self.open("inspect-eval/2025-09-23T08-09-58-04-00_popularity_DN2wbX2ZvACsBpjwptzBRo.eval")
        grades = [of(trace.session(n), "outcome")[0].grade for n in range(100)]
        log_says = trace.session(0).header.model_extra["source"]["results"]  # type: ignore[union-attr]
        assert log_says["completed_samples"] == len(trace.session_ids) == 100
        assert grades.count("pass") / 100 == log_says["scores"][0]["metrics"]["accuracy"]["value"]

    @pytest.mark.parametrize("folder", ["inspect-eval", "inspect-json"])
    def test_every_file(self, folder: str) -> None:
        for path in sorted((TRACES / folder).iterdir()):
            trace = self.open(f"{folder}/{path.name}")
            for index in range(min(3, len(trace.session_ids))):
                session = trace.session(index)
                assert not of(session, "unparsed")
                assert session.decisions or "no samples" in str(trace.warnings)

    @pytest.mark.parametrize(
        "name",
        [
            "inspect-json/GENERATED_approval_logprobs.json",
            "inspect-eval/log_streaming.eval",
            "inspect-json/log_read_sample.json",
        ],
    )
    def test_mutants(self, name: str) -> None:
        assert survive(TRACES / name, 25) == []
