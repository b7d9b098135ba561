"""A session of very many records: read and judged away from the keys, and stepped through as any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tui_samples import HEADER, LARGE, SMALL, Sitting, opened, production, replied, said, sitting

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.present import ready
from nalyqor_tui.trace import store
from nalyqor_tui.trace.long import LongEntries
from nalyqor_tui.tui.opening import Opened, Opening
from nalyqor_tui.tui.screens import visit


@pytest.fixture(autouse=True)
def every_session_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LONG", 0)


async def settled(s: Sitting) -> None:
    await s.app.workers.wait_for_complete()
    await s.pilot.pause()


async def test_its_keys_do_what_they_do_elsewhere(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        assert isinstance(s.review.review.session.entries, LongEntries)
        await s.go("9.1")
        assert s.at == "9.1"
        await s.ask("slash", "address")
        await settled(s)
        assert "hit " in s.told[-1]
        await s.ask("f", "tool = notify and consent != confirmed")
        await settled(s)
        assert [step.number for step in s.review.steps.rows if step.kind == "decision"] == ["9.1"]
        await s.press("escape")
        await settled(s)
        await s.ask("B", "tool = notify")
        await settled(s)
        assert s.at == "9.1"
        for key, top in (("v", "TracksScreen"), ("W", "WhyScreen")):
            await s.press(key)
            await settled(s)
            assert s.top == top
            await s.press("escape")


async def test_escape_ends_a_search_that_is_going_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.go("9.1")
        plain = LongEntries.span

        def slow(self: LongEntries, ordinals: range) -> object:
            while True:  # until it is told to end
                self._kept.clear()
                yield from plain(self, ordinals)

        monkeypatch.setattr(LongEntries, "span", slow)
        await s.ask("slash", "address")
        await s.press("escape")
        await settled(s)
        assert s.told[-1] == "stopped"
        assert s.at == "9.1"


def sessions(folder: Path) -> Path:
    path = folder / "t.jsonl"
    rows = []
    for name in ("one", "two"):
        rows += [{**HEADER, "conversation_id": name}, said(1, 1, "hello"), *replied(2, 1, f"I am {name}")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


async def test_a_session_of_a_list_is_made_ready_before_it_is_shown(tmp_path: Path) -> None:
    async with sitting(sessions(tmp_path), LARGE) as s:
        await settled(s)
        await s.press("j", "enter")
        for _ in range(200):
            if s.top == "ReviewScreen":
                break
            await s.pilot.pause(0.02)
        assert s.review.review.session.id == "two"
        assert "judgement" in vars(s.review.review)


async def test_the_wait_for_a_session_can_be_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(review: object, told: ready.Told) -> None:
        while True:
            told(("half way",))

    monkeypatch.setattr(ready, "make_ready", never)
    async with sitting(sessions(tmp_path), LARGE) as s:
        await settled(s)
        await s.press("enter")
        assert isinstance(s.app.screen, visit.WaitingScreen)
        await s.press("escape")
        for _ in range(200):
            if s.top == "SessionsScreen":
                break
            await s.pilot.pause(0.02)
        assert s.top == "SessionsScreen"


def test_an_opening_says_how_far_it_is_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    case = opened(production(tmp_path))
    opening = Opening(lambda: Opened(case))
    heard: list[Phrase] = []
    plain = opening._told
    opening._told = lambda says: (heard.append(says), plain(says))  # type: ignore[method-assign]
    opening.run()
    assert opening.opened is not None and opening.opened.case is case
    assert {says[0].split(":")[0] for says in heard} >= {"judging the decisions", "looking through the log"}
    again = Opening(lambda: Opened(opened(production(tmp_path))))
    again.stop()
    again.run()
    assert (again.opened, again.error, again.stopped, again.over) == (None, None, True, True)
