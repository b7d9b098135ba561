"""A file whose lines are shown: open, its lines being found, and what has become of it since."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, Literal

from nalyqor_tui.trace.index.heads import BROKEN, KINDS, head
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.index.near import after
from nalyqor_tui.trace.index.spill import GZIP, ZSTD, Spill, descriptor, large_packed

LARGE: Final = 8 << 20
"""From so many bytes on a file is shown by its lines while the rest is read."""

_STEP: Final = 4 << 20  # bytes of new lines that are taken in at a time
_MARK: Final = 64  # bytes at the end of what was read: where they differ, the file was written anew
_OLD: Final = 4  # files that were followed before, which are kept open for what may still read them
_PACKED: Final = (GZIP, ZSTD, b"PK\x03\x04")

Change = Literal["same", "grown", "cut", "replaced", "gone"]


class LineFile:
    """An open file and its lines; `path` is where it is looked for again."""

    def __init__(self, fd: int, path: Path, *, watched: bool = True, spill: Spill | None = None) -> None:
        """Take over a file descriptor and begin to find the lines.

        Unless it is `watched`, it is not what lies at `path`: it was unpacked, or came through a pipe. `spill`
        is what it is being unpacked into.
        """
        self.path = path
        self.watched = watched
        self.spill = spill
        self._old: list[int] = []
        self._take(fd)

    @property
    def name(self) -> str:
        """What the file is called on the screen."""
        return self.path.name or str(self.path)

    @classmethod
    def open(cls, path: Path, least: int = LARGE) -> LineFile | None:
        """Open a regular file of lines that has at least so many bytes; None where it is anything else."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:  # opening it as a trace says why
            return None
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or info.st_size < least or os.pread(fd, 4, 0).startswith(_PACKED):
            os.close(fd)
            return None
        return cls(fd, path)

    @classmethod
    def unpacking(cls, path: Path) -> LineFile | None:
        """Make ready to show a large packed file while it is unpacked into `spill`; None where it is no such file."""
        if not large_packed(path):
            return None
        spill = Spill()
        return cls(descriptor(spill), path, watched=False, spill=spill)

    def look(self) -> Change:
        """Say what has become of the file since its lines were found."""
        if not self.watched:
            return "grown" if os.fstat(self.fd).st_size > self.lines.size else "same"
        try:
            info = self.path.stat()
        except OSError:
            return "gone"
        if (info.st_dev, info.st_ino) != self._identity:
            return "replaced" if stat.S_ISREG(info.st_mode) else "gone"
        if info.st_size < self.lines.size:
            return "cut"
        if os.pread(self.fd, len(self._mark), self.lines.size - len(self._mark)) != self._mark:
            return "cut"
        return "grown" if info.st_size > self.lines.size else "same"

    def grow(self) -> None:
        """Take in some of what was written since; there may be more."""
        if not self._told:  # only now, perhaps, can be told whether there are records of ours
            self._take(os.dup(self.fd), old=self.fd)
            return
        self.lines.grow(min(os.fstat(self.fd).st_size, self.lines.size + _STEP))
        self._set_mark()

    def again(self) -> bool:
        """Read the file that is now at the path, from its start; say whether there is one."""
        try:
            fd = (
                os.dup(self.fd)
                if not self.watched
                else os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            )
        except OSError:
            return False
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            return False
        self.lines.stop()
        self._take(fd, old=self.fd)
        return True

    def read(self, offset: int, length: int) -> bytes:
        """Read at most `length` bytes at `offset`; fewer where the file was cut."""
        return os.pread(self.fd, length, offset)

    def close(self) -> None:
        """Stop all that reads, and close the file."""
        self.lines.stop()
        for fd in (self.fd, *self._old):
            os.close(fd)
        self._old = []

    def _take(self, fd: int, old: int | None = None) -> None:
        if old is not None:
            self._old.append(old)  # a search may still read it
        while len(self._old) > _OLD:
            os.close(self._old.pop(0))
        info = os.fstat(fd)
        self.fd = fd
        self._identity = (info.st_dev, info.st_ino)
        native = _native(fd, info.st_size)
        self._told = native is not None
        self.lines = Lines(fd, info.st_size, heads=bool(native))
        self._set_mark()
        self.lines.start()

    def _set_mark(self) -> None:
        size = self.lines.size
        self._mark = os.pread(self.fd, _MARK, max(0, size - _MARK))


def _native(fd: int, size: int) -> bool | None:
    """Say whether the first line with anything on it is a record of ours; None where it is still being written."""
    for offset, length, cut in after(fd, 0, size, 20):
        line = os.pread(fd, length, offset).removeprefix(b"\xef\xbb\xbf")
        if not cut and line.strip():
            code = head(line).code
            unfinished = code == BROKEN and offset + length >= size
            return None if unfinished else 0 < code <= len(KINDS)
    return None if not size else False
