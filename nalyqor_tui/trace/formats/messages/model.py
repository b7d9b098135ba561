"""A message of any dialect, taken apart: what was said, which calls were made, which results came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

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


_Pointed = TypeVar("_Pointed", Call, Result, Piece)


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


def joined(pieces: Sequence[Said]) -> Said:
    """Return one response of the model whose pieces were logged one by one, in order.

    Its pointers begin with the number of the piece: `place.Spread` finds the places.
    """
    if not pieces:
        return Said("assistant")
    parts = [piece.content if isinstance(piece.content, list) else [piece.content] for piece in pieces]
    said = [part for listed in parts for part in listed if part]
    content = said[0] if len(said) == 1 and isinstance(said[0], str) else [_part(part) for part in said]
    thoughts = [piece.reasoning for piece in pieces if piece.reasoning]
    return Said(
        pieces[0].role,
        content or None,
        tuple(_under(index, call) for index, piece in enumerate(pieces) for call in piece.calls),
        tuple(_under(index, result) for index, piece in enumerate(pieces) for result in piece.results),
        "\n".join(thoughts) or None,
        tuple(_under(index, unread) for index, piece in enumerate(pieces) for unread in piece.unread),
        _together([piece.more for piece in pieces]),
    )


def _part(part: Json) -> Json:
    return {"type": "text", "text": part} if isinstance(part, str) else part


def _under(index: int, part: _Pointed) -> _Pointed:
    return replace(part, pointer=f"/{index}{part.pointer}")


def _together(every: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return what the pieces say besides; where they differ, what each of them says."""
    seen: dict[str, list[Any]] = {}
    for more in every:
        for key, value in more.items():
            if value not in (known := seen.setdefault(key, [])):
                known.append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in seen.items()}


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
