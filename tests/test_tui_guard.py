"""What data could make the program do: nothing is run by a click on it, and nothing harmful by any name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.widgets import Static
from tui_samples import BOTH, LARGE, SAMPLES, lines, opened, replied, said, sitting

from nalyqor_tui.tui import guard
from nalyqor_tui.tui.actions import ACTIONS
from nalyqor_tui.tui.guard import DENIED, Guarded

LINKS = (
    "[@click=app.quit]q[/]", "[@click=app.screenshot('/tmp/x.svg')]s[/]", "[@click=app.simulate_key('q')]k[/]",
    "[@click=screen.dismiss]d[/]", "[@click=notify('forged')]n[/]", "[@click=app.suspend_process]z[/]",
    "[@click=toggle('visible')]t[/]", "[link='https://example.org']l[/]",
)  # fmt: skip


class Linked(Guarded):
    """An application whose text is markup, as ours never is."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def compose(self) -> ComposeResult:
        for link in LINKS:
            yield Static(link)

    def action_quit(self) -> Any:  # type: ignore[override]
        self.ran.append("quit")

    def notify(self, message: str, **_: Any) -> None:
        self.ran.append(message)


async def test_a_click_on_markup_runs_nothing() -> None:
    app = Linked()
    async with app.run_test(size=(40, 12)) as pilot:
        for y in range(len(LINKS)):
            assert app.screen.get_style_at(0, y).meta or app.screen.get_style_at(0, y).link
            await pilot.click(offset=(0, y))
            await pilot.pause()
        assert app.ran == []
        assert app.is_running


async def test_what_textual_could_do_is_denied_wherever_it_is() -> None:
    app = Linked()
    async with app.run_test() as pilot:
        for name in sorted(DENIED):
            for where in ("", "app.", "screen."):
                assert await app.run_action(f"{where}{name}('x')") is False
            assert await app.run_action(f"{name}('x')", app.query(Static).first()) is False
            assert await app.run_action(f"{name}(") is False
            assert app.check_action(name, ("x",)) is False
        await pilot.pause()
        assert app.ran == []


def test_nothing_that_we_do_ourselves_is_denied() -> None:
    assert not {action.run.partition("(")[0] for action in ACTIONS} & DENIED


def test_every_action_of_textuals_application_is_denied_or_known_to_be_harmless() -> None:
    from textual.app import App

    known = {"back", "quit", "help_quit", "command_palette", "focus_next", "focus_previous"}
    offered = {name.removeprefix("action_") for name in dir(App) if name.startswith("action_")}
    assert offered - DENIED == known


def test_no_address_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    import webbrowser

    monkeypatch.setattr(webbrowser, "open", lambda *_a, **_k: pytest.fail("an address was opened"))
    Linked().open_url("https://example.org")


async def test_copying_a_selection_says_which_way_it_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "copy", lambda text: f"{len(text)} characters into a hat")
    async with sitting(SAMPLES / "production.jsonl", at="9.1") as s:
        s.app.copy_to_clipboard("abc")
        await s.pilot.pause()
        assert s.told[-1] == "selection: 3 characters into a hat"


def clickable(folder: Path) -> Path:
    """Write a trace whose every text is a link."""
    records: list[dict[str, Any]] = []
    for n, link in enumerate(LINKS):
        call = {"tool": f"t{link}", "arguments": {f"a{link}": link}}
        records += [
            {**said(10 * n + 1, n + 1, link), "id": f"m{n}{link}"},
            {"kind": "confirmation", "seq": 10 * n + 2, "turn": n + 1, "id": f"c{n}{link}", "op": "given", "by": link,
             "covers": call},
            {"kind": "decision", "seq": 10 * n + 3, "turn": n + 1, "id": f"d{n}{link}", "chosen": call,
             "believes": [{"confirmation": f"c{n}{link}", "status": link, "source": link}]},
        ]  # fmt: skip
    return lines(
        folder, *records, *replied(999, 99, LINKS[0]), name=f"trace{LINKS[0].replace('/', '')}.jsonl"
    )


@pytest.mark.parametrize("size", BOTH)
async def test_no_cell_of_any_screen_carries_an_action(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(opened(clickable(tmp_path)), size=size) as s:
        for keys in (["1"], ["2"], ["3"], ["4"], ["5"], ["6"], ["7"], ["c"], ["v"], ["y"], ["question_mark"], ["a"],
                     ["2", "enter"], ["colon"], ["ctrl+p"]):  # fmt: skip
            await s.press(*keys)
            await s.pilot.pause()
            _no_actions(s.app, keys)
            while s.top != "ReviewScreen":
                s.app.pop_screen()
                await s.pilot.pause()
            await s.press("escape")


def _no_actions(app: Any, keys: list[str]) -> None:
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        for segment in strip:
            meta = segment.style.meta if segment.style is not None else {}
            bars = meta.get("@mouse.down") in (
                "scroll_up",
                "scroll_down",
                "scroll_left",
                "scroll_right",
                "grab",
            )
            assert bars or not [name for name in meta if name.startswith("@")], (keys, y, segment)
            assert segment.style is None or not segment.style.link, (keys, y, segment)


async def test_clicks_all_over_the_screen_run_only_what_is_in_the_registry(tmp_path: Path) -> None:
    async with sitting(opened(clickable(tmp_path)), size=LARGE) as s:
        ran: list[str] = []
        run_action = s.app.run_action

        async def listen(action: Any, *more: Any, **named: Any) -> bool:
            ran.append(action if isinstance(action, str) else action[1])
            return await run_action(action, *more, **named)

        s.app.run_action = listen  # type: ignore[method-assign]
        for y in range(
            1, LARGE[1] - 2, 7
        ):  # the last lines are the prompt and the keys, which are the program's
            for x in range(3, LARGE[0], 47):
                await s.pilot.click(offset=(x, y))
                while s.top != "ReviewScreen":
                    s.app.pop_screen()
                    await s.pilot.pause()
        assert ran == []
        assert s.app.is_running
