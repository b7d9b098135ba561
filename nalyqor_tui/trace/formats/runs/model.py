"""A run: a piece of work that a tracer logged, with what went in and what came out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any, Literal

from nalyqor_tui.trace.formats.messages import Status
from nalyqor_tui.trace.formats.pick import decoded, stamp
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

Kind = Literal["model", "tool", "retriever", "agent", "other"]


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a run, decoded where it stood in a string, with its place."""

    value: Json
    place: Place
    in_text: bool = False
    """Whether it is JSON in a string: no pointer leads into it."""

    def at(self, pointer: str) -> Place:
        """Return the place of a part of it, or its own where no pointer leads to the part."""
        return self.place if self.in_text else self.place.below(pointer)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a trace; `raw` is all that the log says of it, save what went in and what came out.

    `began` and `ended` are Unix seconds, for the order. `failed` is what went wrong, `word` the log's own
    word for the kind of run. `call` is the id of the call that a tool's run carries out.
    """

    id: str
    parent: str | None
    trace: str
    kind: Kind
    word: str
    name: str
    place: Place
    given: Field
    came: Field
    began: float | None = None
    ended: float | None = None
    ts: str | float | None = None
    failed: str | None = None
    status: Status | None = None
    call: str | None = None
    model: str | None = None
    tools: tuple[Json, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)


def value_at(value: Json, place: Place) -> Field:
    """Return a value of a run; JSON that stands in a string is decoded, twice where it was encoded twice."""
    plain = decoded(value)
    inner = decoded(plain) if plain is not value else plain
    return Field(inner, place, in_text=plain is not value)


def moment(value: Json, *, a_second: float = 1.0) -> float | None:
    """Return a time of the log as Unix seconds; None where there is none or it cannot be read."""
    at = stamp(value, a_second=a_second)
    if not isinstance(at, str):
        return at
    try:
        when = datetime.datetime.fromisoformat(at)
        return when.replace(tzinfo=when.tzinfo or datetime.UTC).timestamp()
    except (ValueError, OverflowError):
        return None
