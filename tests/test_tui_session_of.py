"""The session of a line is looked for away from the keys: what was opened meanwhile is not lost, and esc ends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import sleep

import pytest
from test_tui_lines import Later, lines_of
from test_tui_lines_back import NAMES, interleaved
from tui_samples import LARGE, Sitting, chats, opened, sitting

from nalyqor_tui.errors import TraceError
from nalyqor_tui.present.sessions import SessionRow
from nalyqor_tui.present.sessions import read as read_rows
from nalyqor_tui.trace import recognise
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.opening import Opened
from nalyqor_tui.tui.screens import reading
from nalyqor_tui.tui.screens.review import ReviewScreen
from nalyqor_tui.tui.screens.sessions import SessionsScreen

SPOT = Place(None, 1, 0)
_LONG = 500  # times that is looked whether something has come of it


async def until(s: Sitting, test: Callable[[], bool]) -> None:
    """Wait for something."""
    for _ in range(_LONG):
        if test():
            return
        await s.pilot.pause(0.01)
    pytest.fail("it did not come to be:\n" + s.drawn())


def finding(s: Sitting) -> bool:
    """Say whether a session is looked for."""
    return any(each.group == "session_of" and not each.is_finished for each in s.app.workers)


class Slow:
    """Looks for a session until it is told to answer, or is ended by its pulse."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: int | Exception = 1) -> None:
        self.go_on, self.begun, self.ended = Event(), Event(), False
        self.answer = answer
        monkeypatch.setattr(Trace, "session_at", self._find)

    def _find(self, spot: Place, pulse: Callable[[], None]) -> int:
        self.begun.set()
        for _ in range(_LONG):
            try:
                pulse()
            except BaseException:
                self.ended = True
                raise
            if self.go_on.wait(0.01):
                break
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_an_editor_that_was_opened_meanwhile_stays_with_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    async with sitting(chats(tmp_path), LARGE, session=0) as s:
        assert isinstance(s.app.screen, ReviewScreen)
        s.app.screen.from_lines(SPOT)
        await s.press("a")
        assert s.top == "Editor"
        await s.type("half a sentence")
        editor = s.app.screen
        slow.go_on.set()
        await until(s, lambda: not finding(s))
        await s.pilot.pause()
        assert s.app.screen is editor and "half a sentence" in s.drawn()


async def test_nothing_is_opened_over_what_the_reader_went_to_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    async with sitting(chats(tmp_path), LARGE) as s:
        assert isinstance(s.app.screen, SessionsScreen)
        s.app.screen.from_lines(SPOT)
        await s.press("question_mark")
        slow.go_on.set()
        await until(s, lambda: not finding(s))
        await s.pilot.pause()
        assert s.top == "Overlay"


@pytest.mark.parametrize("session", [None, 0], ids=["sessions", "review"])
async def test_it_says_that_it_looks_and_esc_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: int | None
) -> None:
    slow = Slow(monkeypatch)
    async with sitting(chats(tmp_path), LARGE, session=session) as s:
        top = s.top
        await until(s, lambda: not any(each.group == "read" and each.is_running for each in s.app.workers))
        s.app.screen.from_lines(SPOT)  # type: ignore[attr-defined]
        await until(s, lambda: "looking for the session of this line: esc stops" in s.told)
        await s.press("escape")
        await until(s, lambda: slow.ended)
        assert s.told[-1] == "stopped" and s.top == top
        slow.go_on.set()
        s.app.screen.from_lines(SPOT)  # type: ignore[attr-defined]
        await until(s, lambda: s.top == "ReviewScreen" and s.review.review.index == 1)


async def test_leaving_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    async with sitting(chats(tmp_path), LARGE) as s:
        s.app.screen.from_lines(SPOT)  # type: ignore[attr-defined]
        await s.press("q")
    assert slow.ended or not slow.begun.is_set()


@pytest.mark.parametrize("error", [TraceError("was replaced since it was opened"), OSError("no such device")])
async def test_what_cannot_be_read_is_told_and_nothing_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    slow = Slow(monkeypatch, error)
    slow.go_on.set()
    async with sitting(chats(tmp_path), LARGE) as s:
        s.app.screen.from_lines(SPOT)  # type: ignore[attr-defined]
        await until(s, lambda: any(str(error) in told for told in s.told))
        assert s.top == "SessionsScreen" and s.app.failure is None


def test_between_two_sessions_that_are_read_the_search_can_be_ended(tmp_path: Path) -> None:
    trace = Trace(chats(tmp_path, 9))
    seen: list[int] = []

    def pulse() -> None:
        seen.append(1)
        if len(seen) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        trace._holder(range(9), Place(None, 1 << 40, 0), pulse)


@pytest.mark.parametrize("sessions", [1, 3])
async def test_of_an_array_that_was_written_anew_no_line_is_taken_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sessions: int
) -> None:
    records = [json.loads(line) for line in interleaved(tmp_path).read_text().split("\n") if line]
    records = [each for each in records if each["conversation_id"] in NAMES[:sessions]]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(records, indent=1))
    monkeypatch.setattr(recognise, "LARGE", 0)
    opening = Later(lambda: Opened(opened(path)))
    async with lines_of(path, opening=opening) as s:
        await s.go("20")
        opening.run()
        await s.press("D")
        await until(s, lambda: "which record this line belongs to cannot be told" in s.told)
        await until(s, lambda: not finding(s))
        assert s.top == ("SessionsScreen" if sessions > 1 else "ReviewScreen")
        if sessions == 1:
            assert s.at == "1.1"


async def test_q_goes_from_the_sessions_back_to_the_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = interleaved(tmp_path)
    opening = Later(lambda: Opened(opened(path)))
    ended = Event()

    def slow(trace: Trace, policy: object, pulse: Callable[[], None]) -> Iterator[SessionRow]:
        rows = read_rows(trace, None, lambda: None)
        yield next(rows)
        for _ in range(_LONG):
            try:
                pulse()
            except BaseException:
                ended.set()
                raise
            sleep(0.01)

    monkeypatch.setattr(reading, "read", slow)
    async with lines_of(path, opening=opening) as s:
        await s.press("j")
        opening.run()
        await s.press("D")
        await until(s, lambda: s.top == "ReviewScreen")
        await s.press("q")
        assert s.top == "SessionsScreen"
        await s.press("q")
        assert s.top == "LinesScreen"
        await until(s, ended.is_set)
        await s.pilot.pause()
        assert s.app.failure is None
        await s.press("D")
        await until(s, lambda: s.top == "ReviewScreen")


async def test_what_a_thread_found_comes_to_no_screen_that_was_left(tmp_path: Path) -> None:
    path = interleaved(tmp_path)
    opening = Later(lambda: Opened(opened(path)))
    async with lines_of(path, opening=opening) as s:
        opening.run()
        await s.press("D")
        await until(s, lambda: s.top == "SessionsScreen")
        left = s.app.screen
        assert isinstance(left, SessionsScreen)
        await s.app.workers.wait_for_complete()
        await s.press("q")
        await until(s, lambda: s.top == "LinesScreen")
        seen: list[int] = []
        await asyncio.to_thread(left._from_thread, seen.append, 1)
        assert not seen


async def test_another_case_gets_another_follower(tmp_path: Path) -> None:
    path = interleaved(tmp_path)
    async with sitting(path, LARGE) as s:
        await s.press("F")
        assert s.app._follower is not None and s.app._follower.case is s.app.case
        s.app.case = opened(path)
        assert s.app.follow() and s.app._follower.case is s.app.case
