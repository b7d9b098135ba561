"""Keys that arrive together, as over a slow line, go where they were meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste
from tui_samples import BOTH, SMALL, chats, keys, production, sitting


@pytest.mark.parametrize("size", BOTH)
async def test_a_spot_typed_ahead_is_gone_to(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size) as s:
        await s.at_once(*keys(*":9.1", "enter", "j", "j"))
        assert s.at == "10.1"


async def test_a_note_typed_ahead_is_a_note_and_not_a_row_of_commands(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.at_once(*keys("a", *"marked j", "escape", "j"))
        notes = s.app.case.journal.notes()
        assert [(n.body.kind, n.body.text) for n in notes] == [("reconstruction", "marked j")]
        assert s.at == "2.1"


async def test_what_is_pasted_after_a_key_goes_where_the_key_led(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.at_once(*keys("a"), Paste("m mm\nq"), *keys("escape"))
        assert [n.body.text for n in s.app.case.journal.notes()] == ["m mm\nq"]


async def test_overlays_and_sessions_opened_ahead_take_the_keys_after(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path), SMALL) as s:
        await s.at_once(
            *keys("j", "enter", "j", "question_mark", "j", "escape", "2", "enter", "q", "q", "j", "enter")
        )
        assert s.review.review.index == 2
        assert s.at == "1.1"


async def test_an_error_behind_a_key_is_not_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nalyqor_tui.tui.screens.review import ReviewScreen

    def fail(self: ReviewScreen, by: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ReviewScreen, "action_step", fail)
    with pytest.raises(ZeroDivisionError):
        async with sitting(production(tmp_path), SMALL) as s:
            await s.press("j")


async def test_a_key_held_down_shows_where_it_came_to_and_not_each_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nalyqor_tui.tui.screens.view import ReviewView

    filled: list[str] = []
    fill = ReviewView.fill
    async with sitting(production(tmp_path)) as s:
        monkeypatch.setattr(ReviewView, "fill", lambda self: (filled.append(s.at), fill(self)))
        await s.at_once(*keys(*"j" * 19))
        assert s.at == filled[-1] == "10.3"
        assert len(filled) < 10
        assert "▶ decision 10.3" in s.pane_in_view("talk")
