"""The trace file as bytes: opened read-only, never mapped, never written."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.index.scan import LONGEST

_WINDOW = 1 << 20
BOM = b"\xef\xbb\xbf"

# (first bytes, what it is, what to do): files that are certainly no trace.
_MAGIC = (
    (b"\x7fELF", "a binary file (ELF)", "give the trace file"),
    (b"SQLite format 3\x00", "an SQLite database", "export the trace as JSON Lines"),
    (b"\xff\xfe", "UTF-16 text (little-endian)", "convert it: iconv -f UTF-16 -t UTF-8 FILE"),
    (b"\xfe\xff", "UTF-16 text (big-endian)", "convert it: iconv -f UTF-16 -t UTF-8 FILE"),
)


_BEGINNING = 4096


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number from 1, the offset of its first byte, its bytes without the newline.

    Of a line that is longer than `LONGEST`, `data` is only the beginning; `length` is what it has in all.
    """

    number: int
    offset: int
    data: bytes
    length: int


class Source:
    """A regular file, read by offset up to the size that it had when it was opened."""

    def __init__(self, path: Path, *, hold: bool = True) -> None:
        """Open `path`; raise `TraceError` when it is missing, not a regular file or unreadable.

        Without `hold` the file is open only while it is read: of a folder, not all can be open at once.
        """
        self.path = path
        self._hold = hold
        self._fd: int | None = _open(path)
        info = os.fstat(self._fd)
        if not stat.S_ISREG(info.st_mode):
            raise _not_a_file(path, info.st_mode)
        self.size = info.st_size
        self._identity = (info.st_dev, info.st_ino)
        self._sha256 = ""
        if not hold:
            os.close(self._fd)
            self._fd = None

    def __del__(self) -> None:
        fd = getattr(self, "_fd", None)
        if fd is not None:
            os.close(fd)

    def read(self, offset: int, length: int) -> bytes:
        """Read `length` bytes at `offset`; fewer where the file ends or has been cut since."""
        if self._fd is not None:
            return _pread(self._fd, offset, length)
        fd = _open(self.path)
        try:
            info = os.fstat(fd)
            if (info.st_dev, info.st_ino) != self._identity:
                what = "was replaced since it was opened"
                raise TraceError(what, path=self.path, remedy="open it again")
            return _pread(fd, offset, length)
        finally:
            os.close(fd)

    def descriptor(self) -> int:
        """Return a file descriptor of these bytes; the caller closes it."""
        return os.dup(self._fd) if self._fd is not None else _open(self.path)

    def windows(self) -> Iterator[bytes]:
        """Yield the bytes of the file in pieces of a bounded size."""
        position = 0
        while window := self.read(position, min(_WINDOW, self.size - position)):
            yield window
            position += len(window)

    def has(self, lines: Lines) -> bool:
        """Say whether these are the lines of this file, and not of one that has since taken its name."""
        return self._fd is not None and lines.are_of(self._fd)

    def index(self, *, heads: bool) -> Lines:
        """Find all lines of the file, whatever time it takes; with `heads`, as lines of records of ours."""
        fd = _open(self.path) if self._fd is None else self._fd
        try:
            found = Lines(fd, self.size, heads=heads)
            found.start()
            found.wait()
        finally:
            if fd != self._fd:
                os.close(fd)
        return found

    def refuse_what_is_no_text(self) -> None:
        """Raise `TraceError` for a file that is empty, blank, or certainly not JSON text."""
        head = self.read(0, max(len(magic) for magic, _, _ in _MAGIC))
        for magic, what, remedy in _MAGIC:
            if head.startswith(magic):
                raise TraceError(f"this is {what}, not JSON text", path=self.path, remedy=remedy)
        if self.size >= _WINDOW and not self.read(0, _WINDOW).strip(b"\x00"):
            what = (
                "the file begins with a megabyte of NUL bytes: a sparse file, or one that a crash left behind"
            )
            raise TraceError(what, path=self.path, remedy="look for the data: tr -d '\\0' < FILE | head")
        if not any(window.strip(b" \t\r\n") for window in self.windows()):
            what = "the file is empty" if not self.size else "the file holds only blank lines"
            remedy = "give a file that an agent has written"
            raise TraceError(f"no records: {what}", path=self.path, remedy=remedy)

    def lines(self) -> Iterator[Line]:
        """Yield every line, split at LF only; a byte order mark before the first one is passed over."""
        number, start = 0, 0
        parts = _Parts()
        for window in self.windows():
            first, *others = window.split(b"\n")
            parts.add(first)
            for following in others:
                number += 1
                yield _line(number, start, parts)
                start += parts.length + 1
                parts = _Parts()
                parts.add(following)
        if parts.length:
            yield _line(number + 1, start, parts)

    def sha256(self) -> str:
        """Return the hash of the whole file, hexadecimal; read once, then remembered."""
        if not self._sha256:
            self._sha256 = self.sha256_upto(self.size)
        return self._sha256

    def sha256_upto(self, size: int) -> str:
        """Return the hash of the first `size` bytes, hexadecimal."""
        digest = hashlib.sha256()
        for window in self.windows():
            digest.update(window[:size])
            size -= len(window)
            if size <= 0:
                break
        return digest.hexdigest()


class Spool(Source):
    """Bytes that came through a pipe or out of a compressed file, kept in a file without a name."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        """Take over a temporary file; `path` says where its bytes came from."""
        file.flush()
        self.path = path
        self._fd = os.dup(file.fileno())
        self.size = os.fstat(self._fd).st_size
        self._sha256 = ""


def _pread(fd: int, offset: int, length: int) -> bytes:
    parts = []
    while length > 0 and (part := os.pread(fd, length, offset)):
        parts.append(part)
        offset += len(part)
        length -= len(part)
    return b"".join(parts)


class _Parts:
    """The pieces of a line that may be longer than a window; of a line that is too long, the beginning."""

    def __init__(self) -> None:
        self.length = 0
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        self.length += len(piece)
        if self.length <= LONGEST:
            self._pieces.append(piece)
        else:
            self._pieces = [b"".join([*self._pieces, piece])[:_BEGINNING]]

    @property
    def data(self) -> bytes:
        return b"".join(self._pieces)


def _line(number: int, offset: int, parts: _Parts) -> Line:
    data, length = parts.data, parts.length
    if number == 1 and data.startswith(BOM):
        data, offset, length = data[len(BOM) :], offset + len(BOM), length - len(BOM)
    return Line(number, offset, data, length)


def _open(path: Path) -> int:
    try:
        # O_NONBLOCK: opening a FIFO must answer at once, so that it can be refused with a reason.
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise TraceError("no such file", path=path, remedy="check the name") from None
    except PermissionError:
        raise TraceError("may not be read", path=path, remedy="check its permissions") from None
    except OSError as error:
        what = "a loop of links" if error.errno == errno.ELOOP else (error.strerror or str(error)).lower()
        raise TraceError(f"cannot be opened: {what}", path=path, remedy="check the name") from None


def _not_a_file(path: Path, mode: int) -> TraceError:
    if stat.S_ISDIR(mode):
        return TraceError("is a directory", path=path, remedy="give one of the trace files in it")
    kind = "a pipe" if stat.S_ISFIFO(mode) else "a device" if stat.S_ISCHR(mode) else "not a regular file"
    return TraceError(f"is {kind}", path=path, remedy="save the trace to a file first")
