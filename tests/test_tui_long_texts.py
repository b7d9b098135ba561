"""Texts of any length on the screen: they are wrapped without loss, and a key never waits for their end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import textual.content
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from test_tui_pty import _hostile_turn
from tui_samples import LARGE, SMALL, lines, replied, said, sitting

from nalyqor_tui.phrase import own
from nalyqor_tui.present import text as form
from nalyqor_tui.present.text import literal, literal_parts
from nalyqor_tui.tui.widgets import reading
from nalyqor_tui.tui.widgets import wrap as wrapping
from nalyqor_tui.tui.widgets.reading import AHEAD, Reading
from nalyqor_tui.tui.widgets.wrap import breaks, cells, fitted, wrap

BOLD = Style(bold=True)
SHOWN = st.text(st.sampled_from("ab  .漢字e\u0301😀"), max_size=80)
PIECES = st.lists(st.tuples(SHOWN, st.sampled_from((Style(), BOLD))), max_size=4)


def written(line: list[Segment]) -> str:
    return "".join(segment.text for segment in line)


class TestWrapping:
    @settings(max_examples=500)
    @given(PIECES, st.integers(2, 20))
    def test_lines_fit_and_lose_nothing_but_spaces(self, pieces: list[tuple[str, Style]], width: int) -> None:
        text, made = "".join(text for text, _ in pieces), wrap(pieces, width)
        assert all(cell_len(written(line)) <= width for line in made)
        assert "".join(map(written, made)).replace(" ", "") == text.replace(" ", "")
        for style in (Style(), BOLD):
            wanted = "".join(text for text, its in pieces if its == style)
            got = "".join(s.text for line in made for s in line if s.style == style)
            assert got.replace(" ", "") == wanted.replace(" ", "")

    @settings(max_examples=300)
    @given(PIECES, st.integers(1, 20), st.integers(1, 4))
    def test_fewer_lines_are_the_first_lines(
        self, pieces: list[tuple[str, Style]], width: int, most: int
    ) -> None:
        assert wrap(pieces, width, most) == wrap(pieces, width)[:most]

    @pytest.mark.parametrize(
        ("text", "width", "made"),
        [
            ("", 5, [""]),
            ("one two three", 7, ["one two", "three"]),
            ("one  two", 4, ["one ", "two"]),
            ("abcdefghij kl", 4, ["abcd", "efgh", "ij ", "kl"]),
            ("a 漢字漢字 b", 5, ["a ", "漢字", "漢字 ", "b"]),
            ("漢", 1, ["漢", ""]),
            ("  in", 8, ["  in"]),
            ("four    four", 4, ["four", "four"]),
        ],
    )
    def test_where_a_line_ends(self, text: str, width: int, made: list[str]) -> None:
        assert [text[begin:end] for begin, end in breaks(text, width)] == made

    @given(SHOWN, st.integers(1, 20))
    def test_a_text_in_a_cell_fills_it(self, text: str, width: int) -> None:
        assert cell_len(cells(text, width)) == width
        assert fitted((text,), width) == cells(literal(text), width)
        if cell_len(text) > width:
            assert "…" in cells(text, width)


TRICKY = st.text(st.sampled_from('ab  \\u{}"\x1b\u0301漢字'), max_size=120)


@settings(max_examples=300)
@given(st.lists(TRICKY, min_size=1, max_size=3), st.integers(2, 20), st.integers(1, 9))
def test_what_is_read_in_parts_reads_as_the_whole(text: list[str], width: int, size: int) -> None:
    shown = Reading(text, lambda line: literal_parts(line, size), id="reading")
    wanted = [literal(line)[begin:end] for line in text for begin, end in breaks(literal(line), width)]
    assert list(shown._flow(width)) == wanted


class Looked:
    """Counts the characters that are measured, wrapped, or put into their visible form."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._watch(monkeypatch, form, "_form")
        self._watch(monkeypatch, wrapping, "cell_len", "chop_cells")
        self._watch(monkeypatch, textual.content, "cell_len")

    def _watch(self, monkeypatch: pytest.MonkeyPatch, module: Any, *names: str) -> None:
        for name in names:
            monkeypatch.setattr(module, name, self._counted(getattr(module, name)))

    def _counted(self, function: Any) -> Any:
        def counted(text: str, *rest: Any) -> Any:
            self.count += len(text)
            return function(text, *rest)

        return counted


