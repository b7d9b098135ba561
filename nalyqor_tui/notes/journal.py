"""The notes of one trace: append-only, and "saved" is said only of what is on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import names
from nalyqor_tui.notes.drafts import Drafts
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.ids import ulid
from nalyqor_tui.notes.ledger import Ledger
from nalyqor_tui.notes.model import Anchor, Body, NoteRecord, Op, TraceIdentity, now
from nalyqor_tui.notes.storage import Storage
from nalyqor_tui.notes.undo import State, Step, Steps, place


class Journal(Ledger):
    """The notes of one trace.

    A method that writes returns when its record is on the disk, and raises NotesError when it could not be
    kept: then nothing has changed. Methods may be called from any thread; `notes` never waits for the disk.
    """

    def __init__(self, storage: Storage, drafts: Drafts, *, author: str) -> None:
        super().__init__(storage, author=author)
        self.drafts = drafts
        self._steps = Steps()

    @classmethod
    def open(cls, trace_path: Path, *, notes_path: Path | None = None, author: str) -> Journal:
        """Read the notes of a trace, if there are any; nothing is created before the first note.

        They lie beside the trace, or in the state folder where its own cannot be written; `notes_path` is
        used instead of both.
        """
        trace = trace_path.absolute()
        notes = None if notes_path is None else notes_path.absolute()
        if notes is not None and os.path.realpath(notes) == os.path.realpath(trace):
            remedy = "give another file with --notes FILE"
            raise NotesError("the trace itself cannot hold its notes", path=notes, remedy=remedy)
        writer = f"{names.slug(author)}-{ulid()[-8:].lower()}"
        drafts = Drafts(names.roots(trace, notes), author=author)
        journal = cls(Storage.of(trace, notes, writer), drafts, author=author)
        journal.refresh()
        return journal

    def create(self, anchor: Anchor, body: Body) -> Note:
        """Write a new note."""
        with self._mutex:
            new = ulid()
            note = self._save(
                NoteRecord(
                    id=new, note=new, op="create", author=self.author, ts=now(), anchor=anchor, body=body
                )
            )
            what = f"the new note at {place(note)}"
            self._steps.add(Step(note.id, State(note.body, retracted=True), State.of(note), what))
            return note

    def edit(self, note_id: str, body: Body, *, base: str | None = None) -> Note:
        """Supersede what a note says; the same words over again write nothing.

        `base` is the id of the record that the editor was opened on, by default the head as it is known
        here. If someone else has superseded that one meanwhile, the note is in conflict and shows both.
        """
        with self._mutex:
            note = self.note(note_id)
            if State.of(note) == State(body, retracted=False) and base in (None, note.head.id):
                return note
            return self._remember("the edit of the note", note, self._write(note, "edit", body, prev=base))

    def settle(self, note_id: str, body: Body | None, *, seen: tuple[str, ...] = ()) -> Note:
        """End a conflict: `body`, or a retraction where it is None, supersedes all that stands.

        `seen` are the ids of the records that the author was shown; what others wrote since stays beside.
        """
        with self._mutex:
            note = self.note(note_id)
            stand = seen or tuple(record.id for record in (note.head, *note.conflict))
            op: Op = "retract" if body is None else "edit"
            after = self._write(note, op, body, prev=stand[0], settles=stand[1:])
            return self._remember("the settled conflict of the note", note, after)

    def retract(self, note_id: str) -> Note:
        """Withdraw a note; it stays in the file and can be restored."""
        with self._mutex:
            note = self.note(note_id)
            if note.retracted:
                return note
            return self._remember("the retraction of the note", note, self._write(note, "retract"))

    def restore(self, note_id: str) -> Note:
        """Bring a retracted note back as it was."""
        with self._mutex:
            note = self.note(note_id)
            if not note.retracted:
                return note
            return self._remember("the return of the note", note, self._write(note, "restore"))

    def go_blind(self, trace: TraceIdentity) -> None:
        """Hide the notes of others from now on, in every program, until `commit`; after it nothing is hidden."""
        with self._mutex:
            self.refresh()
            if self.sight == "open":
                self._put("blind", trace)

    def commit(self, trace: TraceIdentity) -> int:
        """End the blind reading for good: record what one has written, show the rest; return how many notes.

        Raises NotesError for someone who does not read blind, or has written nothing yet.
        """
        with self._mutex:
            self.refresh()
            if self.sight != "blind":
                why = "you have committed already" if self.sight == "committed" else "you do not read blind"
                raise NotesError(why, path=self.path, remedy="nothing is hidden from you")
            written = sum(not note.retracted for note in self._notes)
            if not written:
                remedy = "write one first, be it a question or a mark"
                raise NotesError("there is no note of yours to commit", path=self.path, remedy=remedy)
            heads = {record.id for note in self._notes for record in (note.head, *note.conflict)}
            self._put("commit", trace, tuple(sorted(heads)))
            return written

    def undo(self) -> str | None:
        """Take back what this process did last by writing the opposite; say what, or None if nothing is left.

        A note that someone else has changed since is left alone, and the sentence says so.
        """
        with self._mutex:
            if not self._steps.done:
                return None
            step = self._steps.done[-1]
            led = self._lead(step, step.after, step.before)
            self._steps.done.pop()
            if not led:
                return f"Not undone, as it was changed by someone else since: {step.what}"
            self._steps.undone.append(step)
            return f"Undone: {step.what}"

    def redo(self) -> str | None:
        """Do again what was undone last; say what, or None if nothing is left."""
        with self._mutex:
            if not self._steps.undone:
                return None
            step = self._steps.undone[-1]
            led = self._lead(step, step.before, step.after)
            self._steps.undone.pop()
            if not led:
                return f"Not redone, as it was changed by someone else since: {step.what}"
            self._steps.done.append(step)
            return f"Redone: {step.what}"

    def _lead(self, step: Step, expected: State, goal: State) -> bool:
        """Write what leads a note from one state to another; refuse if it is not in the first any more."""
        self.refresh()
        note = self._find(step.note)
        if note is None or note.conflict or State.of(note) != expected:
            return False
        if note.body != goal.body:
            note = self._write(note, "edit", goal.body)
        if goal.retracted and not note.retracted:
            self._write(note, "retract")
        elif note.retracted and not goal.retracted:
            self._write(note, "restore")
        return True

    def _remember(self, what: str, before: Note, after: Note) -> Note:
        self._steps.add(Step(after.id, State.of(before), State.of(after), f"{what} at {place(after)}"))
        return after

    def _write(
        self,
        note: Note,
        op: Op,
        body: Body | None = None,
        *,
        prev: str | None = None,
        settles: tuple[str, ...] = (),
    ) -> Note:
        return self._save(
            NoteRecord(
                id=ulid(),
                note=note.id,
                op=op,
                prev=prev or note.head.id,
                settles=settles,
                author=self.author,
                ts=now(),
                anchor=note.anchor,
                body=body,
            )
        )

    def _save(self, record: NoteRecord) -> Note:
        self._append(record)
        return self.note(record.note)

    def _put(self, op: Op, trace: TraceIdentity, covers: tuple[str, ...] = ()) -> None:
        """Write a record that is about no note."""
        new = ulid()
        at = Anchor(trace=trace)
        self._append(
            NoteRecord(id=new, note=new, op=op, covers=covers, author=self.author, ts=now(), anchor=at)
        )

    def _append(self, record: NoteRecord) -> None:
        try:
            self._storage.append(record)
        finally:
            self._fold()
