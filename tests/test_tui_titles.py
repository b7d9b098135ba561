"""What a title gives up where there is no room for all of it, and what it never does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tui_samples import BOTH, SMALL, Sitting, chats, production, sitting

from nalyqor_tui.phrase import own
from nalyqor_tui.present.text import show
from nalyqor_tui.tui.widgets.titles import Piece, fit

NAME = Piece(("a-file-with-a-long-name.jsonl",), 2, names=True)
STATE = Piece(own("reading 3 of 9, esc stops"), 9)
SPARE = Piece(own("1,004 MB"), 1, spare=1)
POLICY = Piece(own("no policy: --policy FILE"), 3, (own("no policy"),))


@pytest.mark.parametrize(
    ("room", "left", "right"),
    [
        (93, "a-file-with-a-long-name.jsonl · 1,004 MB · reading 3 of 9, esc stops", "no policy: --policy FILE"),
        (90, "a-file-wi…a-long-name.jsonl · 1,004 MB · reading 3 of 9, esc stops", "no policy: --policy FILE"),
        (63, "a-fil…ame.jsonl · 1,004 MB · reading 3 of 9, esc stops", "no policy"),
        (50, "a-fi…me.jsonl · reading 3 of 9, esc stops", "no policy"),
        (20, "a-f….jsonl · reading 3 of 9, esc stops", "no policy"),
    ],
)  # fmt: skip
def test_what_matters_least_goes_first(room: int, left: str, right: str) -> None:
    assert tuple(map(show, fit([NAME, SPARE, STATE], [POLICY], room))) == (left, right)


PIECES = st.lists(
    st.builds(
        Piece,
        st.tuples(st.text(min_size=6, max_size=40)),
        st.integers(0, 3),
        st.sampled_from([(), (own("short"),)]),
        names=st.booleans(),
        spare=st.none() | st.integers(0, 3),
    ),
    max_size=4,
)


@given(PIECES, PIECES, st.integers(0, 200))
def test_what_is_written_fits_and_nothing_is_given_up_where_there_is_room(
    left: list[Piece], right: list[Piece], room: int
) -> None:
    whole, fitted = fit(left, right, 10_000), fit(left, right, room)
    if sum(cell_len(show(side)) for side in whole) <= room:
        assert fitted == whole
    least = sum(cell_len(show(piece.shortest())) + 3 for piece in [*left, *right] if piece.spare is None)
    if least <= room:
        assert sum(cell_len(show(side)) for side in fitted) <= room
    for side, pieces in zip(whole, (left, right), strict=True):
        assert all(set(piece.says) - {""} <= set(side) for piece in pieces)


def title(s: Sitting) -> str:
    return s.drawn().split("\n")[0]


@pytest.mark.parametrize("size", BOTH)
async def test_a_filter_of_the_list_of_sessions_is_in_its_title(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / ("a-file-with-a-long-name-" * 3 + ".json")
    path.write_bytes(chats(tmp_path, 1500).read_bytes())
    async with sitting(path, size) as s:
        await s.app.workers.wait_for_complete()
        await s.ask("slash", "task 14")
        await s.app.workers.wait_for_complete()
        await s.pilot.pause()
        assert "1,500 sessions" in title(s) and "listing “task 14”: 111" in title(s)
        assert (", esc: all" in title(s)) == (size != SMALL)
        await s.press("escape")
        assert "listing" not in title(s)


@pytest.mark.parametrize("size", BOTH)
async def test_a_filter_of_the_decisions_is_in_the_title(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sitting(production(tmp_path), size) as s:
        await s.ask("f", "tool = notify")
        assert "listing “tool = notify”: 1 of " in title(s)
        await s.press("escape")
        assert "listing" not in title(s)


async def test_a_title_of_wide_letters_is_no_wider_than_the_screen(
    tmp_path: Path,
) -> None:
    path = tmp_path / ("長い名前" * 12 + ".json")
    path.write_bytes(chats(tmp_path).read_bytes())
    async with sitting(path, SMALL) as s:
        await s.app.workers.wait_for_complete()
        await s.pilot.pause()
        assert "3 sessions" in title(s) and "no policy" in title(s)
        assert cell_len(title(s)) <= SMALL[0]
