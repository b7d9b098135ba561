"""Which files belong to a trace's notes, and where new ones go."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

_SIDECAR = re.compile(r"\.notes\.(.*\.)?jsonl(\.lock|(\.[0-9A-Z]+)?\.draft\.json(\.tmp)?)?")


@dataclass(frozen=True, slots=True)
class Home:
    """A file that new records may be appended to, and how to say where that is."""

    path: Path
    where: str
    alone: bool
    """True when no one else writes to it, so that it needs no lock."""
    make_folder: bool


def is_sidecar(path: Path | str) -> bool:
    """Tell whether a file is one of ours (notes, a lock, a draft), by its name: never a trace then."""
    return re.search(rf"{_SIDECAR.pattern}\Z", Path(path).name, re.DOTALL) is not None


def beside(trace: Path) -> Path:
    """Return the notes file of a trace: `production.jsonl` has `production.jsonl.notes.jsonl`."""
    return trace.with_name(trace.name + ".notes.jsonl")


def in_state(trace: Path) -> Path | None:
    """Return the notes file for a trace whose folder cannot be written; its name marks the trace's full path.

    It lies under $XDG_STATE_HOME or ~/.local/state; None for a user who has neither.
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    if not state.startswith("/"):
        state = os.path.expanduser("~/.local/state")  # noqa: PTH111 — Path.expanduser raises without a home
    if not state.startswith("/"):
        return None
    mark = hashlib.sha256(os.fsencode(os.path.realpath(trace))).hexdigest()[:12]
    return Path(state) / "nalyqor-tui" / "notes" / f"{trace.name[:40]}.{mark}.notes.jsonl"


def of_pipe(sha256: str) -> Path | None:
    """Return the notes file of a trace that came through a pipe, by the hash of what came."""
    state = in_state(Path("pipe"))
    return None if state is None else state.with_name(f"pipe.{sha256[:12]}.notes.jsonl")


def of_writer(notes: Path, writer: str) -> Path:
    """Return the file of one writer alone: `x.notes.jsonl` has `x.notes.<writer>.jsonl`."""
    return notes.with_name(f"{notes.name.removesuffix('.jsonl')}.{writer}.jsonl")


def lock_of(notes: Path) -> Path:
    """Return the lock file of a notes file."""
    return notes.with_name(notes.name + ".lock")


def draft_of(notes: Path, draft: str) -> Path:
    """Return the file of one draft beside a notes file."""
    return notes.with_name(f"{notes.name}.{draft}.draft.json")


def files_of(notes: Path) -> list[Path]:
    """Return the notes file, there or not, and the files of single writers that are there."""
    # Only our own naming leaves no doubt; beside `--notes diary.jsonl` a `diary.old.jsonl` is something else.
    writer = r".+" if notes.name.endswith(".notes.jsonl") else r"[a-z0-9-]+-[0-9a-z]{8}"
    pattern = re.compile(rf"{re.escape(notes.name.removesuffix('.jsonl'))}\.{writer}\.jsonl", re.DOTALL)
    return [notes, *_named(notes, pattern)]


def drafts_of(notes: Path) -> list[Path]:
    """Return the drafts that lie beside a notes file."""
    return _named(notes, re.compile(rf"{re.escape(notes.name)}\.[0-9A-Z]{{26}}\.draft\.json"))


def slug(author: str) -> str:
    """Return an author's name as a part of a file name: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", author.lower()).strip("-")[:24] or "writer"


def roots(trace: Path, notes: Path | None) -> tuple[Path, ...]:
    """Return the notes files to read and write, best first: the one asked for, or beside and in state."""
    if notes is not None:
        return (notes,)
    state = in_state(trace)
    return (beside(trace),) if state is None else (beside(trace), state)


def homes(trace: Path, notes: Path | None, writer: str) -> tuple[Home, ...]:
    """Return where a record may go, best first: the next is for when the one before is closed to us."""
    found = []
    for root in roots(trace, notes):
        state = notes is None and root != beside(trace)
        where = "beside the trace" if notes is None else "in the file that was asked for"
        if state:
            where = "in the state folder: the trace's own cannot be written"
        found.append(Home(root, where, alone=False, make_folder=state))
        alone = f"{where}, in a file of this writer alone: no lock could be had"
        found.append(Home(of_writer(root, writer), alone, alone=True, make_folder=state))
    return tuple(found)


def _named(notes: Path, wanted: re.Pattern[str]) -> list[Path]:
    try:
        names = [entry.name for entry in os.scandir(notes.parent)]
    except OSError:
        return []
    return [notes.with_name(name) for name in sorted(names) if wanted.fullmatch(name) and name != notes.name]
