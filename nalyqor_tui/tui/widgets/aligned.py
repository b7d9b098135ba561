"""Two runs side by side: a row for each pair of decisions, the markers between them, drawn only where in view."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nalyqor_tui.derive.inputs import SIDES, Side
from nalyqor_tui.present.steps import Step
from nalyqor_tui.present.versus import LIKENESS, Versus
from nalyqor_tui.present.words import GLYPHS
from nalyqor_tui.tui.widgets.wrap import cells, fitted

_WIDE = 46  # cells of a half from which grades are written out
_MIDDLE = 21  # cells between the halves where there is room for a word
_NARROW = 5


class Aligned(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows the alignment; the cursor rests on a row, and on one of its sides."""

    COMPONENT_CLASSES = {
        "aligned--plain", "aligned--cursor", "aligned--marker", "aligned--differs", "aligned--dim", "aligned--bad",
        "aligned--flawed", "aligned--unproven", "aligned--sound",
    }  # fmt: skip

    @dataclass
    class Moved(Message):
        """The cursor rests on another row or side."""

    class Chosen(Message):
        """The reader wants to open the decision under the cursor."""

    def __init__(self, versus: Versus, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = Content("1 Decisions, aligned")
        self._versus = versus
        self._lines: list[str | int] = []
        for number in range(len(versus.found.rows) + 1):
            self._lines += versus.marks(number)
            if number < len(versus.found.rows):
                self._lines.append(number)
        self.row = versus.start
        self.side: Side = "a"

    def on_mount(self) -> None:
        """Size the list, and show where it opens."""
        self.virtual_size = Size(40, len(self._lines))
        self.call_after_refresh(self.go, self.row)

    def go(self, row: int, side: Side | None = None) -> None:
        """Put the cursor on a row; the markers above it come into view with it."""
        rows = len(self._versus.found.rows)
        if not rows:
            return
        self.row = max(0, min(rows - 1, row))
        self.side = side or self.side
        at = self._lines.index(self.row)
        top = at
        while top and isinstance(self._lines[top - 1], str):
            top -= 1
        self.scroll_to_region(Region(0, top, 1, at - top + 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.go(self.row)

    def on_click(self, event: Click) -> None:
        """Choose a row and a side with the mouse; a second click opens."""
        at = self.scroll_offset.y + event.y - 1
        if 0 <= at < len(self._lines) and isinstance(self._lines[at], int):
            self.go(int(self._lines[at]), "a" if event.x < self.size.width // 2 else "b")
            if event.chain == 2:
                self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        """Draw a row or a marker."""
        base = self.rich_style  # worked out anew each time it is asked for
        at = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if at >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[at]
        if isinstance(line, str):
            text = f"── {line} ".ljust(width, "─")
            segments = [Segment(cells(text, width), self._style("marker"))]
        else:
            segments = self._row(line, width)
        return Strip(segments).adjust_cell_length(width, base).apply_style(base)

    def show_versus(self, versus: Versus) -> None:
        """Show the same runs judged anew; the cursor stays."""
        self._versus = versus
        self.refresh()

    @property
    def held(self) -> Side:
        """The side that the cursor rests on: the chosen one, or the only one that has a decision in this row."""
        row = self._versus.found.rows[self.row]
        return "b" if row.a is None else "a" if row.b is None else self.side

    def halves(self, width: int) -> tuple[int, int, int]:
        """Return the cells of the left half, of what stands between the halves, and of the right one."""
        middle = _MIDDLE if width >= 2 * _WIDE + _MIDDLE else _NARROW
        left = (width - middle) // 2
        return left, middle, width - middle - left

    def _row(self, number: int, width: int) -> list[Segment]:
        row = self._versus.found.rows[number]
        left, middle, right = self.halves(width)
        glyph, word = LIKENESS[row.likeness]
        between = f"  {glyph} {word}" if middle == _MIDDLE else f"  {glyph}"
        differs = row.likeness not in ("same", "words")
        sides = []
        for side, room in zip(SIDES, (left, right), strict=True):
            decision = self._versus.at(row, side)
            step = None if decision is None else self._versus.steps[side][decision.index]
            half = Strip(self._half(side, step, room)).adjust_cell_length(room)
            here = number == self.row and side == self.held
            mark = Segment("▸" if here else " ", self._style("plain"))
            sides.append([mark, *(half.apply_style(self._style("cursor")) if here else half)])
        style = self._style("differs" if differs else "dim")
        return [*sides[0], Segment(cells(between, middle - 2), style), *sides[1]]

    def _half(self, side: Side, step: Step | None, room: int) -> list[Segment]:
        if step is None:
            return [Segment(cells("", room), self._style("dim"))]
        word = step.grade.word if step.grade is not None else "not judged"
        judged = self._versus.side(side).policy is not None
        graded = (
            f"{GLYPHS[word]} {word:<10} "
            if judged and room >= _WIDE
            else f"{GLYPHS[word]} "
            if judged
            else ""
        )
        number = f"{step.number:>5} "
        return [
            Segment(number, self._style("plain")),
            Segment(graded, self._style("dim" if word == "not judged" else word)),
            Segment(fitted(step.what, room - len(number) - len(graded)), self._style("plain")),
        ]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"aligned--{name}")
