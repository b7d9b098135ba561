"""Texts that are found again, whole or in part, in time that hardly grows with their number."""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Iterator

_HEAD = 6  # characters by which a text is looked up; no shorter one is known by itself
_EDGE = 4  # characters before an ellipsis, by which a text that was cut is still known
_PART = 8  # and those by which it is known at the end of another one
_LONGEST = 400  # characters from the end of a text in which the beginning of another is looked for

Found = tuple[int, int, str]
"""A span, and the known text that stands there."""


class Known:
    """A set of texts, each in the forms in which rows may show it."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._by_head: dict[str, dict[int, set[str]]] = {}
        self._edges: set[str] = set()
        self._sorted: list[str] = []
        self._reversed: list[str] = []
        self._joined = ""

    def add(self, text: str) -> None:
        """Take in a text, unless it may as well be a common word."""
        if not _telling(text):
            return
        for form in _forms(text):
            self._of[form] = text
            self._by_head.setdefault(form[:_HEAD], {}).setdefault(len(form), set()).add(form)
            if len(form) >= 2 * _PART:
                self._edges |= {form[:_EDGE], form[-_EDGE:]}
                insort(self._sorted, form)
                insort(self._reversed, form[::-1])
                self._joined += f"\0{form}"

    def whole(self, text: str) -> Iterator[Found]:
        """Yield where known texts stand, the longest at each place."""
        at = 0
        while self._by_head and at <= len(text) - _HEAD:
            form = self._at(text, at)
            if form:
                yield at, at + len(form), self._of[form]
            at += len(form) or 1

    def _at(self, text: str, at: int) -> str:
        by_length = self._by_head.get(text[at : at + _HEAD])
        for length in sorted(by_length, reverse=True) if by_length else ():
            if text[at : at + length] in by_length[length]:  # type: ignore[index]
                return text[at : at + length]
        return ""

    def cut(self, text: str) -> Iterator[Found]:
        """Yield what is left of known texts: at either end, or before an ellipsis."""
        if not self._edges:
            return
        start = 0
        for part in text.split("…"):
            end = start + len(part)
            yield from self._begun(part, start, _EDGE if end < len(text) else _PART)
            if start == 0 and (found := self._ended(part) or self._within(part)):
                yield found
            start = end + 1

    def _begun(self, part: str, start: int, least: int) -> Iterator[Found]:
        for at in range(max(0, len(part) - _LONGEST), len(part) - least + 1):
            if part[at : at + _EDGE] in self._edges and (form := _first(self._sorted, part[at:])):
                yield start + at, start + len(part), self._of[form]
                return

    def _ended(self, part: str) -> Found | None:
        for at in range(min(len(part), _LONGEST), _PART - 1, -1):
            if part[at - _EDGE : at] in self._edges and (form := _first(self._reversed, part[:at][::-1])):
                return 0, at, self._of[form[::-1]]
        return None

    def _within(self, part: str) -> Found | None:
        if not (_PART <= len(part) <= _LONGEST and any(map(str.isdigit, part)) and part in self._joined):
            return None
        at = self._joined.index(part)
        form = self._joined[self._joined.rfind("\0", 0, at) + 1 :].split("\0", 1)[0]
        return (0, len(part), self._of[form]) if form in self._of else None


def _first(texts: list[str], head: str) -> str:
    """Return a text that begins so, of a sorted list; an empty one where there is none."""
    at = bisect_left(texts, head)
    return texts[at] if at < len(texts) and texts[at].startswith(head) else ""


def _telling(text: str) -> bool:
    """Whether a text can be told by itself from a word that may mean something else."""
    if len(text) >= 24:
        return True
    return len(text) >= _HEAD and any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _forms(text: str) -> set[str]:
    """Return how a text stands in the sources and in rows: as it is, in JSON, in one line."""
    quoted = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return {text, " ".join(text.split()), *quoted}
