"""Fuzz every reader: files that are almost traces, opened and read to the end.

    python -m tests.bench.fuzz --inputs 1000000 FILE...

Each input is a mutant of one of the files (bytes flipped, cut or doubled; fields dropped; types swapped). Printed
are, for each format that a file was read as: how many inputs, how many gave a traceback (with the first one whole),
how many took longer than a second, the slowest, and the most memory that a process held.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from format_laws import mutants

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.store import Trace

_LARGEST = 200_000  # bytes of a file that is taken: large ones only cost time
_SLOW = 1.0  # seconds
_A_GO = 200  # mutants of a file at a time


@dataclass
class Found:
    """What a number of inputs did."""

    inputs: int = 0
    refused: int = 0
    slow: int = 0
    slowest: float = 0.0
    memory: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    tracebacks: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.inputs += other.inputs
        self.refused += other.refused
        self.slow += other.slow
        self.slowest = max(self.slowest, other.slowest)
        self.memory = max(self.memory, other.memory)
        self.formats += other.formats
        self.tracebacks += other.tracebacks


def attempt(path: Path, data: bytes, found: Found) -> None:
    """Open one input and read all of it."""
    path.write_bytes(data)
    start = time.perf_counter()
    found.inputs += 1
    try:
        trace = Trace(path)
        found.formats[trace.parts[0].format.NAME] += 1
        for index in range(len(trace.session_ids)):
            for entry in trace.read(index).entries[:20]:
                trace.raw(entry.place)
    except TraceError:
        found.refused += 1
    except Exception:  # what is looked for
        found.tracebacks.append(traceback.format_exc())
    took = time.perf_counter() - start
    found.slow += took > _SLOW
    found.slowest = max(found.slowest, took)


def go(name: str, seed: int) -> Found:
    """Try some mutants of a file."""
    found = Found()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / Path(name).name
        for data in mutants(Path(name).read_bytes(), _A_GO, seed):
            attempt(path, data, found)
    found.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found


def seeds(named: Sequence[str]) -> list[str]:
    """Return the files to start from: those named, else our samples and the shared traces where they are."""
    root = Path(__file__).parents[2]
    places = [Path(name) for name in named] or [root / "sample_traces", root.parent / "shared" / "traces"]
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return [str(file) for file in files if file.is_file() and 0 < file.stat().st_size <= _LARGEST]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    files, chance, total = seeds(given.files), random.Random(0), Found()
    rounds = -(-given.inputs // _A_GO)
    tasks = [(files[n % len(files)], chance.randrange(2**32)) for n in range(rounds)]
    start = time.perf_counter()
    with ProcessPoolExecutor(given.jobs) as pool:
        for number, found in enumerate(pool.map(go, *zip(*tasks, strict=True)), start=1):
            total.add(found)
            if number % 100 == 0 or found.tracebacks:
                print(f"{total.inputs:,} inputs, {len(total.tracebacks)} tracebacks", flush=True)
    print(f"{total.inputs:,} inputs of {len(files)} files in {time.perf_counter() - start:.0f} s")
    print(f"{total.refused:,} were refused with a reason; read as: {dict(total.formats.most_common())}")
    print(
        f"{len(total.tracebacks)} tracebacks; {total.slow} took over {_SLOW:.0f} s, the slowest {total.slowest:.2f} s"
    )
    print(f"at most {total.memory / 1024:.0f} MiB in a process")
    print("\n".join(dict.fromkeys(total.tracebacks)))


if __name__ == "__main__":
    main()
