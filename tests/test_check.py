"""The gate: what fails, what is known, what cannot be told, each with its exit code and in each form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from trace_samples import acted, header, message, numbered, write

from nalyqor_tui.cli import main
from nalyqor_tui.report import check

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[1]
PRODUCTION, EVAL = (str(ROOT / "sample_traces" / f"{name}.jsonl") for name in ("production", "eval"))
INCIDENT = "tool = notify and consent != confirmed"
Capture = pytest.CaptureFixture[str]


class TestExitCodes:
    def test_the_production_run_fails_and_the_evaluated_one_passes(self, capsys: Capture) -> None:
        assert main(["check", PRODUCTION, "--fail-on", INCIDENT]) == 1
        out, err = capsys.readouterr()
        assert "9.1: notify" in out and "1 of 20 decisions" in out
        assert "1 decision must not be" in err
        assert main(["check", EVAL, "--fail-on", INCIDENT]) == 0

    def test_several_traces(self, capsys: Capture) -> None:
        assert main(["check", EVAL, PRODUCTION, "--fail-on", INCIDENT]) == 1
        assert "1 of 25 decisions" in capsys.readouterr().out

    def test_a_trace_that_cannot_be_judged(self, tmp_path: Path, capsys: Capture) -> None:
        path = write(tmp_path / "t", *numbered([header(), *acted("write", status=None)]))
        assert main(["check", str(path)]) == 7
        assert "1 of 1 decisions cannot be told: problem (give --policy FILE)" in capsys.readouterr().err
        assert main(["check", str(path), "--fail-on", "status = error"]) == 7
        assert main(["check", str(path), "--fail-on", "tool = read"]) == 0

    def test_an_empty_trace_proves_nothing(self, tmp_path: Path, capsys: Capture) -> None:
        assert main(["check", str(write(tmp_path / "t", header(), message(seq=1)))]) == 7

    def test_strict_fails_where_one_decision_cannot_be_told(self, tmp_path: Path, capsys: Capture) -> None:
        records = numbered([header(), *acted("write", status=None), *acted("write")])
        path = str(write(tmp_path / "t", *records))
        assert main(["check", path, "--fail-on", "status = error"]) == 0
        assert main(["check", path, "--fail-on", "status = error", "--strict"]) == 7

    def test_a_condition_with_a_mistake(self, capsys: Capture) -> None:
        assert main(["check", EVAL, "--fail-on", "tol = x"]) == 2
        assert "column 1: `tol` is no field" in capsys.readouterr().err


class TestBaseline:
    def test_what_is_known_does_not_fail(self, tmp_path: Path, capsys: Capture) -> None:
        known = str(tmp_path / "known.json")
        assert main(["check", PRODUCTION, "--write-baseline", known]) == 1
        assert main(["check", PRODUCTION, "--baseline", known]) == 0
        assert "10 of 20 decisions: problem, 10 of them known before" in capsys.readouterr().out

    def test_what_is_new_does(self, tmp_path: Path, capsys: Capture) -> None:
        known = tmp_path / "known.json"
        main(["check", PRODUCTION, "--write-baseline", str(known)])
        value = json.loads(known.read_text("utf-8"))
        value["known"] = [row for row in value["known"] if row["decision"] != "9.1"]
        known.write_text(json.dumps(value), "utf-8")
        capsys.readouterr()
        assert main(["check", PRODUCTION, "--baseline", str(known)]) == 1
        assert "1 decision must not be" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "data", [b"", b"[]", b'{"schema": "x", "known": []}', b'{"schema": "nalyqor.baseline/1"}']
    )
    def test_a_file_that_is_none(self, tmp_path: Path, data: bytes, capsys: Capture) -> None:
        assert main(["check", PRODUCTION, "--baseline", str(write(tmp_path / "b", data))]) == 2
        assert "this is no baseline" in capsys.readouterr().err

    def test_a_file_that_is_not_there(self, tmp_path: Path, capsys: Capture) -> None:
        assert main(["check", PRODUCTION, "--baseline", str(tmp_path / "b")]) == 2


class TestForms:
    def test_junit_is_read_by_a_reader_of_junit(self, tmp_path: Path, capsys: Capture) -> None:
        path = tmp_path / "junit.xml"
        assert main(["check", str(ROOT / "sample_traces"), "--junit", str(path)]) == 1
        (suite,) = JUnitXml.fromfile(str(path))
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (2, 1, 0, 0)
        found = {case.name: case for case in suite}
        assert found["desk-eval"].is_passed
        (failure,) = found["desk-production"].result
        assert failure.message == "10 of 20 decisions: problem" and "9.1 notify" in failure.text

    def test_hostile_text_keeps_its_place(self, tmp_path: Path, capsys: Capture) -> None:
        hostile = 'x\x1b]0;t\x07\n::error::]]><b a="1">\ud800'
        records = numbered([header(conversation_id=hostile), *acted(hostile)])
        path = str(write(tmp_path / "t", *records))
        junit, summary = tmp_path / "j.xml", tmp_path / "c.md"
        assert main(["check", path, "--fail-on", "call", "--junit", str(junit), "-o", str(summary)]) == 1
        (suite,) = JUnitXml.fromfile(str(junit))
        assert suite.failures == 1
        capsys.readouterr()
        main(["check", path, "--fail-on", "call", "--github"])
        out = capsys.readouterr().out
        assert out.startswith("::error file=") and out.count("\n") == 1 and "\x1b" not in out

    def test_a_summary(self, tmp_path: Path, capsys: Capture) -> None:
        path = tmp_path / "check.md"
        for _ in range(2):
            main(["check", PRODUCTION, "--fail-on", INCIDENT, "-o", str(path)])
        text = path.read_text("utf-8")
        assert "1 of 20 decisions" in text and "| `desk-production` | `9.1` | `notify`" in text

    def test_secrets_stay_here(self, tmp_path: Path, capsys: Capture) -> None:
        secret = "ghp_" + "a1B2" * 9
        path = write(tmp_path / "t", *numbered([header(), *acted("write", {"token": secret})]))
        main(["check", str(path), "--fail-on", "call"])
        assert secret not in capsys.readouterr().out
        main(["check", str(path), "--fail-on", "call", "--no-redact"])
        assert secret[:20] in capsys.readouterr().out


def test_a_hit_is_known_again_in_another_run_of_its_case(tmp_path: Path) -> None:
    from nalyqor_tui.trace.store import Trace

    def keys(name: str, *more: Any) -> set[str]:
        outcome = {"kind": "outcome", "case": "a", "grade": "pass"}
        records = numbered([header(conversation_id=name), *more, *acted("write", {"n": 1}), outcome])
        found = check.check([Trace(write(tmp_path / name, *records))], None, "tool = write")
        return {hit.key for hit in found.hits}

    assert keys("one") == keys("two", message())
    assert keys("three", *acted("write", {"n": 2})) > keys("one")


class TestFixture:
    """The fixture of the pytest plug-in, in a pytest of its own."""

    @pytest.fixture(autouse=True)
    def patched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def outcomes(self, pytester: pytest.Pytester, call: str) -> dict[str, int]:
        pytester.makepyfile(f"def test_it(sound_decisions):\n    sound_decisions({call})\n")
        self.monkeypatch.setenv("PYTHONPATH", str(ROOT))
        plugins = ("-p", "nalyqor_tui.testing", "-p", "no:cacheprovider", "-p", "no:textual-snapshot")
        done = pytester.runpytest_subprocess(*plugins)
        self.said = done.stdout.str()
        return done.parseoutcomes()

    def test_fails_on_an_unsound_decision(self, pytester: pytest.Pytester) -> None:
        assert self.outcomes(pytester, repr(PRODUCTION)) == {"failed": 1}
        assert "9.1: notify" in self.said and "Traceback" not in self.said

    def test_passes_on_sound_ones(self, pytester: pytest.Pytester) -> None:
        assert self.outcomes(pytester, repr(EVAL)) == {"passed": 1}

    def test_fails_where_nothing_can_be_told(self, pytester: pytest.Pytester) -> None:
        assert self.outcomes(pytester, f"{EVAL!r}, policy='none'") == {"failed": 1}
        assert "cannot be told of 5 of 5 decisions" in self.said
