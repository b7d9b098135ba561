"""Unite notes files: what one holds and another lacks is appended to it, so that no line of either is lost."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import files, names
from nalyqor_tui.notes.lines import BadLineError, begins_like_notes, decode
from nalyqor_tui.notes.model import NoteRecord

LOCK_WAIT = 5.0
_REMEDY = "give another file with -o"


@dataclass(frozen=True, slots=True)
class Content:
    """What a notes file holds: its records, and how many lines were set aside. Its lines are kept as they are."""

    path: Path
    lines: tuple[bytes, ...]
    records: tuple[NoteRecord, ...]
    aside: int


def read(path: Path) -> Content:
    """Read a notes file with those of single writers beside it.

    Raises NotesError for a file that is not there, cannot be read, or holds something else.
    """
    try:
        lines = [line for each in _there(path) for line in _lines(each)]
    except OSError as error:
        why = f"these notes cannot be read: {(error.strerror or str(error)).lower()}"
        raise NotesError(why, path=path, remedy="give a notes file, such as TRACE.notes.jsonl") from error
    content = _content(path, lines)
    if not content.records and not begins_like_notes(b"\n".join(lines)):
        raise NotesError("this file holds no notes", path=path, remedy="give a notes file")
    return content


def merge(target: Path, sources: Iterable[Content]) -> int:
    """Append to `target`, made if it is not there, each line that it lacks; return how many those were.

    A line that cannot be read is a line, too: it may be a record of a later version. All is on the disk when
    this returns; raises NotesError, and leaves the file as it was, when it cannot be put there.
    """
    try:
        with (
            files.locked(names.lock_of(target), wait=LOCK_WAIT),
            files.opened(target, files.APPEND) as descriptor,
        ):
            held = files.content(descriptor)
            if not begins_like_notes(held) and not _content(target, held.split(b"\n")).records:
                raise NotesError("this file is not empty and holds no notes", path=target, remedy=_REMEDY)
            missing = _missing(held, sources)
            if missing:
                os.fsync(descriptor)
                files.flush_folder(target.parent)
                files.append(descriptor, b"".join(line + b"\n" for line in missing))
    except files.LockUnavailableError as error:
        raise NotesError(f"not merged: {error}", path=target, remedy=_REMEDY) from error
    except OSError as error:
        raise NotesError(f"not merged: {error.strerror}", path=target, remedy=_REMEDY) from error
    return len(missing)


def _missing(held: bytes, sources: Iterable[Content]) -> list[bytes]:
    """Return the lines that are not in `held`, each once: records by their ids, then what could not be read."""
    found = dict.fromkeys(line for source in sources for line in source.lines)
    for line in held.split(b"\n"):
        found.pop(line, None)
    return sorted(found, key=_order)


def _order(line: bytes) -> tuple[bool, str, bytes]:
    try:
        return False, decode(line).id, line
    except BadLineError:
        return True, "", line


def _there(path: Path) -> list[Path]:
    first, *writers = names.files_of(path)
    return writers if writers and not first.exists() else [first, *writers]


def _lines(path: Path) -> list[bytes]:
    with files.opened(path, files.READ) as descriptor:
        return [line for line in files.content(descriptor).split(b"\n") if line.strip()]


def _content(path: Path, lines: list[bytes]) -> Content:
    records: list[NoteRecord] = []
    aside = 0
    for line in dict.fromkeys(filter(None, lines)):
        try:
            records.append(decode(line))
        except BadLineError:
            aside += 1
    return Content(path, tuple(dict.fromkeys(lines)), tuple(records), aside)
