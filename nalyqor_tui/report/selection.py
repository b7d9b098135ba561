"""Which decisions a report shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nalyqor_tui.errors import UsageError
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import find
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.session import Decision


def spot(review: Review, wanted: str) -> list[Decision]:
    """Return the decisions that `wanted` means: all of a turn, else the one that go-to would go to."""
    of_turn = [d for d in review.session.decisions if str(d.turn) == wanted.strip()]
    index = None if of_turn else find.place(review, wanted)
    return of_turn if index is None else [review.session.decisions[index]]


_TURNS = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of decisions; a decision is shown when it meets every condition that is given.

    `turns` are the first and the last turn, `problems` asks for the grades flawed and bad, `noted` for a note
    that nobody took back, `at` for what one can go to: a decision, all of a turn, a clock, a record, a rule.
    """

    turns: tuple[int, int] | None = None
    problems: bool = False
    noted: bool = False
    at: str | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Selection()

    def decisions(self, review: Review) -> list[Decision]:
        """Return the decisions of a session that are shown, in its order."""
        chosen = list(review.session.decisions)
        if self.at is not None:
            chosen = spot(review, self.at)
        if self.turns is not None:
            first, last = self.turns
            chosen = [d for d in chosen if first <= d.turn <= last]
        if self.problems:
            grades = review.judgement.grades
            chosen = [d for d in chosen if grades[d.index].word in ("flawed", "bad")]
        if self.noted:
            noted = {note.decision for note in review.notes if not note.note.retracted}
            chosen = [d for d in chosen if d.index in noted]
        return chosen

    def says(self) -> Phrase:
        """Say what was asked for."""
        parts: list[Phrase] = []
        if self.at is not None:
            parts.append(phrase("at {at}", at=self.at))
        if self.turns is not None:
            parts.append(own("turns {}-{}".format(*self.turns)))
        if self.problems:
            parts.append(phrase("graded flawed or bad"))
        if self.noted:
            parts.append(phrase("with a note"))
        return join(", ", parts) if parts else phrase("everything")


def parse_turns(text: str) -> tuple[int, int]:
    """Read `2-9` or `9`; raise `UsageError` where it is neither."""
    match = _TURNS.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"`{text}` is no range of turns", remedy="write it like 2-9, or 9 for one turn")
    first = int(match[1])
    last = first if match[2] is None else int(match[2])
    if last < first:
        raise UsageError(f"turns {first}-{last} run backwards", remedy=f"write {last}-{first}")
    return first, last
