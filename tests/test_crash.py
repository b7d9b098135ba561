"""A defect of ours leaves a report without any data of the trace, and no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from nalyqor_tui import cli, crash
from nalyqor_tui.commands import open as open_command


def test_the_front_door_reports_a_defect_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "text of a trace"

    def broken(args: list[str]) -> int:
        local = secret
        raise RuntimeError(local)

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(open_command, "run", broken)
    assert cli.main(["trace.jsonl"]) == crash.EXIT_CODE
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    report = next((tmp_path / "nalyqor-tui").iterdir())
    text = report.read_text(encoding="utf-8")
    assert str(report) in said
    assert "RuntimeError" in text
    assert "in broken" in text
    assert secret not in text + said
    assert report.stat().st_mode & 0o077 == 0


def test_where_nothing_can_be_written_it_still_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crash.tempfile, "mkstemp", _full)
    assert crash.say(ValueError()) == crash.EXIT_CODE
    assert "no report could be written" in capsys.readouterr().err


def _full(**_: object) -> None:
    raise OSError(28, "No space left on device")
