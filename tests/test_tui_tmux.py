"""The program inside tmux, over a trace that tries to reach tmux: its title, its clipboard and its modes stay."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_tui_pty import ESCAPE, HOSTILE, _hostile_turn
from tui_samples import lines, replied

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here")

NAMES = Path(__file__).parents[2] / "shared" / "hostile" / "bad_traces" / "names_hostile.jsonl"
MODES = " ".join(
    f"#{{{name}_flag}}" for name in ("mouse_any", "mouse_sgr", "cursor", "keypad", "insert", "wrap", "origin")
)
# Nothing of the reader's own: no server that he is in, no shell and no language of his.
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if not k.startswith(("TMUX", "LC_", "LANG"))},
    "TERM": "xterm-256color",
    "SHELL": "/bin/sh",
    "LC_ALL": "C.UTF-8",
}


class Tmux:
    """A tmux server of its own with one pane, in which whatever a program asks for is let through."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "s")
        self.run("new-session", "-d", "-x", "100", "-y", "30", "sh")
        for option, value in (
            ("set-clipboard", "on"),
            ("automatic-rename", "off"),  # tmux's own, after what runs
            ("allow-passthrough", "on"),
            ("allow-rename", "on"),
            ("allow-set-title", "on"),
        ):
            self.run("set-option", "-g", option, value, check=False)  # an older tmux has not all of them

    def run(self, *args: str, check: bool = True) -> str:
        """Give tmux a command and return what it prints; where it fails and may not, say what it says."""
        done = subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", self._socket, *args],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=ENVIRONMENT,
        )  # fmt: skip
        assert not (check and done.returncode), f"tmux {args[0]}: {done.stderr}"
        return done.stdout

    def type(self, *keys: str) -> None:
        """Press keys by the names that tmux has for them."""
        self.run("send-keys", *keys)

    def escape(self) -> None:
        """Press escape, as kitty's protocol writes it."""
        self.run("send-keys", "-l", ESCAPE)

    def until(self, text: str, seconds: float = 30.0) -> None:
        """Wait until a text is in the pane."""
        end = time.monotonic() + seconds
        while text not in self.run("capture-pane", "-p"):
            assert time.monotonic() < end, self.run("capture-pane", "-p")
            time.sleep(0.05)

    @property
    def state(self) -> dict[str, str]:
        """What a hostile text would change: titles, names, the clipboard, the modes of the pane."""
        return {
            "title": self.run("display-message", "-p", "#{pane_title} | #{window_name} | #{session_name}"),
            "clipboard": self.run("show-buffer", check=False) + self.run("list-buffers"),
            "modes": self.run("display-message", "-p", "#{alternate_on} " + MODES),
        }


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    """Run tmux until the test ends, in a short folder: the path of a socket has room for a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="tmux", dir="/tmp") as folder:
        server = Tmux(Path(folder))
        yield server
        server.run("kill-server", check=False)
        end = time.monotonic() + 10
        while server.run("list-sessions", check=False) and time.monotonic() < end:
            time.sleep(0.05)


def batched(numbers: range, size: int) -> list[range]:
    """Return so many numbers at a time."""
    return [numbers[at : at + size] for at in range(0, len(numbers), size)]


def strings() -> list[str]:
    """Return our own hostile strings and, where the file is at hand, those of a trace of hostile names."""
    rows = NAMES.read_text("utf-8").splitlines() if NAMES.exists() else []
    return [*HOSTILE, *(json.loads(row)["content"] for row in rows)]


def hostile(folder: Path) -> Path:
    """Write a trace of ours with a turn for each string, in all that a log may have a text in."""
    records = [record for n, text in enumerate(strings()) for record in _hostile_turn(n, text[:2000])]
    return lines(folder, *records, *replied(100_000, 9_999, "end"))


def test_a_hostile_trace_leaves_title_clipboard_and_modes_of_tmux(tmux: Tmux, tmp_path: Path) -> None:
    trace = hostile(tmp_path)
    here = Path(__file__).parents[1]
    tmux.type(f"cd {here} && printf '\\033]2;mine\\007' && clear && echo re''ady", "Enter")
    tmux.until("ready")
    tmux.run("set-buffer", "mine")
    before = tmux.state
    assert before["title"].startswith("mine"), "else nothing would be shown here: tmux takes titles"
    tmux.type(f"{sys.executable} -m nalyqor_tui {trace}; echo le''ft", "Enter")
    tmux.until("▸   1.1")
    running = tmux.state
    for block in batched(range(1, len(strings()) + 1), 20):
        for keys in (("2", "Enter"), ("4", "Enter"), ("c",), ("?",)):
            tmux.type(*keys)
            tmux.escape()
        tmux.type("1", *(key for n in block for key in (":", str(n), "Enter")))
        tmux.until(f"▸{block[-1]:>4}.1")
        assert tmux.state == running
    assert running["title"].split(" | ")[0] == "mine"
    tmux.type("q")
    tmux.until("left")
    assert tmux.state == before
