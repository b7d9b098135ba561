"""What is said of a line of a file: by its record, or by its beginning where it is long."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.phrase import plain
from nalyqor_tui.present.lines import (
    BEGINNING,
    PRETTY,
    SHOWN,
    line_row,
    record_rows,
    set_out,
    size_words,
    wanted_bytes,
)  # fmt: skip
from nalyqor_tui.present.rows import Truth


def told(value: Any) -> tuple[str, int | None, str]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    row = line_row(data[:BEGINNING], len(data))
    return plain(row.kind), row.turn, plain(row.says)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (
            {"kind": "message", "seq": 1, "turn": 3, "role": "user", "content": "Hello."},
            ("message", 3, "user: Hello."),
        ),
        ({"kind": "decision", "turn": 1, "chosen": {"reply": "Yes."}}, ("decision", 1, "Yes.")),
        (
            {"kind": "decision", "turn": 1, "chosen": {"tool": "pay", "arguments": {"n": 1}}},
            ("decision", 1, 'pay {"n":1}'),
        ),
        (
            {"type": "user", "message": {"role": "user", "content": [{"type": "text", "text": "Hi"}]}},
            ("user", None, "user Hi"),
        ),
        ({"role": "assistant", "content": "Done."}, ("assistant", None, "Done.")),
        ({"event": "start", "n": 1}, ("start", None, '{"n":1}')),
        ({"n": 1}, ("an object", None, '{"n":1}')),
        ({"kind": "message", "turn": True, "content": 5}, ("message", None, "5")),
        ([1, 2], ("a value", None, "[1,2]")),
        (b"", ("blank", None, "")),
        (b" \r", ("blank", None, "")),
        (b"\x00\x00", ("NUL bytes", None, "a crash, or a hole in the file")),
        (b'{"half', ("no JSON", None, '{"half')),
    ],
)
def test_a_line_is_called_what_its_record_calls_itself(value: Any, says: tuple[str, int | None, str]) -> None:
    assert told(value) == says


def test_a_long_line_is_told_by_its_beginning() -> None:
    record = {"kind": "message", "seq": 1, "turn": 3, "role": "user", "content": "word " * 10_000}
    assert told(json.dumps(record).encode())[:2] == ("message", 3)
    data = json.dumps(record).encode()
    row = line_row(data[:BEGINNING], len(data))
    assert plain(row.kind) == "message" and row.turn == 3
    row = line_row(b"x" * BEGINNING, BEGINNING + 1)
    assert plain(row.kind) == "a long line" and plain(row.says) == "x" * 300


@given(st.binary(max_size=200), st.integers(0, 10))
def test_whatever_lies_there_something_is_said_of_it(data: bytes, more: int) -> None:
    row = line_row(data, len(data) + more)
    assert row.kind
    assert all(row.truth is Truth.OBSERVED for row in record_rows(data, len(data) + more, None, 0))


def test_a_record_is_set_out_with_where_it_lies() -> None:
    data = b'{"a":{"b":1}}'
    line, size, record = record_rows(data, len(data), 1233, 5000)
    assert (line.label, plain(line.value)) == ("line", "1,234")
    assert plain(size.value) == "13, from byte 5,000 on"
    assert record.body == '{\n  "a": {\n    "b": 1\n  }\n}'
    assert set_out(data) == record.body


def test_a_number_that_is_not_known_is_called_so() -> None:
    assert "not known yet" in plain(record_rows(b"{}", 2, None, 0)[0].value)


def test_of_a_long_record_the_beginning_is_shown_and_called_so() -> None:
    length = PRETTY + 1
    assert wanted_bytes(length) == SHOWN
    record = record_rows(b"x" * SHOWN, length, 0, 0)[-1]
    assert "the first 65,536 bytes" in plain(record.value) and record.body == "x" * SHOWN


def test_a_record_whose_file_was_cut_is_called_so() -> None:
    record = record_rows(b'{"a', 100, 0, 0)[-1]
    assert "the file was cut" in plain(record.value) and record.tone == "fail"


@pytest.mark.parametrize(
    ("size", "says"),
    [(0, "0 B"), (9_999, "9,999 B"), (10_000, "10 kB"), (9_999_999, "9,999 kB"), (200_000_000, "200 MB"),
     (10_737_418_240, "10.7 GB")],
)  # fmt: skip
def test_sizes_are_written_short(size: int, says: str) -> None:
    assert size_words(size) == says
    assert len(size_words(size)) <= 9
