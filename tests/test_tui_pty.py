"""The program in a real terminal: what it writes, how it ends, what survives."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest
from tui_samples import BOTH, LARGE, SMALL, lines, production, replied, said

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is wanted")

# fmt: off
HOSTILE = (
    "\x1b]52;c;aGFja2Vk\x07", "\x1b]0;owned\x07", "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "\x1b[5n",
    "\x1b[6n", "\x1b[c", "\x1b[?1049l", "\x1b[?25l", "\x1bc", "\x1bP+q544e\x1b\\", "\x1b_Gi=1;AAAA\x1b\\",
    "\x1b^pm\x1b\\", "\x1bXsos\x1b\\", "\x9b5n", "\x9d52;c;eA==\x9c", "\x90q\x9c", "\x85\x8d\x9a",
    "\u202eevil\u202c", "\u2066\u2067\u2069", "\u200b\u200d\ufeff", "\u2028\u2029",
    "[@click=app.quit]x[/]", "[@click=app.bell()]", "[bold]b[/bold]", "[/]", "[red", "list[int]", "\\[x]",
    "\x00\x07\x08\x0c\x7f", "\r\n\r", "e" + "\u0301" * 40, "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U000e0041\U000e0042", "\ud800", "q", ":q!\n", "\x03\x04\x1a",
)
# fmt: on
# What the program may write beside text: SGR, cursor moves, erasing, the modes that Textual sets and asks for,
# kitty's keyboard, the shape of the pointer.
_ALLOWED = re.compile(
    r"\x1b\[[0-9;:]*m"
    r"|\x1b\[[0-9;]*[HABCDGdfJK]"
    r"|\x1b\[\?(?:25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048|7)[hl]"
    r"|\x1b\[\?(?:1016|2026|2048)\$p"
    r"|\x1b\[[<>=]\d*(?:;\d+)?u"
    r"|\x1b\]22;[a-z-]*(?:\x1b\\|\x07)"
    r"|\x1b\[(?:14|16|18)t"
    r"|\x1b[78]"
    r"|[\r\n]"
)


# The last one would have every start compile all modules anew, which an installed program does once.
_NOT_OURS = ("COLUMNS", "LINES", "NO_COLOR", "TMUX", "PYTHONDONTWRITEBYTECODE")
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if k not in _NOT_OURS},
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
}


ESCAPE = "\x1b[27u"  # as kitty's protocol has it: a bare ESC is alt with the key that follows too soon


class Terminal:
    """The program in a pty, its bytes, and the screen that a terminal makes of them."""

    def __init__(
        self,
        *args: str,
        size: tuple[int, int] = SMALL,
        env: dict[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "nalyqor_tui"),
    ) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.written = bytearray()
        self.master, slave = pty.openpty()
        self.modes = termios.tcgetattr(slave)
        self.resize(*size)
        self._slave = slave
        self.process = subprocess.Popen(
            [sys.executable, *program, *args],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 — no other threads here
            env={**ENVIRONMENT, **(env or {})},
        )  # fmt: skip

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size, as dragging its window does."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, seconds: float = 0.05) -> None:
        """Take in what is written within a time, until nothing more comes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and (data := self._take(left)):
            self._stream.feed(_plain(data))

    def press(self, keys: str, drawn: str, seconds: float = 10.0) -> None:
        """Type keys and wait until a text is written; no screen is made of it, as that is slow."""
        start, end = len(self.written), time.monotonic() + seconds
        self.type(keys)
        while self.written.find(drawn.encode(), start) < 0:
            if time.monotonic() > end:
                self._stream = pyte.ByteStream(self.screen)
                self._stream.feed(_plain(bytes(self.written[-100_000:])))
                pytest.fail(f"{drawn!r} was not written after {keys!r}:\n{self.text}")
            self._take(0.05)
        self._stream = pyte.ByteStream(
            self.screen
        )  # the old one may wait for the end of a sequence that was skipped

    def until(self, what: str | Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until a text is on the screen, or until something is so."""
        end = time.monotonic() + seconds
        while not (what in self.text if isinstance(what, str) else what()):
            assert time.monotonic() < end, f"{what!r} did not come to be:\n{self.text}"
            assert self.process.poll() is None or not isinstance(what, str), f"it ended:\n{self.text}"
            self.read()

    def type(self, text: str) -> None:
        """Type into the terminal."""
        os.write(self.master, text.encode())

    @property
    def text(self) -> str:
        """The rows of characters on the screen."""
        return "\n".join(row.rstrip() for row in self.screen.display)

    def ended(self, seconds: float) -> int:
        """Wait for the end and return the exit code; it must come within a time."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, "it did not end"
            self._take(0.05)
        while self._take(0.05):
            pass
        return self.process.returncode

    def _take(self, seconds: float) -> bytes:
        """Take in what is there, or comes within a time."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:  # how Linux tells of the end
            return b""
        self.written += data
        return data

    @property
    def sane(self) -> bool:
        """Whether the terminal is as it was found: modes, cursor, mouse, screen."""
        off = all(_last(self.written, mode) == b"l" for mode in (b"1049", b"1000", b"1003", b"1006", b"2004"))
        return off and _last(self.written, b"25") == b"h" and termios.tcgetattr(self._slave) == self.modes

    def close(self) -> None:
        """End what is left of it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for descriptor in (self.master, self._slave):
            os.close(descriptor)


def _last(written: bytearray, mode: bytes) -> bytes:
    """Return how a mode was set last, h or l; l where it never was."""
    found = re.findall(rb"\x1b\[\?" + mode + rb"([hl])", written)
    return found[-1] if found else b"l"


def _plain(data: bytes) -> bytes:
    """Leave out what pyte does not know and would print."""
    return re.sub(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9]+\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", b"", data)


@contextmanager
def terminal(
    *args: str,
    size: tuple[int, int] = SMALL,
    env: dict[str, str] | None = None,
    program: tuple[str, ...] = ("-m", "nalyqor_tui"),
) -> Iterator[Terminal]:
    """Run the program in a terminal until the block ends; `program` are the words for Python before its own."""
    running = Terminal(*args, size=size, env=env, program=program)
    try:
        yield running
    finally:
        running.close()


def notes(trace: Path) -> list[str]:
    """Return the texts of the notes and drafts that are on the disk beside a trace."""
    file = Path(f"{trace}.notes.jsonl")
    texts = (
        [json.loads(line)["body"]["text"] for line in file.read_text().splitlines()] if file.exists() else []
    )
    return texts + [json.loads(d.read_text())["body"]["text"] for d in trace.parent.glob("*.draft.json")]


def test_it_starts_on_the_first_decision_and_q_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with terminal(str(production(tmp_path))) as t:
        t.until("▸   1.1 ✓ sound")
        t.until("production.jsonl · 1.1 · 14:02:54")
        t.type("q")
        assert t.ended(5) == 0
        assert t.sane
        assert b"Traceback" not in t.written


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_soon_and_the_note_in_the_editor_survives(
    tmp_path: Path, number: signal.Signals
) -> None:
    trace = production(tmp_path)
    with terminal(str(trace), "--at", "9.1") as t:
        t.until("▸   9.1 ✖ bad")
        t.type("a")
        t.until("Note on 9.1")
        t.type("typed just now")
        t.until("typed just now")
        t.process.send_signal(number)
        assert t.ended(2) == 128 + number
        assert t.sane
    assert notes(trace) == ["typed just now"]
    with terminal(str(trace), "--at", "9.1") as t:
        t.until("▸   9.1 ✖ bad")
        t.type("a")
        t.until("A draft from an earlier session")
        t.until("typed just now")


def test_a_window_that_is_closed_ends_it_and_the_note_in_the_editor_survives(tmp_path: Path) -> None:
    trace = production(tmp_path)
    with terminal(str(trace), "--at", "9.1") as t:
        t.until("▸   9.1 ✖ bad")
        t.type("a")
        t.until("Note on 9.1")
        t.type("typed just now")
        t.until("typed just now")
        os.close(t._slave)
        os.close(t.master)
        t.process.wait(3)
        t.master, t._slave = pty.openpty()
    assert notes(trace) == ["typed just now"]


def test_a_note_that_is_said_to_be_saved_survives_a_kill_at_that_moment(tmp_path: Path) -> None:
    trace = production(tmp_path)
    with terminal(str(trace), "--at", "9.1") as t:
        t.until("▸   9.1 ✖ bad")
        t.type("a")
        t.until("Note on 9.1")
        t.type("why it was so" + ESCAPE)
        t.until(lambda: "saved: " in t.text)
        t.process.kill()
        assert t.ended(2) == -signal.SIGKILL
    assert notes(trace) == ["why it was so"]
    with terminal(str(trace), "--at", "9.1") as t:
        t.until("✎ 1 saved")


def test_a_size_of_one_by_one_and_back_does_it_no_harm(tmp_path: Path) -> None:
    with terminal(str(production(tmp_path)), "--at", "9.1", size=LARGE) as t:
        t.until("▸   9.1 ✖ bad")
        for size in ((1, 1), (2, 1), (1, 50), (160, 1), (7, 3), (119, 10), (120, 10), (1, 1)):
            t.resize(*size)
            t.type("a\x11j2+")
            t.read(0.3)
        t.resize(*SMALL)
        t.type(4 * ESCAPE + "?")
        t.until("esc closes", 20)
        t.type(ESCAPE + ":9.1\r")
        t.until("▸   9.1 ✖ bad")
        t.type("q")
        assert t.ended(10) == 0
        assert t.sane


def test_keys_that_arrive_in_one_packet_each_go_where_they_were_meant(tmp_path: Path) -> None:
    trace = production(tmp_path)
    with terminal(str(trace)) as t:
        t.until("▸   1.1 ✓ sound")
        t.type(":9.1\raquit? no, more mj")
        t.until("quit? no, more mj")
        t.type(ESCAPE)
        t.until("saved: ")
        t.type("q")
        assert t.ended(5) == 0
    assert notes(trace) == ["quit? no, more mj"]


def hostile_strings() -> list[str]:
    """Return our own hostile strings, and those of a file that $HOSTILE_STRINGS names (JSON Lines with a `text`)."""
    more = os.environ.get("HOSTILE_STRINGS")
    rows = Path(more).read_text("utf-8").splitlines() if more else []
    return [*HOSTILE, *(json.loads(row)["text"] for row in rows)]


def hostile_trace(folder: Path) -> Path:
    """Write a trace in which every string that its writer chooses is hostile, one after the other."""
    records: list[dict[str, object] | str] = []
    for n, t in enumerate(hostile_strings()):
        records += _hostile_turn(n, t)
    records.append({"kind": "outcome", "seq": 99999, "turn": 1, "case": HOSTILE[0], "expected": HOSTILE[1],
                    "output": HOSTILE[3], "grade": "pass", "by": HOSTILE[0]})  # fmt: skip
    return lines(
        folder, *records, *replied(100000, 999, "end"), name=f"trace{HOSTILE[3]}[@click=app.quit].jsonl"
    )


def _hostile_turn(n: int, t: str) -> list[dict[str, object] | str]:
    """Return the records of a turn in which every text is `t`, or ends in it where it must be unique."""
    seq, at = 10 * n, {"turn": n + 1}
    chosen = {"tool": f"t{t}", "arguments": {f"a{t}": t}}
    candidates = [{**chosen, "value": -0.1}, {"reply": f"other{t}", "value": -2.0}]
    return [
        {"kind": "confirmation", "seq": seq, **at, "id": f"cf{n}{t}", "op": "given", "by": t, "answers": t,
         "covers": {"tool": t, "arguments": {t: t}}, "evidence": [{"ref": t, "quote": t}]},
        {**said(seq + 1, n + 1, t), "id": f"m{t}"},
        {"kind": "retrieval", "seq": seq + 2, **at, "id": f"r{t}", "query": t,
         "documents": [{"id": t, "score": 1.0, "rank": 1}]},
        {"kind": "context", "seq": seq + 3, **at, "id": f"x{n}{t}", "items": [{"ref": t, "tokens": [0, 3]}],
         "state": {t: t}},
        {"kind": "decision", "seq": seq + 4, **at, "id": f"d{n}{t}", "agent": t, "context": f"x{n}{t}",
         "chosen": chosen, "relied_on": [t], "margin": {"measure": "logprob", "candidates": candidates},
         "believes": [{"confirmation": f"cf{n}{t}", "status": t, "source": t}]},
        {"kind": "tool_call", "seq": seq + 5, **at, "id": f"c{n}{t}", "decision": f"d{n}{t}", "name": f"t{t}",
         "arguments": {f"a{t}": t}},
        {"kind": "tool_result", "seq": seq + 6, **at, "call": f"c{n}{t}", "status": "ok", "result": {t: [t]}},
        {"kind": f"strange{t}", "seq": seq + 7, **at, t: t},
        f'{{"broken": {json.dumps(t)}',
    ]  # fmt: skip


@pytest.mark.parametrize("size", BOTH)
def test_no_text_of_a_trace_reaches_the_terminal_as_anything_but_text(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    trace = hostile_trace(tmp_path)
    with terminal(str(trace), size=size) as t:
        t.until("1.1")
        for n in range(len(hostile_strings())):
            if size == LARGE or n % 5 == 0:
                t.press("J" if n and size == LARGE else f":{n + 1}\r", f"▸{n + 1:>4}.1 ")
            for key in "456732" if size == SMALL and n % 5 == 0 else "":
                t.press(key, f"[{key} ")
        for keys in ("5\r", "2\r", "4G\r", "3\r", "?", "y", "a"):
            t.press(keys, {"y": "Copy", "a": "Note on"}.get(keys, "esc closes"))
            t.press(ESCAPE, "▸")
        for keys, drawn in (
            ("/owned\rn", "hit "),
            (ESCAPE + "f", "list only"),
            ("filter\r" + ESCAPE, "▸"),
            ("m", "marked"),
            ("e", "! unparsed"),
            ("d\r", "4 Context"),
            ("x", "write the report to"),
        ):
            t.press(keys, drawn)
        t.screen.reset()
        t.resize(size[0] - 1, size[1])
        t.type(ESCAPE)
        t.read(0.3)
        t.type(":2\r")
        t.until("▸   2.1")
        assert t.process.poll() is None, "a string of the trace pressed q"
        t.type("q")
        assert t.ended(5) == 0
        text = t.written.decode("utf-8")
        rest = _ALLOWED.sub("", text)
        found = next((at for at, char in enumerate(rest) if not char.isprintable()), None)
        assert found is None, ascii(rest[found - 40 : found + 40]) if found is not None else ""
        assert t.sane


BROKEN = """
import sys
from nalyqor_tui.tui.screens import review
def broken(self):
    secret = self.case.trace.raw(self.review.session.entries[1].place)
    raise RuntimeError(secret)
review.ReviewScreen.action_card = broken
from nalyqor_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_defect_leaves_a_report_without_data_and_the_terminal_as_it_was(tmp_path: Path) -> None:
    trace = lines(tmp_path, said(1, 1, "s3cret words of the trace"), *replied(2, 1, "hello"))
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    with terminal(str(trace), env=env, program=("-c", BROKEN)) as t:
        t.until("▸   1.1")
        seen = len(t.written)
        t.type("c")
        assert t.ended(10) == 70
        assert t.sane
        said_last = t.written[seen:].decode()
    (report,) = (tmp_path / "state" / "nalyqor-tui").glob("crash-*.txt")
    assert (
        f"a defect of ours (RuntimeError): a report without any data of the trace is in {report}" in said_last
    )
    assert "Traceback" not in said_last and "locals" not in said_last
    text = report.read_text()
    assert "in broken" in text and "textual " in text and "s3cret" not in text
    assert report.stat().st_mode & 0o077 == 0
