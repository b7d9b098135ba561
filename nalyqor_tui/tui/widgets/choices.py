"""Choices that can be told without colour: one of a few words, or some of many rows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.binding import Binding
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class OneOf(Widget, can_focus=True):
    """One of a few words in a line; the chosen one stands in brackets."""

    BINDINGS = [
        Binding("right,down,space,enter", "turn(1)", "next", show=False),
        Binding("left,up", "turn(-1)", "previous", show=False),
    ]

    def __init__(self, words: Sequence[str], chosen: str, *, id: str) -> None:
        super().__init__(id=id)
        self._words = list(words)
        self._at = self._words.index(chosen)

    @property
    def chosen(self) -> str:
        """The chosen word."""
        return self._words[self._at]

    def action_turn(self, by: int) -> None:
        """Choose the next or the previous word."""
        self._at = (self._at + by) % len(self._words)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the words."""
        parts = [f"[{w}]" if n == self._at else f" {w} " for n, w in enumerate(self._words)]
        hint = "  (← → to change)" if self.has_focus else ""
        text = " ".join(parts) + hint
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(self.size.width, self.rich_style)


class SomeOf(OptionList):
    """Some of many rows; a taken one is marked with a cross in brackets."""

    BINDINGS = [Binding("space", "select", "take", show=False)]

    def __init__(self, rows: Sequence[str], taken: Sequence[int], *, id: str) -> None:
        """Offer `rows`, visible forms already."""
        self._rows = list(rows)
        self._taken = set(taken)
        super().__init__(
            *(Option(self._prompt(n), id=str(n)) for n in range(len(rows))), id=id, markup=False, compact=True
        )

    @property
    def taken(self) -> list[int]:
        """The ordinals of the rows that are taken, in order."""
        return sorted(self._taken)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take a row, or put it back."""
        event.stop()
        self._taken ^= {event.option_index}
        self.replace_option_prompt_at_index(event.option_index, self._prompt(event.option_index))

    def _prompt(self, at: int) -> Content:
        return Content(f"{'[x]' if at in self._taken else '[ ]'} {self._rows[at]}")
