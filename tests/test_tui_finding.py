"""Finding a place: go to, search, filter."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_samples import BOTH, LARGE, SMALL, a_note, broken, chats, production, sitting

from nalyqor_tui.notes.model import Body


@pytest.mark.parametrize("size", BOTH)
async def test_every_kind_of_name_leads_to_its_decision(tmp_path: Path, size: tuple[int, int]) -> None:
    wanted = {
        "12": "", "9": "9.1", "10.2": "10.2", ":14:32": "9.1", "14:33:25": "10.2", "m4": "2.1",
        "R-notify-after-write": "9.1", "res_1": "2.1", "7.1": "7.1",
    }  # fmt: skip
    async with sitting(production(tmp_path), size) as s:
        for spot, decision in wanted.items():
            before = s.at
            await s.go(spot)
            assert s.at == (decision or before), spot
            assert s.focus == "list"
            assert f"▸{s.at:>6} " in s.drawn()
        assert s.told == ["nothing here is called 12"]


@pytest.mark.parametrize(
    "nonsense", ["no-such-thing", "9.9", "-1", ":99:99", ":", "\x1b[5n", "[@click=app.quit]x[/]"]
)
async def test_nonsense_is_called_so_and_moves_nothing(tmp_path: Path, nonsense: str) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.go(nonsense)
        assert s.at == "9.1"
        assert s.told[-1].startswith("nothing here is called ")
        assert "\x1b" not in s.told[-1]
        await s.go("")
        assert len(s.told) == 1


async def test_escape_leaves_the_prompt_and_nothing_was_asked(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL) as s:
        for key in ("colon", "slash", "f", "d", "x"):
            await s.press(key)
            assert s.focus == "prompt-input"
            await s.type("9.1")
            await s.press("escape")
            assert s.focus == "list"
            assert not s.review.query_one("#prompt").display
        assert s.at == "1.1"
        assert s.told == []
        assert [p.name for p in tmp_path.iterdir() if "report" in p.name] == []


@pytest.mark.parametrize("size", BOTH)
async def test_a_search_goes_from_hit_to_hit_and_around_the_end(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sitting(production(tmp_path), size, at="8.1") as s:
        await s.ask("slash", "PARTNER")
        counts = []
        for key in ("n", "n", "N", "N"):
            assert s.told[-1].startswith("hit "), s.told
            counts.append(s.told[-1])
            assert "artner" in s.pane_in_view("talk")
            await s.press(key)
        first = int(counts[0].split()[1])
        assert [int(c.split()[1]) for c in counts] == [first, first + 1, first + 2, first + 1]
        total = int(counts[0].split()[3].rstrip(","))
        for _ in range(total - first + 1):
            await s.press("n")
        assert s.told[-1].startswith(f"hit 1 of {total}, in turn 5")
        assert s.told[-1].endswith("(from the other end)")
        await s.press("N")
        assert s.told[-1].startswith(f"hit {total} of {total}")
        assert s.told[-1].endswith("(from the other end)")


async def test_a_hit_in_an_earlier_turn_brings_its_row_into_view(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="10.3") as s:
        await s.ask("slash", "showroom open on saturday")
        assert s.told[-1].endswith("in turn 4 (from the other end)")
        assert s.at.startswith("4.")
        assert "And is the showroom open on Saturday?" in s.pane_in_view("talk")
        row = s.pane("talk").current
        assert row is not None
        assert "showroom open" in row.body


async def test_what_is_not_there_is_said_so_and_escape_ends_the_search(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.ask("slash", "wombat [/] \x1b[5n")
        assert s.told == ["“wombat [/] \\u{1b}[5n” does not occur in this session"]
        assert s.at == "9.1"
        await s.press("escape", "n")
        assert s.focus == "prompt-input", "without a text n asks for one"


async def test_what_was_found_is_marked_where_it_stands(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        await s.ask("slash", "told")
        marked = [
            segment.text
            for _, strip in s.pane("talk")._strips
            for segment in strip
            if segment.style == s.pane("talk")._style("found")
        ]
        assert marked
        assert {text.casefold() for text in marked} == {"told"}
        await s.press("escape", "escape")
        assert not any(
            segment.style == s.pane("talk")._style("found")
            for _, strip in s.pane("talk")._strips
            for segment in strip
        )


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("problem", ["6.1", "6.2", "7.1", "7.2", "8.1", "8.2", "9.1", "9.2", "10.1", "10.2"]),
        ("tie", ["9.1"]),
        ("bad", ["9.1"]),
        ("noted", ["2.2"]),
        ("get_record", ["2.1", "10.1"]),
        ("get_record problem", ["10.1"]),
        ("REPLY mill", ["5.2", "10.3"]),
    ],
)
async def test_a_filter_lists_what_it_names_and_escape_lists_all_again(
    tmp_path: Path, wanted: str, listed: list[str]
) -> None:
    trace = production(tmp_path)
    a_note(trace, "2.2", Body(kind="mark"))
    async with sitting(trace, SMALL, at="9.1") as s:
        await s.ask("f", wanted)
        assert [step.number for step in s.review.steps.rows if step.kind == "decision"] == listed
        assert s.at == ("9.1" if "9.1" in listed else listed[0])
        await s.press("G", "j")
        assert s.at == listed[-1], "steps stay within what is listed"
        await s.press("escape")
        assert sum(step.kind == "decision" for step in s.review.steps.rows) == 20
        assert s.at == listed[-1]


async def test_a_filter_that_nothing_matches_says_so_and_harms_nothing(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE, at="9.1") as s:
        await s.ask("f", "wombat")
        assert s.told[-1] == "no decision matches “wombat”: esc shows all again"
        assert "1 Decisions (0 of 20)" in s.drawn()
        for key in ("j", "K", "e", "G", "m", "y", "o", "c", "a"):
            await s.press(key)
            assert s.top == "ReviewScreen"
        await s.press("escape")
        assert "1 Decisions (" not in s.drawn()
        await s.go("9.1")
        assert s.at == "9.1"


async def test_going_to_what_a_filter_hides_lifts_the_filter(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), LARGE) as s:
        await s.ask("f", "tie")
        await s.go("2.1")
        assert s.at == "2.1"
        assert "1 Decisions (" not in s.drawn()


async def test_a_line_that_cannot_be_read_is_searched_and_filtered_too(tmp_path: Path) -> None:
    async with sitting(broken(tmp_path), LARGE) as s:
        await s.ask("slash", "no json at all")
        assert "no JSON at all" in s.pane_in_view("talk")
        await s.press("escape")
        await s.ask("f", "unparsed")
        assert [step.kind for step in s.review.steps.rows if step.kind != "turn"] == ["unparsed", "unparsed"]


async def test_sessions_are_searched_by_id_and_outcome(tmp_path: Path) -> None:
    async with sitting(chats(tmp_path, 5), SMALL) as s:
        await s.pilot.app.workers.wait_for_complete()
        screen = s.app.screen
        await s.ask("slash", "0 OF 1")
        assert screen.list.listed == [0, 2, 4]  # type: ignore[attr-defined]
        await s.ask("slash", "3")
        assert screen.list.listed == [3]  # type: ignore[attr-defined]
        await s.ask("slash", "wombat")
        assert screen.list.listed == []  # type: ignore[attr-defined]
        for key in ("j", "k", "G", "g", "e", "enter", "ctrl+d"):
            await s.press(key)
        assert s.top == "SessionsScreen"
        await s.press("escape")
        assert list(screen.list.listed) == [0, 1, 2, 3, 4]  # type: ignore[attr-defined]
