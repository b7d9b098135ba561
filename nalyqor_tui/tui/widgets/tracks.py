"""The tracks on the screen: lanes over one turn axis, walked with a cursor that has a column and a lane."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nalyqor_tui.present import axis
from nalyqor_tui.present.marks import Column, Lane, Mark, Tracks
from nalyqor_tui.present.text import show
from nalyqor_tui.tui.widgets.blocks import GUTTERS
from nalyqor_tui.tui.widgets.wrap import wrap

_GUTTER = 6  # cells: the truth in four letters, and a bar
_LABELS = (18, 40)  # cells that a label gets at least, and at most where the columns leave room
_NOTE = 20  # lines of a note that are shown
_AXIS = 2  # lines: the turns, and the place of the cursor
_GROUPS = {"policy": 0, "believed": 0, "consent": 0, "rule": 1, "margin": 2}


class TrackGrid(Widget, can_focus=True):
    """Draws the lanes that are in view; posts `Moved` for each step of the cursor, `Chosen` on a double click."""

    COMPONENT_CLASSES = {
        "trackgrid--observed", "trackgrid--derived", "trackgrid--label", "trackgrid--here",
        "trackgrid--band", "trackgrid--plain", "trackgrid--strong", "trackgrid--dim", "trackgrid--pass",
        "trackgrid--fail", "trackgrid--unknown", "trackgrid--remark",
    }  # fmt: skip

    @dataclass
    class Moved(Message):
        """The cursor rests on another mark."""

        def can_replace(self, message: Message) -> bool:
            """Only the last of several moves counts."""
            return isinstance(message, TrackGrid.Moved)

    class Chosen(Message):
        """The reader wants the decision of the column."""

    def __init__(self, tracks: Tracks, at: int, *, id: str) -> None:
        """Show `tracks`, the cursor on the column `at`."""
        super().__init__(id=id)
        self.tracks = tracks
        self.at = at
        self.row = 0
        self._top = 0
        self._body: list[int | Strip] = []  # each line below the axis: a lane by its ordinal, or a text
        self._longest = axis.longest(tracks.lanes)
        self._bands = _alternate(tracks.columns)

    @property
    def column(self) -> Column | None:
        """The column under the cursor."""
        return self.tracks.columns[self.at] if self.tracks.columns else None

    @property
    def lane(self) -> Lane | None:
        """The lane under the cursor."""
        return self.tracks.lanes[self.row] if self.tracks.lanes else None

    def go(self, at: int, row: int) -> None:
        """Put the cursor on a column and a lane, as near as there is one."""
        self.at = max(0, min(len(self.tracks.columns) - 1, at))
        self.row = max(0, min(len(self.tracks.lanes) - 1, row))
        self._into_view()
        self.refresh()
        self.post_message(self.Moved())

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that all lanes and notes take."""
        return _AXIS + len(self._lines(width))

    def on_resize(self, event: Resize) -> None:
        """Lay the lines out anew for the new width."""
        self._body = self._lines(event.size.width)
        self._into_view()
        self.refresh()

    def _lines(self, width: int) -> list[int | Strip]:
        """Return the lines below the axis: the lanes by kind, then what is said of those that there are not."""
        out: list[int | Strip] = []
        kinds = [_GROUPS[lane.kind] for lane in self.tracks.lanes]
        for index, kind in enumerate(kinds):
            if index and kind != kinds[index - 1]:
                out.append(Strip([]))
            out.append(index)
        if out and self.tracks.notes:
            out.append(Strip([]))
        dim = self._style("dim")
        for note in self.tracks.notes:
            for number, line in enumerate(wrap([(show(note, _NOTE * width), dim)], width - 2, _NOTE)):
                out.append(Strip([Segment("  " if number else "─ ", dim), *line]))
        return out

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse was clicked; a second click goes to the decision."""
        labels, width, shown = self._layout()
        line = self._top + event.y - _AXIS
        under = self._body[line] if event.y >= _AXIS and line < len(self._body) else None
        column = shown.start + (event.x - _GUTTER - labels - 1) // width
        row = under if isinstance(under, int) else self.row
        self.go(column if column in shown else self.at, row)
        if event.chain == 2 and column in shown:
            self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        base = self.rich_style  # worked out anew each time it is asked for
        width = self.size.width
        if y < _AXIS:
            segments = self._turns() if y == 0 else self._caret()
        else:
            line = self._top + y - _AXIS
            under = self._body[line] if line < len(self._body) else Strip([])
            segments = self._lane(under) if isinstance(under, int) else list(under)
        return Strip(segments).adjust_cell_length(width, base).apply_style(base)

    def _layout(self) -> tuple[int, int, range]:
        """Return the cells of a label and of a column, and the columns that are in view."""
        count = max(1, len(self.tracks.columns))
        least, most = _LABELS
        inner = self.size.width - _GUTTER - 1
        labels = max(least, min(self._longest, most, inner - 2 * count))
        room = max(1, inner - labels)
        width = axis.fit(count, room)
        return labels, width, axis.around(self.at, len(self.tracks.columns), room, width)

    def _turns(self) -> list[Segment]:
        if not self.tracks.lanes:
            return []
        labels, width, shown = self._layout()
        style = self._style("label")
        head = f"{'turn':>{_GUTTER + labels}} "
        return [Segment(head + axis.numbers(self.tracks.columns[shown.start : shown.stop], width), style)]

    def _caret(self) -> list[Segment]:
        """Point at the column of the cursor, with its number on the side where there is room."""
        if not self.tracks.lanes or self.column is None:
            return []
        labels, width, shown = self._layout()
        before = _GUTTER + labels + 1 + (self.at - shown.start) * width
        name = self.column.number
        fits = before + 2 + len(name) < self.size.width
        text = " " * before + f"▾ {name}" if fits else f"{name} ▾".rjust(before + 1)
        return [Segment(text, self._style("here"))]

    def _lane(self, index: int) -> list[Segment]:
        lane = self.tracks.lanes[index]
        labels, width, shown = self._layout()
        here = index == self.row
        gutter = self._style("observed" if lane.truth == "observed" else "derived")
        label = self._style("here" if here else "label")
        out = [
            Segment(GUTTERS[lane.truth], gutter),
            Segment("│▸" if here else "│ ", self._style("dim")),
            Segment(axis.label(lane, labels) + " ", label),
        ]
        for at in shown:
            out += self._cell(lane.marks[at], width, banded=self._bands[at], here=here and at == self.at)
        return out

    def _cell(self, mark: Mark, width: int, *, banded: bool, here: bool) -> list[Segment]:
        style = self._style(mark.sign.tone)
        if banded:
            style += Style(bgcolor=self._style("band").bgcolor)
        text = axis.cell(mark, width)
        if not here:
            return [Segment(text, style)]
        return [Segment(text[0], style + Style(reverse=True)), Segment(text[1:], style)]

    def _into_view(self) -> None:
        """Scroll so that the lane of the cursor is in view; from the last one, all that follows it, too."""
        height = max(1, self.size.height - _AXIS)
        most = max(0, len(self._body) - height)
        line = self._body.index(self.row) if self.row in self._body else 0
        rest = most if self.row == len(self.tracks.lanes) - 1 else 0
        self._top = min(max(min(self._top, line), line - height + 1, min(rest, line)), most)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"trackgrid--{name}")


def _alternate(columns: tuple[Column, ...]) -> list[bool]:
    """Say of each column whether its turn is one of every second that stand out."""
    out: list[bool] = []
    for before, column in zip((None, *columns), columns, strict=False):
        same = before is None or before.turn == column.turn
        out.append((out[-1] if out else True) is same)
    return out
