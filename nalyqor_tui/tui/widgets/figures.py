"""A table of figures with a cursor: columns as wide as there is room, whatever the cells hold."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.present.text import show
from nalyqor_tui.tui.widgets.wrap import cells

_LEAST = 6  # cells that a column keeps
_GAP = 2
_MOST = 2000  # characters of a cell that are looked at; no screen is so wide


class Figures(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of cells under a head; the head stays where it is."""

    COMPONENT_CLASSES = {"figures--cursor", "figures--head", "figures--dim"}

    class Chosen(Message):
        """The reader wants what is behind the row under the cursor."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._head: tuple[str, ...] = ()
        self._rows: list[tuple[str, ...]] = []
        self._widths: list[int] = []
        self.cursor = 0

    def show_rows(self, head: Sequence[str], rows: Sequence[Sequence[Phrase]], cursor: int = 0) -> None:
        """Show another table."""
        self._head = tuple(head)
        self._rows = [tuple(show(cell, _MOST) for cell in row) for row in rows]
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)
        self._fit()
        self.go(cursor)

    def go(self, to: int) -> None:
        """Put the cursor on a row."""
        self.cursor = max(0, min(len(self._rows) - 1, to))
        # The head takes the first line of the view, so a row must not come to lie under it.
        self.scroll_to_region(Region(0, self.cursor, 1, 2), animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._fit()

    def on_click(self, event: Click) -> None:
        """Choose with the mouse; a second click opens."""
        if event.y:
            self.go(self.scroll_offset.y + event.y - 1)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        """Draw the head or a row."""
        base = self.rich_style  # worked out anew each time it is asked for
        width = self.scrollable_content_region.width
        at = self.scroll_offset.y + y - 1
        if y == 0:
            return self._strip(self._head, width, self._style("head"))
        if at >= len(self._rows):
            return Strip.blank(width, base)
        strip = self._strip(self._rows[at], width, base)
        return strip.apply_style(self._style("cursor")) if at == self.cursor else strip

    def _strip(self, row: Sequence[str], width: int, style: Style) -> Strip:
        parts = [cells(cell, w) for cell, w in zip(row, self._widths, strict=True)]
        text = " " + (" " * _GAP).join(parts)
        return (
            Strip([Segment(text, style)])
            .adjust_cell_length(width, self.rich_style)
            .apply_style(self.rich_style)
        )

    def _fit(self) -> None:
        """Give each column what it needs; where that is too much, the widest gives way first."""
        table = [self._head, *self._rows]
        self._widths = [max((cell_len(row[n]) for row in table), default=0) for n in range(len(self._head))]
        room = max(1, self.size.width - 2 - _GAP * max(0, len(self._widths) - 1))
        while sum(self._widths) > room and max(self._widths) > _LEAST:
            widest = self._widths.index(max(self._widths))
            second = max((w for n, w in enumerate(self._widths) if n != widest), default=_LEAST)
            spare = sum(self._widths) - room
            self._widths[widest] -= max(1, min(spare, self._widths[widest] - max(second, _LEAST)))
        self.refresh()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"figures--{name}")
