"""The window of a decision, and what changed in it since another."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import call, decision, header, message, numbered, result, session

from nalyqor_tui.derive.context import Window, difference, window
from nalyqor_tui.derive.rebuilt import Item, Talk, estimate
from nalyqor_tui.derive.replay import State, replay
from nalyqor_tui.trace.session import Session


def of(found: Session, index: int = -1) -> Window:
    decision = found.decisions[index]
    return window(found, decision, Talk(found))


def shown(*items: Any, **fields: Any) -> dict[str, Any]:
    listed = [{"ref": ref, **({"tokens": tokens} if tokens else {})} for ref, tokens in items]
    return {"kind": "context", "id": "x", "items": listed, **fields}


class TestWindow:
    def test_a_recorded_one_is_what_was_recorded(self) -> None:
        context = shown(("m1", [0, 10]), ("doc", None), input_tokens=40)
        found = of(session(message(id="m1"), context, decision(context="x")))
        assert found.recorded == 1
        assert (found.used, found.estimated) == (40, False)
        assert found.items == (Item("m1", 0, 10, (0, 10), False), Item("doc", None, None, None, False))

    def test_sizes_that_were_not_recorded_are_unknown_and_not_zero(self) -> None:
        found = of(session(shown(("m", None)), decision(context="x")))
        assert (found.used, found.limit, found.items[0].size) == (None, None, None)

    def test_the_limit_is_the_headers(self) -> None:
        records = [header(context_limit=32), shown(), decision(context="x")]
        assert of(session(*numbered(records))).limit == 32

    @pytest.mark.parametrize("named", [None, "gone", "m1"])
    def test_without_one_it_is_rebuilt_from_the_talk_with_estimates(self, named: str | None) -> None:
        records = [message(content="x" * 40, id="m1"), call("t", id="c"), result(call="c", result="y" * 9)]
        found = of(session(*records, decision(context=named), message("assistant", "later")))
        assert found.recorded is None
        assert found.estimated
        assert [(item.ref, item.size, item.span, item.estimated) for item in found.items] == [
            ("m1", 10, (0, 10), True),
            ("c", 3, (10, 13), True),
        ]
        assert found.used == 13

    def test_a_compaction_takes_out_what_it_dropped_and_puts_in_its_summary(self) -> None:
        cut = {"kind": "compaction", "id": "k", "dropped": ["m1"], "summary": "s" * 8}
        found = of(session(message(id="m1"), message(id="m2"), cut, decision()))
        assert [(item.ref, item.size) for item in found.items] == [("m2", 2), ("k", 2)]


def windowed(*items: tuple[str, int | None], estimated: bool = False) -> Window:
    made = tuple(Item(ref, None, size, None, estimated) for ref, size in items)
    return Window(made, None, None, None, estimated)


class TestDifference:
    @pytest.mark.parametrize(
        ("old", "new", "changes"),
        [
            ([], [], []),
            ([("a", 1)], [("a", 1)], []),
            ([], [("a", 1)], [("added", "a")]),
            ([("a", 1)], [], [("evicted", "a")]),
            ([("a", 9)], [("a", 4)], [("truncated", "a")]),
            ([("a", 4)], [("a", 9)], [("changed", "a")]),
            ([("a", None)], [("a", 9)], []),
            ([("a", 1), ("b", 1), ("c", 1)], [("b", 1), ("c", 1), ("a", 1)], [("moved", "a")]),
            ([("a", 1), ("b", 1)], [("z", 1), ("a", 1), ("b", 1)], [("added", "z")]),
            ([("a", 1), ("b", 1), ("c", 1)], [("a", 1), ("c", 1)], [("evicted", "b")]),
            ([("a", 9), ("b", 1)], [("b", 1), ("a", 4)], [("moved", "b"), ("truncated", "a")]),
            (
                [("a", 1), ("b", 2)],
                [("c", 1), ("b", 1)],
                [("added", "c"), ("truncated", "b"), ("evicted", "a")],
            ),
        ],
    )
    def test_by_id(self, old: Any, new: Any, changes: Any) -> None:
        found = difference(windowed(*old), windowed(*new))
        assert [(change.change, change.ref) for change in found] == changes

    def test_an_estimate_beside_a_count_is_no_change(self) -> None:
        assert difference(windowed(("a", 9), estimated=True), windowed(("a", 4))) == []

    def test_sizes_before_and_after(self) -> None:
        (change,) = difference(windowed(("a", 9)), windowed(("a", 4)))
        assert (change.before, change.after) == (9, 4)


IDS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 3)), unique_by=lambda item: item[0]
)


@given(IDS, IDS)
def test_the_difference_accounts_for_every_id(old: Any, new: Any) -> None:
    found = {change.ref: change.change for change in difference(windowed(*old), windowed(*new))}
    before, after = dict(old), dict(new)
    assert {ref for ref, change in found.items() if change == "added"} == after.keys() - before.keys()
    assert {ref for ref, change in found.items() if change == "evicted"} == before.keys() - after.keys()
    for ref in before.keys() & after.keys():
        sized = before[ref] is not None and after[ref] is not None and before[ref] != after[ref]
        assert (found.get(ref) in ("truncated", "changed")) == sized
    moved = {ref for ref, change in found.items() if change in ("moved", "truncated", "changed")}
    stayed = [ref for ref, _ in new if ref in before and ref not in moved]
    assert stayed == [ref for ref, _ in old if ref in stayed], "what did not move is in the same order"


@given(IDS)
def test_a_window_does_not_differ_from_itself(items: Any) -> None:
    assert difference(windowed(*items), windowed(*items)) == []


ID = st.none() | st.sampled_from(["a", "b", "c", "d", "#3"])
SAID = st.one_of(
    st.builds(lambda i, text: message(id=i, content=text), ID, st.sampled_from(["", "x" * 9, ["y"], None])),
    st.builds(lambda i: {"kind": "proposal", "tool": "t", "id": i, "text": "shall I?"}, ID),
    st.builds(lambda i, c: result(id=i, call=c, result={"n": 1}), ID, ID),
    st.builds(
        lambda i, gone: {"kind": "compaction", "id": i, "dropped": gone, "summary": "so"},
        ID,
        st.lists(st.sampled_from(["a", "b", "#3"]), max_size=2),
    ),
    st.builds(lambda: call("t")),
)


def plainly(found: Session, index: int) -> Window:
    """A rebuilt window as it is put together from all that was said before a record."""
    items, position = [], 0
    said = replay(State(), found.entries[:index]).said
    for ref, entry in sorted(said.items(), key=lambda pair: pair[1]):
        size = estimate(found.record(entry))
        items.append(Item(ref, entry, size, (position, position + size), True))
        position += size
    return Window(tuple(items), None, position, None, True)


@given(
    st.lists(SAID, max_size=20),
    st.lists(st.integers(0, 20), min_size=2, max_size=8),
    st.sampled_from([0, 5, 999]),
)
def test_rebuilt_windows_share_a_history_and_are_what_they_would_be_alone(
    records: list[Any], wanted: list[int], most: int
) -> None:
    found = session(*records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nalyqor_tui.derive.rebuilt._MOST", most)
        talk = Talk(found)
        before = None
        for index in wanted:
            items = talk.before(min(index, len(found.entries)))
            new = Window(items, None, items.used, None, True)
            alone = plainly(found, min(index, len(found.entries)))
            assert new == alone
            assert [items[at] for at in range(-len(items), len(items))] == [*alone.items, *alone.items]
            assert items[1:3] == list(alone.items[1:3])
            if before is not None:
                assert difference(before[0], new) == difference(before[1], alone)
                assert difference(new, before[0]) == difference(alone, before[1])
            before = (new, alone)
