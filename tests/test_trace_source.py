"""The trace file as bytes: what cannot be a trace is refused in a line that says what to do."""

from __future__ import annotations

import gc
import gzip
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import SHARED, header, lines, message, opened, write

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.store import Trace

BAD = SHARED / "hostile" / "bad_traces"


def refused(path: Path) -> str:
    """Return the one line in which a file is refused."""
    with pytest.raises(TraceError) as caught:
        Trace(path)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert caught.value.remedy
    return said.removeprefix(str(path))


def a_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: None, r": no such file \(check the name\)"),
        (Path.mkdir, r": no trace in this folder: it holds no files"),
        (os.mkfifo, r": is a pipe \("),
        (a_loop, r": cannot be opened: a loop of links"),
        (lambda p: p.write_bytes(b""), r": no records: the file is empty"),
        (lambda p: p.write_bytes(b"\n\n \r\n"), r": no records: the file holds only blank lines"),
        (lambda p: p.write_bytes(gzip.compress(b"{}")), r":1: JSON, but no trace that is known"),
        (lambda p: p.write_bytes(b"\x1f\x8b\x08"), r": this gzip file cannot be unpacked: compressed file ended"),
        (lambda p: p.write_bytes(b"PK\x03\x04"), r": this zip archive holds no readable file"),
        (lambda p: p.write_bytes(b"\x28\xb5\x2f\xfd"), r": this zstd file cannot be unpacked: compressed file"),
        (lambda p: p.write_bytes(b"\x7fELF\x02"), r": this is a binary file"),
        (lambda p: p.write_bytes(b"SQLite format 3\x00"), r": this is an SQLite database"),
        (lambda p: p.write_text("{}", encoding="utf-16"), r": this is UTF-16 text .*iconv"),
        (lambda p: p.write_bytes(b"\xfe\xff\x00{"), r": this is UTF-16 text"),
        (lambda p: p.write_text("hello"), r":1: not JSON: expecting value at column 1 \(it begins with: hello; looked"),
        (lambda p: p.write_text("<html>"), r":1: not JSON \(looks like HTML or XML\)"),
        (lambda p: p.write_text("{'a': None}"), r":1: not JSON \(looks like Python's repr\)"),
        (lambda p: p.write_text('{"a": 1}'), r":1: JSON, but no trace that is known \(it begins with: .*looked for: "),
        (lambda p: p.write_text("[]"), r":1: JSON, but no trace"),
        (lambda p: p.write_text("5"), r":1: JSON, but no trace"),
        (lambda p: p.write_text('{"kind":"end"}\r{"kind":"end"}\r'), r":1: its lines end in CR alone.*convert it"),
        (lambda p: p.write_bytes(b"\xef\xbb\xbf"), r":1: not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_trace_is_refused(tmp_path: Path, make: Callable[[Path], object], says: str) -> None:
    make(tmp_path / "t")
    assert re.match(says, refused(tmp_path / "t"))
    gc.collect()  # a file closed twice would be reported here


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    write(tmp_path / "t", header()).chmod(0)
    assert ": may not be read" in refused(tmp_path / "t")


def test_a_format_is_told_by_the_content_and_not_by_the_name(tmp_path: Path) -> None:
    assert opened(tmp_path / "t.gz", header()).format_title == "nalyqor.trace/1"
    assert opened(tmp_path / "native.jsonl", {"messages": [{"role": "user"}]}).format_title.startswith("chat")


def test_blank_lines_and_broken_ones_before_the_first_record(tmp_path: Path) -> None:
    trace = opened(tmp_path / "t", b"\n" * 100_000, b"torn\n", message(turn=1, seq=1))
    assert [entry.place.line for entry in trace.session(0).entries] == [100_001, 100_002]


@given(st.lists(st.binary(max_size=20).map(lambda data: data.replace(b"\n", b"")), min_size=1))
def test_lines_are_split_at_newlines_only(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]
) -> None:
    data = b"{" + b"\n".join(parts)
    source = Source(write(tmp_path_factory.mktemp("lines") / "t", data))
    found = list(source.lines())
    assert b"\n".join(line.data for line in found) == data.removesuffix(b"\n")
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert all(source.read(line.offset, len(line.data)) == line.data for line in found)


def test_a_file_that_was_cut_since_gives_what_is_left(tmp_path: Path) -> None:
    path = write(tmp_path / "t", header(), message(seq=1), message(seq=2))
    trace = Trace(path)
    path.write_bytes(lines([header()]))
    assert trace.session(0).record(0).kind == "trace"
    assert trace.sha256() == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.skipif(not BAD.exists(), reason="the shared bad traces are not here")
@pytest.mark.parametrize("path", sorted(BAD.iterdir()) if BAD.exists() else [], ids=lambda p: p.name)
def test_the_shared_bad_traces_open_or_are_refused(path: Path) -> None:
    try:
        trace = Trace(path)
    except TraceError as error:
        assert error.remedy
        return
    for number in range(len(trace.session_ids)):
        assert trace.session(number).entries
