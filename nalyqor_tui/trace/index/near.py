"""The lines around an offset of a file, found without knowing any other: before and after it, a few at a time."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

MOST: Final = 4 << 20
"""How far a line feed is looked for, in bytes; a longer line is shown in pieces until its lines are known."""

_WINDOW: Final = 1 << 16


class Spot(NamedTuple):
    """A line: the offset of its first byte, its bytes without the line feed; `cut` where it is a piece of one."""

    offset: int
    length: int
    cut: bool = False


def before(fd: int, at: int, count: int, most: int = MOST) -> list[Spot]:
    """Return the lines just before `at`, where a line begins or the file ends; at most `count`."""
    window = min(_WINDOW, most)
    while True:
        start = max(0, at - window)
        data = os.pread(fd, at - start, start)
        found = _split(data, start, whole=start == 0)
        if len(found) >= count or start == 0 or window >= most:
            return found[-count:] or ([Spot(start, len(data), cut=True)] if data else [])
        window = min(4 * window, most)


def after(fd: int, at: int, size: int, count: int, most: int = MOST) -> list[Spot]:
    """Return the lines from `at` on, which is where a line begins; at most `count`, at least one if there is any."""
    window = min(_WINDOW, most)
    while True:
        data = os.pread(fd, min(window, size - at), at)
        found = _split(data, at, whole=True)
        ends = at + len(data) >= size or len(data) < min(window, size - at)
        if len(found) > count or ends:
            return found[:count]
        if window >= most:
            return found[:-1] or [Spot(at, len(data), cut=True)]  # the last is cut by the window
        window = min(4 * window, most)


def start_of(fd: int, at: int, most: int = MOST) -> int:
    """Return where the line that holds the byte at `at` begins, or `most` bytes before it where that is further."""
    floor, window = max(0, at - most), _WINDOW
    while at > floor:
        begin = max(floor, at - window)
        found = os.pread(fd, at - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        at = begin
    return at


def _split(data: bytes, base: int, *, whole: bool) -> list[Spot]:
    """Return the lines in a piece of a file; what stands before its first feed is one only if it begins `whole`."""
    body = data.removesuffix(b"\n")
    at = 0 if whole else body.find(b"\n") + 1
    if not data or (not whole and at == 0):
        return []
    spots = []
    while at <= len(body):
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        spots.append(Spot(base + at, end - at))
        at = end + 1
    return spots
