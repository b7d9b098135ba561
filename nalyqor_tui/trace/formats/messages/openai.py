"""Messages of OpenAI's chat completions: `content`, `tool_calls` or `function_call`, the role `tool`."""

from __future__ import annotations

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said
from nalyqor_tui.trace.formats.pick import decoded, rest, txt
from nalyqor_tui.trace.records import Json

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_CALL = frozenset({"id", "type", "function", "name", "arguments", "index"})
_RESULT = frozenset({"role", "content", "tool_call_id", "name"})
_SAID = frozenset({"role", "content", "reasoning", "reasoning_content", "tool_calls", "function_call", "id"})


def read(message: dict[str, Json]) -> Said | None:
    """Take a message apart, or return None where it has no role."""
    role = message.get("role")
    if not isinstance(role, str):
        return None
    if role in ("tool", "function"):
        result = Result(
            message.get("content"),
            txt(message.get("tool_call_id")),
            txt(message.get("name")),
            more=rest(message, _RESULT),
        )
        return Said("tool", results=(result,))
    calls, unread = _calls(message) if role == "assistant" else ((), ())
    thought = message.get("reasoning_content", message.get("reasoning"))
    return Said(
        role,
        message.get("content"),
        calls,
        reasoning=thought if isinstance(thought, str) else None,
        unread=unread,
        more=rest(message, _SAID if role == "assistant" else ("role", "content", "id")),
    )


def _calls(message: dict[str, Json]) -> tuple[tuple[Call, ...], tuple[Piece, ...]]:
    listed = message.get("tool_calls")
    if isinstance(listed, list):
        pieces = [(call, f"/tool_calls/{index}") for index, call in enumerate(listed)]
    else:
        pieces = [(listed, "/tool_calls")] if listed else []
    if message.get("function_call"):  # as it was before `tool_calls`
        pieces.append((message["function_call"], "/function_call"))
    calls, unread = [], []
    for piece, where in pieces:
        call = read_call(piece, where)
        if call is None:
            unread.append(Piece("a tool call without a function's name", piece, where))
        else:
            calls.append(call)
    return tuple(calls), tuple(unread)


def read_call(piece: Json, pointer: str) -> Call | None:
    """Take one of the calls of a message apart, or return None where it names no function."""
    function = piece.get("function", piece) if isinstance(piece, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return None
    more = rest(piece, _CALL)
    return Call(function["name"], decoded(function.get("arguments")), txt(piece.get("id")), pointer, more)
