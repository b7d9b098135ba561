"""Sessions told by the heads of lines are those that reading every record gives."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.trace.formats.base import Names
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.store import Trace

HEADER = st.fixed_dictionaries(
    {"kind": st.just("trace"), "schema": st.just("nalyqor.trace/1")},
    optional={"conversation_id": st.sampled_from(["a", "b", "", "session 2", "a #2"])},
)
OTHER = st.fixed_dictionaries(
    {"kind": st.sampled_from(["message", "end"]), "seq": st.integers(0, 9), "turn": st.integers(0, 3)},
    optional={"conversation_id": st.sampled_from(["a", "b", "c", "session 1"]), "role": st.just("user")},
)
LINES = st.lists(st.one_of(HEADER, OTHER, OTHER, st.just(None)), min_size=1, max_size=25)


def plainly(values: list[tuple[int, dict[str, Json]]]) -> list[tuple[str, list[int]]]:
    """Assign records to sessions one by one."""
    names, latest, current = Names(), {}, None
    sessions: list[tuple[str, list[int]]] = []

    def begin(named: str | None) -> list[int]:
        sessions.append((names.unique(named or f"session {len(sessions) + 1}"), []))
        if named is not None:
            latest[named] = sessions[-1][1]
        return sessions[-1][1]

    for number, value in values:
        named = value.get("conversation_id")
        if value["kind"] == "trace":
            mine = current = begin(named)
        elif named is not None:
            mine = latest[named] if named in latest else begin(named)
        else:
            mine = current = begin(None) if current is None else current
        mine.append(number)
    return sessions


@pytest.mark.parametrize("array", [False, True], ids=["lines", "array"])
@given(records=LINES.filter(any))
def test_sessions_are_as_if_each_record_had_been_read(
    tmp_path_factory: pytest.TempPathFactory, array: bool, records: list[dict[str, Json] | None]
) -> None:
    path = tmp_path_factory.mktemp("r") / "t.jsonl"
    there = [record for record in records if record is not None]
    lines = [b"" if record is None else orjson.dumps(record) for record in records]
    path.write_bytes(orjson.dumps(there) if array else b"\n".join(lines))
    trace = Trace(path)
    numbered = (
        list(enumerate(there)) if array else [(n, r) for n, r in enumerate(records, 1) if r is not None]
    )
    found = []
    for index, name in enumerate(trace.session_ids):
        places = [entry.place for entry in trace.session(index).entries]
        found.append((name, [int(p.pointer[1:]) if array else p.line for p in places]))
    assert found == plainly(numbered)
