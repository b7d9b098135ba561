"""Moving through the decisions, the turns, the problems, the sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_samples import BOTH, LARGE, SMALL, a_note, broken, chats, lines, production, said, sitting, undecided

from nalyqor_tui.notes.model import Body


@pytest.mark.parametrize("size", BOTH)
async def test_each_key_moves_by_what_it_is_named_for(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size) as s:
        assert s.at == "1.1"
        walked = []
        for key in ("j", "j", "k", "J", "J", "K", "G", "k", "g", "down", "up", "end", "home"):
            await s.press(key)
            walked.append(s.at)
        assert walked == [
            "2.1",
            "2.2",
            "2.1",
            "3.1",
            "4.1",
            "3.1",
            "10.3",
            "10.2",
            "1.1",
            "2.1",
            "1.1",
            "10.3",
            "1.1",
        ]
        await s.press("k")
        assert s.at == "1.1", "the first decision is the end of the way back"


async def test_the_heading_of_a_turn_comes_into_view_with_its_decision(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.go("9.1")
        assert "9  Hello again. Has my partner been told?" in s.drawn()
        assert s.step().startswith("▸   9.1 ✖ bad")


async def test_problems_are_found_in_both_directions_and_around_the_end(tmp_path: Path) -> None:
    async with sitting(production(tmp_path)) as s:
        await s.press("e")
        assert s.at == "6.1"
        await s.go("8.2")
        await s.press("e")
        assert s.at == "9.1"
        await s.press("E", "E")
        assert s.at == "8.1"
        await s.go("10.2")
        await s.press("e")
        assert s.at == "6.1", "10.2 is the last problem; after it comes the first"
        await s.press("E")
        assert s.at == "10.2"


async def test_without_a_policy_nothing_is_called_a_problem_and_it_is_said_why(tmp_path: Path) -> None:
    async with sitting(production(tmp_path, policy=False)) as s:
        await s.press("e")
        assert s.at == "1.1"
        assert s.told == ["nothing can be judged without a policy: give --policy FILE"]
        text = s.drawn()
        assert "no policy: --policy FILE" in text
        assert "sound" not in text
        await s.go("9.1")
        assert "grade      unknown: no policy" in s.pane_text("decision")


async def test_a_line_that_cannot_be_read_stands_in_the_list_and_counts_as_a_problem(tmp_path: Path) -> None:
    async with sitting(broken(tmp_path)) as s:
        await s.press("e")
        assert "! unparsed  line 5" in s.step()
        assert '{"kind": "message", "seq' in s.pane_in_view("talk")
        await s.press("e")
        assert "! unparsed  line 9" in s.step()
        assert "no JSON at all" in s.pane_in_view("talk")
        await s.press("E", "E")
        assert "line 9" in s.step()


async def test_notes_are_found_in_both_directions(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(trace) as s:
        await s.press("u")
        assert s.told == ["no notes in this session yet: a writes one"]
    for decision in ("2.2", "9.1"):
        a_note(trace, decision, Body(kind="question", text="?"))
    async with sitting(trace) as s:
        visited = []
        for key in ("u", "u", "u", "U"):
            await s.press(key)
            visited.append(s.at)
        assert visited == ["2.2", "9.1", "2.2", "9.1"]
        assert s.step().endswith("✎")


@pytest.mark.parametrize("size", BOTH)
async def test_pages_move_the_list_and_scroll_a_pane(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size) as s:
        await s.press("ctrl+d")
        height = s.review.steps.size.height
        assert s.review.steps.current is not None
        assert s.review.steps.current.decision == min(19, height // 2)
        await s.press("ctrl+u")
        assert s.at == "1.1"
        await s.go("9.1")
        await s.press("2", "g")
        top = s.pane("talk").scroll_offset.y
        await s.press("ctrl+d")
        assert s.pane("talk").scroll_offset.y == top + s.pane("talk").size.height // 2
        assert s.at == "9.1", "scrolling a pane leaves the decision in view"
        await s.press("pageup")
        assert s.pane("talk").scroll_offset.y == top


async def test_the_cursor_stays_in_the_part_of_a_pane_that_is_in_view(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.press("2", "g")
        for _ in range(3):
            await s.press("ctrl+d")
            pane = s.pane("talk")
            top = pane.scroll_offset.y
            start = pane._starts[pane.cursor]
            assert start < top + pane.size.height
            assert start + len(pane._blocks[pane.cursor].drawn) > top


async def test_rows_move_in_a_pane_and_decisions_in_the_list(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), at="9.1") as s:
        await s.press("5", "down")
        assert s.pane("confirmations").cursor == 1
        await s.press("G")
        row = s.pane("confirmations").cursor
        assert row == len(s.pane("confirmations")._lines) - 1
        await s.press("up")
        assert s.pane("confirmations").cursor == row - 1
        assert s.at == "9.1"
        await s.press("j")
        assert s.at == "9.2", "j moves by decision wherever the focus is"


async def test_brackets_step_through_the_sessions_and_say_where_they_end(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path), session=1) as s:
        assert "(2/3)" in s.drawn()
        await s.press("[")
        assert "(1/3)" in s.drawn()
        await s.press("[")
        assert "no session before this one" in s.told
        await s.press("]", "]", "]")
        assert "(3/3)" in s.drawn()
        assert "no session after this one" in s.told


async def test_a_session_without_decisions_says_so_and_no_key_breaks_it(tmp_path: Path) -> None:
    async with sitting(undecided(tmp_path)) as s:
        assert "no decisions in this session" in s.drawn()
        assert "is anybody there?" in s.drawn()
        for key in ("j", "k", "J", "K", "e", "E", "u", "U", "g", "G", "ctrl+d", "m", "r", "z", "y", "o", "a", "n",
                    "2", "down", "space", "enter", "plus", "plus", "7", "enter"):  # fmt: skip
            await s.press(key)
            await s.until(lambda: s.top == "ReviewScreen" and s.focus != "prompt-input", "escape")
        assert "there is no decision here to write about" in s.told
        assert not Path(f"{s.app.case.path}.notes.jsonl").exists()


async def test_the_program_opens_at_the_spot_that_was_asked_for(tmp_path: Path) -> None:
    for spot, decision in (
        ("9.1", "9.1"),
        ("9", "9.1"),
        (":14:32", "9.1"),
        ("R-notify-after-write", "9.1"),
        ("m4", "2.1"),
    ):
        async with sitting(production(tmp_path), SMALL, at=spot) as s:
            assert s.at == decision
            assert f"· {decision} ·" in s.drawn().split("\n")[0]
            assert f"▸{decision:>6} " in s.drawn()


async def test_the_cursor_stays_in_view_when_the_window_changes(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        for size in (SMALL, (80, 12), (200, 60), (40, 10), SMALL):
            await s.pilot.resize_terminal(*size)
            await s.pilot.pause()
            assert "▸   9.1 " in s.drawn()


async def test_twenty_keys_that_arrive_at_once_each_do_their_work(tmp_path: Path) -> None:
    records = [r for n in range(1, 80) for r in (said(2 * n, n, "go"), {"kind": "decision", "seq": 2 * n + 1, "turn": n,
               "id": f"d{n}", "chosen": {"tool": "t", "arguments": {}}})]  # fmt: skip
    async with sitting(lines(tmp_path, *records), LARGE) as s:
        await s.press(*["j"] * 20)
        assert s.at == "21.1"
        assert "▶ decision 21.1" in s.pane_in_view("talk")
