"""Every format looks at any file that is opened: none may fail on a sample that is not of its kind."""

from __future__ import annotations

from typing import Any

import pytest

from nalyqor_tui.trace.document import Sample
from nalyqor_tui.trace.formats import formats
from nalyqor_tui.trace.formats.known import KNOWN

ODD: list[Any] = [
    None,
    5,
    "x",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"type": []},
    {"messages": [None]},
    {"role": ["user"]},
]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("values", [(), *((odd,) for odd in ODD), tuple(ODD)])
def test_a_sample_of_any_shape_is_scored(values: tuple[Any, ...], whole: bool) -> None:
    for sample in (Sample(values, whole), Sample(values, whole, b"PK\x03\x04", ("header.json",))):
        for kind in (*formats(), *KNOWN):
            assert 0 <= kind.score(sample) <= 1
