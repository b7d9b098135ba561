"""The GenAI conventions as they were: numbered attributes, one attribute with all, and an event for each message."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.otel.acts import Talk, listen
from nalyqor_tui.trace.formats.otel.span import Event, Span
from nalyqor_tui.trace.formats.pick import arr, decoded, obj, txt, whole
from nalyqor_tui.trace.records import Json

_PROMPT, _COMPLETION, _TOOLS = "gen_ai.prompt", "gen_ai.completion", "llm.request.functions"
_ROLES = {f"gen_ai.{role}.message": role for role in ("system", "user", "assistant", "tool")}
_CHOICE = "gen_ai.choice"
_WHOLE = {"gen_ai.content.prompt": _PROMPT, "gen_ai.content.completion": _COMPLETION}
_LISTED = ("events", "all_messages_events")  # where Pydantic AI puts the events into an attribute
EVENTS = frozenset({*_ROLES, _CHOICE, *_WHOLE})
"""The names of the events that hold messages."""


def captured(span: Span) -> bool:
    """Tell whether a span holds messages in one of the older ways."""
    return bool(span.under(_PROMPT) or span.under(_COMPLETION) or any(e.name in EVENTS for e in span.events))


def tools(span: Span) -> Json:
    """Return the tools that were offered, None where they are not known."""
    return span.gathered(_TOOLS) if span.under(_TOOLS) else None


def talk(span: Span) -> Talk:
    """Return what a model was sent and gave."""
    out = Talk()
    for prefix, role in ((_PROMPT, "user"), (_COMPLETION, "assistant")):
        if not (keys := span.under(prefix)):
            continue
        out.used.update(keys)
        found = listen(out, _listed(span.gathered(prefix)), span.at(*keys), role=role)
        if prefix == _PROMPT:
            out.heard = found
        else:
            out.said = found
    if out.heard is None and out.said is None:
        _from_events(span, out)
    return out


def arguments(span: Span) -> Json:
    """Return what a tool was called with, from the event that says it."""
    return next(
        (decoded(_payload(e).get("content")) for e in span.events if e.name == "gen_ai.tool.message"), None
    )


def result(span: Span) -> Json:
    """Return what a tool gave, from the event that says it."""
    return next((decoded(_payload(e).get("message")) for e in span.events if e.name == _CHOICE), None)


def _listed(value: Json) -> list[Json]:
    """Return the messages of numbered attributes, with a content that is JSON decoded if it holds parts."""
    value = decoded(value)
    out = []
    for message in value if isinstance(value, list) else [value]:
        parts = decoded(message.get("content")) if isinstance(message, dict) else None
        whole_parts = bool(arr(parts)) and all(
            isinstance(part, dict) and "type" in part for part in arr(parts)
        )
        out.append({**message, "content": parts} if whole_parts else message)
    return out


def _from_events(span: Span, out: Talk) -> None:
    events = [(event, event.place) for event in span.events]
    for key in _LISTED:
        listed = [obj(each) for each in arr(decoded(span.attributes.get(key)))]
        told = [Event(str(each.get("event.name")), each, None, None, span.at(key)) for each in listed]
        if any(event.name in EVENTS for event in told):
            out.used.add(key)
            events += [(event, event.place) for event in told]
    numbers = set()
    for event, place in events:
        if event.name in _ROLES:
            out.heard = (out.heard or []) + listen(out, [_message(event)], place)
        elif event.name == _CHOICE:
            payload = _payload(event)
            numbers.add(whole(payload.get("index")) or 0)
            out.said = (out.said or []) + listen(out, [_chosen(payload)], place)
        elif event.name in _WHOLE:
            _from_whole(event, out)
    out.choices = len(numbers) > 1 and len(numbers) == len(out.said or ())


def _from_whole(event: Event, out: Talk) -> None:
    key = _WHOLE[event.name]
    value = _listed(_payload(event).get(key))
    if key == _PROMPT:
        out.heard = (out.heard or []) + listen(out, value, event.place, role="user")
    else:
        out.said = (out.said or []) + listen(out, value, event.place, role="assistant")


def _payload(event: Event) -> dict[str, Any]:
    """Return what an event says: its body, or its attributes, or the JSON in one of them."""
    if isinstance(event.body, dict):
        return event.body
    inner = decoded(event.attributes.get("gen_ai.event.content"))
    said = inner if isinstance(inner, dict) else event.attributes
    return {"content": event.body, **said} if isinstance(event.body, str) else said


def _message(event: Event) -> dict[str, Any]:
    """Return the message of an event, with the role that its name says."""
    payload = _payload(event)
    message = {key: value for key, value in payload.items() if not key.startswith(("gen_ai.", "event."))}
    message["content"] = _content(message.get("content"))
    if message["content"] is None:
        del message["content"]
    message["role"] = txt(message.get("role")) or _ROLES[event.name]
    if message["role"] == "tool" and "tool_call_id" not in message and txt(message.get("id")):
        message["tool_call_id"] = message.pop("id")
    return message


def _chosen(payload: dict[str, Any]) -> dict[str, Any]:
    inner = payload.get("message", payload)
    message = dict(inner) if isinstance(inner, dict) else {"content": _content(inner)}
    beside = {key: payload[key] for key in ("finish_reason", "tool_calls") if payload.get(key) is not None}
    message = {key: value for key, value in message.items() if not key.startswith(("gen_ai.", "event."))}
    message.pop("index", None)
    return {**beside, **message, "role": txt(message.get("role")) or "assistant"}


def _content(value: Json) -> Json:
    """Return content that is JSON in text decoded where it holds parts."""
    parts = decoded(value)
    return parts if isinstance(parts, list) and all(isinstance(part, dict) for part in parts) else value
