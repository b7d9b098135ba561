"""A lazy sequence answers as a list of the same items does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.lazy import Lazy
from nalyqor_tui.trace.long import Part

_BOUNDS = st.none() | st.integers(-8, 8)
_SLICES = st.builds(slice, _BOUNDS, _BOUNDS, st.none() | st.sampled_from([-3, -2, -1, 1, 2, 3]))


class _Squares(Lazy[int]):
    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def make(self, at: int) -> int:
        assert 0 <= at < self._count
        return at * at


@given(st.integers(0, 6), _SLICES)
def test_it_is_cut_as_a_list_is(count: int, cut: slice) -> None:
    squares, listed = _Squares(count), [at * at for at in range(count)]
    assert list(squares) == listed
    assert list(squares[cut]) == listed[cut]


@given(st.integers(0, 6), st.integers(-8, 8))
def test_it_is_indexed_as_a_list_is(count: int, at: int) -> None:
    squares, listed = _Squares(count), [at * at for at in range(count)]
    if -count <= at < count:
        assert squares[at] == listed[at]
    else:
        with pytest.raises(IndexError):
            squares[at]


@given(st.integers(0, 6), _SLICES, _SLICES)
def test_a_part_of_a_part_is_one(count: int, first: slice, second: slice) -> None:
    squares, listed = _Squares(count), [at * at for at in range(count)]
    part = Part(squares, range(count)[first])  # type: ignore[arg-type]
    assert [part.make(at) for at in range(len(part))] == listed[first]
    cut = part[second]
    assert [cut[at] for at in range(len(cut))] == listed[first][second]
