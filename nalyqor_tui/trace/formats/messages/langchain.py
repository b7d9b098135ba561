"""Messages of LangChain: plain (`type` and `content`), as a constructor (`lc`, `kwargs`), or under `data`.

Tracers write a role instead of the type, and leave the calls in `additional_kwargs` as the provider gave them.
"""

from __future__ import annotations

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, Status, unwrapped
from nalyqor_tui.trace.formats.messages.openai import read_call
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, txt
from nalyqor_tui.trace.records import Json

_ROLES = {
    "human": "user", "ai": "assistant", "system": "system", "developer": "developer",
    "tool": "tool", "function": "tool", "remove": "removal",
}  # fmt: skip
_CLASSES = {
    "HumanMessage": "human", "AIMessage": "ai", "SystemMessage": "system", "ToolMessage": "tool",
    "FunctionMessage": "function", "ChatMessage": "chat", "RemoveMessage": "remove",
}  # fmt: skip
_STATUS: dict[str, Status] = {"success": "ok", "error": "error"}
_SAID = frozenset({"type", "role", "content", "tool_calls", "additional_kwargs"})
_RESULT = frozenset({"type", "role", "content", "tool_call_id", "name", "status"})
_USES = frozenset(
    {"tool_use", "tool_call", "function_call", "input_json_delta"}
)  # said again in `tool_calls`


def read(message: dict[str, Json]) -> Said | None:
    """Take a message apart, or return None where it is none of LangChain's."""
    body, kind, under = _unpacked(message)
    if kind is not None:
        role = _ROLES.get(kind) or (txt(body.get("role")) if kind == "chat" else None)
    elif isinstance(body.get("additional_kwargs"), dict):  # a message that a tracer gave a role
        role = txt(body.get("role"))
    else:
        role = None
    if role is None:
        return None
    if role == "tool":
        return Said("tool", results=(_result(body, under),))
    calls, unread = _calls(body, under)
    content = body.get("content")
    if isinstance(content, list):
        blocks = [part for part in content if not (calls and txt(obj(part).get("type")) in _USES)]
        content = unwrapped(blocks)
    more = rest(body, _SAID) | _beside(body, bool(calls))
    return Said(role, content or None, tuple(calls), unread=tuple(unread), more=more)


def _unpacked(message: dict[str, Json]) -> tuple[dict[str, Json], str | None, str]:
    """Return what a message says of itself, its type where it tells it, and the pointer to what it says."""
    if "lc" in message and isinstance(message.get("kwargs"), dict):
        body = message["kwargs"]
        return body, _type(body.get("type")) or _type(at(message, "id", -1)), "/kwargs"
    data = message.get("data")
    if isinstance(data, dict) and "content" in data and _type(message.get("type")):
        return data, _type(message.get("type")), "/data"
    kind = _type(message.get("type")) if "content" in message and "role" not in message else None
    return message, kind, ""


def _type(value: Json) -> str | None:
    if not isinstance(value, str):
        return None
    name = value.removesuffix("Chunk")  # of a message that was streamed
    name = _CLASSES.get(name, name)
    return name if name in _ROLES or name == "chat" else None


def _result(body: dict[str, Json], under: str) -> Result:
    status = _STATUS.get(body["status"]) if isinstance(body.get("status"), str) else None
    value = body.get("content")
    if isinstance(value, list):
        value = unwrapped(value)
    return Result(
        value, txt(body.get("tool_call_id")), txt(body.get("name")), status, under, rest(body, _RESULT)
    )


def _calls(body: dict[str, Json], under: str) -> tuple[list[Call], list[Piece]]:
    """Return the calls: LangChain's own form of them, else the provider's."""
    calls: list[Call] = []
    unread: list[Piece] = []
    for key in ("tool_calls", "invalid_tool_calls"):
        for index, piece in enumerate(arr(body.get(key))):
            where = f"{under}/{key}/{index}"
            call = _call(piece, where)
            if key == "tool_calls" and call is not None:
                calls.append(call)
            else:
                unread.append(Piece("a tool call that LangChain could not read", piece, where))
    if not calls:
        for index, piece in enumerate(arr(at(body, "additional_kwargs", "tool_calls"))):
            where = f"{under}/additional_kwargs/tool_calls/{index}"
            call = read_call(piece, where)
            if call is not None:
                calls.append(call)
            else:
                unread.append(Piece("a tool call without a function's name", piece, where))
    return calls, unread


def _call(piece: Json, where: str) -> Call | None:
    if isinstance(piece, dict) and isinstance(piece.get("name"), str) and "args" in piece:
        more = rest(piece, ("name", "args", "id", "type"))
        return Call(piece["name"], piece["args"], txt(piece.get("id")), where, more)
    return read_call(piece, where)


def _beside(body: dict[str, Json], called: bool) -> dict[str, Json]:
    """Return what the provider's own fields say besides the calls."""
    given = body.get("additional_kwargs")
    kept = rest(given, ("tool_calls",) if called else ()) if isinstance(given, dict) else {}
    kept = {key: value for key, value in kept.items() if value is not None}
    return {"additional_kwargs": kept} if kept else {}
