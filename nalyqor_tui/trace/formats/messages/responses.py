"""Items of OpenAI's Responses API: messages, reasoning, calls of every kind and their outputs.

Each item is one `Said`. One response of the model is several items: `model.joined` makes one of them.
"""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, Status, unwrapped
from nalyqor_tui.trace.formats.pick import arr, decoded, first, obj, rest, txt
from nalyqor_tui.trace.records import Json

_ROLES = frozenset({"system", "developer", "user", "assistant"})
_GIVEN = ("arguments", "input", "action", "operation")  # where kinds of calls hold what they are called with
_CAME = ("output", "outputs", "result", "results", "tools", "error")  # where they hold what came of it
_BESIDE = frozenset({"type", "id", "call_id", "status", "name", "server_label", "namespace"})
_OUTPUTS = ("_call_output", "_search_output")


def is_item(value: Json) -> bool:
    """Tell whether a value is an item: a message with its type, or of a type that only this API has."""
    kind = value.get("type") if isinstance(value, dict) else None
    return isinstance(kind, str) and (kind in ("message", "reasoning") or kind.endswith(("_call", *_OUTPUTS)))


def read(item: Json) -> Said | None:
    """Take an item apart, or return None where it is of no type that is known (a message may lack its type)."""
    if not isinstance(item, dict):
        return None
    kind = item.get("type", "message")
    if kind == "message":
        return _message(item)
    if kind == "reasoning":
        return _reasoning(item)
    if isinstance(kind, str) and kind.endswith(_OUTPUTS):
        return _output(item)
    if isinstance(kind, str) and kind.endswith("_call"):
        return _call(item, kind.removesuffix("_call"))
    return None


def _message(item: dict[str, Json]) -> Said | None:
    role = item.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        return None
    content = item.get("content")
    if isinstance(content, list):
        content = unwrapped([_bare(part) for part in content])
    return Said(role, content, more=rest(item, ("type", "role", "content")))


def _bare(part: Json) -> Json:
    """Return a part of a message without the lists beside its text that are empty, and as a plain text part."""
    if not isinstance(part, dict) or part.get("type") not in ("input_text", "output_text", "text"):
        return part
    return {key: value for key, value in part.items() if value or key not in ("annotations", "logprobs")}


def _reasoning(item: dict[str, Json]) -> Said:
    parts = [*arr(item.get("summary")), *arr(item.get("content"))]
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    read_whole = len(texts) == len(parts)
    more = rest(item, ("type", "summary", "content") if read_whole else ("type",))
    return Said("assistant", reasoning="\n".join(texts) or None, more=more)


def _call(item: dict[str, Json], kind: str) -> Said:
    """Take a call apart; one that the model's own service ran holds its result, too."""
    name = txt(item.get("name")) or (kind if kind not in ("function", "custom_tool", "mcp") else None)
    if name is None:
        return Said("assistant", unread=(Piece("a call without a tool's name", item, ""),))
    given = next((key for key in _GIVEN if item.get(key) is not None), None)
    if given is None and "name" not in item:  # each kind of the service's own names what it takes
        given_value: Json = rest(item, {*_BESIDE, *_CAME}) or None
        more = {key: item[key] for key in item if key in _BESIDE - {"type", "name", "call_id"}}
    else:
        given_value = _arguments(given, item[given]) if given else None
        more = rest(item, ("type", "name", "call_id", given or "", *_CAME))
    own = txt(item.get("call_id")) or txt(item.get("id"))
    call = Call(name, given_value, own, "", {key: value for key, value in more.items() if value != own})
    came = [key for key in _CAME if item.get(key) is not None]
    return Said("assistant", calls=(call,), results=tuple(_came(item, key, own) for key in came[:1]), more={})


def _arguments(key: str, value: Json) -> Json:
    """Return arguments as named ones where they are; the text of a tool that takes free text is its `input`."""
    inner = decoded(value)
    return {key: value} if key == "input" and not isinstance(inner, dict) else inner


def _came(item: dict[str, Json], key: str, call: str | None) -> Result:
    status: Status | None = "error" if key == "error" or item.get("error") else None
    others = {name: item[name] for name in _CAME if name != key and item.get(name) is not None}
    return Result(decoded(item[key]), call, None, status, f"/{key}", others)


def _output(item: dict[str, Json]) -> Said:
    value = decoded(first(item, "output", "tools", "result"))
    if isinstance(value, list):
        value = unwrapped([_bare(part) for part in value])
    more: dict[str, Any] = rest(item, ("type", "call_id", "output", "name"))
    if item.get("output") is None:
        more = rest(item, ("type", "call_id", "output", "tools", "result", "name"))
    body = obj(value)
    status: Status | None = None
    if isinstance(body.get("success"), bool):  # as Codex wrote outputs at first: {content, success}
        status = "ok" if body["success"] else "error"
    return Said(
        "tool", results=(Result(value, txt(item.get("call_id")), txt(item.get("name")), status, more=more),)
    )
