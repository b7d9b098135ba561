"""The aims, each a figure over another of the same run, and whether it was met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.bench.size.programs import OURS, SESSION
from tests.bench.size.screens import Figures

FLOOR = "a minimal Textual app"
FILE = "the file"
"""Under this name stand the figures of reading a file without a screen."""
PHASES = "phases"
"""Under this one those of each step of judging it."""
START = "start"

Medians = Mapping[tuple[str, str], Figures]
"""The figures by the name of the file (empty where there is none) and of the program."""

MB = 1e6
MS = 1e3
ENDS = ("start", "end")
_LARGE = 50e6  # bytes


@dataclass(frozen=True)
class Aim:
    """One aim: `measured` is None where the figures for it are missing."""

    name: str
    on: str
    limit: float
    measured: float | None
    unit: str

    @property
    def met(self) -> bool | None:
        """Whether it was met; None where it was not measured."""
        return None if self.measured is None else self.measured <= self.limit


def aims(found: Medians, files: Mapping[str, Mapping[str, object]]) -> Iterator[Aim]:
    """Yield each aim for each file it is for; `files` holds what was noted of each when it was generated."""
    start, floor = found.get(("", START), {}), found.get(("", FLOOR), {})
    for command, limit in (("--version", 2), ("--help", 4)):
        measured = _ratio(start, command, start, "python -c pass")
        yield Aim(f"`{command}`", "", limit, measured, "× `python -c pass`")
    for command in ("export", "show"):
        yield Aim(
            f"`{command}` without Textual", "", 0, start.get(f"{command} loads Textual"), "times loaded"
        )
    for file, meta in files.items():
        read, ours = found.get((file, FILE), {}), found.get((file, OURS), {})
        yield Aim(
            "first useful screen", file, 1.3, _ratio(ours, "first", floor, "first"), "× a minimal Textual app"
        )
        if int(str(meta["bytes"])) >= _LARGE:
            yield from _whole_file(file, meta["kind"] == "chat", read, ours)
        yield from _on_screen(file, ours, found.get((file, SESSION), {}))
    yield from _more_memory(found, files)


def _whole_file(file: str, foreign: bool, read: Figures, ours: Figures) -> Iterator[Aim]:
    """What takes all bytes of a file; of a small one it would be the start of a process that is measured."""
    if foreign:
        for name, what in (("all sessions", "sessions"), ("all decisions", "listed")):
            listed = _ratio(read, what, read, "decoded")
            yield Aim(f"{name} listed, foreign", file, 1.3, listed, "× orjson over every line")
    else:
        yield Aim("all listed, native", file, 8, _ratio(read, "listed", read, "wc -l"), "× `wc -l`")
    yield Aim("all judged", file, 4, _ratio(read, "judged", read, "decoded"), "× orjson over every line")
    yield Aim("search", file, 3, _ratio(ours, "search", read, "found"), "× the byte search")


def _on_screen(file: str, ours: Figures, session: Figures) -> Iterator[Aim]:
    yield Aim("resident at rest", file, 150, _scaled(ours, "resident bytes", 1 / MB), "MB")
    places = [
        (ours, "key when opened"),
        *((each, f"key at the {end}") for each in (ours, session) for end in ENDS),
    ]
    for name, limit, figure in (("median", 25, "p50"), ("95 of 100", 60, "p95")):
        worst = max(
            (each[f"{key} {figure}"] for each, key in places if f"{key} {figure}" in each), default=None
        )
        measured = None if worst is None else worst * MS
        yield Aim(f"a key, where it takes longest, {name}", file, limit, measured, "ms")
    yield Aim("jump to the end at once", file, 0.1, ours.get("jump"), "s")


def _more_memory(found: Medians, files: Mapping[str, Mapping[str, object]]) -> Iterator[Aim]:
    """Compare the smallest native file with the largest: what does a record more cost?"""
    native = sorted(
        (int(str(meta["records"])), file) for file, meta in files.items() if meta["kind"] == "native"
    )
    if len(native) < 2:
        return
    (few, small), (many, large) = native[0], native[-1]
    least, most = (found.get((file, OURS), {}).get("resident bytes") for file in (small, large))
    cost = None if least is None or most is None else (most - least) / (many - few)
    yield Aim("memory for a record more than in the smallest", large, 40, cost, "bytes")


def _ratio(found: Figures, key: str, over: Figures, base: str) -> float | None:
    return found[key] / over[base] if key in found and over.get(base) else None


def _scaled(found: Figures, key: str, scale: float) -> float | None:
    return found[key] * scale if key in found else None
