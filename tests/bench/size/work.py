"""One piece of work without a screen, timed from within, for `plain.py`: `python -m tests.bench.size.work WHAT FILE`.

Printed are the seconds it took, without the imports, those of processor time, and how much there was.
To see what the time goes to:

    python -m cProfile -s tottime -m tests.bench.size.work "judged here" FILE
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from tests.bench.size.programs import POLICY, described

_WINDOW = 1 << 20


def decoded(file: Path) -> int:
    """Decode every line, as any reader of JSON Lines in Python has to."""
    lines = 0
    with file.open("rb") as opened:
        for line in opened:
            orjson.loads(line)
            lines += 1
    return lines


def found(file: Path) -> int:
    """Find the needle's bytes, a window at a time; return how often they stand there."""
    needle = str(described(file)["needle"]).encode()
    with file.open("rb") as opened:
        windows = (
            os.pread(opened.fileno(), _WINDOW + len(needle) - 1, at)
            for at in range(0, file.stat().st_size, _WINDOW)
        )
        return sum(window.count(needle) for window in windows)


def sessions(file: Path) -> int:
    """List the sessions, as the program does before any of them is read; return how many."""
    from nalyqor_tui.trace.store import Trace

    return len(Trace(file).session_ids)


def listed(file: Path) -> int:
    """List everything, each record with its kind and its turn, or each decision; return how many decisions.

    The lines of a native file are told by their heads; of a foreign one the sessions are read.
    """
    from nalyqor_tui.trace.formats import native
    from nalyqor_tui.trace.index.heads import CODES
    from nalyqor_tui.trace.store import Trace

    trace = Trace(file)
    if trace.parts[0].format.NAME == native.NAME:
        return trace.parts[0].documents[0].lines.codes.count(CODES["decision"])
    return sum(len(trace.read(index).decisions) for index in range(len(trace.session_ids)))


def judged(file: Path, jobs: int | None = None) -> int:
    """Judge every decision by the policy, in as many processes as the program takes; return how many."""
    from nalyqor_tui.derive import survey
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.trace.store import Trace

    trace = Trace(file)
    return sum(len(run.decisions) for run in survey.runs(trace, find(str(POLICY), file), jobs))


WORK: dict[str, Callable[[Path], int]] = {
    "decoded": decoded,
    "found": found,
    "sessions": sessions,
    "listed": listed,
    "judged": judged,
    "judged here": lambda file: judged(file, jobs=1),
}
"""By name; `judged here` takes one process, which is what a profiler sees."""


def _load() -> None:
    """Import what the work needs, so that it is not timed."""
    import nalyqor_tui.derive.survey
    import nalyqor_tui.policy.loader
    import nalyqor_tui.trace.store  # noqa: F401


def main() -> None:
    """Do what the command line asks for, and print what it took."""
    what, file = sys.argv[1], Path(sys.argv[2])
    if what.startswith(("sessions", "listed", "judged")):
        _load()
    start, used = time.perf_counter(), _processor()
    count = WORK[what](file)
    took = time.perf_counter() - start
    for child in multiprocessing.active_children():
        child.join(10)
    used = _processor() - used
    print(json.dumps({"seconds": took, "processor": used, "count": count}))


def _processor() -> float:
    """Seconds of processor time that were used by this process and by children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
