"""A pane of rows: each with its truth in a gutter that the program draws, wrapped, foldable, selectable.

Only what is in view is turned into strips. Text reaches the screen as segments of its visible form; nothing
here reads markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.style import Style
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from nalyqor_tui.present.rows import Line, Pair, Row
from nalyqor_tui.tui.widgets.blocks import FOLD, Block, Painter
from nalyqor_tui.tui.widgets.selecting import selected


class Rows(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows presented lines; posts `Opened` when the reader wants one of them in full.

    It takes no keys of its own: those of a scroll view would hide the registry's arrows, home and end.
    """

    COMPONENT_CLASSES = {
        "rows--observed", "rows--declared", "rows--derived", "rows--reconstructed", "rows--label", "rows--plain",
        "rows--strong", "rows--dim", "rows--pass", "rows--fail", "rows--unknown", "rows--remark", "rows--heading",
        "rows--cursor", "rows--found",
    }  # fmt: skip
    ALLOW_SELECT = True

    @dataclass
    class Opened(Message):
        """The reader wants this row in full."""

        rows: Rows
        row: Row

    def __init__(self, title: str, *, id: str, fold: int = FOLD) -> None:
        """Show rows under `title`; of a body, `fold` lines are shown before it is unfolded."""
        super().__init__(id=id)
        self._painter = Painter(self._style, fold)
        self.border_title = Content(title)
        self._lines: list[Line] = []
        self._blocks: list[Block] = []
        self._starts: list[int] = []
        self._strips: list[tuple[int, Strip]] = []
        self._folds: dict[int, bool] = {}
        self._drawn_at = 0
        self.cursor = 0

    def show_lines(self, lines: Iterable[Line], *, keep: bool = False, at_entry: int | None = None) -> None:
        """Show other lines; `keep` stays where the reader was, `at_entry` brings the row of a record into view."""
        lines = list(lines)
        if not keep:
            self._folds.clear()
            self.cursor = 0
        self._lines = lines
        self._layout_rows()
        if at_entry is not None:
            self.reveal(at_entry)
            self.call_after_refresh(self.reveal, at_entry)  # once more: only then is the new height known
        elif not keep:
            self.scroll_to(y=0, animate=False)

    def highlight(self, needle: str) -> None:
        """Mark every occurrence of a text; none for the empty one."""
        self._painter.needle = needle.casefold()
        self._layout_rows()

    def reveal(self, entry: int) -> None:
        """Put the cursor on the first row that shows a record, a third down the pane."""
        for index, line in enumerate(self._lines):
            if isinstance(line, Row) and entry in line.origin.entries:
                self.cursor = index
                top = self._starts[index] if index < len(self._starts) else 0
                self.scroll_to(y=max(0, top - self.size.height // 3), animate=False)
                self.refresh()
                return

    @property
    def current(self) -> Row | None:
        """The row under the cursor; of a pair, the policy's."""
        if not 0 <= self.cursor < len(self._lines):
            return None
        line = self._lines[self.cursor]
        return line if isinstance(line, Row) else line.right if isinstance(line, Pair) else None

    @property
    def shown(self) -> list[Row]:
        """All rows of the pane, pairs taken apart."""
        out: list[Row] = []
        for line in self._lines:
            out += (
                [line] if isinstance(line, Row) else [line.left, line.right] if isinstance(line, Pair) else []
            )
        return out

    def move(self, by: int) -> None:
        """Move the cursor by rows; inside a row that is taller than the pane, scroll first."""
        if not self._blocks:
            return
        top = self._starts[self.cursor]
        bottom = top + len(self._blocks[self.cursor].drawn)
        if by > 0 and bottom > self.scroll_offset.y + self.size.height:
            self.scroll_relative(y=min(3, bottom - self.scroll_offset.y - self.size.height), animate=False)
            return
        if by < 0 and top < self.scroll_offset.y:
            self.scroll_relative(y=-min(3, self.scroll_offset.y - top), animate=False)
            return
        self.go(self.cursor + by)

    def page(self, by: float) -> None:
        """Scroll by a share of the pane's height; the cursor follows."""
        self.scroll_relative(y=int(by * self.size.height), animate=False)
        middle = self.scroll_target_y + self.size.height // 2
        self.cursor = max((i for i, start in enumerate(self._starts) if start <= middle), default=0)
        self.refresh()

    def ends(self, last: bool) -> None:
        """Go to the first or the last row."""
        self.go(len(self._blocks) - 1 if last else 0)

    def toggle(self) -> None:
        """Fold or unfold the row under the cursor."""
        if self._blocks and self._blocks[self.cursor].foldable:
            self._folds[self.cursor] = not self._folds.get(self.cursor, True)
            self._layout_rows()

    def open_current(self) -> None:
        """Ask for the row under the cursor in full."""
        if (row := self.current) is not None:
            self.post_message(self.Opened(self, row))

    def render_line(self, y: int) -> Strip:
        """Draw one line of the pane."""
        _, scroll_y = self.scroll_offset
        at = scroll_y + y
        base = self.rich_style
        if at >= len(self._strips):
            return Strip.blank(self.size.width, base)
        block, strip = self._strips[at]
        if self.has_focus and block == self.cursor and isinstance(self._lines[block], Row | Pair):
            strip = strip.apply_style(self._style("cursor"))
        strip = selected(self, strip, at)
        return strip.adjust_cell_length(self.size.width, base).apply_style(base).apply_offsets(0, at)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text of a selection made with the mouse."""
        return selection.extract("\n".join(strip.text.rstrip() for _, strip in self._strips)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Wrap anew for the new width."""
        if self.scrollable_content_region.width != self._drawn_at:
            self._layout_rows()

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse was clicked; a second click opens the row."""
        at = self.scroll_offset.y + event.y - (1 if self.styles.border_top[0] else 0)
        if 0 <= at < len(self._strips):
            self.cursor = self._strips[at][0]
            self.refresh()
            if event.chain == 2:
                self.open_current()

    def on_mount(self) -> None:
        """Draw anew in the colours of another theme, once they are those of the widget."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._layout_rows())

    def go(self, index: int) -> None:
        """Put the cursor on a row, and bring it into view."""
        index = max(0, min(len(self._blocks) - 1, index))
        if index < 0 or not self._blocks:
            return
        self.cursor = index
        height = min(len(self._blocks[index].drawn), max(1, self.size.height))
        self.scroll_to_region(Region(0, self._starts[index], 1, height), animate=False, force=True)
        self.refresh()

    def _layout_rows(self) -> None:
        width = self.scrollable_content_region.width  # the last column is the scrollbar's, there or not
        if width <= 0 or not self.is_attached:
            return
        self._drawn_at = width
        self._blocks = [self._block(i, line, width) for i, line in enumerate(self._lines)]
        self._starts, self._strips = [], []
        for index, block in enumerate(self._blocks):
            self._starts.append(len(self._strips))
            self._strips += [(index, strip) for strip in block.drawn]
        self.cursor = max(0, min(self.cursor, len(self._blocks) - 1))
        self.virtual_size = Size(width, len(self._strips))
        self.refresh()

    def _block(self, index: int, line: Line, width: int) -> Block:
        """Draw a line of the view."""
        return self._painter.block(line, width, folded=self._folds.get(index, True))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}")
