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

STARTS: dict[str, tuple[str, ...]] = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "--version": (sys.executable, "-m", "nalyqor_tui", "--version"),
    "--help": (sys.executable, "-m", "nalyqor_tui", "--help"),
}
"""Commands that do nothing but start."""

SCREENLESS: dict[str, tuple[str, ...]] = {"export": ("-o", os.devnull), "show": ("--plain",)}
"""Commands that need no screen, each with the options that it is tried with."""

_SAMPLE = Path(__file__).parents[3] / "sample_traces" / "production.jsonl"
_PYTHON = (sys.executable, "-m", "tests.bench.size.work")
_MEASURED = ("decoded", "found", "listed", "judged")
_TOOLS = {"cat": ("cat",), "wc -l": ("wc", "-l")}


def starts() -> Figures:
    """Return the seconds that each command takes which only starts."""
    return {name: _run(command, {})[0] for name, command in STARTS.items()}


def reads(file: Path, env: Mapping[str, str]) -> Figures:
    """Return the seconds of each way to read a whole file, of listing and of judging it; bytes held at most."""
    found: Figures = {name: _run((*tool, str(file)), env)[0] for name, tool in _TOOLS.items()}
    for what in _MEASURED:
        _, peak, says = _run((*_PYTHON, what, str(file)), env)
        if says:
            found[what] = json.loads(says)["seconds"]
            found[f"{what} count"] = json.loads(says)["count"]
            found[f"{what} peak bytes"] = peak
    return found


def textual_in(command: str) -> bool:
    """Say whether a command loads Textual."""
    program = (sys.executable, "-X", "importtime", "-m", "nalyqor_tui", command, str(_SAMPLE))
    ran = subprocess.run((*program, *SCREENLESS[command]), capture_output=True, text=True, check=True)
    return any(line.split("|")[-1].strip() == "textual" for line in ran.stderr.splitlines())


def _run(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, int, str]:
    """Run a program; return its seconds, the bytes that it or its largest child held, and what it printed."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        out = subprocess.DEVNULL if command[0] == "cat" else said
        process = subprocess.Popen(command, stdout=out, env={**os.environ, **env})
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return took, usage.ru_maxrss * 1024, said.read().decode() if process.returncode == 0 else ""
