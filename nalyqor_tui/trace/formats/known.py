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


def _langfuse_csv(sample: Sample) -> float:
    """Tell a batch export of Langfuse by the names of its columns."""
    columns = sample.head.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf")
    names = {name.strip(b'" \r') for name in columns.split(b",")}
    observations = {b"id", b"type", b"traceId", b"startTime", b"input", b"output"} <= names
    return 1.0 if observations or {b"id", b"timestamp", b"sessionId", b"input", b"output"} <= names else 0.0


KNOWN: tuple[Known, ...] = (
    Known("a CSV export of Langfuse", _langfuse_csv, "export it as JSON or JSON Lines instead"),
)
