"""What the notes files of one trace say, as far as one person may see it."""

from __future__ import annotations

import threading
from pathlib import Path

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes.blind import Sight, sight, visible
from nalyqor_tui.notes.history import Note, fold
from nalyqor_tui.notes.model import NoteRecord
from nalyqor_tui.notes.reader import Problem
from nalyqor_tui.notes.storage import Held, Storage


class Ledger:
    """The notes of one trace, to be read; someone who reads blind gets only what they wrote themselves."""

    def __init__(self, storage: Storage, *, author: str) -> None:
        self.author = author
        self._storage = storage
        self._notes: tuple[Note, ...] = ()
        self._strays: tuple[NoteRecord, ...] = ()
        self._sight: Sight = "open"
        self._mutex = threading.RLock()

    @property
    def path(self) -> Path:
        """The file that the next note goes to."""
        return self._storage.home.path

    @property
    def where(self) -> str:
        """Where that file is and why there, in words."""
        return self._storage.home.where

    @property
    def exists(self) -> bool:
        """Whether a notes file of this trace is on the disk."""
        return self._storage.exists

    @property
    def problems(self) -> list[Problem]:
        """What was set aside when the notes were read; the files keep it."""
        with self._mutex:
            strays = [
                Problem(
                    self.path, None, f"{stray.op} of note {stray.note}, whose text is damaged or not here"
                )
                for stray in self._strays
            ]
            return self._storage.problems + strays

    def notes(self) -> list[Note]:
        """Return the notes as they stand, retracted ones among them, in the order of the trace."""
        return list(self._notes)

    def every(self) -> list[Note]:
        """Return all notes, also those that someone who reads blind must not be shown: to count and check them."""
        return fold(self._storage.records)[0]

    @property
    def contents(self) -> list[Held]:
        """Each notes file that is there, and how many records it holds."""
        return self._storage.contents

    @property
    def records(self) -> tuple[NoteRecord, ...]:
        """Every record that this author may see, by id."""
        return visible(self._storage.records, self.author)

    @property
    def sight(self) -> Sight:
        """Whether this author reads blind, has committed, or neither."""
        return self._sight

    @property
    def hidden(self) -> int:
        """How many notes of others are not shown, because this author reads blind."""
        if self.sight != "blind":
            return 0
        return len({note.id for note in self.every()} - {note.id for note in self._notes})

    def note(self, note_id: str) -> Note:
        """Return one note as it stands, or raise NotesError where there is none of this id."""
        note = self._find(note_id)
        if note is None:
            remedy = "its file was changed from outside: write the note anew"
            raise NotesError(f"there is no note {note_id}", path=self.path, remedy=remedy)
        return note

    def refresh(self) -> bool:
        """Take in what others wrote; return whether anything changed."""
        with self._mutex:
            changed = self._storage.refresh()
            if changed:
                self._fold()
            return changed

    def _find(self, note_id: str) -> Note | None:
        return next((note for note in self._notes if note.id == note_id), None)

    def _fold(self) -> None:
        self._sight = sight(self._storage.records, self.author)
        notes, strays = fold(self.records)
        self._notes, self._strays = tuple(notes), tuple(strays)
