"""The native trace, `nalyqor.trace/1`: JSON Lines, or the same records in one JSON array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import KINDS, Json, Unparsed
from nalyqor_tui.trace.records import read as record

NAME = "native"
TITLE = "nalyqor.trace/1"
_CAN = Can("as captured", "as the header's captures say")
FIDELITY = Fidelity(context=_CAN, confirmations=_CAN, retrieval=_CAN, margin=_CAN)
TESTED = "its own writer's files"


def score(sample: Sample) -> float:
    """Count the share of values that are records of ours."""
    if not sample.values:
        return 0.0
    values = sample.values[0] if sample.whole and isinstance(sample.values[0], list) else sample.values
    if not values:
        return 0.0
    ours = sum(isinstance(v, dict) and isinstance(v.get("kind"), str) and _ours(v) for v in values)
    return ours / len(values)


def read(document: Document) -> Reading:
    """Split the records by session: a header starts one, a `conversation_id` names one."""
    found = _Sessions()
    for value, place in document.items():
        found.add(place, value)
    return Reading([SessionDraft(s.id, _Load(document, tuple(s.pieces))) for s in found.all])


def _ours(value: dict[str, Json]) -> bool:
    return value["kind"] in KINDS or "seq" in value or "turn" in value


@dataclass(slots=True)
class _Session:
    id: str
    pieces: list[Place] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads the records of one session, from the lines or the array elements where they stood."""

    document: Document
    pieces: tuple[Place, ...]

    def __call__(self) -> Iterator[Placed]:
        for place in self.pieces:
            value, _ = self.document.item(place)
            yield value if isinstance(value, Unparsed) else record(value), place


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
