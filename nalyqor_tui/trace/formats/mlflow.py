"""Traces of MLflow: `{info, data: {spans}}`, one a line or in an array; the attributes of spans are JSON in strings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading
from nalyqor_tui.trace.formats.messages import Status
from nalyqor_tui.trace.formats.pick import arr, at, decoded, first, num, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.runs.load import Facts, Groups, Seen, Whole, broken, unparsed
from nalyqor_tui.trace.formats.runs.model import Field, Kind, Run, moment, value_at
from nalyqor_tui.trace.place import Place, token
from nalyqor_tui.trace.records import Json

NAME = "mlflow"
TITLE = "MLflow traces"
FIDELITY = Fidelity(
    context=Can("exact", "what each call was given"),
    confirmations=Can(
        "observed", "LangGraph interrupts and what the graph was resumed with; who answered is not"
    ),
    retrieval=Can("observed", "the spans of retrievers; scores only where the documents hold them"),
    margin=Can("observed", "where the raw response was kept, with log-probabilities or several choices"),
)
TESTED = "files made by the library itself"

_KINDS: dict[str, Kind] = {
    "CHAT_MODEL": "model", "LLM": "model", "TOOL": "tool", "RETRIEVER": "retriever", "AGENT": "agent",
}  # fmt: skip
_STATUS: dict[str, Status] = {
    "STATUS_CODE_OK": "ok",
    "STATUS_CODE_ERROR": "error",
    "OK": "ok",
    "ERROR": "error",
}
_INPUTS, _OUTPUTS, _TYPE = "mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.spanType"
_TAKEN = frozenset(
    {
        "attributes",
    }
)


def score(sample: Sample) -> float:
    """Count the share of traces: an info of a trace beside spans."""
    values = [trace for value in sample.objects for trace, _ in _traces(value, "")]
    return sum(map(_is_trace, values)) / len(values) if values else 0.0


def read(document: Document) -> Reading:
    """Group the traces by the session that they belong to."""
    groups = Groups()
    lost: list[tuple[Json, Place]] = []
    for value, place in document.items():
        for trace, pointer in [] if unparsed(value) else _traces(value, ""):
            where = place.below(pointer)
            if _is_trace(trace):
                groups.add(_name(trace, where), _session(trace), where)
                _seen(trace, _name(trace, where), groups)
            else:
                lost.append((trace, where))
        if unparsed(value):
            lost.append((value, place))
    return Reading(
        [*groups.drafts(document, NAME, _facts), *broken(document, lost)], warnings=groups.warnings()
    )


def _traces(value: Json, pointer: str) -> Iterator[tuple[Json, str]]:
    """Yield the traces in a value: itself, or those of an answer of the tracking server."""
    listed = value.get("traces") if isinstance(value, dict) else None
    if isinstance(listed, list):
        yield from ((trace, f"{pointer}/traces/{index}") for index, trace in enumerate(listed))
    else:
        yield value, pointer


def _is_trace(value: Json) -> bool:
    if not isinstance(value, dict) or not isinstance(at(value, "data", "spans"), list):
        return False
    info = obj(value.get("info"))
    return isinstance(first(info, "trace_id", "request_id"), str)


def _name(trace: Json, place: Place) -> str:
    return txt(first(obj(trace).get("info"), "trace_id", "request_id")) or f"trace {place}"


def _session(trace: Json) -> str | None:
    info = obj(trace).get("info")
    about = first(info, "trace_metadata", "request_metadata")
    return txt(at(about, "mlflow.trace.session"))


def _facts(document: Document, places: Sequence[Place], _: Collection[str]) -> Facts:
    out = Facts()
    for place in places:
        trace = document.element(place)
        name = _name(trace, place)
        spans = arr(at(trace, "data", "spans"))
        for index, span in enumerate(spans):
            where = place.below(f"/data/spans/{index}")
            if isinstance(span, dict):
                out.runs.append(_run(span, name, where))
            else:
                out.broken.append(("not a span", span, where))
        about = rest(obj(trace.get("info")), ("assessments",))
        out.traces.append(Whole(name, place.below("/info"), about, _asked_at(trace)))
        out.outcomes += _assessments(trace, place)
    return out


def _seen(trace: Json, name: str, groups: Groups) -> None:
    for span in arr(at(trace, "data", "spans")):
        attributes = obj(at(span, "attributes"))
        kind = _KINDS.get(str(_attribute(attributes, _TYPE)), "other")
        seen = Seen(_id(first(span, "parent_span_id", "parent_id")), kind, txt(at(span, "name")) or "tool")
        groups.ran(name, _span_id(span), seen, attributes.get(_INPUTS), attributes.get(_OUTPUTS))


def _span_id(span: Json) -> str | None:
    return _id(first(span, "span_id") or at(span, "context", "span_id"))


def _asked_at(trace: Json) -> float | None:
    info = obj(trace).get("info")
    when = moment(at(info, "request_time"))
    return moment(at(info, "timestamp_ms"), a_second=1e3) if when is None else when


def _run(span: dict[str, Any], trace: str, place: Place) -> Run:
    attributes = obj(span.get("attributes"))
    word = _attribute(attributes, _TYPE)
    word = word if isinstance(word, str) else "SPAN"
    began, code = first(span, "start_time_unix_nano", "start_time"), _code(span)
    status = _STATUS.get(code) if isinstance(code, str) else None
    more = {key: _attribute(attributes, key) for key in attributes if key not in (_INPUTS, _OUTPUTS)}
    return Run(
        id=_span_id(span) or f"span {place}",
        parent=_id(first(span, "parent_span_id", "parent_id")),
        trace=trace,
        kind=_KINDS.get(word, "other"),
        word=word.lower(),
        name=txt(span.get("name")) or word,
        place=place,
        given=_field(attributes, _INPUTS, place),
        came=_field(attributes, _OUTPUTS, place),
        began=moment(began, a_second=1e9),
        ended=moment(first(span, "end_time_unix_nano", "end_time"), a_second=1e9),
        ts=stamp(began, a_second=1e9),
        failed=_error(span) if status == "error" else None,
        status=status,
        call=txt(_attribute(attributes, "tool_call_id")),
        model=txt(_attribute(attributes, "mlflow.llm.model")) or txt(at(more, "metadata", "ls_model_name")),
        tools=tuple(arr(_attribute(attributes, "mlflow.chat.tools"))),
        raw={**rest(span, _TAKEN), "attributes": more},
    )


def _id(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _field(attributes: dict[str, Any], key: str, place: Place) -> Field:
    where = place.below(f"/attributes/{token(key)}") if key in attributes else place
    value = attributes.get(key)
    return value_at(None if value == "null" else value, where)


def _attribute(attributes: dict[str, Any], key: str) -> Json:
    """Return an attribute decoded; null and the like are written as strings, too."""
    value = decoded(attributes.get(key))
    return {"null": None, "true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _code(span: dict[str, Any]) -> Json:
    return first(span, "status_code") or at(span, "status", "code") or txt(span.get("status"))


def _error(span: dict[str, Any]) -> str:
    """Return what went wrong: the status' message, or that of the exception that was recorded."""
    said = txt(at(span, "status", "message")) or txt(span.get("status_message"))
    for event in arr(span.get("events")):
        said = said or txt(at(event, "attributes", "exception.message"))
    return said or "failed"


def _assessments(trace: Json, place: Place) -> Iterator[tuple[dict[str, Json], Place]]:
    """Yield what was said of the output: feedback with a value, and what was expected."""
    for index, assessment in enumerate(arr(at(trace, "info", "assessments"))):
        value = at(assessment, "feedback", "value")
        grade = (
            num(value)
            if num(value) is not None
            else str(value).lower()
            if isinstance(value, bool | str)
            else None
        )
        by = txt(at(assessment, "source", "source_type"))
        name = txt(first(assessment, "assessment_name", "name")) or "assessment"
        body: dict[str, Json] = {
            "grade": grade,
            "by": f"{name} ({by})" if by else name,
            "expected": at(assessment, "expectation", "value"),
            "source": assessment,
        }
        known = {key: part for key, part in body.items() if part is not None}
        yield known, place.below(f"/info/assessments/{index}")
