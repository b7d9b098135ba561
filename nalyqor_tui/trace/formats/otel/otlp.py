"""OTLP/JSON: export requests of spans and of log records, read into the common span."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from nalyqor_tui.trace.formats.otel.span import Event, Span, identity, nanoseconds
from nalyqor_tui.trace.formats.pick import arr, first, obj, rest, txt, whole
from nalyqor_tui.trace.parse import resolve
from nalyqor_tui.trace.place import Place, token
from nalyqor_tui.trace.records import Json

# The names of the three levels, as they are and as they were, with the kind of what they hold.
_RESOURCES = ("resourceSpans", "resourceLogs", "resource_spans", "resource_logs", "batches")
_SCOPES = ("scopeSpans", "scopeLogs", "scope_spans", "scope_logs", "instrumentationLibrarySpans")
_LEAVES = ("spans", "logRecords", "log_records")
METRICS = ("resourceMetrics", "resource_metrics", "resourceProfiles")

_SPAN = frozenset({"traceId", "trace_id", "spanId", "span_id", "parentSpanId", "parent_span_id", "name",
    "startTimeUnixNano", "start_time_unix_nano", "endTimeUnixNano", "end_time_unix_nano",
    "attributes", "events", "status"})  # fmt: skip
_LOG = frozenset({"traceId", "trace_id", "spanId", "span_id", "eventName", "event_name", "timeUnixNano",
    "time_unix_nano", "attributes", "body"})  # fmt: skip
_CODES: dict[Json, Literal["ok", "error"]] = {
    1: "ok", 2: "error", "STATUS_CODE_OK": "ok", "STATUS_CODE_ERROR": "error"}  # fmt: skip
_SCALARS = ("stringValue", "boolValue", "doubleValue", "bytesValue",
    "string_value", "bool_value", "double_value", "bytes_value")  # fmt: skip


def is_request(value: Json) -> bool:
    """Tell whether a value is an export request of spans or log records."""
    return isinstance(value, dict) and any(isinstance(value.get(key), list) for key in _RESOURCES)


def walk(value: Json) -> Iterator[tuple[str, Json]]:
    """Yield the spans and log records of a request, each with the pointer to it."""
    for resources, where in _elements(value, _RESOURCES):
        for scope, at in _elements(resources, _SCOPES):
            for leaf, pointer in _elements(scope, _LEAVES):
                yield f"{where}{at}{pointer}", leaf


def take(value: Json, pointer: str, place: Place) -> Span | Event | None:
    """Read the span or log record of a request that a pointer leads to; None where it is neither."""
    leaf = resolve(value, pointer)
    if not isinstance(leaf, dict):
        return None
    steps = pointer.split("/")
    home = _home(obj(resolve(value, "/".join(steps[:3]))), obj(resolve(value, "/".join(steps[:5]))))
    return _log(leaf, home, place) if steps[5].startswith("log") else _span(leaf, home, place)


def plain(value: Json) -> Json:
    """Return an AnyValue as the value that it stands for; anything else as it is."""
    if not isinstance(value, dict):
        return value
    if not value:
        return None
    if len(value) != 1:
        return value
    key, inner = next(iter(value.items()))
    if key in _SCALARS:
        return inner
    if key in ("intValue", "int_value"):
        number = whole(inner)
        if number is None and isinstance(inner, str) and inner.startswith("-"):
            number = whole(inner[1:])
            return inner if number is None else -number
        return inner if number is None else number
    if key in ("arrayValue", "array_value"):
        return [plain(part) for part in arr(obj(inner).get("values"))]
    if key in ("kvlistValue", "kvlist_value"):
        return {
            pair["key"]: plain(pair.get("value")) for pair in arr(obj(inner).get("values")) if _is_pair(pair)
        }
    return value


def _elements(value: Json, keys: tuple[str, ...]) -> Iterator[tuple[Json, str]]:
    for key in keys if isinstance(value, dict) else ():
        for index, element in enumerate(arr(value.get(key))):
            yield element, f"/{key}/{index}"


def _home(resource: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
    """Return what a resource and a scope say of themselves."""
    inner, library = obj(resource.get("resource")), obj(first(scope, "scope", "instrumentationLibrary"))
    out: dict[str, Any] = {"resource": _pairs(inner.get("attributes")), **rest(inner, ("attributes",))}
    out["scope"] = {**library, "attributes": _pairs(library.get("attributes")) or None}
    out |= {f"resource {k}": v for k, v in rest(resource, ("resource", *_SCOPES)).items()}
    out |= {f"scope {k}": v for k, v in rest(scope, ("scope", "instrumentationLibrary", *_LEAVES)).items()}
    out["scope"] = {key: part for key, part in out["scope"].items() if part is not None}
    return {key: part for key, part in out.items() if part}


def _span(leaf: dict[str, Json], home: dict[str, Any], place: Place) -> Span:
    status, problem = _status(leaf.get("status"))
    return Span(
        identity(first(leaf, "traceId", "trace_id")),
        identity(first(leaf, "spanId", "span_id")),
        identity(first(leaf, "parentSpanId", "parent_span_id")),
        txt(leaf.get("name")) or "",
        nanoseconds(first(leaf, "startTimeUnixNano", "start_time_unix_nano")),
        nanoseconds(first(leaf, "endTimeUnixNano", "end_time_unix_nano")),
        _pairs(leaf.get("attributes")),
        place,
        [
            _event(event, place.below(f"/events/{n}"))
            for n, event in enumerate(arr(leaf.get("events")))
            if event
        ],
        status,
        problem,
        {key: value for key, value in rest(leaf, _SPAN).items() if value not in (None, 0, "", [], {})},
        home,
        _places(leaf.get("attributes"), place),
    )


def _status(value: Json) -> tuple[Literal["ok", "error"] | None, str]:
    body = obj(value)
    code = body.get("code")
    return _CODES.get(code) if isinstance(code, int | str) else None, txt(body.get("message")) or ""


def _event(value: Json, place: Place) -> Event:
    body = obj(value)
    time = nanoseconds(first(body, "timeUnixNano", "time_unix_nano"))
    attributes = body.get("attributes")
    return Event(
        txt(body.get("name")) or "", _pairs(attributes), None, time, place, places=_places(attributes, place)
    )


def _log(leaf: dict[str, Json], home: dict[str, Any], place: Place) -> Event:
    attributes = _pairs(leaf.get("attributes"))
    name = txt(first(leaf, "eventName", "event_name")) or txt(attributes.get("event.name")) or ""
    time = first(leaf, "timeUnixNano", "time_unix_nano")
    if time in (None, "0", 0):
        time = first(leaf, "observedTimeUnixNano", "observed_time_unix_nano")
    about = {key: value for key, value in rest(leaf, _LOG).items() if value not in (None, 0, "", [], {})}
    trace, span = first(leaf, "traceId", "trace_id"), first(leaf, "spanId", "span_id")
    return Event(name, attributes, plain(leaf.get("body")), nanoseconds(time), place,
                 identity(trace), identity(span), {**about, "home": home},
                 _places(leaf.get("attributes"), place))  # fmt: skip


def _is_pair(value: Json) -> bool:
    return isinstance(value, dict) and isinstance(value.get("key"), str)


def _pairs(value: Json) -> dict[str, Json]:
    """Return attributes by name; what is no pair of name and value is kept under its number."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    out: dict[str, Json] = {}
    for index, pair in enumerate(arr(value)):
        if _is_pair(pair):
            out[pair["key"]] = plain(pair.get("value"))
        else:
            out[f"attribute {index}"] = pair
    return out


def _places(value: Json, place: Place) -> dict[str, Place]:
    if isinstance(value, dict):
        return {key: place.below(f"/attributes/{token(key)}") for key in value}
    pairs = enumerate(arr(value))
    return {pair["key"]: place.below(f"/attributes/{index}") for index, pair in pairs if _is_pair(pair)}
