"""Messages of Google's Gemini API: a role (user or model) and `parts` without a type, told apart by their keys."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, unwrapped
from nalyqor_tui.trace.formats.pick import arr, first, obj, rest, txt
from nalyqor_tui.trace.records import Json

_CALL = ("functionCall", "function_call")
_RESULT = ("functionResponse", "function_response")
_KNOWN = frozenset({"text", "inlineData", "inline_data", "fileData", "file_data", *_CALL, *_RESULT})
_SIGNED = ("thought", "text", "thoughtSignature", "thought_signature")


def read(message: dict[str, Json]) -> Said | None:
    """Take a message apart, or return None where none of its parts is one of Gemini's."""
    parts = message.get("parts")
    if not any(isinstance(part, dict) and not _KNOWN.isdisjoint(part) for part in arr(parts)):
        return None
    role = txt(message.get("role")) or "user"
    said: list[Json] = []
    thoughts: list[str] = []
    calls: list[Call] = []
    results: list[Result] = []
    unread: list[Piece] = []
    for index, part in enumerate(arr(parts)):
        where, (call, result) = f"/parts/{index}", (first(part, *_CALL), first(part, *_RESULT))
        if call is not None and txt(obj(call).get("name")):
            more = {**rest(call, ("id", "name", "args")), **rest(part, _CALL)}
            calls.append(Call(call["name"], call.get("args"), txt(call.get("id")), where, more))
        elif call is not None:
            unread.append(Piece("a function call without a name", part, where))
        elif result is not None:
            results.append(_result(obj(result), where, rest(part, _RESULT)))
        elif isinstance(part, dict) and part.get("thought") is True and isinstance(part.get("text"), str):
            thoughts.append(part["text"])
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            said.append({"type": "text", "text": part["text"], **rest(part, _SIGNED)})
        else:
            said.append(part)
    who = {"model": "assistant"}.get(role, role)
    if results and not (said or calls):
        who = "tool"
    more = rest(message, ("role", "parts"))
    return Said(
        who, unwrapped(said), tuple(calls), tuple(results), "\n".join(thoughts) or None, tuple(unread), more
    )


def _result(body: dict[str, Any], pointer: str, beside: dict[str, Any]) -> Result:
    more = {**rest(body, ("id", "name", "response")), **beside}
    return Result(body.get("response"), txt(body.get("id")), txt(body.get("name")), None, pointer, more)
