"""Two people's notes files into one: nothing is lost, the order does not matter, and what was there stays there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notes_samples import a_trace, anchor, body, opened, texts

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import files, merge, names
from nalyqor_tui.notes.blind import sight, visible, written
from nalyqor_tui.notes.history import fold
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.lines import encode
from nalyqor_tui.notes.model import NoteRecord, Op
from nalyqor_tui.notes.union import unite

IDS = [f"{n:026d}" for n in range(6)]


@st.composite
def record(draw: Callable[..., object]) -> NoteRecord:
    """Draw a record of one of few notes by one of three people; ids come again, with the same contents or others."""
    name = draw(st.sampled_from(IDS))
    op: Op = draw(st.sampled_from(["create", "edit", "edit", "retract", "restore", "blind", "commit"]))  # type: ignore[assignment]
    first = op in ("create", "blind", "commit")
    return NoteRecord.model_validate(
        {
            "id": name,
            "note": name if first else draw(st.sampled_from(IDS)),
            "op": op,
            "prev": None if first else draw(st.sampled_from(IDS)),
            "settles": () if first else draw(st.lists(st.sampled_from(IDS), max_size=2)),
            "covers": draw(st.lists(st.sampled_from(IDS), max_size=2)) if op == "commit" else (),
            "author": draw(st.sampled_from(["Ada", "Bob", "Cleo"])),
            "ts": "2026-01-01T00:00:00.000Z",
            "anchor": anchor(draw(st.sampled_from(["1.1", "9.2"]))),  # type: ignore[arg-type]
            "body": body(draw(st.sampled_from(["a", "b"]))) if op in ("create", "edit") else None,  # type: ignore[arg-type]
        }
    )


PARTS = st.lists(record(), max_size=8)


@settings(deadline=None)
@given(PARTS, PARTS, PARTS)
def test_the_union_shows_the_same_notes_in_any_order_and_however_often(
    a: list[NoteRecord], b: list[NoteRecord], c: list[NoteRecord]
) -> None:
    shown = fold(unite(a, b))
    assert shown == fold(unite(b, a))
    assert fold(unite(unite(a, b), c)) == fold(unite(a, unite(b, c)))
    assert fold(unite(a, b, a, unite(a, b))) == shown
    assert fold([*a, *b]) == shown


@settings(deadline=None)
@given(PARTS, PARTS)
def test_the_union_holds_every_record_of_either_and_no_other(
    a: list[NoteRecord], b: list[NoteRecord]
) -> None:
    assert {encode(r) for r in unite(a, b)} == {encode(r) for r in (*a, *b)}
    notes, strays = fold(unite(a, b))
    kept = {encode(version) for note in notes for version in note.versions} | {encode(r) for r in strays}
    assert kept == {encode(r) for r in (*a, *b) if r.op not in ("blind", "commit")}


@settings(deadline=None)
@given(PARTS, st.sampled_from(["Ada", "Bob"]))
def test_someone_who_reads_blind_sees_their_own_records_and_all_of_them(
    records: list[NoteRecord], me: str
) -> None:
    every = unite(records)
    seen = visible(every, me)
    assert {r.id for r in seen if r.author == me} == {r.id for r in every if r.author == me}
    assert all(r.author == me for r in seen) or sight(every, me) != "blind"
    assert sight(seen, me) == sight(every, me)
    assert [written(r, every) for r in seen if r.author == me] == [
        written(r, seen) for r in seen if r.author == me
    ]


LINES = st.one_of(record().map(encode), st.sampled_from([b'{"anchor":{}}\n', b"<<<<<<< HEAD\n", b"\xff\n"]))


def lay(folder: Path, name: str, lines: list[bytes], cut: int = 0) -> Path:
    """Write a notes file, its last line cut by some bytes."""
    path = folder / f"{name}.notes.jsonl"
    path.write_bytes(b"".join(lines)[: -cut or None])
    return path


def shown(folder: Path, path: Path) -> object:
    journal = Journal.open(folder / "trace.jsonl", notes_path=path, author="reader")
    return journal.notes(), {
        p.what for p in journal.problems if "whose text" in p.what or "different" in p.what
    }


@settings(max_examples=60, deadline=None)
@given(
    st.lists(LINES, max_size=6).map(lambda some: [encode(FIRST), *some]),
    st.lists(LINES, max_size=6).map(lambda some: [encode(FIRST), *some]),
    st.integers(0, 3),
)
def test_merged_files_hold_every_line_and_show_the_same_either_way(
    left: list[bytes], right: list[bytes], cut: int
) -> None:
    quick = mock.patch.multiple("os", fsync=lambda _: None, fdatasync=lambda _: None)
    with tempfile.TemporaryDirectory() as name, quick:
        folder = Path(name)
        a_trace(folder)
        one, other = lay(folder, "one", left, cut), lay(folder, "other", right)
        before = {path: path.read_bytes() for path in (one, other)}
        results = []
        for label, pair in (("there", (one, other)), ("back", (other, one))):
            target = folder / f"{label}.notes.jsonl"
            sources = [merge.read(path) for path in pair]
            merge.merge(target, sources)
            whole = target.read_bytes()
            assert {line for source in sources for line in source.lines} == set(whole.split(b"\n")) - {b""}
            assert merge.merge(target, sources) == 0
            assert target.read_bytes() == whole, "twice is once"
            results.append((shown(folder, target), whole))
        assert results[0] == results[1]
        assert {path: path.read_bytes() for path in (one, other)} == before
        into = [merge.read(one)]
        merge.merge(other, into)
        assert other.read_bytes().startswith(before[other])
        assert shown(folder, other) == results[0][0]


FIRST = NoteRecord(id="Z", note="Z", op="create", author="Zoe", ts="t", anchor=anchor(), body=body("z"))


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return a_trace(tmp_path)


def note_in(trace: Path, path: Path, author: str, text: str) -> Path:
    Journal.open(trace, notes_path=path, author=author).create(anchor(), body(text))
    return path


def test_a_torn_line_of_either_side_is_kept_and_closed(trace: Path) -> None:
    one = note_in(trace, trace.with_name("one.notes.jsonl"), "Ada", "Ada's")
    other = note_in(trace, trace.with_name("other.notes.jsonl"), "Bob", "Bob's")
    with one.open("ab") as file:
        file.write(b'{"anchor":{"torn')
    merge.merge(other, [merge.read(one)])
    again = Journal.open(trace, notes_path=other, author="Cleo")
    assert sorted(texts(again)) == ["Ada's", "Bob's"]
    assert len(again.problems) == 1
    merge.merge(one, [merge.read(other)])
    assert sorted(texts(Journal.open(trace, notes_path=one, author="Cleo"))) == ["Ada's", "Bob's"]


def test_the_files_of_single_writers_are_read_with_their_notes(trace: Path) -> None:
    one = note_in(trace, trace.with_name("one.notes.jsonl"), "Ada", "shared")
    note_in(trace, names.of_writer(one, "ada-1a2b3c4d"), "Ada", "alone")
    assert len(merge.read(one).records) == 2
    one.unlink()
    assert len(merge.read(one).records) == 1


@pytest.mark.parametrize("made", ["nothing", "trace", "folder", "symlink"])
def test_what_holds_no_notes_is_refused_and_left_alone(trace: Path, made: str) -> None:
    good = note_in(trace, trace.with_name("good.notes.jsonl"), "Ada", "good")
    bad = trace.with_name("bad")
    if made == "trace":
        bad.write_text('{"kind":"trace"}\n')
    elif made == "folder":
        bad.mkdir()
    elif made == "symlink":
        bad.symlink_to(good)
    with pytest.raises(NotesError) as caught:
        merge.read(bad)
    assert caught.value.remedy
    if made != "nothing":
        before = good.read_bytes()
        with pytest.raises(NotesError):
            merge.merge(bad, [merge.read(good)])
        assert good.read_bytes() == before
        assert made != "trace" or bad.read_text() == '{"kind":"trace"}\n'


def test_a_merge_that_fails_leaves_the_file_as_it_was(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = note_in(trace, trace.with_name("one.notes.jsonl"), "Ada", "Ada's")
    other = note_in(trace, trace.with_name("other.notes.jsonl"), "Bob", "Bob's")
    before = one.read_bytes()

    def broken(*_: object) -> None:
        raise OSError(5, os.strerror(5))

    with monkeypatch.context() as failing:
        failing.setattr(os, "fdatasync", broken)
        with pytest.raises(NotesError, match="not merged"):
            merge.merge(one, [merge.read(other)])
    assert one.read_bytes() == before
    monkeypatch.setattr(merge, "LOCK_WAIT", 0)
    with files.locked(names.lock_of(one), wait=0), pytest.raises(NotesError, match="lock"):
        merge.merge(one, [merge.read(other)])
    assert one.read_bytes() == before


def test_an_id_with_two_contents_is_a_conflict_whichever_file_is_first(trace: Path) -> None:
    note = opened(trace).create(anchor(), body("one"))
    twin = encode(note.head.model_copy(update={"body": body("other")}))
    beside = names.beside(trace)
    mine = beside.read_bytes()
    for content in (mine + twin, twin + mine):
        beside.write_bytes(content)
        (found,) = opened(trace).notes()
        stands = {r.body.text for r in (found.head, *found.conflict) if r.body}
        assert stands == {"one", "other"}
        assert "different contents" in opened(trace).problems[0].what
    journal = opened(trace)
    assert journal.settle(note.id, body("settled")).conflict == ()


def test_a_settlement_does_not_take_away_what_its_author_was_not_shown(trace: Path) -> None:
    ada, bob, cleo = (opened(trace, name) for name in ("Ada", "Bob", "Cleo"))
    note = ada.create(anchor(), body("one"))
    for journal in (bob, cleo):
        journal.refresh()
    base = note.head.id
    ada.edit(note.id, body("Ada's"), base=base)
    seen = bob.edit(note.id, body("Bob's"), base=base)
    ids = tuple(record.id for record in (seen.head, *seen.conflict))
    cleo.edit(note.id, body("Cleo's"), base=base)
    after = bob.settle(note.id, body("settled"), seen=ids)
    assert {r.body.text for r in (after.head, *after.conflict) if r.body} == {"settled", "Cleo's"}
    assert not bob.settle(note.id, None).conflict
    assert bob.note(note.id).retracted
