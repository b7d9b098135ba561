"""A title that gives up the least important of its pieces first, where there is no room for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from nalyqor_tui.phrase import Phrase, Words, join
from nalyqor_tui.present.text import middle, show
from nalyqor_tui.tui.widgets.wrap import WIDEST

_LEAST: Final = 10  # characters that are left of a name


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a title: what it says, and `shorter` what it says in less room, the last with the least.

    The higher `whole`, the sooner it gets room to be said in full. One with `spare` is left out where there is no room
    for it, the lowest first. Where a piece `names` something, that is cut in its middle.
    """

    says: Phrase
    whole: int
    shorter: tuple[Phrase, ...] = ()
    names: bool = False
    spare: int | None = None

    def shortest(self) -> Phrase:
        """Return what it says with the least room."""
        return self.cut((self.says, *self.shorter)[-1], _LEAST)

    def cut(self, form: Phrase, width: int) -> Phrase:
        """Return what it says with each name cut to so many characters."""
        if not self.names:
            return form
        return tuple(part if isinstance(part, Words) else middle(part, width) for part in form)

    def longest(self, room: int) -> int:
        """Return the characters of the longest name in it, but no more than there are cells."""
        return min(room, max((len(part) for part in self.says if not isinstance(part, Words)), default=0))


class _Row:
    """The forms that pieces have at present, in two rows that share so many cells."""

    def __init__(self, left: Sequence[Piece], right: Sequence[Piece], room: int) -> None:
        self.pieces = [*left, *right]
        self.room = room
        self.forms = [() if piece.spare is not None else piece.shortest() for piece in self.pieces]
        self._left = len(left)

    def written(self) -> tuple[Phrase, Phrase]:
        """Put the forms in a row."""
        both = self.forms[: self._left], self.forms[self._left :]
        first, second = (join(" · ", [form for form in some if form]) for some in both)
        return first, second

    def take(self, at: int, form: Phrase) -> int:
        """Give a piece another form if there is room for it; return the cells that are left then, below 0 without."""
        before, self.forms[at] = self.forms[at], form
        left = self.room - sum(cell_len(show(one, WIDEST * self.room + 1)) for one in self.written())
        if left < 0:
            self.forms[at] = before
        return left

    def widen(self, at: int) -> None:
        """Say a piece in full, else in its fullest form that there is room for, else with more of its name."""
        piece = self.pieces[at]
        if any(self.take(at, form) >= 0 for form in (piece.says, *piece.shorter)) or not piece.names:
            return
        last, left = (piece.says, *piece.shorter)[-1], self.take(at, self.forms[at])
        width = min(_LEAST + max(0, left), piece.longest(self.room))
        while width > _LEAST and (over := -self.take(at, piece.cut(last, width))) > 0:
            width -= over


def fit(left: Sequence[Piece], right: Sequence[Piece], room: int) -> tuple[Phrase, Phrase]:
    """Write two rows of pieces into so many cells, if that can be."""
    row = _Row(left, right, room)
    spare = [(piece.spare, at) for at, piece in enumerate(row.pieces) if piece.spare is not None]
    for _, at in sorted(spare, reverse=True):
        row.take(at, row.pieces[at].shortest())
    for at in sorted(range(len(row.pieces)), key=lambda at: -row.pieces[at].whole):
        if row.forms[at]:
            row.widen(at)
    return row.written()
