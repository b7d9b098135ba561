"""Every error that nalyqor-tui shows its user.

NalyqorError               what went wrong, where, and what to do next
├── FoundError        1    a check found decisions that must not be
├── UsageError        2    the command line asks for something that cannot be
├── TraceError        3    the trace cannot be opened or holds nothing to read
├── PolicyError       4    a policy is wrong, or is not where it was said to be
├── NotesError        5    a note could not be kept safely
├── ExportError       6    a report could not be written
└── UnjudgedError     7    a check could not tell

The number is the exit code of the command line. Anything else that escapes is a defect of ours (exit code 70).
"""

from __future__ import annotations

import os


class NalyqorError(Exception):
    """An error with a place and a remedy, both meant for the reader.

    `what` and `remedy` are sentences without a full stop; `path` and `line` (from 1) say where.
    """

    exit_code: int = 1

    def __init__(
        self,
        what: str,
        *,
        path: os.PathLike[str] | str | None = None,
        line: int | None = None,
        remedy: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.path = None if path is None else str(path)
        self.line = line
        self.remedy = remedy

    def __str__(self) -> str:
        where = "" if self.path is None else self.path + (f":{self.line}" if self.line else "") + ": "
        return f"{where}{self.what}" + (f" ({self.remedy})" if self.remedy else "")


class FoundError(NalyqorError):
    """A check found decisions that must not be."""

    exit_code = 1


class UsageError(NalyqorError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class TraceError(NalyqorError):
    """The trace cannot be opened, or holds nothing to read."""

    exit_code = 3


class PolicyError(NalyqorError):
    """A policy is wrong, or is not where it was said to be."""

    exit_code = 4


class NotesError(NalyqorError):
    """A note could not be kept safely."""

    exit_code = 5


class ExportError(NalyqorError):
    """A report could not be written."""

    exit_code = 6


class UnjudgedError(NalyqorError):
    """A check could not tell."""

    exit_code = 7
