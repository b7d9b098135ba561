"""Verdicts that stand beside spans: evaluation events of the GenAI conventions, annotations of Phoenix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nalyqor_tui.trace.formats.otel.span import Event, Span, seconds
from nalyqor_tui.trace.formats.pick import arr, first, num, obj, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_EVENT, _STEM = "gen_ai.evaluation.result", "gen_ai.evaluation."
_LISTS = ("annotations", "span_annotations", "evaluations")
_GRADES = {"pass": "pass", "passed": "pass", "fail": "fail", "failed": "fail"}


def is_one(event: Event) -> bool:
    """Tell whether an event is a verdict."""
    return event.name == _EVENT


def of_event(scribe: Scribe, event: Event) -> None:
    """Write the verdict that an event is."""
    held = event.attributes
    grade, label = num(held.get(f"{_STEM}score.value")), txt(held.get(f"{_STEM}score.label"))
    name = txt(held.get(f"{_STEM}name")) or "an evaluation without a name"
    more = {key: value for key, value in held.items() if key != f"{_STEM}name"}
    _write(scribe, event.place, name, (label, grade), {"ts": seconds(event.time), "source": more or None})


def of_span(scribe: Scribe, span: Span) -> None:
    """Write the verdicts that stand beside a span: in its events, or in lists of annotations."""
    for event in span.events:
        if is_one(event):
            of_event(scribe, event)
    for listed, place in beside(span):
        held = obj(listed.get("result")) or listed
        name = txt(listed.get("name")) or "an annotation without a name"
        _write(scribe, place, name, (txt(held.get("label")), num(held.get("score"))), {"source": listed})


def beside(span: Span) -> Iterator[tuple[dict[str, Any], Place]]:
    """Yield the annotations of a span, as Phoenix lists them beside its attributes."""
    for key in _LISTS:
        for index, listed in enumerate(arr(first(span.about, key))):
            if isinstance(listed, dict):
                yield listed, span.place.below(f"/{key}/{index}")


def _write(
    scribe: Scribe, place: Place, name: str, says: tuple[str | None, float | None], known: dict[str, Json]
) -> None:
    label, number = says
    grade = _GRADES.get(label.lower(), label) if label else number
    scribe.record("outcome", place, by=name, grade=grade, **known)
