"""One pass over all sessions of a trace, in this process or in several; the runs are the same either way."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nalyqor_tui.derive.corpus import Run, sum_up
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.store import STDIN, Trace

CHUNK = 16
"""The sessions that a process takes at a time."""

_WORTH = 4 << 20  # bytes of a trace from which more processes are faster than one


def runs(trace: Trace, policy: Policy | None, jobs: int | None = None) -> Iterator[Run]:
    """Yield the run of each session in the order of the trace, worked out by `jobs` processes.

    None takes as many as the machine has cores where that is faster. What came through a pipe is read by one.
    """
    count = len(trace.session_ids)
    if jobs is None:
        jobs = os.cpu_count() or 1 if trace.size >= _WORTH else 1
    if jobs < 2 or count < 2 or trace.path == STDIN:
        yield from part(trace, policy, range(count))
        return
    chunks = [range(at, min(at + CHUNK, count)) for at in range(0, count, CHUNK)]
    # A forked process would inherit the locks of threads that do not go on in it.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _open, (trace.path, policy)) as pool:
        for found in pool.map(_part, chunks):
            yield from found


def part(trace: Trace, policy: Policy | None, wanted: range) -> Iterator[Run]:
    """Yield the runs of some sessions, by their ordinals."""
    for index in wanted:
        session = trace.read(index)
        yield sum_up(index, session, judge(session, policy))


_opened: list[tuple[Trace, Policy | None]] = []  # of this process: a trace is opened once in each


def _open(path: Path, policy: Policy | None) -> None:
    _opened.append((Trace(path), policy))


def _part(wanted: range) -> list[Run]:
    trace, policy = _opened[0]
    return list(part(trace, policy, wanted))
