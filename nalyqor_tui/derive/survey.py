"""One pass over all sessions of a trace: in this process, in several, or on a cluster; the runs are the same.

Each piece of work names the trace and some sessions of it; whoever does it opens the trace for itself, once.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing import resource_tracker
from pathlib import Path
from threading import Thread
from typing import Generic, TypeVar

from nalyqor_tui.derive.corpus import Run, sum_up
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.errors import TraceError, UsageError
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace import remote
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import STDIN, Trace

CHUNK = 16
"""The sessions that a process takes at a time, at most, unless there are very many."""

T = TypeVar("T")
Of = Callable[[int, Session, Policy | None], T]
"""What is wanted of a session: worked out from its ordinal, the session and the policy."""

_WORTH = 4 << 20  # bytes of a trace from which more processes are faster than one
_PIECES = 2000  # pieces of work that a trace is parted into at most, so that none is too small
_PIECE = 1 << 20  # bytes that a process takes at a time, where sessions are large
_BEHIND = 5  # how nice a process is that works behind a screen: the keys come first
_PULSE = 0.1  # seconds between two looks at whether to go on
_GARBAGE = 20_000  # objects made until a process looks for cycles among them: there are hardly any
_PATIENCE = 10  # seconds that a scheduler may take to answer


@dataclass(frozen=True)
class Work(Generic[T]):
    """Some sessions of a trace, by their ordinals, and what is wanted of each.

    `trace` is a path or an address that fsspec knows, `size` the bytes that it must have to be the same still.
    """

    trace: str
    policy: Policy | None
    sessions: range
    of: Of[T]
    size: int | None = None

    def __call__(self) -> list[T] | None:
        """Open the trace, if this process has not done so, and read these sessions; None where it is another now."""
        try:
            trace = _trace(self.trace)
            if self.size is not None and trace.size != self.size:
                return None
            return list(part(trace, self.policy, self.sessions, self.of))
        except TraceError:  # whoever asked reads it once more, and says what is wrong
            return None


def runs(
    trace: Trace, policy: Policy | None, jobs: int | None = None, *, scheduler: str = "", address: str = ""
) -> Iterator[Run]:
    """Yield the run of each session in the order of the trace, worked out by `jobs` processes or a cluster.

    None takes as many processes as the machine has cores where that is faster. What came through a pipe is read
    by one. `scheduler` is the address of a Dask scheduler, `address` where its workers find the trace, if that is
    not its path. Raises UsageError where the scheduler cannot be reached.
    """
    if not scheduler:
        yield from each(trace, policy, run_of, jobs, address=address)
        return
    where = address or str(trace.path.resolve())
    work = [Work(where, policy, chunk, run_of) for chunk in _chunks(trace)]
    for found, one in zip(_on_cluster(scheduler, work), work, strict=True):
        yield from part(trace, policy, one.sessions, run_of) if found is None else found


def each(
    trace: Trace,
    policy: Policy | None,
    of: Of[T],
    jobs: int | None = None,
    *,
    address: str = "",
    pulse: Callable[[], None] | None = None,
) -> Iterator[T]:
    """Yield what is wanted of each session in the order of the trace, read by `jobs` processes as `runs` has it.

    `of` must be a function that another process can import. `pulse` is called while others work, and ends the
    reading by an exception; so does closing the iterator.
    """
    chunks = _chunks(trace)
    if jobs is None:
        jobs = os.cpu_count() or 1 if trace.size >= _WORTH else 1
    if trace.path == STDIN or jobs < 2 or len(trace.session_ids) < 2:
        yield from part(trace, policy, range(len(trace.session_ids)), of)
        return
    where, size = (address, None) if address else (str(trace.path.resolve()), trace.size)
    work = [Work(where, policy, chunk, of, size) for chunk in chunks]
    for found, one in zip(_in_processes(jobs, work, pulse), work, strict=True):
        yield from part(trace, policy, one.sessions, of) if found is None else found


def part(trace: Trace, policy: Policy | None, wanted: range, of: Of[T]) -> Iterator[T]:
    """Yield what is wanted of some sessions, by their ordinals."""
    for index in wanted:
        yield of(index, trace.read(index), policy)


def run_of(index: int, session: Session, policy: Policy | None) -> Run:
    """Judge a session and sum it up."""
    return sum_up(index, session, judge(session, policy))


def _chunks(trace: Trace) -> list[range]:
    """Part sessions into what a process takes at a time: few pieces, and none so large that one waits for it."""
    count = len(trace.session_ids)
    step = max(1, count // _PIECES, min(CHUNK, _PIECE * count // max(1, trace.size)))
    return [range(at, min(at + step, count)) for at in range(0, count, step)]


def _in_processes(
    jobs: int, work: list[Work[T]], pulse: Callable[[], None] | None
) -> Iterator[list[T] | None]:
    with redirect_stderr(sys.__stderr__):  # a screen may stand in for it, which no process can be given
        resource_tracker.ensure_running()
    # A forked process would inherit the locks of threads that do not go on in it.
    behind = 0 if pulse is None else _BEHIND
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin, (behind,))
    ahead: deque[Future[list[T] | None]] = deque()
    left = iter(work)
    try:
        ahead.extend(pool.submit(one) for one in islice(left, 2 * jobs))
        while ahead:
            while pulse is not None and not wait([ahead[0]], _PULSE).done:
                pulse()
            yield ahead.popleft().result()
            ahead.extend(pool.submit(one) for one in islice(left, 1))
    except BrokenProcessPool:
        what = "a process that read the sessions was ended; perhaps there was not memory enough"
        raise UsageError(what, remedy="read them in one process: --jobs 1") from None
    finally:
        _end(pool)


def _begin(behind: int) -> None:
    """Prepare a process: what it has imported stays, it makes much that soon goes, and it ends with its parent."""
    if hasattr(os, "nice"):
        os.nice(behind)
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it has ended, however that was."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _end(pool: ProcessPoolExecutor) -> None:
    """Leave a pool at once: nobody waits for what its processes are still reading."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


def _on_cluster(scheduler: str, work: list[Work[Run]]) -> Iterator[list[Run] | None]:
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
        found: list[list[Run] | None] = client.gather(client.map(Work.__call__, work, pure=False))  # type: ignore[no-untyped-call]
        yield from found


@lru_cache(maxsize=1)
def _trace(where: str) -> Trace:
    return Trace(remote.fetched(where) if remote.is_remote(where) else Path(where))
