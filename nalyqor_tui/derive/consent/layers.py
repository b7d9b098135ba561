"""The texts that a write is held against, each with how far it binds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """A text that a write is held against; only a binding one can say something else than was done.

    A layer in `focus` is the very sentence that asks or agrees: it tells only which thing is acted on.
    One that is `near` was said just before: `this one` refers to it.
    """

    entry: int
    text: str
    agent: bool
    binding: bool
    focus: bool = False
    near: bool = False
