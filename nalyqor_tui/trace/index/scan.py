"""Find the lines of a file and their heads, a window at a time: in this process, or as a worker of another.

As a worker (`python -m nalyqor_tui.trace.index.scan`) it is given an open file and a part of it, and writes what it
finds to standard output, piece by piece. It ends when its standard input does: whoever started it is gone then.
"""

from __future__ import annotations

import errno
import os
import pickle
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Thread
from typing import Final

from nalyqor_tui.trace.index.heads import CODES, NO_TURN, RECORDS, SESSION_KEY, START, Head, head, named

WINDOW: Final = 1 << 20
LONGEST: Final = 64 << 20
"""The longest line that is read, in bytes; of a longer one only the beginning is looked at."""

_BOM: Final = b"\xef\xbb\xbf"
_BROKEN: Final = Head(CODES["broken"])


@dataclass(slots=True)
class Piece:
    """Consecutive lines: the offset of each, the code of its kind, its turn; and how far the file has been read.

    `named` holds the names of sessions by the number of the line in the piece.
    """

    scanned: int
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    codes: bytearray = field(default_factory=bytearray)
    turns: array[int] = field(default_factory=lambda: array("i"))
    named: dict[int, bytes] = field(default_factory=dict)

    def add(self, offset: int, head: Head) -> None:
        """Take in one more line."""
        if head.session is not None:
            self.named[len(self.codes)] = head.session
        self.offsets.append(offset)
        self.codes.append(head.code)
        self.turns.append(head.turn)


def scan(fd: int, start: int, stop: int, size: int, *, heads: bool) -> Iterator[Piece]:
    """Yield the lines that begin in [start, stop) of a file of `size` bytes, which `start` must be the first of one.

    With `heads` they are records of ours, and told by their heads; without, only their offsets are found.
    """
    position = start
    while position < stop and (window := os.pread(fd, min(WINDOW, size - position), position)):
        whole = window.rfind(b"\n") + 1
        if whole:
            piece = _lines(window, whole, position, stop, heads=heads)
            position += whole
        elif position + len(window) >= size:  # the last line, not ended yet
            piece = _lines(window, len(window), position, stop, heads=heads)
            position += len(window)
        else:
            piece, position = _long(fd, position, size, heads=heads)
        piece.scanned = min(position, stop)
        yield piece


def first_line(fd: int, at: int, size: int) -> int:
    """Return the offset of the first line that begins at `at` or after it."""
    if at == 0:
        return 0
    return newline(fd, at - 1, size) + 1


def _lines(window: bytes, whole: int, base: int, stop: int, *, heads: bool) -> Piece:
    """Take the lines of a window apart."""
    at = len(_BOM) if base == 0 and window.startswith(_BOM) else 0
    end = min(whole, stop - base)
    if not heads:
        return _offsets(window, whole, base, at, end)
    piece, known, upto = _by_their_start(window, whole, base, at, end)
    if known < window.count(SESSION_KEY, at, upto):  # lines that were told by their start name sessions
        return _by_name(window, whole, base, piece)
    return piece


def _offsets(window: bytes, whole: int, base: int, at: int, end: int) -> Piece:
    piece, find = Piece(base), window.find
    offsets = piece.offsets.append
    while 0 <= at < end:
        offsets(base + at)
        at = find(b"\n", at, whole) + 1 or whole
    piece.codes = bytearray(len(piece.offsets))
    piece.turns = array("i", [NO_TURN]) * len(piece.offsets)
    return piece


def _by_their_start(window: bytes, whole: int, base: int, at: int, end: int) -> tuple[Piece, int, int]:
    """Tell the lines by how they begin.

    Return also how many session keys stand in those that were read whole, and where the last of them ends.

    This loop runs once for each line of the file: nothing in it is a call that could be spared.
    """
    piece, find, match, codes_of = Piece(base), window.find, START.match, RECORDS
    offsets, codes, turns = piece.offsets.append, piece.codes.append, piece.turns.append
    known = 0
    while at < end:
        after = find(b"\n", at, whole) + 1 or whole + 1
        found = match(window, at)
        offsets(base + at)
        if found is not None and (code := codes_of.get(found[1])) is not None:
            codes(code)
            turns(int(found[2]))
        else:
            line = window[at : after - 1]
            code, turn, session = head(line)
            if session is not None:
                piece.named[len(piece.codes)] = session
            codes(code)
            turns(turn)
            known += line.count(SESSION_KEY)
        at = after
    return piece, known, min(at, whole)


def _by_name(window: bytes, whole: int, base: int, found: Piece) -> Piece:
    """Tell the lines of a window in which records say which session they belong to."""
    piece = Piece(base)
    starts = [offset - base for offset in found.offsets]
    last = window.find(b"\n", starts[-1], whole) if starts else -1
    ends = [start - 1 for start in starts[1:]] + [whole if last < 0 else last]
    for start, end in zip(starts, ends, strict=True):
        piece.add(base + start, named(window[start:end]))
    return piece


def _long(fd: int, start: int, size: int, *, heads: bool) -> tuple[Piece, int]:
    """Take a line that is longer than a window."""
    end = newline(fd, start, size)
    piece = Piece(start)
    bom = len(_BOM) if start == 0 and os.pread(fd, 3, 0) == _BOM else 0
    told = Head(0)
    if heads:
        told = named(os.pread(fd, end - start - bom, start + bom)) if end - start <= LONGEST else _BROKEN
    piece.add(start + bom, told)
    return piece, end + 1


def newline(fd: int, at: int, size: int) -> int:
    """Return the offset of the first line feed at `at` or after it; the size of the file where there is none."""
    while at < size and (window := os.pread(fd, min(WINDOW, size - at), at)):
        if (found := window.find(b"\n")) >= 0:
            return at + found
        at += len(window)
        if window[-1] == 0:
            at = _data(fd, at, size)
    return size


def _data(fd: int, at: int, size: int) -> int:
    """Return where a sparse file has bytes again, at `at` or after it: a hole of gigabytes need not be read.

    This moves the file's own position, which nobody else may write or read by.
    """
    try:
        return os.lseek(fd, at, os.SEEK_DATA)
    except AttributeError:
        return at
    except OSError as error:
        return size if error.errno == errno.ENXIO else at


def work(fd: int, start: int, stop: int, size: int, *, heads: bool) -> None:
    """Scan a part of a file as a worker."""
    Thread(target=_end_with_input, daemon=True).start()
    os.nice(5)  # the keys come first
    out = sys.stdout.buffer
    for piece in scan(fd, first_line(fd, start, size), stop, size, heads=heads):
        pickle.dump((piece.scanned, piece.offsets.tobytes(), bytes(piece.codes), piece.turns.tobytes(),
                     piece.named), out, pickle.HIGHEST_PROTOCOL)  # fmt: skip
        out.flush()


def _end_with_input() -> None:
    """End this process at once when nobody holds the other end of its standard input any more."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    work(*map(int, sys.argv[1:5]), heads=sys.argv[5] == "heads")
