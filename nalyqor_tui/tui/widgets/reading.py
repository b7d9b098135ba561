"""A text of any length to be read: what is in view is wrapped, and some way on; the rest when it is come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from nalyqor_tui.tui.widgets.selecting import selected
from nalyqor_tui.tui.widgets.wrap import breaks

AHEAD = 500  # lines below the view that are wrapped already


class Reading(ScrollView, can_focus=True):
    """Shows lines of text, wrapped; it grows at its end while it is scrolled."""

    ALLOW_SELECT = True

    def __init__(self, text: Sequence[str], parts: Callable[[str], Iterable[str]], *, id: str) -> None:
        """Show the lines of `text`; `parts` gives the visible form of one of them, in parts."""
        super().__init__(id=id)
        self._text = text
        self._parts = parts
        self._width = 0
        self._drawn: list[str] = []
        self._rest: Iterator[str] = iter(())

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that there are, as far as they are wrapped."""
        self._wrap(max(1, width - self.scrollbar_size_vertical))
        return len(self._drawn)

    def on_resize(self, event: Resize) -> None:
        """Wrap anew for the new width."""
        self._wrap(self.scrollable_content_region.width)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Wrap what comes next."""
        super().watch_scroll_y(old_value, new_value)
        self._grow()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        at = self.scroll_offset.y + y
        text = self._drawn[at] if at < len(self._drawn) else ""
        strip = selected(self, Strip([Segment(text)]), at)
        return strip.adjust_cell_length(self.size.width).apply_style(self.rich_style).apply_offsets(0, at)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text of a selection made with the mouse."""
        return selection.extract("\n".join(self._drawn)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def _wrap(self, width: int) -> None:
        if width > 0 and width != self._width:
            self._width, self._drawn, self._rest = width, [], self._flow(width)
        self._grow()

    def _grow(self) -> None:
        wanted = self.scroll_offset.y + self.size.height + AHEAD
        while len(self._drawn) < wanted and (line := next(self._rest, None)) is not None:
            self._drawn.append(line)
        self.virtual_size = Size(self._width, len(self._drawn))

    def _flow(self, width: int) -> Iterator[str]:
        """Yield the lines as they are drawn, one by one."""
        for line in self._text:
            held = ""
            for part in self._parts(line):
                held += part
                *done, (last, _) = breaks(held, width)
                yield from (held[begin:end] for begin, end in done)
                held = held[last:]  # the next part may go on where this line stops
            begin, end = next(breaks(held, width))
            yield held[begin:end]
