"""Text as HTML that reads as what it is, whatever it holds.

`text` is the one door for text: the visible form, then the escapes of HTML. What has passed it is `Html`, and an
element is made of nothing else, so that a string that was not escaped is an error of types.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

from nalyqor_tui.phrase import Phrase, Words
from nalyqor_tui.present.rows import Row, Truth
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.report.gfm import EMPTY, LIMIT, bounded

Html = NewType("Html", str)
NOTHING = Html("")
_PEOPLE = (Truth.DECLARED, Truth.RECONSTRUCTED)


def text(value: Phrase) -> Html:
    """Write a phrase: our words as they are, all else in its visible form; nothing in it is markup."""
    return Html(escape(show(value)))


def ours(words: str) -> Html:
    """Write words of ours."""
    return text((Words(words),))


def joined(parts: Iterable[Html]) -> Html:
    """Put parts in a row."""
    return Html("".join(parts))


def tag(name: str, *inner: Html, **attributes: str) -> Html:
    """Write an element; its name and its attributes are ours (`class_` is `class`, an empty one is left out)."""
    told = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items() if value)
    return Html(f"<{name}{told}>{''.join(inner)}</{name}>")


def inline(value: Phrase, truth: Truth | None = None, *, room: int = 4 * LIMIT) -> Html:
    """Write a phrase in one line: data in an element of its own, by whose `truth` it is.

    What is longer than `room` is cut between two pieces, and a piece of data at `LIMIT`; a note is never cut.
    """
    whole = truth is Truth.RECONSTRUCTED
    out: list[Html] = []
    used = 0
    for piece in value if whole else bounded(value):
        if used > room and not whole:
            rest = sum(map(len, value)) - used
            out.append(ours(f" …(+{rest} characters)" if rest > 0 else "…"))
            break
        used += len(piece)
        out.append(text((piece,)) if isinstance(piece, Words) else _data(piece, truth))
    return joined(out)


def body(row: Row) -> Html:
    """Write the value of a row, then the lines of what is long; a note is never cut."""
    parts = [inline(row.value, row.truth)] if any(row.value) else []
    if row.body:
        shown = row.body if row.truth is Truth.RECONSTRUCTED else row.body[:LIMIT]
        lines = [tag("div", _data(line, row.truth), class_="line") for line in shown.split("\n")]
        if rest := len(row.body) - len(shown):
            lines.append(tag("div", ours(f"…(+{rest} characters)"), class_="line"))
        parts.append(tag("div", *lines, class_="body"))
    return joined(parts) or ours(EMPTY)


def _data(piece: str, truth: Truth | None) -> Html:
    if not literal(piece):
        return NOTHING
    return tag("span", text((piece,)), class_="people") if truth in _PEOPLE else tag("code", text((piece,)))
