"""What is read out of talk about one write: its class, with the words and records that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.trace.records import Json

Class = Literal["confirmed", "mismatched", "stale", "requested", "none", "unknown"]
Status = Literal["agreed", "changed", "not mentioned"]
EventKind = Literal["error", "new figure", "other use", "changed mind"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a message as they stand in the record; `entry` is its ordinal in the session."""

    entry: int
    text: str


@dataclass(frozen=True, slots=True)
class ArgumentMatch:
    """One leaf of a write's arguments against the talk.

    `name` is its dotted path, `done` the value that went out, `found` what the talk said of it (empty where
    nothing was). `material` says whether it weighs: a difference or a silence that the agreement must not have.
    """

    name: str
    done: Json
    status: Status
    found: str
    material: bool = False
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something between the answer and the write; `ends` says that it took the agreement out of force."""

    entry: int
    kind: EventKind
    says: Phrase
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether the talk before a write covered it, derived from the text; `evidence` are ordinals of records."""

    cls: Class
    says: Phrase
    proposal: Quote | None = None
    answer: Quote | None = None
    arguments: tuple[ArgumentMatch, ...] = ()
    between: tuple[Event, ...] = ()
    evidence: tuple[int, ...] = ()
