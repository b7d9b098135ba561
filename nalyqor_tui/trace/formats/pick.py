"""Take a part of a foreign value only if it has the type that it should have."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from nalyqor_tui.trace.parse import BadJsonError, loads
from nalyqor_tui.trace.records import Json


def obj(value: Json) -> dict[str, Any]:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def arr(value: Json) -> list[Any]:
    """Return an array; an empty one for anything else."""
    return value if isinstance(value, list) else []


def txt(value: Json) -> str | None:
    """Return a string that is not empty, else None."""
    return value if isinstance(value, str) and value else None


def num(value: Json) -> float | None:
    """Return a finite number, else None; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def whole(value: Json) -> int | None:
    """Return a whole number, also one that is written as a string (as OTLP does), else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def at(value: Json, *path: str | int) -> Json:
    """Follow keys and indices into a value; None where they lead nowhere."""
    for key in path:
        if isinstance(key, str) and isinstance(value, dict):
            value = value.get(key)
        elif isinstance(key, int) and isinstance(value, list) and -len(value) <= key < len(value):
            value = value[key]
        else:
            return None
    return value


def first(value: Json, *keys: str) -> Json:
    """Return what stands under the first of these keys that is there and not null."""
    return (
        next((value[key] for key in keys if value.get(key) is not None), None)
        if isinstance(value, dict)
        else None
    )


def rest(value: Json, known: Collection[str]) -> dict[str, Any]:
    """Return the keys of an object that a reader has no word for, to be kept as they are."""
    return {key: part for key, part in value.items() if key not in known} if isinstance(value, dict) else {}


def without(value: Json, *path: str) -> dict[str, Any]:
    """Return an object without the part at a path of keys."""
    head, *tail = path
    out = {key: part for key, part in obj(value).items() if key != head}
    if tail and isinstance(value, dict) and isinstance(value.get(head), dict):
        out[head] = without(value[head], *tail)
    return out


def decoded(value: Json) -> Json:
    """Return the JSON value that a string holds, as arguments and attributes often do; else the value itself."""
    if not isinstance(value, str) or value[:1] not in ("{", "[", '"'):
        return value
    try:
        return loads(value.encode("utf-8", "surrogatepass"))
    except BadJsonError:
        return value


def stamp(value: Json, *, a_second: float = 1.0) -> str | float | None:
    """Return a time stamp for a record: RFC 3339 text as it is, a number as Unix seconds.

    `a_second` is how many of the number's units a second has: 1e3 for milliseconds, 1e9 for nanoseconds.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value) if len(value) < 25 else None
    if isinstance(value, str):
        return value or None
    number = num(value)
    return None if number is None else number / a_second
