"""Stopping and filtering by a condition, on the screen."""

from __future__ import annotations

from pathlib import Path

from tui_samples import LARGE, SAMPLES, SMALL, Sitting, production, sitting

from nalyqor_tui.present.text import show

INCIDENT = "tool = notify and consent != confirmed"


def here(s: Sitting) -> str:
    decision = s.review.decision
    assert decision is not None
    return decision.number


async def stop_at(s: Sitting, text: str) -> None:
    await s.press("B")
    await s.pilot.pause()
    await s.press(*("space" if char == " " else char for char in text), "enter")
    await s.pilot.pause()


async def test_stops_at_the_incident_forward_and_backward(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await stop_at(s, INCIDENT)
        assert here(s) == "9.1" and s.told[-1] == "stop 1 of 1"
        await s.press("G", ",")
        assert here(s) == "9.1"
        await s.press("g", ".")
        assert here(s) == "9.1"


async def test_nothing_in_the_run_that_passed_stops_there() -> None:
    async with sitting(SAMPLES / "eval.jsonl", SMALL) as s:
        await stop_at(s, INCIDENT)
        assert s.told[-1] == f"nothing in this session stops at: {INCIDENT}"


async def test_walks_through_all_stops_and_around_the_end(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE) as s:
        await stop_at(s, "scope")
        walked = [here(s)]
        for key in (".", ".", ","):
            await s.press(key)
            walked.append(here(s))
        assert walked == ["9.1", "10.2", "9.1", "10.2"]
        assert "from the other end" in s.told[-1]


async def test_says_how_many_cannot_be_told(tmp_path: Path) -> None:
    async with sitting(production(tmp_path, policy=False), SMALL) as s:
        await stop_at(s, "problem or turn = 3")
        assert here(s) == "3.1" and s.told[-1].startswith("stop 1 of 2, ")
        assert s.told[-1].endswith("cannot be told")


async def test_a_mistake_is_explained_and_nothing_changes(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        at = here(s)
        await stop_at(s, "tol = x")
        assert "did you mean `tool`?" in s.told[-1] and here(s) == at
        assert s.app.focused is not None and getattr(s.app.focused, "value", "") == "tol = x"  # to be mended
        await s.press("escape", "f", *"a=b", "enter")
        assert "`a` is no field" in s.told[-1]
        assert "1 Decisions (" not in s.drawn()


async def test_filters_by_a_condition_or_by_words(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE) as s:
        await s.press("f", *"scope", "enter")
        await s.pilot.pause()
        assert "1 Decisions (2 of 20)" in s.drawn()
        await s.press("escape", "f", *"partner", "enter")
        await s.pilot.pause()
        left = [show(step.what) for step in s.review.steps.rows if step.kind == "decision"]
        assert left and all("partner" in what for what in left)


async def test_offers_how_a_condition_goes_on(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.press("B", *"cons")
        await s.pilot.pause()
        await s.press("right", "space", "=", "space", *"st")
        await s.pilot.pause()
        await s.press("right", "enter")
        await s.pilot.pause()
        assert s.app.case.stop == "consent = stale"


async def test_the_help_lists_the_words(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE) as s:
        await s.press("?", *["space"] * 5)
        assert "CONDITIONS" in "".join(str(s.app.screen._text))  # type: ignore[attr-defined]


async def test_tab_takes_the_word_that_is_offered_and_never_leaves_the_line(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        await s.press("B", "g", "r")
        await s.pilot.pause()
        for key in ("tab", "shift+tab", "tab"):
            await s.press(key)
            assert s.focus == "prompt-input"
        await s.type(" = bad\n")
        assert here(s) == "9.1" and s.told[-1] == "stop 1 of 1"
        kept = len(s.review.review.notes)
        await s.press("f", "tab")
        await s.type("a nonsense")
        assert s.focus == "prompt-input" and len(s.review.review.notes) == kept
