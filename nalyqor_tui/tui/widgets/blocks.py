"""How a line of a pane is drawn: its truth in a gutter, its label, its value and its body, wrapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.present.rows import Heading, Line, Pair, Row, Tone, Truth
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.tui.widgets.wrap import Piece, wrap

GUTTERS: Final = {
    Truth.OBSERVED: "OBS ",
    Truth.DECLARED: "DECL",
    Truth.DERIVED: "DER ",
    Truth.RECONSTRUCTED: "REC ",
}
_BLANK = "    "
_LABEL = 11  # cells for a label; longer ones push their value along
FOLD: Final = 14  # lines of a value or a body that are shown before they are unfolded
_MOST = 5000  # and after
_BAR = 10
_DENSE = 2  # characters that are looked at for each cell that there is room for; most take one cell


@dataclass(slots=True)
class Block:
    """A line of the view as it is drawn."""

    drawn: list[Strip]
    foldable: bool = False


class Painter:
    """Draws lines; occurrences of `needle`, a text without case, are marked in them."""

    def __init__(self, style: Callable[[str], Style], fold: int) -> None:
        """`style` is asked by the name of a component; of a folded value or body, `fold` lines are drawn."""
        self.style = style
        self.fold = fold
        self.needle = ""

    def block(self, line: Line, width: int, *, folded: bool) -> Block:
        """Draw a line of the view in so many cells; of a `folded` row, no more than its beginning."""
        if isinstance(line, Heading):
            style = self.style("heading")
            says, _ = self._begins(line.says, style, width - 2, FOLD)
            return Block([Strip([Segment("─ ", style), *segments]) for segments in says])
        if isinstance(line, Pair):
            return Block(self._pair(line, width))
        return self._row(line, width, self.fold if folded else _MOST)

    def _row(self, row: Row, width: int, most: int) -> Block:
        gutter = self.gutter(row.truth)
        indent = "  " * row.indent
        label = (row.label + " ").ljust(max(2, _LABEL - len(indent)))
        room = max(8, width - 6 - len(indent) - len(label))
        value, cut = self._value(row, room, most)
        drawn: list[Strip] = []
        for number, segments in enumerate(value):
            head = indent + label if number == 0 else " " * len(indent + label)
            drawn.append(Strip([*gutter, Segment(head, self.style("label")), *segments]))
        lines, more = ([], True) if cut else self._body(row, width - 8 - len(indent), most)
        drawn += [Strip([*gutter, Segment("  " + indent), *segments]) for segments in lines]
        if more:
            says = "  … more: " + (
                "space unfolds, enter opens" if most == self.fold else "o shows it all in the pager"
            )
            drawn.append(Strip([*gutter, Segment(indent + says, self.style("dim"))]))
        foldable = more or max(len(lines), len(value)) > self.fold
        return Block(drawn, foldable)

    def _body(self, row: Row, width: int, most: int) -> tuple[list[list[Segment]], bool]:
        """Wrap a body up to `most` lines; say whether there is more."""
        out: list[list[Segment]] = []
        if not row.body:
            return out, False
        style = self.style("strong" if row.tone == "strong" else "plain")
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
        style = self.style(row.tone)
        if row.bar is None or room < 3 * _BAR:
            return self._begins(row.value, style, room, most)
        full = round(row.bar * _BAR)
        bar = [
            Segment("█" * full, self.style("label")),
            Segment("░" * (_BAR - full) + " ", self.style("dim")),
        ]
        lines, more = self._begins(row.value, style, room - _BAR - 1, most)
        blank = Segment(" " * (_BAR + 1))
        return [[*bar, *lines[0]], *([blank, *line] for line in lines[1:])], more

    def _pair(self, pair: Pair, width: int) -> list[Strip]:
        """Draw two columns, each under the truth that its values have."""
        half = (width - 3) // 2
        columns = []
        for row in (pair.left, pair.right):
            head = wrap([(f"{row.label} ({row.truth.value})", self.style(row.truth.value))], half)
            columns.append(head + self.short(row.value, row.tone, half, FOLD))
        height = max(map(len, columns))
        strips = []
        for y in range(height):
            left, right = ([*(column[y] if y < len(column) else [])] for column in columns)
            first = Strip(left).adjust_cell_length(half)
            strips.append(Strip([*first, Segment(" │ ", self.style("dim")), *right]))
        return strips

    def short(self, value: Phrase, tone: Tone, room: int, most: int) -> list[list[Segment]]:
        """Wrap a value; of one of more than `most` lines the beginning is shown, and the key that shows it all."""
        lines, more = self._begins(value, self.style(tone), room, most)
        hint = wrap([("… enter shows it all", self.style("dim"))], room)
        return [*lines[: most - 1], *hint] if more else lines

    def gutter(self, truth: Truth | None) -> list[Segment]:
        """Draw what stands before a row: its truth."""
        if truth is None:
            return [Segment(_BLANK + "  ")]
        return [Segment(GUTTERS[truth], self.style(truth.value)), Segment("│ ", self.style("dim"))]

    def _found(self, pieces: list[Piece]) -> list[Piece]:
        if not self.needle:
            return pieces
        mark = self.style("found")
        out: list[Piece] = []
        for text, style in pieces:
            low, start = text.casefold(), 0
            while len(low) == len(text) and (at := low.find(self.needle, start)) >= 0:
                out += [(text[start:at], style), (text[at : at + len(self.needle)], mark)]
                start = at + len(self.needle)
            out.append((text[start:], style))
        return [piece for piece in out if piece[0]]
