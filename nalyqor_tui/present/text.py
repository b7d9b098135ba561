"""The one function between text from elsewhere and any output: a visible, reversible form.

What a terminal would act upon, or a reader could not see, becomes `\\u{…}`; a newline in a one-line cell is
`↵`, a tab `⇥`. Different texts never get the same form: a backslash is doubled just where it would otherwise
read as an escape of ours. (Unicode 16: categories C*, Zl, Zp, Zs; default ignorable code points; UAX #9.)
"""

from __future__ import annotations

import re
import unicodedata

from nalyqor_tui.phrase import Phrase, Words

MAX_MARKS = 4  # combining marks in a row that are shown as they are; more would paint over other rows
NEWLINE, TAB = "↵", "⇥"
# Invisible although Unicode counts them as letters, marks or symbols.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_PLAIN = re.compile(r"[ -~]*\Z")


def literal(text: str) -> str:
    """Return the visible form of a text in one line."""
    if _PLAIN.match(text) and "\\u{" not in text:
        return text
    return _visible(text)


def literal_lines(text: str) -> list[str]:
    """Return the visible form of a text, a string for each of its lines (split at LF only)."""
    return [literal(line) for line in text.split("\n")]


def show(value: Phrase) -> str:
    """Return a phrase as text: our words as they are, all else in its visible form."""
    return "".join(piece if isinstance(piece, Words) else literal(piece) for piece in value)


def _visible(text: str) -> str:
    out: list[str] = []
    backslashes = marks = 0
    for index, char in enumerate(text):
        if char == "\\":
            backslashes += 1
            out.append(char)
            continue
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        shown = _form(char, marks)
        escapes = len(shown) > 1 or (char == "u" and text[index + 1 : index + 2] == "{")
        if backslashes and escapes:
            out.append("\\" * backslashes)
        backslashes = 0
        out.append(shown)
    return "".join(out)


def _form(char: str, marks: int) -> str:
    if char == "\n":
        return NEWLINE
    if char == "\t":
        return TAB
    if char in (NEWLINE, TAB) or marks > MAX_MARKS or char in _UNSEEN or not char.isprintable():
        return f"\\u{{{ord(char):x}}}"
    return char
