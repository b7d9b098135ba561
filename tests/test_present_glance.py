"""What is seen of a file at a glance: rows as they lie there, of whatever it holds, and nothing made up."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nalyqor_tui.phrase import plain
from nalyqor_tui.present.glance import WINDOW, Glance, look


def seen(tmp_path: Path, data: bytes | str, most: int = 10, name: str = "run.jsonl") -> Glance:
    """Look at a file with this content."""
    file = tmp_path / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    glance = look(str(file), most)
    assert glance is not None
    return glance


def told(glance: Glance) -> list[tuple[int, str, str, str]]:
    """Return its rows as tuples."""
    return [(row.number, row.what, row.turn, row.words) for row in glance.rows]


@pytest.mark.parametrize(
    ("record", "row"),
    [
        ({"kind": "message", "turn": 3, "role": "user", "content": " Hello "}, ("message user", "turn 3", "Hello")),
        ({"type": "user", "message": {"role": "user", "content": "Hi"}}, ("user", "", "Hi")),
        ({"type": "assistant", "message": {"content": [{"type": "text", "text": "So"}]}}, ("assistant", "", "So")),
        ({"role": "assistant", "content": [{"type": "image"}, {"text": "Then"}]}, ("assistant", "", "Then")),
        ({"kind": "tool_call", "turn": 1, "name": "look_up"}, ("tool_call", "turn 1", "look_up")),
        ({"kind": "decision", "chosen": {"reply": "Yes"}}, ("decision", "", "Yes")),
        ({"kind": "a", "type": "a", "role": "b", "turn": True, "text": "x"}, ("a b", "", "x")),
        ({"kind": 7, "turn": "9", "text": "x"}, ("", "", "x")),
        ({"kind": "note", "content": ""}, ("note", "", '{"kind": "note", "content": ""}')),
        ({"kind": "end"}, ("end", "", '{"kind": "end"}')),
    ],
)  # fmt: skip
def test_a_record_is_told_by_its_kind_its_turn_and_its_first_words(
    tmp_path: Path, record: dict[str, object], row: tuple[str, str, str]
) -> None:
    glance = seen(tmp_path, json.dumps(record) + '\n{"kind": "end"}\n')
    assert told(glance)[0] == (1, *row)


def test_a_line_that_cannot_be_read_is_shown_as_it_lies_there(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf{"text": "a"}\r\n\n{"text": broken\n[1]\n{"text": "\xff"}\n{"text": "e"}'
    glance = seen(tmp_path, data)
    assert [row.words for row in glance.rows] == ["a", "", '{"text": broken', "[1]", "\udcff", "e"]
    assert [row.number for row in glance.rows] == [1, 2, 3, 4, 5, 6]
    assert plain(glance.facts) == f"run.jsonl · {len(data)} bytes"


def test_a_document_is_shown_from_its_beginning(tmp_path: Path) -> None:
    pretty = json.dumps({"messages": [{"role": "user", "content": "Hi"}]}, indent=1)
    assert [row.words for row in seen(tmp_path, pretty).rows] == pretty.split("\n")[:10]
    flat = json.dumps([{"role": "user", "content": "ä" * WINDOW}], ensure_ascii=False)
    (row,) = seen(tmp_path, flat).rows
    assert row.what == "" and flat.startswith(row.words) and len(row.words.encode()) in (WINDOW, WINDOW - 1)


def test_no_more_is_read_than_the_window_and_no_more_shown_than_asked_for(tmp_path: Path) -> None:
    line = '{"kind": "message", "content": "so"}\n'
    glance = seen(tmp_path, line * 5000, most=3)
    assert told(glance) == [(n, "message", "", "so") for n in (1, 2, 3)]
    long = '{"kind": "message", "content": "' + "x" * WINDOW
    glance = seen(tmp_path, f'{line}{long}"}}\n')
    assert [(row.what, row.words[:8]) for row in glance.rows] == [("message", "so"), ("", '{"kind":')]


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (gzip.compress(b"{}\n" * 9, mtime=0), "a gzip file"),
        (b"\x28\xb5\x2f\xfd----", "a zstd file"),
        (b"PK\x03\x04----", "a zip file"),
        (b"\x7fELF\0\0", "this does not look like text"),
        ("{}\n{}".encode("utf-16"), "this does not look like text"),
    ],
)
def test_what_is_packed_or_no_text_is_said_to_be_so(tmp_path: Path, data: bytes, about: str) -> None:
    glance = seen(tmp_path, data)
    assert plain(glance.about).startswith(about)
    assert plain(glance.facts) == f"run.jsonl · {len(data)} bytes"
    assert glance.rows == []


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert seen(tmp_path, "").rows == []


def test_of_a_folder_the_names_are_seen(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl"):
        (tmp_path / name).touch()
    (tmp_path / "runs").mkdir()
    glance = look(str(tmp_path), 10)
    assert glance is not None
    assert glance.names == ["a.jsonl", "b.jsonl", "runs/"]
    assert plain(glance.facts) == tmp_path.name


def test_where_nothing_can_be_seen_nothing_is_shown_and_nobody_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "gone", tmp_path / "pipe", Path("/dev/zero"), Path("a\0b"), Path("x" * 5000)):
        assert look(str(path), 10) is None


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_whatever_a_file_holds_it_can_be_looked_at(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, most: int
) -> None:
    glance = seen(tmp_path_factory.getbasetemp(), data, most, "any")
    assert len(glance.rows) <= most
