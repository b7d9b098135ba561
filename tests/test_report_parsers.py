"""Rows with any text, read back with two parsers; `python -m tests.bench.markdown` does it 100,000 times."""

from __future__ import annotations

import random

import pytest
from markdown_cells import PARSERS, a_row, forged, table, wrong

from nalyqor_tui.phrase import Words
from nalyqor_tui.present.rows import Origin, Row, Truth


@pytest.mark.parametrize("parser", PARSERS)
def test_every_cell_reads_as_what_it_was_made_of(parser: str) -> None:
    chance = random.Random(parser)
    for _ in range(60):
        rows = [a_row(chance) for _ in range(10)]
        found = PARSERS[parser](table(rows))
        assert [len(cells) for cells in found] == [2] * 11
        assert [what for row, cells in zip(rows, found[1:], strict=True) if (what := wrong(cells, row))] == []


def test_no_row_is_forged_in_plain_text_or_json() -> None:
    chance = random.Random(7)
    assert [what for _ in range(600) if (what := forged(a_row(chance)))] == []


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "broken",
    [
        "| **Observed** · x | a |",
        "| **Derived** · x | `a` |",
        "| **Observed** · x | `a` `a` |",
        "| **Observed** · **Derived** | `a` |",
        "| **Observed** · [x](https://example.org) | `a` |",
    ],
)
def test_a_cell_that_reads_otherwise_is_found(parser: str, broken: str) -> None:
    row = Row(Truth.OBSERVED, "x", ("a",), Origin(()), "plain")
    (_, cells) = PARSERS[parser](f"| Field | Value |\n| --- | --- |\n{broken}\n")
    assert wrong(cells, row)


@pytest.mark.parametrize("parser", PARSERS)
def test_an_address_in_a_note_is_no_link(parser: str) -> None:
    row = Row(Truth.RECONSTRUCTED, "claim", ("ask ann.b+c@mail.example.org or https://example.org, www.example.org",),
              Origin((Words("x"),)), "plain")  # fmt: skip
    assert wrong(PARSERS[parser](table([row]))[1], row) == ""
