"""One line of the notes file: a record to bytes with its checksum, and bytes back to a record."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping

from pydantic import ValidationError

from nalyqor_tui.notes.model import NoteRecord

LINE_START = b'{"anchor":'
"""How every line begins, as its keys are sorted."""


class BadLineError(ValueError):
    """A line that is set aside; its text says why, as a sentence without a full stop."""


def begins_like_notes(data: bytes) -> bool:
    """Tell whether data may be notes, be it that the first line was torn after any byte."""
    first = data.lstrip(b"\n").split(b"\n", 1)[0][: len(LINE_START)]
    return LINE_START.startswith(first)


def encode(record: NoteRecord) -> bytes:
    """Return the record as one ASCII line ending in a newline, with its checksum."""
    fields = record.model_dump(mode="json", exclude={"crc"})
    return _canonical({**fields, "crc": checksum(fields)}) + b"\n"


def decode(line: bytes) -> NoteRecord:
    """Return the record that a line (with or without its newline) holds, or raise BadLineError."""
    fields = _parse(line)
    found = fields.get("crc")
    if not isinstance(found, str):
        raise BadLineError("no checksum: not a line of a notes file, or a damaged one")
    if found != checksum({key: value for key, value in fields.items() if key != "crc"}):
        raise BadLineError("the checksum does not match: damaged, or changed by another program")
    if fields.get("v") != 1:
        raise BadLineError(f"version {fields.get('v')!r} of the notes format is not known here")
    try:
        return NoteRecord.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadLineError(f"{place}: {first['msg']}" if place else first["msg"]) from error


def checksum(fields: Mapping[str, object]) -> str:
    """Return crc32 over the canonical JSON (keys sorted, no spaces, ASCII) of `fields`, eight hex digits."""
    return f"{zlib.crc32(_canonical(fields)):08x}"


def _parse(line: bytes) -> dict[str, object]:
    try:
        fields = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadLineError("not JSON: cut off, or damaged") from error
    if not isinstance(fields, dict):
        raise BadLineError("not a JSON object")
    return fields


def _canonical(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode("ascii")
