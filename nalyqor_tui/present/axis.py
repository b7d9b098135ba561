"""The turn axis in characters: how wide a column is, which columns fit, and where the numbers stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nalyqor_tui.present.columns import padded
from nalyqor_tui.present.marks import Column, Lane, LaneKind, Mark, Tracks
from nalyqor_tui.present.text import literal

_LIVES: tuple[LaneKind, ...] = ("policy", "believed")
_SILENT = " ·"
_MOST = 500  # characters of what a lane is about that are looked at; no label has room for more
WIDEST = 3  # characters of a column; more would tear the lines apart


def fit(count: int, room: int, *, widest: int = WIDEST) -> int:
    """Return how many characters a column gets so that `count` of them fit; 1 where not all do."""
    return max(1, min(widest, room // max(1, count)))


def around(at: int, count: int, room: int, width: int) -> range:
    """Return the columns of `width` characters that fit into `room`, those around the column `at`."""
    size = max(1, min(count, room // width))
    first = max(0, min(at - size // 2, count - size))
    return range(first, min(count, first + size))


def parts(count: int, room: int, width: int) -> list[range]:
    """Cut all columns into parts that fit into `room`, one below the other."""
    size = max(1, room // width)
    return [range(start, min(count, start + size)) for start in range(0, count, size)]


def shown_lanes(tracks: Tracks, shown: range) -> list[Lane]:
    """Return the lanes of a part: of many parts, a confirmation is only in those where it was live or believed."""
    if len(shown) == len(tracks.columns):
        return list(tracks.lanes)
    return [lane for lane in tracks.lanes if lane.kind not in _LIVES or _speaks(lane, shown)]


def _speaks(lane: Lane, shown: range) -> bool:
    return any(lane.marks[index].sign.glyph not in _SILENT for index in shown)


def numbers(columns: Sequence[Column], width: int) -> str:
    """Write the number of each turn over its first column; one that would touch the one before is left out."""
    out: list[str] = []
    turn: int | None = None
    for index, column in enumerate(columns):
        if column.turn == turn:
            continue
        turn, label, start = column.turn, str(column.turn), index * width
        used = sum(map(len, out))
        if (used == 0 or used < start) and start + len(label) <= len(columns) * width:
            out.append(" " * (start - used) + label)
    return "".join(out).ljust(len(columns) * width)


def cell(mark: Mark, width: int) -> str:
    """Write a mark in a column of `width` characters."""
    return mark.sign.glyph + mark.sign.fill * (width - 1)


def line(lane: Lane, shown: range, width: int) -> str:
    """Write the marks of a lane in the columns that are shown."""
    return "".join(cell(lane.marks[index], width) for index in shown)


def label(lane: Lane, width: int) -> str:
    """Write what a lane is about in `width` columns; the word that tells it from its neighbour is never cut."""
    subject = literal(lane.subject, _MOST)
    if not lane.role:
        return padded(subject, width)
    return padded(subject, width - len(lane.role) - 1) + f" {lane.role}"


def longest(lanes: Iterable[Lane]) -> int:
    """Return the characters of the longest label, or so many that none has room for them."""
    return max((len(literal(lane.subject, _MOST)) + len(lane.role) + 1 for lane in lanes), default=0)
