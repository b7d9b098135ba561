"""Notes in a real terminal: two people at once, a disk that refuses, a window of one cell, a kill while one types."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_tui_pty import ESCAPE, Terminal, notes, terminal
from tui_samples import LARGE, SMALL, a_note, production

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is wanted")


def at_9(t: Terminal) -> None:
    """Wait for decision 9.1."""
    t.until("▸   9.1 ✖ bad")


def write(t: Terminal, text: str) -> None:
    """Open the editor and type."""
    t.type("a")
    t.until("Note on 9.1")
    t.type(text)
    t.until(text)


def test_two_people_at_once_each_keep_theirs_and_see_the_others(tmp_path: Path) -> None:
    trace = production(tmp_path)
    with terminal(str(trace), "--at", "9.1") as one, terminal(str(trace), "--at", "9.1") as other:
        for t, text in ((one, "from one desk"), (other, "from the other")):
            at_9(t)
            write(t, text)
        for t in (one, other):
            t.type(ESCAPE)
        for t in (one, other):
            t.until(lambda t=t: "saved: " in t.text)  # type: ignore[misc]
        for t in (one, other):
            t.type("7")
            t.until("from one desk")
            t.until("from the other")
            t.type(ESCAPE + "q")
            assert t.ended(10) == 0
    assert sorted(notes(trace)) == ["from one desk", "from the other"]
    assert Journal.open(trace, author="reader").problems == []


def test_a_disk_that_refuses_leaves_the_text_on_the_screen_until_it_takes_it(tmp_path: Path) -> None:
    trace = production(tmp_path)
    with terminal(str(trace), "--at", "9.1") as t:
        at_9(t)
        resource.prlimit(t.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        write(t, "an hour of thought")
        t.type(ESCAPE)
        t.until("UNSAVED")
        t.until("an hour of thought")
        assert "Note on 9.1" in t.text
        assert notes(trace) == []
        resource.prlimit(
            t.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        t.type(ESCAPE)
        t.until(lambda: "saved: " in t.text)
        t.type("q")
        assert t.ended(10) == 0
        assert t.sane
    assert notes(trace) == ["an hour of thought"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a small file system of its own, where that is allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_is_full_says_so_and_takes_the_note_when_there_is_room(small_disk: Path) -> None:
    trace = production(small_disk)
    filler = small_disk / "filler"
    with terminal(str(trace), "--at", "9.1", size=LARGE) as t:
        at_9(t)
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        write(t, "no room for this")
        t.type(ESCAPE)
        t.until("UNSAVED")
        assert notes(trace) == []
        filler.unlink()
        t.until("no room for this")
        t.type(ESCAPE)
        t.until(lambda: "saved: " in t.text)
        t.type("q")
        assert t.ended(10) == 0
        assert t.sane
    assert notes(trace) == ["no room for this"]


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_a_window_of_one_cell_loses_nothing_of_what_was_typed(
    tmp_path: Path, number: signal.Signals | None
) -> None:
    trace = production(tmp_path)
    with terminal(str(trace), "--at", "9.1") as t:
        at_9(t)
        write(t, "before")
        t.resize(1, 1)
        t.read(0.3)
        t.type(" and within")
        if number is None:
            t.resize(*SMALL)
            t.until("before and within")
            t.type(ESCAPE)
            t.until(lambda: "saved: " in t.text)
            t.type("q")
            assert t.ended(10) == 0
        else:
            t.read(0.3)
            t.process.send_signal(number)
            assert t.ended(5) == 128 + number
        assert t.sane
    assert notes(trace) == ["before and within"]


def test_a_kill_while_one_types_takes_no_more_than_the_last_two_seconds(tmp_path: Path) -> None:
    trace = production(tmp_path)
    with terminal(str(trace), "--at", "9.1") as t:
        at_9(t)
        write(t, "half a thought")
        t.until(lambda: notes(trace) == ["half a thought"])
        t.process.kill()
        t.ended(5)
    with terminal(str(trace), "--at", "9.1") as t:
        at_9(t)
        t.type("a")
        t.until("A draft from an earlier session")
        t.until("half a thought")


def test_not_a_byte_of_anothers_note_reaches_the_terminal_of_a_blind_reader(tmp_path: Path) -> None:
    trace = production(tmp_path)
    a_note(trace, "9.1", Body(kind="question", text="Bertswords", tags=("Bertstag",)), author="Bertsname")
    with terminal(str(trace), "--at", "9.1", "--blind", size=LARGE) as t:
        t.until("1 of others hidden")
        t.process.terminate()
        t.ended(5)
        assert b"Berts" not in t.written
    with terminal(
        str(trace), "--at", "9.1", size=LARGE
    ) as t:  # it holds also where it is not asked for again
        t.until("1 of others hidden")
        for keys in ("7", "u", "c", ESCAPE, "v", ESCAPE, "f", "noted\r", ESCAPE, "w", "a"):
            t.type(keys)
            t.read(0.1)
        t.until("Note on")
        t.process.terminate()
        t.ended(5)
        assert b"Berts" not in t.written
    assert [r.op for r in Journal.open(trace, author="Bertsname").records] == ["create", "blind"]
