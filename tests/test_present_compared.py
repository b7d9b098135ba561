"""The rows beside a decision: where its margin stands, and what other runs of its case chose."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from trace_samples import decision, header, numbered, write

from nalyqor_tui.phrase import plain
from nalyqor_tui.policy.loader import defaults
from nalyqor_tui.present import compared
from nalyqor_tui.present.across import Across
from nalyqor_tui.present.decision import view
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Truth
from nalyqor_tui.report import markdown
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

FALLING = [0.62, 0.55, 0.58, 0.44, 0.47, 0.31, 0.22, 0.25, 0.04]
AGAINST = "(logprob, notify against update_record, model m-1)"
BANDS = defaults().bands("votes")
VOTES = BANDS[1] if BANDS else "?"
SOURCE = re.escape(defaults().comparing[1])


def margined(values: list[float], name: str = "s1", model: str | None = "m-1") -> list[dict[str, Any]]:
    """A session whose margins are these, in nat."""
    made = []
    for turn, value in enumerate(values, start=1):
        candidates = [{"tool": "notify", "value": value}, {"tool": "update_record", "value": 0.0}]
        margin = {"measure": "logprob", "candidates": candidates}
        made.append(decision("notify", {}, turn, id=f"{name}-d{turn}", margin=margin))
    head = header(conversation_id=name, **({"request_model": model} if model else {}))
    return numbered([head, *({**one, "conversation_id": name} for one in made)])


def ran(name: str, *tools: str, case: str = "refund") -> list[dict[str, Any]]:
    """A run of a case that chose these tools; an empty name is a reply."""
    made = [decision(tool or None, {"n": 1}, turn, id=f"d{turn}") for turn, tool in enumerate(tools, start=1)]
    end = {"kind": "outcome", "id": "o", "turn": len(tools), "case": case, "grade": "pass"}
    return numbered([header(conversation_id=name), *({**r, "conversation_id": name} for r in [*made, end])])


def review(
    path: Path, *sessions: list[dict[str, Any]], index: int = 0, patience: float | None = None
) -> Review:
    trace = Trace(write(path / "trace.jsonl", *(record for one in sessions for record in one)))
    return Review(trace, index, None, Across(trace, patience))


def said(of: Review, at: int) -> dict[str, str]:
    """What the compared rows of a decision say, by label; the last one of a label counts."""
    return {row.label: plain(row.value) for row in compared.rows(of, of.session.decisions[at])}


class TestMargins:
    def test_a_low_margin_of_a_falling_series(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, margined(FALLING)), 8)
        assert (
            found["percentile"]
            == f"lower than 8 of 8 other comparable in this session: percentile 0 {AGAINST}"
        )
        assert re.fullmatch(
            rf"falling: Theil–Sen −0\.066 nat a decision, Kendall p 0\.0009, 9 comparable \(p < 0\.05, {SOURCE}\)",
            found["drift"],
        )
        assert set(found) == {"percentile", "drift"}

    def test_equals_are_told(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, margined([0.1, 0.3, 0.3, 0.3, 0.5, 0.9])), 1)
        assert found["percentile"].startswith(
            "lower than 2 of 5 other comparable in this session, equal to 2: percentile 40 "
        )
        assert found["drift"].startswith("rising: Theil–Sen 0.100 nat a decision, Kendall p 0.0")

    def test_few_are_too_few(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, margined([0.3, 0.2, 0.1, 0.0])), 2)
        assert found == {"percentile": f"n too small: 3 other comparable in this session {AGAINST}"}

    def test_a_model_that_was_not_recorded_is_said(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, margined(FALLING, model=None)), 0)
        assert found["percentile"].endswith("(logprob, notify against update_record, model not recorded)")

    def test_a_margin_that_was_not_recorded_stays_so(self, tmp_path: Path) -> None:
        of = review(tmp_path, numbered([header(), decision("notify", id="d1")]))
        rows = [row for row in view(of, of.session.decisions[0]) if isinstance(row, Row)]
        assert [plain(row.value) for row in rows if row.label == "margin"] == ["not recorded"]
        assert said(of, 0) == {}

    def test_the_records_of_a_short_series_are_named_of_a_long_one_the_ends(self, tmp_path: Path) -> None:
        for values, count in ((FALLING, 9), ([float(n % 7) for n in range(60)], 3)):
            of = review(tmp_path, margined(values))
            (row, *_) = compared.rows(of, of.session.decisions[4])
            assert len(row.origin.entries) == count
            assert row.origin.entries[0] == of.session.decisions[4].entry


class TestOtherSessions:
    OTHER = (margined([0.5, 0.6, 0.4], "s2"), margined([0.5, 0.45, 0.55], "s3"))

    def test_a_session_below_the_others(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, margined([0.5, 0.2, 0.2, 0.1, 0.1]), *self.OTHER), 0)
        assert re.fullmatch(
            r"below the other sessions from 3\.1 on: sum 7\.5 sd passes H 5, K 0\.5; "
            rf"their mean 0\.500 nat, sd 0\.071, 6 comparable in 2 sessions \({SOURCE}\)",
            found["cusum"],
        )

    def test_one_like_the_others_claims_nothing(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, margined([0.5, 0.52, 0.48, 0.5, 0.51]), *self.OTHER), 0)
        assert found["cusum"].startswith("no shift can be claimed: highest sum ")

    @pytest.mark.parametrize("model", [None, "m-2"])
    def test_another_model_and_one_not_recorded_are_not_compared_with(
        self, tmp_path: Path, model: str | None
    ) -> None:
        found = said(review(tmp_path, margined([0.5, 0.2, 0.2, 0.1, 0.1], model=model), *self.OTHER), 0)
        assert "cusum" not in found

    def test_few_others_are_too_few(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, margined(FALLING), margined([0.5, 0.6], "s2")), 0)
        assert found["cusum"] == "n too small, or all alike: 2 comparable in other sessions"


class TestTrials:
    RUNS = (
        ran("a", "read", "write"),
        ran("b", "read", "write"),
        ran("c", "read", "notify"),
        ran("d", "", "read"),
    )

    def test_votes_with_the_runs_that_cast_them(self, tmp_path: Path) -> None:
        of = review(tmp_path, *self.RUNS, ran("e", "read", case="other"))
        rows = [plain(row.value) for row in compared.trials(of, of.session.decisions[1])]
        assert rows == [
            "2 of 3 trials of refund chose this here, of 4 in the file: difference 0.200 [−0.564, 0.964] of 95 %: "
            f"unresolved ({VOTES})",
            "● 2  write n 1, in a, b",
            "○ 1  notify n 1, in c",
        ]

    def test_are_derived_and_no_part_of_the_recorded_margin_or_the_grade(self, tmp_path: Path) -> None:
        of = review(tmp_path, *self.RUNS)
        lines = [row for row in view(of, of.session.decisions[1]) if isinstance(row, Row)]
        assert {row.truth for row in lines if row.label in ("trials", "this")} == {Truth.DERIVED}
        assert [row.truth for row in lines if row.label == "margin"] == [Truth.OBSERVED]
        assert of.margin(of.session.decisions[1]) is None

    def test_where_no_other_run_came(self, tmp_path: Path) -> None:
        found = said(review(tmp_path, *self.RUNS, index=3), 1)
        assert found == {"trials": "no other of the 4 trials of refund came here by the same actions"}

    def test_a_case_that_was_run_once_has_none(self, tmp_path: Path) -> None:
        assert said(review(tmp_path, ran("a", "read"), ran("b", "read", case="other")), 0) == {}

    def test_many_choices_and_many_runs_are_cut_short_and_said_to_be(self, tmp_path: Path) -> None:
        runs = [ran(f"r{n}", "read") for n in range(6)] + [ran(f"o{n}", f"t{n}") for n in range(7)]
        of = review(tmp_path, *runs)
        rows = [plain(row.value) for row in compared.trials(of, of.session.decisions[0])]
        assert rows[1] == "● 6  read n 1, in r0, r1, r2, r3 and 2 more"
        assert rows[-1] == "and 3 choices more"
        assert len(rows) == 7

    def test_the_export_holds_them(self, tmp_path: Path) -> None:
        text = "\n".join(markdown.render([review(tmp_path, *self.RUNS)], Selection()))
        assert "chose this here" in text


class TestAcross:
    def test_reads_the_file_once_for_all_its_reviews(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        of = review(tmp_path, *TestTrials.RUNS)
        read: list[int] = []
        plain_read = of.trace.read
        monkeypatch.setattr(of.trace, "read", lambda index: (read.append(index), plain_read(index))[1])
        other = Review(of.trace, 1, None, of.across)
        assert said(of, 0)["trials"].startswith("3 of 4") and said(other, 1)["trials"].startswith("2 of 3")
        assert read == [0, 1, 2, 3]

    def test_reads_nothing_for_a_session_without_a_case(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        of = review(tmp_path, margined([0.1, 0.2]), *TestTrials.RUNS)
        monkeypatch.setattr(of.trace, "read", lambda index: pytest.fail("read for nothing"))
        assert "trials" not in said(of, 0)

    def test_does_not_keep_a_screen_waiting_and_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        of, go = review(tmp_path, *TestTrials.RUNS, patience=0.01), Event()
        plain_read = of.trace.read

        def slow(index: int) -> Session:
            assert go.wait(30)
            return plain_read(index)

        monkeypatch.setattr(of.trace, "read", slow)
        assert said(of, 0)["trials"] == "not told yet: the other sessions of this file are still being read"
        go.set()
        assert of.across._found is not None
        of.across._found.result(30)
        assert said(of, 0)["trials"].startswith("3 of 4 trials of refund chose this here: ")

    def test_what_goes_wrong_in_the_reading_is_raised_to_who_asks(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(index: int) -> Session:
            raise OSError("gone")

        for patience in (None, 30.0):
            of = review(tmp_path, *TestTrials.RUNS, patience=patience)
            monkeypatch.setattr(of.trace, "read", broken)
            with pytest.raises(OSError, match="gone"):
                said(of, 0)
