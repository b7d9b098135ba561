"""The native format: what a file of records becomes, and that no line of it is ever lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import header, lines, message, numbered, opened, write

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.records import Message, Unparsed
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

A, B = numbered([message(content="a", id="a"), message(content="b", id="b")])


def texts(session: Session) -> list[Any]:
    """What each record says: the content of a message, the problem of an unparsed one, else the kind."""
    out = []
    for entry in session.entries:
        record = entry.record
        said = record.content if isinstance(record, Message) else None
        out.append(record.problem if isinstance(record, Unparsed) else said or record.kind)
    return out


def of(conversation: str, content: str) -> dict[str, Any]:
    return {**A, "content": content, "conversation_id": conversation}


class TestSessions:
    @pytest.mark.parametrize(
        ("records", "sessions"),
        [
            ([header(), A, B], {"session 1": ["trace", "a", "b"]}),
            ([A, B], {"session 1": ["a", "b"]}),
            ([header(conversation_id="c"), A, B], {"c": ["trace", "a", "b"]}),
            ([header(), A, header(), B], {"session 1": ["trace", "a"], "session 2": ["trace", "b"]}),
            (
                [
                    header(conversation_id="x"),
                    header(conversation_id="y"),
                    of("x", "1"),
                    of("y", "2"),
                    of("x", "3"),
                ],
                {"x": ["trace", "1", "3"], "y": ["trace", "2"]},
            ),
            ([of("x", "1"), of("y", "2"), of("x", "3")], {"x": ["1", "3"], "y": ["2"]}),
            (
                [header(conversation_id="c"), of("c", "1"), header(conversation_id="c"), of("c", "2"), A],
                {"c": ["trace", "1"], "c #2": ["trace", "2", "a"]},
            ),
            (
                [of("c #2", "1"), header(conversation_id="c"), header(conversation_id="c")],
                {"c #2": ["1"], "c": ["trace"], "c #3": ["trace"]},
            ),
            ([header(conversation_id="x"), of("y", "1"), A], {"x": ["trace", "a"], "y": ["1"]}),
        ],
    )
    def test_a_header_starts_one_and_a_conversation_id_names_one(
        self, tmp_path: Path, records: list[Any], sessions: dict[str, list[str]]
    ) -> None:
        trace = opened(tmp_path / "t", *records)
        assert {i: texts(trace.session(n)) for n, i in enumerate(trace.session_ids)} == sessions

    def test_the_header_says_what_is_captured(self, tmp_path: Path) -> None:
        session = opened(tmp_path / "t", header(captures={"context": "all"}), A).session(0)
        assert (session.captures.context, session.captures.margin) == ("all", "none")

    def test_without_a_header_nothing_is_captured(self, tmp_path: Path) -> None:
        assert opened(tmp_path / "t", A).session(0).captures.context == "none"


class TestLines:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (lines([A, B]), ["a", "b"]),
            (lines([A, B]).removesuffix(b"\n"), ["a", "b"]),
            (b"\xef\xbb\xbf" + lines([A, B]), ["a", "b"]),
            (lines([A, B]).replace(b"\n", b"\r\n"), ["a", "b"]),
            (b"\n \n" + lines([A]) + b"\n\t\n\r\n" + lines([B]) + b"\n\n", ["a", "b"]),
            (
                lines([A])[:-9] + b"\n" + lines([B]),
                ["not JSON: unterminated string starting at column 74", "b"],
            ),
            (lines([A]) + b"nonsense\n" + lines([B]), ["a", "not JSON: expecting value at column 1", "b"]),
            (lines([A]) + b"\x00" * 40, ["a", "only NUL bytes (a crash or a sparse tail)"]),
            (lines([A]) + b"[1]\n", ["a", "a record is an object, not an array"]),
            (json.dumps(A | {"content": "x\u2028y\x85z"}, ensure_ascii=False).encode(), ["x\u2028y\x85z"]),
            (lines([A]) + b'"' + b"\xff" + b'"\n' + lines([B]), ["a", "not UTF-8 at byte 1 (0xff)", "b"]),
            (lines([A]) + b"[" * 300 + b"]" * 300 + b"\n", ["a", "nested deeper than 200 levels"]),
            (json.dumps([A, 5, B]).encode(), ["a", "a record is an object, not a number", "b"]),
            (json.dumps([A, B], indent=1).encode(), ["a", "b"]),
            (b"[\n" + lines([A]).strip() + b",\n" + lines([B]).strip() + b"\n]\n", ["a", "b"]),
            (json.dumps(A, indent=1).encode(), ["a"]),
        ],
    )
    def test_each_piece_is_a_record_or_says_what_is_wrong(
        self, tmp_path: Path, data: bytes, says: list[str]
    ) -> None:
        assert texts(opened(tmp_path / "t", data).session(0)) == says

    def test_a_torn_last_line_may_still_be_being_written(self, tmp_path: Path) -> None:
        session = opened(tmp_path / "t", lines([A, B])[:-5]).session(0)
        first, last = texts(session)
        assert first == "a"
        assert last.startswith("incomplete last line, it may still be being written (not JSON: ")

    def test_a_broken_line_keeps_its_bytes_and_its_place(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", A, b'{"half": \xff\n', B)
        broken = trace.session(0).entries[1]
        assert isinstance(broken.record, Unparsed)
        assert broken.record.text.encode("utf-8", "surrogateescape") == b'{"half": \xff'
        assert broken.place.line == 2
        assert trace.raw(broken.place) == broken.record.text

    def test_the_raw_line_is_the_line(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", b"\xef\xbb\xbf", b'{"kind" : "end",  "seq":1,"turn":1}\n')
        assert trace.raw(trace.session(0).entries[0].place) == '{"kind" : "end",  "seq":1,"turn":1}'

    def test_great_integers_keep_their_digits(self, tmp_path: Path) -> None:
        session = opened(tmp_path / "t", A | {"content": {"id": 2**64 + 1}}).session(0)
        assert texts(session) == [{"id": 2**64 + 1}]

    def test_a_line_longer_than_a_window_is_one_line(self, tmp_path: Path) -> None:
        long = "x" * 2_500_000
        assert texts(opened(tmp_path / "t", A | {"content": long}, B).session(0)) == [long, "b"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
RECORD = st.builds(
    lambda kind, more, conversation: {
        **A, "kind": kind, **more, **({"conversation_id": conversation} if conversation else {})
    },
    st.sampled_from(["trace", "message", "decision", "weather", "verdict"]),
    st.dictionaries(st.sampled_from(["seq", "role", "x", "id", "chosen"]), JSON, max_size=2),
    st.sampled_from(["", "x", "y"]),
)  # fmt: skip
GARBAGE = st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"?"))


@settings(max_examples=100)
@given(
    st.lists(
        RECORD.map(lambda value: json.dumps(value).encode()) | GARBAGE | JSON.map(json.dumps).map(str.encode)
    )
)
def test_every_line_is_one_record_of_one_session(tmp_path_factory: Any, found: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("native") / "t"
    found = [json.dumps(A).encode(), *found]
    trace = Trace(write(path, b"\n".join(found)))
    if trace.format_title != "nalyqor.trace/1":
        return  # by chance the garbage is a conversation
    sessions = [trace.session(n) for n in range(len(trace.session_ids))]
    read = sorted(entry.place.line or 0 for session in sessions for entry in session.entries)
    assert read == [n for n, line in enumerate(found, start=1) if line.strip(b" \t\r")]
    assert len(set(trace.session_ids)) == len(sessions)


@settings(max_examples=150)
@given(
    st.binary(max_size=80)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(RECORD, max_size=3).map(lambda records: json.dumps(records).encode())
)
def test_no_bytes_raise_anything_but_a_trace_error(tmp_path_factory: Any, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "t"
    path.write_bytes(data)
    try:
        trace = Trace(path)
    except TraceError as error:
        assert str(path) in str(error)
        return
    for number in range(len(trace.session_ids)):
        for entry in trace.session(number).entries:
            trace.raw(entry.place)
            trace.record_sha256(entry.place)
