"""Read one notes file as it grows: each line once, what cannot be read set aside and named."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nalyqor_tui.notes.files import READ, content, opened
from nalyqor_tui.notes.lines import BadLineError, decode
from nalyqor_tui.notes.model import NoteRecord


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a notes file that was set aside; the file keeps it."""

    path: Path
    line: int | None
    """From 1; None when it concerns the whole file."""
    what: str


class Reader:
    """The records of one file, read from where the last read ended.

    The file is only ever appended to by us. Should another program have cut or replaced it (a checkout, a
    restore, a failed save that was taken back) it is read again from its start.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._signature: tuple[int, ...] | None = None
        self._forget()

    @property
    def records(self) -> list[NoteRecord]:
        """What was read, in the order of the file; a whole record that only lacks its newline counts."""
        return self._records if self._tail is None else [*self._records, self._tail]

    @property
    def problems(self) -> list[Problem]:
        """What was set aside, in the order of the file."""
        return self._problems + self._passing

    def read(self) -> bool:
        """Take in what is new; return whether anything about the file is different from last time."""
        before, noted = self._signature, self._passing
        try:
            with opened(self.path, READ) as descriptor:
                status = os.fstat(descriptor)
                signature = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
                if signature == before and not noted:
                    return False
                self._take(descriptor, signature)
        except FileNotFoundError:
            if before is None and not noted:
                return False
            self._forget()
            self._signature = None
            self._note_for_now("this file was here and is gone: its notes are no longer shown")
        except OSError as error:
            self._note_for_now(f"cannot be read: {error.strerror}")
        return self._signature != before or self._passing != noted

    def _forget(self) -> None:
        self._offset = 0
        self._lines = 0
        self._last = b""
        self._records: list[NoteRecord] = []
        self._tail: NoteRecord | None = None
        self._problems: list[Problem] = []
        self._passing: list[Problem] = []

    def _note_for_now(self, what: str, line: int | None = None) -> None:
        self._passing = [Problem(self.path, line, what)]

    def _take(self, descriptor: int, signature: tuple[int, ...]) -> None:
        if self._signature is not None and not self._continues(descriptor, signature):
            self._forget()
        self._signature = signature
        data = content(descriptor, self._offset, signature[2])
        *lines, tail = data.split(b"\n")
        for line in lines:
            self._lines += 1
            self._offset += len(line) + 1
            self._last = line + b"\n"
            if line.strip():
                self._take_line(line)
        self._take_tail(tail)

    def _continues(self, descriptor: int, signature: tuple[int, ...]) -> bool:
        """Tell whether the file still holds what was read: the same file, and our last line where it was."""
        if self._signature is None or signature[:2] != self._signature[:2]:
            return False
        start = self._offset - len(self._last)
        return os.pread(descriptor, len(self._last), start) == self._last

    def _take_line(self, line: bytes) -> None:
        try:
            self._records.append(decode(line))
        except BadLineError as error:
            self._problems.append(Problem(self.path, self._lines, str(error)))

    def _take_tail(self, tail: bytes) -> None:
        self._tail, self._passing = None, []
        if not tail:
            return
        try:
            self._tail = decode(tail)
        except BadLineError:
            what = "the last line is torn: its writer was stopped before the note was saved"
            self._note_for_now(what, self._lines + 1)
