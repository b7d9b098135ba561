"""Files that are recognised but not read: what they are, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nalyqor_tui.trace.document import Sample


@dataclass(frozen=True, slots=True)
class Known:
    """A kind of file that is recognised: what it is called, how surely, and what its owner can do."""

    title: str
    score: Callable[[Sample], float]
    remedy: str


KNOWN: tuple[Known, ...] = ()
