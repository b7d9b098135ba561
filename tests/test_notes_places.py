"""Where notes, locks and drafts lie, who writes them, and what is never written to."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import time
from pathlib import Path

import pytest
from notes_samples import a_trace, anchor, body, opened, texts

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import author as author_module
from nalyqor_tui.notes import files, names, storage
from nalyqor_tui.notes.author import author
from nalyqor_tui.notes.drafts import Draft, Drafts
from nalyqor_tui.notes.journal import Journal


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "logs").mkdir()
    return a_trace(tmp_path / "logs")


@pytest.fixture
def read_only(trace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the trace's folder read-only, also for root, who no mode stops."""
    closed, real_open, real_access = str(trace.parent), os.open, os.access

    def guarded_open(path: object, flags: int, mode: int = 0o777, **more: object) -> int:
        if str(path).startswith(closed) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real_open(path, flags, mode, **more)  # type: ignore[arg-type]

    def guarded_access(path: object, mode: int) -> bool:
        return not (mode & os.W_OK and str(path).startswith(closed)) and real_access(path, mode)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", guarded_open)
    monkeypatch.setattr(os, "access", guarded_access)
    return trace


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("production.jsonl.notes.jsonl", True),
        ("production.jsonl.notes.ada-1a2b3c4d.jsonl", True),
        ("production.jsonl.notes.jsonl.lock", True),
        ("production.jsonl.notes.ada-1a2b3c4d.jsonl.lock", True),
        ("production.jsonl.notes.jsonl.01ARZ3NDEKTSV4RRFFQ69G5FAV.draft.json", True),
        ("production.jsonl.notes.jsonl.01ARZ3NDEKTSV4RRFFQ69G5FAV.draft.json.tmp", True),
        ("odd\nname.notes.jsonl", True),
        ("production.jsonl", False),
        ("notes.jsonl", False),
        ("my-notes.jsonl", False),
        ("a.notes.json", False),
        ("a.notes.jsonl.gz", False),
        ("draft.json", False),
        ("a.notes.jsonl\n", False),
    ],
)
def test_our_own_files_are_known_by_name(name: str, ours: bool) -> None:
    assert names.is_sidecar(Path("somewhere") / name) is ours


def test_every_file_that_is_made_is_known_as_ours(trace: Path) -> None:
    journal = opened(trace)
    journal.create(anchor(), body("one"))
    journal.drafts.save(Draft(author="Ada", anchor=anchor(), body=body("half")))
    made = [path for path in trace.parent.iterdir() if path != trace]
    assert len(made) == 3
    assert all(names.is_sidecar(path) for path in made)


def test_a_read_only_folder_sends_notes_and_drafts_to_the_state_folder(read_only: Path) -> None:
    journal = opened(read_only)
    assert journal.path.parent == read_only.parents[1] / "state" / "nalyqor-tui" / "notes"
    assert "state folder" in journal.where
    journal.create(anchor(), body("one"))
    kept = journal.drafts.save(Draft(author="Ada", anchor=anchor(), body=body("half")))
    assert kept.parent == journal.path.parent
    again = opened(read_only)
    assert texts(again) == ["one"]
    assert again.exists
    assert again.drafts.load(anchor()) is not None
    assert list(read_only.parent.iterdir()) == [read_only]
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_folder_that_turns_out_read_only_is_left_at_the_first_note(
    read_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: True)
    journal = opened(read_only)
    assert journal.path.parent == read_only.parent
    journal.create(anchor(), body("one"))
    assert "state folder" in journal.where
    assert texts(opened(read_only)) == ["one"]


