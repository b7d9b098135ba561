"""Items of the Responses API, taken apart; and one response put together from pieces that were logged one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.trace.formats.messages import Said, joined, responses
from nalyqor_tui.trace.place import Place, Spread


def read(item: Any) -> Said:
    said = responses.read(item)
    assert said is not None
    return said


def test_a_message_keeps_its_words_as_text() -> None:
    part = {"type": "output_text", "text": "hi", "annotations": [], "logprobs": []}
    said = read({"type": "message", "role": "assistant", "id": "m1", "content": [part], "phase": "x"})
    assert (said.role, said.content, said.more) == ("assistant", "hi", {"id": "m1", "phase": "x"})
    assert read({"role": "user", "content": "yes"}).content == "yes"


def test_logprobs_beside_the_words_stay() -> None:
    part = {"type": "output_text", "text": "hi", "logprobs": [{"token": "hi"}]}
    assert read({"type": "message", "role": "assistant", "content": [part]}).content == [part]


def test_reasoning_is_what_was_written_of_it() -> None:
    said = read(
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "so"}], "encrypted_content": "A"}
    )
    assert (said.reasoning, said.more) == ("so", {"encrypted_content": "A"})
    sealed = read({"type": "reasoning", "summary": [], "encrypted_content": "A"})
    assert sealed.reasoning is None


@pytest.mark.parametrize(
    ("item", "name", "arguments", "call_id"),
    [
        ({"type": "function_call", "id": "i", "call_id": "c", "name": "f", "arguments": '{"a":1}'}, "f", {"a": 1}, "c"),
        ({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{broken"}, "f", "{broken", "c"),
        ({"type": "function_call", "call_id": "c", "name": "f", "arguments": None, "x": 1}, "f", None, "c"),
        ({"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "+x"}, "patch", {"input": "+x"}, "c"),
        ({"type": "custom_tool_call", "call_id": "c", "name": "sh", "input": '{"a":1}'}, "sh", {"a": 1}, "c"),
        ({"type": "local_shell_call", "call_id": "c", "action": {"command": ["ls"]}}, "local_shell",
         {"command": ["ls"]}, "c"),
        ({"type": "web_search_call", "id": "w", "status": "completed", "action": {"query": "q"}}, "web_search",
         {"query": "q"}, "w"),
        ({"type": "file_search_call", "id": "s", "queries": ["q"]}, "file_search", {"queries": ["q"]}, "s"),
        ({"type": "mcp_call", "id": "m", "name": "f", "server_label": "s", "arguments": "{}"}, "f", {}, "m"),
    ],
)  # fmt: skip
def test_calls(item: dict[str, Any], name: str, arguments: Any, call_id: str) -> None:
    (call,) = read(item).calls
    assert (call.name, call.arguments, call.id) == (name, arguments, call_id)


def test_what_the_service_itself_ran_holds_its_result() -> None:
    said = read({"type": "file_search_call", "id": "s", "queries": ["q"], "results": [{"score": 0.5}]})
    assert [(r.value, r.call, r.status) for r in said.results] == [([{"score": 0.5}], "s", None)]
    failed = read(
        {"type": "mcp_call", "id": "m", "name": "f", "arguments": "{}", "output": None, "error": "no"}
    )
    assert [(r.value, r.status) for r in failed.results] == [("no", "error")]


@pytest.mark.parametrize(
    ("output", "value", "status"),
    [
        ("plain", "plain", None),
        ([{"type": "input_text", "text": "a"}], "a", None),
        ({"type": "input_text", "text": "a"}, {"type": "input_text", "text": "a"}, None),
        ('{"output":"a","metadata":{"exit_code":1}}', {"output": "a", "metadata": {"exit_code": 1}}, None),
        ({"content": "a", "success": False}, {"content": "a", "success": False}, "error"),
        ({"content": "a", "success": True}, {"content": "a", "success": True}, "ok"),
    ],
)
def test_outputs(output: Any, value: Any, status: str | None) -> None:
    (result,) = read({"type": "function_call_output", "id": "o", "call_id": "c", "output": output}).results
    assert (result.value, result.call, result.status, result.more) == (value, "c", status, {"id": "o"})


@pytest.mark.parametrize(
    "item", [None, 3, [], {"type": "ghost_snapshot"}, {"type": ["x"]}, {"role": 3}, {"role": "x"}]
)
def test_what_is_no_item_is_left_to_the_format(item: Any) -> None:
    assert responses.read(item) is None


def test_a_call_without_a_name_is_shown() -> None:
    assert (
        read({"type": "function_call", "arguments": "{}"}).unread[0].problem == "a call without a tool's name"
    )


_WORDS = st.sampled_from(["type", "text", "x"])
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
_TYPES = st.sampled_from(["message", "reasoning", "function_call", "custom_tool_call", "web_search_call",
                          "function_call_output", "tool_search_output", "file_search_call"])  # fmt: skip
_KEYS = st.sampled_from(["role", "content", "summary", "name", "arguments", "input", "action", "call_id", "id",
                         "output", "results", "error", "queries", "status"])  # fmt: skip


@given(_TYPES | _ANY, st.dictionaries(_KEYS, _ANY, max_size=6))
def test_no_value_makes_it_fail(kind: Any, fields: dict[str, Any]) -> None:
    responses.read({**fields, "type": kind})


class TestJoined:
    def test_pieces_of_a_response_become_one(self) -> None:
        one = joined(
            [
                read({"type": "reasoning", "id": "r", "summary": [{"text": "so"}]}),
                read(
                    {
                        "type": "message",
                        "role": "assistant",
                        "id": "m",
                        "content": [{"type": "text", "text": "hi"}],
                    }
                ),
                read({"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}),
                read({"type": "function_call", "call_id": "b", "name": "g", "arguments": "{}"}),
            ]
        )
        assert (one.content, one.reasoning, one.more) == ("hi", "so", {"id": ["r", "m"]})
        assert [(call.id, call.pointer) for call in one.calls] == [("a", "/2"), ("b", "/3")]

    def test_the_words_of_two_pieces_stay_two(self) -> None:
        assert joined([Said("assistant", "a"), Said("assistant", "b")]).content == [
            {"type": "text", "text": "a"},
            {"type": "text", "text": "b"},
        ]
        assert joined([Said("assistant", None), Said("assistant")]).content is None

    def test_places_of_the_pieces(self) -> None:
        lines = [Place(n, n * 10, 9) for n in (1, 2, 3)]
        spread = Spread(lines, lines[1])
        assert spread.below("") == lines[1]
        assert spread.below("/2/payload/x") == lines[2].below("/payload/x")
        assert spread.below("/0") == lines[0]
