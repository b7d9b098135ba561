"""The dialects of messages that spans carry, each taken apart into what was said, called and answered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.messages import Said

GENAI = {
    "role": "assistant",
    "parts": [
        {"type": "reasoning", "content": "the order first"},
        {"type": "text", "content": "A moment."},
        {"type": "tool_call", "id": "c1", "name": "find", "arguments": '{"order": 7}'},
    ],
    "finish_reason": "tool_call",
    "name": None,
}
GEMINI = {
    "role": "model",
    "parts": [
        {"text": "the order first", "thought": True},
        {"text": "A moment."},
        {"function_call": {"id": "c1", "name": "find", "args": {"order": 7}}},
    ],
}
VERCEL = {
    "role": "assistant",
    "content": [
        {"type": "reasoning", "text": "the order first"},
        {"type": "text", "text": "A moment."},
        {"type": "tool-call", "toolCallId": "c1", "toolName": "find", "input": {"order": 7}},
    ],
}
OPENINFERENCE = {
    "message": {
        "role": "assistant",
        "contents": [
            {"message_content": {"type": "reasoning", "text": "the order first"}},
            {"message_content": {"type": "text", "text": "A moment."}},
        ],
        "tool_calls": [
            {"tool_call": {"id": "c1", "function": {"name": "find", "arguments": '{"order": 7}'}}}
        ],
    }
}
RESULTS = [
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"paid": True}}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "result": '{"paid": true}'}]},
    {"role": "user", "parts": [{"functionResponse": {"id": "c1", "name": "find", "response": {"paid": True}}}]},
    {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "c1", "toolName": "find",
                                  "output": {"type": "json", "value": {"paid": True}}}]},
]  # fmt: skip


@pytest.mark.parametrize(
    "message", [GENAI, GEMINI, VERCEL, OPENINFERENCE], ids=["genai", "gemini", "vercel", "oi"]
)
def test_the_same_response_in_each_dialect(message: dict[str, Any]) -> None:
    said = messages.read(message)
    assert said is not None
    assert (said.role, said.content, said.reasoning) == ("assistant", "A moment.", "the order first")
    assert [(call.name, call.arguments, call.id) for call in said.calls] == [("find", {"order": 7}, "c1")]


@pytest.mark.parametrize("message", RESULTS, ids=["genai", "genai, older", "gemini", "vercel"])
def test_the_same_result_in_each_dialect(message: dict[str, Any]) -> None:
    said = messages.read(message)
    assert said is not None
    assert said.role == "tool"
    assert [(result.value, result.call) for result in said.results] == [({"paid": True}, "c1")]


@pytest.mark.parametrize(
    ("output", "status", "value"),
    [
        ({"type": "text", "value": "fine"}, None, "fine"),
        ({"type": "error-text", "value": "no such order"}, "error", "no such order"),
        ({"type": "execution-denied", "reason": "no"}, None, {"type": "execution-denied", "reason": "no"}),
        ("plain", None, "plain"),
    ],
)
def test_what_a_vercel_result_says_of_its_success(output: Any, status: Any, value: Any) -> None:
    part = {"type": "tool-result", "toolCallId": "c1", "toolName": "find", "output": output}
    said = messages.read({"role": "tool", "content": [part]})
    assert said is not None
    assert (said.results[0].status, said.results[0].value) == (status, value)


def test_a_tool_message_of_openinference() -> None:
    said = messages.read({"message": {"role": "tool", "content": "paid", "tool_call_id": "c1"}})
    assert said is not None
    assert (said.results[0].value, said.results[0].call) == ("paid", "c1")


def test_what_is_not_known_is_kept() -> None:
    said = messages.read(GENAI)
    assert said is not None
    assert said.more == {"finish_reason": "tool_call"}
    file = {"type": "uri", "modality": "image", "uri": "https://example.org/a.png"}
    said = messages.read({"role": "user", "parts": [file]})
    assert said is not None
    assert said.content == [file]


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "parts": [{"type": "tool_call"}]},
        {"role": "model", "parts": [{"functionCall": []}]},
        {"role": "assistant", "content": [{"type": "tool-call"}]},
        {"message": {"role": "assistant", "tool_calls": [{"tool_call": {"function": []}}]}},
    ],
)
def test_a_call_without_a_name_is_shown(message: dict[str, Any]) -> None:
    said = messages.read(message)
    assert said is not None
    assert not said.calls
    assert len(said.unread) == 1


KEYS = [
    "role",
    "parts",
    "content",
    "type",
    "message",
    "tool_calls",
    "functionCall",
    "function",
    "output",
    "name",
]
WORDS = ["", "x", "user", "tool", "tool-call", "tool-result", "tool_call", "reasoning", "{}", "\ud800"]
JSON = st.recursive(
    st.sampled_from([None, True, 0, 1.5, *WORDS]) | st.just({}) | st.just([[]]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["role", "parts", "content", "message"]), JSON))
def test_no_message_is_too_odd(message: Any) -> None:
    said = messages.read(message)
    assert said is None or isinstance(said, Said)
