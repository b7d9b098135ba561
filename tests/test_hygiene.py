"""What each command loads, and that the registry of actions and the screens agree."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "sample_traces"
TRACE = str(SAMPLES / "production.jsonl")
LOADED = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"


def loaded(code: str) -> set[str]:
    """Return the top-level packages that are loaded once `code` has run."""
    command = [sys.executable, "-c", f"{code}\n{LOADED}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.split())


def command(*args: str) -> str:
    """Code that runs a command of ours to its end."""
    return f"from nalyqor_tui.cli import main\ntry:\n    main({list(args)!r})\nexcept SystemExit:\n    pass"


@pytest.mark.parametrize(
    "code",
    [
        "import nalyqor_tui.cli",
        command("--version"),
        command("--help"),
        command("schema", "trace"),
        command("show", TRACE, "--plain"),
        command("show", TRACE, "--json"),
        command("export", TRACE),
        command("show", "gone.jsonl"),
    ],
    ids=["import", "version", "help", "schema", "plain", "json", "export", "mistake"],
)
def test_what_needs_no_screen_loads_none(code: str) -> None:
    packages = loaded(code)
    assert "nalyqor_tui" in packages
    assert not packages & {"textual", "rich"}


def test_the_front_door_alone_loads_nothing_heavy() -> None:
    assert not loaded("import nalyqor_tui.cli") & {"pydantic", "orjson", "textual", "rich", "rpds"}


def test_the_lines_of_a_file_are_shown_without_what_decisions_need() -> None:
    code = "import nalyqor_tui.tui.run, nalyqor_tui.tui.screens.lines, nalyqor_tui.trace.index.file"
    assert not loaded(code) & {"pydantic", "rpds"}
    assert "textual" in loaded(code)


def test_no_key_of_the_lines_waits_for_what_decisions_need() -> None:
    pressed = ["question_mark", "escape", "G", "slash", *"agent", "enter", "n", "y", "escape", "t", "colon"]
    code = f"""
import asyncio
from pathlib import Path
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.screens.lines import LinesScreen
async def press():
    file = LineFile.open(Path({TRACE!r}), 0)
    async with NalyqorApp(first=lambda: LinesScreen(file, {{}})).run_test() as pilot:
        await pilot.press(*{pressed!r})
asyncio.run(press())
"""
    assert not loaded(code) & {"pydantic", "rpds"}


def test_an_agent_that_writes_a_trace_loads_the_standard_library_only() -> None:
    ours = loaded("from nalyqor_tui.trace.emit import TraceWriter") - loaded("pass")
    assert ours - set(sys.stdlib_module_names) == {"nalyqor_tui"}


NO_NETWORK = """
import socket, sys
def no(*a, **k): raise AssertionError("network")
socket.socket = socket.create_connection = socket.getaddrinfo = no
sys.addaudithook(lambda event, args: no() if event.startswith(("socket.", "urllib.", "webbrowser.")) else None)
"""
COMMANDS_TRIED = {
    "export": ("export", TRACE), "show": ("show", TRACE, "--json"), "tracks": ("tracks", TRACE),
    "schema": ("schema", "trace"), "triage": ("triage", TRACE),
    "policy": ("policy", "list"), "notes": ("notes", "log", TRACE), "compare": ("compare", TRACE, TRACE),
    "check": ("check", TRACE), "convert": ("convert", TRACE), "formats": ("formats",), "info": ("info", TRACE),
    "why": ("why", TRACE, "--at", "10.2"),
}  # fmt: skip


def test_every_command_is_tried_without_a_network() -> None:
    from nalyqor_tui.commands import COMMANDS

    assert {command.name for command in COMMANDS} <= set(COMMANDS_TRIED)


@pytest.mark.parametrize("name", COMMANDS_TRIED)
def test_no_command_opens_a_socket(name: str) -> None:
    assert "nalyqor_tui" in loaded(NO_NETWORK + command(*COMMANDS_TRIED[name]))


def test_no_module_of_ours_imports_a_network_library() -> None:
    import ast

    network = {
        "socket",
        "ssl",
        "urllib",
        "http",
        "ftplib",
        "smtplib",
        "requests",
        "httpx",
        "aiohttp",
        "webbrowser",
    }
    for file in (SAMPLES.parent / "nalyqor_tui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else [])  # fmt: skip
            assert not {name.partition(".")[0] for name in names} & network, file


def test_every_action_has_its_method_on_its_screen() -> None:
    from nalyqor_tui.tui.actions import ACTIONS
    from nalyqor_tui.tui.screens.review import ReviewScreen
    from nalyqor_tui.tui.screens.sessions import SessionsScreen

    screens = {"review": ReviewScreen, "sessions": SessionsScreen}
    for action in ACTIONS:
        name = re.match(r"\w+", action.run)
        assert name is not None
        for scope in action.scopes:
            if scope in screens:
                assert callable(getattr(screens[scope], f"action_{name[0]}", None)), (action.id, scope)


def test_two_actions_on_one_key_are_refused() -> None:
    from nalyqor_tui.tui.actions import Action, check

    one = Action("a", "j", "", "x", "a", "Move")
    other = Action("b", "k,j", "", "x", "b", "Move")
    with pytest.raises(ValueError, match="j is taken twice: by a and b"):
        check([one, other])
    check([one, Action("b", "j", "", "x", "b", "Move", ("sessions",))])
