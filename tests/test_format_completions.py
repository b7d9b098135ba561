"""Raw completions: the context as it was sent, the margin the calls of one conversation."""

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

LOGS = sorted((SHARED / "traces" / "openhands-sdk-v1").glob("litellm*.json"))
ASK = {"role": "user", "content": "Cancel K-1?"}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("cancel", "refund")]


def chat(*messages: dict[str, Any], logprobs: Any = None, **more: Any) -> dict[str, Any]:
    choices = [
        {"index": i, "message": m, "finish_reason": "stop", "logprobs": logprobs}
        for i, m in enumerate(messages)
    ]
    return {"object": "chat.completion", "model": "m-1", "choices": choices, **more}


def says(content: Any, *calls: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    listed = [
        {"id": i, "type": "function", "function": {"name": n, "arguments": json.dumps(a)}}
        for i, n, a in calls
    ]
    return {"role": "assistant", "content": content, **({"tool_calls": listed} if listed else {})}


def likely(said: str, value: float, *others: tuple[str, float]) -> dict[str, Any]:
    top = [{"token": t, "logprob": v, "bytes": None} for t, v in ((said, value), *others)]
    return {"token": said, "logprob": value, "bytes": None, "top_logprobs": top}


def one(tmp_path: Path, *lines: Any) -> Session:
    trace = opened(tmp_path / "t", *lines)
    assert trace.format_title.startswith("raw completions")
    laws.check_places(trace)
    assert len(trace.session_ids) == 1
    return trace.session(0)


def decided(session: Session, index: int = 0) -> rec.Decision:
    record = session.record(session.decisions[index].entry)
    assert isinstance(record, rec.Decision)
    return record


def window(session: Session, decision: rec.Decision) -> list[str]:
    entry = session.entry(decision.context)
    assert entry is not None
    assert isinstance(entry.record, rec.Context)
    found = [session.entry(item.ref) for item in entry.record.items]
    return [e.record.kind if not isinstance(e.record, rec.Message) else e.record.role for e in found if e]


class TestShapes:
    @pytest.mark.parametrize(
        ("value", "reply", "sent"),
        [
            ({"request": {"messages": [ASK]}, "response": chat(says("No."))}, "No.", ["user"]),
            ({"messages": [ASK], "response": chat(says("No.")), "cost": 0.1}, "No.", ["user"]),
            (
                {"request": {"body": {"messages": [ASK]}}, "response": {"body": chat(says("No."))}},
                "No.",
                ["user"],
            ),
            (
                {
                    "request": {"prompt": "Cancel?"},
                    "response": {"object": "text_completion", "choices": [{"text": "No."}]},
                },
                "No.",
                ["user"],
            ),
            (
                {
                    "request": {"system": "Be brief.", "messages": [ASK]},
                    "response": {
                        "type": "message",
                        "role": "assistant",
                        "stop_reason": "end_turn",
                        "content": [{"type": "text", "text": "No."}],
                    },
                },
                "No.",
                ["system", "user"],
            ),
            (
                {
                    "request": {"instructions": "Be brief.", "input": [ASK]},
                    "response": {
                        "object": "response",
                        "output": [
                            {"type": "reasoning", "summary": []},
                            {
                                "type": "message",
                                "role": "assistant",
                                "content": [{"type": "output_text", "text": "No."}],
                            },
                        ],
                    },
                },
                "No.",
                ["system", "user"],
            ),
            ({"request": {"input": "Cancel?"}, "response": json.dumps(chat(says("No.")))}, "No.", ["user"]),
        ],
    )
    def test_each_service_and_each_wrapping(
        self, tmp_path: Path, value: Any, reply: str, sent: list[str]
    ) -> None:
        session = one(tmp_path, value)
        assert session.chosen(session.decisions[0]).reply == reply
        assert window(session, decided(session)) == sent

    def test_a_response_without_its_request_has_no_context_and_says_so(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", chat(says("No."), id="c1"), chat(says("Yes."), id="c2"))
        assert trace.session_ids == ["c1", "c2"]
        assert decided(trace.session(0)).context is None
        assert any("without their requests" in str(w) for w in map(str, trace.warnings))

    def test_an_error_is_kept_and_a_broken_line_is_shown(self, tmp_path: Path) -> None:
        good = {"request": {"messages": [ASK]}, "response": chat(says("No."))}
        trace = opened(
            tmp_path / "t",
            good,
            good,
            b"{oops\n",
            {"request": {"messages": [ASK]}, "response": {"error": "x"}},
        )
        found = [e.record for n in range(len(trace.session_ids)) for e in trace.session(n).entries]
        assert [r.kind for r in found].count("unparsed") == 2


class TestConversations:
    def test_calls_that_go_on_are_one_conversation_and_results_are_paired(self, tmp_path: Path) -> None:
        call = says(None, ("c1", "cancel", {"id": "K-1"}))
        done = {"role": "tool", "tool_call_id": "c1", "content": "ok"}
        first = {"request": {"messages": [ASK], "tools": TOOLS}, "response": chat(call)}
        second = {
            "request": {"messages": [ASK, call, done], "tools": TOOLS},
            "response": chat(says("Cancelled.")),
        }
        session = one(tmp_path, first, second)
        assert [d.number for d in session.decisions] == ["1.1", "1.2"]
        assert session.decisions[0].result is not None
        assert window(session, decided(session, 1)) == ["user", "tool_call", "tool_result"]
        assert decided(session).tools_offered == ["cancel", "refund"]
        kinds = [e.record.kind for e in session.entries]
        assert kinds.count("tool_call") == 1
        described = [
            e.record.model_dump().get("source", {}) for e in session.entries if e.record.kind == "context"
        ]
        assert ["tools" in source for source in described if source] == [True], "described once"

    def test_what_went_on_otherwise_is_another_conversation(self, tmp_path: Path) -> None:
        ask = [ASK, says("Sure?"), {"role": "user", "content": "Yes"}]
        other = [ASK, says("Sure?"), {"role": "user", "content": "No"}]
        trace = opened(
            tmp_path / "t",
            *({"request": {"messages": m}, "response": chat(says("Done."))} for m in ([ASK], ask, other)),
        )
        assert len(trace.session_ids) == 2

    def test_files_of_one_conversation_are_one(self, tmp_path: Path) -> None:
        asked = [[ASK], [ASK, says("Sure?"), {"role": "user", "content": "Yes"}]]
        for number, messages in enumerate(asked):
            value = {"messages": messages, "response": chat(says("Sure?")), "timestamp": number}
            (tmp_path / f"{number}.json").write_text(json.dumps(value))
        trace = Trace(tmp_path)
        assert len(trace.session_ids) == 1
        assert len(trace.session(0).decisions) == 2
        laws.check_places(trace)


class TestMargins:
    def test_top_logprobs_of_a_chat_completion(self, tmp_path: Path) -> None:
        logprobs = {"content": [likely("No", -0.6, ("Yes", -0.7)), likely(".", -0.1, ("!", -2.0))]}
        session = one(
            tmp_path, {"request": {"messages": [ASK]}, "response": chat(says("No."), logprobs=logprobs)}
        )
        margin = decided(session).margin
        assert margin is not None
        assert margin.measure == "logprob"
        assert [c.value for c in margin.candidates] == [-0.6, -0.7]

    def test_top_logprobs_of_a_response(self, tmp_path: Path) -> None:
        part = {"type": "output_text", "text": "No.", "logprobs": [likely("No.", -0.2, ("Yes", -1.8))]}
        output = [{"type": "message", "role": "assistant", "content": [part]}]
        session = one(
            tmp_path, {"request": {"input": "Cancel?"}, "response": {"object": "response", "output": output}}
        )
        margin = decided(session).margin
        assert margin is not None
        assert [c.value for c in margin.candidates] == [-0.2, -1.8]

    def test_empty_top_logprobs_are_no_margin(self, tmp_path: Path) -> None:
        logprobs = {"content": [{"token": "No.", "logprob": -0.1, "top_logprobs": []}]}
        session = one(
            tmp_path, {"request": {"messages": [ASK]}, "response": chat(says("No."), logprobs=logprobs)}
        )
        assert decided(session).margin is None

    def test_several_choices_are_votes_and_only_the_first_is_a_decision(self, tmp_path: Path) -> None:
        answers = [
            says(None, (f"c{i}", name, {"id": 1})) for i, name in enumerate(["cancel", "refund", "cancel"])
        ]
        value = {"request": {"messages": [ASK], "n": 3}, "response": chat(*answers)}
        session = one(tmp_path, value)
        assert len(session.decisions) == 1
        margin = decided(session).margin
        assert margin is not None
        assert (margin.measure, margin.k) == ("votes", 3)
        assert [(c.tool, c.value) for c in margin.candidates] == [("cancel", 2.0), ("refund", 1.0)]
        trace = opened(tmp_path / "u", value)
        assert laws.lost(trace, value) == []


@pytest.mark.skipif(not LOGS, reason="the shared traces are not here")
class TestField:
    @pytest.mark.parametrize("path", LOGS, ids=lambda p: p.name[-20:])
    def test_each_log_is_one_decision_on_an_exact_context(self, path: Path) -> None:
        trace = Trace(path)
        assert trace.format_title.startswith("raw completions")
        value = json.loads(path.read_text())
        session = trace.session(0)
        assert len(session.decisions) == 1
        context = session.entry(decided(session).context)
        assert context is not None
        assert isinstance(context.record, rec.Context)
        heard = value.get("raw_messages", value["messages"])
        assert len(context.record.items) == len(heard)
        calls = value["response"]["choices"][0]["message"]["tool_calls"]
        assert laws.counts(trace)["calls"] == len(calls) == 1
        assert laws.counts(trace)["results"] == sum(m["role"] == "tool" for m in heard)
        laws.check_places(trace)
        assert laws.lost(trace, value) == []

    def test_the_folder_holds_two_conversations(self) -> None:
        trace = Trace(LOGS[0].parent)
        found = [trace.session(n) for n in range(len(trace.session_ids))]
        mine = [s for s in found if any(e.place.file.startswith("litellm") for e in s.entries)]
        assert sorted(len(s.decisions) for s in mine) == [2, 3]  # two of DeepSeek's, three of Claude's

    def test_mutants_are_survived(self) -> None:
        for path in LOGS[::3]:
            assert laws.survive(path, 25) == []
