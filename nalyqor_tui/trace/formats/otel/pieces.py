"""The spans and log records of a document, found once and read again when a session is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.otel import bare, jaeger, otlp
from nalyqor_tui.trace.formats.otel.span import Event, Span
from nalyqor_tui.trace.parse import dumps, resolve
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json, Unparsed

Piece = Span | Event | Unparsed
Address = tuple[Place, tuple[str, ...]]
"""The place of a value of the document, and the pointers from there to its pieces."""


def find(document: Document) -> Iterator[tuple[Place, str, Piece, Place]]:
    """Yield every piece: the place of the value that it is in, the pointer from there, the piece, its own place."""
    for value, place in document.items():
        pointers = [] if isinstance(value, Unparsed) else [pointer for pointer, _ in _walk(value)]
        for pointer in pointers or [""]:
            yield place, pointer, _take(value, pointer, place.below(pointer)), place.below(pointer)


def load(document: Document, addresses: Iterable[Address]) -> Iterator[tuple[Piece, Place]]:
    """Yield again the pieces at these addresses."""
    for place, pointers in addresses:
        value, _ = document.item(place)
        for pointer in pointers:
            yield _take(value, pointer, place.below(pointer)), place.below(pointer)


def _walk(value: Json) -> Iterator[tuple[str, Json]]:
    if otlp.is_request(value):
        return otlp.walk(value)
    return jaeger.walk(value) if jaeger.is_export(value) else bare.walk(value)


def _take(value: Json, pointer: str, place: Place) -> Piece:
    if isinstance(value, Unparsed):
        return value
    found: Span | Event | None
    try:
        if otlp.is_request(value):
            found = otlp.take(value, pointer, place) if pointer else None
        elif jaeger.is_export(value):
            found = jaeger.take(value, pointer, place) if pointer else None
        else:
            found = bare.take(resolve(value, pointer), place)
    except KeyError:  # the file was changed since
        return _broken("what stood here is not here any more", value)
    return found if found is not None else _broken("not a span, nor a log record", _at(value, pointer))


def _at(value: Json, pointer: str) -> Json:
    return resolve(value, pointer) if pointer else value


def _broken(problem: str, value: Json) -> Unparsed:
    return Unparsed(problem, dumps(value))
