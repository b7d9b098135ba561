"""The programs that are measured: how each is started, which keys it takes, and what to wait for.

`{file}` and the names in `meaning` stand in the commands and patterns; patterns are regular expressions for the whole
screen.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

POLICY = Path(__file__).parent.parent / "policy.toml"
_HERE = Path(__file__).parents[3]
_ANY = 10**12  # bytes


@dataclass(frozen=True)
class Program:
    """One program; `largest` is the size in bytes from which it is not asked to open a file."""

    name: str
    command: tuple[str, ...]
    first: str = "{first}"
    taken: str = ""
    """What is on the screen once keys are answered, where the first screen may come sooner."""
    end: str = "G"
    last: str = "{last}"
    home: str = "g"
    down: str = "j"
    up: str = "k"
    search: tuple[str, ...] = ("/", "{needle}", "\r")
    """Keys, each pressed when the screen has come to rest; the time counts from the last."""
    hit: str = "{hit}"
    setup: tuple[str, ...] = ()
    """Keys that make the screen comparable, pressed when the first one is there; not timed."""
    ours: bool = False
    used: bool = True
    """Whether more is to be measured than how it opens."""
    found: str = ""
    """What is on the screen when the keys lead somewhere that follow."""
    settle: tuple[str, ...] = ()
    """Keys that lead to where a reader is when all is read; the memory at rest is measured there, and the keys."""
    stage: tuple[str, ...] = ()
    """Keys that lead from there to the whole file, where all else is measured."""
    needs: str = ""
    """The executable that must be installed."""
    largest: int = _ANY

    def fits(self, file: Path) -> bool:
        """Whether it is installed and is to open a file: others than ours open only those of one kind."""
        meta = described(file)
        here = not self.needs or shutil.which(self.needs) is not None
        return self.ours or (here and meta["kind"] == "native" and meta["bytes"] <= self.largest)

    def on(self, file: Path) -> Program:
        """Return it with everything filled in that depends on the file."""
        names = meaning(file)

        def fill(text: str) -> str:
            for name, value in names.items():
                text = text.replace("{" + name + "}", value)
            return text

        return replace(
            self,
            command=tuple(map(fill, self.command)),
            first=fill(self.first),
            last=fill(self.last),
            search=tuple(map(fill, self.search)),
            hit=fill(self.hit),
        )


OURS = "nalyqor-tui"
AGAIN = "nalyqor-tui, opened again"
SESSION = "nalyqor-tui, one session"
_OURS = Program(
    OURS,
    (sys.executable, "-m", "nalyqor_tui", "{file}", "--policy", str(POLICY)),
    ours=True,
    taken="q quit",  # the foot of every screen
    last="{last}|{last_session}",  # in a list of sessions the last one is the end
    found="decisions are ready|[0-9] session|1 Decisions",
    settle=("gD",),  # from the first line of the file to its decisions
    stage=("L",),  # and back
)
PROGRAMS: tuple[Program, ...] = (
    _OURS,
    replace(_OURS, name=AGAIN, used=False),
    replace(
        _OURS,
        name=SESSION,
        command=(*_OURS.command, "--session", "{session}"),
        taken="1 Decisions",
        last=r"end +(complete|{last})|▸ +{last_turn}\.",
        found="",
        settle=(),
        stage=(),
    ),
    # It scrolls to the hit, where the number of its record is no longer to be seen; the slash is its prompt.
    Program("less", ("less", "-S", "{file}"), hit="(?<!/){needle}", needs="less"),
    # What it has no format for it shows as text, from the end.
    Program("lnav", ("lnav", "-q", "{file}"), first="{first}|{last}", needs="lnav"),
    Program(
        "visidata",
        ("vd", "-f", "jsonl", "{file}"),
        home="gg",
        search=("g/", "{needle}", "\r"),
        setup=("c", "^id$", "\r", "!"),  # the column with the ids comes first, so that the end can be told
        largest=2 * 10**8,  # it searches a minute for each 100 MB
        needs="vd",
    ),
)
"""In the order in which they are measured; whoever changes our screens looks here."""


def meaning(file: Path) -> dict[str, str]:
    """What the names in commands and patterns stand for, by what was noted when the file was generated."""
    meta = described(file)
    return {
        "file": str(file),
        "first": _any(meta["first"]),
        "last": _any(meta["last"]),
        # The only session is on the screen from the start, and so no sign of the end.
        "last_session": str(meta["last_session"]) if meta["sessions"] > 1 else _any(meta["last"]),
        # A conversation has no record that ends it; each has as many turns.
        "last_turn": str(meta["turns"] // meta["sessions"]) if meta["kind"] == "chat" else "(?!)",
        "needle": str(meta["needle"]),
        "session": str(meta["needle_at"]["session"]),
        "hit": str(meta["needle_at"]["record"]),
    }


def described(file: Path) -> Mapping[str, Any]:
    """Return what was noted when the file was generated."""
    found: Mapping[str, Any] = json.loads(file.with_name(file.name + ".meta.json").read_text())
    return found


def _any(numbers: Sequence[str]) -> str:
    return "(?:" + "|".join(numbers) + ")"
