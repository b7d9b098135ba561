"""The plain report: every line starts with a word of ours, whatever the text holds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from report_samples import NASTY, clean, reviewed

from nalyqor_tui.present import account
from nalyqor_tui.present.rows import Row
from nalyqor_tui.report import plain
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection

STARTS = (
    "REPORT",
    "SESSION",
    "DECISION",
    "PANE",
    "REMARK",
    "OBSERVED",
    "DECLARED",
    "DERIVED",
    "RECONSTRUCTED",
)


def lines(folder: Path, text: str, **options: bool) -> list[str]:
    return list(plain.render(reviewed(folder, text, **options), Selection()))


def starts(shown: list[str]) -> list[str]:
    """Return what each line starts with; lines of long text are left out."""
    out = []
    for line in shown:
        gutter = line[: plain.GUTTER]
        if line and gutter != plain.BAR:
            assert len(gutter) == plain.GUTTER and gutter.strip() in STARTS, line
            out.append(gutter.strip())
    return out


@given(text=clean)
@settings(max_examples=40, deadline=None)
def test_no_text_can_start_a_line_of_ours(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        benign, hostile = lines(Path(folder), "x"), lines(Path(folder), f"h{text}")
    assert starts(hostile) == starts(benign)
    for line in hostile:
        assert line.isprintable() and len(line.splitlines()) <= 1
        line.encode("utf-8")


@pytest.mark.parametrize("text", NASTY)
def test_every_line_of_a_long_text_has_its_bar(tmp_path: Path, text: str) -> None:
    shown = lines(tmp_path, text)
    at = next(i for i, line in enumerate(shown) if line.startswith("OBSERVED       result"))
    body = f"done {text}".split("\n")
    assert all(line.startswith(plain.BAR) for line in shown[at + 1 : at + 1 + len(body)])
    assert not shown[at + 1 + len(body)].startswith(plain.BAR)


def test_all_panes_and_all_their_rows_are_there(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    for decision in review.session.decisions:
        shown = list(plain.decision(review, decision, Redaction()))
        panes = account.panes(review, decision)
        names = ["decision", "confirmations", "rules", "context", "conversation", "notes"]
        assert [line[plain.GUTTER :] for line in shown if line.startswith("PANE")] == names
        rows = sum(isinstance(line, Row) for pane in panes for line in pane.lines)
        truths = ("OBSERVED", "DECLARED", "DERIVED", "RECONSTRUCTED")
        assert sum(line.startswith(truths) for line in shown) == rows > 10


def test_the_truths_stand_apart(tmp_path: Path) -> None:
    text = "\n".join(lines(tmp_path, ""))
    assert "OBSERVED         believed (d1): c1: live (run), relied upon" in text
    assert "DERIVED          policy (confirmation ledger from c1, m2): c1: ended: expired" in text
    assert "DECLARED       rule (rules.toml:8): R (high) Move only what was agreed." in text
    assert "RECONSTRUCTED  reconstruction (Ada , 2026-04-02T08:00:00.000Z)" in text
    assert "OBSERVED       clock (d1): 09:04:00" in text


def test_without_a_policy_it_says_how_to_give_one(tmp_path: Path) -> None:
    shown = lines(tmp_path, "", policy=False)
    assert "REPORT         policy: none: give --policy FILE, or put nalyqor.toml beside the trace" in shown
    assert any(line.startswith("DERIVED        grade (grade from d1): unknown") for line in shown)
    assert not any(line.startswith("DECLARED") for line in shown)
