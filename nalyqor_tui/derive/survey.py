"""One pass over all sessions of a trace: in this process, in several, or on a cluster; the runs are the same.

Each piece of work names the trace and some sessions of it; whoever does it opens the trace for itself, once.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nalyqor_tui.derive.corpus import Run, sum_up
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.errors import UsageError
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace import remote
from nalyqor_tui.trace.store import STDIN, Trace

CHUNK = 16
"""The sessions that a process takes at a time."""

_WORTH = 4 << 20  # bytes of a trace from which more processes are faster than one
_PATIENCE = 10  # seconds that a scheduler may take to answer


@dataclass(frozen=True)
class Work:
    """Some sessions of a trace, by their ordinals; `trace` is a path or an address that fsspec knows."""

    trace: str
    policy: Policy | None
    sessions: range

    def __call__(self) -> list[Run]:
        """Open the trace, if this process has not done so, and sum up these sessions."""
        return list(part(_trace(self.trace), self.policy, self.sessions))


def runs(
    trace: Trace, policy: Policy | None, jobs: int | None = None, *, scheduler: str = "", address: str = ""
) -> Iterator[Run]:
    """Yield the run of each session in the order of the trace, worked out by `jobs` processes or a cluster.

    None takes as many processes as the machine has cores where that is faster. What came through a pipe is read
    by one. `scheduler` is the address of a Dask scheduler, `address` where its workers find the trace, if that is
    not its path. Raises UsageError where the scheduler cannot be reached.
    """
    count = len(trace.session_ids)
    if jobs is None:
        jobs = os.cpu_count() or 1 if trace.size >= _WORTH else 1
    if trace.path == STDIN or (not scheduler and (jobs < 2 or count < 2)):
        yield from part(trace, policy, range(count))
        return
    where = address or str(trace.path.resolve())
    work = [Work(where, policy, range(at, min(at + CHUNK, count))) for at in range(0, count, CHUNK)]
    for found in _on_cluster(scheduler, work) if scheduler else _in_processes(jobs, work):
        yield from found


def part(trace: Trace, policy: Policy | None, wanted: range) -> Iterator[Run]:
    """Yield the runs of some sessions, by their ordinals."""
    for index in wanted:
        session = trace.read(index)
        yield sum_up(index, session, judge(session, policy))


def _in_processes(jobs: int, work: list[Work]) -> Iterator[list[Run]]:
    # A forked process would inherit the locks of threads that do not go on in it.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(Work.__call__, work)


def _on_cluster(scheduler: str, work: list[Work]) -> Iterator[list[Run]]:
    try:
        from distributed import Client  # type: ignore[attr-defined,unused-ignore]
    except ImportError:
        what = "a cluster needs the package distributed"
        raise UsageError(what, remedy="pip install 'nalyqor-tui[cluster]'") from None
    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        what = f"no Dask scheduler answers at {scheduler}: {error or type(error).__name__}"
        raise UsageError(what, remedy="start one with: dask scheduler") from None
    with client:
        found: list[list[Run]] = client.gather(client.map(Work.__call__, work, pure=False))  # type: ignore[no-untyped-call]
        yield from found


@lru_cache(maxsize=1)
def _trace(where: str) -> Trace:
    return Trace(remote.fetched(where) if remote.is_remote(where) else Path(where))
