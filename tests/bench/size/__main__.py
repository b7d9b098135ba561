"""Measure the program at any size beside others, and print each aim as met or not.

    python -m tests.bench.size --runs 5 -o docs/performance.md
    python -m tests.bench.size native:1MB long:200000 --programs nalyqor-tui less --runs 3

Files are made by `python -m tests.bench.generate` where they are missing. Every run measures everything once, one after
the other, so that what disturbs the machine disturbs all; figures are the medians of the runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.generate import generate, number_of
from tests.bench.size import plain, screens
from tests.bench.size.aims import FILE, FLOOR, PHASES, START
from tests.bench.size.programs import AGAIN, PROGRAMS, Program, described
from tests.bench.size.screens import Figures
from tests.bench.size.table import between, markdown

FILES = (
    "native:1MB",
    "native:100MB",
    "native:1GB",
    "chat:100MB",
    "interleaved:100MB",
    "long:200000",
    "tiny:1000000",
)
PHASED = "native:100MB"
"""The file that is judged step by step."""
_All = dict[tuple[str, str], list[Figures]]


def main() -> None:
    """Measure what the command line asks for."""
    given = _given()
    given.folder.mkdir(parents=True, exist_ok=True)
    files = {spec: _made(spec, given.folder) for spec in given.files}
    found = _read(given.figures) if given.figures else _measured(files, given)
    runs = len(found["", START])
    before = _medians(_read(given.before)) if given.before else None
    described_ones = {spec: described(path) for spec, path in files.items()}
    text = markdown(_medians(found), described_ones, runs, before) + "\n"
    if given.out is None:
        print(text)
    else:
        given.out.write_text(between(given.out.read_text(), text) if given.out.is_file() else text)


def _measured(files: Mapping[str, Path], given: argparse.Namespace) -> _All:
    """Measure everything as often as was asked for; say what comes out as it does."""
    found: _All = defaultdict(list)
    wanted = [program for program in PROGRAMS if not given.programs or program.name in given.programs]
    for run in range(given.runs):
        for file, name, figures in _one_run(files, wanted, given):
            found[file, name].append(figures)
            shown = ", ".join(f"{key} {value:.4g}" for key, value in figures.items())
            print(f"{run + 1}/{given.runs} {file} {name}: {shown}", file=sys.stderr, flush=True)
            if given.json:
                given.json.write_text(json.dumps([[*key, value] for key, value in found.items()]))
    return found


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.size",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", nargs="*", default=FILES, metavar="KIND:SIZE", help=f"default: {' '.join(FILES)}"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--presses", type=int, default=200, help="of a key, at each place")
    parser.add_argument("--programs", nargs="*", choices=[program.name for program in PROGRAMS])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "nalyqor-bench")
    parser.add_argument("--no-reads", action="store_true", help="leave out what needs no screen")
    parser.add_argument("--json", type=Path, help="keep all figures here, after each piece")
    parser.add_argument("--figures", type=Path, help="measure nothing: take the figures of an earlier --json")
    parser.add_argument("--before", type=Path, help="figures of an earlier --json, for a column of their own")
    parser.add_argument(
        "-o", dest="out", type=Path, help="write the Markdown here, between the marks of a page that has them"
    )
    return parser.parse_args()


def _one_run(
    files: Mapping[str, Path], programs: list[Program], given: argparse.Namespace
) -> Iterator[tuple[str, str, Figures]]:
    """Measure everything once; yield the file, the program and its figures."""
    starts = plain.starts()
    loads = {f"{name} loads Textual": float(plain.textual_in(name)) for name in plain.SCREENLESS}
    yield "", START, starts | loads
    for spec, path in files.items():
        yield "", FLOOR, screens.floor()
        if not given.no_reads:
            yield spec, FILE, plain.reads(path, _fresh(given.folder))
            if spec == PHASED:
                yield spec, PHASES, plain.phases(path, _fresh(given.folder))
        env = _fresh(given.folder)
        for program in programs:
            if program.fits(path):
                env = env if program.name == AGAIN else _fresh(given.folder)
                yield spec, program.name, screens.measure(program, path, given.presses, env)


def _fresh(folder: Path) -> dict[str, str]:
    """Return an environment in which no program has kept anything yet."""
    homes = folder / "homes"
    shutil.rmtree(homes, ignore_errors=True)
    return {f"XDG_{what}_HOME": str(homes / what.lower()) for what in ("CACHE", "STATE", "CONFIG")}


def _made(spec: str, folder: Path) -> Path:
    """Return the file that a KIND:SIZE stands for; make it if it is not there."""
    kind, size = spec.split(":")
    path = folder / f"{kind}-{size}.jsonl"
    if not path.with_name(path.name + ".meta.json").is_file():
        generate(kind, number_of(size), path)
    with path.open("rb") as file:  # into the page cache
        while file.read(1 << 24):
            pass
    return path


def _medians(found: Mapping[tuple[str, str], list[Figures]]) -> dict[tuple[str, str], Figures]:
    """Return the median of each figure over the runs that have it."""
    out = {}
    for key, runs in found.items():
        names = dict.fromkeys(name for figures in runs for name in figures)
        out[key] = {name: statistics.median([run[name] for run in runs if name in run]) for name in names}
    return out


def _read(path: Path) -> _All:
    return {(file, name): runs for file, name, runs in json.loads(path.read_text())}


if __name__ == "__main__":
    main()
