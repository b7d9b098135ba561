"""An observation of Langfuse as a run, and a score as an outcome.

What the SDK of a framework wrote as attributes stands in `metadata`; some of it is nowhere else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nalyqor_tui.trace.formats.langfuse.shape import Found
from nalyqor_tui.trace.formats.pick import arr, at, decoded, first, num, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.runs.load import Seen
from nalyqor_tui.trace.formats.runs.model import Field, Kind, Run, moment, value_at
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_KINDS: dict[str, Kind] = {
    "GENERATION": "model", "TOOL": "tool", "RETRIEVER": "retriever", "AGENT": "agent",
}  # fmt: skip
_TAKEN = frozenset({"input", "output", "metadata"})
_PARENT = ("parentObservationId", "parent_observation_id")
_CALL_IDS = ("gen_ai.tool.call.id", "ai.toolCall.id", "tool_call.id", "tool.call.id")
_TOOLS = ("gen_ai.tool.name", "ai.toolCall.name", "tool.name")
_RESULTS = ("gcp.vertex.agent.tool_response", "gen_ai.tool.call.result", "ai.toolCall.result", "output.value")


def run(each: Found) -> Run:
    """Return the run of an observation."""
    value, place = each.value, each.place
    word = txt(value.get("type")) or "SPAN"
    about = obj(decoded(value.get("metadata")))
    attributes = obj(decoded(about.get("attributes")))
    kind = _KINDS.get(word, "other")
    began = first(value, "startTime", "start_time")
    name = txt(value.get("name")) or word.lower()
    came = _came(value, place, attributes, kind)
    return Run(
        id=txt(value.get("id")) or f"observation {place}",
        parent=txt(first(value, *_PARENT)),
        trace=each.trace,
        kind=kind,
        word=word.lower(),
        name=_first_text(attributes, _TOOLS) or name if kind == "tool" else name,
        place=place,
        given=_field(value, "input", place),
        came=came,
        began=moment(began),
        ended=moment(first(value, "endTime", "end_time")),
        ts=stamp(began),
        failed=_failed(value),
        call=_first_text(attributes, _CALL_IDS) if kind == "tool" else None,
        model=txt(first(value, "model", "provided_model_name", "providedModelName")),
        tools=tuple(_tools(value, about)),
        raw=_raw(value, about),
    )


def seen_of(each: Found) -> Seen:
    """Return what is known of an observation before its session is read."""
    value = each.value
    kind = _KINDS.get(str(value.get("type")), "other")
    return Seen(txt(first(value, *_PARENT)), kind, txt(value.get("name")) or "tool")


def _field(value: dict[str, Any], key: str, place: Place) -> Field:
    return value_at(value.get(key), place.below(f"/{key}") if key in value else place)


def _came(value: dict[str, Any], place: Place, attributes: dict[str, Any], kind: Kind) -> Field:
    """Return what an observation gave out; where that is empty, what the framework wrote beside it."""
    field = _field(value, "output", place)
    if kind == "tool" and field.value in (None, {}, ""):
        beside = next((decoded(attributes[key]) for key in _RESULTS if attributes.get(key)), None)
        if beside is not None:
            return replace(
                field, value=at(beside, "response") or beside, place=place.below("/metadata"), in_text=True
            )
    calls = arr(decoded(attributes.get("ai.response.toolCalls"))) if kind == "model" else []
    if calls and (field.value is None or isinstance(field.value, str)):
        both = {"text": field.value, "toolCalls": calls}  # Langfuse shows the text of the two alone
        return Field(both, field.place, in_text=True)
    return field


def _failed(value: dict[str, Any]) -> str | None:
    if value.get("level") != "ERROR":
        return None
    return txt(first(value, "statusMessage", "status_message")) or "failed"


def _tools(value: dict[str, Any], about: dict[str, Any]) -> list[Json]:
    """Return the tools on offer: as Langfuse lists them, else as the framework wrote them."""
    defined = decoded(first(value, "toolDefinitions", "tool_definitions"))
    if isinstance(defined, dict) and defined:
        return [{"name": name, "definition": decoded(part)} for name, part in defined.items()]
    return [decoded(tool) for tool in arr(decoded(about.get("tools")))]


def _raw(value: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    """Return what else an observation says; what it leaves empty it does not say."""
    kept = {key: part for key, part in rest(value, _TAKEN).items() if part not in (None, "", {}, [])}
    return {**kept, "metadata": about} if about else {**kept, **_plain(value.get("metadata"))}


def _plain(metadata: Json) -> dict[str, Any]:
    return {} if metadata in (None, "", {}, [], "{}") else {"metadata": metadata}


def _first_text(value: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((found for key in keys if (found := txt(value.get(key)))), None)


def outcome(score: dict[str, Any]) -> dict[str, Json]:
    """Return the fields of an outcome: a number as it is, without a scale, as a score says neither good nor bad."""
    text = txt(first(score, "stringValue", "string_value")) or txt(first(score, "longStringValue", "value"))
    number = num(score.get("value"))
    by, name = txt(score.get("source")), txt(score.get("name")) or "score"
    grade = text if text is not None else number
    body: dict[str, Json] = {"grade": grade, "by": f"{name} ({by})" if by else name, "source": score}
    return {key: part for key, part in body.items() if part is not None}
