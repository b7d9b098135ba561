"""The trace file as bytes: opened read-only, never mapped, never written."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nalyqor_tui.errors import TraceError

_WINDOW = 1 << 20
BOM = b"\xef\xbb\xbf"

# (first bytes, what it is, what to do): files that are certainly not JSON text.
_MAGIC = (
    (b"\x1f\x8b", "a gzip archive", "unpack it first: gunzip -k FILE"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it first: zstd -d FILE"),
    (b"PK", "a zip archive", "unpack it first: unzip FILE"),
    (b"\x7fELF", "a binary file (ELF)", "give the trace file"),
    (b"SQLite format 3\x00", "an SQLite database", "export the trace as JSON Lines"),
    (b"\xff\xfe", "UTF-16 text (little-endian)", "convert it: iconv -f UTF-16 -t UTF-8 FILE"),
    (b"\xfe\xff", "UTF-16 text (big-endian)", "convert it: iconv -f UTF-16 -t UTF-8 FILE"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number from 1, the offset of its first byte, its bytes without the newline."""

    number: int
    offset: int
    data: bytes
    complete: bool


class Source:
    """A regular file, read by offset up to the size that it had when it was opened."""

    def __init__(self, path: Path) -> None:
        """Open `path`; raise `TraceError` when it is missing, not a regular file, unreadable or empty."""
        self.path = path
        self._fd = _open(path)
        info = os.fstat(self._fd)
        if not stat.S_ISREG(info.st_mode):
            raise _not_a_file(path, info.st_mode)
        self.size = info.st_size
        self._sha256 = ""
        head = self.read(0, max(len(magic) for magic, _, _ in _MAGIC))
        for magic, what, remedy in _MAGIC:
            if head.startswith(magic):
                raise TraceError(f"this is {what}, not JSON text", path=path, remedy=remedy)
        if self._blank():
            what = "the file is empty" if not self.size else "the file holds only blank lines"
            raise TraceError(f"no records: {what}", path=path, remedy="give a file that an agent has written")

    def __del__(self) -> None:
        fd = getattr(self, "_fd", None)
        if fd is not None:
            os.close(fd)

    def read(self, offset: int, length: int) -> bytes:
        """Read `length` bytes at `offset`; fewer where the file ends or has been cut since."""
        parts = []
        while length > 0 and (part := os.pread(self._fd, length, offset)):
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return b"".join(parts)

    def _blank(self) -> bool:
        position = 0
        while window := self.read(position, min(_WINDOW, self.size - position)):
            if window.strip(b" \t\r\n"):
                return False
            position += len(window)
        return True

    def lines(self) -> Iterator[Line]:
        """Yield every line, split at LF only; a byte order mark before the first one is passed over."""
        number, start, position = 0, 0, 0
        parts: list[bytes] = []  # of a line that is longer than a window
        while window := self.read(position, min(_WINDOW, self.size - position)):
            position += len(window)
            first, *others = window.split(b"\n")
            parts.append(first)
            for following in others:
                number += 1
                data = b"".join(parts)
                yield _line(number, start, data, complete=True)
                start += len(data) + 1
                parts = [following]
        if rest := b"".join(parts):
            yield _line(number + 1, start, rest, complete=False)

    def sha256(self) -> str:
        """Return the hash of the whole file, hexadecimal; read once, then remembered."""
        if not self._sha256:
            digest, position = hashlib.sha256(), 0
            while window := self.read(position, min(_WINDOW, self.size - position)):
                digest.update(window)
                position += len(window)
            self._sha256 = digest.hexdigest()
        return self._sha256


def _line(number: int, offset: int, data: bytes, *, complete: bool) -> Line:
    if number == 1 and data.startswith(BOM):
        data, offset = data[len(BOM) :], offset + len(BOM)
    return Line(number, offset, data, complete)


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
