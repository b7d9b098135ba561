"""From records to notes: what stands now, what it superseded, and where two people disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nalyqor_tui.notes.model import Anchor, Body, NoteRecord
from nalyqor_tui.notes.union import unite


@dataclass(frozen=True, slots=True)
class Note:
    """One note as it stands, with all that led there."""

    id: str
    head: NoteRecord
    """The record that stands: of several, the newest that is no retraction."""
    body: Body
    """The head's body, or the last one before a retract or restore."""
    anchor: Anchor
    author: str
    """Who made the note; `head.author` is who touched it last."""
    created: str
    edited: str
    """The head's time (RFC 3339, UTC); the same as `created` for a note that was never touched again."""
    retracted: bool
    """True when nothing but retractions stands."""
    conflict: tuple[NoteRecord, ...]
    """Other records that stand beside the head: two people superseded the same one, or one id has two contents."""
    versions: tuple[NoteRecord, ...]
    """Every record of the note, oldest first."""


def fold(records: Iterable[NoteRecord]) -> tuple[list[Note], list[NoteRecord]]:
    """Return the notes in the order of the trace, and the records whose note was never written down.

    Those last are retractions and restorations of a note whose own lines are damaged or not here.
    """
    by_note: dict[str, list[NoteRecord]] = {}
    for record in unite(records):
        if record.op not in ("blind", "commit"):
            by_note.setdefault(record.note, []).append(record)
    notes: list[Note] = []
    stray: list[NoteRecord] = []
    for versions in by_note.values():
        note = _note(versions)
        if note is None:
            stray.extend(versions)
        else:
            notes.append(note)
    return sorted(notes, key=_place), stray


def _note(versions: Sequence[NoteRecord]) -> Note | None:
    standing = _standing(versions)
    living = [record for record in standing if record.op != "retract"]
    head = (living or standing)[-1]
    body = body_at(head, versions)
    if body is None:
        return None
    first = versions[0]
    return Note(
        id=head.note,
        head=head,
        body=body,
        anchor=head.anchor,
        author=first.author,
        created=first.ts,
        edited=head.ts,
        retracted=not living,
        conflict=tuple(record for record in standing if record is not head),
        versions=tuple(versions),
    )


def _standing(versions: Sequence[NoteRecord]) -> Sequence[NoteRecord]:
    """Return the records that no other supersedes; all of them where they go round in a circle."""
    superseded = {record.prev for record in versions} | {other for each in versions for other in each.settles}
    return [record for record in versions if record.id not in superseded] or versions


def body_at(head: NoteRecord, versions: Sequence[NoteRecord]) -> Body | None:
    """Return what was last written on the way to `head`, or past a gap in it the newest text there is."""
    by_id = {record.id: record for record in versions}
    seen: set[str] = set()
    at: NoteRecord | None = head
    while at is not None and at.id not in seen:
        if at.body is not None:
            return at.body
        seen.add(at.id)
        at = by_id.get(at.prev or "")
    return next((record.body for record in reversed(versions) if record.body is not None), None)


def _place(note: Note) -> tuple[object, ...]:
    at = note.anchor
    return (
        _natural(at.session),
        -1 if at.turn is None else at.turn,
        _natural(at.decision or ""),
        -1 if at.offset is None else at.offset,
        -1 if at.line is None else at.line,
        note.id,
    )


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a key that puts "9.2" before "9.10" and session "2" before session "10"."""
    return tuple((len(part), part) if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text))
