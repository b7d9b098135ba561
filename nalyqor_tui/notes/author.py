"""Who writes the notes."""

from __future__ import annotations

import os
import subprocess


def author() -> str:
    """Return the name in git's configuration, else $USER, else "unknown"; takes at most a second."""
    return _from_git() or os.environ.get("USER", "").strip() or "unknown"


def _from_git() -> str:
    try:
        answer = subprocess.run(
            ["git", "config", "user.name"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=1.0,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.decode("utf-8", "replace").strip() if answer.returncode == 0 else ""
