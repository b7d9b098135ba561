"""The native trace, `nalyqor.trace/1`: JSON Lines, or the same records in one JSON array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nalyqor_tui.trace.formats.base import (
    Document,
    Fidelity,
    Names,
    Place,
    Placed,
    Sample,
    SessionDraft,
    broken,
)
from nalyqor_tui.trace.parse import BadJsonError, loads, resolve
from nalyqor_tui.trace.records import KINDS, AnyRecord, Json, read
from nalyqor_tui.trace.source import Line, Source

NAME = "native"
TITLE = "nalyqor.trace/1"
FIDELITY = Fidelity(
    context="as the header's captures say",
    confirmations="as the header's captures say",
    retrieval="as the header's captures say",
    margin="as the header's captures say",
)


def score(sample: Sample) -> float:
    """Count the share of values that are records of ours."""
    values = sample.values[0] if sample.whole and isinstance(sample.values[0], list) else sample.values
    if not values:
        return 0.0
    ours = sum(isinstance(v, dict) and isinstance(v.get("kind"), str) and _ours(v) for v in values)
    return ours / len(values)


def sessions(document: Document) -> list[SessionDraft]:
    """Split the records by session: a header starts one, a `conversation_id` names one."""
    found = _Sessions()
    for placed, value in _pieces(document):
        found.add(placed, value)
    return [SessionDraft(s.id, s.load(document)) for s in found.all]


def _ours(value: dict[str, Json]) -> bool:
    return value["kind"] in KINDS or "seq" in value or "turn" in value


@dataclass(slots=True)
class _Session:
    id: str
    pieces: list[Place] = field(default_factory=list)

    def load(self, document: Document) -> _Load:
        return _Load(document, tuple(self.pieces))


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads the records of one session, from the lines or the array elements where they stood."""

    document: Document
    pieces: tuple[Place, ...]

    def __call__(self) -> Iterator[Placed]:
        for place in self.pieces:
            if self.document.whole:
                yield read(resolve(self.document.value, place.pointer)), place
            else:
                yield _record(self.document.source, place), place


class _Sessions:
    """Assigns records to sessions in one pass: interleaved ones by their id, others to the latest header."""

    def __init__(self) -> None:
        self.all: list[_Session] = []
        self._names = Names()
        self._latest: dict[str, _Session] = {}
        self._current: _Session | None = None

    def add(self, place: Place, value: Json) -> None:
        value = value if isinstance(value, dict) else {}
        named = value.get("conversation_id")
        named = named if isinstance(named, str) else None
        if value.get("kind") == "trace":
            session = self._current = self._start(named)
        elif named is not None:
            session = self._latest.get(named) or self._start(named)
        else:
            session = self._current = self._current or self._start(None)
        session.pieces.append(place)

    def _start(self, named: str | None) -> _Session:
        session = _Session(self._names.unique(named or f"session {len(self.all) + 1}"))
        self.all.append(session)
        if named is not None:  # a second header with this id is a second session: what follows belongs to it
            self._latest[named] = session
        return session


def _pieces(document: Document) -> Iterator[tuple[Place, Json]]:
    if document.whole:
        values = document.value if isinstance(document.value, list) else [document.value]
        for index, value in enumerate(values):
            pointer = f"/{index}" if isinstance(document.value, list) else ""
            yield Place(None, 0, document.source.size, pointer), value
        return
    for line in document.source.lines():
        if line.data.strip(b" \t\r"):
            yield Place(line.number, line.offset, len(line.data)), _glance(line)


def _glance(line: Line) -> Json:
    try:
        return loads(line.data)
    except BadJsonError:
        return None


def _record(source: Source, place: Place) -> AnyRecord:
    data = source.read(place.offset, place.length)
    try:
        return read(loads(data))
    except BadJsonError as error:
        return broken(data, str(error), last=place.offset + place.length >= source.size)
