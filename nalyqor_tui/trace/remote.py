"""A trace at an address that fsspec knows, such as `s3://bucket/run.jsonl`: brought here before it is read."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from nalyqor_tui.errors import TraceError, UsageError

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_remote(text: str) -> bool:
    """Tell whether this is an address and no path."""
    return _ADDRESS.match(text) is not None


@cache
def fetched(address: str) -> Path:
    """Copy a file, or all files below a folder, into a folder that lasts as long as the program; return the copy.

    Raises UsageError without fsspec, TraceError where the address leads nowhere.
    """
    try:
        import fsspec
    except ImportError:
        what = "addresses need the package fsspec"
        raise UsageError(what, remedy="pip install 'nalyqor-tui[cluster]'") from None
    folder = tempfile.mkdtemp(prefix="nalyqor-tui-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        system, path = fsspec.core.url_to_fs(address)
        copy = Path(folder) / (path.rstrip("/").rsplit("/", 1)[-1] or "trace")
        system.get(path, str(copy), recursive=system.isdir(path))
    except (OSError, ValueError, ImportError) as error:
        what = f"cannot be fetched: {error or type(error).__name__}"
        raise TraceError(
            what, path=address, remedy="check the address, and that its package is installed"
        ) from None
    return copy
