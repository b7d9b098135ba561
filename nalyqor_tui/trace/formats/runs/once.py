"""Keeps a value once: tracers repeat the conversation in each run, and a wall of it helps nobody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nalyqor_tui.trace.formats.pick import decoded
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

SAME_AS: Final = "same_as"
"""The key of what stands for a value that is kept elsewhere: the place of that."""

_SMALL = 120  # bytes below which a value is kept as often as it stands there
_DEPTH = 6


class Once:
    """Replaces the values that were kept before by the place where they stand."""

    def __init__(self) -> None:
        self._kept: dict[bytes, str] = {}

    def told(self, value: Json, place: Place) -> None:
        """Take note of a value that a record holds in a form of ours, and of its parts."""
        for part in _parts(value, _DEPTH):
            self._kept.setdefault(canonical(part), str(place))

    def keep(self, value: Json, place: Place, depth: int = _DEPTH) -> Json:
        """Return the value, with a reference in the place of each part that was kept before."""
        plain = decoded(value)
        if depth == 0 or not isinstance(plain, dict | list | str):
            return value
        key = canonical(plain)
        if len(key) < _SMALL:
            return value
        if key in self._kept:
            return {SAME_AS: self._kept[key]}
        self._kept[key] = str(place)
        if isinstance(plain, dict):
            return {name: self.keep(part, place, depth - 1) for name, part in plain.items()}
        if isinstance(plain, list):
            return [self.keep(part, place, depth - 1) for part in plain]
        return value


def _parts(value: Json, depth: int) -> Iterable[Json]:
    plain = decoded(value)
    if depth and isinstance(plain, dict | list | str) and len(canonical(plain)) >= _SMALL:
        yield plain
        for part in plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ():
            yield from _parts(part, depth - 1)
