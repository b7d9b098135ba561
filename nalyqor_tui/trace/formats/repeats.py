"""What a source says again and again is kept once: later copies name the record that holds it.

Spans and runs repeat a conversation in every input and output around it. Nothing is lost: what is left out of a
record stands, equal, in another record of the same session.
"""

from __future__ import annotations

from typing import Any, Final

from nalyqor_tui.trace.formats.pick import decoded
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.records import Json

SHORTEST: Final = 80
"""How long a piece must be, in characters, to be worth a reference."""


class Repeats:
    """Remembers the long pieces that the records of one session hold."""

    def __init__(self) -> None:
        self._held: dict[bytes, str] = {}

    def hold(self, record: str, *values: Json) -> None:
        """Remember that a record holds these values, with the pieces that they are made of."""
        for value in values:
            self._hold(record, value)

    def fold(self, value: Json) -> Json:
        """Return a value in which each long piece that a record holds already is `{"as in": its id}`."""
        return self._fold(value)

    def _hold(self, record: str, value: Json) -> None:
        value = decoded(value)
        if (key := _key(value)) is None:
            return
        if key in self._held:
            return
        self._held[key] = record
        for part in _parts(value):
            self._hold(record, part)

    def _fold(self, value: Json) -> Json:
        inner = decoded(value)
        if (key := _key(inner)) is None:
            return value
        if key in self._held:
            return {"as in": self._held[key]}
        if isinstance(inner, dict):
            return {name: self._fold(part) for name, part in inner.items()}
        return [self._fold(part) for part in inner] if isinstance(inner, list) else value


def _parts(value: Json) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _key(value: Json) -> bytes | None:
    """Return what equal values have in common; None for one that is too short to be referred to."""
    if isinstance(value, str):
        return canonical(value) if len(value) >= SHORTEST else None
    if not isinstance(value, dict | list):
        return None
    key = canonical(value)
    return key if len(key) >= SHORTEST else None
