"""Every command, held to the same: a secret is in nothing that it writes, unless it is told to leave it in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from report_samples import a_policy, records
from tui_samples import a_note

from nalyqor_tui import cli, commands
from nalyqor_tui.notes.model import Body

SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
PARTS = (SECRET[:12], SECRET[12:24], SECRET[-12:])  # what would be left of it in a place that cuts

# Each with whether a secret stands in it where nothing is taken out: those that write no text of the trace have none.
COMMANDS: dict[str, str] = {
    "show": "show {trace}",
    "show json": "show {trace} --json",
    "export": "export {trace}",
    "export file": "export {trace} -o out.md",
    "export html": "export {trace} --html",
    "tracks": "tracks {trace}",
    "tracks svg": "tracks {trace} --session 1 -o out.svg",
    "triage": "triage {trace}",
    "triage json": "triage {trace} --json",
    "triage file": "triage {trace} -o out.md",
    "check": "check {trace} --fail-on grade=bad",
    "check github": "check {trace} --fail-on grade=bad --github",
    "check files": "check {trace} --fail-on grade=bad --junit out.xml -o out.md",
    "compare": "compare {trace}",
    "compare json": "compare {trace} --json",
    "compare markdown": "compare {trace} -o -",
    "compare file": "compare {trace} -o out.md",
    "trials": "compare {trace} --case case",
    "trials json": "compare {trace} --case case --json",
    "trials markdown": "compare {trace} --case case -o -",
    "why": "why {trace} --session 1 --at 6.1",
    "info": "info {trace}",
    "notes log": "notes log {trace}",
    "notes verify": "notes verify {trace}",
    "notes merge": "notes merge {trace} {trace}.notes.jsonl other.notes.jsonl",
    "policy against": "policy check empty.toml --against {trace}",
    "policy diff": "policy diff empty.toml rules.toml {trace}",
}
HEADS = ("show", "show json", "export", "export file", "export html", "tracks", "tracks svg", "compare", "compare json",
         "compare markdown", "compare file", "trials", "trials json", "trials markdown", "triage",
         "triage file")  # fmt: skip


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two trials of a case with a secret in ids, tools, arguments and results, a policy, and two people's notes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    written = []
    for run in ("one", "two"):
        lines = json.loads(json.dumps(records(SECRET)))
        lines[0]["conversation_id"] = f"{SECRET} {run}"
        for line in lines:
            if line["kind"] == "outcome":
                line.update(case="case", grade="pass" if run == "one" else "fail")
            elif line["kind"] in ("decision", "tool_call") and run == "two":
                line.get("chosen", line).get("arguments", {}).update(more=f"x {SECRET}")
        written += [*lines[:-1], {"kind": f"odd {SECRET}", "seq": 90, "turn": 7}]
    path = tmp_path / "trace.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in written))
    a_policy(tmp_path, SECRET)
    (tmp_path / "nalyqor.toml").write_bytes((tmp_path / "rules.toml").read_bytes())
    (tmp_path / "empty.toml").write_text('nalyqor_policy = "1"\nid = "empty"\n')
    body = Body.model_validate({
        "kind": "hypothesis", "text": f"it used {SECRET}", "tags": [f"t{SECRET}"],
        "evidence": [{"truth": "observed", "ref": f"r{SECRET}", "quote": f"q {SECRET[:20]}"}],
        "claims": [{"text": f"claim {SECRET}", "status": "supported", "evidence": [0]}],
    })  # fmt: skip
    a_note(path, "6.1", body, author=f"Eve {SECRET}")
    (tmp_path / "other.notes.jsonl").write_bytes(Path(f"{path}.notes.jsonl").read_bytes())
    Path(f"{path}.notes.jsonl").unlink()
    a_note(path, "6.1", body.model_copy(update={"text": f"no, it made {SECRET}"}))
    return path


@pytest.fixture
def told(trace: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Return what a command writes: to standard output and error, and to its files, which are removed again."""

    def run(command: str) -> str:
        capsys.readouterr()
        code = cli.main(command.format(trace=trace).split())
        out = "".join(capsys.readouterr())
        assert code in (0, 1, 5, 7), out  # a gate and a proof may say no; nothing else may fail
        for file in Path().glob("out.*"):
            out += file.read_text()
            file.unlink()
        assert "Traceback" not in out
        return out

    return run


@pytest.mark.parametrize("name", COMMANDS)
def test_a_secret_is_in_no_output_unless_it_was_asked_for(name: str, told: Callable[[str], str]) -> None:
    cleared, whole = told(COMMANDS[name]), told(f"{COMMANDS[name]} --no-redact")
    assert [part for part in PARTS if part in cleared] == []
    assert "redacted:github-token#1" in cleared
    assert any(part in whole for part in PARTS)
    assert "redacted:github-token" not in whole
    assert ("--no-redact was given" in whole.replace("\\", "")) == (name in HEADS)


def test_the_preview_and_the_lists_hold_none(told: Callable[[str], str]) -> None:
    for command in ("export {trace} --redactions", "formats", "policy list", "notes commit {trace}"):
        assert [part for part in PARTS if part in told(command)] == []


def test_a_conversion_is_the_trace_and_says_that_it_is_whole(told: Callable[[str], str]) -> None:
    out = told("convert {trace}")
    assert SECRET in out
    assert "nothing was redacted" in out


def test_every_command_is_held_to_it() -> None:
    tried = {line.split()[0] for line in COMMANDS.values()} | {"formats", "convert"}
    assert {command.name for command in commands.COMMANDS} - tried == {"schema"}  # which reads no trace


def test_patterns_of_the_policy_count_where_nothing_is_judged(
    trace: Path, told: Callable[[str], str]
) -> None:
    policy = trace.with_name("nalyqor.toml")
    policy.write_text(f"{policy.read_text()}\n[redact.patterns]\nword = 'agreed|case|odd|used|made'\n")
    for name in ("trials", "info", "notes log", "compare", "show"):
        assert "redacted:word#" in told(COMMANDS[name]), name
