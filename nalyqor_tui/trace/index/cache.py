"""The index of a large file, kept so that a second opening need not look for its lines again.

What is kept is bound to the file as it was: its device, inode, size and times, and its first and last bytes. A file
that differs in any of them is read anew. A cache that cannot be read or written is done without.
"""

from __future__ import annotations

import contextlib
import os
import time
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from nalyqor_tui.trace.index.names import Packed

_VERSION: Final = 2
_EDGE: Final = 4096
_SETTLED: Final = 2.0  # seconds: of a file written to since, the times might not tell a further change
_MOST: Final = 512 << 20  # bytes of all that is kept; the oldest goes first
_STALE: Final = 3600  # seconds: what somebody is still writing by then was given up
_TYPES: Final = "QBiQIQ"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an index; `naming` are the lines that name a session, `named` which of `names` each does."""

    offsets: array[int]
    codes: bytearray
    turns: array[int]
    naming: array[int]
    named: array[int]
    names: Packed


def folder() -> Path:
    """Return where indexes are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "nalyqor-tui" / "index"


def identity(fd: int, *, heads: bool) -> str:
    """Return what tells this file, as it is now, from any other."""
    info = os.fstat(fd)
    edges = zlib.crc32(os.pread(fd, _EDGE, 0) + os.pread(fd, _EDGE, max(0, info.st_size - _EDGE)))
    times = (info.st_mtime_ns, info.st_ctime_ns)
    return " ".join(map(str, (_VERSION, int(heads), info.st_dev, info.st_ino, info.st_size, *times, edges)))


def load(fd: int, *, heads: bool) -> Kept | None:
    """Return what was kept of this file, None where nothing was or the file has changed since."""
    try:
        data = _path(fd, heads=heads).read_bytes()
        head, _, body = data.partition(b"\n")
        told = orjson.loads(head)
        if told["identity"] != identity(fd, heads=heads) or told["crc"] != zlib.crc32(body):
            return None
        return _unpacked(body, told["lengths"])
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):  # RuntimeError: there is no home
        return None


def save(fd: int, kept: Kept, was: str, *, heads: bool) -> None:
    """Keep the index of a file whose identity was `was` when the search for lines began."""
    with contextlib.suppress(OSError, RuntimeError):
        written = max(os.fstat(fd).st_mtime, os.fstat(fd).st_ctime)
        if time.time() - written < _SETTLED or was != identity(fd, heads=heads) or not os.fstat(fd).st_nlink:
            return
        body, lengths = _packed(kept)
        if len(body) > _MOST:
            return
        head = orjson.dumps({"identity": was, "crc": zlib.crc32(body), "lengths": lengths})
        path = _path(fd, heads=heads)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_room(path.parent, len(body))
        _write(path, head + b"\n" + body)


def _path(fd: int, *, heads: bool) -> Path:
    info = os.fstat(fd)
    return folder() / f"{info.st_dev:x}-{info.st_ino:x}-{'heads' if heads else 'lines'}"


def _packed(kept: Kept) -> tuple[bytes, list[int]]:
    parts = [kept.offsets, kept.codes, kept.turns, kept.naming, kept.named, kept.names.ends]
    return b"".join([*map(bytes, parts), kept.names.data]), [len(part) for part in parts]


def _unpacked(body: bytes, lengths: Sequence[int]) -> Kept:
    arrays = []
    at = 0
    for kind, length in zip(_TYPES, lengths, strict=True):
        values = array(kind)
        size = length * values.itemsize
        values.frombytes(body[at : at + size])
        arrays.append(values)
        at += size
    offsets, codes, turns, naming, named, ends = arrays
    return Kept(offsets, bytearray(codes), turns, naming, named, Packed(bytearray(body[at:]), ends))


def _make_room(place: Path, wanted: int) -> None:
    files = sorted(
        ((path.stat().st_mtime, path.stat().st_size, path) for path in place.iterdir()), reverse=True
    )
    taken = wanted
    for written, size, path in files:
        taken += size
        given_up = "." in path.name and time.time() - written > _STALE
        if taken > _MOST or given_up:
            path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Put a file in its place whole; one that cannot be finished leaves nothing behind."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
