"""What a span stands for, in any dialect: a call of a model, a run of a tool, a look-up, or a frame around others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson

from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.messages import Call, Result, Said
from nalyqor_tui.trace.formats.otel.span import Span
from nalyqor_tui.trace.formats.pick import arr, decoded, obj, txt
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

Heard = tuple[Said, Place]
OTHER = "span"
"""The kind of a frame that says nothing of an agent or a model."""


@dataclass(slots=True)
class Talk:
    """What was sent and what came back; None for what was not captured. `used` are the attributes that say it.

    `unread` are messages that are of no dialect; `choices` says that what came back are alternatives.
    """

    heard: list[Heard] | None = None
    said: list[Heard] | None = None
    used: set[str] = field(default_factory=set)
    unread: list[tuple[Json, Place]] = field(default_factory=list)
    choices: bool = False

    @property
    def captured(self) -> bool:
        """Whether any of it was captured."""
        return bool(self.heard or self.said)


@dataclass(slots=True)
class Model:
    """A call of a model."""

    talk: Talk
    name: str | None = None
    tools: Json = None
    tokens: int | None = None


@dataclass(slots=True)
class Tool:
    """A run of a tool; `ended` says whether its result was captured, `paused` that it waited for an approval."""

    call: Call
    result: Result
    used: set[str]
    ended: bool
    paused: Json = None


@dataclass(slots=True)
class Lookup:
    """A look-up of documents; each has what is known of `id`, `score` and whatever else the log holds."""

    query: str | None
    documents: list[dict[str, Any]]
    used: set[str]


@dataclass(slots=True)
class Frame:
    """A span around others: an agent, a workflow, a step of a chain; `model` if it stands for a call of a model."""

    kind: str
    name: str | None = None
    talk: Talk = field(default_factory=Talk)
    model: bool = False


Act = Model | Tool | Lookup | Frame


def listen(talk: Talk, value: Json, place: Place, *, role: str | None = None) -> list[Heard]:
    """Take a list of messages apart; with `role`, plain text is said in that role, and an object may lack one."""
    value = decoded(value)
    out: list[Heard] = []
    for message in value if isinstance(value, list) else [value]:
        if role is not None and isinstance(message, str):
            out.append((Said(role, message), place))
            continue
        if (
            role is not None
            and isinstance(message, dict)
            and "role" not in message
            and "message" not in message
        ):
            message = {"role": role, **message}  # noqa: PLW2901
        said = _taken_apart(message)
        if said is None:
            talk.unread.append((message, place))
        else:
            out.append((said, place))
    return out


def _taken_apart(message: Json) -> Said | None:
    """Take a message apart; the same one comes again with every call of the model."""
    try:
        return _remembered(orjson.dumps(message))
    except (TypeError, orjson.JSONEncodeError):  # a number that is too long, half of a character
        said = messages.read(decoded(message))
        return None if said is None else unpointed(said)


@lru_cache(maxsize=4096)
def _remembered(message: bytes) -> Said | None:
    said = messages.read(decoded(orjson.loads(message)))
    return None if said is None else unpointed(said)


def unpointed(said: Said) -> Said:
    """Return a message whose parts stand where it stands: inside of text, nothing can be pointed to."""
    return replace(
        said,
        content=messages.unwrapped(said.content) if isinstance(said.content, list) else said.content,
        calls=tuple(replace(call, pointer="") for call in said.calls),
        results=tuple(replace(result, pointer="") for result in said.results),
        unread=tuple(replace(piece, pointer="") for piece in said.unread),
    )


def together(said: Sequence[Heard]) -> Heard:
    """Return the messages of one response as one; it stands where the first stands."""
    if len(said) == 1:
        return said[0]
    return unpointed(messages.joined([one for one, _ in said])), said[0][1]


def tool_names(definitions: Json) -> list[str] | None:
    """Return the names of the tools that were offered, None where they are not known."""
    names = []
    for listed in arr(decoded(definitions)):
        tool = obj(decoded(listed))
        inner = obj(decoded(tool.get("json_schema"))) or tool
        names.append(txt(obj(inner.get("function")).get("name")) or txt(inner.get("name")))
    return [name for name in names if name] or None


def trouble(span: Span) -> str | None:
    """Return what a span says went wrong: its status, its error type or an exception; None where nothing did."""
    for event in span.events:
        if event.name == "exception":
            parts = (txt(event.attributes.get(f"exception.{part}")) for part in ("type", "message"))
            return ": ".join(part for part in parts if part) or "exception"
    kind = txt(span.attributes.get("error.type"))
    return span.problem or kind or ("error" if span.status == "error" else None)
