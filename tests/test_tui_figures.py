"""The overview of many sessions: every figure opens what is behind it, narrowings compose, one key writes it all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_tui_sessions import read
from tui_samples import BOTH, LARGE, SMALL, Sitting, chats, opened, sitting

from nalyqor_tui.tui.screens.figures import FiguresScreen
from nalyqor_tui.tui.screens.sessions import SessionsScreen

POLICY = """nalyqor_policy = "1"
id = "p"
[[rule]]
id = "no-r1"
on = { tool = "cancel" }
args = { id = { ne = "R1" } }
severity = "high"
"""


def judged(folder: Path, count: int = 4) -> Path:
    """Write runs of which the second passed although what it did is against the policy."""
    (folder / "nalyqor.toml").write_text(POLICY, "utf-8")
    return chats(folder, count)


def drawn(s: Sitting) -> list[str]:
    return [line.rstrip() for line in s.drawn().split("\n")]


async def overview(s: Sitting) -> FiguresScreen:
    await read(s)
    await s.press("o")
    await s.pilot.pause()
    assert isinstance(s.app.screen, FiguresScreen)
    return s.app.screen


@pytest.mark.parametrize("size", BOTH)
async def test_the_corners_stand_above_the_list(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(judged(tmp_path), size) as s:
        await read(s)
        head, passed, failed = drawn(s)[1:4]
        assert head.split() == ["output,", "worst", "bad", "sound"]
        assert passed.split() == ["passed", "1", "1", "1", "latent"]
        assert failed.split() == ["failed", "·", "2"]


async def test_without_a_policy_there_are_no_corners(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path), SMALL) as s:
        await read(s)
        assert "output, worst" not in s.drawn()


async def test_a_figure_opens_the_decision_behind_it(tmp_path: Path) -> None:
    async with sitting(judged(tmp_path), LARGE) as s:
        screen = await overview(s)
        await s.until(lambda: screen.table.name == "tool", "tab")
        await s.press("enter")
        assert "behind Decisions by tool: cancel" in s.drawn()
        assert any(line.split()[:4] == ["task", "1", "1.1", "cancel"] for line in drawn(s))
        await s.press("enter")
        await s.pilot.pause()
        assert s.review.review.session.id == "task 1" and s.review.decision is not None
        assert s.review.decision.number == "1.1"
        await s.press("q", "escape")
        assert screen.table.name == "tool" and "behind Decisions" not in s.drawn()


async def test_narrowings_compose_and_are_taken_back_one_by_one(tmp_path: Path) -> None:
    async with sitting(judged(tmp_path, 6), LARGE) as s:
        screen = await overview(s)
        at = next(n for n, row in enumerate(screen.table.rows) if "".join(row.cells[0]) == "passed")
        await s.press(*"j" * (at + 1), "f")  # passed and sound
        await s.pilot.pause()
        sessions = s.app.screen
        assert isinstance(sessions, SessionsScreen)
        assert sessions.list.listed == [3, 5]
        assert "only outputs passed, sound" in s.drawn()
        screen = await overview(s)
        await s.until(lambda: screen.table.name == "sessions", "tab")
        assert len(screen.table.rows) == 2
        await s.press("j", "f")
        await s.pilot.pause()
        assert sessions.list.listed == [5]
        await s.press("escape")
        assert sessions.list.listed == [3, 5]
        await s.press("escape")
        assert len(sessions.list.listed) == 6


async def test_one_key_writes_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with sitting(judged(tmp_path), SMALL) as s:
        await overview(s)
        await s.press("x", "enter")
        await s.pilot.pause()
        assert "# Triage of `runs.json`" in (tmp_path / "triage.md").read_text("utf-8")
        await s.press("x", "enter")
        assert "is there already" in s.told[-1]


async def test_a_figure_without_anything_behind_it_says_so(tmp_path: Path) -> None:
    runs = json.loads(judged(tmp_path, 2).read_text("utf-8"))
    (tmp_path / "runs.json").write_text(json.dumps([*runs, *runs]), "utf-8")
    async with sitting(tmp_path / "runs.json", SMALL) as s:
        screen = await overview(s)
        await s.until(lambda: screen.table.name == "passes", "shift+tab")
        await s.press("enter")
        assert s.told[-1] == "no decision is behind this figure"


async def test_a_folder_opens_on_its_sessions(tmp_path: Path) -> None:
    judged(tmp_path)
    assert len(opened(tmp_path).trace.session_ids) == 4
    async with sitting(tmp_path, SMALL) as s:
        await read(s)
        assert "4 sessions" in s.drawn() and "not read" not in s.drawn()


async def test_from_the_samples_to_the_incident_in_under_ten_keys() -> None:
    """A newcomer: the first row of the list is the run that passed and is bad; e goes to what is wrong with it."""
    from tui_samples import SAMPLES

    async with sitting(SAMPLES, LARGE) as s:
        await read(s)
        keys = ["enter", *["e"] * 7]
        for pressed, key in enumerate(keys, start=1):
            await s.press(key)
            await s.pilot.pause()
            if pressed > 1 and s.review.decision is not None and s.review.decision.number == "9.1":
                break
        assert s.review.decision is not None and s.review.decision.number == "9.1" and pressed < 10
