"""Drafts: what stands in an open editor, kept beside the notes until it is saved as one."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import files, names
from nalyqor_tui.notes.ids import ulid
from nalyqor_tui.notes.model import Anchor, Body, Text, now


class Draft(BaseModel):
    """The text of one editor; each editor has its own file, so that no two overwrite each other."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    v: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[0-9A-Z]{26}$")] = Field(default_factory=ulid)
    author: Text
    anchor: Anchor
    body: Body
    note: str | None = None
    """The note that is being edited; None for a new one."""
    base: str | None = None
    """The record that the editor was opened on (`Journal.edit` takes it)."""
    ts: str = Field(default_factory=now)


class Drafts:
    """The drafts of one trace, in the folder of its notes (or the next one, where that is closed to us)."""

    def __init__(self, roots: tuple[Path, ...], *, author: str) -> None:
        self._roots = roots
        self._author = author

    def save(self, draft: Draft) -> Path:
        """Put the draft on the disk in the place of its former self, and return its file.

        Raises NotesError when it cannot be kept anywhere.
        """
        data = draft.model_dump_json().encode()
        for root in self._roots:
            path = names.draft_of(root, draft.id)
            try:
                if root != self._roots[0]:
                    files.make_folder(root.parent)
                files.replace(path, data)
            except OSError as error:
                if error.errno in files.CLOSED and root != self._roots[-1]:
                    continue
                what = f"the draft could not be kept: {error.strerror}"
                remedy = "save the note, or free some space; the text is still in the editor"
                raise NotesError(what, path=path, remedy=remedy) from error
            return path
        raise AssertionError("a trace has at least one place for notes")

    def load(self, anchor: Anchor, note: str | None = None) -> Draft | None:
        """Return one's own newest draft of an edit of `note`, or of a new note at `anchor`'s place, or None."""
        for draft in reversed(self.all()):
            if draft.author != self._author:  # its writer may still be at it
                continue
            if draft.note == note and (note is not None or _place(draft.anchor) == _place(anchor)):
                return draft
        return None

    def all(self) -> list[Draft]:
        """Return every draft that was left, oldest first; a file that holds none is passed over."""
        found = [_read(path) for root in self._roots for path in names.drafts_of(root)]
        return sorted((draft for draft in found if draft is not None), key=lambda draft: (draft.ts, draft.id))

    def clear(self, draft: Draft) -> None:
        """Remove a draft, whose text was saved or given up; one that is gone already is no error."""
        for root in self._roots:
            path = names.draft_of(root, draft.id)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                if error.errno not in (*files.CLOSED, errno.ENOTDIR):
                    what = f"the draft could not be removed: {error.strerror}"
                    raise NotesError(what, path=path, remedy="remove the file by hand") from error


def _place(anchor: Anchor) -> tuple[object, ...]:
    return anchor.session, anchor.turn, anchor.decision, anchor.pointer, anchor.offset


def _read(path: Path) -> Draft | None:
    try:
        with files.opened(path, files.READ) as descriptor:
            return Draft.model_validate_json(files.content(descriptor))
    except (OSError, ValidationError):
        return None
