"""Which decisions a report shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_samples import reviewed

from nalyqor_tui.errors import UsageError
from nalyqor_tui.phrase import plain
from nalyqor_tui.report.selection import Selection, parse_turns


def numbers(folder: Path, **options: object) -> list[str]:
    (review,) = reviewed(folder)
    return [d.number for d in Selection(**options).decisions(review)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "turns"), [("2-9", (2, 9)), ("9", (9, 9)), (" 0-0 ", (0, 0))])
def test_turns_are_read(text: str, turns: tuple[int, int]) -> None:
    assert parse_turns(text) == turns


@pytest.mark.parametrize("text", ["", "-", "2-", "-3", "a", "1-2-3", "٣", "9" * 5000, "1.5"])
def test_what_is_no_range_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_turns(text)
    assert "2-9" in caught.value.remedy


def test_a_range_that_runs_backwards_is_turned_round_in_the_remedy() -> None:
    with pytest.raises(UsageError) as caught:
        parse_turns("9-2")
    assert caught.value.remedy == "write 2-9"


def test_conditions_narrow_each_other(tmp_path: Path) -> None:
    assert numbers(tmp_path) == ["6.1", "7.1"]
    assert numbers(tmp_path, turns=(7, 9)) == ["7.1"]
    assert numbers(tmp_path, problems=True) == ["6.1"]
    assert numbers(tmp_path, noted=True) == ["6.1"]
    assert numbers(tmp_path, turns=(7, 9), problems=True) == []
    assert numbers(tmp_path, at="7") == numbers(tmp_path, at="7.1") == ["7.1"]
    assert numbers(tmp_path, at="8.1") == []


def test_a_note_that_was_taken_back_does_not_count(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path, notes=False)
    assert Selection(noted=True).decisions(review) == []


def test_it_says_what_was_asked_for() -> None:
    assert plain(Selection().says()) == "everything"
    asked = Selection(turns=(2, 9), problems=True, noted=True, at="3.1")
    assert plain(asked.says()) == "at 3.1, turns 2-9, graded flawed or bad, with a note"
