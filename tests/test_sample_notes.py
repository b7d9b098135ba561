"""The finished notes of the production sample: whole, bound to the trace as it is, and made by their script."""

from __future__ import annotations

from pathlib import Path

import pytest

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present.review import BoundNote, Review
from nalyqor_tui.trace.store import Trace
from sample_traces import write_notes

NOTES = write_notes.TRACE.with_name("production.jsonl.notes.jsonl")


@pytest.fixture
def bound() -> list[BoundNote]:
    journal = Journal.open(write_notes.TRACE, notes_path=NOTES, author="reader")
    assert journal.problems == []
    review = Review(Trace(write_notes.TRACE), 0, find(None, write_notes.TRACE))
    review.bind(journal.notes())
    return review.notes


def test_the_committed_file_is_what_the_script_writes(tmp_path: Path) -> None:
    """If this fails because a row is worded otherwise now: `python -m sample_traces.write_notes`."""
    again = write_notes.write(write_notes.TRACE, tmp_path / "again.notes.jsonl")
    assert again.read_bytes() == NOTES.read_bytes()


def test_every_note_is_bound_exactly(bound: list[BoundNote]) -> None:
    assert {note.binding.status for note in bound} == {"exact"}
    assert [note.note.anchor.decision for note in bound] == ["5.2", "6.1", "9.1", "10.2"]
    assert not any(note.note.retracted or note.note.conflict for note in bound)


def test_every_kind_but_a_guess_is_there(bound: list[BoundNote]) -> None:
    assert [note.note.body.kind for note in bound] == ["question", "mark", "reconstruction", "reconstruction"]


def test_the_account_of_turn_9_cites_every_truth_below_its_own(bound: list[BoundNote]) -> None:
    body = next(note.note.body for note in bound if note.note.anchor.decision == "9.1")
    assert set(body.tags) == {"stale confirmation", "missing rule", "narrow margin", "wrong order"}
    assert {evidence.truth for evidence in body.evidence} == {"observed", "declared", "derived"}
    assert {claim.status for claim in body.claims} == {"supported", "asserted"}
    assert all(claim.evidence for claim in body.claims)


def test_notes_of_others_are_not_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "production.jsonl"
    trace.write_bytes(write_notes.TRACE.read_bytes())
    (tmp_path / "nalyqor.toml").write_bytes((write_notes.TRACE.parent / "nalyqor.toml").read_bytes())
    monkeypatch.setattr(write_notes, "TRACE", trace)
    monkeypatch.setattr(write_notes, "AUTHOR", "Somebody else")
    write_notes.write(trace)
    before = (tmp_path / NOTES.name).read_bytes()
    monkeypatch.setattr(write_notes, "AUTHOR", "Sample engineer")
    assert write_notes.main() == 1
    assert "notes of others" in capsys.readouterr().err
    assert (tmp_path / NOTES.name).read_bytes() == before
