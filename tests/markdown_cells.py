"""Tables of a report as two independent parsers read them: markdown-it (JavaScript's, in Python) and cmark-gfm (C).

Both give the same: rows of cells, and of a cell what is strong, what is code, what a reader sees, and any other
markup, of which there must be none.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from json import loads
from types import SimpleNamespace
from typing import Any

from cmarkgfm import markdown_to_html_with_extensions
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt
from report_samples import NASTY

from nalyqor_tui.phrase import Phrase, Words
from nalyqor_tui.present.rows import Origin, Row, Truth
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.report import gfm, json, plain
from nalyqor_tui.report.redact.redaction import Redaction

_MARKDOWN_IT = MarkdownIt("gfm-like", {"linkify": False})
PEOPLE = (Truth.DECLARED, Truth.RECONSTRUCTED)


@dataclass
class Cell:
    """What a parser finds in a cell."""

    strong: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    seen: str = ""
    other: list[str] = field(default_factory=list)


def markdown_it(text: str) -> list[list[Cell]]:
    """Read the rows of all tables with markdown-it."""
    out: list[list[Cell]] = []
    tokens = _MARKDOWN_IT.parse(text)
    for token, after in itertools.pairwise(tokens):
        if token.type == "tr_open":
            out.append([])
        elif token.type in ("td_open", "th_open"):
            out[-1].append(_inline(after.children or ()))
    return out


def _inline(children: Sequence[object]) -> Cell:
    cell, strong = Cell(), False
    for child in children:
        kind, content = child.type, child.content  # type: ignore[attr-defined]
        if kind in ("strong_open", "strong_close"):
            strong = kind == "strong_open"
        elif kind == "code_inline":
            cell.code.append(content)
            cell.seen += content
        elif kind == "html_inline" and content == "<br>":
            cell.seen += "\n"
        elif kind == "html_inline" and content == gfm.APART:
            pass
        elif kind == "text":
            cell.seen += content
            if strong and content:
                cell.strong.append(content)
        else:
            cell.other.append(kind)
    return cell


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Cell]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append(Cell())
        elif tag == "br":
            self.rows[-1][-1].seen += "\n"
            return
        elif tag == "code":
            self.rows[-1][-1].code.append("")
        elif tag not in ("table", "thead", "tbody", "strong"):
            (self.rows[-1][-1] if self.rows and self.rows[-1] else Cell()).other.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"td", "th"} & set(self._open):
            return
        cell = self.rows[-1][-1]
        cell.seen += data
        if "code" in self._open:
            cell.code[-1] += data
        elif "strong" in self._open:
            cell.strong.append(data)


def cmark(text: str) -> list[list[Cell]]:
    """Read the rows of all tables with cmark-gfm, with its tables, strike-through and links without marks."""
    html = markdown_to_html_with_extensions(
        text, options=Options.CMARK_OPT_UNSAFE, extensions=["table", "strikethrough", "autolink"]
    )
    parser = _Html()
    parser.feed(html)
    parser.close()
    return parser.rows


PARSERS: dict[str, Callable[[str], list[list[Cell]]]] = {"markdown-it": markdown_it, "cmark-gfm": cmark}


def visible(text: str) -> str:
    """Return the form in which a report shows data; long runs of backticks are spelled out."""
    return re.sub(r"(\\*)(`{41,})", lambda m: m[1] * 2 + "\\u{60}" * len(m[2]), literal(text))


def data(value: Phrase) -> list[str]:
    """Return the data of a phrase, in the form in which it is shown."""
    return [visible(piece) for piece in value if piece and not isinstance(piece, Words)]


def wrong(found: list[Cell], row: Row) -> str:
    """Say what is wrong with the two cells that were made of a row; nothing where all is as it was."""
    if len(found) != 2:
        return f"{len(found)} cells"
    name, value = found
    people = row.truth in PEOPLE
    if (
        name.strong != [row.truth.value.capitalize()]
        or not name.seen.startswith(name.strong[0])
        or value.strong
    ):
        return f"another truth: {name.strong} {value.strong}"
    if name.other or value.other:
        return f"markup: {name.other} {value.other}"
    lines = row.body.split("\n") if row.body else []
    codes = [] if people else data(row.value) + [visible(line) for line in lines if line]
    if value.code != codes:
        return f"code {value.code} is not {codes}"
    shown = [show(row.value)] if any(row.value) else []
    shown += [literal(line) for line in lines]
    if people and value.seen.strip() != ("\n".join(shown) if shown else gfm.EMPTY).strip():
        return f"text {value.seen!r} is not {shown}"
    return ""


def forged(row: Row) -> str:
    """Say what is wrong with a row as plain text or as JSON; nothing where neither can be taken for another."""
    review: Any = SimpleNamespace(session=None)  # asked for the names of records only, and there are none
    off = Redaction(off=True)
    first, *rest = plain.row(review, row, off)
    if not first.startswith(f"{row.truth.value.upper():{plain.GUTTER}}"):
        return f"plain: another truth: {first!a}"
    if not all(line.startswith(plain.BAR) for line in rest) or len(rest) != (
        row.body.count("\n") + 1 if row.body else 0
    ):
        return f"plain: lines without a bar: {rest!a}"
    if not all(line.isprintable() for line in (first, *rest)):
        return "plain: something that acts or hides"
    text = json.dump(json.line(review, "p", row, off))
    read = loads(text)
    if not text.isascii() or (read["truth"], read["label"], read["body"]) != (
        row.truth.value,
        row.label,
        row.body,
    ):
        return f"JSON: {text}"
    spans = [(Words(span["words"]) if "words" in span else span["data"]) for span in read["spans"]]
    same = spans == [piece for piece in row.value if piece]
    return "" if same and read["value"] == "".join(row.value) else f"JSON: {text}"


def table(rows: Sequence[Row]) -> str:
    """Write rows as a report does."""
    cells = [(gfm.field(row, row.origin.says), gfm.body(row)) for row in rows]
    return "\n".join(gfm.table(("Field", "Value"), cells)) + "\n"


_MARKS = "|`\\*_~<>&[]()#!-+.:;{}$^=\"'/@% \t\r\n"
_OURS = ["a ", " b", ": ", "*x*", "[1]", "a|b", "`", "\\", "<br>", "…", "_y_ &amp;"]


def texts(chance: random.Random) -> str:
    """Make a text: marks of Markdown, any characters, things that were found to break out somewhere."""
    out = []
    for _ in range(chance.randint(1, 5)):
        kind = chance.random()
        if kind < 0.4:
            out.append("".join(chance.choice(_MARKS) for _ in range(chance.randint(1, 8))))
        elif kind < 0.7:
            out.append(chance.choice(NASTY))
        elif kind < 0.85:
            out.append(chr(chance.randrange(0x110000)))
        else:
            out.append(
                chance.choice(
                    ["Observed", "**Derived**", "a@example.org", "www.example.org", "x", "|\n|---|---|\n"]
                )
            )
    return "".join(out)


def a_row(chance: random.Random) -> Row:
    """Make a row with any truth, label, value, origin and body."""
    says = tuple(
        Words(chance.choice(_OURS)) if chance.random() < 0.4 else texts(chance) for _ in range(chance.randint(0, 3))
    )  # fmt: skip
    body = texts(chance) if chance.random() < 0.5 else ""
    origin = Origin((texts(chance),) if chance.random() < 0.5 else ())
    return Row(chance.choice(list(Truth)), texts(chance), says, origin, "plain", body)
