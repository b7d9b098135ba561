"""Keys while a bad input is opened, in a real terminal: `python -m tests.bench.size.bad -o docs/performance.md`.

Each input is opened; from the screen on that takes keys, `?` and esc are pressed in turn, some ten times a second,
until what comes of the input is said, and some seconds beyond. The time of a press is that until the help is on the
screen, or off it. Before that screen stands Textual is being loaded, and nothing can answer.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.size.inputs import INPUTS, Input, able_to_mount, in_namespace
from tests.bench.size.table import between, machine, table
from tests.bench.size.terminal import Terminal

TAKEN = "q quit"
"""What the foot of every screen says that takes keys."""
_ESC = "\x1b[27u"  # as kitty's protocol has it: a bare one may begin a longer key, and is waited for
_HELP, _NO_HELP = "esc closes", r"(?s)\A(?!.*esc closes)"
_PAUSE = 0.1  # seconds from a press to the next, at least
_BEYOND = 5.0  # seconds of pressing after the outcome
_PATIENCE = 120.0  # seconds for the outcome
_EARLY = 1.0  # seconds after the first screen that takes keys
_STUCK = 20.0  # seconds for one press


@dataclass
class Outcome:
    """What came of an input: `said` on the screen or at the end, and the seconds that keys took."""

    said: str = ""
    code: int | None = None
    taken: float | None = None
    after: float | None = None
    peak: int = 0
    early: list[float] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)
    """The seconds that a press took: in the first second of the screen, while modules are still being loaded; later."""


def tried(what: Input, folder: Path) -> Outcome:
    """Open an input and press keys until its outcome is known, and beyond."""
    path, out = what.make(folder), Outcome()
    home = folder / "home"
    env = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "STATE", "CONFIG")}
    command = [sys.executable, "-m", "nalyqor_tui", str(path), *what.options]
    try:
        with Terminal(in_namespace(command, home / "cache") if what.full else command, env) as t:
            at = t.until(f"{TAKEN}|{what.leaves or TAKEN}", 60)
            if what.leaves:
                out.said, out.code = _said(t, what.leaves), _code(t)
                out.after = None if at is None else at - t.start
            elif at is not None:
                out.taken = at - t.start
                _press_on(t, what, path, out)
            out.peak = t.memory.peak
    finally:
        what.remove(folder)
    return out


def _press_on(t: Terminal, what: Input, path: Path, out: Outcome) -> None:
    """Press keys; do to the file what is to be done to it once a few keys were answered."""
    began, until, done, count = time.perf_counter(), None, what.then is None, 0
    early = began + _EARLY
    while not t.ended and (now := time.perf_counter()) < (until or began + _PATIENCE):
        shown = count % 2 == 0
        pressed = t.type("?" if shown else _ESC)
        at = t.until(_HELP if shown else _NO_HELP, _STUCK)
        (out.early if pressed < early else out.presses).append(_STUCK if at is None else at - pressed)
        count += 1
        if not done and count >= what.presses:
            assert what.then is not None
            what.then(path)
            began, done = time.perf_counter(), True
        found = re.search(what.says, t.text)
        if until is None and done and found:
            out.said, out.after, until = found[0].strip(), now - began, now + _BEYOND
        time.sleep(max(0.0, pressed + _PAUSE - time.perf_counter()))
    out.code = _code(t) if t.ended else None


def _said(t: Terminal, pattern: str) -> str:
    t.until(pattern, 10)
    found = re.search(pattern, t.text.replace("\n", ""))  # what is longer than a row goes on in the next
    return found[0].strip() if found else ""


def _code(t: Terminal) -> int | None:
    """Return the exit code of a program that ends by itself; None where it does not."""
    end = time.perf_counter() + 10
    while time.perf_counter() < end:
        done = os.waitid(os.P_PID, t.process, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        if done is not None:
            return done.si_status
        time.sleep(0.02)
    return None


def rows(outcomes: dict[str, Outcome], folder: Path) -> list[str]:
    """Return the outcomes as a Markdown table; paths of this machine are left out."""
    heads = ["input", "what is said", "exit code", "said after s", "keys taken s", "longest key in the first second ms",
             "later: presses", "p50 ms", "p95 ms", "longest ms", "peak MB"]  # fmt: skip
    return table(heads, [_row(name, out, folder) for name, out in outcomes.items()])


def _row(name: str, out: Outcome, folder: Path) -> list[str]:
    pressed = sorted(out.presses)
    keys = ["–"] * 3
    if pressed:
        p95 = pressed[min(len(pressed) - 1, int(0.95 * len(pressed)))]
        keys = [f"{each * 1e3:.0f}" for each in (statistics.median(pressed), p95, pressed[-1])]
    said = " ".join(out.said.replace(f"{folder}/", "").split())
    early = f"{max(out.early) * 1e3:.0f}" if out.early else "–"
    code = "stays" if out.code is None else str(out.code)
    return [name, said or "**nothing**", code, _seconds(out.after), _seconds(out.taken), early,
            str(len(pressed)), *keys, f"{out.peak / 1e6:.0f}" if out.peak else "–"]  # fmt: skip


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2g}"


def main() -> int:
    """Try all inputs, or those that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help=f"of: {', '.join(INPUTS)}; default: all")
    parser.add_argument(
        "-o", dest="out", type=Path, help="write the table here, between the marks of a page that has them"
    )
    given = parser.parse_args()
    outcomes = {}
    with tempfile.TemporaryDirectory(prefix="bad") as name:
        folder = Path(name)
        for what in given.inputs or INPUTS:
            if INPUTS[what].full and not able_to_mount():
                print(f"{what}: left out, no file system can be mounted here", file=sys.stderr)
                continue
            outcomes[what] = tried(INPUTS[what], folder)
            print(rows({what: outcomes[what]}, folder)[-1], file=sys.stderr, flush=True)
        text = "\n".join([machine(1), "", *rows(outcomes, folder)])
    if given.out is None:
        print(text)
    else:
        given.out.write_text(between(given.out.read_text(), f"{text}\n", "bad"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
