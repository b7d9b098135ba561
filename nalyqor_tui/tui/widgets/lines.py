"""The lines of a file in a list: only what is in view is read and drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nalyqor_tui.phrase import own
from nalyqor_tui.present.lines import BEGINNING, LineRow, gone, line_row, size_words
from nalyqor_tui.present.text import show
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.trace.index.heads import NO_TURN, OTHER, WORDS
from nalyqor_tui.trace.index.listing import Listing
from nalyqor_tui.trace.index.near import Spot
from nalyqor_tui.tui.widgets.wrap import cells

_NUMBER: Final = 11  # cells
_KIND: Final = 13
_TURN: Final = 6
_SIZE: Final = 9
_KEPT: Final = 2000  # drawn lines that are kept


def head(width: int) -> str:
    """Write the names of the columns, from the second cell on: a bar leaves the first one empty."""
    says = cells("what it says", max(0, width - _NUMBER - _KIND - _TURN - _SIZE - 4))
    return f"{'line':>{_NUMBER - 1}} {'kind':<{_KIND}} {'turn':>{_TURN}} {says} {'size':>{_SIZE}}"


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """One row a line; its number, or how far it is from the end while the lines before it are not counted."""

    COMPONENT_CLASSES = {"linelist--cursor", "linelist--dim", "linelist--kind", "linelist--bad"}

    @dataclass
    class Moved(Message):
        """The cursor rests on another line."""

        def can_replace(self, message: Message) -> bool:
            """Only the last of several moves counts."""
            return isinstance(message, LineList.Moved)

    class Opened(Message):
        """The reader wants the line under the cursor in full."""

    def __init__(self, file: LineFile, *, id: str) -> None:
        super().__init__(id=id)
        self.file = file
        self.listing = Listing(file)
        self.cursor = 0
        self._kept: dict[tuple[int, str], Strip] = {}  # by the offset and the number that is shown

    @property
    def spot(self) -> Spot | None:
        """Where the line under the cursor lies."""
        return self.listing.spot(self.cursor) if self.cursor < len(self.listing) else None

    @property
    def number(self) -> int | None:
        """The number of the line under the cursor, from 0; None where it is not known."""
        return self.listing.number(self.cursor) if self.cursor < len(self.listing) else None

    @property
    def on_last(self) -> bool:
        """Whether the cursor is on the last line that is listed."""
        return self.cursor >= len(self.listing) - 1

    def go(self, row: int) -> None:
        """Put the cursor on a row."""
        left, top = self.cursor, self.scroll_offset.y
        self.cursor = max(0, min(len(self.listing) - 1, row))
        self._more()
        self._into_view()
        if self.scroll_offset.y == top:  # two lines changed, and to draw all would take longer
            self.refresh_line(left)
            self.refresh_line(self.cursor)
        else:
            self.refresh()
        self.post_message(self.Moved())

    def ends(self, last: bool) -> None:
        """Go to the first or the last line of the file, whether all lines are known or not."""
        row = self.listing.end() if last else self.listing.start()
        self._listed()
        self.go(row)

    def go_to(self, offset: int) -> None:
        """Go to the line that holds a byte."""
        self._far(self.listing.to(offset))

    def go_number(self, number: int) -> None:
        """Go to a line whose number, from 0, is known."""
        self.listing.start()
        self._far(number)

    def _far(self, row: int) -> None:
        """Go to a row, with those before it in view, too."""
        self._listed()
        self.go(row)
        if self.scroll_offset.y <= row < self.scroll_offset.y + self.size.height:
            return
        self.scroll_to(y=max(0, self.cursor - self.size.height // 3), animate=False, force=True)

    def take_in(self) -> None:
        """List what was found meanwhile; what is in view stays in view."""
        row, count = self.listing.settle(self.cursor), self.virtual_size.height
        if row is not None:
            self._shift(row - self.cursor)
            self.refresh()
        elif len(self.listing) != count:
            self._listed()
            self.refresh()

    def anew(self) -> None:
        """List the lines of another file, or of one that was written anew."""
        self._kept.clear()
        self.listing.start()
        self.cursor = 0
        self._listed()
        self.go(0)

    def forget(self, offset: int) -> None:
        """Draw the line at an offset anew: more of it was written."""
        for key in [key for key in self._kept if key[0] == offset]:
            del self._kept[key]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        row = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if row >= len(self.listing):
            return Strip.blank(width, self.rich_style)
        strip = self._strip(row, width)
        return strip.apply_style(self._style("cursor")) if row == self.cursor else strip

    def on_mount(self) -> None:
        """List what is known already; draw anew in the colours of another theme."""
        self._listed()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._forget_all())

    def on_resize(self, event: Resize) -> None:
        """Draw anew in another width; keep the cursor in view."""
        self._forget_all()
        self._into_view()

    def on_click(self, event: Click) -> None:
        """Go where the mouse was clicked; a second click opens the line."""
        self.go(self.scroll_offset.y + event.y)
        if event.chain == 2:
            self.post_message(self.Opened())

    def _more(self) -> None:
        """Find the lines around those that are listed, before the cursor comes to an end of them."""
        above = self.listing.extend(self.cursor, 2 * max(1, self.size.height))
        if above:
            self._shift(above)
        else:
            self._listed()

    def _shift(self, by: int) -> None:
        """Take into account that rows came or went above: what is in view stays where it is."""
        top = self.scroll_offset.y + by
        self.cursor += by
        self._listed()
        self.scroll_to(y=max(0, top), animate=False, force=True)

    def _listed(self) -> None:
        count = len(self.listing)
        if count != self.virtual_size.height:
            self.virtual_size = Size(self.size.width, count)
        self.cursor = max(0, min(count - 1, self.cursor))

    def _into_view(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def _forget_all(self) -> None:
        self._kept.clear()
        self.refresh()

    def _strip(self, row: int, width: int) -> Strip:
        """Draw a line in the width of the list, once."""
        spot, number = self.listing.spot(row), f"{self._number(row):>{_NUMBER}} "
        kept = self._kept.get((spot.offset, number))
        if kept is None:
            if len(self._kept) > _KEPT:
                self._kept.clear()
            told = self._draw(row, spot, width - len(number))
            strip, style = Strip([Segment(number, self._style("dim")), *told]), self.rich_style
            kept = strip.adjust_cell_length(width, style).apply_style(style)
            self._kept[spot.offset, number] = kept
        return kept

    def _number(self, row: int) -> str:
        number = self.listing.number(row)
        if number is not None:
            return f"{number + 1:,}"
        left = self.listing.from_end(row)
        return "?" if left is None else f"−{left:,}" if left else "the last"

    def _draw(self, row: int, spot: Spot, width: int) -> list[Segment]:
        told = self._read(row, spot)
        size = f"{size_words(spot.length):>{_SIZE}}"
        room = width - _KIND - _TURN - _SIZE - 3
        return [
            Segment(cells(show(told.kind), _KIND) + " ", self._style("bad" if told.bad else "kind")),
            Segment(f"{'' if told.turn is None else told.turn:>{_TURN}} ", self._style("dim")),
            Segment(cells(show(told.says), max(0, room)), self.rich_style),
            Segment(f" {size}", self._style("dim")),
        ]

    def _read(self, row: int, spot: Spot) -> LineRow:
        """Read what a line says; of a record of ours, kind and turn are known already."""
        lines, most = self.file.lines, min(spot.length, BEGINNING)
        data = self.file.read(spot.offset, most)
        if len(data) < most:
            return gone()
        told = line_row(data, spot.length)
        if told.bad and spot.offset + spot.length >= lines.size:
            return replace(told, kind=own("incomplete"))  # its writer may not be done with it
        number = self.listing.number(row)
        if number is None or number >= len(lines) or not 0 < lines.codes[number] < OTHER:
            return told
        turn = lines.turns[number]
        return replace(told, kind=own(WORDS[lines.codes[number]]), turn=None if turn == NO_TURN else turn)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"linelist--{name}")
