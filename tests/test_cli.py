"""The command line: each mistake is one line with a remedy and its own exit code, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from trace_samples import decision, header, message, numbered, write

from nalyqor_tui import __version__
from nalyqor_tui.cli import main

SAMPLES = Path(__file__).parents[1] / "sample_traces"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good and bad files, in which the command is run."""
    records = [header(conversation_id="first"), message(), header(conversation_id="second"), decision()]
    write(tmp_path / "good.jsonl", *numbered(records))
    write(tmp_path / "empty.jsonl")
    write(tmp_path / "text.jsonl", b"hello\n")
    write(tmp_path / "good.jsonl.notes.jsonl")
    write(tmp_path / "bad.toml", b'nalyqor_policy = "1"\nid = "p"\n\n[[rul]]\n')
    write(tmp_path / "broken.toml", b"id = \n")
    write(tmp_path / "latin.toml", b'id = "\xe9"\n')
    (tmp_path / "folder").mkdir()
    (tmp_path / ".git").mkdir()  # so that no policy above it is found
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


MISTAKES = [
    (["show", "gone.jsonl"], 3, "gone.jsonl: no such file (check the name)"),
    (
        ["show", "folder"],
        3,
        "no trace in this folder: it holds no files (give a folder with traces in it)",
    ),
    (["show", "empty.jsonl"], 3, "empty.jsonl: no records: the file is empty"),
    (
        ["show", "text.jsonl"],
        3,
        "text.jsonl:1: not JSON: expecting value at column 1 (it begins with: hello;",
    ),
    (["show", "good.jsonl.notes.jsonl"], 3, "good.jsonl.notes.jsonl: these are notes, not a trace"),
    (
        ["show", "good.jsonl", "--policy", "bad.toml"],
        4,
        "bad.toml:4: `rul` is not understood (did you mean `rule`?)",
    ),
    (["show", "good.jsonl", "--policy", "broken.toml"], 4, "broken.toml"),
    (["show", "good.jsonl", "--policy", "latin.toml"], 4, "latin.toml: not UTF-8 at byte 6"),
    (["show", "good.jsonl", "--policy", "gone.toml"], 4, "gone.toml: no such policy file"),
    (["show", "good.jsonl", "--policy", "folder"], 4, "folder: cannot be read: is a directory"),
    (["show", "good.jsonl", "--policy", "defualts"], 4, "no policy `defualts` (did you mean `defaults`?)"),
    (
        ["show", "good.jsonl", "--session", "frist"],
        2,
        "good.jsonl: no session `frist` (did you mean `first`?)",
    ),
    (
        ["show", "good.jsonl", "--session", "3"],
        2,
        "good.jsonl: no session `3` (give an id, or a number from 1 to 2)",
    ),
    (["show", "good.jsonl", "--session", "²"], 2, "good.jsonl: no session `²`"),
    (["show", "good.jsonl", "--session", "0"], 2, "good.jsonl: no session `0`"),
    (["show", "good.jsonl", "--session", "9" * 5000], 2, "good.jsonl: no session `999"),
    (["show", "good.jsonl", "--turns", "x"], 2, ""),
    (["export", "good.jsonl", "-o", "good.jsonl"], 6, "good.jsonl: that is the trace itself"),
    (["export", "good.jsonl", "-o", "./folder/../good.jsonl"], 6, "that is the trace itself"),
    (["export", "good.jsonl", "-o", "good.jsonl.notes.jsonl"], 6, "that is where notes are kept"),
    (["export", "good.jsonl", "--notes", "n.md", "-o", "n.md"], 6, "n.md: that is where notes are kept"),
    (
        ["export", "good.jsonl", "-o", "gone/report.md"],
        6,
        "gone/report.md: could not be written: no such file",
    ),
    (["export", "good.jsonl", "-o", "folder"], 6, "folder: could not be written: is a directory"),
    (["good.jsonl"], 2, "this is no terminal (for pipes: nalyqor-tui show TRACE --plain)"),
]


@pytest.mark.parametrize(("args", "code", "says"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_one_line_with_its_exit_code(
    folder: Path, capsys: Capture, args: list[str], code: int, says: str
) -> None:
    before = (folder / "good.jsonl").read_bytes()
    assert main(args) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith(f"nalyqor-tui: {says}") or f": {says}" in err
    assert (folder / "good.jsonl").read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(folder: Path, capsys: Capture) -> None:
    (folder / "good.jsonl").chmod(0)
    assert main(["show", "good.jsonl"]) == 3
    assert "may not be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args", [[], ["show"], ["--nonsense"], ["schema", "x"], ["show", "a", "--plain", "--json"]]
)
def test_wrong_usage_is_explained(args: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as left:
        main(args)
    assert left.value.code == 2
    assert "usage: nalyqor-tui" in capsys.readouterr().err


def test_a_hostile_name_does_not_reach_the_terminal(capsys: Capture) -> None:
    assert main(["show", "\x1b[2Jgone\n"]) == 3
    assert capsys.readouterr().err.startswith("nalyqor-tui: \\u{1b}[2Jgone↵: no such file")


@pytest.mark.parametrize("what", ["trace", "notes", "policy"])
def test_a_schema_is_json(what: str, capsys: Capture) -> None:
    assert main(["schema", what]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].startswith("https://json-schema.org/")


@pytest.mark.parametrize(
    ("args", "sessions"),
    [
        ([], ["first", "second"]),
        (["--session", "second"], ["second"]),
        (["--session", "1"], ["first"]),
    ],
)
def test_sessions_are_chosen_by_id_or_number(
    folder: Path, capsys: Capture, args: list[str], sessions: list[str]
) -> None:
    assert main(["export", str(folder / "good.jsonl"), *args]) == 0
    out = capsys.readouterr().out
    assert [name for name in ("first", "second") if name in out] == sessions


def test_a_report_goes_to_a_file(folder: Path, capsys: Capture) -> None:
    assert main(["export", "good.jsonl", "-o", "report.md"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (folder / "report.md").read_text(encoding="utf-8").startswith("#")


def test_every_line_of_the_json_view_is_an_object(capsys: Capture) -> None:
    assert main(["show", str(SAMPLES / "production.jsonl"), "--json", "--at", "9.1"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines
    assert all(isinstance(line, dict) for line in lines)


def run(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nalyqor_tui", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload, no-any-return]


def test_the_version() -> None:
    assert run("--version").stdout == f"nalyqor-tui {__version__}\n"


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    command = [sys.executable, "-m", "nalyqor_tui", "show", str(SAMPLES / "production.jsonl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


def test_a_terminal_that_knows_no_unicode_gets_escapes(tmp_path: Path) -> None:
    path = write(tmp_path / "gone–é.jsonl")
    found = run("show", str(path), env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert found.returncode == 3
    assert "Traceback" not in found.stderr


def test_what_is_out_of_reach_is_said_of_each_kind(tmp_path: Path, capsys: Capture) -> None:
    makers: list[Callable[[Path], object]] = [os.mkfifo, lambda path: path.symlink_to(path)]
    for number, make in enumerate(makers):
        make(tmp_path / str(number))
        assert main(["show", str(tmp_path / str(number))]) == 3
        assert capsys.readouterr().err.count("\n") == 1
