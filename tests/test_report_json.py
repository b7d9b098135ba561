"""The JSON report: the same rows as the plain one, with the text exactly as it was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from report_samples import NASTY, clean, records, reviewed

from nalyqor_tui.present import account
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading
from nalyqor_tui.report import json as report
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.store import Trace


def objects(reviews: list[Review], selection: Selection | None = None) -> list[dict[str, Any]]:
    lines = list(report.render(reviews, selection or Selection()))
    assert all(line.isascii() and line.isprintable() for line in lines)
    return [json.loads(line) for line in lines]


def rows(found: dict[str, Any], pane: str) -> list[dict[str, Any]]:
    return [row for row in found["rows"] if row["pane"] == pane]


def written(folder: Path, *changed: dict[str, Any], text: str = "") -> Review:
    """Write the sample session with records added before its end."""
    path = folder / "changed.jsonl"
    lines = [*records(text)[:-1], *changed]
    path.write_text("".join(json.dumps(record) + "\n" for record in lines))
    return Review(Trace(path), 0, None)


def test_the_kinds_come_in_order(tmp_path: Path) -> None:
    found = objects(reviewed(tmp_path, sessions=2))
    kinds = ["report", "session", "decision", "decision", "session", "decision", "decision"]
    assert [one["kind"] for one in found] == kinds
    assert found[0]["schema"] == report.SCHEMA
    facts = dict(found[0]["facts"])
    assert facts["trace"] == "trace.jsonl" and len(facts["sha256"]) == len(facts["policy sha256"]) == 64
    assert [one["latent_failure"] for one in found if one["kind"] == "session"] == [True, True]


@pytest.mark.parametrize("text", ["", *NASTY])
def test_the_rows_are_those_of_the_panes_exactly(tmp_path: Path, text: str) -> None:
    (review,) = reviewed(tmp_path, text)
    _, _, *found = objects([review])
    for one, decision in zip(found, review.session.decisions, strict=True):
        lines = [(pane.name, line) for pane in account.panes(review, decision) for line in pane.lines]
        assert len(lines) == len(one["rows"])
        for (pane, line), row in zip(lines, one["rows"], strict=True):
            assert row["pane"] == pane
            if isinstance(line, Heading):
                assert row["remark"] == "".join(line.says)
                continue
            assert (row["truth"], row["label"], row["body"]) == (line.truth.value, line.label, line.body)
            assert row["value"] == "".join(line.value) == "".join(v for s in row["spans"] for v in s.values())
            assert row["entries"] == list(line.origin.entries)


@given(text=clean)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_data_survives_exactly_and_any_parser_reads_it(tmp_path: Path, text: str) -> None:
    reviews = reviewed(tmp_path, text)
    for line in report.render(reviews, Selection()):
        assert orjson.loads(line) == json.loads(line)
    first = objects(reviews)[2]
    (result,) = [row for row in rows(first, "decision") if row["label"] == "result"]
    assert result["body"] == f"done {text}"
    (given_row,) = [row for row in rows(first, "confirmations") if row["label"] == "given"]
    assert given_row["spans"][0] == {"data": f"c1{text}"}
    assert given_row["records"] == [f"c1{text}"]


def test_half_a_surrogate_pair_and_big_integers_survive(tmp_path: Path) -> None:
    big = 12345678901234567890123
    call = {
        "kind": "decision",
        "seq": 20,
        "turn": 8,
        "id": "d3",
        "chosen": {"tool": "pay", "arguments": {"n": big}},
    }
    said = {
        "kind": "message",
        "seq": 21,
        "turn": 8,
        "id": "m9",
        "role": "assistant",
        "content": "half \ud800",
    }
    review = written(tmp_path, call, said)
    lines = list(report.render([review], Selection(at="8.1")))
    assert "half \\ud800" in lines[-1]
    (chosen,) = [row for row in rows(json.loads(lines[-1]), "decision") if row["label"] == "chosen"]
    assert str(big) in chosen["body"]


def test_times_are_numbers_and_missing_ones_null(tmp_path: Path) -> None:
    bare = {"kind": "decision", "seq": 20, "turn": 8, "id": "d3", "chosen": {"reply": "bye"}}
    first, second, last = objects([written(tmp_path, bare)])[2:]
    assert (first["clock"], first["since_start"], first["since_previous"]) == ("09:04:00", 240.0, None)
    assert (second["since_start"], second["since_previous"]) == (1200.0, 960.0)
    assert (last["clock"], last["since_start"]) == (None, None)


def test_no_grade_without_a_policy(tmp_path: Path) -> None:
    found = objects(reviewed(tmp_path, policy=False))
    assert found[1]["latent_failure"] is None and found[2]["grade"] is None
    (graded,) = [one["grade"] for one in objects(reviewed(tmp_path)) if one.get("number") == "6.1"]
    assert graded == {"word": "bad", "judged": 5, "checks": 5, "failed": 5}
