"""The lines of a file in a real terminal: nothing of them acts, and a file that is being written is followed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from test_tui_pty import _ALLOWED, ESCAPE, hostile_trace, terminal
from tui_samples import LARGE, lines, replied, said

AT_ONCE = """
import sys
from nalyqor_tui.trace.index import file
file.LARGE = 0
from nalyqor_tui.tui import opening
opening.Opening.begin = lambda self: None
from nalyqor_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_no_line_reaches_the_terminal_as_anything_but_text(tmp_path: Path) -> None:
    trace = hostile_trace(tmp_path)
    count = len(trace.read_bytes().splitlines())
    with terminal(str(trace), size=LARGE, program=("-c", AT_ONCE)) as t:
        t.until("line 1 of")
        for number in range(1, count + 1, 7):
            t.press(f":{number}\r", f"line {number:,} of")
        for keys, drawn in (("g", "line 1 of"), ("G", f"line {count:,} of"), ("\r", "esc closes"), (ESCAPE, "search"),
                            ("/owned\r", "owned"), ("n", "hit "), ("y", "Copy"), (ESCAPE, "search")):  # fmt: skip
            t.press(keys, drawn)
        t.read(0.5)
        assert t.process.poll() is None, "a string of the trace pressed q"
        t.type("q")
        t.ended(5)
        rest = _ALLOWED.sub("", t.written.decode("utf-8"))
        found = next((at for at, char in enumerate(rest) if not char.isprintable()), None)
        assert found is None, ascii(rest[found - 40 : found + 40]) if found is not None else ""
        assert t.sane


def test_a_file_that_is_written_is_followed_from_its_first_line_on(tmp_path: Path) -> None:
    trace = lines(tmp_path, said(1, 1, "hello"), *replied(2, 1, "good day"))
    with terminal(str(trace), "--follow", size=LARGE) as t:
        t.until("▸   1.1")
        t.until("following")
        with trace.open("a") as out:
            out.write(
                "".join(
                    json.dumps(record) + "\n" for record in (said(4, 2, "more"), *replied(5, 2, "surely"))
                )
            )
        t.until("▸   2.1")
        t.type("L")
        t.until("line 6 of 7")
        t.type("qq")
        assert t.ended(5) == 0
        assert t.sane


def test_a_text_that_is_written_anew_as_a_trace_is_opened(tmp_path: Path) -> None:
    whole = lines(tmp_path, said(1, 1, "hello"), *replied(2, 1, "good day")).read_text()
    path = tmp_path / "t.jsonl"
    path.write_text("no JSON at all\n" * 90)
    with terminal(str(path), "--follow", size=LARGE) as t:
        t.until("! ")
        path.write_text(whole)
        t.until("▸   1.1")
        path.unlink()
        t.until("deleted: what was read stays")
        t.type("q")
        assert t.ended(5) == 0
        assert t.sane


def test_what_is_no_trace_is_shown_and_said_again_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "strange.jsonl"
    path.write_text("no JSON at all\n" * 9)
    with terminal(str(path), "--follow", size=LARGE) as t:
        t.until("no JSON at all")
        t.until("! ")
        t.type("q")
        assert t.ended(5) == 3
        assert t.sane
        assert b"nalyqor-tui: " in bytes(t.written).rpartition(b"\x1b[?1049l")[2]


@pytest.mark.parametrize(
    ("name", "options", "code", "says"),
    [
        (".", ["--follow"], 2, "only a plain file can be followed"),
        ("pipe", ["--follow"], 2, "only a plain file can be followed"),
        ("pipe", [], 3, "is a pipe"),
        ("/dev/zero", [], 3, "is a device"),
        ("gone.jsonl", ["--follow"], 3, "no such file"),
    ],
)
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, name: str, options: list[str], code: int, says: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with terminal(str(tmp_path / name), *options) as t:
        assert t.ended(10) == code
        assert says.encode() in t.written
        assert t.sane or b"1049" not in t.written
