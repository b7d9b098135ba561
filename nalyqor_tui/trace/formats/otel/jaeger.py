"""Traces as Jaeger exports them: spans with tags, references and logs, below the processes that they ran in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from nalyqor_tui.trace.formats.otel.span import Event, Span, identity
from nalyqor_tui.trace.formats.pick import arr, obj, rest, txt, whole
from nalyqor_tui.trace.parse import resolve
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_SPAN = frozenset(
    {"traceID", "spanID", "operationName", "references", "startTime", "duration", "tags", "logs"}
)
_STATUSES: dict[Json, Literal["ok", "error"]] = {"OK": "ok", "ERROR": "error"}


def is_export(value: Json) -> bool:
    """Tell whether a value is an export of traces, or one of its traces."""
    if not isinstance(value, dict):
        return False
    return _is_trace(value) or any(map(_is_trace, arr(value.get("data"))))


def walk(value: Json) -> Iterator[tuple[str, Json]]:
    """Yield the spans of an export, each with the pointer to it."""
    listed = [("", value)] if _is_trace(value) else enumerate(arr(obj(value).get("data")))
    for key, trace in listed:
        where = "" if key == "" else f"/data/{key}"
        for index, span in enumerate(arr(obj(trace).get("spans"))):
            yield f"{where}/spans/{index}", span


def take(value: Json, pointer: str, place: Place) -> Span | None:
    """Read the span that a pointer leads to; None where it is none."""
    leaf = resolve(value, pointer)
    if not isinstance(leaf, dict):
        return None
    trace = obj(resolve(value, pointer.rpartition("/spans/")[0]))
    attributes = _pairs(leaf.get("tags"))
    start, lasted = whole(leaf.get("startTime")), whole(leaf.get("duration"))
    parent = next((obj(each).get("spanID") for each in arr(leaf.get("references")) if _is_parent(each)), None)
    code = txt(attributes.get("otel.status_code"))
    return Span(
        identity(leaf.get("traceID")), identity(leaf.get("spanID")), identity(parent),
        txt(leaf.get("operationName")) or "",
        None if start is None else start * 1000,
        None if start is None or lasted is None else (start + lasted) * 1000,
        attributes, place,
        [_event(each, place.below(f"/logs/{index}")) for index, each in enumerate(arr(leaf.get("logs")))],
        _STATUSES.get(code) if code else None, txt(attributes.get("otel.status_description")) or "",
        {key: part for key, part in rest(leaf, _SPAN).items() if part not in (None, "", [], {}, 0)},
        {"process": obj(trace.get("processes")).get(txt(leaf.get("processID")) or "")},
        {key: place.below(f"/tags/{index}") for index, pair in enumerate(arr(leaf.get("tags")))
         if (key := txt(obj(pair).get("key")))},
    )  # fmt: skip


def _is_trace(value: Json) -> bool:
    return isinstance(value, dict) and "processes" in value and isinstance(value.get("spans"), list)


def _is_parent(value: Json) -> bool:
    return obj(value).get("refType") in ("CHILD_OF", "FOLLOWS_FROM")


def _pairs(value: Json) -> dict[str, Any]:
    return {key: pair.get("value") for pair in arr(value) if (key := txt(obj(pair).get("key")))}


def _event(value: Json, place: Place) -> Event:
    held, time = _pairs(obj(value).get("fields")), whole(obj(value).get("timestamp"))
    return Event(txt(held.pop("event", None)) or "", held, None, None if time is None else time * 1000, place)
