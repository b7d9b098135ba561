"""Where the traces, observations and scores stand in the files that Langfuse hands out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

from nalyqor_tui.trace.formats.pick import arr, first, obj, txt
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

Kind = Literal["trace", "observation", "score", "broken"]

TYPES: Final = frozenset(
    [
        "GENERATION",
        "SPAN",
        "EVENT",
        "AGENT",
        "TOOL",
        "CHAIN",
        "RETRIEVER",
        "EVALUATOR",
        "EMBEDDING",
        "GUARDRAIL",
    ]
)
_TRACE = ("traceId", "trace_id")
_SESSION = ("sessionId", "session_id")
_BESIDE = frozenset(
    {"projectId", "project_id", "userId", "user_id", "sessionId", "session_id", "environment"}
)


class Found(NamedTuple):
    """A piece of a trace, what it is, the trace and the session that it belongs to."""

    kind: Kind
    value: dict[str, Any]
    place: Place
    trace: str
    session: str | None


def certainty(value: dict[str, Json]) -> float:
    """Say how surely a value is Langfuse's: 1 for an observation or a download, less for a bare trace."""
    if isinstance(value.get("observations"), list) and isinstance(value.get("trace"), dict):
        return 1.0
    if "meta" in value and isinstance(value.get("data"), list):
        listed = [item for item in value["data"][:20] if isinstance(item, dict)]
        return sum(map(certainty, listed)) / len(listed) if listed else 0.0
    if is_observation(value):
        return 1.0
    return 0.95 if is_trace(value) else 0.0


def is_observation(value: Json) -> bool:
    """Tell an observation by its type and its trace."""
    if not isinstance(value, dict) or txt(value.get("type")) not in TYPES:
        return False
    return isinstance(first(value, *_TRACE), str) and first(value, "startTime", "start_time") is not None


def is_trace(value: Json) -> bool:
    """Tell a trace by its time and what Langfuse says of it; what it was asked may be missing."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or "timestamp" not in value:
        return False
    return len(_BESIDE & set(value)) > 1 and not {"role", "messages", "uuid"} & set(value)


def found(value: Json, place: Place) -> Iterator[Found]:
    """Yield the pieces in a value of a file, wherever the download or the API put them."""
    body = obj(value)
    if isinstance(body.get("trace"), dict) and isinstance(body.get("observations"), list):
        trace = body["trace"]
        yield from _trace(trace, place.below("/trace"))
        yield from _observations(
            body["observations"], place.below("/observations"), _id(trace), _session(trace)
        )
    elif "meta" in body and isinstance(body.get("data"), list):
        for index, item in enumerate(body["data"]):
            yield from found(item, place.below(f"/data/{index}"))
    elif is_observation(body):
        yield Found("observation", body, place, str(first(body, *_TRACE)), _session(body))
    elif is_trace(body):
        yield from _trace(body, place)
        yield from _observations(
            arr(body.get("observations")), place.below("/observations"), _id(body), _session(body)
        )


def _trace(trace: dict[str, Any], place: Place) -> Iterator[Found]:
    name, session = _id(trace), _session(trace)
    yield Found("trace", trace, place, name, session)
    for key in ("scores", "corrections"):
        for index, score in enumerate(arr(trace.get(key))):
            if isinstance(score, dict):
                yield Found("score", score, place.below(f"/{key}/{index}"), name, session)


def _observations(items: list[Json], place: Place, trace: str, session: str | None) -> Iterator[Found]:
    for index, item in enumerate(items):
        where = place.below(f"/{index}")
        if isinstance(item, dict):
            yield Found("observation", item, where, trace, session)
        elif not isinstance(item, str):  # the API lists traces with the ids of their observations
            yield Found("broken", {"value": item}, where, trace, session)


def _id(trace: dict[str, Any]) -> str:
    return txt(trace.get("id")) or "trace"


def _session(value: dict[str, Any]) -> str | None:
    return txt(first(value, *_SESSION))
