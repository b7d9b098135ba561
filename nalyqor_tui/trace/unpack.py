"""What comes compressed or through a pipe, as a source that can be read by offset."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
import tempfile
import zlib
from pathlib import Path
from typing import IO

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.index.spill import GZIP, ZSTD, Spill
from nalyqor_tui.trace.source import Source, Spool

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST = 8 << 30
"""The most bytes that are kept of a pipe or a compressed file."""

RATIO = 200
"""How many times its size a compressed file may grow; agents' logs shrink to a twentieth at the most."""

_FREE = 16 << 20  # bytes that may come out of a compressed file before its ratio is looked at
_STEP = 1 << 20


def unpack(source: Source, spill: Spill | None = None) -> tuple[Source, str]:
    """Return the source, unpacked if it is compressed, and what is to be said of that (empty if nothing).

    It is unpacked into `spill`, if that is given, and only until somebody stops it.
    Raise `TraceError` where it would grow out of all bounds or holds nothing readable.
    """
    head = source.read(0, 4)
    kind = "gzip" if head.startswith(GZIP) else "zstd" if head.startswith(ZSTD) else ""
    if not kind:
        return source, ""
    # Opened anew: positions of a source's own descriptor are nobody's.
    with source.path.open("rb") as raw, _reader(raw, kind) as packed:
        spool, problem = _spool(source, raw, packed, spill or Spill())
    if problem and not spool.size:
        raise TraceError(f"this {kind} file cannot be unpacked: {problem}", path=source.path,
                         remedy="give the file whole")  # fmt: skip
    return spool, f"the {kind} stream ends early or is damaged: {problem}" if problem else ""


def from_pipe(stream: IO[bytes], path: Path) -> Source:
    """Keep all that a pipe gives; raise `TraceError` where that is more than can be kept."""
    with tempfile.TemporaryFile() as file:
        while piece := stream.read(_STEP):
            _check_room(path, file.tell(), None)
            file.write(piece)
        return Spool(path, file)


def _reader(raw: IO[bytes], kind: str) -> gzip.GzipFile | zstd.ZstdFile:
    return gzip.GzipFile(fileobj=raw, mode="rb") if kind == "gzip" else zstd.ZstdFile(raw, "rb")


def _spool(
    source: Source, raw: IO[bytes], packed: gzip.GzipFile | zstd.ZstdFile, spill: Spill
) -> tuple[Source, str]:
    problem, written = "", 0
    with spill.file as file:
        try:
            # read1 gives what there is: read would lose the last piece before a fault.
            while piece := packed.read1(_STEP):
                _check_room(source.path, written, source.size)
                written += _write(file.fileno(), piece, written)
                spill.share = raw.tell() / max(1, source.size)
                if spill.stopped:
                    problem = "you stopped it"
                    break
        except (EOFError, OSError, zlib.error, zstd.ZstdError) as error:
            problem = str(error)[:1].lower() + str(error)[1:]
        finally:
            spill.over = True
        return Spool(source.path, file), problem


def _write(fd: int, piece: bytes, at: int) -> int:
    """Write a piece at an offset, wherever the file's own position is: who looks at it meanwhile may move that."""
    done = 0
    while done < len(piece):
        done += os.pwrite(fd, piece[done:], at + done)
    return done


def _check_room(path: Path, written: int, packed: int | None) -> None:
    if packed is not None and written > max(_FREE, RATIO * packed):
        what = f"grows to more than {RATIO} times its size: a decompression bomb, or padding"
        raise TraceError(what, path=path, remedy="unpack it yourself if you trust it")
    if written > MOST or shutil.disk_usage(tempfile.gettempdir()).free < 4 * _STEP:
        what = f"more than can be kept here (at most {MOST >> 30} GiB, and what the disk has room for)"
        raise TraceError(what, path=path, remedy="save the trace to a file first")
