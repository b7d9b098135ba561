"""Text in columns of a terminal: never wider than its column, and nothing of it lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nalyqor_tui.present.columns import folded
from nalyqor_tui.present.text import literal

TEXT = st.text(st.sampled_from("ab \\語é\u0301\n\x1b👍"), max_size=80).map(literal)


@given(TEXT, st.integers(2, 30))
def test_a_folded_text_fits_and_is_whole(text: str, width: int) -> None:
    lines = folded(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(line == line.rstrip(" ") for line in lines)


def test_it_breaks_at_spaces_where_there_are_any() -> None:
    assert folded("one two  three", 8) == ["one two", "three"]
    assert folded("  set in", 8) == ["  set in"]
    assert folded("abcdefgh ij", 4) == ["abcd", "efgh", "ij"]
    assert folded("", 4) == [""]
