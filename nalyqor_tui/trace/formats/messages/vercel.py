"""Messages of the Vercel AI SDK: content parts `text`, `reasoning`, `tool-call`, `tool-result` and others."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, Status, unwrapped
from nalyqor_tui.trace.formats.pick import arr, decoded, first, rest, txt
from nalyqor_tui.trace.records import Json

_PARTS = frozenset({"tool-call", "tool-result", "tool-approval-request", "tool-approval-response"})
_CALL = frozenset({"type", "toolCallType", "toolCallId", "toolName", "input", "args"})
_RESULT = frozenset({"type", "toolCallId", "toolName", "output", "result", "isError"})
_FAILED = ("error-text", "error-json")
_OUTPUTS = ("text", "json", "content", *_FAILED)  # an output that holds a value and its type


def read(message: dict[str, Json]) -> Said | None:
    """Take a message apart, or return None where none of its parts is one of this SDK's own."""
    role, parts = message.get("role"), message.get("content")
    if not isinstance(role, str) or not any(_kind(part) in _PARTS for part in arr(parts)):
        return None
    return read_parts(role, arr(parts), "/content", rest(message, ("role", "content")))


def read_parts(role: str, parts: list[Json], pointer: str, more: dict[str, Any]) -> Said:
    """Take the parts of a message apart; `pointer` leads from the message to them."""
    said: list[Json] = []
    thoughts: list[str] = []
    calls: list[Call] = []
    results: list[Result] = []
    unread: list[Piece] = []
    for index, part in enumerate(parts):
        where, kind = f"{pointer}/{index}", _kind(part)
        if kind == "tool-call":
            call = read_call(part, where)
            calls.append(call) if isinstance(call, Call) else unread.append(call)
        elif kind == "tool-result":
            results.append(_result(part, where))
        elif kind == "reasoning" and isinstance(part.get("text"), str):
            thoughts.append(part["text"])
        else:
            said.append(part)
    reasoning = "\n".join(thoughts) or None
    return Said(role, unwrapped(said), tuple(calls), tuple(results), reasoning, tuple(unread), more)


def read_call(part: Json, pointer: str) -> Call | Piece:
    """Take a call apart, also one of those that a response lists beside its text."""
    name = txt(part.get("toolName")) if isinstance(part, dict) else None
    if name is None:
        return Piece("a tool call without a tool's name", part, pointer)
    arguments = decoded(first(part, "input", "args"))
    return Call(name, arguments, txt(part.get("toolCallId")), pointer, rest(part, _CALL))


def _result(part: dict[str, Json], pointer: str) -> Result:
    value = decoded(first(part, "output", "result"))
    status: Status | None = "error" if part.get("isError") is True else None
    kind = value.get("type") if isinstance(value, dict) else None
    if (
        isinstance(value, dict)
        and isinstance(kind, str)
        and kind in _OUTPUTS
        and set(value) == {"type", "value"}
    ):
        status = "error" if kind in _FAILED else status
        value = value["value"]
    return Result(
        value, txt(part.get("toolCallId")), txt(part.get("toolName")), status, pointer, rest(part, _RESULT)
    )


def _kind(part: Json) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    return kind if isinstance(kind, str) else ""
