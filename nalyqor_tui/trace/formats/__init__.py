"""The formats that can be read, one module each; a file is recognised by its content, never by its name."""

from __future__ import annotations

from itertools import islice
from typing import cast

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.formats import chat, native
from nalyqor_tui.trace.formats.base import Document, Format, Sample
from nalyqor_tui.trace.parse import BadJsonError, loads
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.source import Source

FORMATS: tuple[Format, ...] = (cast(Format, native), cast(Format, chat))
_SAMPLED = 20
_SHOWN = 60


def recognise(source: Source) -> tuple[Format, Document]:
    """Find the format of a file; raise `TraceError` that says what was looked for and how the file begins."""
    first, lines = _first_values(source)
    candidates: list[tuple[Sample, Document]] = []
    if (not first or len(lines) <= 1) and (value := _whole(source)) is not None:
        candidates.append((Sample([value], whole=True), Document(source, value, whole=True)))
    if lines and (first or not candidates):  # lines of a document may look like values of their own
        candidates.insert(0, (Sample(lines, whole=False), Document(source)))
    scored = [(form.score(sample), form, doc) for sample, doc in candidates for form in FORMATS]
    best = max(scored, key=lambda row: row[0], default=None)
    if best is None or best[0] <= 0:
        raise _unrecognised(source)
    return best[1], best[2]


def _first_values(source: Source) -> tuple[bool, list[Json]]:
    """Return whether the first line is a value of its own, and the objects and arrays on the first lines."""
    first, values = False, []
    filled = (line.data for line in source.lines() if line.data.strip(b" \t\r"))
    for index, data in enumerate(islice(filled, _SAMPLED)):
        try:
            value = loads(data)
        except BadJsonError:
            continue  # a broken line does not decide what the others are
        first = first or index == 0
        if isinstance(value, dict | list):
            values.append(value)
    return first, values


def _whole(source: Source) -> Json:
    data = source.read(0, source.size).removeprefix(b"\xef\xbb\xbf")
    if data.lstrip()[:1] not in (b"[", b"{"):
        return None
    try:
        return loads(data)
    except BadJsonError:
        return None


def _unrecognised(source: Source) -> TraceError:
    line = next(source.lines()).data
    first = line.split(b"\r")[0]
    looked = "looked for: " + ", ".join(form.TITLE for form in FORMATS)
    begins = first[:_SHOWN].decode("utf-8", "replace")
    what = "JSON, but no trace that is known"
    if first.lstrip()[:1] == b"<":
        what = "not JSON (looks like HTML or XML)"
    elif b"\r" in line.rstrip(b"\r"):
        what, looked = "its lines end in CR alone", "convert it: tr '\\r' '\\n' < FILE > NEW"
    else:
        try:
            loads(first)
        except BadJsonError as error:
            what = str(error)
    return TraceError(f"{what}; it begins with: {begins}", path=source.path, line=1, remedy=looked)
