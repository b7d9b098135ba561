"""What is said in passing covers no line that says which keys there are, and none that is typed into."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_samples import BOTH, chats, production, sitting

from nalyqor_tui.phrase import own
from nalyqor_tui.tui import outlets

TOLD = own("a word in passing " * 12)
SIZES = [*BOTH, (120, 100)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_foot_stays_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size, toasts=True) as s:
        before = s.drawn().split("\n")
        outlets.tell(s.app.screen, TOLD, problem=True)
        await s.pilot.pause()
        drawn = s.drawn().split("\n")
        assert any("a word in passing" in line for line in drawn)
        assert drawn[-1] == before[-1] and drawn[0] == before[0]


@pytest.mark.parametrize("size", SIZES)
async def test_a_prompt_stays_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size, toasts=True) as s:
        await s.press("f")
        foot = s.drawn().split("\n")[-3:]
        assert "list only" in foot[-2]
        outlets.tell(s.app.screen, TOLD, problem=True)
        await s.pilot.pause()
        assert "a word in passing" in s.drawn() and s.drawn().split("\n")[-3:] == foot


@pytest.mark.parametrize("size", SIZES)
async def test_the_hint_of_the_editor_stays_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size, at="9.1", toasts=True) as s:
        await s.press("a")
        outlets.tell(s.app.screen, TOLD)
        await s.pilot.pause()
        assert "a word in passing" in s.drawn()
        assert "esc saves and closes · tab next field · ctrl+q keeps a draft" in s.drawn()


@pytest.mark.parametrize("key", ["question_mark", "c", "enter"])
@pytest.mark.parametrize("size", SIZES)
async def test_so_does_the_last_line_of_what_lies_on_top(
    tmp_path: Path, size: tuple[int, int], key: str
) -> None:
    async with sitting(production(tmp_path), size, at="9.1", toasts=True) as s:
        await s.press("5", key)
        last = [line for line in s.drawn().split("\n") if "╰" in line]
        outlets.tell(s.app.screen, TOLD)
        await s.pilot.pause()
        assert [line for line in s.drawn().split("\n") if "╰" in line] == last


async def test_in_the_list_of_sessions(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path, 60), BOTH[0], toasts=True) as s:
        await s.app.workers.wait_for_complete()
        foot = s.drawn().split("\n")[-1]
        await s.press("m")
        await s.pilot.pause()
        assert "is marked" in s.drawn() and s.drawn().split("\n")[-1] == foot
