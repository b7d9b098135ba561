"""The one-line widgets: where we are, which panes there are, where the margins stand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present.text import show
from nalyqor_tui.tui.widgets.titles import Piece, fit
from nalyqor_tui.tui.widgets.wrap import fitted

if TYPE_CHECKING:
    from nalyqor_tui.present.steps import Step, Steps

_SEEN = 500  # decisions that are looked at for whether any has a margin
_LEVELS = {"tie": "▁", "narrow": "▃", "unresolved": "?", "clear": "▇", "against": "▼"}


class Bar(Widget):
    """One line of text: the left part is cut before the right one."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._left: Phrase = ()
        self._right: Phrase = ()
        self._pieces: tuple[Sequence[Piece], Sequence[Piece]] | None = None

    def show_text(self, left: Phrase, right: Phrase = ()) -> None:
        """Show other text."""
        if (self._left, self._right) != (left, right):
            self._left, self._right = left, right
            self.refresh()

    def show_title(self, left: Sequence[Piece], right: Sequence[Piece]) -> None:
        """Show a title: where there is no room for all of it, what matters most."""
        if self._pieces != (left, right):
            self._pieces = (left, right)
            self.refresh()

    def show_warnings(self, warnings: Sequence[Phrase]) -> None:
        """Show the first of these, and the key that shows them all; nothing where there are none."""
        self.display = bool(warnings)
        more = phrase("{n} more, ", n=len(warnings) - 1) if len(warnings) > 1 else ()
        self.show_text(
            phrase("! {what}", what=warnings[0]) if warnings else (), phrase("{m}I: details", m=more)
        )

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        if self._pieces is not None:
            self._left, self._right = fit(*self._pieces, max(0, width - 3))
        right = show(self._right, width + 1)
        after = f" {right} " if right else " "
        room = max(0, width - cell_len(after) - 1)
        return Strip([Segment(" " + fitted(self._left, room) + after, self.rich_style)]).crop(0, width)


class PaneTabs(Widget):
    """Names the panes with the keys that show them; the one in view stands out by brackets, too."""

    COMPONENT_CLASSES = {"panetabs--active"}

    @dataclass
    class Chosen(Message):
        """The reader wants this pane: the ordinal of its title."""

        number: int

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._titles: Sequence[str] = ()
        self._active = ""

    def show_tabs(self, titles: Sequence[str], active: str) -> None:
        """Show these titles, one of them active."""
        self._titles, self._active = titles, active
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Ask for the pane whose name was clicked."""
        start = 0
        for number, title in enumerate(self._titles):
            start += len(title) + 2
            if event.x < start:
                self.post_message(self.Chosen(number))
                return

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        style = self.get_component_rich_style("panetabs--active")
        parts = []
        for title in self._titles:
            active = title == self._active
            parts.append(
                Segment(f"[{title}]" if active else f" {title} ", style if active else self.rich_style)
            )
        return Strip(parts).adjust_cell_length(self.size.width, self.rich_style)


class MarginStrip(Widget):
    """One mark for each decision along the turns: how close it was, and where none was recorded."""

    COMPONENT_CLASSES = {"marginstrip--here", "marginstrip--tie", "marginstrip--none"}

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._steps: Steps | None = None
        self._here = -1

    def show_steps(self, steps: Steps, here: int | None) -> None:
        """Show the margins of these steps; `here` is the ordinal of the decision in view."""
        if steps is not self._steps:
            self._steps = steps
            self.display = any(s.margin_band for s in steps[:: max(1, len(steps) // _SEEN)])
        self._here = -1 if here is None else here
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line; where there are more decisions than cells, those around the one in view."""
        title = " margins "
        legend = "  ▁ tie ▃ narrow ▇ clear ? unresolved · not recorded"
        width = self.size.width
        room = width - len(title) - (len(legend) if width >= 100 else 0)
        parts = [Segment(title, self.rich_style)]
        for step in self._around(room):
            mark = _LEVELS.get(step.margin_band or "", "·" if step.margin == "not recorded" else "?")
            parts.append(Segment(mark, self._mark(step)))
        if width >= 100:
            parts.append(Segment(legend, self.get_component_rich_style("marginstrip--none")))
        return Strip(parts).adjust_cell_length(width, self.rich_style)

    def _around(self, room: int) -> Iterator[Step]:
        """Yield the decisions that there is room for."""
        if self._steps is None:
            return
        made = self._steps.made
        row = self._steps.row_of(self._here) if self._here >= 0 else None
        at = 0 if row is None else bisect_left(made, row)
        first = max(0, min(at - room // 2, len(made) - room))
        yield from (self._steps[row] for row in made[first : first + room])

    def _mark(self, step: Step) -> Style:
        if step.decision == self._here:
            return self.get_component_rich_style("marginstrip--here")
        tie = step.margin_band in ("tie", "against")
        return self.get_component_rich_style("marginstrip--tie" if tie else "marginstrip--none")


class KeyBar(Widget):
    """The keys that matter most, at the foot of the screen; a click on one does what the key does.

    Textual's footer is made anew with every change of focus, which costs more than drawing the whole screen.
    """

    COMPONENT_CLASSES = {"keybar--key"}

    @dataclass
    class Pressed(Message):
        """The reader clicked on a key: the action that it runs."""

        run: str

    def __init__(self, keys: Sequence[tuple[str, str, str]], *, id: str) -> None:
        """Show `keys`: how each is written, what it does in a word, and the action that it runs."""
        super().__init__(id=id)
        self._keys = keys

    @property
    def shown(self) -> list[tuple[str, str, str]]:
        """The keys that there is room for; the last two, which are help and quit, always have some."""
        keys = list(self._keys)
        while len(keys) > 2 and sum(len(key) + len(name) + 2 for key, name, _ in keys) - 1 > self.size.width:
            del keys[-3]
        return keys

    def on_click(self, event: Click) -> None:
        """Ask for the action of the key that was clicked."""
        start = 0
        for key, name, run in self.shown:
            start += len(key) + len(name) + 2
            if event.x < start:
                self.post_message(self.Pressed(run))
                return

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        style = self.get_component_rich_style("keybar--key")
        parts = []
        for key, name, _ in self.shown:
            parts += [Segment(key, style), Segment(f" {name} ", self.rich_style)]
        return Strip(parts).adjust_cell_length(self.size.width, self.rich_style)
