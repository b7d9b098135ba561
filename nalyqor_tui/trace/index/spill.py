"""A file without a name that something is unpacked into, by a thread, while its lines are shown."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
LARGE: Final = 1 << 20
"""From so many bytes on a packed file is shown while it is unpacked; logs grow about twentyfold."""


class Spill:
    """What was unpacked so far; `share` says how much of the packed file that is, `over` that no more will come."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever unpacks closes it
        self.share = 0.0
        self.over = False
        self.stopped = False

    def stop(self) -> None:
        """Unpack no more; what there is stays."""
        self.stopped = True


def large_packed(path: Path, least: int = LARGE) -> bool:
    """Say whether a file is packed by gzip or zstd and has at least so many bytes."""
    try:
        if not path.is_file() or path.stat().st_size < least:
            return False
        with path.open("rb") as file:
            return file.read(4).startswith((GZIP, ZSTD))
    except OSError:  # opening it as a trace says why
        return False


def descriptor(spill: Spill) -> int:
    """Return a file descriptor of what is unpacked, which stays when the unpacking is over."""
    return os.dup(spill.file.fileno())
