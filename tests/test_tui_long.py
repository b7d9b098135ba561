"""A session of very many records: read and judged away from the keys, and stepped through as any other."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

import pytest
from tui_samples import HEADER, LARGE, SMALL, Sitting, opened, production, replied, said, sitting, undecided

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.present import ready
from nalyqor_tui.trace import long, store
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
        plain = LongEntries.pick

        def slow(self: LongEntries, ordinals: range) -> object:
            while True:  # until it is told to end
                self._kept.clear()
                yield from plain(self, ordinals)

        monkeypatch.setattr(LongEntries, "pick", slow)
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
        await s.until(lambda: s.top == "ReviewScreen")
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
        await s.until(lambda: s.top == "SessionsScreen")


def test_an_opening_says_how_far_it_is_each_thing_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long, "_PULSE", 1)
    monkeypatch.setattr(long, "AHEAD", 2)
    case = opened(production(tmp_path))
    opening = Opening(lambda: Opened(case))
    heard: list[tuple[str, int, str]] = []
    plain = opening._told

    def hear(says: Phrase) -> None:
        plain(says)
        told = re.fullmatch(r"(.+) (\d+)% (\(.+\))", says[0])
        assert told is not None
        heard.append((told[1], int(told[2]), told[3]))

    opening._told = hear  # type: ignore[method-assign]
    opening.run()
    assert opening.opened is not None and opening.opened.case is case
    stages = [
        "reading", "judging", "measuring the context", "looking through the log", "collecting the margins",
        "collecting the words for conditions",
    ]  # fmt: skip
    assert [name for name, _ in groupby(name for name, _, _ in heard)] == stages
    for number, name in enumerate(stages, 1):
        shares = [share for stage, share, _ in heard if stage == name]
        assert shares == sorted(shares) and shares[-1] <= 100
        assert {step for stage, _, step in heard if stage == name} == {f"({number} of 6)"}
    assert max(share for name, share, _ in heard if name == "judging") > 90


@pytest.mark.parametrize("governed", [False, True])
def test_the_passes_of_a_session_without_decisions_are_counted(tmp_path: Path, governed: bool) -> None:
    case = opened(undecided(production(tmp_path, policy=governed).parent))
    heard: list[str] = []
    ready.make_ready(case.review(0), lambda says: heard.append(says[0]))
    rest = ["judging", "measuring the context", "looking through the log", "collecting the margins",
            "collecting the words for conditions"]  # fmt: skip
    told = (re.sub(" [0-9]+% ", " ", says) for says in heard)
    assert [says for says, _ in groupby(told)] == [
        f"{name} ({step} of 6)" for step, name in enumerate(rest, 2)
    ]


def test_what_was_read_before_it_was_stopped_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long, "_PULSE", 1)
    monkeypatch.setattr(long, "_CACHED", 1)
    path = production(tmp_path)
    opening = Opening(lambda: Opened(opened(path)))
    stop_at, plain, heard = "measuring", opening._told, []

    def hear(says: Phrase) -> None:
        if says[0].startswith(stop_at):
            opening.stop()
        plain(says)

    opening._told = hear  # type: ignore[method-assign]
    opening.run()
    assert opening.stopped and opening.opened is None and "measuring" in opening.says[0]
    again = opening.again(keep=True)
    plain = again._told
    again._told = lambda says: (heard.append(says[0]), plain(says))  # type: ignore[method-assign]
    again.run()
    assert again.opened is not None and heard[-1].startswith("collecting")
    assert {says for says in heard if says.startswith("judging")} <= {"judging 0% (2 of 6)"}
    assert not any(says.startswith("reading") for says in heard)
    anew = opening.again()
    anew.run()
    assert anew.opened is not None and anew.opened.case is not again.opened.case


def test_one_that_is_stopped_at_once_opens_nothing(tmp_path: Path) -> None:
    again = Opening(lambda: Opened(opened(production(tmp_path))))
    again.stop()
    again.run()
    assert (again.opened, again.error, again.stopped, again.over) == (None, None, True, True)


async def test_a_session_whose_reading_was_stopped_is_made_ready_before_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(sessions(tmp_path), LARGE) as s:
        await settled(s)
        case = s.app.case
        assert case is not None
        assert not case.review(0).ready
        await s.press("enter")
        await s.until(lambda: s.top == "ReviewScreen")
        assert s.review.review.ready
