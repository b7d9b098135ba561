"""Spans for the tests, of our own making: OTLP requests, attributes and their values, one call of a model, one tool."""

from __future__ import annotations

import json
from typing import Any

TRACE = "0af7651916cd43dd8448eb211c80319c"
_SECOND = 10**9
_NOON = 1_790_000_000 * _SECOND


def value(of: Any) -> dict[str, Any]:
    """Return a value as OTLP writes it: whole numbers are strings."""
    match of:
        case bool():
            return {"boolValue": of}
        case int():
            return {"intValue": str(of)}
        case float():
            return {"doubleValue": of}
        case str():
            return {"stringValue": of}
        case list():
            return {"arrayValue": {"values": [value(part) for part in of]}}
        case dict():
            return {"kvlistValue": {"values": pairs(of)}}
    return {}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value(of)} for key, of in attributes.items()]


def span(name: str, start: float, end: float, attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A span; `start` and `end` are seconds after noon, the id is made of the name unless it is given."""
    own = {"traceId": TRACE, "spanId": ident(name), "name": name, "kind": 3, "status": {}}
    times = {"startTimeUnixNano": nano(start), "endTimeUnixNano": nano(end)}
    return {**own, **times, "attributes": pairs(attributes), **fields}


def ident(name: str) -> str:
    return name.encode().hex()[:16].ljust(16, "0")


def nano(second: float) -> str:
    return str(_NOON + int(second * 1000) * 10**6)


def request(*spans: dict[str, Any], **resource: Any) -> dict[str, Any]:
    scope = {"scope": {"name": "our.instrumentation", "version": "1"}, "spans": list(spans)}
    return {
        "resourceSpans": [
            {"resource": {"attributes": pairs({"service.name": "desk", **resource})}, "scopeSpans": [scope]}
        ]
    }


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": list(records)}]}]}


def log(
    name: str, of: str, attributes: dict[str, Any], body: Any = None, second: float = 0
) -> dict[str, Any]:
    own = {"traceId": TRACE, "spanId": ident(of), "eventName": name, "observedTimeUnixNano": nano(second)}
    return {**own, "attributes": pairs(attributes), "body": value(body)}


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def called(name: str, arguments: Any, own: str | None = "c1", text: str = "") -> dict[str, Any]:
    words = [{"type": "text", "content": text}] if text else []
    call = {"type": "tool_call", "id": own, "name": name, "arguments": arguments}
    return {"role": "assistant", "parts": [*words, call]}


def answered(own: str | None, result: Any) -> dict[str, Any]:
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": own, "response": result}]}


def messages(heard: Any = None, output: Any = None) -> dict[str, Any]:
    """The attributes that hold what a model was sent and gave, as text."""
    held = {"gen_ai.input.messages": heard, "gen_ai.output.messages": output}
    return {key: json.dumps(listed) for key, listed in held.items() if listed is not None}


def chat(name: str, at: float, heard: Any = None, output: Any = None, **fields: Any) -> dict[str, Any]:
    own = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m-1", "gen_ai.usage.input_tokens": 40}
    return span(name, at, at + 1, own | messages(heard, output) | fields.pop("more", {}), **fields)


def tool(name: str, at: float, tool_name: str, arguments: Any, result: Any, **fields: Any) -> dict[str, Any]:
    own = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool_name}
    held = {"gen_ai.tool.call.arguments": arguments, "gen_ai.tool.call.result": result}
    held = {key: json.dumps(part) for key, part in held.items() if part is not None}
    return span(name, at, at + 0.5, own | held | fields.pop("more", {}), **fields)
