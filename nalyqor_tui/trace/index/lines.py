"""The lines of a file while they are being found, and after: offset, kind and turn of each, in arrays.

A large file is scanned by processes of their own, each a part of it, so that keys are never kept waiting. What
is known grows from the start of the file.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from threading import Condition, Event, Thread
from typing import IO, Final, NamedTuple

from nalyqor_tui.trace.index import cache
from nalyqor_tui.trace.index.heads import HEADER
from nalyqor_tui.trace.index.names import Packed
from nalyqor_tui.trace.index.scan import LONGEST, Piece, first_line, newline, scan

_WORTH: Final = 8 << 20  # bytes from which processes are faster than this one
_MOST: Final = 4  # processes


_HOME: Final = str(Path(__file__).parents[3])


class Span(NamedTuple):
    """Where a line lies: the offset of its first byte, and its bytes without the line feed."""

    offset: int
    length: int


class Lines:
    """The lines of an open file of `size` bytes, numbered from 0 in the order of the file.

    `offsets`, `codes` (see heads.WORDS) and `turns` hold an item for each line that is known. With `heads` the
    lines are records of ours.
    """

    def __init__(self, fd: int, size: int, *, heads: bool) -> None:
        """Take the file descriptor as it is; whoever opened it closes it, after `stop`."""
        self.size = size
        self.heads = heads
        self.offsets = array("Q")
        self.codes = bytearray()
        self.turns = array("i")
        self._naming = array("Q")  # the lines that name a session, and which of the names it is
        self._named = array("I")
        self._names = Packed()
        self._known: dict[bytes, int] = {}
        self._was = ""
        self._gathering: Thread | None = None
        self._keeping: Thread | None = None
        self.stopped = Event()
        self._fd = fd
        self._done = False
        self._end = 0  # where the last line ends, once all are known
        self._changed = Condition()
        self._workers: list[subprocess.Popen[bytes]] = []
        self._scanned: list[int] = [0]
        self._parts: list[list[Piece]] = []

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def done(self) -> bool:
        """Whether all lines are known."""
        return self._done

    @property
    def progress(self) -> float:
        """The share of the file that has been looked at, from 0 to 1."""
        return 1.0 if self._done or not self.size else min(1.0, sum(self._scanned) / self.size)

    def named(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that name a session, in order, with the name."""
        for number, name in zip(self._naming, self._named, strict=True):
            yield number, self._names[name]

    def start(self) -> None:
        """Begin to find the lines: a small file is scanned before this returns, a large one in the background."""
        if self.size < _WORTH:
            for piece in scan(self._fd, 0, self.size, self.size, heads=self.heads):
                self._append(piece)
            self._finish()
            return
        if (
            os.fstat(self._fd).st_size == self.size
        ):  # else it has grown since somebody looked: what is kept is of all
            self._was = cache.identity(self._fd, heads=self.heads)
            if (kept := cache.load(self._fd, heads=self.heads)) is not None and len(kept.codes):
                self._take_over(kept)
                return
        count = max(1, min(_MOST, os.cpu_count() or 1))
        bounds = [self.size * part // count for part in range(count + 1)]
        self._scanned = [0] * count
        self._parts = [[] for _ in range(count)]
        threads = [
            Thread(target=self._follow, args=(part, bounds[part], bounds[part + 1]), daemon=True)
            for part in range(count)
        ]
        for thread in threads:
            thread.start()
        self._gathering = Thread(target=self._gather, args=(threads,), daemon=True)
        self._gathering.start()

    def are_of(self, fd: int) -> bool:
        """Say whether they are the lines of this open file."""
        mine, other = os.fstat(self._fd), os.fstat(fd)
        return (mine.st_dev, mine.st_ino) == (other.st_dev, other.st_ino)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all lines are known, or the time is over, or it was stopped; say whether they are."""
        with self._changed:
            self._changed.wait_for(lambda: self._done or self.stopped.is_set(), seconds)
        return self._done

    def settle(self) -> None:
        """Wait until what was found has been kept, too."""
        for thread in (self._gathering, self._keeping):
            if thread is not None:
                thread.join()

    def stop(self) -> None:
        """End the search for lines; what is known stays."""
        with self._changed:
            self.stopped.set()
            self._changed.notify_all()
        for worker in self._workers:
            worker.kill()

    def grow(self, size: int) -> None:
        """Take in what was written to the file since all its lines were known; the last line may have been half."""
        start = self.size
        if self.codes and not self._ended(self.size):
            start = self.offsets.pop()
            self.turns.pop()
            self.codes.pop()
            if self._naming and self._naming[-1] == len(self.codes):
                self._naming.pop()
                self._named.pop()
        for piece in scan(self._fd, start, size, size, heads=self.heads):
            self._append(piece)
        self.size = size
        self._end = size - self._ended(size)

    def span(self, number: int) -> Span:
        """Return where a known line lies."""
        offset = self.offsets[number]
        if number + 1 < len(self.offsets):
            return Span(offset, self.offsets[number + 1] - offset - 1)
        if self._end:
            return Span(offset, self._end - offset)
        return Span(offset, newline(self._fd, offset, self.size) - offset)

    def data(self, number: int, most: int = LONGEST) -> bytes:
        """Return the bytes of a known line; of a long one, the first `most`."""
        offset, length = self.span(number)
        return os.pread(self._fd, min(length, most), offset)

    def _follow(self, part: int, start: int, stop: int) -> None:
        """Take in what a worker finds; where it fails, go on without it."""
        scanned = start
        try:
            for piece in self._worker(start, stop):
                self._take(part, piece, start)
                scanned = piece.scanned
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            pass
        if scanned < stop and not self.stopped.is_set():
            begin = first_line(self._fd, scanned, self.size)
            for piece in scan(self._fd, begin, stop, self.size, heads=self.heads):
                self._take(part, piece, start)
                if self.stopped.is_set():
                    return

    def _worker(self, start: int, stop: int) -> Iterator[Piece]:
        # Not from the reader's folder, in which any file may lie: from where this program is.
        command = [sys.executable, "-P", "-m", "nalyqor_tui.trace.index.scan"]
        path = os.pathsep.join(filter(None, [_HOME, os.environ.get("PYTHONPATH", "")]))
        figures = [str(n) for n in (self._fd, start, stop, self.size)]
        with subprocess.Popen(
            [*command, *figures, "heads" if self.heads else "offsets"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=(self._fd,),
            env={**os.environ, "PYTHONPATH": path},
        ) as worker:  # fmt: skip
            self._workers.append(worker)
            assert worker.stdout is not None
            while not self.stopped.is_set() and (piece := _read(worker.stdout)) is not None:
                yield piece

    def _take(self, part: int, piece: Piece, start: int) -> None:
        with self._changed:
            self._scanned[part] = piece.scanned - start
            if part == 0:
                self._append(piece)
            else:
                self._parts[part].append(piece)

    def _gather(self, threads: list[Thread]) -> None:
        """Put the parts together in the order of the file, each as soon as those before it are whole."""
        for part, thread in enumerate(threads):
            thread.join()
            if self.stopped.is_set():
                return
            with self._changed:
                for piece in self._parts[part]:
                    self._append(piece)
                self._parts[part] = []
        self._finish()
        with contextlib.suppress(RuntimeError):  # the program is ending
            self._keeping = Thread(target=self._keep, daemon=False)  # what was begun is written to its end
            self._keeping.start()

    def _keep(self) -> None:
        kept = cache.Kept(self.offsets, self.codes, self.turns, self._naming, self._named, self._names)
        cache.save(self._fd, kept, self._was, heads=self.heads)

    def _take_over(self, kept: cache.Kept) -> None:
        """Take the lines from where an earlier search has kept them."""
        self.offsets, self.codes, self.turns = kept.offsets, kept.codes, kept.turns
        self._naming, self._named, self._names = kept.naming, kept.named, kept.names
        again = (named for number, named in zip(kept.naming, kept.named, strict=True)
                 if kept.codes[number] != HEADER)  # fmt: skip
        self._known = {kept.names[named]: named for named in again}
        self._finish()

    def _append(self, piece: Piece) -> None:
        first = len(self.codes)
        self.offsets.extend(piece.offsets)
        self.turns.extend(piece.turns)
        for number, name in piece.named.items():
            known = self._known.get(name)
            if known is None:
                known = len(self._names)
                self._names.append(name)
                if piece.codes[number] != HEADER:  # which names a session of its own
                    self._known[name] = known
            self._naming.append(first + number)
            self._named.append(known)
        self.codes.extend(piece.codes)  # the last, as it says how many lines are known

    def _ended(self, size: int) -> bool:
        """Say whether the last of so many bytes ends a line."""
        return size > 0 and os.pread(self._fd, 1, size - 1) == b"\n"

    def _finish(self) -> None:
        with self._changed:
            self._end = self.size - self._ended(self.size)
            self._done = True
            self._changed.notify_all()


def _read(out: IO[bytes]) -> Piece | None:
    """Read what a worker wrote, None at the end."""
    try:
        scanned, offsets, codes, turns, named = pickle.load(out)
    except EOFError:
        return None
    piece = Piece(scanned, codes=bytearray(codes), named=named)
    piece.offsets.frombytes(offsets)
    piece.turns.frombytes(turns)
    return piece
