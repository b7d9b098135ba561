"""A text without what may split a secret: marks of emphasis, tags, escapes of a terminal, characters nobody sees."""

from __future__ import annotations

import re
import unicodedata

_MARK = re.compile(
    r"\x1b\[[0-9;]*[A-Za-z]|</?[A-Za-z][^<>]{0,60}>|[*`~]+|\\(?=[_*~`-])|=\r?\n|[\x00-\x08\x0e-\x1f\x7f]|[^\x00-\x7f]"
)


def whole(text: str) -> tuple[str, list[int]]:
    """Return the text without such marks, and where each character of it stood (nothing where there are none)."""
    if not _MARK.search(text):
        return text, []
    out: list[str] = []
    at: list[int] = []
    start = 0
    for match in _MARK.finditer(text):
        if match[0] > "\x7f" and not _unseen(match[0]):
            continue
        out.append(text[start : match.start()])
        at += range(start, match.start())
        start = match.end()
    if start == 0:
        return text, []
    out.append(text[start:])
    at += range(start, len(text))
    return "".join(out), at


def _unseen(char: str) -> bool:
    """Whether a character beyond ASCII joins nothing: formats, marks that combine, fillers."""
    return (
        unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc", "Cn", "Co")
        or char in "\u115f\u1160\u3164\uffa0\u2800"
    )
