"""Messages of Inspect: content in parts, `tool_calls` that name their function, results with their error."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, Status, unwrapped
from nalyqor_tui.trace.formats.pick import arr, decoded, obj, rest, txt
from nalyqor_tui.trace.records import Json

_SAID = frozenset({"role", "content", "tool_calls"})
_RESULT = frozenset({"role", "content", "tool_call_id", "function"})
_CALL = frozenset({"id", "function", "arguments"})
_USE = frozenset({"type", "id", "name", "arguments", "result", "error"})
_THOUGHT = frozenset({"type", "reasoning"})


def read(message: Json) -> Said | None:
    """Take a message apart, or return None where it has no role."""
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return None
    if message["role"] == "tool":
        return Said("tool", results=(_result(message),))
    return _said(message)


def status(error: Json, failed: Json = None) -> Status | None:
    """Return the status that an error, or the mark of a hard failure, tells; without either it is not told."""
    if error:
        return "timeout" if obj(error).get("type") == "timeout" else "error"
    return None if not isinstance(failed, bool) else "error" if failed else "ok"


def read_call(call: Json, pointer: str) -> Call | None:
    """Take a tool call apart, or return None where it names no function."""
    if not isinstance(call, dict) or txt(call.get("function")) is None:
        return None
    more = {key: value for key, value in rest(call, _CALL).items() if (key, value) != ("type", "function")}
    return Call(call["function"], call.get("arguments"), txt(call.get("id")), pointer, more)


def _said(message: dict[str, Json]) -> Said:
    content, parts, thoughts = message.get("content"), [], []
    calls: list[Call] = []
    results: list[Result] = []
    unread: list[Piece] = []
    more: dict[str, Any] = rest(message, _SAID)
    for index, part in enumerate(arr(content)):
        where, kind = f"/content/{index}", obj(part).get("type")
        if kind == "reasoning" and isinstance(part.get("reasoning"), str):
            thoughts.append(
                part.get("summary") or part["reasoning"] if part.get("redacted") else part["reasoning"]
            )
            if beside := rest(part, _THOUGHT):
                more["thoughts"] = [*more.get("thoughts", []), beside]
        elif kind == "tool_use" and txt(part.get("name")):
            calls.append(
                Call(
                    part["name"], decoded(part.get("arguments")), txt(part.get("id")), where, rest(part, _USE)
                )
            )
            results.append(_used(part, where))
        else:
            parts.append(part)
    for index, call in enumerate(arr(message.get("tool_calls"))):
        found = read_call(call, f"/tool_calls/{index}")
        if found is None:
            unread.append(Piece("a tool call without a function", call, f"/tool_calls/{index}"))
        else:
            calls.append(found)
    said = unwrapped(parts) if isinstance(content, list) else content
    thought = "\n".join(str(thought) for thought in thoughts) or None
    return Said(message["role"], said, tuple(calls), tuple(results), thought, tuple(unread), more)


def _used(part: dict[str, Json], pointer: str) -> Result:
    """Return the result of a tool that the model's own service ran."""
    error = part.get("error")
    value = part.get("result") if error is None else error
    more = {"result": part.get("result")} if error is not None and part.get("result") else {}
    return Result(value, txt(part.get("id")), txt(part.get("name")), status(error), pointer, more)


def _result(message: dict[str, Json]) -> Result:
    content, error = message.get("content"), message.get("error") or message.get("tool_error")
    value = unwrapped(content) if isinstance(content, list) else content
    if not value and error:  # then the model is sent the error's words
        value = obj(error).get("message") or error
    name, more = txt(message.get("function")), rest(message, _RESULT)
    return Result(value, txt(message.get("tool_call_id")), name, status(error), "", more)
