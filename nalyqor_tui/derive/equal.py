"""When two JSON values are the same: Python alone would take `true` for 1."""

from __future__ import annotations

from collections.abc import Iterable

from nalyqor_tui.trace.records import Json


def equal(one: Json, other: Json) -> bool:
    """Compare two JSON values: numbers by value (1 is 1.0), and a boolean is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return bool(one == other)


def among(value: Json, values: Iterable[Json]) -> bool:
    """Say whether a value is one of several."""
    return any(equal(value, one) for one in values)


def by_value(value: Json) -> Json:
    """Write equal numbers alike, so that values that are equal are equal as text."""
    if isinstance(value, dict):
        return {key: by_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [by_value(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
