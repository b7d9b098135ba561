"""A trace that grows under the review and under the list of sessions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tui_samples import Sitting, chats, lines, opened, replied, said, sitting

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.opening import Opened, Opening
from nalyqor_tui.tui.screens import reading
from nalyqor_tui.tui.screens.lines import LinesScreen
from nalyqor_tui.tui.screens.sessions import SessionsScreen


def trace(folder: Path) -> Path:
    return lines(
        folder, said(1, 1, "hello"), *replied(2, 1, "good day"), said(4, 2, "and?"), *replied(5, 2, "yes")
    )


def write(path: Path, *records: dict[str, Any] | str) -> None:
    with path.open("a") as file:
        file.write("".join(r if isinstance(r, str) else json.dumps(r) + "\n" for r in records))


async def until(s: Sitting, test: Callable[[], bool]) -> None:
    """Look at the file until something has come of it."""
    for _ in range(500):
        if test():
            return
        s.app._look_at_file()
        await s.pilot.pause(0.01)
    pytest.fail("it did not come to be:\n" + s.drawn())


async def test_from_the_last_decision_the_reader_goes_to_the_new_last(tmp_path: Path) -> None:
    path = trace(tmp_path)
    async with sitting(path) as s:
        await s.press("G", "F")
        assert s.at == "2.1" and "following" in s.drawn()
        write(path, said(7, 3, "more"), *replied(8, 3, "surely"))
        await until(s, lambda: s.at == "3.1")
        await until(s, lambda: "surely" in s.pane_text("talk"))
        write(path, said(10, 4, "last"), *replied(11, 4, "bye"))
        await until(s, lambda: s.at == "4.1")


async def test_from_any_other_decision_the_reader_stays_where_he_is(tmp_path: Path) -> None:
    path = trace(tmp_path)
    async with sitting(path) as s:
        await s.press("F")
        write(path, said(7, 3, "more"), *replied(8, 3, "surely"))
        await until(s, lambda: len(s.review.review.session.decisions) == 3)
        assert s.at == "1.1"
        await s.press("G")
        assert s.at == "3.1"
        await s.press("F")
        assert s.told[-1] == "no longer following" and "following" not in s.drawn().split("\n")[0]


async def test_a_half_line_is_shown_as_incomplete_and_mended_when_it_is_whole(tmp_path: Path) -> None:
    path = trace(tmp_path)
    async with sitting(path) as s:
        await s.press("F")
        whole = json.dumps(replied(7, 3, "surely")[0])
        write(path, whole[:20])
        await until(s, lambda: "unparsed" in s.drawn())
        write(path, whole[20:] + "\n")
        await until(s, lambda: len(s.review.review.session.decisions) == 3)
        assert "unparsed" not in s.drawn()


async def test_a_file_that_was_written_anew_is_read_from_its_start(tmp_path: Path) -> None:
    path = trace(tmp_path)
    async with sitting(path) as s:
        await s.press("G", "F")
        other = lines(tmp_path, said(1, 1, "anew"), *replied(2, 1, "once more"), name="other.jsonl")
        other.rename(path)
        await until(s, lambda: "once more" in s.pane_text("talk"))
        assert "the file was cut or replaced: read anew from its start" in s.told
        path.unlink()
        await until(s, lambda: "the file was deleted: what was read stays" in s.told)
        assert s.at == "1.1"


@pytest.mark.parametrize("several", [False, True], ids=["review", "sessions"])
async def test_the_title_says_while_the_file_is_away_or_empty(tmp_path: Path, several: bool) -> None:
    path = trace(tmp_path)
    if several:
        header = {"kind": "trace", "schema": "nalyqor.trace/1", "conversation_id": "s2"}
        write(path, header, *replied(1, 1, "other"))
    whole = path.read_text()
    async with sitting(path) as s:

        def title() -> str:
            return s.drawn().split("\n")[0]

        await s.press("F")
        assert title().endswith("following")
        path.write_text("")
        await until(s, lambda: "emptied: what was read stays" in title())
        path.write_text("some text\n")
        await until(s, lambda: "no trace now: what was read stays" in title())
        path.unlink()
        await until(s, lambda: "deleted: what was read stays" in title())
        told = len(s.told)
        for _ in range(5):
            s.app._look_at_file()
        assert len(s.told) == told, "it is said once in passing"
        path.write_text(whole)
        await until(s, lambda: title().endswith("following"))
        await s.press("F")
        assert "following" not in title()


async def test_new_sessions_come_into_the_list(tmp_path: Path) -> None:
    path = lines(tmp_path, said(1, 1, "a"), *replied(2, 1, "b"))
    write(path, {"kind": "trace", "schema": "nalyqor.trace/1", "conversation_id": "s2"}, said(1, 1, "c"))
    async with sitting(path) as s:
        assert isinstance(s.app.screen, SessionsScreen)
        await s.press("j", "F")
        write(
            path, {"kind": "trace", "schema": "nalyqor.trace/1", "conversation_id": "s3"}, *replied(1, 1, "d")
        )
        await until(s, lambda: "3 sessions" in s.drawn() and "reading" not in s.drawn())
        assert len(s.app.screen.list.rows) == 3
        assert s.app.screen.list.current == 1


async def test_a_folder_is_not_followed(tmp_path: Path) -> None:
    chats(tmp_path)
    async with sitting(tmp_path) as s:
        await s.press("F")
        assert "only a plain file can be followed" in s.told[-1]


async def test_an_empty_file_is_opened_as_a_trace_when_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("")
    file = LineFile.open(path, 0)
    assert file is not None
    opening = Opening(lambda: Opened(opened(path), follow=True))
    app = NalyqorApp(first=lambda: LinesScreen(file, {}, opening, follow=True))
    async with app.run_test(size=(160, 50)) as pilot:
        s = Sitting(app, pilot, [])
        await until(s, lambda: isinstance(app.failure, TraceError))
        await pilot.pause()
        assert "! no records: the file is empty" in s.drawn()
        trace(tmp_path).rename(tmp_path / "whole.jsonl")
        with path.open("a") as out:
            out.write((tmp_path / "whole.jsonl").read_text())
        await until(s, lambda: s.top == "ReviewScreen" and bool(app.screen.query("#list")) and s.at == "2.1")
        assert app.failure is None
        assert app.case is not None and app.case.following


@asynccontextmanager
async def followed_lines(path: Path) -> AsyncIterator[tuple[Sitting, list[int]]]:
    """Follow a file from its lines; the list gets an item each time that it is tried as a trace."""
    file = LineFile.open(path, 0)
    assert file is not None
    tried: list[int] = []
    opening = Opening(lambda: tried.append(1) or Opened(opened(path), follow=True))
    app = NalyqorApp(first=lambda: LinesScreen(file, {}, opening, follow=True))
    async with app.run_test(size=(160, 50)) as pilot:
        s = Sitting(app, pilot, [])
        await until(s, lambda: isinstance(app.failure, TraceError))
        await pilot.pause()
        yield s, tried
    file.close()


@pytest.mark.parametrize("how", ["written anew", "replaced", "written on"])
async def test_what_was_no_trace_is_tried_again_after_each_change_that_settles(
    tmp_path: Path, how: str
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("" if how == "written on" else "no trace\n" * 50)
    whole = trace(tmp_path).rename(tmp_path / "whole.jsonl")
    async with followed_lines(path) as (s, tried):
        lines = s.app.screen
        assert isinstance(lines, LinesScreen)
        for _ in range(5):
            lines._look()
            await s.pilot.pause()
        assert len(tried) == 1, "nothing has changed"
        if how == "replaced":
            whole.replace(path)
        else:
            with path.open("a" if how == "written on" else "w") as out:
                out.write(whole.read_text())
        await until(s, lambda: s.top == "ReviewScreen" and bool(s.app.screen.query("#list")))
        await until(s, lambda: s.at == "2.1")
        assert s.app.failure is None
        assert s.app.case is not None and s.app.case.following
        assert len(tried) == 2


async def test_a_reader_of_lines_is_told_that_they_are_of_a_trace_now(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("no trace\n" * 50)
    async with followed_lines(path) as (s, tried):
        await s.press("k")
        path.write_text("other text\n")
        await until(s, lambda: len(tried) == 2 and isinstance(s.app.failure, TraceError))
        trace(tmp_path).replace(path)
        await until(s, lambda: "the decisions are ready: D" in s.drawn())
        assert "! another file stands in its place" in s.drawn()
        await s.press("D")
        await until(s, lambda: s.top == "ReviewScreen" and bool(s.app.screen.query("#list")))
        assert len(tried) == 3


async def test_lines_of_a_file_that_is_emptied_or_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("no trace\n" * 50)
    async with followed_lines(path) as (s, _):
        path.write_text("")
        await until(s, lambda: "! no records: the file is empty" in s.drawn())
        drawn: list[object] = []
        monkeypatch.setattr(type(s.app.screen.pane), "show_lines", lambda *given: drawn.append(given))
        for _ in range(5):
            s.app.screen.tick()
        assert not drawn, "nothing has changed"
        path.unlink()
        await until(s, lambda: s.drawn().split("\n")[0].endswith("deleted: what is open stays"))


async def test_an_order_that_was_worked_out_of_another_reading_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = {"kind": "trace", "schema": "nalyqor.trace/1"}
    path = tmp_path / "t.jsonl"
    path.write_text("")
    write(path, *({**header, "conversation_id": f"c{number}"} for number in range(9)))
    async with sitting(path, (160, 50)) as s:
        screen = s.app.screen
        assert isinstance(screen, SessionsScreen)
        await s.app.workers.wait_for_complete()
        going, go_on, listed = Event(), Event(), screen._listed

        def slow(*of: Any) -> Any:
            found = listed(*of)
            going.set()
            go_on.wait(5)
            return found

        monkeypatch.setattr(reading, "_MANY", 5)
        monkeypatch.setattr(screen, "_listed", slow)
        screen._arrange()
        await until(s, going.is_set)
        monkeypatch.setattr(screen, "_listed", listed)
        await s.press("F")
        path.write_text("")
        write(path, *({**header, "conversation_id": f"n{number}"} for number in range(3)))
        await until(s, lambda: len(screen.list.ids) == 3)
        assert len(screen.list.listed) == 3
        go_on.set()
        await s.app.workers.wait_for_complete()
        await s.pilot.pause()
        assert len(screen.list.listed) == 3 and "n2" in s.drawn() and "c8" not in s.drawn()
