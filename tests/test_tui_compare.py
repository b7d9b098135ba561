"""Two runs side by side on the screen, and the tree of trials: by keys, at both sizes, readable without colour."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from test_report_comparison import ran
from trace_samples import SHARED, write
from tui_samples import (
    BOTH,
    HEADER,
    LARGE,
    SAMPLES,
    SMALL,
    Sitting,
    drawn,
    lines,
    opened,
    replied,
    said,
    sitting,
)

from nalyqor_tui.policy.loader import named
from nalyqor_tui.present.tree import Trials
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.around import around
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.outlets import THEMES
from nalyqor_tui.tui.screens.compare import CompareScreen, Run
from nalyqor_tui.tui.screens.trials import TrialsScreen

AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"


@asynccontextmanager
async def showing(case: Case, first: Any, size: tuple[int, int]) -> AsyncIterator[Sitting]:
    """Put a first screen before a reader."""
    app = NalyqorApp(case, first=first)
    told: list[str] = []
    notify = app.notify

    def listen(message: str, **more: Any) -> None:
        told.append(message)
        notify(message, **more)

    app.notify = listen  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        yield Sitting(app, pilot, told)


def samples(folder: Path) -> tuple[Run, Run]:
    for name in ("nalyqor.toml", "eval.jsonl", "production.jsonl"):
        shutil.copy(SAMPLES / name, folder)
    a, b = (opened(folder / f"{name}.jsonl") for name in ("eval", "production"))
    return Run(a, 0), Run(b, 0)


def compared(a: Run, b: Run, size: tuple[int, int] = SMALL) -> Any:
    return showing(a.case, lambda: CompareScreen(a, b), size)


def screen(s: Sitting) -> CompareScreen:
    assert isinstance(s.app.screen, CompareScreen)
    return s.app.screen


def pane(s: Sitting, name: str) -> str:
    """All that a pane holds, as it is drawn."""
    return "\n".join(strip.text for _, strip in screen(s).query_one(f"#{name}")._strips)  # type: ignore[attr-defined]


def runs(folder: Path) -> Case:
    """Four trials of one case, of which two passed, and a session of another."""
    written = [
        *ran("one", "read", "write"), *ran("two", "read", "tell", grade="fail"), *ran("three", "read", "write", "tell"),
        *ran("four", "sing", grade="fail"), *ran("five", "read", case="other"),
    ]  # fmt: skip
    return opened(write(folder / "runs.jsonl", *written))


@pytest.mark.parametrize("size", BOTH)
async def test_it_opens_at_the_first_different_decision_with_both_markers(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with compared(*samples(tmp_path), size) as s:
        text = s.drawn()
        assert screen(s).aligned.row == screen(s).versus.found.decision == 2
        assert "▼ first different input: user words" in text
        assert "◆ first different decision" in text
        assert "the input differed first · policy bookcase-desk" in text.split("\n")[0]
        assert "A eval.jsonl" in text and "B production" in text
        (row,) = [line for line in text.split("\n") if line.startswith("▸")]
        assert "2.2" in row and "update_record" in row and "≠" in row and "reply" in row
        assert ("another choice" in row) == (size == LARGE)
        assert all(cell_len(line) <= size[0] for line in text.split("\n"))
        assert text.rstrip().split("\n")[-1].endswith("? help q quit")


async def test_the_worst_decision_shows_its_conditions_side_by_side(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path), LARGE) as s:
        await s.press("b")
        text = pane(s, "here")
        for said in (
            "2.3 notify",
            "9.1 notify",
            "cf1 used (runtime)",
            "cf1 live (runtime), relied upon",
            "1.097 nat",
            "0.088",
        ):
            assert said in text
        assert all(line.startswith(("OBS │", "DER │", "─ ")) for line in text.split("\n"))


@pytest.mark.parametrize("size", BOTH)
async def test_the_runs_as_wholes_are_a_key_away(tmp_path: Path, size: tuple[int, int]) -> None:
    async with compared(*samples(tmp_path), size) as s:
        await s.press("3")
        await s.pilot.pause()
        text = pane(s, "runs")
        assert s.focus == "runs"
        for said in ("pass by", "LATENT", "5 sound", "then tool", "the same"):
            assert said in text
        await s.press("tab")
        assert s.focus == "aligned"
        await s.press("shift+tab", "shift+tab")
        assert s.focus == "here"
        await s.press("escape")
        assert s.focus == "aligned"


async def test_keys_go_from_difference_to_difference_and_to_the_markers(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path)) as s:
        at = []
        for key in ("e", "n", "E", "N", "g", "G", "b", "f", "d", "k", "j", "ctrl+d"):
            await s.press(key)
            at.append(screen(s).aligned.row)
        assert at[:10] == [3, 4, 3, 2, 0, 19, 15, 0, 2, 1]
        assert at[10] == 2 and at[11] > 2


async def test_enter_opens_the_decision_in_the_run_of_its_side(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path)) as s:
        await s.press("b", "l", "enter")
        assert (s.review.review.session.id, s.at) == ("desk-production", "9.1")
        await s.press("q", "h", "enter")
        assert (s.review.review.session.id, s.at) == ("desk-eval", "2.3")
        await s.press("q", "d", "j", "enter")
        assert (s.review.review.session.id, s.at) == ("desk-production", "3.1"), "the only side that has one"
        await s.press("q", "q")
        assert s.app.return_code == 0


async def test_a_policy_that_was_read_again_in_the_review_counts_here(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path), LARGE) as s:
        assert "✖ bad" in s.drawn()
        await s.press("b", "l", "enter")
        (tmp_path / "nalyqor.toml").write_text('nalyqor_policy = "1"\nid = "empty"\n')
        await s.press("p", "q")
        assert s.top == "CompareScreen"
        assert "✖ bad" not in s.drawn()
        assert screen(s).aligned.row == 15


async def test_a_row_opens_with_the_records_of_both_sides(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path), LARGE) as s:
        await s.press("b", "2", "down", "enter")
        text = s.app.screen._text  # type: ignore[attr-defined]
        assert "═ A: eval.jsonl" in text and "═ B: production.jsonl" in text
        assert '"id":"d4"' in text.replace(" ", "") and '"id":"d16"' in text.replace(" ", "")


async def test_the_report_is_written_where_it_is_wanted_and_never_over_a_file(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path)) as s:
        for _ in range(2):
            await s.ask("x", str(tmp_path / "c.md"))
        assert (
            (tmp_path / "c.md").read_text().startswith("# Comparison of `eval.jsonl` with `production.jsonl`")
        )
        assert "report written" in s.told[-2]
        assert "is there already" in s.told[-1]


async def test_a_click_chooses_a_row_and_its_side(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path), LARGE) as s:
        await s.pilot.click("#aligned", offset=(120, 2))
        assert (screen(s).aligned.row, screen(s).aligned.side) == (0, "b")
        await s.double_click("#aligned", (20, 3))
        assert (s.review.review.session.id, s.at) == ("desk-eval", "2.1")


async def test_runs_that_do_not_differ_or_hold_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", *ran("a", "read"))
    write(tmp_path / "b.jsonl", *ran("b", "read"))
    write(tmp_path / "e.jsonl", *ran("e", case=None))
    a, b, e = (Run(opened(tmp_path / f"{name}.jsonl"), 0) for name in "abe")
    async with compared(a, b) as s:
        await s.press("e", "d", "f", "b")
        assert s.told[-4:] == [
            "no choice differs",
            "no choice differs",
            "no input differs",
            "no grade differs",
        ]
        assert "nothing differs" in s.drawn()
    for one, other in ((a, e), (e, a), (e, e)):
        async with compared(one, other) as s:
            await s.press("j", "G", "l", "enter")
            assert s.top in ("CompareScreen", "ReviewScreen")


async def test_the_help_and_the_palette_know_the_screen(tmp_path: Path) -> None:
    async with compared(*samples(tmp_path), LARGE) as s:
        await s.press("question_mark")
        text = s.app.screen._text  # type: ignore[attr-defined]
        assert text.startswith("You are in: 1 Decisions, aligned\n\nCOMPARE\n")
        assert "◁ ▷  only in A, only in B" in text
        await s.press("escape", "ctrl+p")
        await s.pilot.pause(0.3)
        assert "open (enter)" in s.drawn() and "note (a)" not in s.drawn()


@pytest.mark.parametrize("theme", THEMES)
async def test_no_colour_is_needed_and_both_themes_draw(
    tmp_path: Path, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with compared(*samples(tmp_path)) as s:
        s.app.theme = theme
        await s.press("d")
        assert "▸" in drawn(s.app) and "≠" in drawn(s.app) and "✓" in drawn(s.app)


class TestFromTheSessions:
    async def test_a_session_is_compared_with_a_trial_that_came_out_otherwise(self, tmp_path: Path) -> None:
        async with sitting(runs(tmp_path), SMALL) as s:
            await s.app.workers.wait_for_complete()
            await s.press("j", "c")
            versus = screen(s).versus
            assert (versus.a.session.id, versus.b.session.id) == ("two", "one")
            assert "two runs of c" in s.drawn().split("\n")[0]
            await s.press("q")
            assert s.top == "SessionsScreen"

    async def test_a_marked_one_is_compared_with_any_other(self, tmp_path: Path) -> None:
        async with sitting(runs(tmp_path), SMALL) as s:
            await s.app.workers.wait_for_complete()
            await s.press("G", "c")
            assert (
                s.told[-1]
                == "no other trial of its case is here: m marks a session, c on another compares the two"
            )
            await s.press("m", "c")
            assert s.told[-2] == "five is marked: c on another session compares them"
            assert s.told[-1] == "this session is the marked one: go to another and press c"
            assert "●five" in s.drawn()
            await s.press("g", "c")
            assert (screen(s).versus.a.session.id, screen(s).versus.b.session.id) == ("five", "one")
            await s.press("q", "G", "m")
            assert s.told[-1] == "no session is marked"

    async def test_the_trials_of_its_case(self, tmp_path: Path) -> None:
        async with sitting(runs(tmp_path), SMALL) as s:
            await s.app.workers.wait_for_complete()
            await s.press("v")
            await s.app.workers.wait_for_complete()
            await s.pilot.pause()
            assert isinstance(s.app.screen, TrialsScreen)
            assert "trials of c · runs.jsonl" in s.drawn().split("\n")[0]
            await s.press("q", "G", "v")
            await s.app.workers.wait_for_complete()
            assert "only one trial of the case `other` is here" in s.told[-1]

    async def test_a_session_without_a_case_is_told_what_names_one(self, tmp_path: Path) -> None:
        rows = [
            said(1, 1, "hello"),
            *replied(2, 1, "good day"),
            {**HEADER, "conversation_id": "s2"},
            said(4, 1, "hi"),
        ]
        async with sitting(lines(tmp_path, *rows), SMALL) as s:
            await s.app.workers.wait_for_complete()
            assert s.top == "SessionsScreen"
            await s.press("v")
            assert "does not name one case" in s.told[-1] and "outcome" in s.told[-1]


class TestTrials:
    @pytest.mark.parametrize("size", BOTH)
    async def test_the_tree_shows_where_the_trials_part(self, tmp_path: Path, size: tuple[int, int]) -> None:
        case = runs(tmp_path)
        async with showing(case, lambda: TrialsScreen(case, Trials(case.trace, "c")), size) as s:
            text = s.drawn()
            assert "2 passed, 2 failed" in text.split("\n")[0]
            rows = [line for line in text.split("\n") if line.startswith("DER │")]
            assert [row.split("│ ")[1].split()[0] for row in rows] == [
                "fork", "fork", "end", "fork", "end", "fork", "end", "fork", "end",
            ]  # fmt: skip
            assert "3 of 4  read id 1  — 2 passed, 1 failed" in rows[0]
            assert "here: one (passed), two (failed), three (passed)" in text

    async def test_enter_compares_what_passed_with_what_failed_and_opens_a_lone_one(
        self, tmp_path: Path
    ) -> None:
        case = runs(tmp_path)
        async with showing(case, lambda: TrialsScreen(case, Trials(case.trace, "c")), SMALL) as s:
            await s.press("enter")
            assert (screen(s).versus.a.session.id, screen(s).versus.b.session.id) == ("one", "two")
            assert screen(s).aligned.row == 1
            await s.press("v")
            await s.app.workers.wait_for_complete()
            await s.pilot.pause()
            assert s.top == "TrialsScreen"
            await s.press("q", "q", "e", "e", "e", "enter")
            assert (s.review.review.session.id, s.at) == ("two", "2.1")
            await s.press("q", "G", "enter")
            assert s.review.review.session.id == "four"
            await s.press("q", "E", "g", "j", "ctrl+d", "question_mark")
            assert "COMPARE" in s.drawn()

    async def test_the_report(self, tmp_path: Path) -> None:
        case = runs(tmp_path)
        async with showing(case, lambda: TrialsScreen(case, Trials(case.trace, "c")), SMALL) as s:
            await s.ask("x", str(tmp_path / "t.md"))
            assert (tmp_path / "t.md").read_text().startswith("# Trials of `c` in `runs.jsonl`")


@pytest.mark.skipif(not AIRLINE.exists(), reason="needs the shared traces")
async def test_real_trials_open_at_the_first_different_decision() -> None:
    case = opened(AIRLINE)
    case.policy = named("airline")
    async with compared(Run(case, 51), Run(case, 1), LARGE) as s:
        assert "two runs of task 2 " in s.drawn().split("\n")[0]
        assert "✓ passed (observed)" in s.drawn() and "✗ failed (observed)" in s.drawn()
        assert screen(s).aligned.row == screen(s).versus.found.decision == 2


@pytest.mark.parametrize(
    ("here", "by", "wanted"), [(0, 1, 3), (3, 1, 7), (7, 1, 3), (7, -1, 3), (3, -1, 7), (9, -1, 7)]
)
def test_around(here: int, by: int, wanted: int) -> None:
    assert around([3, 7], here, by) == wanted
    assert around([], here, by) is None
