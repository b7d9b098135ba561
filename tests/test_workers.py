"""Processes that work for another one end with it, be it killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tui_samples import chats

from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Session

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is wanted")

PATIENCE = 20  # seconds; each of these processes would work on for minutes, or for ever
ENDLESS = Path("/dev/zero")  # has neither a line feed nor an end, nor holes to be passed over

SCANNING = """
import os, sys, time
from nalyqor_tui.trace.index.lines import Lines
fd = os.open(sys.argv[1], os.O_RDONLY)
lines = Lines(fd, 1 << 62, heads=False)
lines.start()
for _ in range(2000):
    if len(lines._workers) == len(lines._parts):
        break
    time.sleep(0.01)
print(*(worker.pid for worker in lines._workers), flush=True)
time.sleep(600)
"""

SURVEYING = """
import sys
from pathlib import Path
from nalyqor_tui.derive import survey
from nalyqor_tui.trace.store import Trace
from test_workers import at_work
list(survey.each(Trace(Path(sys.argv[1])), None, at_work, jobs=2))
"""


def at_work(index: int, session: Session, policy: Policy | None) -> int:
    """Work for very long."""
    print(os.getpid(), flush=True)  # noqa: T201  # whoever waits for it reads this
    time.sleep(600)
    return index


def started(program: str, path: Path) -> subprocess.Popen[str]:
    """Run a program on a file, the modules of the tests at hand."""
    here = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": here},
    )  # fmt: skip


def works(pid: int) -> bool:
    """Say whether a process has not ended."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.skipif(not ENDLESS.is_char_device(), reason="a line without end is wanted")
def test_whoever_scans_a_line_without_end_ends_with_the_program() -> None:
    with started(SCANNING, ENDLESS) as program:
        assert program.stdout is not None
        workers = [int(pid) for pid in program.stdout.readline().split()]
        working = [works(pid) for pid in workers]
        program.kill()
    try:
        assert workers and all(working)
        end = time.monotonic() + PATIENCE
        while any(map(works, workers)):
            assert time.monotonic() < end, "a worker outlives the program"
            time.sleep(0.05)
    finally:
        for pid in filter(works, workers):
            os.kill(pid, 9)


def test_whoever_reads_sessions_ends_with_the_program(tmp_path: Path) -> None:
    with started(SURVEYING, chats(tmp_path, 80)) as program:
        assert program.stdout is not None
        workers = [int(program.stdout.readline()) for _ in range(2)]
        program.kill()
        try:
            program.communicate(timeout=PATIENCE)  # until nobody holds the other end of the pipe
        except subprocess.TimeoutExpired:
            pytest.fail("a worker outlives the program")
        finally:
            for pid in filter(works, workers):
                os.kill(pid, 9)
