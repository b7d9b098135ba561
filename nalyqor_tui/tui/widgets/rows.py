"""A pane of rows: each with its truth in a gutter that the program draws, wrapped, foldable, selectable.

Only what is in view is turned into strips. Text reaches the screen as segments of its visible form; nothing
here reads markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.present.rows import Heading, Line, Pair, Row, Tone, Truth
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.tui.widgets.selecting import selected
from nalyqor_tui.tui.widgets.wrap import Piece, wrap

GUTTERS = {Truth.OBSERVED: "OBS ", Truth.DECLARED: "DECL", Truth.DERIVED: "DER ", Truth.RECONSTRUCTED: "REC "}
_BLANK = "    "
_LABEL = 11  # cells for a label; longer ones push their value along
_FOLD = 14  # lines of a value or a body that are shown before they are unfolded
_MOST = 5000  # and after
_BAR = 10
_DENSE = 2  # characters that are looked at for each cell that there is room for; most take one cell


@dataclass(slots=True)
class Block:
    """A line of the view as it is drawn."""

    line: Line
    drawn: list[Strip] = field(default_factory=list)
    foldable: bool = False


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

    def __init__(self, title: str, *, id: str, fold: int = _FOLD) -> None:
        """Show rows under `title`; of a body, `fold` lines are shown before it is unfolded."""
        super().__init__(id=id)
        self._fold = fold
        self.border_title = Content(title)
        self._lines: list[Line] = []
        self._blocks: list[Block] = []
        self._starts: list[int] = []
        self._strips: list[tuple[int, Strip]] = []
        self._folds: dict[int, bool] = {}
        self._needle = ""
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
        self._needle = needle.casefold()
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
        if isinstance(line, Heading):
            style = self._style("heading")
            says, _ = self._begins(line.says, style, width - 2, _FOLD)
            return Block(line, [Strip([Segment("─ ", style), *segments]) for segments in says])
        if isinstance(line, Pair):
            return Block(line, self._pair(line, width))
        return self._row(index, line, width)

    def _row(self, index: int, row: Row, width: int) -> Block:
        gutter = self._gutter(row.truth)
        indent = "  " * row.indent
        label = (row.label + " ").ljust(max(2, _LABEL - len(indent)))
        room = max(8, width - 6 - len(indent) - len(label))
        most = self._fold if self._folds.get(index, True) else _MOST
        value, cut = self._value(row, room, most)
        drawn: list[Strip] = []
        for number, segments in enumerate(value):
            head = indent + label if number == 0 else " " * len(indent + label)
            drawn.append(Strip([*gutter, Segment(head, self._style("label")), *segments]))
        lines, more = ([], True) if cut else self._body(row, width - 8 - len(indent), most)
        drawn += [Strip([*gutter, Segment("  " + indent), *segments]) for segments in lines]
        if more:
            says = "  … more: " + (
                "space unfolds, enter opens" if most == self._fold else "o shows it all in the pager"
            )
            drawn.append(Strip([*gutter, Segment(indent + says, self._style("dim"))]))
        foldable = more or max(len(lines), len(value)) > self._fold
        return Block(row, drawn, foldable)

    def _body(self, row: Row, width: int, most: int) -> tuple[list[list[Segment]], bool]:
        """Wrap a body up to `most` lines; say whether there is more."""
        out: list[list[Segment]] = []
        if not row.body:
            return out, False
        style = self._style("strong" if row.tone == "strong" else "plain")
        for text in row.body[: most * width * _DENSE].split("\n"):
            if len(out) > most:
                break
            out += wrap(self._found([(literal(text), style)]), width)
        if len(out) <= most and len(row.body) <= most * width * _DENSE:
            return out, False
        return out[: most - 2], True

    def _begins(self, value: Phrase, style: Style, room: int, most: int) -> tuple[list[list[Segment]], bool]:
        """Wrap a phrase up to `most` lines; say whether there is more."""
        looked = (most + 1) * room * _DENSE
        text = show(value, looked)
        lines = wrap(self._found([(text, style)]), room, most + 1)
        return lines[:most], len(lines) > most or len(text) >= looked

    def _value(self, row: Row, room: int, most: int) -> tuple[list[list[Segment]], bool]:
        style = self._style(row.tone)
        if row.bar is None or room < 3 * _BAR:
            return self._begins(row.value, style, room, most)
        full = round(row.bar * _BAR)
        bar = [
            Segment("█" * full, self._style("label")),
            Segment("░" * (_BAR - full) + " ", self._style("dim")),
        ]
        lines, more = self._begins(row.value, style, room - _BAR - 1, most)
        blank = Segment(" " * (_BAR + 1))
        return [[*bar, *lines[0]], *([blank, *line] for line in lines[1:])], more

    def _pair(self, pair: Pair, width: int) -> list[Strip]:
        """Draw two columns, each under the truth that its values have."""
        half = (width - 3) // 2
        columns = []
        for row in (pair.left, pair.right):
            head = wrap([(f"{row.label} ({row.truth.value})", self._style(row.truth.value))], half)
            columns.append(head + self._short(row.value, row.tone, half, _FOLD))
        height = max(map(len, columns))
        strips = []
        for y in range(height):
            left, right = ([*(column[y] if y < len(column) else [])] for column in columns)
            first = Strip(left).adjust_cell_length(half)
            strips.append(Strip([*first, Segment(" │ ", self._style("dim")), *right]))
        return strips

    def _short(self, value: Phrase, tone: Tone, room: int, most: int) -> list[list[Segment]]:
        """Wrap a value; of one of more than `most` lines the beginning is shown, and the key that shows it all."""
        lines, more = self._begins(value, self._style(tone), room, most)
        hint = wrap([("… enter shows it all", self._style("dim"))], room)
        return [*lines[: most - 1], *hint] if more else lines

    def _gutter(self, truth: Truth | None) -> list[Segment]:
        if truth is None:
            return [Segment(_BLANK + "  ")]
        return [Segment(GUTTERS[truth], self._style(truth.value)), Segment("│ ", self._style("dim"))]

    def _found(self, pieces: list[Piece]) -> list[Piece]:
        if not self._needle:
            return pieces
        mark = self._style("found")
        out: list[Piece] = []
        for text, style in pieces:
            low, start = text.casefold(), 0
            while len(low) == len(text) and (at := low.find(self._needle, start)) >= 0:
                out += [(text[start:at], style), (text[at : at + len(self._needle)], mark)]
                start = at + len(self._needle)
            out.append((text[start:], style))
        return [piece for piece in out if piece[0]]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}")
