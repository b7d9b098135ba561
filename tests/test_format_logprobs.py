"""Token log-probabilities: where a margin is measured, against what, and where none can be claimed."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.derive import margin as derived
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.formats.logprobs import Answer, margin, tokens
from nalyqor_tui.trace.formats.messages import Call, Said
from nalyqor_tui.trace.formats.pick import num


def token(said: str, value: Any, **likeliest: Any) -> dict[str, Any]:
    top = [{"token": key.replace("_", " "), "logprob": number} for key, number in likeliest.items()]
    return {"token": said, "logprob": value, "bytes": list(said.encode()), "top_logprobs": top}


def reply(said: str, *listed: dict[str, Any]) -> Answer:
    return Answer(Said("assistant", said), tokens({"content": list(listed)}))


def call(name: str, *listed: dict[str, Any], words: str | None = None) -> Answer:
    return Answer(Said("assistant", words, (Call(name, {"x": 1}),)), tokens(list(listed)))


def values(found: dict[str, Any] | None) -> list[tuple[str, float]]:
    assert found is not None
    return [(one["token"], one["value"]) for one in found["candidates"]]


class TestOneAnswer:
    def test_it_is_measured_at_the_first_token(self) -> None:
        found = margin(
            [reply("Yes, done", token("Yes", -0.6539, Yes=-0.6539, No=-0.734), token(", done", -0.1, x=-0.1))]
        )
        assert values(found) == [("Yes", -0.6539), ("No", -0.734)]
        assert found is not None
        assert found["at"] == {"token": 0, "says": "Yes", "recorded": 2, "outside": -0.734}
        read = derived.read(rec.Margin.model_validate(found), rec.Action(reply="Yes, done"), None)
        assert read.value is not None
        assert math.isclose(read.value, 0.0801, abs_tol=1e-9), "the test vector of semantics.md"

    def test_a_token_without_another_beside_it_is_passed_over(self) -> None:
        listed = (token("I", 0.0, I=0.0), token(" can", -0.2, _can=-0.2, _cannot=-1.8))
        found = margin([reply("I can", *listed)])
        assert values(found) == [(" can", -0.2), (" cannot", -1.8)]
        assert found is not None
        assert [one["reply"] for one in found["candidates"]] == ["I can", "I cannot"]

    def test_thoughts_before_the_reply_do_not_count(self) -> None:
        listed = (token("<think>", -1.0, x=-1.1), token("Yes", -0.3, Yes=-0.3, No=-1.4))
        assert values(margin([reply("Yes", *listed)])) == [("Yes", -0.3), ("No", -1.4)]

    @pytest.mark.parametrize(
        "listed",
        [
            [],
            [token("Yes", -0.1)],  # as Responses logs are: `top_logprobs` is empty
            [token("Yes", -0.1, Yes=-0.1)],
            [token("other", -0.1, other=-0.1, more=-2.0)],  # tokens of something else
            [{"token": 5, "logprob": "x", "top_logprobs": [None, {"token": {}}]}],
        ],
    )
    def test_without_alternatives_there_is_no_margin(self, listed: list[Any]) -> None:
        assert margin([reply("Yes", *listed)]) is None

    def test_a_sampled_token_outside_the_recorded_k_is_bounded_by_the_last(self) -> None:
        found = margin([reply("Maybe", token("Maybe", -9999.0, Yes=-0.5, No=-1.5))])
        assert found is not None
        assert (found["candidates"][0]["value"], found["candidates"][0]["bound"]) == (-1.5, "at most")

    def test_tokens_of_bare_completions(self) -> None:
        old = {"tokens": ["Yes"], "token_logprobs": [-0.2], "top_logprobs": [{"Yes": -0.2, "No": -1.9}]}
        found = margin([Answer(Said("assistant", "Yes"), tokens(old))])
        assert values(found) == [("Yes", -0.2), ("No", -1.9)]


class TestCalls:
    def test_words_beside_a_call_are_not_the_call(self) -> None:
        said = token("Calling cancel", -0.1, **{"Calling cancel": -0.1, "I": -2.0})
        assert margin([call("cancel", said, words="Calling cancel")]) is None

    def test_a_call_is_measured_where_its_name_begins(self) -> None:
        listed = (
            token('{"name": "', -0.01, **{'{"name": "': -0.01, "I": -5.0}),
            token("cancel", -0.4, cancel=-0.4, refund=-1.2, can=-6.0, odd=-7.0),
            token('"}', 0.0),
        )
        found = margin([call("cancel", *listed)], offered=["cancel", "refund_all"])
        assert values(found) == [("cancel", -0.4), ("refund", -1.2), ("odd", -7.0)]
        assert found is not None
        assert [one.get("tool") for one in found["candidates"]] == ["cancel", "refund_all", None]
        read = derived.read(
            rec.Margin.model_validate(found), rec.Action(tool="cancel", arguments={"x": 1}), None
        )
        assert read.value == pytest.approx(0.8)


class TestSeveralAnswers:
    def test_they_are_measured_where_they_part(self) -> None:
        first = reply(
            "We can",
            token("We", -0.1, We=-0.1, I=-3.0),
            token(" can", -0.5, _can=-0.5, _may=-1.5, _do=-2.0),
        )
        second = reply("We may", token("We", -0.1), token(" may", -1.5))
        found = margin([first, second])
        assert values(found) == [(" can", -0.5), (" may", -1.5), (" do", -2.0)]
        assert found is not None
        assert found["candidates"][1]["reply"] == "We may"
        assert "begins" not in found["candidates"][1]

    def test_without_tokens_they_are_votes(self) -> None:
        found = margin([call("a"), call("b"), call("a")])
        assert found == {
            "measure": "votes",
            "k": 3,
            "candidates": [
                {"tool": "a", "arguments": {"x": 1}, "value": 2.0},
                {"tool": "b", "arguments": {"x": 1}, "value": 1.0},
            ],
        }


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["content", "token", "logprob", "top_logprobs", "tokens"]), inner)
    ),
    max_leaves=12,
)


@given(JSON, st.text(max_size=3))
def test_any_value_is_survived_and_a_margin_always_holds_the_choice(value: Any, said: str) -> None:
    found = margin([Answer(Said("assistant", said), tokens(value))])
    if found is not None:
        assert found["candidates"][0]["reply"] == said
        assert all(num(one["value"]) is not None for one in found["candidates"])
        rec.Margin.model_validate(found)
