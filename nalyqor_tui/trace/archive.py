"""A zip archive of JSON files, with what can be saved of one that is cut short."""

from __future__ import annotations

import struct
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.source import Source, Spool

if sys.version_info >= (3, 14):
    import zipfile

    from compression import zstd
else:
    from backports import zstd
    from backports.zstd import zipfile

ZIP: Final = b"PK\x03\x04"
ZIPS: Final = (ZIP, b"PK\x05\x06", b"PK\x07\x08")
"""How a zip archive begins: with a member, empty, or as one of several parts."""

MOST: Final = 1 << 30
"""The most bytes that one member may hold."""

RATIO: Final = 1000
"""How many times its packed size a member may grow: a list of equal messages shrinks very far."""

_FREE = 16 << 20
_HEAD = struct.Struct("<4s5H3I2H")  # the local header of a member: APPNOTE.TXT 4.3.7
_STORED, _DEFLATED, _ZSTD = 0, 8, 93


@dataclass(frozen=True, slots=True)
class _Saved:
    """A member found by its local header alone; its data starts at `offset`."""

    offset: int
    method: int


class Archive:
    """The members of a zip file; `problem` says what is wrong with the archive, empty if nothing."""

    def __init__(self, path: Path, source: Source) -> None:
        """Read the directory of an archive; one without a directory is searched for its members."""
        self.path = path
        self.problem = ""
        self._source = source
        self._saved: dict[str, _Saved] = {}
        self._cache: tuple[str, Source] | None = None
        try:
            with zipfile.ZipFile(path) as opened:
                self.names = [info.filename for info in opened.infolist() if not info.is_dir()]
        except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError):
            self._saved = _search(source)
            self.names = list(self._saved)
            self.problem = "the archive is cut short or damaged: what could be read of it is shown"
        if not self.names:
            what = "this zip archive holds no readable file"
            raise TraceError(what, path=path, remedy="unzip it and give the trace in it")

    def source(self, name: str) -> Source:
        """Return the bytes of a member; raise `KeyError` where there is none, `TraceError` where it is broken."""
        if name not in self.names:
            raise KeyError(name)
        if self._cache is None or self._cache[0] != name:
            self._cache = (name, self._unpacked(name))
        return self._cache[1]

    def _unpacked(self, name: str) -> Source:
        try:
            return self._member(name)
        except (zipfile.BadZipFile, zlib.error, zstd.ZstdError, EOFError, OSError, NotImplementedError,
                RuntimeError, struct.error, ValueError) as error:  # fmt: skip
            what = f"the member {name} cannot be unpacked: {error}"
            raise TraceError(what, path=self.path, remedy="give the archive whole") from None

    def _member(self, name: str) -> Source:
        with tempfile.TemporaryFile() as file:
            if name in self._saved:
                file.write(_inflate(self._source, self._saved[name]))
                return Spool(self.path, file)
            with zipfile.ZipFile(self.path) as opened:
                info = opened.getinfo(name)
                with opened.open(info) as member:
                    while piece := member.read(1 << 20):
                        if file.tell() > min(MOST, max(_FREE, RATIO * info.compress_size)):
                            raise ValueError("it grows out of all bounds: a decompression bomb, or padding")
                        file.write(piece)
            return Spool(self.path, file)


def _search(source: Source) -> dict[str, _Saved]:
    """Find members by their local headers, for an archive whose directory at the end is missing."""
    found: dict[str, _Saved] = {}
    data = source.read(0, min(source.size, MOST))
    at = data.find(ZIP)
    while at >= 0 and at + _HEAD.size <= len(data):
        fields = _HEAD.unpack_from(data, at)
        method, name_length, extra_length = fields[3], fields[9], fields[10]
        start = at + _HEAD.size + name_length + extra_length
        name = data[at + _HEAD.size : at + _HEAD.size + name_length].decode("utf-8", "replace")
        if method in (_DEFLATED, _ZSTD) and name and not name.endswith("/"):
            found[name] = _Saved(start, method)
        at = data.find(ZIP, at + 4)
    return found


def _inflate(source: Source, saved: _Saved) -> bytes:
    """Unpack what follows a local header, up to the end of its own stream or of the file."""
    packed = source.read(saved.offset, min(source.size - saved.offset, MOST))
    most = max(_FREE, min(MOST, RATIO * len(packed)))
    if saved.method == _ZSTD:
        return zstd.ZstdDecompressor().decompress(packed, max_length=most)
    return zlib.decompressobj(-15).decompress(packed, most)
