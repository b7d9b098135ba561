"""Wrap styled text to a width in terminal cells, losing nothing but spaces at the ends of lines."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

Piece = tuple[str, Style]
_WIDEST = 8  # characters that a cell is expected to hold at most: a letter and its marks
_WORDS = re.compile(r"\S+ *| +")


def wrap(pieces: list[Piece], width: int) -> list[list[Segment]]:
    """Break pieces into lines of at most `width` cells, at spaces where there are any; a style breaks no word."""
    width = max(1, width)
    text = "".join(piece for piece, _ in pieces)
    if len(text) <= width and text.isascii():
        return [[Segment(piece, style) for piece, style in pieces if piece]]
    lines: list[list[Segment]] = [[]]
    used, cutter = 0, _Cutter(pieces)
    for word in _WORDS.findall(text):
        size = cell_len(word)
        if used + cell_len(word.rstrip(" ")) <= width:
            kept = len(word) - max(0, used + size - width)
            lines[-1] += cutter.take(len(word), kept)
            used = min(width, used + size)
            continue
        if used:
            lines.append([])
        chunks = [word] if size <= width else chop_cells(word, width)
        for index, chunk in enumerate(chunks):
            if index:
                lines.append([])
            lines[-1] += cutter.take(len(chunk))
        used = cell_len(chunks[-1])
    return lines


class _Cutter:
    """Cuts styled segments off the front of pieces."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = iter(pieces)
        self._text, self._style = "", Style()

    def take(self, count: int, keep: int | None = None) -> list[Segment]:
        """Take `count` characters and return the first `keep` of them (all by default)."""
        out: list[Segment] = []
        left = count if keep is None else keep
        while count > 0:
            if not self._text:
                self._text, self._style = next(self._pieces)
                continue
            part, self._text = self._text[:count], self._text[count:]
            count -= len(part)
            if shown := part[:left]:
                out.append(Segment(shown, self._style))
            left -= len(shown)
        return out


def cells(text: str, width: int) -> str:
    """Cut or pad a text to exactly `width` cells; a cut one ends in an ellipsis."""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size)
    if width <= 0:
        return ""
    begin = text[: _WIDEST * width]  # to chop all of a long text for its first line takes long
    begin = begin if cell_len(begin) >= width else text
    cut = next(iter(chop_cells(begin, width - 1)), "") if width > 1 else ""
    return cut + "…" + " " * (width - 1 - cell_len(cut))


def both_ends(text: str, width: int) -> str:
    """Cut or pad a name to exactly `width` cells, in its middle: ids often differ only at their end."""
    if cell_len(text) <= width or width < 8 or len(text) != cell_len(text):
        return cells(text, width)
    start = width // 3
    return f"{text[:start]}…{text[start + 1 - width :]}"
