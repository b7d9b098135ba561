"""A pane of twins: under one truth and one label what is said of the first run beside what is said of the second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from nalyqor_tui.phrase import own
from nalyqor_tui.present.rows import Heading, Line, Row
from nalyqor_tui.present.twins import Part, Twin
from nalyqor_tui.tui.widgets.blocks import Block
from nalyqor_tui.tui.widgets.rows import Rows
from nalyqor_tui.tui.widgets.wrap import wrap

_LABEL = 13  # cells for a label, which is wrapped into them
_MOST = 9  # lines of a value that are shown


class TwinRows(Rows):
    """Shows parts; posts `TwinOpened` when the reader wants both sides of a twin in full."""

    @dataclass
    class TwinOpened(Message):
        """The reader wants this twin in full."""

        twin: Twin

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(title, id=id)
        self._twins: list[Twin | None] = []

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show other parts, from the top."""
        lines: list[Line] = []
        self._twins = []
        for part in parts:
            lines.append(Heading(own(f"{part.title}: {part.about}" if part.about else part.title)))
            self._twins.append(None)
            for twin in part.twins:
                row = twin.a or twin.b
                assert row is not None
                lines.append(row)
                self._twins.append(twin)
        self.show_lines(lines)

    @property
    def twin(self) -> Twin | None:
        """The twin under the cursor."""
        return self._twins[self.cursor] if 0 <= self.cursor < len(self._twins) else None

    def open_current(self) -> None:
        """Ask for the twin under the cursor in full."""
        if (twin := self.twin) is not None:
            self.post_message(self.TwinOpened(twin))

    def _block(self, index: int, line: Line, width: int) -> Block:
        """Draw a heading, or a twin in the place of the row that stands for it."""
        twin = self._twins[index]
        if twin is None:
            return super()._block(index, line, width)
        gutter = self._painter.gutter(twin.truth)
        labels = wrap([("  " * twin.indent + twin.label, self._style("label"))], _LABEL)
        room = max(16, width - 6 - _LABEL - 1)
        columns = [Strip(line) for line in self._columns(twin, room)]
        height = max(len(labels), len(columns))
        drawn: list[Strip] = []
        for y in range(height):
            label = Strip(labels[y] if y < len(labels) else []).adjust_cell_length(_LABEL + 1)
            drawn.append(Strip([*gutter, *label, *(columns[y] if y < len(columns) else [])]))
        return Block(drawn)

    def _columns(self, twin: Twin, room: int) -> Iterator[list[Segment]]:
        """Draw the values: one where both runs say the same, else each in its half."""
        if twin.agree and twin.a is not None:
            yield from self._painter.short(own("both: ") + twin.a.value, twin.a.tone, room, _MOST)
            return
        half = (room - 3) // 2
        sides = [self._side(row, half) for row in (twin.a, twin.b)]
        for y in range(max(map(len, sides))):
            left, right = ([*(side[y] if y < len(side) else [])] for side in sides)
            yield [*Strip(left).adjust_cell_length(half), Segment(" │ ", self._style("dim")), *right]

    def _side(self, row: Row | None, half: int) -> list[list[Segment]]:
        if row is None:
            return [[Segment("–", self._style("dim"))]]
        return self._painter.short(row.value if any(row.value) else own("(empty)"), row.tone, half, _MOST)
