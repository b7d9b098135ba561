"""The notes of a trace: written, changed, disputed, taken back."""

from __future__ import annotations

import stat
import tempfile
import threading
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notes_samples import a_trace, anchor, body, opened, texts

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.journal import Journal


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return a_trace(tmp_path)


def test_opening_creates_nothing(trace: Path) -> None:
    journal = opened(trace)
    assert [path.name for path in trace.parent.iterdir()] == ["trace.jsonl"]
    assert (journal.notes(), journal.problems, journal.exists) == ([], [], False)
    assert journal.path == trace.with_name("trace.jsonl.notes.jsonl")
    assert journal.where == "beside the trace"


def test_a_note_is_in_a_private_file_before_create_returns(trace: Path) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("believed live"))
    again = opened(trace).note(note.id)
    assert (again.body, again.anchor, again.author) == (body("believed live"), anchor(), "Ada")
    assert again.created == again.edited
    for made in trace.parent.glob("trace.jsonl.*"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o600, made
    assert journal.exists
    assert trace.read_text() == '{"kind":"trace"}\n'


def test_an_edit_supersedes_and_keeps_what_was(trace: Path) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("one"))
    edited = journal.edit(note.id, body("two"))
    assert edited.body.text == "two"
    assert [version.body and version.body.text for version in edited.versions] == ["one", "two"]
    assert edited.conflict == ()
    assert texts(opened(trace)) == ["two"]


def test_the_same_words_over_again_write_nothing(trace: Path) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("one"))
    before = journal.path.read_bytes()
    assert journal.edit(note.id, body("one")) == note
    assert journal.restore(note.id) == note
    assert journal.path.read_bytes() == before
    retracted = journal.retract(note.id)
    before = journal.path.read_bytes()
    assert journal.retract(note.id) == retracted
    assert journal.path.read_bytes() == before


def test_a_retracted_note_keeps_its_words_and_comes_back(trace: Path) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("one"))
    journal.retract(note.id)
    gone = opened(trace).note(note.id)
    assert (gone.retracted, gone.body.text) == (True, "one")
    journal.restore(note.id)
    back = opened(trace).note(note.id)
    assert (back.retracted, back.body.text) == (False, "one")


def test_notes_stand_in_the_order_of_the_trace(trace: Path) -> None:
    journal = opened(trace)
    for session, decision in [("10", "1.1"), ("2", "9.10"), ("2", "9.2"), ("2", "2.1"), ("2", "9.2")]:
        journal.create(anchor(decision, session=session), body(f"{session}/{decision}"))
    assert texts(journal) == ["2/2.1", "2/9.2", "2/9.2", "2/9.10", "10/1.1"]
    same = [note.created for note in journal.notes()[1:3]]
    assert same == sorted(same)


def test_two_edits_of_one_version_are_a_visible_conflict_until_settled(trace: Path) -> None:
    ada = opened(trace)
    note = ada.create(anchor(), body("one"))
    bob = opened(trace, "Bob")
    ada.edit(note.id, body("Ada's"))
    disputed = bob.edit(note.id, body("Bob's"))
    ada.refresh()
    for seen in (disputed, ada.note(note.id), opened(trace).note(note.id)):
        assert seen.body.text == "Bob's"
        assert [other.body and other.body.text for other in seen.conflict] == ["Ada's"]
    assert ada.settle(note.id, body("both")).conflict == ()
    assert texts(opened(trace)) == ["both"]


def test_an_editor_that_was_opened_before_anothers_edit_makes_a_conflict(trace: Path) -> None:
    ada, bob = opened(trace), opened(trace, "Bob")
    note = ada.create(anchor(), body("one"))
    bob.refresh()
    bob.edit(note.id, body("Bob's"))
    ada.refresh()
    assert ada.edit(note.id, body("on top")).conflict == ()
    assert len(ada.edit(note.id, body("Ada's"), base=note.head.id).conflict) == 1


def test_a_retraction_never_hides_anothers_edit(trace: Path) -> None:
    ada = opened(trace)
    note = ada.create(anchor(), body("one"))
    bob = opened(trace, "Bob")
    bob.edit(note.id, body("Bob's"))
    seen = ada.retract(note.id)
    assert (seen.retracted, seen.body.text) == (False, "Bob's")
    assert [other.op for other in seen.conflict] == ["retract"]


def test_refresh_tells_whether_others_wrote(trace: Path) -> None:
    ada, bob = opened(trace), opened(trace, "Bob")
    assert not ada.refresh()
    bob.create(anchor(), body("Bob's"))
    assert ada.refresh()
    assert texts(ada) == ["Bob's"]
    assert not ada.refresh()


