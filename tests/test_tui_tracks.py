"""The tracks on the screen: walked by keys, fitting 80×24, and readable without colour."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from tracks_samples import chose, given, reviewed
from tui_samples import BOTH, LARGE, SMALL, Sitting, chats, production, sitting

from nalyqor_tui.tui.screens.tracks import TracksScreen
from nalyqor_tui.tui.widgets.tracks import TrackGrid


def grid(s: Sitting) -> TrackGrid:
    assert isinstance(s.app.screen, TracksScreen)
    return s.app.screen.grid


async def opened(s: Sitting) -> None:
    """Open the tracks, and wait until they are laid out."""
    await s.press("v")
    await s.pilot.pause()


def spot(s: Sitting) -> tuple[str, str]:
    """Return the decision and the line under the cursor."""
    one = grid(s)
    assert one.column is not None
    assert one.lane is not None
    return one.column.number, "".join(one.lane.label)


@pytest.mark.parametrize("size", BOTH)
async def test_it_opens_at_the_decision_in_view_and_shows_the_stale_yes_at_a_glance(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sitting(production(tmp_path), size, at="9.1") as s:
        await opened(s)
        assert spot(s) == ("9.1", "cf1 policy")
        lines = s.drawn().splitlines()
        (policy,) = [line for line in lines if line.startswith("DER │▸cf1")]
        (believed,) = [line for line in lines if line.startswith("OBS │ cf1")]
        (turns,) = [line for line in lines if line.strip().startswith("turn")]
        assert policy.index("┣") == turns.index(" 2 ") + 1
        assert policy.index("†") == turns.index(" 6 ") + 1
        assert believed.index("╱") == policy.index("†")
        assert believed.index("◆") == turns.index(" 9 ") + 1
        assert any("▾ 9.1" in line for line in lines)
        assert "□" in next(line for line in lines if "R-notify-after-write" in line)
        assert all(cell_len(line) <= size[0] for line in lines)
        assert len(lines) <= size[1] + 1


async def test_the_keys_walk_decisions_and_lines_and_stop_at_the_ends(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), at="9.1") as s:
        await opened(s)
        walked = []
        for key in (
            "l",
            "h",
            "left",
            "right",
            "j",
            "down",
            "k",
            "up",
            "k",
            "g",
            "h",
            "G",
            "l",
            "home",
            "end",
        ):
            await s.press(key)
            walked.append(spot(s))
        policy, believed = "cf1 policy", "cf1 believed"
        assert walked[:9] == [
            ("9.2", policy), ("9.1", policy), ("8.2", policy), ("9.1", policy), ("9.1", believed),
            ("9.1", "R-write-confirm"), ("9.1", believed), ("9.1", policy), ("9.1", policy),
        ]  # fmt: skip
        assert [number for number, _ in walked[9:]] == ["1.1", "1.1", "10.3", "10.3", "1.1", "10.3"]


async def test_the_mark_under_the_cursor_is_said_in_words_with_its_records(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.press("v", "j")
        text = s.drawn()
        assert "9.1 · cf1 believed · relied upon after its end" in text
        assert "OBS │ given      cf1 change_ok given in turn 2 by user" in text
        assert "DER │ policy     ended: expired in turn 6 (4 turns > 3) (at m12)" in text
        assert "OBS │ believed   live (runtime), relied upon" in text
        assert "━ believed live  ╱ after its end  ◆ relied upon after its end  ○ not live" in text
        await s.press("k", "g")
        assert "1.1 · cf1 policy · not given yet" in s.drawn()


async def test_enter_goes_to_the_decision_and_escape_does_not(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.press("v", "l", "l", "enter")
        assert s.at == "2.2"
        for key in ("escape", "q", "v"):
            await s.press("v", "G")
            assert s.top == "TracksScreen"
            await s.press(key)
            assert s.at == "2.2"
        assert s.top == "ReviewScreen"


async def test_a_turn_without_a_decision_is_nowhere_to_go(tmp_path: Path) -> None:
    path = reviewed(tmp_path, given(1), chose(2, "d2", live="c1"), policy=None).trace.path
    async with sitting(path, SMALL) as s:
        await s.press("v", "h")
        assert spot(s)[0] == "1"
        await s.press("enter")
        assert s.top == "TracksScreen"
        assert s.told[-1] == "no decision was made in turn 1"


async def test_a_click_goes_to_a_mark_and_a_second_one_to_the_decision(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await opened(s)
        line = next(n for n, text in enumerate(s.drawn().splitlines()) if "R-notify" in text)
        column = s.drawn().splitlines()[line].index("□")
        await s.pilot.click(offset=(column, line))
        assert spot(s) == ("9.1", "R-notify-after-write")
        await s.double_click(None, (column, line))
        assert s.at == "9.1"


async def test_many_decisions_are_shown_around_the_cursor(tmp_path: Path) -> None:
    path = reviewed(tmp_path, *(chose(n, f"d{n}", live="ghost") for n in range(1, 301))).trace.path
    async with sitting(path, SMALL, at="150.1") as s:
        await opened(s)
        assert "▾ 150.1" in s.drawn()
        await s.press("G")
        text = s.drawn()
        assert "300.1 ▾" in text
        assert all(cell_len(line) <= 80 for line in text.splitlines())
        await s.press("enter")
        assert s.at == "300.1"


async def test_more_lines_than_fit_follow_the_cursor(tmp_path: Path) -> None:
    records = [given(1, f"c{n}") for n in range(12)]
    path = reviewed(tmp_path, *records, chose(1, "d1"), policy=None).trace.path
    async with sitting(path, SMALL) as s:
        await opened(s)
        assert "c11" not in s.drawn()
        await s.press(*["j"] * 22)
        assert "│▸c11" in s.drawn()
        await s.press("j")
        text = s.drawn()
        assert "│▸c11       believed" in text
        assert "margins: not recorded in this log" in text, (
            "what follows the last line comes into view with it"
        )
        await s.press(*["k"] * 23)
        assert "│▸c0 " in s.drawn()


@pytest.mark.parametrize("size", BOTH)
async def test_where_there_is_nothing_it_says_so_in_words(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(chats(tmp_path, 1), size) as s:
        await s.press("v", "j", "l")
        text = s.drawn()
        assert "─ confirmations: not recorded in this log" in text
        assert "─ rules: which govern is unknown: no policy (give --policy FILE)" in text
        assert "─ margins: not recorded in this log" in text
        await s.press("escape")
        assert s.top == "ReviewScreen"


async def test_it_reads_the_same_without_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    for colour in (True, False):
        if not colour:
            monkeypatch.setenv("NO_COLOR", "1")
        async with sitting(production(tmp_path), SMALL, at="9.1") as s:
            await s.press("v", "j")
            shown.append(s.drawn())
    assert shown[0] == shown[1]
    assert "│▸cf1" in shown[1] and "▾ 9.1" in shown[1]


async def test_it_survives_any_size(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        await s.press("v")
        for width, height in ((1, 1), (20, 4), (40, 10), SMALL):
            await s.pilot.resize_terminal(width, height)
            await s.press("j", "l")
        assert s.top == "TracksScreen"
