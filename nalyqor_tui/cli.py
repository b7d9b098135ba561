"""The front door: finds the command, and turns every error into one line and an exit code.

What is imported here is paid for by `--version` too, so everything else is imported where it is used.
"""

from __future__ import annotations

import gc
import os
import sys

from nalyqor_tui import __version__

_GARBAGE = 20_000  # objects made until cycles are looked for: records hold none, and there are very many


def main(argv: list[str] | None = None) -> int:
    """Run a command and return its exit code; an expected error is one line, never a traceback."""
    args = list(sys.argv[1:] if argv is None else argv)
    try:
        if args == ["--version"]:
            print(f"nalyqor-tui {__version__}")
            return 0
        # Pydantic would look through all installed packages for plugins, which we neither need nor want to see a trace.
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
        return _run(args)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; keep Python from complaining again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # the last edge: no traceback, which could show a trace, goes further
        return _say(error)


def _run(args: list[str]) -> int:
    from importlib import import_module

    from nalyqor_tui.commands import COMMANDS

    gc.set_threshold(_GARBAGE)
    named = bool(args) and any(command.name == args[0] for command in COMMANDS)
    name, rest = (args[0], args[1:]) if named else ("open", args)
    code: int = import_module(f"nalyqor_tui.commands.{name}").run(rest)
    return code


def _say(error: Exception) -> int:
    from nalyqor_tui.errors import NalyqorError

    if isinstance(error, NalyqorError):
        from nalyqor_tui.present.text import literal

        print(f"nalyqor-tui: {literal(str(error))}", file=sys.stderr)
        return error.exit_code
    from nalyqor_tui import crash

    return crash.say(error)
