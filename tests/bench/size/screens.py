"""What a reader waits for in a terminal program: the first screen, the end, each key, a search."""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.size.programs import Program
from tests.bench.size.terminal import Terminal

Figures = dict[str, float]
"""Seconds by the name of what took them; bytes where the name ends in `bytes`. What did not come is not there."""

_PATIENCE = 60.0  # seconds, and one more for each of so many bytes:
_SLOWEST = 1e6
_BEGIN = 1.0  # seconds until what a key begins uses the processor
_MISSED = 3  # presses without a change after which no more is pressed
_ENOUGH = 12  # presses of which a median is taken
_RETRY = 0.5  # seconds after which the key to the end is pressed once more


def measure(program: Program, file: Path, presses: int, env: Mapping[str, str]) -> Figures:
    """Open a file with a program and use it; stop at the first thing that does not come."""
    program, patience = program.on(file), _PATIENCE + file.stat().st_size / _SLOWEST
    found: Figures = {}
    with Terminal(program.command, env) as terminal:
        first = terminal.until(program.first, patience)
        if first is None:
            return found
        found["first"] = found["keys taken"] = first - terminal.start
        if program.taken:
            taken = terminal.until(program.taken, patience)
            if taken is None:
                return found
            found["keys taken"] = taken - terminal.start
        for keys in program.setup:
            terminal.press(keys, 1)
        if not _to_the_end(terminal, program, patience, found):
            found["peak bytes"] = terminal.memory.peak
            return found
        if program.found:
            terminal.until(program.found, patience)
        for keys in program.settle:
            terminal.press(keys, 1)
            time.sleep(_BEGIN)
        terminal.memory.at_rest(patience)
        found["ready for all"] = terminal.last - terminal.start
        found["resident bytes"] = terminal.memory.now()
        found["cpu"] = terminal.memory.cpu()
        if not program.used:
            return found
        if program.stage:
            terminal.press(program.home, 1)
            _keys(terminal, program.down, presses, "key when opened", found)
            for keys in program.stage:
                terminal.press(keys, _PATIENCE)
            terminal.type(program.end)
            terminal.until(program.last, _PATIENCE)
        _keys(terminal, program.up, presses, "key at the end", found)
        _and_back(terminal, program, found)
        _keys(terminal, program.down, presses, "key at the start", found)
        _search(terminal, program, patience, found)
        found["peak bytes"] = terminal.memory.peak
    return found


def floor() -> Figures:
    """Start the smallest app that Textual can show."""
    app = Path(__file__).with_name("floor.py")
    with Terminal((sys.executable, os.fspath(app))) as terminal:
        first = terminal.until("FLOOR-IS-READY", _PATIENCE)
        terminal.quiet(0.3, 5)
        return (
            {}
            if first is None
            else {"first": first - terminal.start, "resident bytes": terminal.memory.now()}
        )


def _to_the_end(terminal: Terminal, program: Program, patience: float, found: Figures) -> bool:
    """Press the key to the end until the last record is there; say whether it came."""
    pressed = terminal.type(program.end)
    end = pressed + patience
    while time.perf_counter() < end and not terminal.ended:
        if (at := terminal.until(program.last, _RETRY)) is not None:
            found["jump"] = max(0.0, at - pressed)  # it may be there already
            found["ready at the end"] = at - terminal.start
            return True
        terminal.type(program.end)
    return False


def _and_back(terminal: Terminal, program: Program, found: Figures) -> None:
    """Go to the start, to the end and back once more."""
    for keys, there, name in (
        (program.home, program.first, "to the start"),
        (program.end, program.last, "jump when ready"),
        (program.home, program.first, ""),
    ):
        terminal.quiet(0.1, 5)
        pressed = terminal.type(keys)
        at = terminal.until(there, _PATIENCE)
        if at is not None and name:
            found[name] = max(0.0, at - pressed)


def _search(terminal: Terminal, program: Program, patience: float, found: Figures) -> None:
    """Search from the start; the time runs from the last of the keys to the hit, which must not be seen before."""
    terminal.type(program.home)
    terminal.quiet(0.3, 5)
    for keys in program.search[:-1]:
        terminal.press(keys, 1)
    terminal.quiet(0.1, 5)
    if re.search(program.hit, terminal.text):
        return
    pressed = terminal.type(program.search[-1])
    if (at := terminal.until(program.hit, patience)) is not None:
        found["search"] = max(0.0, at - pressed)


def _keys(terminal: Terminal, key: str, presses: int, name: str, found: Figures) -> None:
    """Press a key many times, as long as it changes the screen; note the median and the 95th percentile."""
    took: list[float] = []
    missed = 0
    for _ in range(presses):
        if (seconds := terminal.press(key, 2)) is not None:
            took.append(seconds)
        elif (missed := missed + 1) == _MISSED:
            break
    if len(took) >= _ENOUGH:
        found[f"{name} p50"], found[f"{name} p95"] = statistics.median(took), percentile(took, 95)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
