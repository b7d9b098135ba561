"""Messages of OpenTelemetry's GenAI conventions: a role and `parts`, each with its type."""

from __future__ import annotations

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, unwrapped
from nalyqor_tui.trace.formats.pick import arr, decoded, first, rest, txt
from nalyqor_tui.trace.records import Json

_CALLS = frozenset({"tool_call", "server_tool_call"})
_RESULTS = frozenset({"tool_call_response", "server_tool_call_response"})
_CALL = frozenset({"type", "id", "name", "arguments"})
_RESULT = frozenset({"type", "id", "name", "response", "result"})


def read(message: dict[str, Json]) -> Said | None:
    """Take a message apart, or return None where it has no `parts` of the conventions' types."""
    role, parts = message.get("role"), message.get("parts")
    if not isinstance(role, str) or not isinstance(parts, list):
        return None
    if parts and not any(isinstance(part, dict) and isinstance(part.get("type"), str) for part in parts):
        return None
    return read_parts(role, parts, "/parts", _more(message))


def read_parts(role: str, parts: list[Json], pointer: str, more: dict[str, Json]) -> Said:
    """Take the parts of a message apart, or system instructions; `pointer` leads from the message to them."""
    said: list[Json] = []
    thoughts: list[str] = []
    calls: list[Call] = []
    results: list[Result] = []
    unread: list[Piece] = []
    for index, part in enumerate(arr(parts)):
        where, kind = f"{pointer}/{index}", txt(part.get("type")) if isinstance(part, dict) else None
        if kind in _CALLS and txt(part.get("name")):
            arguments = decoded(part.get("arguments"))
            calls.append(Call(part["name"], arguments, txt(part.get("id")), where, rest(part, _CALL)))
        elif kind in _CALLS:
            unread.append(Piece("a tool call without a tool's name", part, where))
        elif kind in _RESULTS:
            value = decoded(first(part, "response", "result"))
            call, name = txt(part.get("id")), txt(part.get("name"))
            results.append(Result(value, call, name, None, where, rest(part, _RESULT)))
        elif kind in ("reasoning", "thinking") and isinstance(part.get("content"), str):
            thoughts.append(part["content"])
        elif part:
            said.append(_text(part))
    reasoning = "\n".join(thoughts) or None
    return Said(role, unwrapped(said), tuple(calls), tuple(results), reasoning, tuple(unread), more)


def _text(part: Json) -> Json:
    """Return a part of text as other dialects write it: under `text`."""
    if isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("content"), str):
        return {"type": "text", "text": part["content"], **rest(part, ("type", "content"))}
    return part


def _more(message: dict[str, Json]) -> dict[str, Json]:
    """Return what else a message holds; a key without a value says nothing."""
    return {
        key: value for key, value in rest(message, ("role", "parts")).items() if value not in (None, "", {})
    }
