"""What tool results tell of an identifier: its other names, its fellows, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import BadJsonError, loads
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Session

Scalar = str | int | float
_MAX_NAMED = 400  # an object with more entries is a table, not a thing with names
_FEW = 8


@dataclass(frozen=True, slots=True)
class Card:
    """One object of a tool result, flat: its own values and those one level below; `under` is its key."""

    entry: int
    under: str
    own: dict[str, Scalar]
    below: dict[str, Scalar]

    def values(self) -> Iterator[tuple[str, Scalar]]:
        """Yield every key with its value."""
        yield from self.own.items()
        yield from self.below.items()


@dataclass(slots=True)
class Lookup:
    """An index of the tool results of a session; questions say before which record they are asked."""

    by_value: dict[str, list[Card]] = field(default_factory=dict)
    fields: dict[str, dict[str, int]] = field(default_factory=dict)
    fellows: dict[str, dict[str, int]] = field(default_factory=dict)
    by_place: dict[tuple[int, str], list[Card]] = field(default_factory=dict)
    by_trait: dict[tuple[int, str], list[Card]] = field(default_factory=dict)
    figures: dict[int, float] = field(default_factory=dict)
    results: dict[int, Json] = field(default_factory=dict)

    def cards(self, value: str, before: int) -> list[Card]:
        """Return the objects that hold this identifier as their own value or stand under it."""
        return [card for card in self.by_value.get(value, ()) if card.entry < before]

    def others(self, name: str, value: str, before: int) -> set[str]:
        """Return the other values that this field took, and the keys that stood beside this one as a key."""
        seen = {v for v, at in self.fields.get(name, {}).items() if at < before}
        seen |= {v for v, at in self.fellows.get(value, {}).items() if at < before}
        return seen - {value}


def index(session: Session) -> Lookup:
    """Read the tool results, and the arguments of calls, once."""
    out = Lookup()
    for entry in session.of(rec.ToolResult, rec.ToolCall):
        record = entry.record
        if isinstance(record, rec.ToolResult):
            value = decoded(record.result)
            out.results[entry.index] = value
            if isinstance(value, int | float) and not isinstance(value, bool):
                out.figures[entry.index] = float(value)
            _walk(out, entry.index, "", value)
        elif isinstance(record, rec.ToolCall):
            _fields(out, entry.index, record.arguments)
    return out


def decoded(result: Json) -> Json:
    """Return a result as JSON where its text is JSON."""
    if isinstance(result, list) and all(isinstance(p, dict) and "text" in p for p in result) and result:
        result = "\n".join(str(part["text"]) for part in result)
    if not isinstance(result, str) or result[:1] not in tuple('{["-0123456789'):
        return result
    try:
        return loads(result.encode("utf-8", "surrogatepass"))
    except BadJsonError:
        return result


def _walk(out: Lookup, entry: int, under: str, value: Json) -> None:
    if isinstance(value, list):
        for item in value:
            _walk(out, entry, under, item)
            if isinstance(item, str):
                out.fields.setdefault(under, {}).setdefault(item, entry)
        return
    if not isinstance(value, dict):
        return
    own = {k: v for k, v in value.items() if _scalar(v)}
    below = {
        f"{k}.{n}": v
        for k, inner in value.items() if isinstance(inner, dict) and len(inner) <= _FEW * 2
        for n, v in inner.items() if _scalar(v)
    }  # fmt: skip
    if len(own) <= _MAX_NAMED:
        _index(out, Card(entry, under, own, below))
    if own and len(own) == len(value) <= _FEW:
        for key in value:
            known = out.fellows.setdefault(key, {})
            for other in value:
                known.setdefault(other, entry)
    for key, inner in value.items():
        if isinstance(inner, str):
            out.fields.setdefault(key, {}).setdefault(inner, entry)
            if len(own) == len(value):  # a table of names, such as code to city
                out.by_value.setdefault(key, []).append(Card(entry, key, {key: inner}, {}))
        _walk(out, entry, key, inner)


def _index(out: Lookup, card: Card) -> None:
    out.by_place.setdefault((card.entry, card.under), []).append(card)
    for key in card.below:
        out.by_trait.setdefault((card.entry, key), []).append(card)
    names = {card.under, *(v for v in card.own.values() if isinstance(v, str))}
    for name in names:
        if len(name) >= 3:
            out.by_value.setdefault(name, []).append(card)


def _fields(out: Lookup, entry: int, value: Json, under: str = "") -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _fields(out, entry, inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            _fields(out, entry, inner, under)
    elif isinstance(value, str):
        out.fields.setdefault(under, {}).setdefault(value, entry)


def _scalar(value: Json) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
