"""The registry of actions: what is documented, bound, and there."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from textual.command import CommandPalette
from tui_samples import LARGE, SMALL, chats, production, sitting

from nalyqor_tui.tui import app
from nalyqor_tui.tui.actions import ACTIONS, SCOPES, Action, Scope, bindings, check, document, of
from nalyqor_tui.tui.meanings import MEANINGS

SCREENS = {
    scope: getattr(import_module(f"nalyqor_tui.tui.screens.{module}"), name)
    for scope, (module, name) in ((scope, where.split(".")) for scope, where in app.SCREENS.items())
}


def test_the_page_of_keys_is_what_the_registry_says() -> None:
    page = Path(__file__).parent.parent / "docs" / "keys.md"
    assert page.read_text("utf-8") == document(), (
        "make it anew: python -m nalyqor_tui.tui.actions > docs/keys.md"
    )


@pytest.mark.parametrize(("scope", "action"), [(scope, action) for scope in SCOPES for action in of(scope)])
def test_every_action_is_there_to_be_run(scope: Scope, action: Action) -> None:
    name = action.run.partition("(")[0]
    method = getattr(SCREENS[scope], f"action_{name}", None)
    assert callable(method), f"{scope} has no action_{name}"
    assert method.__doc__


def test_a_key_or_an_id_that_is_taken_twice_is_an_error() -> None:
    check(ACTIONS)
    for clash in (
        replace(ACTIONS[0], id="another"),
        replace(ACTIONS[0], keys="f12"),
        replace(ACTIONS[-1], id="a", keys="x,f12"),
    ):
        with pytest.raises(ValueError, match="taken twice"):
            check([*ACTIONS, clash])


def test_the_same_key_may_serve_in_two_scopes() -> None:
    first = Action("one", "f12", "one", "one", "one", "Move", ("review",))
    check([first, replace(first, id="two", scopes=("sessions",))])


@pytest.mark.parametrize("scope", SCOPES)
def test_every_binding_can_be_changed_by_its_id(scope: Scope) -> None:
    ids = [binding.id for binding in bindings(scope)]  # type: ignore[union-attr]
    assert None not in ids
    assert len(set(ids)) == len(ids)


def test_no_key_is_one_that_terminals_keep_for_themselves() -> None:
    keys = {key for action in ACTIONS for key in action.keys.split(",")}
    assert not keys & {
        "ctrl+a",
        "ctrl+b",
        "ctrl+c",
        "ctrl+z",
        "ctrl+s",
        "ctrl+q",
        "ctrl+h",
        "ctrl+i",
        "ctrl+m",
    }
    assert not any(key.startswith(("alt+", "super+", "ctrl+shift+")) for key in keys)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_help_names_every_action_of_its_screen_and_the_pane(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sitting(production(tmp_path), size) as s:
        await s.press("5", "question_mark")
        shown = s.app.screen._text  # type: ignore[attr-defined]
        assert "You are in: 5 Confirmations" in shown
        for action in of("review"):
            assert f"{action.key_words:<16} {action.help}" in shown
        assert "esc closes" in s.drawn()
        await s.press("question_mark")
        assert s.top == "ReviewScreen"


@pytest.mark.parametrize(
    ("scope", "noun"),
    [("sessions", "session"), ("lines", "line"), ("compare", "row"), ("trials", "row"), ("figures", "row"),
     ("why", "link")],
)  # fmt: skip
def test_a_key_that_moves_is_said_to_move_by_what_the_screen_lists(scope: Scope, noun: str) -> None:
    said = {action.id: action.help for action in of(scope)}
    assert said["step.next"] == f"the next {noun}"
    assert noun in said["step.previous"] and noun in said["ends.first"] and noun in said["ends.last"]
    shared = [action for action in of(scope) if action.id in {a.id for a in of("review")}]
    assert not [a.id for a in shared if a.help in ("the next decision", "the previous decision")]
    if scope in ("lines", "sessions"):
        ours = {"problem.next"}  # which a session is in, or is not
        assert not [a.id for a in shared if "decision" in a.help and a.id not in ours]


def test_what_is_said_of_a_screen_is_said_of_actions_that_it_has() -> None:
    for screen, said in MEANINGS.items():
        assert not set(said) - {action.id for action in of(screen)}  # type: ignore[arg-type]


def test_no_screen_is_told_where_it_is() -> None:
    for scope in SCOPES:
        assert not [
            a.id
            for a in of(scope)
            if a.help.startswith(("in a ", "in the ", "there, ", "from a ")) and a.id != "row.next"
        ]


async def test_the_help_of_the_lines_and_of_the_sessions_is_their_own(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path), LARGE) as s:
        await s.press("question_mark")
        assert "the next session" in s.drawn() and "the next decision" not in s.drawn()
        await s.press("escape", "L", "question_mark")
        assert "the next line" in s.drawn() and "the next decision" not in s.drawn()


async def test_the_palette_offers_the_actions_of_the_screen_and_runs_them(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path), LARGE) as s:
        await s.press("ctrl+p")
        assert isinstance(s.app.screen, CommandPalette)
        await s.pilot.pause(0.3)
        assert "order (s)" in s.drawn()
        assert "retract (r)" not in s.drawn()
        await s.press("escape", "enter", "ctrl+p")
        await s.type("mark this")
        await s.pilot.pause(0.3)
        await s.press("enter")
        await s.pilot.pause(0.1)
        assert "marked" in s.told


async def test_textuals_own_commands_are_not_on_offer(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE) as s:
        assert list(s.app.get_system_commands(s.app.screen)) == []
        await s.press("ctrl+q")
        assert s.app.return_code == 0


async def test_the_foot_of_the_screen_names_keys_that_a_click_presses(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        foot = s.drawn().split("\n")[-1]
        assert foot.startswith("j/k step e problem")
        assert foot.endswith("? help q quit"), "help and quit have room at 80 columns"
        await s.pilot.click("#keys", offset=(foot.index("e problem"), 0))
        assert s.at == "6.1"
        await s.pilot.click("#keys", offset=(foot.index("? help") + 3, 0))
        assert s.top == "Overlay"
        await s.press("escape")
        await s.pilot.click("#keys", offset=(foot.index("q quit"), 0))
        assert s.app.return_code == 0


async def test_a_change_of_focus_draws_without_a_new_layout_of_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from textual._compositor import Compositor

    laid_out: list[None] = []
    reflow = Compositor.reflow
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        await s.press("2", "3")
        monkeypatch.setattr(Compositor, "reflow", lambda *args: (laid_out.append(None), reflow(*args))[1])
        await s.press("4", "5", "tab", "1")
        assert s.focus == "list"
        assert len(laid_out) <= 1
