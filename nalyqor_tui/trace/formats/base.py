"""What a format module is: a signature, a reader into our records, and what the format can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nalyqor_tui.trace.records import AnyRecord, Json, Unparsed
from nalyqor_tui.trace.source import Source


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stood: its line (from 1), its bytes, a JSON Pointer into them."""

    line: int | None
    offset: int
    length: int
    pointer: str = ""

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line is not None else ""
        return " ".join(part for part in (line, self.pointer) if part) or "the whole file"


Placed = tuple[AnyRecord, Place]


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """A session that a reader has found: `load` reads its records when somebody wants to see them."""

    id: str
    load: Callable[[], Iterable[Placed]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The start of a file, to recognise it by: its first JSON values, or the one value of the document."""

    values: Sequence[Json]
    whole: bool


@dataclass(frozen=True, slots=True)
class Fidelity:
    """What a format can tell about a decision, in words for the reader."""

    context: str
    confirmations: str
    retrieval: str
    margin: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file as a reader gets it: its bytes and, where the whole file is one JSON value, that value."""

    source: Source
    value: Json = field(default=None, repr=False)
    whole: bool = False


class Format(Protocol):
    """A module that reads one family of traces."""

    NAME: str
    TITLE: str
    FIDELITY: Fidelity

    @staticmethod
    def score(sample: Sample) -> float:
        """Say how surely the sample is of this format: 0 (not at all) to 1."""
        ...

    @staticmethod
    def sessions(document: Document) -> list[SessionDraft]:
        """Find the sessions of the file."""
        ...


def broken(data: bytes, what: str, *, last: bool) -> Unparsed:
    """Make the visible row of a line that could not be read; the last line may only be half written."""
    if not data.strip(b"\x00"):
        what = "only NUL bytes (a crash or a sparse tail)"
    elif last:
        what = f"incomplete last line, it may still be being written ({what})"
    return Unparsed(what, data.decode("utf-8", "surrogateescape"))


class Names:
    """Gives every session of a file a name of its own: a second `c-1` is called `c-1 #2`."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def unique(self, wanted: str) -> str:
        """Return `wanted`, or with a number after it where a session has that name already."""
        name = wanted
        while name in self._taken:
            self._taken[wanted] += 1
            name = f"{wanted} #{self._taken[wanted]}"
        self._taken[name] = 1
        return name
