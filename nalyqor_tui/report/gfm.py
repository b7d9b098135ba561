"""Text as GitHub Flavored Markdown that reads as what it is, whatever it holds.

Data of a log is one code span of its visible form: nothing in it can mark anything up. What people wrote (a
policy, a note) is prose with every ASCII punctuation mark escaped, and never a code span. Our own words are
escaped only where Markdown would act upon them. (GFM 0.29: 4.10 tables, 6.1 escapes, 6.3 code spans.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from nalyqor_tui.phrase import Phrase, Words, own, phrase
from nalyqor_tui.present.rows import Row, Truth
from nalyqor_tui.present.text import literal

LIMIT = 4000  # characters of one value that a report shows; a note is never cut
BREAK = "<br>"
APART = (
    "<!-- -->"  # no escape keeps GitHub from making a link of an address of e-mail; a comment within it does
)
EMPTY = "(empty)"
_MAX_RUN = 40  # parsers give up on fences much longer than this (cmark at 80)
_LONG_RUN = re.compile(rf"(\\*)(`{{{_MAX_RUN + 1},}})")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_ACTIVE = re.compile(r"[\\`*_\[\]<|~&$]")
_SIMPLE = re.compile(r"[!-_a-{}~](?:[ -_a-{}~]*[!-_a-{}~])?\Z")  # reads as it is, between two backticks
LABEL = re.compile(r"[A-Za-z0-9 ▶-]+")
_PEOPLE = (Truth.DECLARED, Truth.RECONSTRUCTED)


def code(text: str, *, table: bool = True) -> str:
    """Write data as one code span; in a table its pipes are escaped, which the table takes off again."""
    if _SIMPLE.match(text) and "\\u{" not in text:
        return f"`{text}`"
    shown = _LONG_RUN.sub(_spell_out, literal(text))
    runs = [len(run) for run in re.findall(r"`+", shown)]
    fence = "`" * (max(runs, default=0) + 1)
    edges = {shown[:1], shown[-1:]}
    pad = " " if "`" in edges or (edges == {" "} and shown.strip(" ")) else ""
    if table:
        shown = shown.replace("|", "\\|")
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str) -> str:
    """Write what a person wrote: as text, every ASCII punctuation mark escaped, and no address a link."""
    return _PUNCTUATION.sub(r"\\\g<0>", literal(text)).replace("\\@", f"{APART}\\@")


@lru_cache(maxsize=2048)
def words(text: str) -> str:
    """Write words of ours."""
    return _ACTIVE.sub(r"\\\g<0>", text)


def inline(value: Phrase, truth: Truth | None = None, *, table: bool = True) -> str:
    """Write a phrase in one line, its data by whose `truth` it is; code spans in a row are kept apart."""
    out: list[str] = []
    for piece in value:
        if isinstance(piece, Words):
            out.append(words(piece))
        elif piece:
            apart = " " if out and out[-1].endswith("`") and truth not in _PEOPLE else ""
            out.append(apart + _data(piece, truth, table=table))
    return "".join(out)


def field(row: Row, origin: Phrase) -> str:
    """Write the first cell of a row: its truth, in bold and in words of ours, its label, and where it is from."""
    label = words(row.label) if LABEL.fullmatch(row.label) else code(row.label)
    parts = [f"**{row.truth.value.capitalize()}**", label, inline(origin, row.truth)]
    return " · ".join(part for part in parts if part)


def body(row: Row) -> str:
    """Write the second cell of a row: the value, then the lines of what is long."""
    people = row.truth is Truth.RECONSTRUCTED  # a note is never cut
    parts = [inline(row.value if people else bounded(row.value), row.truth)] if any(row.value) else []
    if row.body:
        shown = row.body if people else row.body[:LIMIT]
        parts += [_data(line, row.truth, table=True) if line else "" for line in shown.split("\n")]
        if rest := len(row.body) - len(shown):
            parts[-1] += f" …(+{rest} characters)"
    return BREAK.join(parts) or EMPTY


def bounded(value: Phrase) -> Phrase:
    """Cut each piece of data to the length that a report shows, and say how much is missing."""
    out: list[str] = []
    for piece in value:
        out.append(piece if isinstance(piece, Words) else piece[:LIMIT])
        if rest := len(piece) - len(out[-1]):
            out += phrase("…(+{n} characters)", n=own(str(rest)))
    return tuple(out)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Write a table of cells that are Markdown already, a line for each row, with a blank line after it."""
    yield _line(head)
    yield _line(["---"] * len(head))
    for row in rows:
        yield _line(row)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell or EMPTY for cell in cells) + " |"


def _data(piece: str, truth: Truth | None, *, table: bool) -> str:
    return prose(piece) if truth in _PEOPLE else code(piece, table=table)


def _spell_out(match: re.Match[str]) -> str:
    return match[1] * 2 + "\\u{60}" * len(match[2])
