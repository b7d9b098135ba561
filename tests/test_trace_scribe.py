"""The scribe: what a foreign source becomes, and that each message of a conversation is written once."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.build import build
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.scribe import Heard, Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.session import Session

HERE = Place(1, 0, 0)


def said(role: str, content: str | None = None, *calls: str, **fields: Any) -> Said:
    listed = [{"id": f"c-{name}", "function": {"name": name, "arguments": "{}"}} for name in calls]
    read = messages.read({"role": role, "content": content, "tool_calls": listed, **fields})
    assert read is not None
    return read


def heard(*all_said: Said) -> list[Heard]:
    return [(one, HERE) for one in all_said]


def session(scribe: Scribe) -> Session:
    return build("s", scribe.records)


def kinds(scribe: Scribe) -> list[str]:
    return [record.kind for record, _ in scribe.records]


def items(scribe: Scribe) -> list[list[str]]:
    return [[i.ref for i in r.items] for r, _ in scribe.records if isinstance(r, rec.Context)]


def test_calls_are_decisions_of_their_own_and_share_the_words() -> None:
    scribe = Scribe()
    scribe.say(HERE, said("user", "hello"))
    scribe.say(HERE, said("assistant", "I look.", "find", "read"))
    scribe.say(HERE, said("tool", "x", tool_call_id="c-read"))
    scribe.say(HERE, said("tool", "y", tool_call_id="c-find"))
    assert kinds(scribe) == [
        "message", "decision", "decision", "message", "tool_call", "tool_call", "tool_result", "tool_result",
    ]  # fmt: skip
    find, read = session(scribe).decisions
    assert find.text == read.text == 3
    assert (find.result, read.result) == (7, 6)


def test_a_user_starts_a_turn_and_a_result_does_not() -> None:
    scribe = Scribe()
    for one in (said("system", "s"), said("user", "a"), said("tool", "r"), said("user", "b")):
        scribe.say(HERE, one)
    assert [record.turn for record, _ in scribe.records] == [1, 1, 1, 2]


def test_a_response_without_words_or_calls_is_a_reply_of_nothing() -> None:
    scribe = Scribe()
    scribe.step(HERE, said("assistant", None))
    assert session(scribe).chosen(session(scribe).decisions[0]).reply == ""


def test_a_margin_belongs_to_the_first_decision_of_a_response() -> None:
    scribe = Scribe()
    margin = {"measure": "logprob", "candidates": [{"tool": "a", "value": -0.1}]}
    scribe.step(HERE, said("assistant", None, "a", "b"), margin=margin)
    first, second = (session(scribe).record(d.entry) for d in session(scribe).decisions)
    assert isinstance(first, rec.Decision) and isinstance(second, rec.Decision)
    assert first.margin is not None and second.margin is None


def test_a_context_refers_to_what_was_said_before() -> None:
    scribe = Scribe()
    system, user, call = said("system", "s"), said("user", "hello"), said("assistant", None, "find")
    result, reply = said("tool", "x", tool_call_id="c-find"), said("assistant", "done")
    scribe.step(HERE, call, context=scribe.window(HERE, heard(system, user)))
    scribe.result(HERE, result.results[0])
    scribe.step(HERE, reply, context=scribe.window(HERE, heard(system, user, call, result)))
    assert kinds(scribe).count("message") == 3
    assert items(scribe) == [["m1", "m2"], ["m1", "m2", "c-find", "result 1"]]


def test_the_same_words_said_twice_are_two_records() -> None:
    scribe = Scribe()
    yes = said("user", "yes")
    scribe.window(HERE, heard(yes))
    scribe.window(HERE, heard(yes, said("assistant", "sure?"), yes))
    assert items(scribe) == [["m1"], ["m1", "m2", "m3"]]
    assert [record.turn for record, _ in scribe.records if record.kind == "message"] == [1, 1, 2]


def test_what_the_log_shows_only_in_a_context_is_no_decision() -> None:
    scribe = Scribe()
    scribe.step(HERE, said("assistant", "bye"),
                context=scribe.window(HERE, heard(said("user", "a"), said("assistant", "b", "find"))))  # fmt: skip
    assert [session(scribe).chosen(d).reply for d in session(scribe).decisions] == ["bye"]


@given(st.lists(st.tuples(st.sampled_from(["user", "system"]), st.sampled_from("ab")), max_size=6))
def test_a_context_lists_its_messages_in_order_however_often_it_is_sent(talk: list[tuple[str, str]]) -> None:
    scribe = Scribe()
    sent = heard(*(said(role, text) for role, text in talk))
    for end in range(len(sent) + 1):
        scribe.window(HERE, sent[:end])
    by_id = {record.id: record for record, _ in scribe.records}
    for listed, end in zip(items(scribe), range(len(sent) + 1), strict=True):
        shown = [by_id[ref] for ref in listed]
        assert [(m.role, m.content) for m in shown if isinstance(m, rec.Message)] == talk[:end]
    assert sum(record.kind == "message" for record, _ in scribe.records) == len(talk)
