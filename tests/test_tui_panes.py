"""The panes: what they show of a decision, in both layouts; zoom, folds, rows in full, the difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_samples import BOTH, LARGE, SMALL, Sitting, lines, production, replied, said, sitting

PANES = ("talk", "decision", "context", "confirmations", "rules", "notes")


async def test_turn_nine_shows_what_the_incident_was_made_of_at_a_glance(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        text = s.drawn()
        for words in ("believed (observed)", "live (runtime)", "policy (derived)", "ended: expired in turn",
                      "stale-relied-upon",
                      "R-notify-after-write", "not returned", "tie", "✖ bad", "20 m 22 s of silence before",
                      "Hello again. Has my partner been told?", '{"record_id":"K-310","to":"partner"}', "5 added",
                      "LATENT FAILURE"):  # fmt: skip
            assert words in text, words


async def test_each_truth_stands_in_a_gutter_of_its_own(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        await s.press("m")
        for pane in PANES:
            for index, line in enumerate(s.pane(pane)._lines):
                truth = getattr(line, "truth", None)
                gutter = {
                    "observed": "OBS ",
                    "declared": "DECL",
                    "derived": "DER ",
                    "reconstructed": "REC ",
                }.get(str(truth))
                for strip in s.pane(pane)._blocks[index].drawn if gutter else ():
                    assert strip.text.startswith(f"{gutter}│ ")


async def test_at_eighty_columns_one_pane_shows_at_a_time_and_its_name_stands_in_brackets(
    tmp_path: Path,
) -> None:
    titles = ("2 Conversation", "3 Decision", "4 Context", "5 Confirmations", "6 Rules", "7 Notes")
    seen = (
        "▶ decision 9.1 notify",
        "logprob 0.088 nat",
        "window",
        "believed (observed)",
        "R-notify-after-write",
        "no note here yet",
    )
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        for number, (pane, title, words) in enumerate(zip(PANES, titles, seen, strict=True)):
            await s.press(str(number + 2))
            assert s.focus == pane
            assert f"[{title}]" in s.drawn()
            assert words in s.pane_in_view(pane)
            assert [name for name in PANES if s.pane(name).size.height and s.pane(name).display] == [pane]
        await s.press("1")
        assert s.focus == "list"


@pytest.mark.parametrize("size", BOTH)
async def test_tab_walks_through_all_panes_and_back(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size, at="9.1") as s:
        walked = []
        for _ in range(7):
            await s.press("tab")
            walked.append(s.focus)
        assert walked == [*PANES, "list"]
        await s.press("shift+tab")
        assert s.focus == "notes"


@pytest.mark.parametrize("size", BOTH)
async def test_zoom_shows_one_pane_alone_and_the_whole_conversation(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sitting(production(tmp_path), size, at="9.1") as s:
        assert "earlier records are not shown" in s.pane_text("talk")
        await s.press("2", "plus")
        assert "records are not shown" not in s.pane_text("talk")
        assert "4 Harbour Row" in s.pane_text("talk")
        assert s.pane("talk").size.width >= size[0] - 1
        assert "▶ decision 9.1" in s.pane_in_view("talk"), "the decision stays in view"
        assert not s.review.steps.display
        await s.press("j")
        assert s.at == "9.2"
        assert "▶ decision 9.2" in s.pane_in_view("talk")
        await s.press("6")
        assert s.pane("rules").size.width >= size[0] - 1
        await s.press("escape")
        assert s.review.steps.display
        assert not s.review.has_class("-zoom")


async def test_the_layout_follows_the_width_and_what_it_shows_is_filled(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.pilot.resize_terminal(*LARGE)
        await s.pilot.pause()
        assert all(s.pane(name).size.height for name in PANES)
        for words in ("believed (observed)", "R-notify-after-write", "logprob 0.088 nat", "no note here yet"):
            assert words in s.drawn()
        await s.pilot.resize_terminal(1, 1)
        await s.pilot.pause()
        await s.press("j", "2", "plus", "plus", "1")
        await s.pilot.resize_terminal(*SMALL)
        await s.pilot.pause()
        assert s.at == "9.2"
        assert "[2 Conversation]" in s.drawn()


async def test_enter_leads_from_the_list_into_the_pane_and_opens_a_row_with_its_records(
    tmp_path: Path,
) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        await s.press("enter")
        assert s.focus == "talk"
        await s.press("5", "enter")
        assert s.top == "Overlay"
        text = s.drawn()
        assert "OBSERVED · given" in text
        assert '"kind":"confirmation"' in text.replace(" ", "").replace("\n", "")
        await s.press("j", "k", "ctrl+d", "escape")
        assert s.top == "ReviewScreen"
        assert s.focus == "confirmations"


async def test_a_long_text_is_folded_and_unfolds(tmp_path: Path) -> None:
    long = "\n".join(f"line {n}" for n in range(100))
    async with sitting(lines(tmp_path, said(1, 1, long), *replied(2, 1, "read")), LARGE) as s:
        await s.press("2", "g")
        assert "… more: space unfolds, enter opens" in s.pane_text("talk")
        assert "line 90" not in s.pane_text("talk")
        await s.press("space")
        assert "line 99" in s.pane_text("talk")
        assert "… more" not in s.pane_text("talk")
        await s.press("space")
        assert "line 90" not in s.pane_text("talk")
        await s.press("enter", "ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d")
        assert "line 99" in s.drawn()


async def test_the_difference_is_taken_from_a_decision_of_ones_choice(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        assert "since 8.2: 5 added" in s.pane_text("context")
        await s.ask("d", "1.1")
        assert s.focus == "context"
        assert "since 1.1: " in s.pane_text("context")
        assert "evicted" in s.pane_text("context")
        await s.press("j")
        assert "since 1.1: " in s.pane_text("context"), "the base stays while one steps"
        await s.ask("d", "nonsense")
        assert s.told[-1] == "nothing here is called nonsense"
        assert "since 1.1: " in s.pane_text("context")
        await s.ask("d", "")
        assert "since 9.1: " in s.pane_text("context")


async def test_escape_peels_one_layer_at_a_time(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        await s.ask("f", "bad")
        await s.ask("slash", "partner")
        await s.press("5", "plus", "question_mark")
        states = []
        for _ in range(6):
            await s.press("escape")
            steps = len(s.review.steps.rows)
            found = any(
                seg.style == s.pane("talk")._style("found")
                for _, strip in s.pane("talk")._strips
                for seg in strip
            )
            states.append((s.review.has_class("-zoom"), found, steps > 2, s.focus == "list"))
        assert states == [
            (True, True, False, False), (False, True, False, False), (False, False, False, False),
            (False, False, True, False), (False, False, True, True), (False, False, True, True),
        ]  # fmt: skip


async def test_the_theme_changes_and_every_pane_is_drawn_anew(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        dark = colours(s)
        await s.press("t")
        assert s.app.theme == "textual-light"
        light = colours(s)
        assert [text for text, *_ in light] == [text for text, *_ in dark]
        assert all(here != there for here, there in zip(light, dark, strict=True))
        await s.press("t")
        assert s.app.theme == "textual-dark"
        assert colours(s) == dark


def colours(s: Sitting) -> list[tuple[str, object, object]]:
    """Return the pieces of the first row of the rules, with their colours."""
    return [
        (seg.text, seg.style.color, seg.style.bgcolor) for seg in s.pane("rules").render_line(0) if seg.style
    ]


async def test_what_was_not_recorded_is_called_so(tmp_path: Path) -> None:
    async with sitting(lines(tmp_path, said(1, 1, "hi"), *replied(2, 1, "good day")), LARGE) as s:
        text = s.drawn()
        assert "margin     not recorded" in text
        assert " 0.0" not in text
        assert "sound" not in text


async def test_the_mouse_chooses_rows_and_panes_and_opens_with_a_second_click(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.pilot.click("#tabs", offset=(20, 0))
        assert s.focus == "decision"
        await s.press("1", "g")
        await s.pilot.click("#list", offset=(20, 3))
        assert s.at == "2.1"
        await s.press("2", "g")
        await s.pilot.click("#talk", offset=(10, 1))
        assert s.top == "ReviewScreen"
        await s.double_click("#talk", (10, 1))
        assert s.top == "Overlay"
