"""The front door: finds the command, and turns every error into one line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from nalyqor_tui.commands import COMMANDS
from nalyqor_tui.errors import NalyqorError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; an expected error is one line, never a traceback."""
    args = list(sys.argv[1:] if argv is None else argv)
    try:
        if args and any(command.name == args[0] for command in COMMANDS):
            return _run(args[0], args[1:])
        return _run("open", args)
    except NalyqorError as error:
        from nalyqor_tui.present.text import literal

        print(f"nalyqor-tui: {literal(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe has seen enough; keep Python from complaining again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # the last edge: no traceback, which could show a trace, goes further
        from nalyqor_tui import crash

        return crash.say(error)


def _run(name: str, args: list[str]) -> int:
    code: int = importlib.import_module(f"nalyqor_tui.commands.{name}").run(args)
    return code
