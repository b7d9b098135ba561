"""The bad inputs of `bad.py`: how each is made, what is done to it while it is open, and what must be said of it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.generate import generate

_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
_NATIVE = 100_000_000  # bytes
_READY = "the decisions are ready: D"


@dataclass(frozen=True)
class Input:
    """One bad input: `says` is the outcome on the screen, `leaves` what is printed where the program ends instead."""

    make: Callable[[Path], Path]
    says: str = ""
    leaves: str = ""
    options: tuple[str, ...] = ()
    then: Callable[[Path], None] | None = None
    """What is done to the file once so many `presses` were answered."""
    presses: int = 4
    full: bool = False
    """Whether no byte can be kept in the cache."""

    def remove(self, folder: Path) -> None:
        """Remove what was made."""
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _long_line(folder: Path) -> Path:
    path = folder / "line.jsonl"
    _append_long(path, b'{"id":"big","content":"')
    with path.open("ab") as file:
        file.write(b'{"id":"after","content":"ok"}\n')
    return path


def _long_record(folder: Path) -> Path:
    """Write a trace of ours of which one message is as long."""
    path = folder / "record.jsonl"
    generate("native", 1_000_000, path)
    _append_long(path, b'{"kind":"message","seq":99999999,"turn":9999,"id":"big","role":"user","content":"')
    return path


def _append_long(path: Path, beginning: bytes) -> None:
    """Put a line of 200 MB at the end of a file, of which the last text is as long."""
    with path.open("ab") as file:
        file.write(beginning)
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n')


def _sparse(folder: Path, *, beginning: bytes = b"") -> Path:
    path = folder / "sparse.jsonl"
    path.write_bytes(beginning)
    os.truncate(path, 10 << 30)
    return path


def _holed(folder: Path) -> Path:
    """Begin a sparse file with records of ours, as a crash or a copy may leave it."""
    path = folder / "begun.jsonl"
    generate("native", 1_000_000, path)
    os.truncate(path, 10 << 30)
    return path


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.jsonl")
    return folder / "pipe.jsonl"


def _native(folder: Path) -> Path:
    path = folder / "native.jsonl"
    generate("native", _NATIVE, path)
    return path


def _cut(path: Path) -> None:
    os.truncate(path, _NATIVE // 3)


def _begin_anew(path: Path) -> None:
    generate("tiny", 10, path.with_name("other"))
    path.write_bytes(path.with_name("other").read_bytes())


def _replace(path: Path) -> None:
    generate("tiny", 20_000, path.with_name("other"))
    path.with_name("other").replace(path)


def in_namespace(command: Sequence[str], cache: Path) -> list[str]:
    """Return a command that runs another with a full disk for its cache, which no other program sees."""
    cache.mkdir(parents=True)
    where = shlex.quote(str(cache))
    fill = f"head -c 1M /dev/zero > {where}/full 2> /dev/null"
    mount = f"mount -t tmpfs -o size=64k tmpfs {where} && {{ {fill}; exec {shlex.join(command)}; }}"
    return [*_NAMESPACE, "sh", "-c", mount]


def able_to_mount() -> bool:
    """Whether a file system can be mounted in a namespace of one's own."""
    try:
        tried = [*_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


_CUT = r"the file was cut or (?:written anew|replaced)[^\n│]*"
_FOLLOW = ("--follow",)
_WRONG = "! .*"
_LEFT = "nalyqor-tui: (?:(?!  ).)*"

INPUTS: dict[str, Input] = {
    "a line of 200 MB, no trace": Input(_long_line, _WRONG),
    "a record of 200 MB in a trace": Input(_long_record, f"{_READY}|1 Decisions|[0-9]+ sessions?"),
    "10 GiB sparse": Input(_sparse, _WRONG),
    "1 MB of a trace, then sparse to 10 GiB": Input(_holed, f"{_READY}|{_WRONG}"),
    "a pipe that nobody writes to": Input(_pipe, leaves=_LEFT),
    "`/dev/zero`": Input(lambda _: Path("/dev/zero"), leaves=_LEFT),
    "100 MB, cut while it is read": Input(_native, _CUT, then=_cut, presses=1),
    "100 MB, cut when it was read": Input(_native, _CUT, then=_cut, presses=40),
    "100 MB, cut while followed": Input(_native, _CUT, options=_FOLLOW, then=_cut),
    "100 MB, written anew while followed": Input(_native, _CUT, options=_FOLLOW, then=_begin_anew),
    "100 MB, replaced": Input(_native, r"another file stands in its place[^\n│]*", then=_replace),
    "100 MB, replaced while followed": Input(
        _native, r"another file stands in its place[^\n│]*", options=_FOLLOW, then=_replace
    ),
    "100 MB, deleted": Input(_native, r"the file was deleted[^\n│]*", then=Path.unlink),
    "100 MB, a full disk under the cache": Input(_native, _READY, full=True),
}
"""By what they are called in the table."""
