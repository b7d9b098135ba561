"""The list of sessions, and the way in and out of each."""

from __future__ import annotations

import json
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tui_samples import BOTH, LARGE, SMALL, Sitting, broken, chats, opened, production, sitting

from nalyqor_tui.present.review import Review
from nalyqor_tui.present.sessions import read as read_rows
from nalyqor_tui.present.text import literal
from nalyqor_tui.tui.screens import reading
from nalyqor_tui.tui.screens.sessions import SessionsScreen
from nalyqor_tui.tui.widgets.wrap import both_ends


def rows(s: Sitting) -> list[str]:
    """Return the rows of the list as they are drawn."""
    screen = s.app.screen
    assert isinstance(screen, SessionsScreen)
    return [screen.list.render_line(y).text.rstrip() for y in range(len(screen.list.listed))]


async def read(s: Sitting) -> None:
    """Wait until every session was read."""
    await s.app.workers.wait_for_complete()
    await s.pilot.pause()


@pytest.mark.parametrize("size", BOTH)
async def test_each_session_shows_what_its_log_says_beside_what_was_found(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sitting(chats(tmp_path), size) as s:
        await read(s)
        assert "runs.json · 3 sessions" in s.drawn().split("\n")[0]
        assert "no policy: --policy FILE" in s.drawn().split("\n")[0]
        for number, row in enumerate(rows(s)):
            assert row.startswith(f" task {number} ") and "    1         2  " in row
            assert ("Cancel booking R" in row) == (size == LARGE)
            assert ("✓" if number % 2 else "✗") in row
            assert "unknown: no policy" in row
        assert " problems (derived)" in s.drawn().split("\n")[1]


async def test_keys_move_through_the_list_and_into_a_session_and_back(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path, 60), SMALL) as s:
        await read(s)
        walked = []
        for key in ("j", "k", "k", "G", "g", "ctrl+d", "ctrl+u", "down", "up", "end", "home"):
            await s.press(key)
            walked.append(s.app.screen.list.current)  # type: ignore[attr-defined]
        half = s.app.screen.list.size.height // 2  # type: ignore[attr-defined]
        assert walked == [1, 0, 0, 59, 0, half, 0, 1, 0, 59, 0]
        await s.press("j", "enter")
        assert s.review.review.session.id == "task 1"
        assert "(2/60)" in s.drawn()
        await s.press("]", "j", "q")
        assert s.top == "SessionsScreen"
        assert s.app.screen.list.current == 1  # type: ignore[attr-defined]
        await s.press("e")
        assert s.told[-1].startswith("nothing can be judged without a policy")
        await s.press("q")
        assert s.app.return_code == 0


async def test_q_leaves_at_once_where_there_is_one_session(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.press("q")
        assert s.app.return_code == 0


async def test_leaving_while_sessions_are_still_read_ends_well(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path, 3000), SMALL) as s:
        await s.press("q")
        assert s.app.return_code == 0


def slow(trace: Any, policy: Any, pulse: Any) -> Any:
    """Yield the rows of three sessions, and wait for the reading to be stopped."""
    rows = read_rows(trace, policy, pulse)
    for _ in range(3):
        yield next(rows)
    while True:
        sleep(0.01)
        pulse()


async def test_esc_stops_the_reading_and_p_takes_it_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read", slow)
    async with sitting(chats(tmp_path, 9), LARGE) as s:
        assert "of 9 sessions, esc stops" in s.drawn().split("\n")[0]
        await s.press("escape")
        await read(s)
        assert "of 9 sessions read, stopped: p begins again" in s.drawn().split("\n")[0]
        monkeypatch.undo()
        await s.press("o")
        assert s.told[-1] == "not all sessions were read: p reads them"
        await s.press("p")
        await read(s)
        assert len(s.app.screen.list.rows) == 9  # type: ignore[attr-defined]
        assert "stopped" not in s.drawn().split("\n")[0]


async def test_a_disk_that_fails_ends_the_reading_and_not_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(trace: Any, policy: Any, pulse: Any) -> Any:
        yield next(read_rows(trace, policy, pulse))
        raise OSError("input/output error")

    monkeypatch.setattr(reading, "read", failing)
    async with sitting(chats(tmp_path), LARGE) as s:
        await read(s)
        assert "not all sessions could be read: input/output error" in s.told
        assert "1 of 3 sessions read, stopped" in s.drawn().split("\n")[0] and s.app.failure is None


