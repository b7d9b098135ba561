"""Many sessions summed up: the statistics by their published vectors, the counts by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import SHARED, acted, decision, header, message, numbered, policy, write
from trace_samples import given as confirmed

from nalyqor_tui.cli import main
from nalyqor_tui.derive import corpus, survey
from nalyqor_tui.derive.conditions import CONDITIONS
from nalyqor_tui.derive.corpus import Made, Run
from nalyqor_tui.derive.grade import Word
from nalyqor_tui.derive.stats import fisher, odds, pass_k, wilson
from nalyqor_tui.policy.loader import named
from nalyqor_tui.present.triage import tables
from nalyqor_tui.trace.store import Trace

ROOT = Path(__file__).parents[1]
AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"


class TestStatistics:
    @pytest.mark.parametrize(
        ("k", "n", "low", "high"), [(3, 40, 0.0258, 0.1986), (0, 30, 0, 0.1135), (7, 120, 0.0285, 0.1155)]
    )
    def test_wilson(self, k: int, n: int, low: float, high: float) -> None:
        share = wilson(k, n)
        assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)

    def test_odds(self) -> None:
        found = odds(12, 8, 18, 162)
        assert (found.ratio, found.low, found.high) == pytest.approx((13.5, 4.88, 37.38), abs=5e-3)
        assert found.p == pytest.approx(8.4e-7, rel=5e-3)

    def test_an_empty_cell_gives_a_finite_ratio(self) -> None:
        assert all(map(math.isfinite, (odds(5, 0, 5, 9).ratio, odds(0, 5, 5, 0).low)))

    def test_pass_k(self) -> None:
        assert [round(pass_k(8, 6, k), 4) for k in (1, 2, 3)] == [0.75, 0.5357, 0.3571]

    @given(st.tuples(*[st.integers(0, 12)] * 4).filter(any))
    def test_fisher_does_not_care_which_way_a_table_is_turned(self, cells: tuple[int, ...]) -> None:
        a, b, c, d = cells
        p = fisher(a, b, c, d)
        assert 0 < p <= 1
        assert p == pytest.approx(fisher(a, c, b, d)) == pytest.approx(fisher(d, c, b, a))

    @given(st.integers(0, 60), st.integers(1, 60))
    def test_a_share_lies_in_its_interval(self, k: int, n: int) -> None:
        share = wilson(min(k, n), n)
        assert 0 <= share.low <= share.k / share.n <= share.high <= 1


def run(index: int, passed: bool | None, *grades: Word, case: str | None = None, **held: Any) -> Run:
    made = tuple(Made(f"1.{n + 1}", "write", grade, held) for n, grade in enumerate(grades))
    return Run(index, f"s{index}", case, None, "1", None, passed, 1, 0, None, made)


class TestCounts:
    def test_output_beside_decisions(self) -> None:
        runs = [run(0, True, "sound", "bad"), run(1, False, "sound"), run(2, None), run(3, True, "flawed")]
        found = {corner: [r.index for r in of] for corner, of in corpus.quadrants(runs).items() if of}
        assert found == {
            ("passed", "bad"): [0],
            ("passed", "flawed"): [3],
            ("failed", "sound"): [1],
            ("not recorded", "not judged"): [2],
        }
        assert [r.index for r in runs if r.latent] == [0, 3]
        assert [r.index for r in sorted(runs, key=lambda r: r.rank)] == [0, 3, 1, 2]

    def test_a_stratum_leaves_out_what_was_not_judged(self) -> None:
        (only,) = corpus.strata([run(0, True, "bad", "unproven", "sound", "not judged")], "tool")
        assert (only.wrong.k, only.wrong.n, only.unknown.k, only.unjudged) == (1, 3, 1, 1)
        assert only.spots == ((0, 0),)

    def test_what_was_not_recorded_is_a_stratum_of_its_own(self) -> None:
        assert [s.name for s in corpus.strata([run(0, True, "bad")], "model")] == [None]

    def test_conditions_count_together_only_where_both_can_be_told(self) -> None:
        runs = [run(n, None, "sound", stale=n % 2 == 0, narrow=n % 4 == 0) for n in range(40)]
        runs += [run(40, None, "sound", stale=True, narrow=None), run(41, None, "sound", stale=True)]
        (pair,) = corpus.together(runs)
        assert (pair.both, pair.only_first, pair.only_second, pair.neither) == (10, 10, 0, 20)
        assert pair.odds is not None and pair.odds.low > 1

    def test_where_too_few_are_left_no_odds_are_given(self) -> None:
        (pair,) = corpus.together([run(n, None, "sound", stale=n < 4, narrow=n < 9) for n in range(20)])
        assert pair.odds is None and pair.both == 4

    def test_trials_whose_output_was_not_recorded_do_not_count(self) -> None:
        runs = [run(n, passed, case="a") for n, passed in enumerate([True, False, None])]
        (case,) = corpus.trials([*runs, run(3, True, case="b")])
        assert (case.passed, case.recorded, len(case.runs), case.disagree) == (1, 2, 3, True)
        assert corpus.passes([case]) == [(1, 0.5, 1), (2, 0.0, 1)]


class TestConditions:
    POLICY = """
    [confirmation.ok]
    ends = { turns = 1 }
    [[rule]]
    id = "w"
    on = { tool = "write" }
    need = { confirmation = "ok", before = { tool = "read" } }
    """

    def held(self, *records: Any) -> dict[str, bool | None]:
        from trace_samples import session

        from nalyqor_tui.derive.judge import judge

        of = session(*records)
        return dict(corpus.sum_up(0, of, judge(of, policy(self.POLICY))).decisions[-1].conditions)

    def test_what_nobody_asked_about_is_not_there(self) -> None:
        assert self.held(message(), decision()) == {}

    def test_a_stale_confirmation_and_a_wrong_order(self) -> None:
        held = self.held(confirmed(turn=1), message(turn=5), *acted("write", turn=5, relied_on=["cf1"]))
        # Whether another confirmation covers it cannot be told: the log does not claim to hold them all.
        assert held == {"stale": True, "scope": None, "unconfirmed": None, "order": True}

    def test_a_sound_one(self) -> None:
        held = self.held(*acted("read"), confirmed(), *acted("write", relied_on=["cf1"]))
        assert held == {"stale": False, "scope": False, "unconfirmed": False, "order": False}

    def test_each_condition_says_what_it_means(self) -> None:
        assert all(CONDITIONS.values())


class TestSurvey:
    @pytest.fixture
    def trace(self, tmp_path: Path) -> Trace:
        for number in range(5):
            records = [header(conversation_id=f"c{number}"), message(), *acted("write")]
            write(tmp_path / f"{number}.jsonl", *numbered(records))
        return Trace(tmp_path)

    def test_several_processes_find_what_one_finds(
        self, trace: Trace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(survey, "CHUNK", 2)
        one, several = (list(survey.runs(trace, named("support"), jobs)) for jobs in (1, 2))
        assert one == several and [found.index for found in one] == list(range(5))

    def test_a_run_comes_back_from_json_as_it_went(self, trace: Trace) -> None:
        for found in survey.runs(trace, named("support"), 1):
            assert corpus.unpacked(json.loads(json.dumps(corpus.packed(found)))) == found


class TestCommand:
    def said(self, capsys: pytest.CaptureFixture[str], *args: str) -> str:
        assert main(["triage", *args]) == 0
        return capsys.readouterr().out

    def test_the_samples(self, capsys: pytest.CaptureFixture[str]) -> None:
        out = self.said(capsys, str(ROOT / "sample_traces"))
        assert "desk-production  passed             bad" in out and "latent failure" in out

    def test_a_report(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        report = tmp_path / "triage.md"
        for _ in range(2):  # a report of ours may be written again
            self.said(capsys, str(ROOT / "sample_traces"), "-o", str(report))
        assert "| passed | bad | 1 | latent failure |" in report.read_text("utf-8")

    def test_what_is_not_read_of_a_folder_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(tmp_path / "a.jsonl", *numbered([header(), *acted("write")]))
        for name, data in (("b.jsonl", b""), ("c.txt", b"hello"), ("d.json", b'{"messages": [')):
            write(tmp_path / name, data)
        out = self.said(capsys, str(tmp_path))
        assert "1 session, 1 decision; not read: 3 files" in out
        assert "  b.jsonl: no records: the file is empty" in out and "  d.json: not JSON" in out

    def test_that_secrets_were_left_in_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        path = str(ROOT / "sample_traces")
        assert "--no-redact was given" in self.said(capsys, path, "--no-redact")
        assert "--no-redact" not in self.said(capsys, path)
        assert (
            json.loads(self.said(capsys, path, "--json", "--no-redact").splitlines()[0])["redacted"] is False
        )

    def test_without_a_policy_nothing_is_said_of_decisions(self, capsys: pytest.CaptureFixture[str]) -> None:
        out = self.said(capsys, str(ROOT / "sample_traces"), "--policy", "none")
        assert "unknown: no policy" in out and "latent" not in out

    def test_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        rows = [
            json.loads(line) for line in self.said(capsys, str(ROOT / "sample_traces"), "--json").splitlines()
        ]
        assert rows[0]["schema"] == "nalyqor.triage/1"
        runs = [
            corpus.unpacked({k: v for k, v in row.items() if k != "kind"})
            for row in rows
            if row["kind"] == "run"
        ]
        assert [found.latent for found in runs] == [False, True]

    @pytest.mark.skipif(not AIRLINE.exists(), reason="the shared traces are not here")
    def test_the_airline_runs(self) -> None:
        trace = Trace(AIRLINE)
        runs = list(survey.runs(trace, named("airline"), 1))
        cases = corpus.trials(runs)
        assert len(cases) == 25 and sum(case.disagree for case in cases) == 9
        assert sum(case.passed == case.recorded == 4 for case in cases) == 8
        latent = [found.id for found in sorted(runs, key=lambda r: r.rank) if found.latent]
        assert latent[:2] == ["task 2 trial 2", "task 20 trial 1"]
        assert {table.name for table in tables(runs, judged=True)} >= {
            "outputs",
            "sessions",
            "tool",
            "trials",
        }
