"""The files that hold the notes of one trace: united when read, appended to one record at a time."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import files, names
from nalyqor_tui.notes.lines import LINE_START, begins_like_notes, encode
from nalyqor_tui.notes.model import NoteRecord
from nalyqor_tui.notes.reader import Problem, Reader
from nalyqor_tui.notes.union import unite

LOCK_WAIT = 2.0
"""Seconds to wait for another writer, who holds the lock only while one note is written."""

_REMEDIES = {
    errno.EIO: "the disk failed, and this file is not written again: give another place with --notes FILE",
    errno.ELOOP: "it is a symbolic link, which is not followed: move it away, or give --notes FILE",
    errno.ENOENT: "create the folder first, or give another place with --notes FILE",
    errno.ENOSPC: "free some space and save again, or give another place with --notes FILE",
    errno.EDQUOT: "free some space and save again, or give another place with --notes FILE",
    errno.EFBIG: "this file may not grow: begin another with --notes FILE",
}
_REMEDY = "give another place with --notes FILE"


class Held(NamedTuple):
    """A notes file and the number of its records, each of which has its right checksum."""

    path: Path
    records: int


class Storage:
    """The records of one trace's notes, and the one file that new ones go to.

    `homes` are the files that may be written, best first; `roots` the notes files to read, each with the
    files of single writers beside it.
    """

    def __init__(self, homes: tuple[names.Home, ...], roots: tuple[Path, ...], *, first: int = 0) -> None:
        self.records: tuple[NoteRecord, ...] = ()
        """What all files hold together, each record once, by id; replaced when something changed."""
        self._homes = homes
        self._roots = roots
        self._at = first
        self._ready: set[Path] = set()
        self._failed: set[Path] = set()
        self._readers: dict[Path, Reader] = {}
        self._doubles: list[Problem] = []

    @classmethod
    def of(cls, trace: Path, notes: Path | None, writer: str) -> Storage:
        """Return the storage for a trace: `notes`, or else beside it or in the state folder."""
        homes = names.homes(trace, notes, writer)
        closed = notes is None and not os.access(trace.parent, os.W_OK | os.X_OK)
        first = next((at for at, home in enumerate(homes) if home.make_folder), 0) if closed else 0
        return cls(homes, names.roots(trace, notes), first=first)

    @property
    def home(self) -> names.Home:
        """The file that the next record goes to."""
        return self._homes[self._at]

    @property
    def exists(self) -> bool:
        """Whether any notes file is on the disk."""
        return any(path.is_file() for root in self._roots for path in names.files_of(root))

    @property
    def contents(self) -> list[Held]:
        """What each file holds that is there."""
        return [Held(path, len(one.records)) for path, one in self._readers.items() if path.is_file()]

    @property
    def problems(self) -> list[Problem]:
        """What was set aside when the files were read."""
        return [problem for reader in self._readers.values() for problem in reader.problems] + self._doubles

    def refresh(self) -> bool:
        """Read what is new in any of the files; return whether anything changed."""
        paths = [path for root in self._roots for path in names.files_of(root)]
        for path in paths:
            self._readers.setdefault(path, Reader(path))
        changed = [reader.read() for reader in self._readers.values()]
        if any(changed):
            self._unite()
        return any(changed)

    def append(self, record: NoteRecord) -> None:
        """Put a record on the disk, or raise NotesError; on return it is there and was read back."""
        line = encode(record)
        while True:
            try:
                self._append_to(self.home, line)
                break
            except (files.LockUnavailableError, OSError) as error:
                if not self._move_on(error):
                    raise self._failure(error) from error
        if all(record.id != kept.id for kept in reversed(self.records)):
            raise NotesError(
                "the note was written but cannot be read back", path=self.home.path, remedy=_REMEDY
            )

    def _append_to(self, home: names.Home, line: bytes) -> None:
        path = home.path
        if path in self._failed:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        if home.make_folder:
            files.make_folder(path.parent)
        with self._lock(home), files.opened(path, files.APPEND) as descriptor:
            self.refresh()
            self._refuse_foreign(path, descriptor)
            try:
                self._make_ready(path, descriptor)
                files.append(descriptor, line)
            except OSError as error:
                if error.errno == errno.EIO:
                    # After a failed flush the system may call the lost pages clean: a second flush would lie.
                    self._failed.add(path)
                raise
            self.refresh()

    @contextlib.contextmanager
    def _lock(self, home: names.Home) -> Iterator[None]:
        if home.alone:
            yield
        else:
            with files.locked(names.lock_of(home.path), wait=LOCK_WAIT):
                yield

    def _make_ready(self, path: Path, descriptor: int) -> None:
        """See to it that the file itself survives a crash.

        Each process does so once, as the one that made the file may have been killed before it could.
        """
        if path not in self._ready or os.fstat(descriptor).st_size == 0:
            os.fsync(descriptor)
            files.flush_folder(path.parent)
            self._ready.add(path)

    def _refuse_foreign(self, path: Path, descriptor: int) -> None:
        """Write to nothing that holds other things: a trace, say, that was named by mistake."""
        head = files.content(descriptor, 0, len(LINE_START))
        if not self._readers[path].records and not begins_like_notes(head):
            what = "the note is not saved: this file is not empty and holds no notes"
            raise NotesError(what, path=path, remedy=_REMEDY)

    def _move_on(self, error: Exception) -> bool:
        """Go to the next home if this one is closed to us; a disk that is full or fails is no reason to."""
        closed = isinstance(error, files.LockUnavailableError) or (
            isinstance(error, OSError) and error.errno in files.CLOSED
        )
        if closed and self._at + 1 < len(self._homes):
            self._at += 1
            return True
        return False

    def _failure(self, error: Exception) -> NotesError:
        number = error.errno if isinstance(error, OSError) else None
        why = (isinstance(error, OSError) and error.strerror) or str(error)
        remedy = _REMEDIES.get(number or 0, _REMEDY)
        return NotesError(f"the note is not saved: {why}", path=self.home.path, remedy=remedy)

    def _unite(self) -> None:
        self.records = unite(*(reader.records for reader in self._readers.values()))
        twice = (one.id for one, other in pairwise(self.records) if one.id == other.id)
        self._doubles = [
            Problem(self.home.path, None, f"record {name} is here with different contents: each is shown")
            for name in dict.fromkeys(twice)
        ]
