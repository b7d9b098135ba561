"""The lines of a file as they lie there: a row for each in a list, and the record on one in full.

Nothing is judged and nothing is asked of a format: the kind is the one that the record names for itself, under
one of the keys that logs use for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present.rows import Row, observed
from nalyqor_tui.trace.parse import BadJsonError, dumps, loads

BEGINNING: Final = 8192
"""So many bytes of a line are read for its row in a list."""

PRETTY: Final = 1 << 20
"""A longer record is not set out, only its beginning shown; in bytes."""

SHOWN: Final = 1 << 16
"""So many bytes of such a record are shown."""

_SAYS: Final = 300  # characters of the first words
_KINDS: Final = ("kind", "type", "event", "role", "name", "method")
_WHO: Final = ("role", "tool", "name", "author")
_WORDS: Final = (
    "content", "text", "message", "reply", "chosen", "arguments", "result", "query", "summary", "output", "input",
    "item", "payload", "data", "body", "attributes",
)  # fmt: skip
_NAMING: Final = frozenset({*_KINDS, *_WHO, "seq", "turn", "id", "ts", "timestamp", "uuid", "parentUuid"})
_KIND: Final = re.compile(rb'"(?:' + "|".join(_KINDS).encode() + rb')" ?: ?"([^"\\]{1,60})"')
_TURN: Final = re.compile(rb'"turn" ?: ?(\d{1,9})[,}]')
_TEXT: Final = re.compile(
    rb'"(?:'
    + "|".join(_WORDS).encode()
    + rb')" ?: ?(?:\[?\{[^{}]*?"(?:text|content)" ?: ?)?"((?:[^"\\]|\\.)*)'
)


@dataclass(frozen=True, slots=True)
class LineRow:
    """What a list says of a line: its kind, its turn if it tells one, and its first words; `bad` if it is no JSON."""

    kind: Phrase
    turn: int | None
    says: Phrase
    bad: bool = False


def line_row(data: bytes, length: int) -> LineRow:
    """Say of a line of `length` bytes, of which `data` is all or the beginning, what it is."""
    if not data.strip(b" \t\r"):
        return LineRow(own("blank"), None, ())
    if not data.strip(b"\x00"):
        return LineRow(own("NUL bytes"), None, own("a crash, or a hole in the file"), bad=True)
    if length > len(data):
        return _by_its_beginning(data)
    try:
        value = loads(data)
    except BadJsonError:
        return LineRow(own("no JSON"), None, (_text(data[: 4 * _SAYS]),), bad=True)
    if not isinstance(value, dict):
        return LineRow(own("a value"), None, (_brief(value),))
    turn = value.get("turn")
    return LineRow(_kind(value), turn if type(turn) is int else None, _says(value))


def gone() -> LineRow:
    """Say of a line that it could not be read where it was found."""
    return LineRow(own("gone"), None, own("the file was cut while it was open"), bad=True)


def record_rows(data: bytes, length: int, number: int | None, offset: int) -> list[Row]:
    """Make the rows of a line of `length` bytes: where it lies, and the record on it, or how it begins if it is long.

    `data` is what could be read of `wanted_bytes`; `number` counts from 0, None where it is not known yet.
    """
    at = number or 0
    line = own(
        f"{number + 1:,}" if number is not None else "not known yet: the lines are still being counted"
    )
    rows = [
        observed("line", line, at),
        observed("bytes", own(f"{length:,}, from byte {offset:,} on"), at),
    ]
    if len(data) < wanted_bytes(length):
        says = "the file was cut while it was open: the rest of this line is gone"
        return [*rows, observed("record", own(says), at, tone="fail", body=_text(data))]
    if len(data) < length:
        says = f"the first {len(data):,} bytes, as they lie there; o shows more in the pager"
        return [*rows, observed("record", own(says), at, tone="remark", body=_text(data))]
    return [*rows, _record(data, at)]


def wanted_bytes(length: int) -> int:
    """Return how many bytes of a line of `length` are read to show the record on it."""
    return length if length <= PRETTY else SHOWN


def set_out(data: bytes) -> str:
    """Write a record over several lines, or as it lies there where it is no JSON."""
    try:
        return dumps(loads(data), indent=True)
    except BadJsonError:
        return _text(data)


def size_words(size: int) -> str:
    """Write a number of bytes in a few characters."""
    if size < 10_000:
        return f"{size:,} B"
    for unit in ("kB", "MB"):
        size //= 1000
        if size < 10_000:
            return f"{size:,} {unit}"
    return f"{size / 1000:,.1f} GB"


def _record(data: bytes, at: int) -> Row:
    try:
        return observed("record", (), at, body=dumps(loads(data), indent=True))
    except BadJsonError as error:
        if not data.strip(b" \t\r"):
            return observed("record", own("a blank line"), at, tone="dim")
        return observed(
            "record", phrase("no JSON: {why}", why=str(error)), at, tone="unknown", body=_text(data)
        )


def _kind(value: dict[str, Any]) -> Phrase:
    found = next((v for key in _KINDS if isinstance(v := value.get(key), str) and v), None)
    return (found,) if found is not None else own("an object")


def _says(value: dict[str, Any]) -> Phrase:
    """Return who speaks and the first words; where no key is known, what the record holds."""
    who = next((v for key in _WHO if isinstance(v := value.get(key), str) and v), "")
    if who == next((v for key in _KINDS if isinstance(v := value.get(key), str)), ""):
        who = ""
    words = next((text for key in _WORDS if value.get(key) and (text := _gist(value[key]))), "")
    if not words:
        rest = {key: v for key, v in value.items() if key not in _NAMING}
        words = _brief(rest) if rest else ""
    return phrase("{who}: {words}", who=who, words=words) if who and words else (who + words,)


def _gist(value: Any, depth: int = 3) -> str:
    """Return the first words in a value: of a text, of parts of one, of an object that holds one."""
    if isinstance(value, str):
        return value[:_SAYS]
    if isinstance(value, list):
        return (
            " ".join(text for part in value[:3] if (text := _gist(part, depth - 1)))[:_SAYS] if depth else ""
        )
    if isinstance(value, dict) and depth:
        who = next((v for key in _WHO if isinstance(v := value.get(key), str) and v), "")
        words = next((t for key in _WORDS if value.get(key) and (t := _gist(value[key], depth - 1))), "")
        return " ".join(part for part in (who, words) if part) or _brief(value)
    return "" if value is None else _brief(value)


def _by_its_beginning(data: bytes) -> LineRow:
    """Say of a long line what its beginning tells without being whole JSON."""
    kind, turn, text = _KIND.search(data), _TURN.search(data), _TEXT.search(data)
    words = text[1] if text is not None else data
    return LineRow(
        (_text(kind[1]),) if kind is not None else own("a long line"),
        int(turn[1]) if turn is not None else None,
        (_text(words[:_SAYS]),),
    )


def _brief(value: Any) -> str:
    return dumps(value)[:_SAYS]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
