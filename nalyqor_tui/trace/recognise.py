"""Tell the format of a file by its content: each format says how surely it is its own, and the surest wins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.archive import ZIP, ZIPS, Archive
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.elements import LARGE, elements
from nalyqor_tui.trace.formats import formats
from nalyqor_tui.trace.formats.base import Format
from nalyqor_tui.trace.index.scan import LONGEST
from nalyqor_tui.trace.parse import BadJsonError, loads
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.source import BOM, Source

_SAMPLED = 20
_HEAD = 4096
_TAIL = 1 << 20
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Claim:
    """A format that takes a file for its own, how surely (0 to 1), and the file as it would read it.

    `format` is None for a kind that is recognised but not read; `remedy` then says what to do.
    """

    title: str
    score: float
    document: Document
    format: Format | None
    remedy: str = ""


def claims(source: Source, name: str = "") -> list[Claim]:
    """Return who claims a file, the surest first; empty where nobody does. Raises `TraceError` for a bad zip."""
    surest: dict[str, Claim] = {}  # of a format that would take it as lines and as one value, the better way
    for claim in sorted(_claims(source, name), key=lambda claim: -claim.score):
        surest.setdefault(claim.title, claim)
    return list(surest.values())


def recognise(source: Source, name: str = "") -> Claim:
    """Return the surest claim to a file; raise `TraceError` where nobody can read it.

    A format that is certain ends the search: none could be surer.
    """
    best: Claim | None = None
    for claim in _claims(source, name):
        if best is None or claim.score > best.score:
            best = claim
        if best.score >= 1:
            break
    if best is None and source.read(0, len(ZIP)) in ZIPS:
        what, remedy = (
            "this is a zip archive without a trace that is known",
            "unzip it and give the trace in it",
        )
        raise TraceError(what, path=source.path, remedy=remedy)
    if best is None:
        raise _unrecognised(source)
    if best.format is None:
        what = f"this looks like {best.title}, which is recognised but not read"
        raise TraceError(what, path=source.path, remedy=best.remedy)
    return best


def _claims(source: Source, name: str) -> Iterator[Claim]:
    for document in _candidates(source, name):
        for form in formats():
            if (score := form.score(document.sample)) > 0:
                yield Claim(form.TITLE, score, document, form)
        from nalyqor_tui.trace.formats.known import KNOWN  # asked last, and of few files

        for kind in KNOWN:
            if (score := kind.score(document.sample)) > 0:
                yield Claim(kind.title, score, document, None, kind.remedy)


def _candidates(source: Source, name: str) -> Iterator[Document]:
    head = source.read(0, _HEAD)
    if head[: len(ZIP)] in ZIPS:
        archive = Archive(source.path, source)
        yield Document(source, True, name, archive, Sample((), True, head, tuple(archive.names)))
        return
    source.refuse_what_is_no_text()
    first, lines = _first_values(source)
    if not first and source.size >= LARGE and (array := elements(source, name)):
        values = [item.value for item in islice(array.items(), _SAMPLED)]
        array.sample = Sample([value for value in values if isinstance(value, dict | list)], False, head)
        yield array
        return
    value = _whole(source) if not first or len(lines) <= 1 else None
    if lines and (first or value is None):  # lines of a document may look like values of their own
        yield Document(source, False, name, None, Sample(lines, False, head))
    if value is not None:
        document = Document(source, True, name, None, Sample([value], True, head))
        document.value = value
        yield document
    if not lines and value is None:
        yield Document(source, False, name, None, Sample((), False, head))


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
    if _ends_in_a_value(source):
        return None
    data = source.read(0, source.size).removeprefix(BOM)
    if data.lstrip()[:1] not in (b"[", b"{"):
        return None
    try:
        return loads(data, constants=True)
    except BadJsonError:
        return None


def _ends_in_a_value(source: Source) -> bool:
    """Say of a large file whether its last line is an object or array of its own: then the file is not one value.

    One value that begins before its last line ends in a bracket that this line does not open.
    """
    if source.size < 2 * _TAIL or not source.read(0, _HEAD).removeprefix(BOM).strip():
        return False
    _, begins, last = source.read(source.size - _TAIL, _TAIL).rstrip().rpartition(b"\n")
    if not begins or last.lstrip()[:1] not in (b"[", b"{"):
        return False
    try:
        return isinstance(loads(last), dict | list)
    except BadJsonError:
        return False


def _unrecognised(source: Source) -> TraceError:
    begins_with = next(source.lines())
    line = begins_with.data
    first = line.split(b"\r")[0]
    remedy = "looked for: " + ", ".join(form.TITLE for form in formats())
    number, what = 1, "JSON, but no trace that is known"
    if first.lstrip()[:1] == b"<":
        what = "not JSON (looks like HTML or XML)"
    elif _PYTHON.match(first):
        what, remedy = "not JSON (looks like Python's repr)", "write it with json.dumps"
    elif b"\r" in line.rstrip(b"\r"):
        what, remedy = "its lines end in CR alone", "convert it: tr '\\r' '\\n' < FILE > NEW"
    elif begins_with.length > LONGEST:
        what = f"no trace that is known, and a line of {begins_with.length:,} bytes: longer than {LONGEST >> 20} MiB"
    else:
        number, what = _mistake(source, first) or (number, what)
    if what.startswith("not JSON: extra data"):
        remedy = "give one value a line: jq -c . FILE > NEW"
    begins = first[:_SHOWN].decode("utf-8", "replace")
    return TraceError(what, path=source.path, line=number, remedy=f"it begins with: {begins}; {remedy}")


def _mistake(source: Source, first: bytes) -> tuple[int, str] | None:
    """Return the line and the mistake of what is not JSON, read as one value where its first line is not one."""
    try:
        loads(first)
    except BadJsonError as error:
        if source.size > LONGEST:
            return 1, str(error)
    else:
        return None
    try:
        loads(source.read(0, source.size).removeprefix(BOM))
    except BadJsonError as error:
        return error.line, str(error)
    return None


_PYTHON = re.compile(rb"[\[(]*\{'")
