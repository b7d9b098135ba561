"""Any trace in the native format, and a count of what it could not carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.phrase import counted, plain
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace


@dataclass
class Left:
    """What was written, and what was not."""

    sessions: int = 0
    records: int = 0
    unparsed: int = 0

    def says(self) -> Iterator[str]:
        """Yield what was written and what was left behind, in lines."""
        records, sessions = counted(self.records, "record"), counted(self.sessions, "session")
        yield f"{plain(records)} of {plain(sessions)} were written"
        yield "nothing was redacted: what looks like a secret stands in them as in the trace"
        if self.unparsed:
            yield f"left out: {self.unparsed:,} pieces that could not be read (see: nalyqor-tui info)"
        yield "left out: where each record stood in its source (lines, pointers), and what is not recorded there"


def render(trace: Trace, wanted: range | list[int], left: Left) -> Iterator[str]:
    """Yield the lines of a native trace, and count in `left` what goes over and what stays behind."""
    for index in wanted:
        session = trace.read(index)
        left.sessions += 1
        yield from _session(session, left)


def _session(session: Session, left: Left) -> Iterator[str]:
    if session.header is None:
        yield _line({"kind": "trace", "schema": rec.SCHEMA, "conversation_id": session.id}, left)
    for entry in session.entries:
        record = entry.record
        if isinstance(record, rec.Unparsed):
            left.unparsed += 1
            continue
        body = record.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if entry.index == session.head:
            body["conversation_id"] = session.id  # two sessions of one name would become one
        yield _line(body, left)


def _line(body: dict[str, Any], left: Left) -> str:
    left.records += 1
    return (
        dumps(body).encode("utf-8", "backslashreplace").decode()
    )  # a lone surrogate is an escape in JSON, too
