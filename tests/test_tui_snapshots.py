"""Whole screens, row by row, as plain text files that a reviewer can read in a diff; two more in their colours.

After a wanted change: `pytest tests/test_tui_snapshots.py -n0 --snapshot-update`, and look at the difference.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from tui_samples import LARGE, SMALL, Sitting, broken, chats, opened, production, sitting

from nalyqor_tui.notes import journal
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.outlets import THEMES

SNAPSHOTS = Path(__file__).parent / "snapshots"
Make = Callable[[Path], Path]
Do = Callable[[Sitting], Awaitable[None]]


async def nothing(s: Sitting) -> None:
    """Leave the screen as it opened."""


async def noted(s: Sitting) -> None:
    """Write a note with all that a note can have, and look at it."""
    await editing(s)
    await s.press("escape", "7")


async def editing(s: Sitting) -> None:
    """Open the editor and fill it in."""
    await s.press("a")
    editor = s.app.screen
    editor.query_one("#text", TextArea).text = "The old yes was taken for a new one."
    editor.query_one("#tags", Input).value = "stale confirmation"
    editor.query_one("#claims", TextArea).text = "supported: it had run out [4]"
    editor.query_one("#evidence").focus()
    await s.press("down", "down", "down", "space")


def keys(*pressed: str) -> Do:
    """Press these keys."""

    async def press(s: Sitting) -> None:
        await s.press(*pressed)

    return press


def without_policy(folder: Path) -> Path:
    """Lay the production sample there without its policy."""
    return production(folder, policy=False)


SCREENS: dict[str, tuple[Make, tuple[int, int], str | None, Do]] = {
    "start-80x24": (production, SMALL, None, nothing),
    "start-160x50": (production, LARGE, None, nothing),
    "turn-9-80x24": (production, SMALL, "9.1", nothing),
    "turn-9-160x50": (production, LARGE, "9.1", nothing),
    "confirmations-80x24": (production, SMALL, "9.1", keys("5")),
    "rules-80x24": (production, SMALL, "9.1", keys("6")),
    "editor-80x24": (production, SMALL, "9.1", editing),
    "editor-160x50": (production, LARGE, "9.1", editing),
    "noted-160x50": (production, LARGE, "9.1", noted),
    "help-80x24": (production, SMALL, None, keys("question_mark")),
    "prompt-80x24": (production, SMALL, "9.1", keys("slash")),
    "sessions-80x24": (chats, SMALL, None, nothing),
    "sessions-160x50": (chats, LARGE, None, nothing),
    "no-policy-160x50": (without_policy, LARGE, "9.1", nothing),
    "broken-80x24": (broken, SMALL, None, keys("e")),
}


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock, the cursor's blinking and the notices that come and go."""
    monkeypatch.setattr(journal, "now", lambda: "2026-03-14T09:26:53.000Z")
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)
    monkeypatch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda self: None)
    monkeypatch.setattr("nalyqor_tui.tui.screens.view.ReviewView.tell", lambda *_, **__: None)


@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_reads_as_it_did(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    make, size, at, act = SCREENS[name]
    async with sitting(make(tmp_path), size, at=at) as s:
        await s.app.workers.wait_for_complete()
        await act(s)
        await s.pilot.pause()
        compare(SNAPSHOTS / f"{name}.txt", s.drawn().rstrip() + "\n", request)


def compare(file: Path, text: str, request: pytest.FixtureRequest) -> None:
    """Hold a screen to its file, or write the file where that is asked for."""
    if request.config.getoption("update_snapshots"):
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8").split("\n") == text.split("\n")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_without_colour_everything_still_stands_there(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(production(tmp_path), size, at="9.1") as s:
        coloured = s.drawn()
    monkeypatch.setenv("NO_COLOR", "1")
    async with sitting(production(tmp_path), size, at="9.1") as s:
        assert s.app.no_color
        assert s.drawn() == coloured
        styles = [
            seg.style for strip in s.app.screen._compositor.render_strips() for seg in strip if seg.style
        ]
        colours = [
            colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None
        ]
        assert colours
        assert all(len(set(colour.get_truecolor())) == 1 for colour in colours), "only greys are left"


@pytest.mark.parametrize("theme", THEMES)
def test_turn_nine_looks_as_it_did(theme: str, tmp_path: Path, snap_compare: Callable[..., bool]) -> None:
    app = NalyqorApp(opened(production(tmp_path)), at="9.1")

    async def change(pilot: Pilot[None]) -> None:
        await pilot.press(*["t"] * THEMES.index(theme))

    assert snap_compare(app, terminal_size=LARGE, run_before=change)
