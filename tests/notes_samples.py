"""Small anchors and bodies for the tests of the notes."""

from __future__ import annotations

from pathlib import Path

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Anchor, Body, TraceIdentity


def anchor(decision: str = "9.1", *, session: str = "s1") -> Anchor:
    """Return an anchor at a decision such as "9.1"."""
    return Anchor(
        trace=TraceIdentity(name="trace.jsonl", sha256="ab" * 32, bytes=512),
        session=session,
        turn=int(decision.partition(".")[0]),
        decision=decision,
    )


def body(text: str, **fields: object) -> Body:
    """Return the body of a hypothesis."""
    return Body.model_validate({"kind": "hypothesis", "text": text, **fields})


def a_trace(folder: Path) -> Path:
    """Write a trace that the notes can be about."""
    trace = folder / "trace.jsonl"
    trace.write_text('{"kind":"trace"}\n')
    return trace


def opened(trace: Path, author: str = "Ada") -> Journal:
    """Open the notes of a trace as `author`."""
    return Journal.open(trace, author=author)


def texts(journal: Journal) -> list[str]:
    """Return what the notes say, in their order."""
    return [note.body.text for note in journal.notes()]
