"""Visible forms in columns of a terminal.

Widths as in Unicode's East Asian Width (UAX #11): wide and full-width characters count two, marks none.
"""

from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[^ ]+ *| +")


def padded(text: str, width: int) -> str:
    """Cut or pad a visible form to `width` columns of a terminal; a cut one ends in an ellipsis."""
    used = end = before = 0
    for at, char in enumerate(text):
        used += _size(char)
        if used > width:
            return f"{text[:end]}…" + " " * (width - 1 - before)
        if used < width:
            end, before = at + 1, used
    return text + " " * (width - used)


def folded(text: str, width: int) -> list[str]:
    """Break a visible form into lines of at most `width` columns (2 or more), at spaces where there are any.

    Only spaces at the ends of lines are lost.
    """
    lines, line, used = [], "", 0
    for word in _WORDS.findall(text):
        for piece in _pieces(word, width):
            if used and used + _columns(piece.rstrip(" ")) > width:
                lines.append(line.rstrip(" "))
                line, used = "", 0
            line += piece
            used += _columns(piece)
    return [*lines, line.rstrip(" ")]


def _pieces(word: str, width: int) -> list[str]:
    out, used = [""], 0
    for char in word:
        if char != " " and used + _size(char) > width:
            out.append("")
            used = 0
        out[-1] += char
        used += _size(char)
    return out


def _columns(text: str) -> int:
    return sum(map(_size, text))


def _size(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
