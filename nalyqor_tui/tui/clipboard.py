"""Copy to the clipboard, and say by which way: a native tool, the terminal (OSC 52), or a file."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_LIMIT = 74_000  # bytes of base64 that terminals are known to take in one OSC 52
_TOOLS = (
    ("WAYLAND_DISPLAY", ["wl-copy"]),
    ("DISPLAY", ["xclip", "-selection", "clipboard"]),
    ("DISPLAY", ["xsel", "--clipboard", "--input"]),
)


def copy(text: str) -> str:
    """Copy `text` and return in words where it went; never raises."""
    remote = bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
    if not remote and (tool := _native(text)):
        return f"copied with {tool}"
    payload = base64.b64encode(text.encode("utf-8", "surrogateescape"))
    if len(payload) <= _LIMIT and sys.__stdout__ is not None and sys.__stdout__.isatty():
        return f"sent to the terminal's clipboard (OSC 52){_osc52(payload.decode())}"
    return _to_file(text)


def _native(text: str) -> str | None:
    tools = [["pbcopy"]] if sys.platform == "darwin" else [t for env, t in _TOOLS if os.environ.get(env)]
    for tool in tools:
        if shutil.which(tool[0]) is None:
            continue
        try:
            subprocess.run(tool, input=text.encode("utf-8", "surrogateescape"), check=True, timeout=2)
        except (OSError, subprocess.SubprocessError):
            continue
        return tool[0]
    return None


def _osc52(payload: str) -> str:
    """Write the sequence; the payload is base64, so that nothing in it can end it early."""
    sequence = f"\x1b]52;c;{payload}\x07"
    tmux = bool(os.environ.get("TMUX"))
    if tmux:
        sequence = f"\x1bPtmux;\x1b{sequence}\x1b\\"
    out = sys.__stdout__
    assert out is not None
    out.write(sequence)
    out.flush()
    return " through tmux" if tmux else ""


def _to_file(text: str) -> str:
    handle, name = tempfile.mkstemp(prefix="nalyqor-copy-", suffix=".txt")
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
    return f"no clipboard here: written to {Path(name)}"
