"""A minute of what `python -m tests.bench.fuzz` does for longer: files that are almost traces give no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from trace_samples import SHARED

from tests.bench.fuzz import Found, attempt, mutants

SAMPLES = Path(__file__).parents[1] / "sample_traces"
SMALL = 16_000  # bytes of a file that is taken
FILES, MUTANTS = 4, 30  # of each folder of the shared traces, and of each file


def seeds() -> dict[str, list[Path]]:
    """Return small files by the folder that they are from; our own samples are always there."""
    out = {"samples": [SAMPLES / "eval.jsonl", SAMPLES / "production.jsonl"]}
    for folder in sorted((SHARED / "traces").iterdir()) if SHARED.exists() else []:
        found = (path for path in sorted(folder.rglob("*")) if path.is_file()) if folder.is_dir() else ()
        small = [path for path in found if 0 < path.stat().st_size <= SMALL]
        if small:
            out[folder.name] = small[:: max(1, len(small) // FILES)][:FILES]
    return out


@pytest.mark.parametrize("folder", seeds())
def test_no_mutant_gives_a_traceback(folder: str, tmp_path: Path) -> None:
    found = Found()
    for number, path in enumerate(seeds()[folder]):
        for data in mutants(path.read_bytes(), MUTANTS, number):
            attempt(tmp_path / path.name, data, found)
    assert found.inputs == MUTANTS * len(seeds()[folder])
    assert found.tracebacks == []


def test_a_reader_that_stumbles_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nalyqor_tui.trace.formats.native.record", lambda value: 1 / 0)
    found = Found()
    attempt(tmp_path / "t", (SAMPLES / "eval.jsonl").read_bytes(), found)
    assert len(found.tracebacks) == 1 and "ZeroDivisionError" in found.tracebacks[0]
