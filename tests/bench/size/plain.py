"""What needs no screen: how fast the machine reads a file, and how long a command of ours takes from exec to exit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.size.screens import Figures
from tests.bench.size.terminal import OURS

STARTS: dict[str, tuple[str, ...]] = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "--version": (sys.executable, "-m", "nalyqor_tui", "--version"),
    "--help": (sys.executable, "-m", "nalyqor_tui", "--help"),
}
"""Commands that do nothing but start."""

SCREENLESS: dict[str, tuple[str, ...]] = {"export": ("-o", "-"), "show": ("--plain",)}
"""Commands that need no screen, each with the options that it is tried with."""

_SAMPLE = Path(__file__).parents[3] / "sample_traces" / "production.jsonl"
_PYTHON = (sys.executable, "-m", "tests.bench.size.work")
_MEASURED = ("decoded", "found", "sessions", "listed", "judged")
_TOOLS = {"cat": ("cat",), "wc -l": ("wc", "-l")}


def starts() -> Figures:
    """Return the seconds that each command takes which only starts, also of processor time."""
    found: Figures = {}
    for name, command in STARTS.items():
        found[name], found[f"{name} processor"], *_ = _run(command, {})
    return found


def reads(file: Path, env: Mapping[str, str]) -> Figures:
    """Return the seconds of each way to read a whole file, of listing and of judging it; bytes held at most."""
    found: Figures = {}
    for name, tool in _TOOLS.items():
        found[name], found[f"{name} processor"], *_ = _run((*tool, str(file)), env)
    for what in _MEASURED:
        _, _, peak, says = _run((*_PYTHON, what, str(file)), env)
        if says:
            figures = json.loads(says)
            found[what], found[f"{what} processor"] = figures["seconds"], figures["processor"]
            found[f"{what} count"], found[f"{what} peak bytes"] = figures["count"], peak
    return found


def phases(file: Path, env: Mapping[str, str]) -> Figures:
    """Return the seconds of processor time of each step of judging a native file."""
    says = _run((sys.executable, "-m", "tests.bench.size.phases", str(file)), env)[-1]
    return json.loads(says) if says else {}


def textual_in(command: str) -> bool:
    """Say whether a command loads Textual."""
    program = (sys.executable, "-X", "importtime", "-m", "nalyqor_tui", command, str(_SAMPLE))
    ran = subprocess.run((*program, *SCREENLESS[command]), capture_output=True, text=True, check=True)
    return any(line.split("|")[-1].strip() == "textual" for line in ran.stderr.splitlines())


def _run(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float, int, str]:
    """Run a program; return its seconds, those of processor time, the most bytes held, and what it printed."""
    with tempfile.TemporaryFile() as said:
        out = subprocess.DEVNULL if command[0] == "cat" else said
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, env={**OURS, **env})
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        says = said.read().decode() if process.returncode == 0 else ""
        return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, says
