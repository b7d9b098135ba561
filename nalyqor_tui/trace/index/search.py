"""Search a file for a text by its bytes, as it stands there or as JSON escapes it, without keeping a key waiting.

Upper and lower case of the 26 letters are alike, as in the search of a session; of other letters, the text is
looked for as it was typed and all in upper and all in lower case.
"""

from __future__ import annotations

import json
import os
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from threading import Event, Thread
from typing import Final

WINDOW: Final = 1 << 20
_PLAIN: Final = re.compile(
    r"[ !#-\[\]-~]+"
)  # what JSON never escapes, and has one case or is a letter of the 26


def forms(text: str) -> list[bytes]:
    """Return the bytes by which a text can stand in a JSON file, in lower case; none for an empty text."""
    found: dict[bytes, None] = {}
    for word in dict.fromkeys((text, text.lower(), text.upper())):
        for form in (word, json.dumps(word, ensure_ascii=False)[1:-1], json.dumps(word)[1:-1]):
            found[form.encode("utf-8", "surrogateescape").lower()] = None
    return [form for form in found if form]


def common(text: str) -> bytes:
    """Return the longest piece of a text that stands in all its forms, in lower case; it may be empty."""
    return max(_PLAIN.findall(text), key=len, default="").lower().encode()


def find(
    fd: int, start: int, stop: int, wanted: list[bytes], in_all: bytes = b""
) -> Iterator[tuple[int, list[int]]]:
    """Yield, window by window, how far was looked and where one of `wanted` stands: once for each line.

    Places that begin between `start` and `stop` are looked at. `in_all` is a piece that each of `wanted` holds.
    """
    overlap = max(map(len, wanted)) - 1
    position, skipping = start, False
    while position < stop and (window := os.pread(fd, min(WINDOW, stop - position) + overlap, position)):
        end = min(len(window), stop - position, WINDOW)
        low, at, found = window.lower(), 0, []
        if in_all not in low:
            at, skipping = end, skipping and window.find(b"\n", 0, end) < 0
        while at < end:
            if skipping:
                feed = window.find(b"\n", at, end)
                if feed < 0:
                    break
                at, skipping = feed + 1, False
            places = [place for form in wanted if (place := low.find(form, at, end + len(form) - 1)) >= 0]
            if not places:
                break
            at = min(places)
            found.append(position + at)
            skipping = True
        position += end
        yield position, found


class Search:
    """A search through a whole file, from an offset to the end and then from the start, by a thread of its own.

    A hit is the offset of the first place in a line where the text stands.
    """

    def __init__(self, fd: int, size: int, text: str, start: int = 0) -> None:
        """Look in the first `size` bytes of an open file; `start` is where a line begins."""
        self.text = text
        self.done = False
        self._fd = fd
        self._wanted = forms(text)
        self._ahead = _Part(start, size)
        self._behind = _Part(0, start)
        self._stopped = Event()

    def __len__(self) -> int:
        return len(self._ahead.hits) + len(self._behind.hits)

    @property
    def progress(self) -> float:
        """The share of the file that was looked at, from 0 to 1."""
        looked = sum(part.upto - part.start for part in (self._ahead, self._behind))
        return looked / self._ahead.stop if self._ahead.stop and not self.done else 1.0

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self._stopped.is_set() and not self.done

    def begin(self) -> None:
        """Begin to look, in the background."""
        Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Look through the file; return at the end, or soon after `stop`."""
        for part in (self._ahead, self._behind) if self._wanted else ():
            for position, found in find(self._fd, part.start, part.stop, self._wanted, common(self.text)):
                part.hits.extend(found)
                part.upto = position
                if self._stopped.is_set():
                    return
            part.upto = part.stop
        self.done = True

    def stop(self) -> None:
        """End the search; what was found stays."""
        self._stopped.set()

    def next(self, offset: int) -> int | None:
        """Return the first hit at an offset or after it, around the end; None where that cannot be told yet."""
        first, last = (
            (self._ahead, self._behind) if offset >= self._ahead.start else (self._behind, self._ahead)
        )
        if (at := bisect_left(first.hits, offset)) < len(first.hits):
            return first.hits[at]
        if first.upto < first.stop:
            return None
        if last.hits:
            return last.hits[0]
        return first.hits[0] if self.done and first.hits else None

    def previous(self, offset: int) -> int | None:
        """Return the last hit before an offset, around the start; None where that cannot be told yet."""
        first, last = (
            (self._ahead, self._behind) if offset > self._ahead.start else (self._behind, self._ahead)
        )
        if first.upto < min(offset, first.stop):
            return None
        if (at := bisect_left(first.hits, offset)) > 0:
            return first.hits[at - 1]
        if last.upto < last.stop:
            return None
        if last.hits:
            return last.hits[-1]
        return first.hits[-1] if self.done and first.hits else None

    def ordinal(self, hit: int) -> int | None:
        """Return which of all hits one is, from 1, in the order of the file; None while that is not known."""
        if not self.done:
            return None
        if hit < self._ahead.start:
            return bisect_right(self._behind.hits, hit)
        return len(self._behind.hits) + bisect_right(self._ahead.hits, hit)


class _Part:
    """A part of the file, up to where it was looked at, and what was found in it."""

    def __init__(self, start: int, stop: int) -> None:
        self.start, self.stop, self.upto = start, stop, start
        self.hits = array("Q")