def test_notes_beside_and_in_the_state_folder_are_united(
    trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(trace).create(anchor("1.1"), body("beside"))
    with monkeypatch.context() as closed:
        closed.setattr(os, "access", lambda *_: False)
        opened(trace).create(anchor("2.1"), body("in state"))
    assert texts(opened(trace)) == ["beside", "in state"]


def test_traces_of_one_name_have_their_own_notes_in_the_state_folder(trace: Path) -> None:
    assert names.in_state(trace) != names.in_state(trace.parent / "other" / trace.name)


def test_an_asked_for_place_is_the_only_one(read_only: Path) -> None:
    asked = read_only.parent / "mine.jsonl"
    journal = Journal.open(read_only, notes_path=asked, author="Ada")
    with pytest.raises(NotesError) as caught:
        journal.create(anchor(), body("one"))
    assert "--notes" in caught.value.remedy
    assert not (read_only.parents[1] / "state").exists()


def test_an_asked_for_place_reads_its_own_writers_and_no_neighbours(trace: Path) -> None:
    asked = trace.with_name("diary.jsonl")
    trace.with_name("diary.old.jsonl").write_text("{}\n")
    journal = Journal.open(trace, notes_path=asked, author="Ada")
    journal.create(anchor(), body("one"))
    asked.rename(names.of_writer(asked, "bob-1a2b3c4d"))
    again = Journal.open(trace, notes_path=asked, author="Ada")
    assert texts(again) == ["one"]
    assert again.problems == []


@pytest.mark.parametrize("made", ["symlink", "folder", "fifo"])
def test_what_is_no_regular_file_is_refused(trace: Path, made: str) -> None:
    path = names.beside(trace)
    victim = trace.with_name("victim")
    victim.write_text("")
    if made == "symlink":
        path.symlink_to(victim)
    elif made == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    journal = opened(trace)
    assert "cannot be read" in journal.problems[0].what
    with pytest.raises(NotesError) as caught:
        journal.create(anchor(), body("one"))
    assert caught.value.path == str(path)
    assert victim.read_text() == ""
    assert journal.notes() == []


def test_a_lock_that_is_a_symlink_is_refused(trace: Path) -> None:
    names.lock_of(names.beside(trace)).symlink_to(trace.with_name("victim"))
    with pytest.raises(NotesError):
        opened(trace).create(anchor(), body("one"))
    assert not trace.with_name("victim").exists()


def test_the_trace_is_never_written(trace: Path) -> None:
    link = trace.with_name("link.jsonl")
    link.symlink_to(trace)
    for path in (trace, link):
        with pytest.raises(NotesError):
            Journal.open(trace, notes_path=path, author="Ada")
    other = trace.with_name("other.jsonl")
    other.write_text('{"kind":"trace"}\n')
    with pytest.raises(NotesError, match="holds no notes"):
        Journal.open(trace, notes_path=other, author="Ada").create(anchor(), body("one"))
    assert other.read_text() == trace.read_text() == '{"kind":"trace"}\n'


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_without_locks_each_writer_has_a_file_and_all_are_read(
    trace: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = opened(trace, "Before").create(anchor(), body("with a lock"))
    shared = names.beside(trace).read_bytes()

    def no_lock(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", no_lock)
    ada, ada_too, bob = opened(trace), opened(trace), opened(trace, "Bøb/../x")
    for journal in (ada, ada_too, bob):
        journal.create(anchor(), body(journal.author))
        assert "this writer alone" in journal.where
        assert journal.path.parent == trace.parent
    ada.edit(before.id, body("edited alone"))
    assert len({journal.path for journal in (ada, ada_too, bob)}) == 3
    assert sorted(texts(opened(trace))) == ["Ada", "Ada", "Bøb/../x", "edited alone"]
    assert names.beside(trace).read_bytes() == shared


def test_a_lock_that_stays_taken_does_not_keep_a_note_from_the_disk(
    trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LOCK_WAIT", 0.05)
    with files.locked(names.lock_of(names.beside(trace)), wait=0):
        began = time.monotonic()
        journal = opened(trace)
        journal.create(anchor(), body("one"))
        assert time.monotonic() - began < 2
    assert "this writer alone" in journal.where
    assert texts(opened(trace)) == ["one"]


def test_a_draft_outlives_its_editor_and_is_cleared_by_it(trace: Path) -> None:
    drafts = opened(trace).drafts
    draft = Draft(author="Ada", anchor=anchor(), body=body("h"))
    for text in ("ha", "half a though", "half a thought"):
        draft = draft.model_copy(update={"body": body(text)})
        path = drafts.save(draft)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = opened(trace).drafts
    assert again.load(anchor()) == draft
    assert again.load(anchor("9.2")) is None
    assert again.load(anchor(), note="01ARZ3NDEKTSV4RRFFQ69G5FAV") is None
    assert opened(trace).notes() == []
    again.clear(draft)
    again.clear(draft)
    assert again.load(anchor()) is None
    assert list(trace.parent.iterdir()) == [trace]


def test_two_editors_never_overwrite_each_others_draft(trace: Path) -> None:
    one, two = opened(trace).drafts, opened(trace, "Bob").drafts
    one.save(Draft(author="Ada", anchor=anchor(), body=body("Ada's")))
    two.save(Draft(author="Bob", anchor=anchor(), body=body("Bob's"), note="N1"))
    assert sorted(draft.body.text for draft in one.all()) == ["Ada's", "Bob's"]
    edited = two.load(anchor("1.1"), note="N1")
    assert edited is not None
    assert edited.body.text == "Bob's"
    assert one.load(anchor("1.1"), note="N1") is None, "Bob may still be writing it"


def test_a_draft_that_cannot_be_kept_leaves_the_former_one(
    trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = opened(trace).drafts
    draft = Draft(author="Ada", anchor=anchor(), body=body("kept"))
    drafts.save(draft)
    with monkeypatch.context() as broken:

        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        broken.setattr(os, "write", full)
        with pytest.raises(NotesError) as caught:
            drafts.save(draft.model_copy(update={"body": body("lost")}))
    assert caught.value.remedy
    assert drafts.all() == [draft]
    assert not list(trace.parent.glob("*.tmp"))


def test_a_file_that_holds_no_draft_is_passed_over_and_stays(trace: Path) -> None:
    drafts = Drafts((names.beside(trace),), author="Ada")
    drafts.save(Draft(author="Ada", anchor=anchor(), body=body("good")))
    broken = names.draft_of(names.beside(trace), "0" * 26)
    broken.write_text("{")
    assert [draft.body.text for draft in drafts.all()] == ["good"]
    assert broken.read_text() == "{"


def answer(code: int, out: bytes) -> object:
    """Return a subprocess.run that always answers the same."""
    return lambda *_, **__: subprocess.CompletedProcess([], code, out, b"")


def raising(error: Exception) -> object:
    """Return a subprocess.run that fails."""

    def run(*_: object, **__: object) -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "user", "name"),
    [
        (answer(0, "Ada Löf\n".encode()), "ada", "Ada Löf"),
        (answer(0, b"\xff\n"), "ada", "\ufffd"),
        (answer(1, b""), "ada", "ada"),
        (answer(0, b" \n"), "ada", "ada"),
        (raising(FileNotFoundError()), "ada", "ada"),
        (raising(subprocess.TimeoutExpired("git", 1)), "ada", "ada"),
        (answer(1, b""), None, "unknown"),
    ],
)
def test_the_author_is_gits_or_the_users_or_unknown(
    monkeypatch: pytest.MonkeyPatch, run: object, user: str | None, name: str
) -> None:
    monkeypatch.setattr(author_module.subprocess, "run", run)
    if user is None:
        monkeypatch.delenv("USER", raising=False)
    else:
        monkeypatch.setenv("USER", user)
    assert author() == name
