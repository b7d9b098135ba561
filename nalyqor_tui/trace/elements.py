"""A large JSON array, taken apart while it is read: its elements can then be read one by one, like lines.

A document of many megabytes as one value takes ten times as much memory. An array can be streamed: each element
is written to a file without a name, and nothing larger than one element is ever held.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import orjson

from nalyqor_tui.trace.document import Document, Item
from nalyqor_tui.trace.parse import BadJsonError
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json, Unparsed
from nalyqor_tui.trace.source import BOM, Source, Spool

LARGE: Final = 32 << 20
"""The size in bytes from which an array is streamed."""

_BUFFER = 1 << 20


@dataclass
class Elements(Document):
    """The elements of an array; `source` holds one a line, `problem` says what broke the array off."""

    rewritten: ClassVar[bool] = True

    problem: str = ""

    def items(self) -> Iterator[Item]:
        """Yield the elements, each with a pointer to where it stood; what broke the array off comes last."""
        index = -1
        for index, line in enumerate(self.source.lines()):
            place = Place(None, line.offset, line.length, f"/{index}", self.name)
            yield Item(self._line(line.data, place), place)
        if self.problem:
            place = Place(None, self.source.size, 0, f"/{index + 1}", self.name)
            yield Item(Unparsed(f"the array breaks off here: {self.problem}", ""), place)

    def item(self, place: Place) -> Item:
        """Read an element again."""
        if not place.length:
            return Item(Unparsed(f"the array breaks off here: {self.problem}", ""), place)
        return super().item(place)

    def element(self, place: Place) -> Json:
        """Return the value that a place points to; the first part of its pointer is the element itself."""
        _, _, rest = place.pointer[1:].partition("/")
        return super().element(replace(place, pointer=f"/{rest}" if rest else ""))


def elements(source: Source, name: str) -> Elements | None:
    """Take an array apart; None where the file is not one, or not even its first element can be read."""
    if source.read(0, 64).removeprefix(BOM).lstrip()[:1] != b"[":
        return None
    import ijson  # few files are so large

    problem = ""
    with tempfile.TemporaryFile() as file:
        try:
            for value in ijson.items(_Reader(source), "item", buf_size=_BUFFER):
                file.write(_line(value) + b"\n")
        except (ijson.JSONError, UnicodeDecodeError, BadJsonError) as error:
            problem = str(error).strip().split("\n")[0]
        if not file.tell():
            return None
        return Elements(Spool(source.path, file), False, name, None, problem=problem)


def _line(value: Json) -> bytes:
    """Write an element anew; its numbers come as they were written, as integers of any size or decimals."""
    try:
        return orjson.dumps(value, default=_float)
    except TypeError:
        return json.dumps(value, default=_float, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _float(number: Json) -> float:
    value = float(number)
    if math.isinf(value):
        raise BadJsonError(f"the number {number} is too large to be kept")
    return value


class _Reader:
    """A source as a file that is read from its start to its end."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = len(BOM) if source.read(0, len(BOM)) == BOM else 0

    def read(self, size: int = -1) -> bytes:
        left = self._source.size - self._at
        data = self._source.read(self._at, left if size < 0 else min(size, left))
        self._at += len(data)
        return data
