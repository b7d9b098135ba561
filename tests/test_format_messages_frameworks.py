"""Messages of LangChain and Gemini, taken apart; what a model was given and answered, in the shapes of frameworks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.payload import PROMPT, answered, asked, measured, structured
from nalyqor_tui.trace.parse import resolve

CALL = {"name": "book", "args": {"seat": 4}, "id": "c1", "type": "tool_call"}
PROVIDER = {"id": "c1", "type": "function", "function": {"name": "book", "arguments": '{"seat": 4}'}}


def read(message: Any) -> Said:
    said = messages.read(message)
    assert said is not None
    return said


def lc(kind: str, **fields: Any) -> dict[str, Any]:
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", kind], "kwargs": fields}


class TestLangChain:
    @pytest.mark.parametrize(
        ("message", "role"),
        [
            ({"type": "human", "content": "hello"}, "user"),
            ({"type": "system", "content": "hello"}, "system"),
            ({"type": "AIMessageChunk", "content": "hello"}, "assistant"),
            ({"type": "chat", "role": "critic", "content": "hello"}, "critic"),
            ({"type": "ai", "data": {"content": "hello"}}, "assistant"),
            (lc("HumanMessage", content="hello"), "user"),
            (lc("AIMessage", content="hello", type="ai"), "assistant"),
        ],
    )
    def test_who_spoke(self, message: Any, role: str) -> None:
        said = read(message)
        assert (said.role, said.content) == (role, "hello")

    @pytest.mark.parametrize(
        ("message", "pointer"),
        [
            ({"type": "ai", "content": "", "tool_calls": [CALL]}, "/tool_calls/0"),
            (lc("AIMessage", content="", tool_calls=[CALL]), "/kwargs/tool_calls/0"),
            ({"type": "ai", "content": "", "additional_kwargs": {"tool_calls": [PROVIDER]}},
             "/additional_kwargs/tool_calls/0"),
            ({"role": "assistant", "content": "", "additional_kwargs": {"tool_calls": [PROVIDER], "refusal": None}},
             "/additional_kwargs/tool_calls/0"),
            ({"type": "ai", "content": [{"type": "tool_use", "id": "c1", "name": "book", "input": {"seat": 4}}],
              "tool_calls": [CALL], "additional_kwargs": {"tool_calls": [PROVIDER]}}, "/tool_calls/0"),
        ],
    )  # fmt: skip
    def test_a_call_is_one_call_however_often_it_is_written(self, message: Any, pointer: str) -> None:
        said = read(message)
        (call,) = said.calls
        assert (call.name, call.arguments, call.id, call.pointer) == ("book", {"seat": 4}, "c1", pointer)
        assert said.content is None
        assert resolve(message, pointer)

    def test_a_call_that_langchain_could_not_read_is_shown(self) -> None:
        bad = {"name": "book", "args": "{broken", "id": "c1", "error": "bad JSON"}
        (piece,) = read({"type": "ai", "content": "", "invalid_tool_calls": [bad]}).unread
        assert (piece.value, piece.pointer) == (bad, "/invalid_tool_calls/0")

    @pytest.mark.parametrize(
        ("word", "status"), [("success", "ok"), ("error", "error"), ("odd", None), (None, None)]
    )
    def test_a_result_says_how_it_went_only_where_it_is_written(self, word: Any, status: Any) -> None:
        (result,) = read(
            lc("ToolMessage", content="done", tool_call_id="c1", name="book", status=word)
        ).results
        assert (result.value, result.call, result.name, result.status) == ("done", "c1", "book", status)


class TestGemini:
    @pytest.mark.parametrize(
        "spelling", [("function_call", "function_response"), ("functionCall", "functionResponse")]
    )
    def test_both_spellings(self, spelling: tuple[str, str]) -> None:
        call, response = spelling
        made = read(
            {"role": "model", "parts": [{"text": "so"}, {call: {"name": "book", "args": {"seat": 4}}}]}
        )
        assert (made.role, made.content) == ("assistant", "so")
        assert [(c.name, c.arguments, c.pointer) for c in made.calls] == [("book", {"seat": 4}, "/parts/1")]
        came = read({"role": "user", "parts": [{response: {"name": "book", "response": {"ok": True}}}]})
        assert (came.role, [(r.name, r.value) for r in came.results]) == ("tool", [("book", {"ok": True})])

    def test_a_thought_is_no_word(self) -> None:
        said = read({"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "yes"}]})
        assert (said.reasoning, said.content) == ("hm", "yes")

    def test_a_call_without_a_name_is_shown(self) -> None:
        assert (
            read({"role": "model", "parts": [{"function_call": {"args": {}}}]}).unread[0].pointer
            == "/parts/0"
        )


WORDS = {"role": "user", "content": "hello"}
GIVEN: list[tuple[Any, list[tuple[str, Any]]]] = [
    ("hello", [(PROMPT, "hello")]),
    ([WORDS], [("user", "hello")]),
    ({"messages": [WORDS]}, [("user", "hello")]),
    ({"messages": [[{"type": "human", "content": "hello"}]]}, [("user", "hello")]),
    ({"prompts": ["Human: hello"]}, [(PROMPT, "Human: hello")]),
    ({"system": "be kind", "messages": [WORDS]}, [("system", "be kind"), ("user", "hello")]),
    ({"prompt": "hello"}, [("user", "hello")]),
    ({"args": ["hello"]}, [(PROMPT, "hello")]),
    ({"contents": "hello", "model": "m"}, [("user", "hello")]),
    ({"contents": [{"parts": [{"text": "hello"}]}], "config": {"system_instruction": "be kind"}},
     [("system", "be kind"), ("user", "hello")]),
    ({"messages": ["role='system' content='kind' x=1"]}, [("system", "role='system' content='kind' x=1")]),
    ([{"role": "user", "gen_ai.event.content": '{"role": "User", "content": "hello"}'}], [("user", "hello")]),
    ([{"text": "hello", "role": "user"}], [("user", "hello")]),
]  # fmt: skip
SAID: list[tuple[Any, Any, list[str], str]] = [
    ("hi", "hi", [], ""),
    ({"role": "assistant", "content": "hi"}, "hi", [], ""),
    ([WORDS, {"role": "assistant", "content": "hi"}], "hi", [], "/1"),
    ({"choices": [{"message": {"role": "assistant", "content": "hi"}}]}, "hi", [], "/choices/0/message"),
    ({"choices": [{"text": "hi"}]}, "hi", [], "/choices/0/text"),
    ({"generations": [[{"text": "hi", "message": lc("AIMessage", content="hi", tool_calls=[CALL])}]]}, "hi", ["book"],
     "/generations/0/0"),
    ({"generations": [[{"text": "hi"}]]}, "hi", [], "/generations/0/0/text"),
    ({"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}}]}, "hi", [], "/candidates/0/content"),
    ({"content": {"role": "model", "parts": [{"function_call": {"name": "book"}}]}}, None, ["book"], "/content"),
    ({"output": [{"type": "function_call", "name": "book", "call_id": "c1", "arguments": "{}"}], "id": "r"}, None,
     ["book"], "/output"),
    ([{"toolCallId": "c1", "toolName": "book", "input": '{"seat": 4}'}], None, ["book"], ""),
    ({"text": "hi", "toolCalls": [{"toolName": "book", "args": {}}]}, "hi", ["book"], ""),
    ({"index": 0, "message": {"role": "assistant", "content": "hi"}, "event.name": "gen_ai.choice"}, "hi", [], ""),
    ({"messages": [WORDS, {"type": "ai", "content": "hi"}]}, "hi", [], "/messages/1"),
    ({"output": "hi"}, "hi", [], "/output"),
]  # fmt: skip


class TestPayload:
    @pytest.mark.parametrize(("value", "heard"), GIVEN)
    def test_what_was_given(self, value: Any, heard: list[tuple[str, Any]]) -> None:
        found = asked(value)
        assert found is not None
        assert [(said.role, said.content) for said, _ in found.heard] == heard
        for said, pointer in found.heard:
            assert resolve(value, pointer) is not None, said

    @pytest.mark.parametrize(("value", "content", "calls", "pointer"), SAID)
    def test_what_was_answered(self, value: Any, content: Any, calls: list[str], pointer: str) -> None:
        found = answered(value)
        assert found is not None
        said, where = found
        assert (said.role, said.content, [call.name for call in said.calls]) == ("assistant", content, calls)
        assert where == pointer
        for call in said.calls:
            assert resolve(value, where + call.pointer) is not None

    @pytest.mark.parametrize(
        "value", [None, "", "None", {}, [], 4, True, [WORDS], WORDS, {"messages": [WORDS]}, {"x": 1}]
    )
    def test_no_answer_is_made_up(self, value: Any) -> None:
        assert answered(value) is None

    def test_tools_on_offer(self) -> None:
        declared = {"config": {"tools": [{"function_declarations": [{"name": "book"}]}]}, "contents": "hello"}
        listed = [WORDS, {"role": "tool", "content": {"type": "function", "function": {"name": "book"}}}]
        both = [asked(value) for value in (declared, listed, {"messages": [WORDS], "tools": [PROVIDER]})]
        assert [found and found.tools for found in both] == [
            ({"name": "book"},), ({"type": "function", "function": {"name": "book"}},), (PROVIDER,),
        ]  # fmt: skip

    def test_other_choices_are_kept_beside_the_first(self) -> None:
        value = {"choices": [{"message": {"role": "assistant", "content": t}} for t in ("a", "b")]}
        found = answered(value)
        assert found is not None and found[0].more["other_choices"] == value["choices"][1:]

    def test_a_message_tells_more_than_a_text(self) -> None:
        assert [structured(answered(v)) for v in (None, "hi", {"choices": [{"text": "hi"}]})] == [0, 1, 2]


KEYS = [
    "role",
    "type",
    "content",
    "parts",
    "messages",
    "kwargs",
    "lc",
    "id",
    "tool_calls",
    "text",
    "output",
    "function_call",
    "generations",
    "choices",
    "message",
    "candidates",
    "contents",
    "args",
    "data",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "ai", "human", "x", "user", "model"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "parts": [{"type": "text", "content": "hi"}, {"type": ["x"]}]},
        {"type": "ai", "content": [{"type": ["x"]}], "tool_calls": [CALL]},
        {"type": ["x"], "content": "hi", "role": "user"},
    ],
)
def test_a_type_that_is_no_text_is_no_type(message: Any) -> None:
    assert messages.read(message) is not None


@given(JSON)
def test_no_value_breaks_a_reader(value: Any) -> None:
    for found in (asked(value), answered(value), messages.read(value), measured(value)):
        assert found is None or found
