"""Bytes that must survive: open without following links, lock, append, wait for the disk, replace.

Everything here raises plain OSError; who calls knows what to tell the user.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

# O_NONBLOCK keeps a FIFO in the place of a file from hanging the open; a regular file ignores it.
_SAFE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
READ = os.O_RDONLY | _SAFE
APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | _SAFE
REPLACE = os.O_WRONLY | os.O_TRUNC | os.O_CREAT | _SAFE
MODE = 0o600

CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG)
"""What an OSError says when we may not write there, though it might do elsewhere."""


class LockUnavailableError(Exception):
    """The lock cannot be had: the file system has none, it is another user's, or it stays taken."""


@contextlib.contextmanager
def opened(path: Path, flags: int) -> Iterator[int]:
    """Yield a descriptor of a regular file; a link, a folder, a FIFO or a device is refused."""
    descriptor = os.open(path, flags, MODE)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        yield descriptor
    finally:
        os.close(descriptor)


def content(descriptor: int, start: int = 0, end: int | None = None) -> bytes:
    """Return the bytes from `start` up to `end`, or up to the size the file has now."""
    end = os.fstat(descriptor).st_size if end is None else end
    parts: list[bytes] = []
    while start < end and (part := os.pread(descriptor, end - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)


@contextlib.contextmanager
def locked(path: Path, *, wait: float) -> Iterator[None]:
    """Hold an exclusive flock on the file `path`, waiting at most `wait` seconds for it.

    The lock file stays when the lock is given back: to delete it would let two writers hold two locks.
    """
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | _SAFE, MODE)
    except PermissionError as error:
        raise LockUnavailableError(f"the lock file belongs to someone else: {path.name}") from error
    try:
        _take(lock, until=time.monotonic() + wait)
        yield
    finally:
        os.close(lock)


def _take(lock: int, *, until: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise LockUnavailableError("another program holds the lock and does not let go") from error
            time.sleep(0.005)
        except OSError as error:
            raise LockUnavailableError(f"no lock on this file system: {error.strerror}") from error
        else:
            return


def append(descriptor: int, line: bytes) -> None:
    """Append `line` in one write and return when it is on the disk; on an error cut the file back.

    A torn tail, which a killed writer left, is first closed with a newline in the same write, so that it
    cannot swallow this line. Only the holder of the lock may call this.
    """
    size = os.fstat(descriptor).st_size
    torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    data = b"\n" + line if torn else line
    try:
        written = os.write(descriptor, data)
        if written != len(data):
            raise OSError(errno.ENOSPC, f"Only {written} of {len(data)} bytes were taken")
        flush(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):  # what stays behind is a torn tail, which loading sets aside
            os.ftruncate(descriptor, size)
        raise


def flush(descriptor: int) -> None:
    """Wait until the data of a file is on the disk."""
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # fsync there stops at the drive's own cache
    else:
        os.fdatasync(descriptor)


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the file system can say so."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create a folder and the missing ones above it, 0700, each on the disk before the next."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    flush_folder(folder.parent)


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path` at once and for good: a reader sees the old or the new, whole."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with opened(temporary, REPLACE) as descriptor:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            flush(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    flush_folder(path.parent)
