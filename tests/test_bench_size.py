"""The traces that the benchmark generates: the same each time, written as our emitter writes, opened and judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from nalyqor_tui.derive import survey
from nalyqor_tui.policy.loader import load
from nalyqor_tui.trace.records import Unparsed
from nalyqor_tui.trace.store import Trace
from tests.bench.generate import KINDS, NEEDLE, generate, number_of
from tests.bench.size.aims import Aim, aims
from tests.bench.size.bad import rows, tried
from tests.bench.size.inputs import INPUTS
from tests.bench.size.programs import POLICY, PROGRAMS, meaning
from tests.bench.size.table import markdown

SIZES = {"native": 100_000, "interleaved": 400_000, "long": 20, "tiny": 20, "chat": 400_000}


@pytest.mark.parametrize("kind", KINDS)
class TestGenerated:
    def test_it_is_the_same_each_time(self, kind: str, tmp_path: Path) -> None:
        first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
        assert generate(kind, SIZES[kind], first) == generate(kind, SIZES[kind], second)
        assert first.read_bytes() == second.read_bytes()
        assert first.read_bytes() != second.write_bytes(b"") and generate(kind, SIZES[kind], second, seed=1)
        assert first.read_bytes() != second.read_bytes()

    def test_it_opens_whole(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / "trace.jsonl"
        meta = generate(kind, SIZES[kind], path)
        trace = Trace(path)
        sessions = [trace.read(index) for index in range(len(trace.session_ids))]
        records = [entry.record for session in sessions for entry in session.entries]
        assert len(sessions) == meta["sessions"]
        assert trace.session_ids[-1] == meta["last_session"]
        assert not [record for record in records if isinstance(record, Unparsed)]
        assert sum(len(session.turns) for session in sessions) == meta["turns"]
        assert not trace.warnings

    def test_what_is_noted_of_it_is_so(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / "trace.jsonl"
        meta = generate(kind, SIZES[kind], path)
        text = path.read_text()
        assert text.count(NEEDLE) == 1
        where = meta["needle_at"]
        assert isinstance(where, dict)
        assert NEEDLE in text.splitlines()[where["line"] - 1]
        assert f"[{where['record']}] {NEEDLE}" in text
        ids = [line["id"] for line in map(json.loads, text.splitlines()) if "id" in line]
        assert len(set(ids)) == len(ids)
        assert meta["bytes"] == path.stat().st_size


def test_the_native_ones_are_judged_and_some_decisions_are_bad(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    generate("native", 1_000_000, path)
    made = [made for run in survey.runs(Trace(path), load(POLICY), jobs=1) for made in run.decisions]
    grades = {grade: sum(each.grade == grade for each in made) for grade in ("sound", "flawed", "bad")}
    assert grades["sound"] > grades["flawed"] > 0
    assert grades["bad"] > 0


def test_sizes_are_read_with_their_units() -> None:
    assert [number_of(text) for text in ("200000", "1MB", "1.5GB")] == [200_000, 10**6, 1_500_000_000]


def test_commands_and_patterns_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    generate("tiny", 10, path)
    for program in PROGRAMS:
        filled = program.on(path)
        assert str(path) in filled.command
        assert not any("{" in text for text in (filled.first, filled.last, filled.hit, *filled.search))
    assert meaning(path)["last_session"] in path.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is looked up in /proc")
def test_a_bad_input_is_opened_and_what_is_said_is_shown(tmp_path: Path) -> None:
    out = tried(INPUTS["a pipe that nobody writes to"], tmp_path)
    assert (out.code, out.presses, list(tmp_path.iterdir())) == (3, [], [])
    _, _, row = rows({"a pipe": out}, tmp_path)
    assert row.startswith(
        "| a pipe | nalyqor-tui: pipe.jsonl: is a pipe (save the trace to a file first) | 3 | "
    )
    out.early, out.presses, out.code, out.said = [0.2], [0.01, 0.02, 0.03], None, ""
    assert "| **nothing** | stays | " in (row := rows({"a pipe": out}, tmp_path)[-1])
    assert " | 200 | 3 | 20 | 30 | 30 | " in row


def test_an_aim_without_figures_is_neither_met_nor_missed() -> None:
    assert [Aim("a", "", 2, measured, "s").met for measured in (2.0, 2.1, None)] == [True, False, None]
    meta = {"kind": "native", "bytes": 1, "records": 1, "sessions": 1}
    assert {aim.met for aim in aims({}, {"native:1MB": meta})} == {None}
    found = {("native:1MB", "nalyqor-tui"): {"first": 1.0}, ("", "a minimal Textual app"): {"first": 0.5}}
    text = markdown(found, {"native:1MB": meta}, 1)
    assert "| first useful screen | 1.3 × a minimal Textual app | 2, **not met** |" in text
    assert "| jump to the end at once | 0.1 s | not measured |" in text
    again = markdown(found, {"native:1MB": meta}, 1, found)
    assert "| 2, **not met** (before: 2) |" in again
