"""Put a report into a file: whole or not at all, and never in the place of what is not a report."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from nalyqor_tui.errors import ExportError
from nalyqor_tui.notes.names import is_sidecar

_OURS = (
    b"# Decisions of ",
    b"# Triage of ",
    b"# Check of ",
    b"<?xml",
    b'{\n  "schema": "nalyqor.baseline/1"',
    b"# Comparison of ",
    b"# Trials of ",
    b"<svg",
    b'<!doctype html>\n<html lang="en" data-report="nalyqor',
)  # how the files begin that we write and so may write again


def write(path: Path, lines: Iterable[str], never: Mapping[Path, str]) -> None:
    """Write `lines` to `path`; an older report of ours is replaced, any other file is refused.

    `never` are files that are refused under whatever name, with what each is. Raises ExportError.
    """
    _allow(path, never)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.writelines(f"{line}\n" for line in lines)
            Path(name).chmod(0o600)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise ExportError(f"could not be written: {what}", path=path, remedy="give another place") from None


def _allow(path: Path, never: Mapping[Path, str]) -> None:
    if is_sidecar(path):
        raise ExportError("that is where notes are kept", path=path, remedy="give another file")
    for other, what in never.items():
        if path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other)):
            raise ExportError(f"that is {what}", path=path, remedy="give another file")
    if not path.exists():
        return
    if not path.is_file() and not path.is_dir():  # a device would be replaced, a pipe waited for
        raise ExportError("is there already, and no regular file", path=path, remedy="give another name")
    try:
        with path.open("rb") as file:
            begins = file.read(64)
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise ExportError(f"could not be written: {what}", path=path, remedy="give another place") from None
    if begins and not begins.startswith(_OURS):
        raise ExportError(
            "is there already, and no report", path=path, remedy="give another name, or remove it"
        )
