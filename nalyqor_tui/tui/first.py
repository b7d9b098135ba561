"""The first frame: what can be seen of a file, painted before Textual is loaded, which then paints over it.

Loading Textual and all that the screen is made of takes longer than to open any file. Meanwhile the terminal
must show something useful, keep what is typed for the screen, and be as it was if the file cannot be opened.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import unicodedata
from collections.abc import Iterator
from types import FrameType, TracebackType

from nalyqor_tui.present.glance import Glance, Row, look
from nalyqor_tui.present.text import literal, show

ENTER = "\x1b[?1049h"
"""What makes a terminal show its alternate screen."""

_CLEAR = "\x1b[?25l\x1b[?7l\x1b[H\x1b[2J"  # no cursor, no wrapping: a cell that was reckoned wrong stays in its row
_LEAVE = "\x1b[?7h\x1b[?1049l\x1b[?25h"
# What Textual asks of a terminal when it starts, taken back: the mouse, focus, pasting, kitty's keyboard.
_UNDO = "".join(f"\x1b[?{mode}l" for mode in (1000, 1003, 1015, 1006, 1004, 2004)) + "\x1b[<u"
_BOLD, _DIM, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[0m"  # no colours: nothing here needs any
_FOOT = " opening …  ctrl+c leaves"
_WHAT_WIDTH = 24

_standing: FirstFrame | None = None


class FirstFrame:
    """Stands from `with` on until the screen takes over; it is gone at the end, whatever happened."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._modes: list[object] | None = None
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> None:
        """Paint it, if there is something to be seen, and a terminal to be seen on."""
        global _standing  # noqa: PLW0603  # there is one terminal
        error = sys.__stderr__  # where Textual paints
        if error is None or os.name != "posix" or not (os.isatty(0) and os.isatty(error.fileno())):
            return
        size = os.get_terminal_size(error.fileno())
        glance = look(self._path, size.lines)
        if glance is None:
            return
        try:
            _standing = self
            self._quieten()
            error.write(ENTER + _CLEAR + _picture(glance, *size))
            error.flush()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was, unless that is the screen's task by now."""
        if hand_over() and sys.__stderr__ is not None:
            with contextlib.suppress(OSError):  # the window was closed
                sys.__stderr__.write(_LEAVE)
                sys.__stderr__.flush()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _quieten(self) -> None:
        """Keep what is typed, unseen and key by key, for the screen; only ctrl+c is heard."""
        import termios

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._leave)
        self._modes = termios.tcgetattr(0)
        changed = termios.tcgetattr(0)
        changed[0] &= ~(termios.IXON | termios.ICRNL | termios.INLCR | termios.IGNCR)
        changed[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        off = os.fpathconf(0, "PC_VDISABLE").to_bytes()
        for key in (termios.VSUSP, termios.VQUIT):
            changed[6][key] = off
        changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
        termios.tcsetattr(0, termios.TCSANOW, changed)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        """End the program on a signal, at once: an exception would be lost in a library that is being loaded.

        Nothing is open yet that could be lost. Once the screen is mounted it hears the signals itself.
        """
        undone = "" if _standing is self else _UNDO
        self.loosen()
        with contextlib.suppress(OSError):  # the window was closed
            os.write(2, (undone + _LEAVE).encode())
        os._exit(128 + number)

    def loosen(self) -> None:
        """Set the modes of the terminal as they were, and what ctrl+c does; what was typed is kept."""
        if signal.SIGINT in self._handlers:
            signal.signal(signal.SIGINT, self._handlers.pop(signal.SIGINT))  # type: ignore[arg-type]
        if self._modes is not None:
            import termios

            with contextlib.suppress(termios.error):  # the window was closed
                termios.tcsetattr(0, termios.TCSANOW, self._modes)  # type: ignore[arg-type]


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let signals wait: orjson crashes the interpreter where one is heard while it is being imported."""
    was = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, was)


def hand_over() -> bool:
    """Leave the terminal, its modes as they were, to whoever paints next; whether a frame stands on it."""
    global _standing
    frame, _standing = _standing, None
    if frame is not None:
        frame.loosen()
    return frame is not None


def _picture(glance: Glance, columns: int, rows: int) -> str:
    """Return what paints a glance in a terminal of that size, each row at its place."""
    facts, about = _cut(show(glance.facts), columns - 1), _cut(show(glance.about), columns - 1)
    lines = [f" {_BOLD}{facts}{_OFF}", f" {_DIM}{about}{_OFF}", *_lines(glance, columns, rows)]
    foot = f"\x1b[{rows};1H{_DIM}{_cut(_FOOT, columns)}{_OFF}"
    return "".join(f"\x1b[{at};1H{line}" for at, line in enumerate(lines[: rows - 1], 1)) + foot


def _lines(glance: Glance, columns: int, rows: int) -> list[str]:
    if len(glance.rows) == 1:
        return _alone(glance.rows[0], columns, rows)
    what = max((_width(_cell(row.what, _WHAT_WIDTH)) for row in glance.rows), default=0)
    turn = max((_width(row.turn) for row in glance.rows), default=0)
    names = [f"   {_cell(name, columns - 3)}" for name in glance.names]
    return names + [_line(row, what, turn, columns) for row in glance.rows]


def _line(row: Row, what: int, turn: int, columns: int) -> str:
    """Return a line of the file as a row of the screen, its cells `what` and `turn` columns wide."""
    cells = _fill(_cell(row.what, what), what), _fill(row.turn, turn)
    head = _head(f"{row.number}") + "".join(f"{cell}  " for cell in cells if cell)
    return _cut(head, columns) + _cell(row.words, columns - _width(head))


def _alone(row: Row, columns: int, rows: int) -> list[str]:
    """Return the only line of a file in as many rows of the screen as it fills."""
    head = _head(f"{row.number}")
    room = columns - len(head)
    words = literal(row.words[: max(room, 0) * rows])
    out = [] if words else [_cut(head, columns)]
    while words and len(out) < rows:
        piece = _cut(words, room)
        out.append((_head("") if out else head) + piece)
        if not piece:  # a wide character where there is one column
            break
        words = words[len(piece) :]
    return out


def _head(number: str) -> str:
    """Say that a row is observed, and the number of its line."""
    return f"OBS │{number:>6}  "


def _cell(text: str, width: int) -> str:
    """Return the visible form of a text in at most so many columns, with a mark where it is cut."""
    begins = literal(text[: max(width, 0) + 1])
    return begins if _width(begins) <= width else _cut(begins, width - 1) + "…" * (width > 0)


def _fill(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _cut(text: str, width: int) -> str:
    """Return what of a text in its visible form fits into so many columns."""
    if text.isascii():
        return text[: max(width, 0)]
    used = 0
    for index, char in enumerate(text):
        used += _width(char)
        if used > width:
            return text[:index]
    return text


def _width(text: str) -> int:
    """Return the columns that a text in its visible form takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char)[0] == "M":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
