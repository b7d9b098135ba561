"""Bind a note to a place in the trace, and find the place again when the trace has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import nlargest
from typing import Final, Literal

from nalyqor_tui.notes.model import Anchor, Quote, TraceIdentity
from nalyqor_tui.notes.similar import best_ratio, shared

FUZZY: Final = 0.9
"""The least likeness (0 to 1) of a quote to words in the trace that counts as the same words."""

SHORTEST: Final = 12
"""The least length of a quote, in characters, that may find a record by likeness: "yes" is everywhere."""

_COMPARED = 16
_SHARED = 0.5
_CONTEXT = 32
_QUOTE = 240


@dataclass(frozen=True, slots=True)
class Place:
    """A record of the trace, as the one who reads the trace describes it."""

    session: str
    turn: int | None
    decision: str | None
    record: str | None
    line: int | None
    """From 1."""
    offset: int | None
    """Bytes from the start of the file."""
    pointer: str
    sha256: str
    """Of the record's own bytes, hex; empty if unknown."""
    ordinal: int
    """The place among records with the same hash, from 0."""
    text: str | Callable[[], str] = ""
    """The words of the record, or what gives them when they are asked for."""

    def words(self) -> str:
        """Return the words of the record."""
        return self.text if isinstance(self.text, str) else self.text()


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a note stands in the trace as it is now."""

    status: Literal["exact", "moved", "re-anchored", "orphaned"]
    """moved: the same record in the same spot of the file, counted as another turn or decision now."""
    place: Place | None
    how: str
    """What the place was found by, or why none was, in words."""


class Places:
    """The places of one trace, ready to be looked up for many notes."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.all = tuple(places)
        self.by_hash: dict[str, list[Place]] = {}
        self.by_record: dict[str, list[Place]] = {}
        for place in self.all:
            if place.sha256:
                self.by_hash.setdefault(place.sha256, []).append(place)
            if place.record:
                self.by_record.setdefault(place.record, []).append(place)


def anchor_at(place: Place, trace: TraceIdentity, quote: Quote | None = None) -> Anchor:
    """Return the anchor of a note at `place`; without a `quote` it takes the first words of the record."""
    return Anchor(
        trace=trace,
        session=place.session,
        turn=place.turn,
        decision=place.decision,
        record=place.record,
        line=place.line,
        offset=place.offset,
        pointer=place.pointer,
        record_sha256=place.sha256,
        ordinal=place.ordinal,
        quote=quote or quote_of(place.words()),
    )


def quote_of(text: str, start: int = 0, end: int = _QUOTE) -> Quote | None:
    """Return the words from `start` to `end` with those on either side, or None where there are none."""
    if not text[start:end].strip():
        return None
    before = text[max(0, start - _CONTEXT) : start]
    return Quote(exact=text[start:end], prefix=before, suffix=text[end : end + _CONTEXT])


def resolve(anchor: Anchor, places: Places | Iterable[Place], trace_sha256: str) -> Binding:
    """Find the place an anchor means; it is orphaned, with the reason, where none can be told for sure.

    The order: the record's hash where it stood, its hash elsewhere, its id with the exact quote, and words
    that resemble the quote in one place only. `trace_sha256` is the file's now, empty if not known.
    """
    index = places if isinstance(places, Places) else Places(places)
    same = _by_hash(anchor, index, _state_of_trace(anchor, trace_sha256))
    return same or _by_record(anchor, index) or _by_likeness(anchor, index)


def _state_of_trace(anchor: Anchor, trace_sha256: str) -> str:
    if not trace_sha256 or not anchor.trace.sha256:
        return "whether the rest of the trace changed is not known"
    return "the trace is unchanged" if trace_sha256 == anchor.trace.sha256 else "the trace changed elsewhere"


def _by_hash(anchor: Anchor, index: Places, trace: str) -> Binding | None:
    twins = index.by_hash.get(anchor.record_sha256, [])
    for place in twins:
        if _stands_there(anchor, place):
            if _counts_as(anchor, place):
                return Binding("exact", place, f"the same record where it stood; {trace}")
            return Binding(
                "moved", place, f"the same record where it stood, counted differently now; {trace}"
            )
    for place in twins:
        # Of two equal records one may be the duplicate the note is about: its number must still be there.
        if place.ordinal == anchor.ordinal:
            number = f", number {anchor.ordinal + 1} of {len(twins)} alike" if len(twins) > 1 else ""
            return Binding("re-anchored", place, f"the same record by its hash, elsewhere now{number}")
    return None


def _counts_as(anchor: Anchor, place: Place) -> bool:
    """Tell whether the place has the session, turn and decision of the anchor, so far as it names them."""
    return (
        anchor.session in ("", place.session)
        and anchor.turn in (None, place.turn)
        and anchor.decision in (None, place.decision)
    )


def _stands_there(anchor: Anchor, place: Place) -> bool:
    """Tell whether a record of the same hash is in the spot of the file that the anchor names.

    The ordinal counts too: when lines are put in before, a duplicate may come to stand where the other stood.
    """
    if anchor.pointer != place.pointer or anchor.ordinal != place.ordinal:
        return False
    if anchor.offset is None or place.offset is None:
        return anchor.line == place.line
    return anchor.offset == place.offset


def _by_record(anchor: Anchor, index: Places) -> Binding | None:
    if anchor.record is None or anchor.quote is None or not anchor.quote.exact:
        return None
    exact = anchor.quote.exact
    found = [place for place in index.by_record.get(anchor.record, []) if exact in place.words()]
    if len(found) > 1:  # ids may come again in each session
        found = [place for place in found if place.session == anchor.session]
    if len(found) != 1:
        return None
    return Binding("re-anchored", found[0], f"by its id {anchor.record} and the exact quote")


def _by_likeness(anchor: Anchor, index: Places) -> Binding:
    quote = anchor.quote
    if quote is None:
        return Binding("orphaned", None, "its record is not in the trace any more, and it quotes no words")
    if len(quote.exact.strip()) < SHORTEST:
        return Binding(
            "orphaned", None, "its record is not in the trace any more, and its quote is too short"
        )
    found: list[tuple[float, Place]] = []
    for place in _likeliest(quote, index):
        ratio = best_ratio(quote.exact, place.words(), least=FUZZY)
        if ratio >= FUZZY:
            found.append((ratio, place))
    if len(found) > 1:
        found = _with_same_surroundings(quote, found) or found
    if not found:
        return Binding(
            "orphaned", None, "neither its record nor words like its quote are in the trace any more"
        )
    if len(found) > 1:
        how = f"its record is not in the trace any more, and at least {len(found)} hold words like its quote"
        return Binding("orphaned", None, how)
    ratio, place = found[0]
    return Binding("re-anchored", place, f"the only words like its quote ({ratio:.0%} alike)")


def _likeliest(quote: Quote, index: Places) -> list[Place]:
    """Return the few places that share most with the quote: to compare thousands in full takes minutes."""
    shares = ((shared(quote.exact, place.words()), at) for at, place in enumerate(index.all))
    return [index.all[at] for share, at in nlargest(_COMPARED, shares) if share >= _SHARED]


def _with_same_surroundings(quote: Quote, found: list[tuple[float, Place]]) -> list[tuple[float, Place]]:
    if not quote.prefix and not quote.suffix:
        return []
    whole = quote.prefix + quote.exact + quote.suffix
    return [each for each in found if best_ratio(whole, each[1].words(), least=FUZZY) >= FUZZY]
