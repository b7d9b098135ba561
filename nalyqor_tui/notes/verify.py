"""Whether a trace is still what its notes were bound to."""

from __future__ import annotations

from typing import Literal

from nalyqor_tui.notes.model import TraceIdentity
from nalyqor_tui.trace.store import Trace

State = Literal["unchanged", "grown", "changed", "not known"]
"""grown: what it held when the note was made is untouched, and more stands after it."""


def state(identity: TraceIdentity, trace: Trace) -> State:
    """Hold the hash that a note was bound to against the bytes that the trace has now."""
    if not identity.sha256:
        return "not known"
    if identity.sha256 == trace.sha256():
        return "unchanged"
    if identity.bytes < trace.size and trace.sha256_upto(identity.bytes) == identity.sha256:
        return "grown"
    return "changed"
