"""When a defect of ours escapes: a report with versions and the stack only, never a value of a trace."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from importlib import metadata
from pathlib import Path

from nalyqor_tui import __version__

EXIT_CODE = 70
_PACKAGES = ("textual", "rich", "pydantic", "orjson", "rpds-py")


def report(error: BaseException) -> Path | None:
    """Write the report of an error and return its file; None where it could not be written anywhere.

    The stack names files, lines and functions. The error's own message is left out: it may quote a trace.
    """
    lines = [
        f"nalyqor-tui {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
        f"{type(error).__module__}.{type(error).__qualname__}",
        *(line.rstrip() for line in traceback.format_tb(error.__traceback__)),
    ]
    text = "\n".join(lines) + "\n"
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "nalyqor-tui"
    for folder in (state, Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=folder)
        except OSError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return Path(name)
    return None


def say(error: BaseException) -> int:
    """Say in one line what happened and where the report lies; returns the exit code."""
    where = report(error)
    kept = f"a report without any data of the trace is in {where}" if where else "no report could be written"
    sys.stderr.write(f"nalyqor-tui: a defect of ours ({type(error).__name__}): {kept}\n")
    return EXIT_CODE


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"
