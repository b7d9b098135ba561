"""Spans that are not wrapped in OTLP: Phoenix's objects, what the SDKs print, rows of a table, attributes alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from nalyqor_tui.trace.formats.otel.span import Event, Span, identity, nanoseconds
from nalyqor_tui.trace.formats.pick import arr, at, first, obj, rest, txt
from nalyqor_tui.trace.place import Place, token
from nalyqor_tui.trace.records import Json

_CONTEXTS = ("context", "spanContext")
_TRACE, _ID = ("trace_id", "traceId", "context.trace_id"), ("span_id", "spanId", "context.span_id")
_PARENT = ("parent_id", "parentSpanId", "parent_span_id")
_START = ("start_time", "startTime", "start_timestamp", "startTimeUnixNano")
_END = ("end_time", "endTime", "end_timestamp", "endTimeUnixNano")
_SPAN = frozenset({*_CONTEXTS, *_TRACE, *_ID, *_PARENT, *_START, *_END, "name", "span_name", "attributes",
                   "events", "status", "status_code",
                   "status_message", "resource", "instrumentationScope", "instrumentationLibrary"})  # fmt: skip
_NESTED = frozenset({"llm", "retrieval", "reranker", "embedding", "input", "output", "openinference", "tool",
                     "tool_call", "session", "agent"})  # fmt: skip
_OWN = ("gen_ai.", "llm.", "openinference.", "ai.operationId")


def is_span(value: Json) -> bool:
    """Tell whether an object says which span of which trace it is."""
    if not isinstance(value, dict) or not isinstance(value.get("name", value.get("span_name")), str):
        return False
    return bool(_ids(value)[1]) and (
        "attributes" in value or any(key.startswith("attributes.") for key in value)
    )


def is_attributes(value: Json) -> bool:
    """Tell whether an object is the attributes of one span, without the span."""
    return isinstance(value, dict) and not is_span(value) and any(key.startswith(_OWN) for key in value)


def walk(value: Json) -> Iterator[tuple[str, Json]]:
    """Yield the spans in a value, each with the pointer to it: itself, those of a list, those of a map of lists."""
    if is_span(value) or is_attributes(value):
        yield "", value
    elif isinstance(value, list):
        yield from (
            (f"/{index}", element) for index, element in enumerate(value) if isinstance(element, dict)
        )
    elif isinstance(value, dict):
        for key, listed in value.items():
            for index, element in enumerate(arr(listed)):
                if is_span(element):
                    yield f"/{token(key)}/{index}", element


def take(value: Json, place: Place) -> Span | None:
    """Read a span; None for what is none."""
    if is_attributes(value):
        places = {key: place.below(f"/{token(key)}") for key in value}
        return Span("", "", "", "", None, None, dict(value), place, places=places)
    if not is_span(value):
        return None
    attributes, places = _attributes(value, place)
    trace, own = _ids(value)
    parent = first(value, *_PARENT) or at(value, "parentSpanContext", "spanId")
    status, problem = _status(value)
    home = {
        key: value[key]
        for key in ("resource", "instrumentationScope", "instrumentationLibrary")
        if value.get(key)
    }
    about = {
        k: v
        for k, v in rest(value, _SPAN).items()
        if v not in (None, 0, "", [], {}) and not k.startswith("attributes.")
    }
    if kind := txt(value.get("span_kind")):  # Phoenix keeps it outside of the attributes
        attributes.setdefault("openinference.span.kind", kind)
        about.pop("span_kind", None)
    events = [_event(event, place.below(f"/events/{n}")) for n, event in enumerate(arr(value.get("events")))]
    return Span(
        identity(trace), identity(own), identity(parent), txt(first(value, "name", "span_name")) or "",
        nanoseconds(first(value, *_START)), nanoseconds(first(value, *_END)), attributes, place, events,
        status, problem, about, home, places,
    )  # fmt: skip


def _ids(value: dict[str, Any]) -> tuple[Json, Json]:
    context = obj(first(value, *_CONTEXTS)) or value
    return first(context, *_TRACE), first(context, *_ID)


def _attributes(value: dict[str, Any], place: Place) -> tuple[dict[str, Json], dict[str, Place]]:
    """Return the attributes with flat names, also where they are nested or columns of a table."""
    held = {key: (part, f"/attributes/{token(key)}") for key, part in obj(value.get("attributes")).items()}
    for key, part in value.items():
        if key.startswith("attributes.") and part is not None:
            held[key.removeprefix("attributes.")] = (part, f"/{token(key)}")
    out: dict[str, Json] = {}
    places: dict[str, Place] = {}
    for key, (part, pointer) in held.items():
        nested = key.split(".")[0] in _NESTED and _is_nested(part)
        for name, leaf, where in _flat(key, part, pointer) if nested else ((key, part, pointer),):
            out[name] = leaf
            places[name] = place.below(where)
    return out, places


def _is_nested(part: Json) -> bool:
    return isinstance(part, dict) or (isinstance(part, list) and any(isinstance(each, dict) for each in part))


def _flat(name: str, value: Json, pointer: str) -> Iterator[tuple[str, Json, str]]:
    if not _is_nested(value) or not value:
        yield name, value, pointer
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in pairs:
        yield from _flat(f"{name}.{key}", part, f"{pointer}/{token(str(key))}")


def _status(value: dict[str, Any]) -> tuple[Literal["ok", "error"] | None, str]:
    body = value.get("status")
    code = first(body, "code", "status_code") if isinstance(body, dict) else body
    code = value.get("status_code") if code is None else code
    says = txt(first(body, "message", "description")) or txt(value.get("status_message")) or ""
    known: dict[Json, Literal["ok", "error"]] = {1: "ok", 2: "error", "OK": "ok", "ERROR": "error"}
    name = code.removeprefix("STATUS_CODE_").removeprefix("StatusCode.") if isinstance(code, str) else code
    return known.get(name) if isinstance(name, int | str) else None, says


def _event(value: Json, place: Place) -> Event:
    body = obj(value)
    time = nanoseconds(first(body, "time", "timestamp", "timeUnixNano"))
    return Event(txt(body.get("name")) or "", dict(obj(body.get("attributes"))), None, time, place)
