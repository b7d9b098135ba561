"""Sentences in which the program's own words and text from elsewhere never mix.

A phrase is a tuple of strings: a `Words` piece is ours, every other piece is data from a trace, a policy or
a person. What is not marked is data, so that forgetting the mark can only make our words look like theirs.
"""

from __future__ import annotations

import re
from functools import lru_cache


class Words(str):
    """Text that the program itself wrote."""

    __slots__ = ()


Phrase = tuple[str, ...]
_SLOT = re.compile(r"\{(\w+)\}")


def phrase(template: str, /, **values: object) -> Phrase:
    """Fill `{name}` slots of a template of ours; other values are data unless they are phrases."""
    out: list[str] = []
    for words, slot in _pieces(template):
        if words:
            out.append(words)
        if not slot:
            continue
        value = values[slot]
        if isinstance(value, tuple):
            out.extend(piece for piece in value if piece)
        elif text := value if isinstance(value, str) else str(value):
            out.append(text)
    return tuple(out)


@lru_cache(maxsize=2048)
def _pieces(template: str) -> tuple[tuple[Words, str], ...]:
    """Take a template apart: words of ours, each with the slot after it; there is none after the last."""
    pieces = [*_SLOT.split(template), ""]
    return tuple((Words(words), slot) for words, slot in zip(pieces[::2], pieces[1::2], strict=True))


def own(text: str) -> Phrase:
    """Take a text of the program's own, such as the name of a check, as a phrase."""
    return (Words(text),)


def counted(count: int, noun: str) -> Phrase:
    """Say how many there are: `1 file`, `1,200 files`; the first word of `noun` takes the plural."""
    first, gap, rest = noun.partition(" ")
    return own(f"{count:,} {first}{'' if count == 1 else 's'}{gap}{rest}")


def join(separator: str, phrases: list[Phrase]) -> Phrase:
    """Put phrases in a row with words of ours between them."""
    out: list[str] = []
    for index, one in enumerate(phrases):
        out.extend([Words(separator), *one] if index else one)
    return tuple(out)


def plain(text: Phrase) -> str:
    """Return the phrase as one string, unsafe for any output: for programs and tests."""
    return "".join(text)
