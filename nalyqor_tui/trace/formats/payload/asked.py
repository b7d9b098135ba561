"""What a model was given, in the shapes in which frameworks log it: messages, a request, a prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.messages import Said, responses, unwrapped
from nalyqor_tui.trace.formats.pick import arr, at, decoded, first, obj, rest
from nalyqor_tui.trace.records import Json

Pointed = tuple[Said, str]
"""What was said, and the pointer to it from the value that it stands in."""

PROMPT: Final = "prompt"
"""The role of a prompt that is one text: nothing says who said what of it."""

_LISTS = ("messages", "input", "contents", "prompt", "prompts", "history", "chat_history")
_SYSTEM = ("system", "instructions", "system_instruction", "systemInstruction")
_REPR = re.compile(r"role='(system|developer|user|assistant|tool)' content=")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model was given: the messages, the tools on offer, and what else the request says."""

    heard: tuple[Pointed, ...]
    tools: tuple[Json, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """Whether all that is known is one text, in which nothing says who said what."""
        return len(self.heard) == 1 and self.heard[0][0].role == PROMPT


def asked(value: Json) -> Asked | None:
    """Take apart what a model was given, or return None where nothing was recorded."""
    if isinstance(value, str):
        return Asked(((Said(PROMPT, value), ""),)) if value else None
    if isinstance(value, list):
        return _conversation(value, "")
    if not isinstance(value, dict) or not value:
        return None
    if (said := message(value)) is not None:
        return Asked(((said, ""),))
    return _request(value)


def unpointed(said: Said) -> Said:
    """Return what was said without pointers, for a value that stands in a string: none leads into one."""
    if not (said.calls or said.results or said.unread):
        return said
    return replace(
        said,
        calls=tuple(replace(call, pointer="") for call in said.calls),
        results=tuple(replace(result, pointer="") for result in said.results),
        unread=tuple(replace(piece, pointer="") for piece in said.unread),
    )


def _request(value: dict[str, Json]) -> Asked | None:
    """Read a request: the messages under one of several keys, the system's words beside them."""
    args = value.get("args")
    if isinstance(args, list) and args and set(value) <= {"args", "kwargs"}:  # of a function that was traced
        inner = asked(args[0])
        return None if inner is None else _below(inner, "/args/0", rest(value, ("args",)))
    key = next((key for key in _LISTS if value.get(key)), None)
    if key is None:
        return None
    inner = asked(decoded(value[key]) if key != "prompt" else value[key])
    if inner is None:
        return None
    system = [
        (Said("system", _plain(holder[name])), f"{under}/{name}")
        for holder, under in ((value, ""), (obj(value.get("config")), "/config"))
        for name in _SYSTEM
        if holder.get(name)
    ]
    out = _below(inner, f"/{key}", rest(value, (key, "tools", *_SYSTEM)))
    heard = tuple(
        _user(pointed) if key in ("contents", "prompt", "input") else pointed for pointed in out.heard
    )
    return replace(out, heard=(*system, *heard), tools=(*_tools(value), *out.tools))


def _below(inner: Asked, pointer: str, more: dict[str, Any]) -> Asked:
    return replace(inner, heard=tuple((said, pointer + at) for said, at in inner.heard), more=more)


def _user(pointed: Pointed) -> Pointed:
    """Take the text of a request for the user's: there it is what the API takes it for."""
    said, pointer = pointed
    return (replace(said, role="user") if said.role == PROMPT else said), pointer


def _plain(value: Json) -> Json:
    """Return the words of a system instruction, which may be parts."""
    parts = value.get("parts") if isinstance(value, dict) else value
    return unwrapped(parts) if isinstance(parts, list) else value


def _conversation(items: list[Json], under: str) -> Asked | None:
    """Read a list of messages; LangChain's batches hold one list in another, its prompts a text."""
    if len(items) == 1 and isinstance(items[0], list | str) and items[0]:
        inner = asked(items[0])
        spoken = None if isinstance(items[0], list) else _spoken(items[0])
        if spoken is not None:
            return Asked(((spoken, f"{under}/0"),))
        return None if inner is None else _below(inner, f"{under}/0", {})
    heard: list[Pointed] = []
    tools: list[Json] = []
    for index, item in enumerate(items):
        offered = at(item, "content") if at(item, "role") == "tool" else None
        if at(offered, "type") == "function" and isinstance(at(offered, "function", "name"), str):
            tools.append(offered)  # Langfuse's handler for LangChain lists the tools among the messages
            continue
        said = _spoken(item) if isinstance(item, str) else message(item)
        heard.append((said or Said("unknown", item), f"{under}/{index}"))
    known = any(said.role != "unknown" for said, _ in heard)
    return Asked(tuple(heard), tuple(tools)) if known or tools else None


def _spoken(item: str) -> Said | None:
    """Read a message that was logged as the text of an object; its role stands first, the rest is kept whole."""
    found = _REPR.match(item)
    return Said(found[1], item) if found else None


def message(value: Json) -> Said | None:
    """Read one message of any dialect, also one that an event or a choice wraps."""
    if not isinstance(value, dict):
        return None
    event = value.get("gen_ai.event.content")
    if isinstance(event, str) and isinstance(inner := decoded(event), dict):  # Semantic Kernel
        said = message(obj(inner.get("message")) or inner)
        return None if said is None else replace(unpointed(said), role=said.role.lower())
    if isinstance(value.get("message"), dict) and "role" not in value:
        said = message(value["message"])
        return None if said is None else under_key(said, "/message", rest(value, ("message",)))
    if responses.is_item(value) and value.get("type") != "message":
        return responses.read(value)
    if isinstance(value.get("text"), str) and "content" not in value and isinstance(value.get("role"), str):
        return Said(value["role"], value["text"], more=rest(value, ("role", "text")))
    return messages.read(value)


def under_key(said: Said, pointer: str, more: dict[str, Any]) -> Said:
    """Return a message that stands below another value: `pointer` leads to it, `more` is what stands beside it."""
    moved = replace(
        said,
        calls=tuple(replace(call, pointer=pointer + call.pointer) for call in said.calls),
        results=tuple(replace(result, pointer=pointer + result.pointer) for result in said.results),
        unread=tuple(replace(piece, pointer=pointer + piece.pointer) for piece in said.unread),
    )
    return replace(moved, more={**more, **said.more})


def _tools(value: dict[str, Json]) -> Iterator[Json]:
    """Yield the tools of a request; Gemini lists them in groups."""
    for tool in (*arr(value.get("tools")), *arr(at(value, "config", "tools"))):
        plain = decoded(tool)
        declared = first(plain, "function_declarations", "functionDeclarations")
        yield from declared if isinstance(declared, list) else [plain]
