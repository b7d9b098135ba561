"""The figures as Markdown: the machine, each aim, and the programs side by side."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.size.aims import FILE, FLOOR, PHASES, START, Aim, Medians, aims
from tests.bench.size.phases import BASE
from tests.bench.size.plain import STARTS
from tests.bench.size.programs import PROGRAMS
from tests.bench.size.screens import Figures

Files = Mapping[str, Mapping[str, object]]

_SCREEN = (  # column, figure, factor
    ("first screen s", "first", 1),
    ("keys answered s", "keys taken", 1),
    ("jump to the end s", "jump", 1),
    ("ready at the end s", "ready at the end", 1),
    ("resident MB", "resident bytes", 1e-6),
    ("peak MB", "peak bytes", 1e-6),
    ("key when all is read ms p50", "key when opened p50", 1e3),
    ("p95", "key when opened p95", 1e3),
    ("key at the start ms p50", "key at the start p50", 1e3),
    ("p95", "key at the start p95", 1e3),
    ("key at the end ms p50", "key at the end p50", 1e3),
    ("p95", "key at the end p95", 1e3),
    ("search s", "search", 1),
    ("at rest after s", "ready for all", 1),
)
_READ = (
    ("`cat` s", "cat", 1),
    ("`wc -l` s", "wc -l", 1),
    ("byte search s", "found", 1),
    ("orjson over every line s", "decoded", 1),
    ("processor s", "decoded processor", 1),
    ("all sessions listed s", "sessions", 1),
    ("all listed s", "listed", 1),
    ("processor s", "listed processor", 1),
    ("all judged s", "judged", 1),
    ("processor s", "judged processor", 1),
)


def markdown(found: Medians, files: Files, runs: int, before: Medians | None = None) -> str:
    """Return the tables; `before` holds the figures of an earlier run, for a column beside the aims."""
    return "\n".join(
        [machine(runs), "", *_aims(found, files, before), "", *_starts(found), "", *_all(found, files)]
    )


def machine(runs: int) -> str:
    """Say on what and when it was measured."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    load = Path("/proc/loadavg").read_text().split()[0]
    return (
        f"Measured on {day}: {cores} cores, {memory:.0f} GiB of memory, Python {platform.python_version()}, "
        f"Textual {version('textual')}; files in the page cache; medians of {runs}; load at the end {load}."
    )


def _aims(found: Medians, files: Files, before: Medians | None) -> list[str]:
    """Return a row for each aim with a column for each file; those without a file come first."""
    earlier = {(aim.name, aim.on): aim for aim in aims(before or {}, files)}
    every = {(aim.name, aim.on): aim for aim in aims(found, files)}
    shown = {key: _shown(aim, earlier[key] if before else None) for key, aim in every.items()}
    alone = [[aim.name, _limit(aim), shown[key]] for key, aim in every.items() if not aim.on]
    named = {aim.name: _limit(aim) for aim in every.values() if aim.on}
    rows = [[name, limit, *(shown.get((name, file), "") for file in files)] for name, limit in named.items()]
    return [*table(["aim", "at most", "measured"], alone), "", *table(["aim", "at most", *files], rows)]


def _starts(found: Medians) -> list[str]:
    start, floor = found.get(("", START), {}), found.get(("", FLOOR), {})
    rows = [[f"`{name}`", *_row(start, [("", name, 1e3), ("", f"{name} processor", 1e3)])] for name in STARTS]
    rows.append([f"{FLOOR}, to its first screen", *_row(floor, [("", "first", 1e3)]), "–"])
    return table(["from exec to exit", "ms", "processor ms"], rows)


def _all(found: Medians, files: Files) -> list[str]:
    out: list[str] = []
    for file, meta in files.items():
        says = f"{int(str(meta['bytes'])):,} bytes, {int(str(meta['records'])):,} records, "
        out += [f"### {file}", "", f"{says}{int(str(meta['sessions'])):,} sessions.", ""]
        out += [*table([column for column, *_ in _READ], [_row(found.get((file, FILE), {}), _READ)]), ""]
        if phases := found.get((file, PHASES)):
            out += [*_phases(phases), ""]
        measured = [(each.name, found[file, each.name]) for each in PROGRAMS if (file, each.name) in found]
        head = ["program", *(column for column, *_ in _SCREEN)]
        out += [*table(head, [[name, *_row(figures, _SCREEN)] for name, figures in measured]), ""]
    return out[:-1]


def _phases(found: Figures) -> list[str]:
    base, total = found[BASE], sum(took for name, took in found.items() if name != BASE)
    rows = [
        [name, _number(took), _number(took / base)] for name, took in (found | {"together": total}).items()
    ]
    return table(["judging, in one process", "processor s", f"× {BASE}"], rows)


def _row(figures: Figures, columns: Sequence[tuple[str, str, float]]) -> list[str]:
    return [_number(figures[key] * factor) if key in figures else "–" for _, key, factor in columns]


def between(page: str, text: str, mark: str = "figures") -> str:
    """Return a page with the text between its marks, or the text where it has none."""
    before, begin, rest = page.partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- /{mark} -->")
    return f"{before}{begin}\n{text}\n{end}{after}" if begin and end else text


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table; all columns but the first are for numbers."""
    line = ["---", *("---:" for _ in head[1:])]
    return ["| " + " | ".join(row) + " |" for row in (head, line, *rows)]


def _limit(aim: Aim) -> str:
    return f"{aim.limit:g} {aim.unit}"


def _shown(aim: Aim, earlier: Aim | None) -> str:
    """Say what was measured and whether it was met; in brackets what it was earlier."""
    says = "not measured" if aim.measured is None else _number(aim.measured)
    says += {True: ", met", False: ", **not met**", None: ""}[aim.met]
    was = None if earlier is None else earlier.measured
    return says if was is None else f"{says} (before: {_number(was)})"


def _number(value: float) -> str:
    """Write three digits that matter, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