KEYS = (
    ("2", "g", "enter", "space", "escape"), ("3", "enter", "escape"), ("4", "enter", "space", "space", "escape"),
    ("5", "enter", "escape"), ("6",), ("7",), ("plus", "plus"), ("c", "j", "escape"), ("v", "j", "l", "escape"),
    ("y", "escape"), ("a", "escape"), ("j", "k", "e"), ("W", "escape"), ("I", "escape"),
)  # fmt: skip


async def looked_at(folder: Path, text: str, size: tuple[int, int], seen: Looked) -> list[int]:
    """Return how many characters are looked at for each group of keys."""
    folder.mkdir()
    trace = lines(folder, *_hostile_turn(0, text), *replied(100, 2, text))
    out = []
    async with sitting(trace, size) as s:
        for group in KEYS:
            seen.count = 0
            await s.press(*group)
            out.append(seen.count)
    return out


@pytest.mark.parametrize(("char", "size"), [("W", LARGE), ("\x1b", SMALL)])
async def test_no_key_looks_at_more_of_a_text_that_is_longer(
    char: str, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Looked(monkeypatch)
    monkeypatch.setattr(reading, "AHEAD", 20)
    short = await looked_at(tmp_path / "short", char * 14_000, size, seen)
    long = await looked_at(tmp_path / "long", char * 28_000, size, seen)
    assert sum(short) > 10_000, "nothing was counted"
    for keys, one, other in zip(KEYS, short, long, strict=True):
        assert other <= one + 4_000, (keys, one, other)


def test_a_long_word_is_wrapped_only_as_far_as_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Looked(monkeypatch)
    assert len(wrap([("é" * 1_000_000, Style())], 80, 3)) == 3
    assert seen.count < 10_000
    seen.count = 0
    assert fitted((*own("! "), "é" * 1_000_000), 40) == "! " + "é" * 37 + "…"
    assert seen.count < 2_000
    assert wrapping.chop_cells is not chop_cells


async def test_a_long_value_is_folded_and_unfolds(tmp_path: Path) -> None:
    query = {
        "kind": "retrieval",
        "seq": 1,
        "turn": 1,
        "id": "r",
        "query": "word " * 500 + "last",
        "documents": [],
    }
    async with sitting(lines(tmp_path, query, *replied(2, 1, "read")), SMALL) as s:
        await s.press("2", "g")
        assert "… more: space unfolds, enter opens" in s.pane_text("talk")
        assert "last" not in s.pane_text("talk")
        await s.press("space")
        assert "last" in s.pane_text("talk")
        await s.press("space")
        assert "last" not in s.pane_text("talk")


async def test_the_full_view_of_a_long_text_can_be_read_to_its_end(tmp_path: Path) -> None:
    text = "\n".join(f"line {n}" for n in range(3 * AHEAD))
    async with sitting(lines(tmp_path, said(1, 1, text), *replied(2, 1, "read")), SMALL) as s:
        await s.press("2", "g", "enter")
        assert s.top == "Overlay"
        shown = s.app.screen.query_one(Reading)
        assert len(shown._drawn) < 2 * AHEAD
        for _ in range(8):
            await s.press("end")
        assert "".join(shown._drawn).count(f"line {3 * AHEAD - 1}") == 2, (
            "the text, and the record as it stands"
        )
        assert '"content"' not in s.drawn()
        assert f"line {3 * AHEAD - 1}" in s.drawn()
        await s.pilot.resize_terminal(50, 20)
        await s.pilot.pause()
        assert max(map(len, shown._drawn)) <= 50
