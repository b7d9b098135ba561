"""A session: how decisions are numbered and what belongs to each."""

from __future__ import annotations

from typing import Any

import pytest
from trace_samples import call, decision, header, message, result, session

from nalyqor_tui.trace.records import ToolCall
from nalyqor_tui.trace.session import Decision, Turn, arguments, choice, seconds


def numbers(*records: Any) -> list[str]:
    return [d.number for d in session(*records).decisions]


class TestNumbers:
    @pytest.mark.parametrize(
        ("records", "expected"),
        [
            ([decision(turn=9), decision(turn=9), decision(turn=10)], ["9.1", "9.2", "10.1"]),
            ([decision(turn=3), decision(turn=1), decision(turn=3)], ["3.1", "1.1", "3.2"]),
            ([message("assistant"), message(turn=2), message("assistant", turn=2)], ["1.1", "2.1"]),
            ([call("a"), result(), call("b"), result()], ["1.1", "1.2"]),
            ([decision("a", id="d"), call("a", decision="d"), call("b")], ["1.1", "1.2"]),
            ([decision("a", id="d"), call("a", decision="d"), call("a", decision="d")], ["1.1", "1.2"]),
            ([decision(), message("assistant")], ["1.1"]),
            ([message("user"), message("system")], []),
        ],
    )
    def test_by_turn_and_order(self, records: list[Any], expected: list[str]) -> None:
        assert numbers(*records) == expected

    def test_a_record_without_a_turn_belongs_to_the_turn_before_it(self) -> None:
        found = session(message(turn=4), {"kind": "weather", "turn": None}, decision(turn=4))
        assert [entry.turn for entry in found.entries] == [4, 4, 4]


class TestPairing:
    def test_a_decision_with_its_call_its_result_and_its_words(self) -> None:
        found = session(
            decision("a", id="d"), message("assistant"), call("a", id="c", decision="d"), result(call="c")
        )
        assert found.decisions == [Decision(0, 1, "1.1", 0, call=2, result=3, text=1)]

    def test_results_by_id_in_any_order(self) -> None:
        found = session(call("a", id="x"), call("b", id="y"), result(call="y"), result(call="x"))
        assert [d.result for d in found.decisions] == [3, 2]

    def test_results_without_an_id_in_order(self) -> None:
        found = session(call("a", id="x"), call("b"), result(), result(call="x"), result())
        assert [d.result for d in found.decisions] == [2, 4]

    def test_a_second_result_does_not_replace_the_first(self) -> None:
        found = session(call("a", id="x"), result(call="x"), result("error", call="x"))
        assert found.decisions[0].result == 1

    def test_a_result_to_an_unknown_call_is_nobodys(self) -> None:
        assert session(call("a", id="x"), result(call="zzz")).decisions[0].result is None

    def test_words_after_a_call_are_not_the_words_beside_it(self) -> None:
        found = session(decision("a", id="d"), call("a", decision="d"), message("assistant"))
        assert found.decisions[0].text is None

    def test_a_result_may_answer_a_decision_that_was_not_let_through(self) -> None:
        found = session(
            decision("a", id="d"), result("error", call="d"), decision("b", id="e"), message("assistant")
        )
        assert [(d.call, d.result, d.text) for d in found.decisions] == [(None, 1, None), (None, None, 3)]

    def test_words_of_another_turn_are_not_the_words_beside_it(self) -> None:
        found = session(decision(turn=1), message("assistant", turn=2))
        assert found.decisions[0].text is None


class TestTurns:
    def test_each_with_its_first_record_its_user_and_its_decisions(self) -> None:
        found = session(header(), message("system"), message(), decision(), message(turn=2), message(turn=2))
        assert found.turns == [Turn(1, 1, 2, (0,)), Turn(2, 4, 4, ())]

    def test_a_turn_without_user_input(self) -> None:
        assert session(decision(turn=7)).turns == [Turn(7, 0, None, (0,))]


def test_a_log_has_ended_only_if_it_says_so() -> None:
    assert not session(decision()).ended
    assert session(decision(), {"kind": "end"}).ended


def test_records_are_found_by_their_id_the_first_of_two() -> None:
    found = session(message(id="m"), message(id="m"), message())
    assert (found.entry("m") or found.entries[2]).index == 0
    assert found.entry("x") is None
    assert found.entry(None) is None


@pytest.mark.parametrize("given", [None, "text", [1], 5])
def test_arguments_that_are_no_object_have_no_names(given: Any) -> None:
    assert arguments(ToolCall(kind="tool_call", seq=1, turn=1, name="t", arguments=given)) == {}


def test_only_a_choice_has_a_choice() -> None:
    with pytest.raises(TypeError):
        choice(session(result()).record(0))


@pytest.mark.parametrize(
    ("ts", "expected"),
    [
        (None, None),
        (1_758_000_000, 1_758_000_000),
        (1.5, 1.5),
        ("1970-01-01T00:01:00Z", 60),
        ("1970-01-01T01:01:00+01:00", 60),
        ("1970-01-01T00:01:00", 60),
        ("yesterday", None),
        ("", None),
        (float("inf"), None),
        (float("nan"), None),
        ("\ud800", None),
        ("0001-01-01T00:00:00+23:59", -62135683140),
    ],
)
def test_times_as_seconds(ts: Any, expected: float | None) -> None:
    assert seconds(ts) == expected
