"""The one function between text from elsewhere and any output: a visible, reversible form.

What a terminal would act upon, or a reader could not see, becomes `\\u{…}`; a newline in a one-line cell is
`↵`, a tab `⇥`. Different texts never get the same form: a backslash is doubled just where it would otherwise
read as an escape of ours. (Unicode 16: categories C*, Zl, Zp, Zs; default ignorable code points; UAX #9.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from nalyqor_tui.phrase import Phrase, Words

MAX_MARKS = (
    4  # marks in a row, and what joins like one, that are shown as they are; more would paint over other rows
)
NEWLINE, TAB = "↵", "⇥"
# Invisible although Unicode counts them as letters, marks or symbols.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# No marks by category, but drawn into the character before: vowels and finals of Hangul, tones of skin.
_JOINED = frozenset(map(chr, (*range(0x1160, 0x1200), *range(0xD7B0, 0xD7FC), *range(0x1F3FB, 0x1F400))))
_PLAIN = re.compile(r"[ -~]*\Z")


def literal(text: str, most: int | None = None) -> str:
    """Return the visible form of a text in one line; of one longer than `most`, the first `most` characters."""
    if most is not None and len(text) > most:
        return literal(text[: most + 1])[:most]  # one more, as `u` is another thing before a brace
    return text if _plain(text) else "".join(_forms(text))


def literal_parts(text: str, size: int) -> Iterator[str]:
    """Yield the visible form of a text in parts, each of `size` characters of the text; together they are `literal`."""
    if _plain(text):
        yield from (text[at : at + size] for at in range(0, len(text), size))
        return
    forms = _forms(text)
    while part := "".join(islice(forms, size)):
        yield part


def literal_lines(text: str) -> list[str]:
    """Return the visible form of a text, a string for each of its lines (split at LF only)."""
    return [literal(line) for line in text.split("\n")]


def show(value: Phrase, most: int | None = None) -> str:
    """Return a phrase as text: our words as they are, all else in its visible form; `most` as in `literal`."""
    if most is None:
        return "".join(piece if isinstance(piece, Words) else literal(piece) for piece in value)
    out = ""
    for piece in value:
        if len(out) >= most:
            break
        out += piece if isinstance(piece, Words) else literal(piece, most - len(out))
    return out


def middle(text: str, width: int) -> str:
    """Cut a name to `width` characters in its middle: names and ids often differ only at their end."""
    start = width // 3
    return text if len(text) <= width else f"{text[:start]}…{text[start + 1 - width :]}"


def _plain(text: str) -> bool:
    """Whether a text is its own visible form, as most are."""
    return _PLAIN.match(text) is not None and "\\u{" not in text


def _forms(text: str) -> Iterator[str]:
    """Yield the visible form, character by character."""
    backslashes = marks = 0
    for index, char in enumerate(text):
        if char == "\\":
            backslashes += 1
            yield char
            continue
        marks = marks + 1 if char in _JOINED or unicodedata.category(char)[0] == "M" else 0
        shown = _form(char, marks)
        escapes = len(shown) > 1 or (char == "u" and text[index + 1 : index + 2] == "{")
        yield "\\" * backslashes + shown if backslashes and escapes else shown
        backslashes = 0


def _form(char: str, marks: int) -> str:
    if char == "\n":
        return NEWLINE
    if char == "\t":
        return TAB
    if char in (NEWLINE, TAB) or marks > MAX_MARKS or char in _UNSEEN or not char.isprintable():
        return f"\\u{{{ord(char):x}}}"
    return char
