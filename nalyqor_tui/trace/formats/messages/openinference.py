"""Messages of OpenInference, once their flattened keys are put together again: `message.role`, `message.tool_calls`."""

from __future__ import annotations

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, unwrapped
from nalyqor_tui.trace.formats.pick import arr, decoded, obj, rest, txt
from nalyqor_tui.trace.records import Json

_OLD = ("function_call_name", "function_call_arguments_json")  # as it was before `tool_calls`
_SAID = frozenset({"role", "content", "contents", "tool_calls", *_OLD})
_RESULT = frozenset({"role", "content", "contents", "tool_call_id", "name"})


def read(message: dict[str, Json]) -> Said | None:
    """Take a message apart, or return None where it is not wrapped in `message` as OpenInference does."""
    body = message.get("message")
    role = txt(body.get("role")) if isinstance(body, dict) else None
    if role is None or not isinstance(body, dict):
        return None
    content, thought = _content(body)
    if role in ("tool", "function") or txt(body.get("tool_call_id")):
        more = rest(body, _RESULT)
        return Said(
            "tool",
            results=(Result(content, txt(body.get("tool_call_id")), txt(body.get("name")), more=more),),
        )
    calls, unread = _calls(body)
    more = {**rest(body, _SAID), **rest(message, ("message",))}
    who = {"ai": "assistant", "model": "assistant", "human": "user"}.get(role, role)
    return Said(who, content, calls, reasoning=thought, unread=unread, more=more)


def _content(body: dict[str, Json]) -> tuple[Json, str | None]:
    """Return the content and the thoughts of a message: its text, or its parts."""
    said: list[Json] = []
    thoughts: list[str] = []
    for part in arr(body.get("contents")):
        inner = part.get("message_content", part) if isinstance(part, dict) else part
        if (
            isinstance(inner, dict)
            and inner.get("type") == "reasoning"
            and isinstance(inner.get("text"), str)
        ):
            thoughts.append(inner["text"])
        else:
            said.append(inner)
    content = body.get("content")
    if said and content is not None:
        said.insert(0, {"type": "text", "text": content} if isinstance(content, str) else content)
    return unwrapped(said) if said else content, "\n".join(thoughts) or None


def _calls(body: dict[str, Json]) -> tuple[tuple[Call, ...], tuple[Piece, ...]]:
    calls: list[Call] = []
    unread: list[Piece] = []
    for index, listed in enumerate(arr(body.get("tool_calls"))):
        where, call = f"/message/tool_calls/{index}", obj(listed).get("tool_call", listed)
        function = obj(obj(call).get("function"))
        if (name := txt(function.get("name"))) is None:
            unread.append(Piece("a tool call without a function's name", listed, where))
            continue
        more = {**rest(call, ("id", "function")), **rest(function, ("name", "arguments"))}
        calls.append(Call(name, decoded(function.get("arguments")), txt(call.get("id")), where, more))
    if name := txt(body.get(_OLD[0])):
        arguments = decoded(body.get(_OLD[1]))
        calls.append(Call(name, arguments, None, "/message/function_call_name"))
    return tuple(calls), tuple(unread)
