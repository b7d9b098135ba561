"""A program in a terminal of ours: what it writes is timed as it arrives, and made a screen of when there is time.

A thread does nothing but read and note the time, so that working out the screen delays no time. A time is always that
of the chunk after which the screen was as waited for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import pyte

from tests.bench.size.memory import Memory

SIZE = (120, 40)
"""Columns and rows."""

_MOST = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2  # bytes
_QUIET = 0.03  # seconds without a byte after which a screen is taken to be whole
_UNKNOWN = re.compile(  # what pyte would print
    rb"\x1b[P_^X].*?\x1b\\|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[<=>][0-9;:]*[a-z]|\x1b\[\??[0-9;]*\$[a-z]"
    rb"|\x1b\[[0-9;]*t|\x1b\[[0-9;]* q|\x1b\[\?[0-9;]*u",
    re.DOTALL,
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:<=>?]*[ -/]*|[P_^X\]](?:(?!\x1b\\|\x07).)*|[()]?)$", re.DOTALL)
_NOT_OURS = ("TMUX", "STY", "LINES", "COLUMNS", "NO_COLOR", "PYTHONDONTWRITEBYTECODE")
OURS = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
"""The environment of what is measured: with the bytecode of modules kept, as an installed program has it."""
_ANSWERS = {  # to what a program may ask before it paints
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[>c": b"\x1b[>1;10;0c",
    b"\x1b[5n": b"\x1b[0n",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
}


class _Screen(pyte.Screen):
    """A screen that can scroll and repeat as xterm does."""

    _drawn = " "

    def draw(self, data: str) -> None:
        self._drawn = data[-1:] or self._drawn
        super().draw(data)

    def repeat(self, times: int = 1) -> None:
        self.draw(self._drawn * (times or 1))

    def scroll_up(self, rows: int = 1) -> None:
        self._scroll(rows, (self.margins or pyte.screens.Margins(0, self.lines - 1)).bottom, self.index)

    def scroll_down(self, rows: int = 1) -> None:
        self._scroll(rows, (self.margins or pyte.screens.Margins(0, self.lines - 1)).top, self.reverse_index)

    def _scroll(self, rows: int, at: int, step: Callable[[], None]) -> None:
        row, self.cursor.y = self.cursor.y, at
        for _ in range(rows or 1):
            step()
        self.cursor.y = row


class _Stream(pyte.ByteStream):  # pyte looks the names up in the class
    csi = dict(pyte.ByteStream.csi, b="repeat", S="scroll_up", T="scroll_down")  # noqa: RUF012
    events = frozenset([*pyte.ByteStream.events, "repeat", "scroll_up", "scroll_down"])


class Terminal:
    """A program that was just started; `start` is when, in seconds of `time.perf_counter`."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self._screen = _Screen(*SIZE)
        self._stream = _Stream(self._screen)
        self._rows: list[tuple[object, ...]] = [()] * SIZE[1]
        self._texts = [""] * SIZE[1]
        self._rest = b""
        self._chunks: deque[tuple[float, bytes]] = deque()
        self._arrived = threading.Event()
        self.ended = False
        self.start = time.perf_counter()
        self.last = self.start
        self.process, self._master = _spawn(command, env or {})
        self.memory = Memory(self.process)
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        """End the program and its children."""
        self._kill()
        with contextlib.suppress(OSError):
            os.waitpid(self.process, 0)
        os.close(self._master)

    @property
    def text(self) -> str:
        """The characters on the screen, as far as they were made of what arrived."""
        return "\n".join(self._texts)

    def type(self, keys: str) -> float:
        """Type; return when."""
        at = time.perf_counter()
        with contextlib.suppress(OSError):
            os.write(self._master, keys.encode())
        return at

    def until(self, what: str, seconds: float) -> float | None:
        """Return when a regular expression was first on the screen; None if not within a time, or never."""
        wanted, end = re.compile(what), time.perf_counter() + seconds
        while time.perf_counter() < end:
            self._settle(0.25)
            while self._chunks:
                at, _ = self._take()
                if wanted.search(self.text):
                    return at
            if wanted.search(self.text):
                return self.last
            if self.ended:
                return None
        return None

    def press(self, key: str, seconds: float = 5.0) -> float | None:
        """Press a key when all is quiet; return the seconds to the first chunk that changed the screen."""
        self.quiet(_QUIET, seconds)
        before = list(self._rows)
        pressed = self.type(key)
        while time.perf_counter() < pressed + seconds and not self.ended:
            self._settle(seconds)
            while self._chunks:
                at, _ = self._take()
                if self._rows != before:
                    return at - pressed
        return None

    def quiet(self, quiet: float, seconds: float) -> None:
        """Wait until nothing was written for a while, or until a time has gone by."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            while self._chunks:
                self._take()
            left = quiet - (time.perf_counter() - self.last)
            if left <= 0:
                return
            time.sleep(left)

    def _settle(self, seconds: float) -> None:
        """Wait for a chunk, then for the pause after it; at most a quarter of a second for the latter."""
        self._arrived.clear()
        if not self._chunks:
            self._arrived.wait(seconds)
        end = time.perf_counter() + 0.25
        while (
            (now := time.perf_counter()) < end and (left := _QUIET - (now - self.last)) > 0 and not self.ended
        ):
            time.sleep(left)

    def _take(self) -> tuple[float, bytes]:
        """Make the screen of one chunk more."""
        at, data = self._chunks.popleft()
        data = self._rest + data
        found = _UNFINISHED.search(data, max(0, len(data) - 4096))
        data, self._rest = (data[: found.start()], data[found.start() :]) if found else (data, b"")
        self._stream.feed(_UNKNOWN.sub(b"", data))
        for y in self._screen.dirty:
            row = self._screen.buffer[y]
            self._rows[y] = cells = tuple(row[x] for x in range(SIZE[0]))
            self._texts[y] = "".join(cell.data for cell in cells)
        self._screen.dirty.clear()
        return at, data

    def _kill(self) -> None:
        for process in self.memory.tree():
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)

    def _read(self) -> None:
        """Read, note the time, and answer what terminals are asked; end a program that takes the machine's memory."""
        while True:
            self.memory.look()
            if self.memory.peak > _MOST:
                self._kill()
            if not select.select([self._master], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:
                data = b""
            now = time.perf_counter()
            if not data:
                self.ended = True
                self._arrived.set()
                return
            self.last = now
            self._chunks.append((now, data))
            self._arrived.set()
            for question, answer in _ANSWERS.items():
                if question in data:
                    self.type(answer.decode())


def _spawn(command: Sequence[str], env: Mapping[str, str]) -> tuple[int, int]:
    """Start a program in a new terminal; return its id, and the terminal's descriptor."""
    ours = OURS | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", **env}
    sys.setswitchinterval(0.0002)  # the thread that notes the times must not wait for the screen to be made
    process, master = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        try:
            os.execvpe(command[0], list(command), ours)
        finally:
            os._exit(127)
    return process, master