async def test_a_session_can_be_opened_while_others_are_still_read(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path, 2000), SMALL) as s:
        await s.press("G", "enter")
        assert s.review.review.index == 1999
        await s.press("q", "?")
        assert s.top == "Overlay"
        await s.press("escape")
        await read(s)
        assert len(s.app.screen.list.rows) == 2000  # type: ignore[attr-defined]
        assert "reading" not in s.drawn().split("\n")[0]


async def test_notes_of_one_session_stay_with_it(tmp_path: Path) -> None:
    trace = chats(tmp_path)
    async with sitting(trace, SMALL) as s:
        await s.press("j", "enter", "m")
        assert "✎ 1 saved" in s.drawn()
        await s.press("]")
        assert "✎" not in s.drawn()
        await s.press("[")
        assert s.step().endswith("✎")
    async with sitting(trace, SMALL, session=1) as s:
        assert s.step().endswith("✎")
        record = json.loads(Path(f"{trace}.notes.jsonl").read_text())
        assert record["anchor"]["session"] == "task 1"


async def test_the_help_is_that_of_the_list_and_the_theme_changes_here_too(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path), LARGE) as s:
        await s.press("question_mark")
        assert "You are in: the list of sessions" in s.drawn()
        assert "write down why" not in s.drawn()
        await s.press("escape", "t")
        assert s.app.theme == "textual-light"


@pytest.mark.parametrize("size", BOTH)
async def test_a_search_that_no_session_fits_says_what_to_do(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(chats(tmp_path), size) as s:
        await read(s)
        listed = rows(s)
        await s.ask("slash", "nowhere")
        assert "no session fits: esc lists all; L, then / searches the text of the file" in s.drawn()
        await s.press("j", "enter", "escape")
        assert rows(s) == listed


async def test_the_lines_are_shown_from_a_list_that_nothing_fits(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path), LARGE) as s:
        await read(s)
        await s.ask("slash", "nowhere")
        await s.press("L")
        assert s.top == "LinesScreen"
        assert "line 1 of" in s.drawn()


async def test_unparsed_pieces_are_counted_where_they_are(tmp_path: Path) -> None:
    one = broken(tmp_path).read_text()
    two = (
        one.replace('"s1"', '"s2"').replace('{"kind": "message", "seq\n', "").replace("no JSON at all\n", "")
    )
    (tmp_path / "two.jsonl").write_text(two + one)
    async with sitting(tmp_path / "two.jsonl", LARGE) as s:
        await read(s)
        assert "unparsed" not in rows(s)[0]
        assert "2 unparsed" in rows(s)[1]
        await s.press("e")
        assert s.app.screen.list.current == 1  # type: ignore[attr-defined]


def test_notes_are_taken_anew_while_a_thread_opens_another_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(chats(tmp_path))
    case.review(0)
    bind = Review.bind

    def meanwhile(review: Review, *what: Any) -> None:
        bind(review, *what)
        case.reviews.setdefault(2, review)

    monkeypatch.setattr(Review, "bind", meanwhile)
    case.rebind()
    assert sorted(case.reviews) == [0, 2]


def test_a_case_reviews_a_session_once(tmp_path: Path) -> None:
    case = opened(chats(tmp_path))
    assert case.review(1) is case.review(1)
    assert case.review(1) is not case.review(2)


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.integers(0, 30))
def test_a_name_that_is_cut_in_its_middle_fills_its_column(text: str, width: int) -> None:
    shown = both_ends(literal(text), width)
    assert cell_len(shown) == width
    if len(literal(text)) <= width and literal(text).isascii():
        assert shown.rstrip(" ") == literal(text).rstrip(" ")


def test_ids_that_differ_at_their_end_are_told_apart() -> None:
    one, other = (
        both_ends(f"741790a4-4fe2-4641-87d7 · agent {name}", 18) for name in ("3b8502cb", "9fa17969")
    )
    assert one != other and one.startswith("741790") and one.endswith("3b8502cb")


async def test_long_names_leave_the_decision_in_the_title(tmp_path: Path) -> None:
    path = tmp_path / ("a-folder-or-file-with-a-long-name-" * 3 + ".json")
    path.write_bytes(chats(tmp_path).read_bytes())
    async with sitting(path, SMALL) as s:
        await read(s)
        await s.press("enter")
        title = s.drawn().split("\n")[0]
        assert " · 1.1" in title and "(1/3)" in title and " no policy: --policy FILE" in title
