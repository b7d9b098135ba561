"""Every note of a trace with its place, whichever session it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nalyqor_tui.notes.history import Note
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present.review import BoundNote, Review
from nalyqor_tui.trace.store import Trace


@dataclass(frozen=True, slots=True)
class Placed:
    """A note, how it is bound, and where: the ordinals of its session and decision, None where it is lost."""

    bound: BoundNote
    session: int | None
    step: int | None
    spot: Phrase
    """Where it stands now, in words; of an orphan, where it stood."""

    @property
    def note(self) -> Note:
        """The note itself."""
        return self.bound.note


def placed(trace: Trace, notes: Iterable[Note]) -> list[Placed]:
    """Bind notes to a trace as the screen does; return them in the order of the trace, orphans last."""
    wanted = list(notes)
    names = frozenset(trace.session_ids)
    found: dict[str, Placed] = {}
    for index, name in enumerate(trace.session_ids):
        # Of a note whose session is gone the first one tells so, as each of them would.
        mine = [
            n
            for n in wanted
            if n.anchor.session in ("", name) or (not index and n.anchor.session not in names)
        ]
        mine = [note for note in mine if note.id not in found or found[note.id].step is None]
        if mine:
            review = Review(trace, index, None)
            review.bind(mine)
            found |= {bound.note.id: _placed(bound, review) for bound in review.notes}
    return sorted((found[note.id] for note in wanted), key=_order)


def _placed(bound: BoundNote, review: Review) -> Placed:
    several = len(review.trace.session_ids) > 1
    if bound.decision is None:
        return Placed(bound, None, None, stood(bound.note, several))
    decision = review.session.decisions[bound.decision]
    spot = _spot(decision.number, review.session.id if several else "")
    return Placed(bound, review.index, bound.decision, spot)


def stood(note: Note, several: bool) -> Phrase:
    """Say where a note stood when it was written; with its session where the trace has several."""
    at = note.anchor
    number = at.decision or (f"turn {at.turn}" if at.turn is not None else at.record or "no decision")
    return _spot(number, at.session if several else "")


def _spot(number: str, session: str) -> Phrase:
    return phrase("{number}", number=number) + (phrase(" of session {id}", id=session) if session else ())


def _order(one: Placed) -> tuple[bool, int, int, str]:
    return one.step is None, one.session or 0, one.step or 0, one.note.id
