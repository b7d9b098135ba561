"""Which lines belong together: the threads of a file, and the branches of each thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nalyqor_tui.trace.formats.claude_code.lines import Line


@dataclass(slots=True)
class Thread:
    """The lines of one agent in one session, in the order of the file."""

    session: str
    agent: str  # empty for the main one
    lines: list[Line] = field(default_factory=list)

    @property
    def printed(self) -> bool:
        """Whether it was printed as it happened, not stored."""
        return any(line.printed for line in self.lines)


@dataclass(frozen=True, slots=True)
class Branch:
    """The lines of a branch; `shared` are those before it, on the way to where it left another branch."""

    name: str
    number: int  # 0 for the one that was written last
    lines: Sequence[int]
    shared: Sequence[int] = ()
    left: str = ""  # the name of the branch that it left


class _Owners(NamedTuple):
    """The branch of each unit, the unit with which each branch begins, the unit before each unit."""

    owner: dict[int, int]
    start: dict[int, int]
    parent: dict[int, int]


def mark_copies(files: Sequence[Sequence[Line]]) -> None:
    """Mark lines that stand in an earlier file already: a session that is resumed may begin with a copy."""
    seen: set[str] = set()
    for lines in files:
        here = {line.uuid for line in lines if line.uuid}
        for line in lines:
            line.copied = line.uuid in seen
        seen |= here


def threads(lines: Sequence[Line]) -> list[Thread]:
    """Part the lines of a file: by session, and in each by agent; lines that name none go with those before."""
    found: dict[tuple[str, str], Thread] = {}
    first = next((line.session for line in lines if line.session), "")
    roots = _sidechains(lines)
    session = agent = ""
    for number, line in enumerate(lines):
        session = line.session or session or first
        if line.uuid or line.session:
            agent = line.agent or roots.get(number, "") if line.side else ""
        key = (session, agent)
        found.setdefault(key, Thread(*key)).lines.append(line)
    return sorted(found.values(), key=lambda thread: bool(thread.agent))


def _sidechains(lines: Sequence[Line]) -> dict[int, str]:
    """Name the sidechains of lines without an agent's id, by the line that each begins with."""
    at: dict[str, int] = {}
    names: dict[int, str] = {}
    latest: dict[str, str] = {}
    count = 0
    for number, line in enumerate(lines):
        if line.side and not line.agent:
            before = at.get(line.parent or "")
            known = names.get(before, "") if before is not None else ""
            if not known and line.parent and before is None:
                known = latest.get(line.session, "")
            if not known:
                count += 1
                known = f"sidechain {count}"
            names[number] = latest[line.session] = known
        if line.uuid:
            at[line.uuid] = number
    return names


def branches(thread: Thread) -> list[Branch]:
    """Part a thread at its forks: the branch that was written last comes first."""
    before = _before(thread.lines)
    units = _units(thread.lines, before)
    owner, start, parent = _owners(units, before)
    base = " ".join(filter(None, (thread.session or "session", _agent(thread.agent))))
    names = {branch: base if not branch else f"{base} branch {branch}" for branch in start}
    out = []
    for branch, first in start.items():
        own = [number for number, unit in enumerate(units) if owner[unit] == branch]
        shared: list[int] = []
        if branch:
            path = _path(parent, parent[first])
            shared = [number for number, unit in enumerate(units) if unit in path and number < first]
        left = names[owner[parent[first]]] if branch else ""
        out.append(Branch(names[branch], branch, own, shared, left))
    return out


def _agent(name: str) -> str:
    return name if not name or name.startswith("sidechain ") else f"agent {name}"


def _units(lines: Sequence[Line], before: Sequence[int]) -> list[int]:
    """Return, for each line, the line with which its prompt or its response begins; -1 before the first."""
    units: list[int] = []
    for number, line in enumerate(lines):
        above = units[before[number]] if before[number] >= 0 else -1
        if line.role == "prompt":
            above = number
        elif line.role == "response":
            joins = above >= 0 and _same(lines, above, before[number], line)
            above = above if joins else number
        units.append(above)
    return units


def _same(lines: Sequence[Line], unit: int, before: int, line: Line) -> bool:
    """Whether a line goes on with the response of its unit: a request's id alone may be used again."""
    if not line.response or lines[unit].response != line.response:
        return False
    return line.response.startswith("message ") or lines[before].role != "result"


def _before(lines: Sequence[Line]) -> list[int]:
    """Return, for each line, the one that it follows: always an earlier one, so that no broken file goes in circles."""
    at: dict[str, int] = {}
    uses: dict[str, int] = {}
    responses: dict[str, int] = {}
    out: list[int] = []
    for number, line in enumerate(lines):
        follows = at.get(line.parent, number - 1) if line.parent else number - 1
        if line.parent == "" and line.role == "prompt":  # the first prompt was edited
            follows = -1
        if line.role == "result":
            follows = next((uses[call] for call in line.answers if call in uses), follows)
        elif line.response.startswith("message "):
            follows = responses.get(line.response, follows)
        out.append(follows)
        if line.uuid:
            at[line.uuid] = number
        if line.response:
            responses[line.response] = number
        uses.update(dict.fromkeys(line.uses, number))
    return out


def _owners(units: Sequence[int], before: Sequence[int]) -> _Owners:
    """Give each unit to a branch: of several that follow one, that which was written last goes on with its branch."""
    parent = dict.fromkeys(units, -1)
    last = dict.fromkeys(units, -1)
    for number, unit in enumerate(units):
        if unit == number:
            parent[unit] = units[before[unit]] if before[unit] >= 0 else -1
        last[unit] = number
    for unit in sorted(last, reverse=True):  # what follows stands later, so its own last line is known by now
        if unit >= 0 and parent[unit] in last:
            last[parent[unit]] = max(last[parent[unit]], last[unit])
    heir: dict[int, int] = {}
    for unit, end in last.items():
        rival = heir.get(parent[unit])
        if unit >= 0 and (rival is None or end > last[rival]):
            heir[parent[unit]] = unit
    owner, start = {-1: 0}, {0: -1}
    for unit in sorted(last):
        if unit >= 0:
            branch = owner[parent[unit]]
            if heir[parent[unit]] != unit:
                branch = len(start)
                start[branch] = unit
            owner[unit] = branch
    return _Owners(owner, start, parent)


def _path(parent: dict[int, int], unit: int) -> set[int]:
    """Return the units on the way to a unit, with it and with what stands before the first."""
    out = {-1}
    while unit >= 0:
        out.add(unit)
        unit = parent[unit]
    return out
