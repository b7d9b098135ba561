"""What this process did to the notes, so that it can be taken back by writing more."""

from __future__ import annotations

from dataclasses import dataclass, field

from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.model import Body


@dataclass(frozen=True, slots=True)
class State:
    """How a note stood: its text, and whether it was retracted."""

    body: Body
    retracted: bool

    @classmethod
    def of(cls, note: Note) -> State:
        """Return how a note stands."""
        return cls(note.body, note.retracted)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to one note."""

    note: str
    before: State
    """For a new note: its own text, retracted, which is where undo leads."""
    after: State
    what: str
    """Such as "the edit of the note at 9.1"."""


@dataclass(slots=True)
class Steps:
    """What can be undone and redone, newest last."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """Remember a new step; what had been undone can no longer be redone."""
        self.done.append(step)
        self.undone.clear()


def place(note: Note) -> str:
    """Return where a note stands, in words: its decision, else its turn, record or session."""
    at = note.anchor
    if at.decision:
        return at.decision
    if at.turn is not None:
        return f"turn {at.turn}"
    return at.record or f"session {at.session}"
