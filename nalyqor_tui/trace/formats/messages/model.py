"""A message of any dialect, taken apart: what was said, which calls were made, which results came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.records import Json

Status = Literal["ok", "error", "timeout"]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call in a message; `pointer` leads from the message to it, `more` is what else it says."""

    name: str
    arguments: Json
    id: str | None = None
    pointer: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A tool result in a message; a `status` that the dialect does not tell is None."""

    value: Json
    call: str | None = None
    name: str | None = None
    status: Status | None = None
    pointer: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message that could not be read, and what is wrong with it."""

    problem: str
    value: Json
    pointer: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message: its role in our words (system, developer, user, assistant, tool), its content, its parts.

    `content` is the text or, where there is more than text, the parts as they stand; None for nothing.
    `more` holds the keys that the dialect has and we have no word for.
    """

    role: str
    content: Json = None
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    reasoning: str | None = None
    unread: tuple[Piece, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def spoke(self) -> bool:
        """Whether there are words or thoughts, besides calls and results."""
        return bool(self.content or self.reasoning)


def text(content: Json) -> str:
    """Return what was said as text: the text parts, or the JSON of what is none."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [p["text"] for p in content if isinstance(p, dict) and isinstance(p.get("text"), str)]
        if parts:
            return "\n".join(parts)
    return "" if content is None else dumps(content)


def unwrapped(parts: list[Json]) -> Json:
    """Return the content of a message from its parts: plain text where they are one text, None where none."""
    if len(parts) == 1 and isinstance(parts[0], dict) and set(parts[0]) <= {"type", "text", "content"}:
        only = parts[0].get("text", parts[0].get("content"))
        if isinstance(only, str):
            return only
    return parts or None
