"""What is done to a file while it is followed: the last steps of a walk through every screen."""

from __future__ import annotations

import json

import test_tui_pty as real
from tui_samples import HEADER

from tests.bench.walk import Walk, raw, write


def follow(walk: Walk) -> None:
    """Follow the file in the review and in its lines, while it grows with the string, is cut, replaced and deleted."""
    walk.press("]")  # what is written at the end of the file is of the last session
    walk.press("1G")
    walk.press("F", "following: the trace")
    walk.do(lambda: write(walk.trace, *_turn(walk, 1), *raw(walk.text, 50)), "   2.1 ")
    walk.press("F")
    walk.press("L", "line ")
    walk.press("F", "following: new lines are shown")
    _grow(walk)
    walk.press("k")
    walk.page(_count(walk) - 1)
    walk.press("G")
    walk.do(lambda: _begin_anew(walk), "the file was cut or written anew")
    _grow(walk)
    walk.do(lambda: _replace(walk), "another file stands in its place")
    _grow(walk)
    walk.press("k")
    walk.page(_count(walk) - 1)
    walk.press("G")
    walk.do(walk.trace.unlink, "the file was deleted")
    walk.press("g")
    walk.press("F", "no longer following")
    walk.press("q")


def _grow(walk: Walk) -> None:
    """Write lines with the string and one that tells itself from others; it must come to be in view."""
    marker = f"line {_count(walk)} was the last"
    walk.do(lambda: write(walk.trace, *raw(walk.text, 70), marker.encode()), marker)


def _count(walk: Walk) -> int:
    return walk.trace.read_bytes().count(b"\n")


def _turn(walk: Walk, number: int) -> list[bytes]:
    made = real._hostile_turn(number, walk.text)
    return [(each if isinstance(each, str) else json.dumps(each)).encode() for each in made]


def _begin_anew(walk: Walk) -> None:
    """Cut the file and write another beginning, as a program does that opens its log anew."""
    walk.trace.write_bytes(_beginning(walk))


def _replace(walk: Walk) -> None:
    """Put another file in its place, as what rotates logs does."""
    other = walk.trace.with_name("other")
    other.write_bytes(_beginning(walk) * 2)
    other.replace(walk.trace)


def _beginning(walk: Walk) -> bytes:
    lines = [json.dumps(HEADER).encode(), *_turn(walk, 0), *raw(walk.text, 40)]
    return b"".join(line + b"\n" for line in lines)
