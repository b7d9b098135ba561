"""Wrap styled text to a width in terminal cells, losing nothing but spaces at the ends of lines."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

Piece = tuple[str, Style]
_WORDS = re.compile(r"\S+ *| +")


def wrap(pieces: list[Piece], width: int) -> list[list[Segment]]:
    """Break pieces into lines of at most `width` cells, at spaces where there are any."""
    width = max(1, width)
    lines: list[list[Segment]] = [[]]
    used = 0
    for text, style in pieces:
        if used + len(text) <= width and text.isascii():
            lines[-1].append(Segment(text, style))
            used += len(text)
            continue
        for word in _WORDS.findall(text):
            used = _put(lines, word, style, used, width)
    return lines


def _put(lines: list[list[Segment]], word: str, style: Style, used: int, width: int) -> int:
    size = cell_len(word)
    if used + cell_len(word.rstrip(" ")) <= width:
        lines[-1].append(Segment(word[: len(word) - max(0, used + size - width)], style))
        return min(width, used + size)
    if used:
        lines.append([])
    if size <= width:
        lines[-1].append(Segment(word, style))
        return size
    chunks = chop_cells(word, width)
    for index, chunk in enumerate(chunks):
        if index:
            lines.append([])
        lines[-1].append(Segment(chunk, style))
    return cell_len(chunks[-1])


def cells(text: str, width: int) -> str:
    """Cut or pad a text to exactly `width` cells; a cut one ends in an ellipsis."""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size)
    if width <= 0:
        return ""
    cut = next(iter(chop_cells(text, width - 1)), "") if width > 1 else ""
    return cut + "…" + " " * (width - 1 - cell_len(cut))
