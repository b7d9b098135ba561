"""The session of a line is looked for away from the keys: what was opened meanwhile is not lost, and esc ends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from tui_samples import LARGE, Sitting, chats, sitting

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.store import Trace
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
