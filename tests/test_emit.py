"""The emitter: what it writes, what it never does to its agent, and that it stands alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nalyqor_tui.trace import emit
from nalyqor_tui.trace.emit import TraceWriter

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def lines(path: Path) -> list[dict[str, Any]]:
    """Every line, decoded by a parser that is stricter than the standard one."""
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return [orjson.loads(line) for line in data.split(b"\n")[:-1]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def test_header_then_records_with_kind_seq_turn_first(path: Path) -> None:
    with TraceWriter(path, agent_name="desk", captures={"context": "all"}, clock=lambda: NOON) as trace:
        trace.message("user", "Hello")
    header, message, end = lines(path)
    assert list(header)[:4] == ["kind", "schema", "trace_id", "ts"]
    assert header["schema"] == "nalyqor.trace/1"
    assert header["captures"] == {"context": "all"}
    assert message == {
        "kind": "message", "seq": 1, "turn": 1, "id": "m1", "ts": "2026-03-02T12:00:00.000Z",
        "role": "user", "content": "Hello",
    }  # fmt: skip
    assert list(message)[:3] == ["kind", "seq", "turn"]
    assert (end["kind"], end["seq"], end["status"]) == ("end", 2, "complete")


def test_every_kind_and_the_id_it_returns(path: Path) -> None:
    trace = TraceWriter(path, clock=None)
    ids = [
        trace.message("user", "change it"),
        trace.proposal("update", {"to": 1}, text="Shall I?"),
        trace.confirmation("given", answers="p1", covers={"tool": "update"}, by="user", type="change_ok"),
        trace.retrieval("change", [{"id": "R-1", "score": 0.5}]),
        trace.context([{"ref": "m1", "tokens": [0, 4]}], input_tokens=4),
        trace.decision(
            {"tool": "update", "arguments": {"to": 1}}, context="x1", believes=[], relied_on=["cf1"]
        ),
        trace.tool_call("d1", "update", {"to": 1}),
        trace.tool_result("call_1", "ok", None),
        trace.compaction(kept=["cf1"], dropped=["m1"], tokens_before=9, tokens_after=4, summary="short"),
        trace.outcome("pass", by="survey"),
        trace.end(),
    ]
    trace.close()
    records = lines(path)[1:]
    assert ids == ["m1", "p1", "cf1", "r1", "x1", "d1", "call_1", "res_1", "k1", "o1", "e1"]
    assert [r["id"] for r in records] == ids
    assert [r["seq"] for r in records] == list(range(1, 12))
    assert not any("ts" in r for r in records)
    assert records[7]["result"] is None, "a result of null was observed"
    assert records[8]["summary"] == "short", "extra fields are kept"


def test_what_was_not_given_is_not_written_and_what_was_empty_is(path: Path) -> None:
    with TraceWriter(path) as trace:
        trace.decision({"reply": "hi"})
        trace.decision({"reply": "hi"}, believes=[])
    first, second = lines(path)[1:3]
    assert not first.keys() & {"believes", "relied_on", "margin", "context"}
    assert second["believes"] == []


def test_turns_follow_the_user(path: Path) -> None:
    with TraceWriter(path) as trace:
        trace.message("system", "rules")
        trace.message("user", "one")
        trace.message("assistant", "two")
        trace.message("user", "three")
        trace.tool_result("call_0", "timeout", None, turn=1)
        trace.message("user", "resumed", turn=40)
        trace.message("assistant", "last")
    assert [r["turn"] for r in lines(path)[1:]] == [1, 1, 1, 2, 1, 40, 40, 40]


def test_given_id_and_ts_win(path: Path) -> None:
    local = datetime(2026, 3, 2, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    with TraceWriter(path) as trace:
        assert trace.message("user", "a", id="msg-7", ts=local) == "msg-7"
        trace.message("user", "b", ts=1772452800.25)
    first, second = lines(path)[1:3]
    assert first["ts"] == "2026-03-02T12:00:00.000Z"
    assert (second["id"], second["ts"]) == ("m2", 1772452800.25)


@pytest.mark.parametrize("field", ["kind", "seq", "conversation_id"])
def test_the_writers_own_fields_are_refused(path: Path, field: str) -> None:
    with TraceWriter(path) as trace, pytest.raises(TypeError, match=field):
        trace.message("user", "a", **{field: 3})
    with pytest.raises(TypeError, match="schema"):
        TraceWriter(path, schema="other")


def test_an_exception_is_recorded_and_goes_on(path: Path) -> None:
    with pytest.raises(KeyError), TraceWriter(path) as trace:
        trace.message("user", "a")
        raise KeyError("gone")
    end = lines(path)[-1]
    assert (end["kind"], end["status"], end["error"]) == ("end", "error", "KeyError('gone')")


def test_an_explicit_end_is_the_only_end(path: Path) -> None:
    with TraceWriter(path) as trace:
        trace.end("handed over")
    assert [r["status"] for r in lines(path) if r["kind"] == "end"] == ["handed over"]


def test_records_are_on_disk_before_the_session_ends(path: Path) -> None:
    trace = TraceWriter(path)
    trace.message("user", "still here")
    assert [r["kind"] for r in lines(path)] == ["trace", "message"]
    trace.close()


def test_a_file_cut_in_mid_line_is_continued_on_a_fresh_line(path: Path) -> None:
    path.write_bytes(b'{"kind":"message","se')
    with TraceWriter(path) as trace:
        trace.message("user", "after the crash")
    torn, header, *_ = path.read_bytes().split(b"\n")
    assert torn == b'{"kind":"message","se', "nothing that was there is touched"
    assert orjson.loads(header)["kind"] == "trace"


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no repr either")


def cycle() -> list[object]:
    loop: list[object] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(10**5000, {"$repr": "<int whose repr raised ValueError>"}, id="endless integer"),
        ({3}, {"$repr": "{3}"}),
        (float("nan"), {"$repr": "nan"}),
        ([1, float("-inf")], [1, {"$repr": "-inf"}]),
        (b"\x00", {"$repr": r"b'\x00'"}),
        ("\ud800", {"$repr": r"'\ud800'"}),
        ({(1, 2): object}, {"(1, 2)": {"$repr": "<class 'object'>"}}),
        (Hostile(), {"$repr": "<Hostile whose repr raised RuntimeError>"}),
        (cycle(), [{"$repr": "[[...]]"}]),
        ((1, "two"), [1, "two"]),
        ("line\u2028end \x1b[31m", "line\u2028end \x1b[31m"),
    ],
)
def test_values_that_json_cannot_hold(path: Path, value: object, written: object) -> None:
    with TraceWriter(path) as trace:
        call = trace.tool_call("d1", "t", {"value": value})
        assert call == "call_1"
    assert lines(path)[1]["arguments"] == {"value": written}


def test_what_is_nested_beyond_any_reader_does_not_stop_the_agent(path: Path) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with TraceWriter(path) as trace:
        trace.tool_result("call_1", "ok", deep)
    assert lines(path)[1]["kind"] == "tool_result"


TEXT = st.text(st.characters(codec=None))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | TEXT | st.builds(Hostile)
KEYS = TEXT | st.integers() | st.binary()
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner) | st.tuples(inner, inner)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ANYTHING)
def test_any_value_becomes_one_readable_line(value: object) -> None:
    line = emit._encode({"kind": "tool_result", "result": value})
    assert line.count(b"\n") == 1
    assert json.loads(line)["kind"] == "tool_result"
    line.decode("utf-8")


def test_threads_share_a_writer(path: Path) -> None:
    trace = TraceWriter(path)

    def work() -> None:
        for _ in range(200):
            trace.message("assistant", "x" * 300)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trace.close()
    records = lines(path)[1:]
    assert [r["seq"] for r in records] == list(range(1, 1601))
    assert len({r["id"] for r in records}) == 1600


def test_interleaved_sessions_can_be_told_apart(path: Path) -> None:
    with (
        TraceWriter(path, conversation_id="a", interleaved=True) as one,
        TraceWriter(path, conversation_id="b", interleaved=True) as two,
    ):
        one.message("user", "1")
        two.message("user", "2")
        one.message("user", "3")
    spoken = [(r["conversation_id"], r["turn"]) for r in lines(path) if r["kind"] == "message"]
    assert spoken == [("a", 1), ("b", 1), ("a", 2)]


def test_a_log_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        TraceWriter(tmp_path / "nowhere" / "run.jsonl")


def test_one_file_alone_is_enough(tmp_path: Path) -> None:
    """Copied into an empty folder it runs without site-packages: nothing but the standard library."""
    shutil.copy(emit.__file__, tmp_path / "emit.py")
    code = "from emit import TraceWriter\nwith TraceWriter('t.jsonl') as t: t.message('user', 'hi')"
    subprocess.run([sys.executable, "-S", "-c", code], cwd=tmp_path, check=True, env={})
    assert [r["kind"] for r in lines(tmp_path / "t.jsonl")] == ["trace", "message", "end"]


def test_importing_it_loads_none_of_our_dependencies() -> None:
    ours = "{'pydantic', 'orjson', 'textual', 'rich'}"
    code = f"import sys, nalyqor_tui.trace.emit\nprint(sorted({ours} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
