"""The native trace, `nalyqor.trace/1`: JSON Lines, or the same records in one JSON array."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nalyqor_tui.trace.document import Document, Item, Sample
from nalyqor_tui.trace.formats.base import ByLine, Can, Drafts, Fidelity, Reading
from nalyqor_tui.trace.index.heads import BLANK, HEADER
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.index.names import Names
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed
from nalyqor_tui.trace.runs import Assigning, Runs
from nalyqor_tui.trace.validate import KINDS
from nalyqor_tui.trace.validate import read as record

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
    """Split the records by session: a header starts one, a `conversation_id` names one.

    The lines of a file are told by their heads; the elements of an array are read for it.
    """
    if not document.whole:
        ids, runs = _in_lines(document.lines)
        drafts = Drafts(ids, lambda session: _Lines(document, runs, session))
        return Reading(drafts, session_of=lambda offset: runs.owner(_number(document.lines, offset)))
    places = [item.place for item in document.items()]
    ids, runs = _in_array(document)
    return Reading(Drafts(ids, lambda session: _Elements(document, runs, session, places)))


def _ours(value: dict[str, Json]) -> bool:
    return value["kind"] in KINDS or "seq" in value or "turn" in value


def _number(lines: Lines, offset: int) -> int:
    """Return the number of the line around a byte, from 0."""
    return bisect_right(lines.offsets, offset) - 1


def _record(item: Item) -> Placed:
    value, place = item
    return value if isinstance(value, Unparsed) else record(value), place


@dataclass(frozen=True)
class _Lines(ByLine):
    """The records of a session, from the lines where they stand."""

    document: Document
    runs: Runs
    session: int

    def numbers(self) -> Iterator[int]:
        codes = self.document.lines.codes
        for start, stop in self.runs.of(self.session):
            yield from (number for number in range(start, stop) if codes[number] != BLANK)

    def several(self, numbers: Sequence[int]) -> Iterator[Placed]:
        return map(_record, self.document.near([self.document.line(number) for number in numbers]))


@dataclass(frozen=True)
class _Elements:
    """The records of a session, from the elements of an array."""

    document: Document
    runs: Runs
    session: int
    places: list[Place]

    def __call__(self) -> Iterator[Placed]:
        for start, stop in self.runs.of(self.session):
            for place in self.places[start:stop]:
                yield _record(self.document.item(place))


def _in_lines(lines: Lines) -> tuple[Names, Runs]:
    """Assign lines to sessions; between two that are headers or name a session, all belong to the same."""
    found, codes, named = Assigning(), lines.codes, lines.named()
    count = len(codes)
    naming, name = next(named, (count, b""))
    at = header = 0
    while at < count:
        if header < at or at == 0:
            header = codes.find(HEADER, at)
            header = count if header < 0 else header
        if at == naming:
            found.add(at, header == at, name.decode("utf-8", "surrogatepass"))
            naming, name = next(named, (count, b""))
            following = at + 1  # the session of a line that names none is another one, perhaps
        elif codes[at] == BLANK:
            following = at + 1
        else:
            found.add(at, header == at, None)
            following = min(naming, header if header > at else at + 1)
        at = following
    return found.sorted(count)


def _in_array(document: Document) -> tuple[Names, Runs]:
    found = Assigning()
    items = list(document.items())
    for at, item in enumerate(items):
        value = item.value if isinstance(item.value, dict) else {}
        named = value.get("conversation_id")
        found.add(at, value.get("kind") == "trace", named if isinstance(named, str) else None)
    return found.sorted(len(items))
