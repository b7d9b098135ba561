"""Where a record stood, so that whoever doubts the reading can look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nalyqor_tui.trace.records import AnyRecord


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stood: its line (from 1), its bytes, a JSON Pointer into them.

    `file` is the path in the folder or archive that was opened; empty for a trace that is one file.
    """

    line: int | None
    offset: int
    length: int
    pointer: str = ""
    file: str = ""

    def below(self, pointer: str) -> Place:
        """Return the place of a part, by its pointer from here."""
        return Place(self.line, self.offset, self.length, self.pointer + pointer, self.file)

    @property
    def whole(self) -> Place:
        """The place of the line or file that this is a part of."""
        return Place(self.line, self.offset, self.length, "", self.file) if self.pointer else self

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line is not None else ""
        return " ".join(part for part in (self.file, line, self.pointer) if part) or "the whole file"


@dataclass(frozen=True, slots=True)
class Spread:
    """The places of a response that was logged in several pieces; a pointer begins with the number of its piece."""

    pieces: Sequence[Place]
    words: Place
    """Where what was said stands."""

    def below(self, pointer: str) -> Place:
        """Return the place of a part, by its pointer; that of the words for an empty one."""
        if not pointer:
            return self.words
        number, _, inside = pointer.removeprefix("/").partition("/")
        return self.pieces[int(number)].below(f"/{inside}" if inside else "")


Placed = tuple[AnyRecord, Place]


def token(key: str) -> str:
    """Return a key as a part of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
