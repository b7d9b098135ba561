"""Log records that belong to spans: put to them, or taken for the span where that is not in the file."""

from __future__ import annotations

from collections.abc import Sequence

from nalyqor_tui.trace.formats.otel import legacy
from nalyqor_tui.trace.formats.otel.genai import DETAILS
from nalyqor_tui.trace.formats.otel.span import Event, Span
from nalyqor_tui.trace.formats.pick import decoded, obj
from nalyqor_tui.trace.records import Json


def attach(spans: Sequence[Span], events: Sequence[Event]) -> tuple[list[Span], list[Event]]:
    """Return the spans with what log records say of them, and the log records that are left.

    The details of a call may stand in an event of its span as well: what they hold that the span does not is
    the span's then. Details without their span (it was not sampled) make a span of their own.
    """
    out = list(spans)
    by_id = {(span.trace, span.id): span for span in out if span.id}
    for span in out:
        for event in [event for event in span.events if event.name == DETAILS]:
            span.events.remove(event)
            _merge(span, event)
    left: list[Event] = []
    for event in events:
        of = by_id.get((event.trace, event.span))
        if event.name not in (DETAILS, *legacy.EVENTS):
            left.append(event)
            continue
        if of is None:
            of = _alone(event)
            out.append(of)
            if event.span:
                by_id[event.trace, event.span] = of
        if event.name == DETAILS:
            _merge(of, event)
        else:
            of.events.append(event)
    return out, left


def speaks(event: Event) -> bool:
    """Tell whether a log record holds messages of a call of a model."""
    held = event.attributes.keys() & {"gen_ai.input.messages", "gen_ai.output.messages"}
    return event.name in legacy.EVENTS or (event.name == DETAILS and bool(held))


def _alone(event: Event) -> Span:
    """Make the span of a log record whose own is not in the file."""
    about: dict[str, Json] = {"only from": "a log record: its span is not in this file"}
    span = Span(event.trace, event.span, "", event.name, event.time, event.time, {}, event.place, about=about)
    span.home = obj(event.about.get("home"))
    return span


def _merge(span: Span, event: Event) -> None:
    """Give a span the attributes of its details; where the two differ, both are kept."""
    differ: dict[str, Json] = {}
    for key, value in event.attributes.items():
        if key not in span.attributes:
            span.attributes[key] = value
            span.places[key] = event.places.get(key, event.place)
        elif _bare(decoded(span.attributes[key])) != _bare(decoded(value)) and key != "event.name":
            differ[key] = value
    about = {key: value for key, value in event.about.items() if key != "home"}
    span.about["details"] = {"event": event.name, **about, "time": event.time, "body": event.body, **differ}


def _bare(value: Json) -> Json:
    """Return a value without what is null in it: an attribute cannot say null, JSON in text can."""
    if isinstance(value, dict):
        return {key: _bare(part) for key, part in value.items() if part is not None}
    return [_bare(part) for part in value] if isinstance(value, list) else value
