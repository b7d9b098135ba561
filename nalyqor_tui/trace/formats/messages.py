"""The pieces of one message in the OpenAI style: its calls, its text, its reasoning."""

from __future__ import annotations

from nalyqor_tui.trace.parse import BadJsonError, dumps, loads
from nalyqor_tui.trace.records import Json

At = tuple[Json, str]  # a piece of a message and the pointer to it


def calls(message: dict[str, Json]) -> tuple[list[At], list[At]]:
    """Return the calls of an assistant message, arguments decoded if possible, and those that name no function."""
    listed = message.get("tool_calls")
    if isinstance(listed, list):
        pieces = [(call, f"/tool_calls/{index}") for index, call in enumerate(listed)]
    else:
        pieces = [(listed, "/tool_calls")] if listed else []
    if message.get("function_call"):  # as it was before `tool_calls`
        pieces.append((message["function_call"], "/function_call"))
    read = [(_call(piece), piece, where) for piece, where in pieces]
    return (
        [(body, where) for body, _, where in read if body is not None],
        [(piece, where) for body, piece, where in read if body is None],
    )


def _call(call: Json) -> dict[str, Json] | None:
    function = call.get("function", call) if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return None
    body = {"name": function["name"], "arguments": _arguments(function.get("arguments"))}
    return {**body, "id": call["id"]} if isinstance(call.get("id"), str) else body


def _arguments(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        return loads(value.encode("utf-8", "surrogatepass"))
    except BadJsonError:
        return value


def reasoning(message: dict[str, Json]) -> str | None:
    """Return what the model thought before it spoke, where the log holds it."""
    value = message.get("reasoning_content", message.get("reasoning"))
    return value if isinstance(value, str) else None


def text(content: Json) -> str:
    """Return what was said as text: the text parts, or the JSON of what is none."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [p["text"] for p in content if isinstance(p, dict) and isinstance(p.get("text"), str)]
        if parts:
            return "\n".join(parts)
    return "" if content is None else dumps(content)
