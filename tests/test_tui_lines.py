"""A file line by line on the screen: what is listed, where keys lead, what goes on while it is read."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tui_samples import LARGE, SMALL, Sitting, drawn, lines, opened, production, replied, said, sitting

from nalyqor_tui.errors import PolicyError, TraceError
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.trace.index.search import Search
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.opening import Opened, Opening
from nalyqor_tui.tui.screens.lines import LinesScreen


def numbered(folder: Path, count: int = 1000) -> Path:
    """Write a foreign file of so many lines."""
    path = folder / "t.jsonl"
    path.write_text(
        "".join(json.dumps({"type": "event", "content": f"word {n}"}) + "\n" for n in range(1, count + 1))
    )
    return path


@asynccontextmanager
async def lines_of(
    path: Path,
    size: tuple[int, int] = LARGE,
    opening: Opening | None = None,
    prepare: Callable[[LineFile], None] | None = None,
) -> AsyncIterator[Sitting]:
    """Show the lines of a file on a screen."""
    file = LineFile.open(path, 0)
    assert file is not None
    if prepare is not None:
        prepare(file)
    app = NalyqorApp(first=lambda: LinesScreen(file, {}, opening))
    told: list[str] = []
    app.notify = lambda message, **more: told.append(message)  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Sitting(app, pilot, told)
    file.close()


class Later(Opening):
    """An opening that begins when the test says so."""

    def begin(self) -> None:
        pass


def screen(s: Sitting) -> LinesScreen:
    assert isinstance(s.app.screen, LinesScreen)
    return s.app.screen


def row(s: Sitting) -> str:
    """Return the row under the cursor as it is drawn."""
    view = screen(s).view
    return view.render_line(view.cursor - view.scroll_offset.y).text


def record(s: Sitting) -> str:
    return "\n".join(strip.text for _, strip in screen(s).pane._strips)


def only_the_first(count: int) -> Callable[[LineFile], None]:
    """Let only so many lines be known, as while a large file is read."""

    def cut(file: LineFile) -> None:
        lines = file.lines
        lines.offsets, lines.turns, lines.codes = (
            lines.offsets[:count],
            lines.turns[:count],
            lines.codes[:count],
        )
        lines._done = False

    return cut


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_it_lists_the_lines_and_shows_the_record_under_the_cursor(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with lines_of(numbered(tmp_path), size) as s:
        assert "line 1 of 1,000" in s.drawn()
        assert "event" in row(s) and "word 1 " in row(s)
        assert '"content": "word 1"' in record(s)
        await s.press("j", "down", "k")
        assert "word 2 " in row(s) and '"content": "word 2"' in record(s)
        await s.press("G")
        assert "1,000 event" in row(s)
        await s.press("ctrl+u", "g")
        assert "line 1 of 1,000" in s.drawn()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_names_of_the_columns_stand_over_them(tmp_path: Path, size: tuple[int, int]) -> None:
    async with lines_of(numbered(tmp_path), size) as s:
        head, first = s.drawn().split("\n")[1:3]
        assert head.index("line") + 4 == first.index("1 event") + 1
        assert head.index("kind") == first.index("event") and head.index("what") == first.index("word 1")
        assert head.index("size") + 4 == first.index(" B") + 2


async def test_a_native_record_is_listed_by_its_kind_and_turn(tmp_path: Path) -> None:
    async with lines_of(production(tmp_path)) as s:
        await s.press("j", "j")
        assert "message" in row(s) and "     1 user: Hello" in row(s)


async def test_it_goes_to_a_line_by_its_number(tmp_path: Path) -> None:
    async with lines_of(numbered(tmp_path)) as s:
        await s.go("500")
        assert "word 500 " in row(s)
        await s.go("1,000")
        assert "word 1000 " in row(s)
        await s.go("1001")
        assert s.told[-1] == "there is no such line: the file has 1,000"
        await s.go("-3")
        assert s.told[-1] == "-3 is no number of a line"
        await s.go("²")
        assert "is no number" in s.told[-1]


async def test_the_end_is_shown_before_its_lines_are_counted_and_stays_in_view_when_they_are(
    tmp_path: Path,
) -> None:
    async with lines_of(numbered(tmp_path), prepare=only_the_first(100)) as s:
        assert "line 1 of 100 so far" in s.drawn()
        rest = LineFile.open(tmp_path / "t.jsonl", 0)
        assert rest is not None
        await s.press("G", "k", "k")
        assert "−2 event" in row(s) and "word 998 " in row(s)
        assert "not known yet" in record(s)
        lines = screen(s).file.lines
        lines.offsets, lines.turns, lines.codes = rest.lines.offsets, rest.lines.turns, rest.lines.codes
        lines._done = True
        screen(s).tick()
        await s.pilot.pause()
        assert "998 event" in row(s) and "word 998 " in row(s)
        assert "line       998" in record(s)
        assert "the last" not in s.drawn()


async def test_a_line_that_is_not_known_yet_is_gone_to_when_it_is(tmp_path: Path) -> None:
    async with lines_of(numbered(tmp_path), prepare=only_the_first(100)) as s:
        await s.go("700")
        assert "going to line 700 when counted, esc cancels" in s.drawn()
        await s.press("escape")
        assert "going to" not in s.drawn() and "reading 0%, esc stops" in s.drawn()
        await s.go("700")
        only_the_first(100)
        file = screen(s).file
        file.again()
        screen(s).tick()
        assert "word 700 " in row(s)


async def test_what_goes_on_has_room_in_a_narrow_title(tmp_path: Path) -> None:
    async with lines_of(numbered(tmp_path), SMALL, prepare=only_the_first(100)) as s:
        await s.go("9,000,000")
        title = s.drawn().split("\n")[0]
        assert "t.jsonl" in title and title.rstrip().endswith("counted, esc cancels · reading 0%")
        await s.press("escape")
        title = s.drawn().split("\n")[0]
        assert "line 1 of 100 so far" in title and title.rstrip().endswith("reading 0%, esc stops")


async def test_a_line_that_turns_out_not_to_be_there(tmp_path: Path) -> None:
    async with lines_of(numbered(tmp_path), prepare=only_the_first(100)) as s:
        await s.go("1,500,000")
        assert "going to line 1,500,000 when counted" in s.drawn()
        screen(s).file.again()
        screen(s).tick()
        await s.pilot.pause()
        assert s.told[-1] == "there is no such line: the file has 1,000"
        assert "going to" not in s.drawn()


async def test_esc_stops_the_reading_and_d_reads_on(tmp_path: Path) -> None:
    async with lines_of(numbered(tmp_path), prepare=only_the_first(100)) as s:
        assert "reading 0%, esc stops" in s.drawn()
        await s.press("escape")
        assert "stopped at 0%, D begins again" in s.drawn()
        await s.go("700")
        assert s.told[-1].startswith("line 700 is not counted, as the reading was stopped")
        await s.press("j", "D")
        assert "line 2 of 1,000" in s.drawn()


class TestSearch:
    async def test_it_goes_to_the_first_hit_and_through_all_of_them(self, tmp_path: Path) -> None:
        async with lines_of(numbered(tmp_path)) as s:
            await s.ask("slash", "WORD 99")
            await self.over(s)
            assert "word 99 " in row(s)
            assert "“WORD 99”: 11 lines" in s.drawn()
            await s.press("n")
            assert "word 990 " in row(s)
            assert s.told[-1] == "hit 2 of 11"
            await s.press("N", "N")
            assert "word 999 " in row(s)
            assert s.told[-1] == "hit 11 of 11 (from the other end)"
            await s.press("escape")
            assert "WORD 99" not in s.drawn()

    async def test_a_text_that_is_nowhere(self, tmp_path: Path) -> None:
        async with lines_of(numbered(tmp_path)) as s:
            await s.ask("slash", "nowhere")
            await self.over(s)
            assert s.told[-1] == "“nowhere” does not stand in this file"
            assert "line 1 of 1,000" in s.drawn()

    async def test_a_hit_in_lines_that_are_not_counted_yet(self, tmp_path: Path) -> None:
        async with lines_of(numbered(tmp_path), prepare=only_the_first(100)) as s:
            await s.ask("slash", "word 777")
            await self.over(s)
            assert "? event" in row(s) and "word 777 " in row(s)
            await s.press("j")
            assert "word 778 " in row(s)

    async def test_who_moves_on_waits_for_no_hit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Search, "run", lambda self: None)  # it never comes to its end
        async with lines_of(numbered(tmp_path)) as s:
            await s.ask("slash", "word 777")
            assert screen(s)._going
            monkeypatch.setattr(LinesScreen, "on_line_list_moved", lambda self: None)  # not heard yet
            await s.press("j")
            await s.until(lambda: not screen(s)._going)

    async def over(self, s: Sitting) -> None:
        search = screen(s).search_of
        await s.until(lambda: (search is None or search.done) and not screen(s)._going)
        await s.pilot.pause()


class TestOpening:
    async def test_the_decisions_take_the_place_of_the_lines_when_they_are_found(
        self, tmp_path: Path
    ) -> None:
        path = production(tmp_path)
        opening = Later(lambda: Opened(opened(path), None, "9.1"))
        async with lines_of(path, opening=opening) as s:
            opening.run()
            screen(s).tick()
            await s.until(lambda: s.app.screen.query("#list"))
            assert s.at == "9.1"

    async def test_not_under_the_eyes_of_a_reader_who_has_begun_to_read(self, tmp_path: Path) -> None:
        path = production(tmp_path)
        opening = Later(lambda: Opened(opened(path)))
        async with lines_of(path, opening=opening) as s:
            await s.press("j")
            assert "finding the decisions" in s.drawn()
            await s.press("D")
            assert "not known yet" in s.told[-1]
            opening.run()
            screen(s).tick()
            await s.pilot.pause()
            assert "the decisions are ready: D" in s.drawn()
            assert "line 2 of" in s.drawn()
            await s.go("40")
            await s.press("D")
            await s.pilot.pause()
            assert s.at == "5.1"
            await s.press("q")
            assert "line 40 of" in s.drawn()

    async def test_what_is_no_trace_stays_on_the_screen_as_lines(self, tmp_path: Path) -> None:
        def load() -> Opened:
            raise TraceError("not recognised", path="t.jsonl")

        opening = Later(load)
        async with lines_of(numbered(tmp_path), opening=opening) as s:
            opening.run()
            screen(s).tick()
            await s.press("j")
            assert "! not recognised" in s.drawn() and "line 2 of" in s.drawn()
            assert isinstance(s.app.failure, TraceError)
            await s.press("D", "j")
            assert "there are no decisions here" in s.told[-1]
            assert "line 3 of" in s.drawn()

    async def test_a_wrong_policy_ends_the_program(self, tmp_path: Path) -> None:
        def load() -> Opened:
            raise PolicyError("no such key")

        opening = Later(load)
        async with lines_of(numbered(tmp_path), opening=opening) as s:
            opening.run()
            screen(s).tick()
            await s.pilot.pause()
            assert isinstance(s.app.failure, PolicyError)
            assert not s.app._running or s.app._exit


class TestUnpacking:
    """A packed file is shown by its lines while it is unpacked."""

    def packed(self, folder: Path) -> Path:
        chance = random.Random(4)
        records = [said(n, n, chance.randbytes(900).hex()) for n in range(1, 1300)]
        path = lines(folder, *records, *replied(2000, 2000, "the end"))
        return Path(shutil.move(self.pack(path), folder / "t.jsonl.gz"))

    def pack(self, path: Path) -> Path:
        packed = path.with_suffix(".gz")
        packed.write_bytes(gzip.compress(path.read_bytes(), 1))
        return packed

    @pytest.mark.parametrize("stopped", [False, True])
    async def test_its_lines_are_shown_and_then_its_decisions(self, tmp_path: Path, stopped: bool) -> None:
        path = self.packed(tmp_path)
        assert LineFile.open(path, 0) is None
        file = LineFile.unpacking(path)
        assert file is not None and file.spill is not None
        spill = file.spill
        opening = Later(
            lambda: Opened(Case(Trace(path, spill=spill), None, Journal.open(path, author="Ada")))
        )
        app = NalyqorApp(first=lambda: LinesScreen(file, {}, opening))
        async with app.run_test(size=LARGE) as pilot:
            s = Sitting(app, pilot, [])
            await pilot.pause()
            assert "unpacking 0%, esc stops" in s.drawn()
            assert "0 lines so far" in s.drawn()
            await s.press("escape" if stopped else "k")
            opening.run()
            await s.until(lambda: screen(s).tick() or screen(s).file.spill is None)
            await s.press("j")
            assert "line 2 of" in s.drawn() and "message" in row(s)
            assert "so far" not in s.drawn()
            await s.press("D")
            await s.until(lambda: app.screen.query("#list"))
            assert ("you stopped it" in s.drawn()) == stopped
            assert ("the end" in s.drawn()) != stopped


class TestFollow:
    async def test_new_lines_appear_and_the_view_sticks_to_the_end(self, tmp_path: Path) -> None:
        path = numbered(tmp_path, 3)
        async with lines_of(path) as s:
            await s.press("F")
            assert "word 3 " in row(s) and "following" in s.drawn()
            self.write(path, '{"type": "event", "content": "word 4"}\n{"type": "ev')
            await self.look(s)
            assert "line 5 of 5" in drawn(s.app)
            assert "incomplete" in row(s)
            self.write(path, 'ent", "content": "word 5"}\n')
            await self.look(s)
            assert "word 5 " in row(s) and "line 5 of 5" in drawn(s.app)
            await s.press("k")
            self.write(path, "{}\n")
            await self.look(s)
            assert "word 4 " in row(s) and "line 4 of 6" in drawn(s.app)

    async def test_one_that_is_not_followed_is_said_to_have_grown(self, tmp_path: Path) -> None:
        path = numbered(tmp_path, 3)
        async with lines_of(path) as s:
            self.write(path, "{}\n")
            await self.look(s)
            assert "it has grown: F follows" in drawn(s.app)

    @pytest.mark.parametrize("follow", [True, False])
    async def test_a_file_that_is_cut_or_replaced(self, tmp_path: Path, follow: bool) -> None:
        path = numbered(tmp_path, 300)
        async with lines_of(path) as s:
            await s.press("G", *("F" if follow else ""))
            path.write_text('{"content": "anew"}\n')
            await self.look(s)
            assert "the file was cut or written anew" in s.drawn()
            assert ("anew " in row(s)) == follow
            await s.press("k")
            new = tmp_path / "new"
            new.write_text('{"content": "another"}\n')
            new.rename(path)
            await self.look(s)
            await s.pilot.pause()
            assert "another file stands in its place" in s.drawn()
            assert ("another " in row(s)) == follow

    async def test_a_file_that_is_deleted(self, tmp_path: Path) -> None:
        path = numbered(tmp_path, 3)
        async with lines_of(path) as s:
            await s.press("F")
            path.unlink()
            await self.look(s)
            await s.pilot.pause()
            assert "the file was deleted" in s.drawn() and "word 3 " in row(s)

    async def test_the_decisions_of_a_file_that_has_changed_are_found_anew(self, tmp_path: Path) -> None:
        path = lines(tmp_path, said(1, 1, "hello"), *replied(2, 1, "good day"))
        opening = Later(lambda: Opened(opened(path)))
        async with lines_of(path, opening=opening) as s:
            await s.press("F")
            opening.run()
            self.write(path, "".join(json.dumps(r) + "\n" for r in replied(4, 2, "more")))
            await self.look(s)
            await s.press("D")
            assert s.told[-1] == "the file has changed: its decisions are found anew"
            await s.until(lambda: (again := screen(s).opening) and again.over)
            await s.press("g", "D")
            await s.pilot.pause()
            assert len(s.review.review.session.decisions) == 2

    def write(self, path: Path, text: str) -> None:
        with path.open("a") as file:
            file.write(text)

    async def look(self, s: Sitting) -> None:
        screen(s)._look()
        await s.pilot.pause()


async def test_the_review_opens_the_lines_at_its_record_and_goes_back_to_another(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), at="9.1") as s:
        await s.press("L")
        assert s.top == "LinesScreen"
        while not screen(s).view.cursor:  # it goes there when the first lines are drawn
            await s.pilot.pause()
        assert "decision" in row(s) and '"notify"' in record(s)
        await s.press("g", "D")
        assert s.at == "1.1"
        await s.press("L", "q")
        assert s.at == "1.1"


async def test_a_record_can_be_copied_and_opened_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nalyqor_tui.tui.screens import lines as of_lines

    copied: list[str] = []
    monkeypatch.setattr(of_lines, "copy", lambda text: copied.append(text) or "kept")
    path = numbered(tmp_path)
    async with lines_of(path) as s:
        await s.go("12")
        await s.press("enter")
        assert "t.jsonl line 12" in s.drawn() and '"content": "word 12"' in s.drawn()
        await s.press("escape", "y", "down", "enter")
        assert copied == [f"{path}:12"]
        await s.press("y", "enter")
        assert copied[-1] == '{"type": "event", "content": "word 12"}'
