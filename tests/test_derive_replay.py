"""The law of replay: to fold in two steps is to fold in one, and any state can be had in any order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import call, decision, message, result, session
from trace_samples import given as agreed

from nalyqor_tui.derive.replay import Replay, State, replay

ID = st.sampled_from(["a", "b", "c", "d"])
TOKENS = st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)).map(list)
ITEM = st.fixed_dictionaries({"ref": ID}, optional={"tokens": TOKENS})
DOCUMENT = st.fixed_dictionaries({"id": ID}, optional={"version": ID, "included": st.booleans()})
RECORD = st.one_of(
    st.builds(lambda i: message(id=i), st.none() | ID),
    st.builds(lambda i: {"kind": "proposal", "tool": "t", "id": i}, ID),
    st.builds(lambda i: agreed(id=i), ID),
    st.builds(lambda docs: {"kind": "retrieval", "documents": docs}, st.lists(DOCUMENT, max_size=3)),
    st.builds(lambda items: {"kind": "context", "items": items}, st.lists(ITEM, max_size=3)),
    st.builds(lambda i, refs: {"kind": "compaction", "id": i, "dropped": refs}, st.none() | ID, st.lists(ID)),
    st.builds(lambda i: call("t", id=i), ID),
    st.builds(lambda i: result(call=i), st.none() | ID),
    st.builds(lambda: decision("t")),
    st.builds(lambda: {"kind": "weather"}),
)


@given(st.lists(RECORD, max_size=30), st.integers(0, 30))
def test_the_law(records: list[Any], at: int) -> None:
    entries = session(*records).entries
    assert replay(replay(State(), entries[:at]), entries[at:]) == replay(State(), entries)


@given(st.lists(RECORD, min_size=1, max_size=8), st.lists(st.integers(0, 200), min_size=1, max_size=12))
def test_any_state_in_any_order(records: list[Any], wanted: list[int]) -> None:
    found = session(*(records[n % len(records)] for n in range(201)))
    states = Replay(found)
    for index in wanted:
        state = states.before(index)
        assert state == replay(State(), found.entries[:index])
        assert state.folded == index


@pytest.mark.parametrize("index", [0, 1, 63, 64, 65, 127, 128, 129, 200])
def test_the_edges_of_the_snapshots(index: int) -> None:
    found = session(*(message(turn=n) for n in range(1, 201)))
    assert Replay(found).before(index).folded == index


def test_snapshots_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nalyqor_tui.derive.replay._EVERY", 2)
    monkeypatch.setattr("nalyqor_tui.derive.replay._MOST", 4)
    found = session(*(message(turn=n) for n in range(1, 100)))
    states = Replay(found)
    for index in (99, 3, 50, 51, 52, 0, 98):
        assert states.before(index) == replay(State(), found.entries[:index])
        assert len(states._snapshots) <= 4


def test_what_a_state_holds() -> None:
    records = [
        message(id="m"),
        {"kind": "proposal", "id": "p", "tool": "t"},
        agreed(id="cf"),
        {"kind": "retrieval", "documents": [{"id": "doc"}]},
        {"kind": "context", "items": [{"ref": "m"}]},
        call("t", id="c"),
        result(call="c", turn=2),
        {"kind": "compaction", "id": "k", "dropped": ["m", "p"], "turn": 2},
    ]
    state = replay(State(), session(*records).entries)
    assert dict(state.said) == {"c": 6, "k": 7}
    assert dict(state.dropped) == {"m": 7, "p": 7}
    assert dict(state.confirmations) == {"cf": 2}
    assert dict(state.returned) == {"doc": 3}
    assert dict(state.first_seen) == {"m": 4}
    assert dict(state.facts) == {"t": 6}
    assert (state.turn, state.compaction) == (2, 7)