def test_undo_and_redo_write_on_and_come_back(trace: Path) -> None:
    journal = opened(trace)
    assert (journal.undo(), journal.redo()) == (None, None)
    note = journal.create(anchor(), body("one"))
    journal.edit(note.id, body("two"))
    journal.retract(note.id)
    journal.edit(note.id, body("three"))

    def state() -> tuple[str, bool]:
        at = opened(trace).note(note.id)
        return at.body.text, at.retracted

    there = [("three", False)]
    said = []
    size = journal.path.stat().st_size
    for _ in range(4):
        said.append(journal.undo())
        there.append(state())
        assert journal.path.stat().st_size > size
        size = journal.path.stat().st_size
    assert there == [("three", False), ("two", True), ("two", False), ("one", False), ("one", True)]
    assert said == [
        "Undone: the edit of the note at 9.1",
        "Undone: the retraction of the note at 9.1",
        "Undone: the edit of the note at 9.1",
        "Undone: the new note at 9.1",
    ]
    assert journal.undo() is None
    back = [there[-1]]
    for _ in range(4):
        assert (journal.redo() or "").startswith("Redone: ")
        back.append(state())
    assert back == there[::-1]
    assert journal.redo() is None


def test_a_new_step_ends_what_can_be_redone(trace: Path) -> None:
    journal = opened(trace)
    note = journal.create(anchor(), body("one"))
    journal.edit(note.id, body("two"))
    journal.undo()
    journal.edit(note.id, body("three"))
    assert journal.redo() is None
    assert texts(journal) == ["three"]


def test_undo_leaves_alone_what_someone_else_changed(trace: Path) -> None:
    ada, bob = opened(trace), opened(trace, "Bob")
    note = ada.create(anchor(), body("one"))
    ada.edit(note.id, body("two"))
    bob.refresh()
    bob.edit(note.id, body("Bob's"))
    before = ada.path.read_bytes()
    assert (ada.undo() or "").startswith("Not undone")
    assert ada.path.read_bytes() == before
    assert texts(ada) == ["Bob's"]


def test_undo_takes_back_only_what_this_process_did(trace: Path) -> None:
    opened(trace, "Bob").create(anchor(), body("Bob's"))
    ada = opened(trace)
    assert ada.undo() is None
    assert texts(ada) == ["Bob's"]


def test_an_unknown_note_is_an_error_with_a_remedy(trace: Path) -> None:
    with pytest.raises(NotesError) as caught:
        opened(trace).edit("01ARZ3NDEKTSV4RRFFQ69G5FAV", body("x"))
    assert caught.value.remedy


def test_two_writers_at_the_same_time_keep_every_note(trace: Path) -> None:
    def write(author: str) -> None:
        journal = opened(trace, author)
        for number in range(25):
            journal.create(anchor(), body(f"{author} {number}"))

    threads = [threading.Thread(target=write, args=(author,)) for author in ("Ada", "Bob", "Cleo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal = opened(trace)
    wanted = {f"{author} {number}" for author in ("Ada", "Bob", "Cleo") for number in range(25)}
    assert set(texts(journal)) == wanted
    assert journal.problems == []
    assert len(list(trace.parent.glob("*.notes*.jsonl"))) == 1


def standing(note: Note) -> set[str]:
    """Return the ids that no version of the note supersedes, told without the code under test."""
    gone = {version.prev for version in note.versions} | {i for each in note.versions for i in each.settles}
    return {version.id for version in note.versions} - gone


def act(journal: Journal, what: str, which: int) -> None:
    """Do one thing to one of the notes the journal knows."""
    notes = journal.notes()
    if what == "create" or not notes:
        journal.create(anchor(f"{which + 1}.1"), body(f"new {which}"))
    elif what in ("undo", "redo", "refresh"):
        getattr(journal, what)()
    elif what in ("edit", "settle"):
        getattr(journal, what)(notes[which % len(notes)].id, body(f"{what} {which}"))
    else:
        getattr(journal, what)(notes[which % len(notes)].id)


OPS = ["create", "edit", "edit", "retract", "restore", "settle", "undo", "redo", "refresh"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(OPS), st.integers(0, 3)), max_size=25))
def test_no_interleaving_of_two_writers_loses_or_hides_anything(steps: list[tuple[bool, str, int]]) -> None:
    quick = mock.patch.multiple("os", fsync=lambda _: None, fdatasync=lambda _: None)
    with tempfile.TemporaryDirectory() as folder, quick:
        trace = a_trace(Path(folder))
        path = trace.with_name("trace.jsonl.notes.jsonl")
        writers = [Journal.open(trace, notes_path=path, author=author) for author in ("Ada", "Bob")]
        seen: set[str] = set()
        content = b""
        for first, what, which in steps:
            journal = writers[first]
            act(journal, what, which)
            seen |= {version.id for note in journal.notes() for version in note.versions}
            before, content = content, path.read_bytes() if path.exists() else b""
            assert content.startswith(before)
        fresh = Journal.open(trace, notes_path=path, author="Cleo")
        assert {version.id for note in fresh.notes() for version in note.versions} == seen
        assert content.count(b"\n") == len(seen)
        assert fresh.problems == []
        for note in fresh.notes():
            assert {note.head.id, *(other.id for other in note.conflict)} == standing(note)
        for journal in writers:
            journal.refresh()
            assert journal.notes() == fresh.notes()
