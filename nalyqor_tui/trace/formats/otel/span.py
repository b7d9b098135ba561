"""A span as every exporter means it: who, when, below whom, with what attributes and events."""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from nalyqor_tui.trace.formats.pick import num, whole
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_HEX = re.compile(r"(?:[0-9a-fA-F]{16}){1,2}")
_DOTS = 40  # the most parts of a dotted key that are taken apart


@dataclass(slots=True)
class Event:
    """An event of a span, or a log record that belongs to one; `time` is in nanoseconds since 1970."""

    name: str
    attributes: dict[str, Json]
    body: Json
    time: int | None
    place: Place
    trace: str = ""
    span: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(slots=True)
class Span:
    """A span: times are in nanoseconds since 1970, `places` says where attributes stand if one can point there.

    `status` is what its exporter says of its success, `about` what else it says; `home` are the attributes of
    its resource and its instrumentation scope.
    """

    trace: str
    id: str
    parent: str
    name: str
    start: int | None
    end: int | None
    attributes: dict[str, Json]
    place: Place
    events: list[Event] = field(default_factory=list)
    status: Literal["ok", "error"] | None = None
    problem: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    home: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def at(self, *keys: str) -> Place:
        """Return the place of the first of these attributes that the span has, else of the span."""
        return next((self.places[key] for key in keys if key in self.places), self.place)

    def under(self, prefix: str) -> list[str]:
        """Return the names of the attributes that are `prefix` or begin with it and a dot."""
        return [key for key in self.attributes if key == prefix or key.startswith(f"{prefix}.")]

    def gathered(self, prefix: str) -> Json:
        """Put the attributes under a prefix together again: `a.0.b = 1` is `[{"b": 1}]` under `a`."""
        tree: dict[str, Any] = {}
        for key in self.under(prefix):
            _put(tree, key.removeprefix(prefix).removeprefix(".").split(".", _DOTS), self.attributes[key])
        return tree[""] if set(tree) == {""} else _listed(tree)


def _put(tree: dict[str, Any], path: list[str], value: Json) -> None:
    for key in path[:-1]:
        inner = tree.setdefault(key, {})
        if not isinstance(inner, dict):
            inner = tree[key] = {"": inner}
        tree = inner
    tree[path[-1]] = value


def _listed(tree: Json) -> Json:
    """Return a tree with its numbered branches as lists, in the order of the numbers."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isascii() and key.isdigit() and len(key) < 9 for key in tree):
        return [_listed(tree[key]) for key in sorted(tree, key=int)]
    return {key: _listed(value) for key, value in tree.items()}


def identity(value: Json) -> str:
    """Return an id in hexadecimal, as which it is meant, also where it is written in base64; else as it is."""
    if not isinstance(value, str):
        return "" if value is None else dumps(value)
    text: str = value.removeprefix("0x")
    if _HEX.fullmatch(text):
        return text.lower() if text.strip("0") else ""
    if len(text) in (12, 24):
        try:
            return base64.b64decode(text, validate=True).hex()
        except (binascii.Error, ValueError):
            return text
    return text


def nanoseconds(value: Json) -> int | None:
    """Return a time in nanoseconds since 1970: of such a number, of seconds, of [s, ns], of RFC 3339 text."""
    if isinstance(value, list) and len(value) == 2:
        seconds, rest = whole(value[0]), whole(value[1])
        return None if seconds is None or rest is None else seconds * 10**9 + rest
    exact = (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 25
        else None
    )
    exact = value if isinstance(value, int) and not isinstance(value, bool) else exact
    number = num(value) if exact is None else exact
    if number is not None:  # whichever unit gives a date of our time
        unit = next(
            (u for u, least in ((1, 1e17), (10**3, 1e14), (10**6, 1e11)) if abs(number) >= least), 10**9
        )
        return int(number * unit)
    if isinstance(value, str) and value:
        try:
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
        since = moment.replace(tzinfo=moment.tzinfo or datetime.UTC) - datetime.datetime.fromtimestamp(
            0, datetime.UTC
        )
        return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000
    return None


def seconds(time: int | None) -> float | None:
    """Return a time as Unix seconds, for a record."""
    return num(time / 1e9) if time and abs(time) < 10**30 else None
