"""Wrap styled text to a width in terminal cells, losing nothing but spaces at the ends of lines.

A text may be of any length, and a key must not wait for it: only as much is measured as there is room for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.present.text import show

Piece = tuple[str, Style]
_ENDS = 8  # cells from which there is room for both ends of a name
WIDEST: Final = 8  # characters that a cell is expected to hold at most: a letter and its marks
_WORDS = re.compile(r"([^ ]+) *| +")


def wrap(pieces: list[Piece], width: int, most: int | None = None) -> list[list[Segment]]:
    """Break pieces into lines of at most `width` cells, at spaces where there are any; a style breaks no word.

    Of more than `most` lines only so many are made.
    """
    width = max(1, width)
    text = "".join(piece for piece, _ in pieces)
    if len(text) <= width and text.isascii():
        return [[Segment(piece, style) for piece, style in pieces if piece]]
    cutter = _Cutter(pieces)
    return [cutter.take(begin, end) for begin, end in islice(breaks(text, width), most)]


def breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield where each line of a text begins and ends, one line at a time; only spaces stand between two lines."""
    begin = end = used = 0
    for word in _WORDS.finditer(text):
        at, stop = word.span()
        bare = word.end(1) if word[1] else at
        if not _fits(text, at, bare, width - used):
            if end > begin:
                yield begin, end
            while not _fits(text, at, bare, width):
                cut = at + len(_chop(text[at : at + WIDEST * width], width))
                yield at, cut
                at = cut
            begin, used = at, 0
        used += cell_len(text[at:bare])
        blanks = min(stop - bare, width - used)
        end, used = bare + blanks, used + blanks
    yield begin, end


def _fits(text: str, begin: int, end: int, room: int) -> bool:
    """Whether a part of a text fits into so many cells; of a long part nothing is measured."""
    return end - begin <= WIDEST * room and cell_len(text[begin:end]) <= room


def _chop(text: str, width: int) -> str:
    """Return how a text begins, as much as fits, but at least a character."""
    return next((chunk for chunk in chop_cells(text, width) if chunk), text[:1])


class _Cutter:
    """Cuts styled segments out of pieces, from the first to the last."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = iter(pieces)
        self._text, self._style = "", Style()
        self._begin = 0  # where the piece begins in the text that all pieces make

    def take(self, begin: int, end: int) -> list[Segment]:
        """Return what stands from `begin` to `end`, not before what was taken last."""
        out: list[Segment] = []
        while begin < end:
            stop = self._begin + len(self._text)
            if begin >= stop:
                self._begin = stop
                self._text, self._style = next(self._pieces)
                continue
            out.append(Segment(self._text[begin - self._begin : end - self._begin], self._style))
            begin = min(end, stop)
        return out


def fitted(value: Phrase, width: int) -> str:
    """Write a phrase in exactly `width` cells; one that is cut ends in an ellipsis."""
    return cells(show(value, WIDEST * max(0, width) + 1), width)


def cells(text: str, width: int) -> str:
    """Cut or pad a text to exactly `width` cells; a cut one ends in an ellipsis."""
    begin = text[: WIDEST * max(0, width) + 1]
    size = cell_len(begin)
    if len(begin) == len(text) and size <= width:
        return text + " " * (width - size)
    if width <= 0:
        return ""
    cut = next(iter(chop_cells(begin, width - 1)), "") if width > 1 else ""
    return cut + "…" + " " * (width - 1 - cell_len(cut))


def both_ends(text: str, width: int) -> str:
    """Cut or pad a name to exactly `width` cells, in its middle: ids often differ only at their end."""
    if width < _ENDS or cell_len(text) <= width:
        return cells(text, width)
    start = next(iter(chop_cells(text[: WIDEST * width], width // 3)), "")
    return cells(f"{start}…{_end(text, width - 1 - cell_len(start))}", width)


def _end(text: str, width: int) -> str:
    """Return how a text ends, as much as fits into so many cells; it begins with no mark of the letter before."""
    at = max(0, len(text) - width)
    while at < len(text) and (not cell_len(text[at]) or cell_len(text[at:]) > width):
        at += 1
    return text[at:]
