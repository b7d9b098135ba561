"""The first frame: it stands before the screen does, keeps what is typed, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tui_pty import _ALLOWED, HOSTILE, SMALL, Terminal, _hostile_turn, terminal
from tui_samples import lines, production
from wcwidth import wcwidth

from nalyqor_tui.phrase import phrase
from nalyqor_tui.present.glance import Glance, Row, look
from nalyqor_tui.tui.first import _columns, _picture

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is wanted")

# The program, whose opening of a trace waits until there is a file called as $GO says.
WAITING = """
import os, sys, time
from nalyqor_tui.commands import common
opening = common.open_trace
def waiting(path, file=None):
    while not os.path.exists(os.environ["GO"]):
        time.sleep(0.01)
    return opening(path, file)
common.open_trace = waiting
from nalyqor_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """What lets a program that waits go on, once it is there."""
    return tmp_path / "go"


def waiting(trace: Path, go: Path, **more: str):
    """Open a trace by a program that stands in its first frame until `go` is there."""
    return terminal(str(trace), env={"GO": str(go), **more}, program=("-c", WAITING))


def after(t: Terminal, mark: bytes) -> str:
    """Return what was written after a sequence was written last."""
    return bytes(t.written).rpartition(mark)[2].decode()


def test_the_lines_of_the_file_stand_there_until_the_screen_paints_over_them(
    tmp_path: Path, go: Path
) -> None:
    with waiting(production(tmp_path), go) as t:
        t.until("opening …  ctrl+c leaves")
        assert t.text.startswith(" production.jsonl · ")
        assert "OBS │     3  message user            turn 1  Hello, could you" in t.text
        go.touch()
        t.until("▸   1.1 ✓ sound")
        t.until(lambda: "opening …" not in t.text)
        t.type("q")
        assert t.ended(5) == 0
        assert t.sane
        assert t.written.count(b"\x1b[?1049h") == t.written.count(b"\x1b[?1049l") == 1  # and no flash between


def test_what_is_typed_meanwhile_is_not_seen_but_done(tmp_path: Path, go: Path) -> None:
    with waiting(production(tmp_path), go) as t:
        t.until("opening …  ctrl+c leaves")
        before = t.text
        t.type(":2.1\r\x1a\x1c")  # ctrl+z and ctrl+\ would leave the frame behind
        t.read(0.2)
        assert t.text == before
        assert t.process.poll() is None
        go.touch()
        t.until("▸   2.1 ✓ sound")


def test_a_program_that_is_started_from_the_screen_finds_the_terminal_as_it_was(
    tmp_path: Path, go: Path
) -> None:
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\ncat > /dev/null\nstty -a < /dev/tty > "$0.modes"\n')
    pager.chmod(0o755)
    go.touch()
    with waiting(production(tmp_path), go, PAGER=str(pager)) as t:
        t.until("▸   1.1 ✓ sound")
        t.type("o")
        t.until((tmp_path / "pager.modes").exists)
        t.until(lambda: (tmp_path / "pager.modes").read_text().endswith("\n"))
        found = (tmp_path / "pager.modes").read_text().split()
        assert {"isig", "icanon", "echo", "icrnl", "ixon", "iexten"} <= set(found)
        t.type("q")
        assert t.ended(5) == 0
        assert t.sane


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda t: t.type("\x03"), 130),
        (lambda t: t.process.send_signal(signal.SIGTERM), 128 + signal.SIGTERM),
        (lambda t: t.process.send_signal(signal.SIGHUP), 128 + signal.SIGHUP),
    ],
    ids=["ctrl+c", "SIGTERM", "SIGHUP"],
)
def test_whoever_leaves_before_the_screen_is_there_gets_the_terminal_as_it_was(
    tmp_path: Path, go: Path, end: Callable[[Terminal], None], code: int
) -> None:
    with waiting(production(tmp_path), go) as t:
        t.until("opening …")
        end(t)
        assert t.ended(5) == code
        assert t.sane
        assert after(t, b"\x1b[?1049l") == "\x1b[?25h"


def test_ctrl_c_leaves_the_screen_as_it_left_the_first_frame_but_not_from_a_pager(
    tmp_path: Path, go: Path
) -> None:
    pager, heard = tmp_path / "pager", tmp_path / "heard"
    pager.write_text(
        f"#!/bin/sh\ncat > /dev/null\ntrap 'echo heard > {heard}; exit' INT\necho waits\nwhile :; do sleep 0.05; done\n"
    )
    pager.chmod(0o755)
    go.touch()
    with waiting(production(tmp_path), go, PAGER=str(pager)) as t:
        t.until("▸   1.1 ✓ sound")
        t.press("o", "waits")
        t.press("\x03", "\x1b[?1049h")
        t.until(heard.exists)
        t.press("j", "▸   2.1")
        t.type("\x03")
        assert t.ended(5) == 130
        assert t.sane


