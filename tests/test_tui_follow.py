"""A trace that grows under the review and under the list of sessions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tui_samples import Sitting, chats, lines, replied, said, sitting

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.opening import Opened, Opening
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
    from tui_samples import opened

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
