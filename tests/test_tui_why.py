"""Why, on the screen: what a cursor asks about, where a link leads, and a trail that becomes a note."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import TextArea
from tui_samples import BOTH, LARGE, SMALL, Sitting, chats, lines, production, replied, said, sitting

from nalyqor_tui.tui.screens.origins import WhyScreen
from nalyqor_tui.tui.widgets.choices import OneOf, SomeOf


def chain(s: Sitting) -> list[str]:
    """The rows of the chain, as they are drawn."""
    assert isinstance(s.app.screen, WhyScreen)
    return [" ".join(strip.text.split()) for _, strip in s.app.screen.chain._strips]


async def ask(s: Sitting, *typed: str) -> str:
    await s.press(*typed, "W")
    await s.pilot.pause()
    return "\n".join(chain(s))


async def to(s: Sitting, label: str) -> None:
    """Move down to the first link with a label."""
    assert isinstance(s.app.screen, WhyScreen)
    links = s.app.screen.chain
    await s.until(lambda: links.current is not None and links.current.label == label, "j")


@pytest.mark.parametrize("size", BOTH)
async def test_a_decision_asks_of_all_its_arguments_and_enter_goes_to_the_words(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sitting(production(tmp_path), size, at="10.2") as s:
        shown = await ask(s)
        assert "record_id" in shown
        assert "change.delivery_address" in shown
        assert "2 grounded" in s.drawn()
        assert s.app.screen.chain.current is not None  # type: ignore[attr-defined]
        for _ in range(5):
            await s.press("j")
        assert s.app.screen.chain.current.label == "user"  # type: ignore[attr-defined]
        await s.press("enter")
        assert s.top == "ReviewScreen"
        assert s.at == "5.1"
        assert s.focus == "talk"
        assert s.pane("talk").current is not None
        assert (
            "make it 21 Mill Lane instead"
            in "".join(s.pane("talk").current.value) + s.pane("talk").current.body
        )


async def test_the_panes_ask_of_what_stands_under_the_cursor(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        assert "confirmation cf1 given in turn 2 by user" in await ask(s, "5")
        await s.press("escape")
        assert "rule R-notify-after-write at 9.1" in await ask(s, "6")
        assert "DECL" in chain(s)[0]
        await s.press("q", "3")
        assert 'why record_id "K-310" of 9.1' in await ask(s)
        await s.press("escape")
        s.review.activate("context")
        pane = s.pane("context")
        document = next(n for n, row in enumerate(pane._lines) if "R-partner" in "".join(row.value))  # type: ignore[union-attr]
        pane.go(document)
        assert "rule R-partner at 9.1" in await ask(s)


async def test_a_call_in_the_conversation_asks_of_its_own_decision(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path, 1), LARGE, session=0) as s:
        await s.press("j", "2")
        s.pane("talk").ends(False)
        said = s.pane("talk")
        await s.until(lambda: said.current is not None and "cancel" in "".join(said.current.value), "down")
        assert 'why id "R0" of 1.1' in await ask(s)


async def test_a_reply_has_nothing_to_ask_about(tmp_path: Path) -> None:
    async with sitting(lines(tmp_path, said(1, 1, "hello"), *replied(2, 1, "good day")), SMALL) as s:
        await s.press("W")
        assert s.top == "ReviewScreen"
        assert s.told[-1] == "1.1 is a reply: it has no arguments to ask about"


async def test_space_shows_the_records_and_help_names_the_keys(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="10.2") as s:
        await ask(s)
        await s.press("j", "space")
        assert '"role":"user"' in s.app.screen._text  # type: ignore[attr-defined]
        await s.press("escape", "question_mark")
        assert "start a note from the trail under the cursor" in s.app.screen._text  # type: ignore[attr-defined]


async def test_a_trail_becomes_a_note_only_when_it_is_saved(tmp_path: Path) -> None:
    trace = production(tmp_path)
    notes = Path(f"{trace}.notes.jsonl")
    async with sitting(trace, LARGE, at="10.2") as s:
        await ask(s)
        await to(s, "why")
        for _ in range(4):
            await s.press("j")
        await s.press("a")
        assert s.top == "Editor"
        assert not notes.exists()
        text = s.app.screen.query_one("#text", TextArea).text
        assert text.startswith('why: change.delivery_address "21 Mill Lane" of 10.2')
        assert s.app.screen.query_one("#kind", OneOf).chosen == "hypothesis"
        assert s.app.screen.query_one("#evidence", SomeOf).taken == [0, 1]
        assert "From the trail: esc saves it as your note" in s.drawn()
        await s.press("ctrl+q")
        assert not notes.exists()
        assert len(list(tmp_path.glob("*.draft.json"))) == 1, "it lies as a draft"
        await ask(s, "1")
        await s.press("a", "escape")
        (record,) = [json.loads(line) for line in notes.read_text().splitlines()]
        assert record["body"]["text"].startswith(text + "\n\nwhy: record_id"), "what lay there is kept"
        assert record["anchor"]["decision"] == "10.2"
        assert record["body"]["evidence"][0] == {
            "truth": "observed", "ref": "m10", "quote": "21 Mill Lane", "pointer": "/content", "line": 37,
        }  # fmt: skip
        assert not list(tmp_path.glob("*.draft.json"))