# The program, which has taken the terminal over from the first frame, but comes no further.
STUCK = """
import os, sys, time
from nalyqor_tui.tui import app
def stuck(*given):
    os.write(2, b"it began")
    while True:
        time.sleep(0.01)
app.NalyqorApp.set_keymap = stuck
from nalyqor_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_while_the_screen_takes_over(tmp_path: Path, number: signal.Signals) -> None:
    with terminal(str(production(tmp_path)), program=("-c", STUCK)) as t:
        t.until(lambda: b"it began" in t.written)
        t.process.send_signal(number)
        assert t.ended(5) == 128 + number
        assert t.sane


def test_a_window_that_is_closed_ends_it(tmp_path: Path, go: Path) -> None:
    state = tmp_path / "state"
    with waiting(production(tmp_path), go, XDG_STATE_HOME=str(state)) as t:
        t.until("opening …")
        os.close(t._slave)
        os.close(t.master)
        assert t.process.wait(5) == 128 + signal.SIGHUP
        t.master, t._slave = pty.openpty()
    assert not list(state.rglob("crash-*"))


def test_an_error_is_told_where_the_reader_was_before(tmp_path: Path) -> None:
    trace = tmp_path / "some.jsonl"
    trace.write_text("no trace at all\n")
    with terminal(str(trace)) as t:
        assert t.ended(10) == 3
        assert t.sane
        assert b"opening" in t.written
        assert after(t, b"\x1b[?1049l").startswith(f"\x1b[?25hnalyqor-tui: {trace}:1: not JSON")


@pytest.mark.parametrize("name", ["gone.jsonl", "pipe"])
def test_what_cannot_be_opened_has_no_frame(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with terminal(str(tmp_path / name)) as t:
        assert t.ended(10) == 3
        assert b"\x1b" not in t.written


def test_no_name_and_no_line_reaches_the_terminal_as_anything_but_text(tmp_path: Path, go: Path) -> None:
    hostile = [record for n, text in enumerate(HOSTILE) for record in _hostile_turn(n, text)]
    trace = lines(tmp_path, *hostile, name=f"{HOSTILE[0]}[red]\n\u202e.jsonl")
    with terminal(str(trace), size=(200, 60), env={"GO": str(go)}, program=("-c", WAITING)) as t:
        t.until("opening …")
        t.type("\x03")
        assert t.ended(5) == 130
        rest = _ALLOWED.sub("", t.written.decode())
        assert rest.isprintable()
        assert r"\u{1b}]52;c;aGFja2Vk\u{7}[red]↵\u{202e}.jsonl" in rest


# Python and terminals do not know the same Unicode; where they differ on a width, the row is cut by the terminal.
TEXT = st.text(st.characters().filter(lambda char: wcwidth(char) in (-1, _columns(char))), max_size=90)


@given(
    st.lists(TEXT | st.sampled_from(HOSTILE), min_size=1, max_size=6),
    st.integers(1, 90),
    st.integers(1, 12),
)
@settings(max_examples=150, deadline=None)
def test_the_frame_fits_any_terminal(texts: list[str], columns: int, rows: int) -> None:
    glance = Glance(phrase("{name}", name=texts[0]), phrase("{name}", name=texts[-1]))
    glance.rows = [Row(n, text, texts[0], f"turn {n}") for n, text in enumerate(texts, 1)]
    painted = _picture(glance, columns, rows)
    assert _ALLOWED.sub("", painted).isprintable()
    screen = pyte.Screen(columns + 200, rows)
    pyte.Stream(screen).feed(painted)
    assert all(at < columns for row in screen.buffer.values() for at, cell in row.items() if cell.data != " ")


def modules(code: str) -> set[str]:
    """Return the modules that are loaded once `code` has run, without those of Python's own start."""
    script = (
        f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stderr.split())


def test_the_version_loads_the_front_door_only() -> None:
    loaded = modules("from nalyqor_tui.cli import main\nmain(['--version'])")
    assert loaded == {"nalyqor_tui", "nalyqor_tui.cli", "__future__", "gc"}  # gc is a part of the interpreter


def test_the_help_loads_what_reads_arguments_only() -> None:
    loaded = modules(
        "from nalyqor_tui.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    )
    assert "argparse" in loaded
    assert not loaded & {"typing", "pathlib", "dataclasses", "json", "asyncio", "nalyqor_tui.trace"}


def test_the_first_frame_needs_neither_textual_nor_anything_slow(tmp_path: Path) -> None:
    trace = production(tmp_path)
    assert look(str(trace), SMALL[1]) is not None
    loaded = modules(
        "from nalyqor_tui.present.glance import look\nfrom nalyqor_tui.tui.first import _columns, _picture\n"
        f"print(_picture(look({json.dumps(str(trace))}, 24), 80, 24))"
    )
    assert "nalyqor_tui.tui.first" in loaded
    slow = {"textual", "rich", "pydantic", "orjson", "typing", "dataclasses", "asyncio", "inspect", "pathlib"}
    assert not {name.partition(".")[0] for name in loaded} & slow
    assert not {name for name in loaded if name.startswith(("nalyqor_tui.trace", "nalyqor_tui.derive"))}


def test_a_screen_of_decisions_loads_nothing_of_what_is_asked_for_by_a_key() -> None:
    loaded = modules("import nalyqor_tui.tui.screens.review")
    for asked in (
        "tui.screens.editor",
        "tui.screens.conflict",
        "present.query",
        "present.why",
        "derive.consent",
    ):
        assert f"nalyqor_tui.{asked}" not in loaded


def test_without_colour_it_is_the_same(tmp_path: Path, go: Path) -> None:
    frames = []
    for more in ({}, {"NO_COLOR": "1"}):
        with waiting(production(tmp_path), go, **more) as t:
            t.until("opening …  ctrl+c leaves")
            frames.append(bytes(t.written))
    assert frames[0] == frames[1]
    assert set(re.findall(rb"\x1b\[([0-9;]*)m", frames[0])) == {b"0", b"1", b"2"}
