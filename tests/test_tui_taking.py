"""Taking something away: copies, a report, the raw record."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.widgets import OptionList
from tui_samples import LARGE, SMALL, chats, lines, production, replied, said, sitting

from nalyqor_tui.tui import clipboard
from nalyqor_tui.tui.screens import taking


async def test_each_form_is_copied_whole_and_its_way_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(taking, "copy", lambda text: (copied.append(text), "copied with a test")[1])
    trace = production(tmp_path)
    async with sitting(trace, LARGE, at="9.1") as s:
        await s.press("y")
        menu = s.app.screen.query_one(OptionList)
        names = [str(menu.get_option_at_index(n).id) for n in range(menu.option_count)]
        await s.press("escape")
        assert copied == []
        for index in range(len(names)):
            await s.press("y", *["down"] * index, "enter")
        forms = dict(zip(names, copied, strict=True))
        assert s.told == [f"{name}: copied with a test" for name in names]
        assert forms["command"] == "nalyqor-tui production.jsonl --at 9.1"
        record = json.loads(forms["JSON"])
        assert (record["kind"], record["id"]) == ("decision", forms["id"])
        line = int(forms["path"].rpartition(":")[2])
        assert forms["path"] == f"{trace}:{line}"
        assert trace.read_text().splitlines()[line - 1] == forms["JSON"]
        assert "R\\-notify\\-after\\-write" in forms["Markdown"]
        assert "**Observed**" in forms["Markdown"]
        await s.press("6", "y", "down", "enter")
        assert "R-notify-after-write" in copied[-1]


async def test_the_command_names_the_session_and_quotes_what_a_shell_would_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(taking, "copy", lambda text: (copied.append(text), "")[1])
    trace = chats(tmp_path).rename(tmp_path / "$(touch x); 'runs'.json")
    async with sitting(trace, SMALL, session=1) as s:
        await s.press("y", "enter")
    words = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {copied[0]}"], capture_output=True, check=True, cwd=tmp_path
    )
    assert words.stdout.split(b"\0")[:-1] == [
        b"nalyqor-tui",
        trace.name.encode(),
        b"--session",
        b"task 1",
        b"--at",
        b"1.1",
    ]
    assert not (tmp_path / "x").exists()


def test_a_copy_goes_the_best_way_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "SSH_CONNECTION", "SSH_TTY", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(clipboard.sys, "platform", "linux")
    tool = tmp_path / "xclip"
    tool.write_text(f'#!/bin/sh\ncat > "{tmp_path}/copied"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    assert clipboard.copy("größer\x1b") == "copied with xclip"
    assert (tmp_path / "copied").read_text() == "größer\x1b"
    monkeypatch.setenv("SSH_CONNECTION", "a b")
    monkeypatch.setattr(clipboard.sys, "__stdout__", None)
    says = clipboard.copy("größer\x1b")
    file = Path(says.removeprefix("no clipboard here: written to "))
    assert file.read_text() == "größer\x1b"
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()


@pytest.mark.parametrize("tmux", [False, True])
def test_a_copy_over_a_line_cannot_end_its_own_sequence(monkeypatch: pytest.MonkeyPatch, tmux: bool) -> None:
    written: list[str] = []

    class Terminal:
        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            written.append(text)

        def flush(self) -> None:
            pass

    monkeypatch.setenv("SSH_CONNECTION", "a b")
    monkeypatch.setattr(clipboard.sys, "__stdout__", Terminal())
    monkeypatch.setenv("TMUX", "x") if tmux else monkeypatch.delenv("TMUX", raising=False)
    text = "\x07\x1b\\\x1b]0;owned\x07"
    assert clipboard.copy(text).startswith("sent to the terminal's clipboard (OSC 52)")
    (sequence,) = written
    inner = sequence.removeprefix("\x1bPtmux;\x1b").removesuffix("\x1b\\") if tmux else sequence
    payload = inner.removeprefix("\x1b]52;c;").removesuffix("\x07")
    assert base64.b64decode(payload, validate=True).decode() == text
    written.clear()
    assert clipboard.copy("x" * 100_000).startswith("no clipboard here: written to ")
    assert written == []


async def test_a_report_is_written_where_it_is_told_to_and_never_over_a_file(tmp_path: Path) -> None:
    report = tmp_path / "r.md"
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.press("x")
        assert s.app.focused is not None
        assert s.app.focused.value == "production.report.md"  # type: ignore[attr-defined]
        await s.press("escape")
        await s.ask("x", str(report))
        assert s.told == [f"report written to {report}"]
        text = report.read_text()
        assert "R-notify-after-write" in text
        await s.ask("x", str(report))
        assert s.told[-1] == f"{report}: is there already (give another name)"
        assert report.read_text() == text
        await s.ask("x", str(tmp_path / "no" / "such" / "folder.md"))
        assert "could not be written: no such file or directory" in s.told[-1]
        await s.ask("x", str(tmp_path))
        assert "is there already" in s.told[-1]
        await s.ask("x", "")
        assert len(s.told) == 4
        assert s.at == "9.1"


async def test_the_raw_record_goes_to_the_pager_in_its_visible_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged: list[tuple[list[str], str]] = []
    run = subprocess.run

    def record(args: list[str], **more: object) -> object:
        if args[0] != "a-pager":
            return run(args, **more)  # type: ignore[call-overload]
        paged.append((args, more["input"].decode()))  # type: ignore[attr-defined]
        return None

    monkeypatch.setenv("PAGER", "a-pager -x 'two words'")
    monkeypatch.setattr(subprocess, "run", record)
    trace = lines(tmp_path, said(1, 1, "\x1b[5n [@click=app.quit]"), *replied(2, 1, "good day"))
    async with sitting(trace, SMALL) as s:
        monkeypatch.setattr(s.app, "suspend", nullcontext)
        await s.press("o")
        args, text = paged[0]
        assert args == ["a-pager", "-x", "two words"]
        assert text.startswith("trace.jsonl line 3\n\n")
        assert '"kind": "decision"' in text
        await s.press("2", "g", "o")
        assert "\\u001b[5n [@click=app.quit]" in paged[1][1]
        assert "\x1b" not in paged[1][1]


@pytest.mark.parametrize("pager", ["", " ", "no-such-pager-anywhere", "less 'unclosed"])
async def test_a_pager_that_cannot_be_had_is_replaced_or_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pager: str
) -> None:
    tried: list[str] = []

    def run(args: list[str], **_: object) -> None:
        tried.append(args[0])
        raise FileNotFoundError(args[0])

    monkeypatch.setenv("PAGER", pager)
    async with sitting(production(tmp_path), SMALL) as s:
        monkeypatch.setattr(s.app, "suspend", nullcontext)
        with monkeypatch.context() as none:
            none.setattr(subprocess, "run", run)
            await s.press("o")
        assert tried[-1] == "more"
        assert s.told == ["no pager could be started: set $PAGER, or enter shows the row in full"]
        await s.press("j")
        assert s.at == "2.1"


def secretive(folder: Path) -> Path:
    """Write a trace in which a reply holds what looks like a secret."""
    secret = "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz"
    return lines(folder, said(1, 1, "hello"), *replied(2, 1, f"it is {secret}"))


async def test_a_report_is_without_secrets_and_for_the_reader_alone(tmp_path: Path) -> None:
    async with sitting(secretive(tmp_path)) as s:
        assert "ghp_0123" in s.drawn()
        await s.ask("x", str(tmp_path / "report.md"))
        assert s.told[-1].startswith(f"report written to {tmp_path}/report.md; redacted: github-token 1; in ")
    text = (tmp_path / "report.md").read_text()
    assert "ghp_" not in text and "⟦redacted:github-token#1⟧" in text
    assert (tmp_path / "report.md").stat().st_mode & 0o077 == 0


async def test_a_report_goes_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "report.md").symlink_to(tmp_path / "elsewhere")
    async with sitting(secretive(tmp_path)) as s:
        await s.ask("x", str(tmp_path / "report.md"))
        assert "is there already" in s.told[-1]
    assert not (tmp_path / "elsewhere").exists()


async def test_a_copy_is_whole_and_says_so_where_a_report_would_not_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(taking, "copy", lambda text: (copied.append(text), "copied")[1])
    async with sitting(secretive(tmp_path)) as s:
        await s.press("y", "down", "enter")
        says = "value: copied; it is whole: a report would take out ⟦redacted:github-token#1⟧"
        assert s.told[-1] == says
        assert "ghp_0123" in copied[-1]
        await s.press("y", *["down"] * 6, "enter")
        assert s.told[-1] == "Markdown: copied"
        assert "ghp_" not in copied[-1] and "⟦redacted:github-token#1⟧" in copied[-1]


async def test_patterns_that_are_wrong_are_said_and_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "nalyqor-tui").mkdir()
    (tmp_path / "nalyqor-tui" / "redact.toml").write_text("[patterns]\nx = '['\n")
    monkeypatch.setattr(taking, "copy", lambda text: pytest.fail("copied"))
    async with sitting(secretive(tmp_path)) as s:
        await s.press("y")
        assert "what reports leave out cannot be read" in s.told[-1]
        await s.ask("x", str(tmp_path / "report.md"))
        assert "what reports leave out cannot be read" in s.told[-1]
    assert not (tmp_path / "report.md").exists()
