"""The memory and the processor time of a process and its children, as /proc tells them."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

_IDLE = 0.1  # seconds of processor time a second: a file that may grow is looked at, a cursor blinks
_PAUSE = 0.1  # seconds between two looks


class Memory:
    """What a process and its children hold now, and held at most at any look; in bytes."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.peak = 0
        self._looked = time.perf_counter()  # what is held before exec is ours

    def look(self) -> None:
        """Note what is held, unless that was done just now."""
        if time.perf_counter() - self._looked >= _PAUSE:
            self.peak = max(self.peak, self.now())
            self._looked = time.perf_counter()

    def now(self) -> int:
        """Return what is held: resident pages; those that processes share count for each of them."""
        return sum(_resident(process) for process in self.tree())

    def cpu(self) -> float:
        """Return the seconds of processor time that were used up to now."""
        return sum(_ticks(process) for process in self.tree()) / os.sysconf("SC_CLK_TCK")

    def at_rest(self, seconds: float) -> bool:
        """Wait until hardly any processor time is used, for a second; say whether that came within a time."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            before = self.cpu()
            time.sleep(1)
            if self.cpu() - before < _IDLE:
                return True
        return False

    def tree(self) -> list[int]:
        """Return the process and its children, theirs, and so on."""
        found, left = [], [self.process]
        while left:
            process = left.pop()
            found.append(process)
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{process}/task").iterdir():
                    left += [int(child) for child in (task / "children").read_text().split()]
        return found


def _resident(process: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _ticks(process: int) -> int:
    """Processor ticks of a process and of its children that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(int(field) for field in fields[11:15])
    return 0
