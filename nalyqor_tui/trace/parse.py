"""Bytes to JSON values: fast where that is safe, exact where it is not."""

from __future__ import annotations

import contextlib
import json
import math
import re
from itertools import accumulate
from typing import TYPE_CHECKING, NoReturn

import orjson

if TYPE_CHECKING:  # the models are slow to import, and who finds lines needs none of them
    from nalyqor_tui.trace.records import Json

MAX_DEPTH = 200
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_SPACES = (b" ", b"\t", b"\r", b"\n")
_SPACED = re.compile(rb'"[ \t\r\n]+:')
_DIGITS_ALIKE = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x20 for byte in range(256))
_LONG_NUMBER = b"0" * 19
_PIECE = 1 << 20


class BadJsonError(ValueError):
    """What is wrong with a piece of JSON, in words fit for the reader; `line` is where in the piece, from 1."""

    def __init__(self, what: str, line: int = 1) -> None:
        super().__init__(what)
        self.line = line


def loads(data: bytes, *, constants: bool = False) -> Json:
    """Decode one JSON value; integers keep every digit. Raise `BadJsonError` with what is wrong and where.

    NaN and Infinity, which Python writes and JSON does not have, are mistakes or, with `constants`, their words.
    """
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise BadJsonError(f"nested deeper than {MAX_DEPTH} levels")
    if not _has_long_number(data):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass  # the standard decoder tells more precisely what is wrong
    return _exact(data, constants=constants)


def _has_long_number(data: bytes) -> bool:
    """Look for digits that may not fit into 64 bits, a piece at a time: no other thread has to wait for all of it."""
    if len(data) <= _PIECE:
        return _LONG_NUMBER in data.translate(_DIGITS_ALIKE)
    overlap = len(_LONG_NUMBER) - 1
    pieces = (data[max(0, at - overlap) : at + _PIECE] for at in range(0, len(data), _PIECE))
    return any(_LONG_NUMBER in piece.translate(_DIGITS_ALIKE) for piece in pieces)


def duplicate_keys(data: bytes, value: Json = ...) -> list[str]:
    """Return the keys that stand twice in one object; decoders take the last and say nothing.

    A value that has as many keys when it is written anew has none. Only where that cannot be told from the
    bytes is it decoded key by key. `value` is what the bytes were decoded to, for who has it.
    """
    with contextlib.suppress(orjson.JSONDecodeError, TypeError):
        again = orjson.dumps(orjson.loads(data) if value is ... else value)
        if again == data:
            return []
        if data.count(b'":') == again.count(b'":') and b"\\u0022" not in data and not _spaced(data):
            return []
    found: dict[str, None] = {}

    def pairs(listed: list[tuple[str, Json]]) -> None:
        seen: set[str] = set()
        for key, _ in listed:
            if key in seen:
                found[key] = None
            seen.add(key)

    with contextlib.suppress(ValueError, RecursionError):  # what is wrong with it is said where it is read
        json.loads(data, object_pairs_hook=pairs)
    return list(found)


def dumps(value: Json, *, indent: bool = False) -> str:
    """Encode a JSON value as text, readable and without loss (integers of any size, lone surrogates)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else 0).decode()
    except (TypeError, orjson.JSONEncodeError):
        return json.dumps(value, ensure_ascii=False, indent=2 if indent else None)


def canonical(value: Json) -> bytes:
    """Encode a JSON value so that equal values give equal bytes: the form that record hashes are taken of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def alike(value: Json) -> bytes:
    """Encode a JSON value so that equal values give equal bytes, to be held against each other in one process."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        return canonical(value)


def resolve(value: Json, pointer: str) -> Json:
    """Follow a JSON Pointer (RFC 6901); raise `KeyError` where it leads nowhere."""
    for raw in pointer.split("/")[1:]:
        key = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and _INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            raise KeyError(pointer)
    return value


def _exact(data: bytes, *, constants: bool) -> Json:
    try:
        constant = str if constants else _not_json
        return json.loads(data.decode("utf-8"), parse_constant=constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise BadJsonError(f"not UTF-8 at byte {error.start} (0x{data[error.start]:02x})") from None
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        raise BadJsonError(f"not JSON: {what} at column {error.colno}", error.lineno) from None
    except RecursionError:
        raise BadJsonError(f"nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise BadJsonError(str(error)) from None


def _not_json(name: str) -> NoReturn:
    raise BadJsonError(f"not JSON: {name} is not a JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise BadJsonError(f"the number {digits[:20]} is too large to be kept")
    return value


def _spaced(data: bytes) -> bool:
    """Say whether a quote may be followed by white space and a colon: such a key is not counted by its bytes."""
    return any(space + b":" in data for space in _SPACES) and _SPACED.search(data) is not None


_STRING = re.compile(rb'"[^"]*+"?')  # a string that was cut runs to the end
_OTHER = bytes(byte for byte in range(256) if byte not in b'"[]{}')
_STEPS = {byte: 1 if byte in b"[{" else -1 for byte in b"[]{}"}


def _depth(data: bytes) -> int:
    """Return how deep brackets are nested outside of strings, of bytes that may be no JSON at all."""
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _OTHER)
    steps = map(_STEPS.__getitem__, _STRING.sub(b"", plain))
    return max(accumulate(steps, initial=0))
