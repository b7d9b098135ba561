"""What happens to the notes when the writer is killed, the disk is full, or the file is not as we left it."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from notes_samples import a_trace, anchor, body, opened, texts

import nalyqor_tui
from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import files, storage
from nalyqor_tui.notes.journal import Journal

WRITER = """
import os, sys
from pathlib import Path
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Anchor, Body, TraceIdentity

journal = Journal.open(Path(sys.argv[1]), author=sys.argv[2])
anchor = Anchor(trace=TraceIdentity(name="trace.jsonl", bytes=1), turn=1)
while True:
    note = journal.create(anchor, Body(kind="mark", text="x" * 3000))
    os.write(1, note.head.id.encode() + b"\\n")
    note = journal.edit(note.id, Body(kind="mark", text="y"))
    os.write(1, note.head.id.encode() + b"\\n")
"""


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return a_trace(tmp_path)


def kept(journal: Journal) -> set[str]:
    """Return the ids of all records a journal shows."""
    return {version.id for note in journal.notes() for version in note.versions}


def test_killed_writers_lose_no_acknowledged_note(trace: Path) -> None:
    chance = random.Random(9)
    acknowledged: set[str] = set()
    environment = {**os.environ, "PYTHONPATH": str(Path(nalyqor_tui.__file__).parents[1])}
    for _ in range(2):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(trace), f"writer {number}"],
                stdout=subprocess.PIPE,
                env=environment,
            )
            for number in range(3)
        ]
        for writer in writers:
            assert writer.stdout
            acknowledged.add(writer.stdout.readline().decode().strip())
        for writer in writers:
            time.sleep(chance.random() * 0.02)
            writer.kill()
        for writer in writers:
            rest, _ = writer.communicate()
            acknowledged.update(line.decode() for line in rest.split(b"\n")[:-1])
    journal = opened(trace)
    assert len(acknowledged) >= 6
    assert acknowledged <= kept(journal)
    journal.create(anchor(), body("after the storm"))
    assert "after the storm" in texts(opened(trace))


def test_the_long_run_of_kills_can_be_had_short() -> None:
    """The same as `python -m tests.bench.kills`, whose figure stands in docs/reliability.md."""
    command = [sys.executable, "-m", "tests.bench.kills", "--kills", "60"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("60 kills of 2 writers at a time")
    assert " 0 lost, 0 changed" in done.stdout


def test_a_tail_torn_at_any_byte_loses_nothing_before_or_after(trace: Path) -> None:
    journal = opened(trace)
    first = journal.create(anchor(), body("first"))
    whole_before = journal.path.stat().st_size
    last = journal.create(anchor(), body("last"))
    path, data = journal.path, journal.path.read_bytes()
    for end in range(whole_before, len(data)):
        path.write_bytes(data[:end])
        torn = opened(trace)
        unbroken = end == len(data) - 1  # all but the newline
        assert kept(torn) == {first.id, *([last.id] if unbroken else [])}
        clean = unbroken or end == whole_before
        assert [(problem.line, "torn" in problem.what) for problem in torn.problems] == (
            [] if clean else [(2, True)]
        )
        new = torn.create(anchor(), body("next"))
        again = opened(trace)
        assert kept(again) == {first.id, new.id, *([last.id] if unbroken else [])}
        assert [problem.line for problem in again.problems] == ([] if clean else [2])
        assert path.read_bytes().startswith(data[:end])


def test_a_damaged_line_is_set_aside_and_stays_in_the_file(trace: Path) -> None:
    journal = opened(trace)
    for text in ("one", "two", "three"):
        journal.create(anchor(), body(text))
    lines = journal.path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"two"', b'"TWO"')
    damaged = b"".join([*lines, b"<<<<<<< HEAD\n", b"\xff\n", b"\n"])
    journal.path.write_bytes(damaged)
    again = opened(trace)
    assert texts(again) == ["one", "three"]
    assert [(problem.line, problem.what.split()[0]) for problem in again.problems] == [
        (2, "the"),
        (4, "not"),
        (5, "not"),
    ]
    assert journal.path.read_bytes() == damaged


def test_a_line_that_is_there_twice_counts_once(trace: Path) -> None:
    journal = opened(trace)
    journal.create(anchor(), body("one"))
    journal.path.write_bytes(journal.path.read_bytes() * 2)
    again = opened(trace)
    assert texts(again) == ["one"]
    assert again.problems == []


def test_one_id_with_two_contents_is_shown_as_a_problem(trace: Path) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("one"))
    forged = storage.encode(note.head.model_copy(update={"body": body("forged")}))
    with journal.path.open("ab") as file:
        file.write(forged)
    again = opened(trace)
    assert texts(again) == ["one"]
    assert [note.id in problem.what for problem in again.problems] == [True]


def test_an_edit_whose_note_was_damaged_is_still_shown_and_a_retraction_named(trace: Path) -> None:
    journal = opened(trace)
    edited = journal.create(anchor(), body("one"))
    journal.edit(edited.id, body("two"))
    withdrawn = journal.create(anchor(), body("three"))
    journal.retract(withdrawn.id)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join([b"?" + lines[0], lines[1], b"?" + lines[2], lines[3]]))
    again = opened(trace)
    assert texts(again) == ["two"]
    assert any(withdrawn.id in problem.what for problem in again.problems)


def test_records_that_go_round_in_a_circle_are_not_hidden(trace: Path) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("one"))
    head = journal.edit(note.id, body("two")).head
    looped = head.model_copy(update={"prev": head.id})
    journal.path.write_bytes(storage.encode(looped))
    assert texts(opened(trace)) == ["two"]


def test_a_file_that_another_program_replaced_is_read_anew(trace: Path) -> None:
    journal = opened(trace)
    journal.create(anchor(), body("one"))
    one = journal.path.read_bytes()
    journal.create(anchor(), body("two"))
    both = journal.path.read_bytes()
    journal.path.write_bytes(one)
    assert journal.refresh()
    assert texts(journal) == ["one"]
    journal.path.unlink()
    assert journal.refresh()
    assert texts(journal) == []
    assert "gone" in journal.problems[0].what
    journal.path.write_bytes(both.replace(one, b""))
    assert journal.refresh()
    assert texts(journal) == ["two"]
    assert journal.problems == []
    journal.create(anchor(), body("three"))
    assert texts(opened(trace)) == ["two", "three"]


def test_a_tail_that_its_writer_took_back_is_no_longer_shown(trace: Path) -> None:
    writer = opened(trace)
    writer.create(anchor(), body("one"))
    size = writer.path.stat().st_size
    writer.create(anchor(), body("two"))
    os.truncate(writer.path, writer.path.stat().st_size - 1)
    reader = opened(trace)
    assert texts(reader) == ["one", "two"]
    os.truncate(writer.path, size)
    assert reader.refresh()
    assert texts(reader) == ["one"]
    assert reader.problems == []


def full_after(limit: int) -> object:
    """Return a write that takes `limit` bytes and then says that the disk is full."""
    real = os.write

    def write(descriptor: int, data: bytes) -> int:
        if limit == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data[:limit])

    return write


@pytest.mark.parametrize("limit", [0, 1, 50])
def test_a_full_disk_is_cut_back_and_said(trace: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("one"))
    before = journal.path.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", full_after(limit))
        for attempt in (
            lambda: journal.create(anchor(), body("two")),
            lambda: journal.edit(note.id, body("two")),
            journal.undo,
        ):
            with pytest.raises(NotesError) as caught:
                attempt()
            assert "free some space" in caught.value.remedy
            assert caught.value.path == str(journal.path)
            assert journal.path.read_bytes() == before
            assert texts(journal) == ["one"]
    journal.create(anchor(), body("now there is room"))
    assert texts(opened(trace)) == ["one", "now there is room"]
    assert opened(trace).problems == []
    assert journal.undo() == "Undone: the new note at 9.1"
    assert journal.undo() == "Undone: the new note at 9.1", "the failed undo took nothing off the list"


def fail_with(number: int) -> object:
    """Return a system call that fails."""

    def call(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def test_a_failed_flush_is_cut_back_and_never_tried_again(
    trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(trace)
    journal.create(anchor(), body("one"))
    before = journal.path.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail_with(errno.EIO))
        with pytest.raises(NotesError, match="not saved"):
            journal.create(anchor(), body("two"))
    assert journal.path.read_bytes() == before
    touched: list[int] = []
    monkeypatch.setattr(os, "fdatasync", touched.append)
    monkeypatch.setattr(os, "fsync", touched.append)
    with pytest.raises(NotesError) as caught:
        journal.create(anchor(), body("three"))
    assert "not written again" in caught.value.remedy
    assert touched == []
    assert journal.path.read_bytes() == before
    assert texts(journal) == ["one"]


def test_a_flush_that_finds_no_space_may_be_tried_again(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(trace)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail_with(errno.ENOSPC))
        with pytest.raises(NotesError):
            journal.create(anchor(), body("one"))
    assert journal.path.read_bytes() == b""
    journal.create(anchor(), body("two"))
    assert texts(opened(trace)) == ["two"]


@pytest.mark.parametrize("call", ["fsync", "fdatasync"])
def test_nothing_is_acknowledged_before_the_disk_has_it(
    trace: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    journal = opened(trace)
    monkeypatch.setattr(os, call, fail_with(errno.EIO))
    with pytest.raises(NotesError):
        journal.create(anchor(), body("one"))
    assert journal.notes() == []
    assert opened(trace).notes() == []


def test_file_folder_and_data_are_flushed_in_that_order(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []

    def spy(name: str, real: object) -> None:
        def call(descriptor: int) -> None:
            target = Path(f"/proc/self/fd/{descriptor}").readlink()
            flushed.append(
                f"{name} {'folder' if target == trace.parent else 'file'} {journal.path.stat().st_size > 0}"
            )
            real(descriptor)  # type: ignore[operator]

        monkeypatch.setattr(os, name, call)

    journal = opened(trace)
    spy("fsync", os.fsync)
    spy("fdatasync", os.fdatasync)
    journal.create(anchor(), body("one"))
    assert flushed == ["fsync file False", "fsync folder False", "fdatasync file True"]
    journal.create(anchor(), body("two"))
    assert flushed[3:] == ["fdatasync file True"]
    opened(trace, "Bob").create(anchor(), body("three"))
    assert flushed[4:] == ["fsync file True", "fsync folder True", "fdatasync file True"]


def test_each_note_is_one_write(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(trace)
    journal.create(anchor(), body("one"))
    with journal.path.open("ab") as file:
        file.write(b'{"anchor":{"torn')
    real, writes = os.write, []
    monkeypatch.setattr(os, "write", lambda descriptor, data: writes.append(data) or real(descriptor, data))
    journal.create(anchor(), body("two"))
    assert len(writes) == 1
    assert writes[0].startswith(b'\n{"anchor":')
    assert writes[0].endswith(b"}\n")


def test_a_lock_is_held_from_reading_to_the_disk(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(trace)
    lock = trace.with_name("trace.jsonl.notes.jsonl.lock")
    real, taken = os.fdatasync, []

    def flush(descriptor: int) -> None:
        with pytest.raises(files.LockUnavailableError), files.locked(lock, wait=0):
            pass
        taken.append(True)
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", flush)
    journal.create(anchor(), body("one"))
    assert taken == [True]
    with files.locked(lock, wait=0):
        pass
