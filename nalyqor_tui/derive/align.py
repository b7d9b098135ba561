"""The decisions of two runs side by side: an alignment of least cost (Needleman and Wunsch, 1970).

Two decisions may be put into one row. What that costs says how unlike they are:

    same        0   the same tool with the same arguments, or replies of the same words
    words       1   two replies in other words, or the same call but for prose in its arguments
    arguments   1   the same tool on the same target, other arguments
    target      2   the same tool on another target
    choice      3   another tool, or a call beside a reply
    alone       2   a decision that has no partner

Of rows that cost as little the earliest partner is taken. The target of a call is its first argument, as
recorded, whose name says that it names a thing: `id`, `path`, `file`, `filename`, `url`, `number`, `email` or
`key`, alone or at the end of a longer name such as `record_id` or `filePath`. Prose is a text of eight words or
more, such as a thought or a summary: it is said, not chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.derive.trials import digest
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Session, arguments

Likeness = Literal["same", "words", "arguments", "target", "choice", "only a", "only b"]
COSTS: dict[Likeness, int] = {
    "same": 0, "words": 1, "arguments": 1, "target": 2, "choice": 3, "only a": 2, "only b": 2,
}  # fmt: skip
MOST = (
    4_000_000  # pairs that are tried; of longer runs only those near the diagonal, about two seconds of work
)
_PROSE = 8  # words from which a text in the arguments is prose
_TARGET = re.compile(
    r"(?:^|_)(?:ids?|path|file|filename|url|number|email|key)$|[a-z](?:Ids?|Path|File|Url|Number|Email|Key)$"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the alignment: ordinals of decisions, None where a run has no partner for the other's."""

    a: int | None
    b: int | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Alignment:
    """The rows in order; `whole` is False where the runs were too long for every pair to be tried."""

    rows: tuple[Match, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Key:
    """What a decision is compared by; digests, so that comparing is quick."""

    tool: str | None
    target: bytes
    action: bytes
    without_prose: bytes


def target(action: rec.Action) -> tuple[str, Json] | None:
    """Return the argument that names what a call acts on, None where no argument does."""
    return next(((name, value) for name, value in arguments(action).items() if _TARGET.search(name)), None)


def align(a: Session, b: Session) -> Alignment:
    """Align the decisions of two runs; what both begin and end with alike is put together beforehand."""
    one, two = _keys(a), _keys(b)
    start = _common(one, two)
    end = _common(one[start:][::-1], two[start:][::-1])
    middle = _Table(one[start : len(one) - end], two[start : len(two) - end])
    rows = [Match(i, i, "same") for i in range(start)]
    rows += [_moved(row, start) for row in middle.rows()]
    rows += [Match(len(one) - n, len(two) - n, "same") for n in range(end, 0, -1)]
    return Alignment(tuple(rows), middle.whole)


def _keys(session: Session) -> list[_Key]:
    return [_key(action) for action in session.choices()]


def _key(action: rec.Action) -> _Key:
    if action.tool is None:
        return _Key(None, b"", digest(rec.Action(tool="", arguments=action.reply)), b"")
    named = target(action)
    what = b"" if named is None else digest(rec.Action(tool=named[0], arguments=named[1]))
    spare = rec.Action(tool=action.tool, arguments=_without_prose(action.arguments))
    return _Key(action.tool, what, digest(action), digest(spare))


def _without_prose(value: Json) -> Json:
    """Put a blank in the place of each text that is long enough to be prose."""
    if isinstance(value, dict):
        return {key: _without_prose(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_prose(item) for item in value]
    return None if isinstance(value, str) and len(value.split(None, _PROSE)) >= _PROSE else value


def likeness(a: _Key, b: _Key) -> Likeness:
    """Say how alike two decisions are."""
    if a.tool != b.tool:
        return "choice"
    if a.action == b.action:
        return "same"
    if a.tool is None or a.without_prose == b.without_prose:
        return "words"
    return "arguments" if a.target == b.target else "target"


def _common(a: Sequence[_Key], b: Sequence[_Key]) -> int:
    """Count how many decisions are the same at the start of both."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _moved(row: Match, by: int) -> Match:
    return Match(None if row.a is None else row.a + by, None if row.b is None else row.b + by, row.likeness)


class _Table:
    """The least cost of what remains from each pair on, filled from the end, so that rows are read from the start."""

    def __init__(self, a: Sequence[_Key], b: Sequence[_Key]) -> None:
        self._a, self._b = a, b
        self.whole = len(a) * len(b) <= MOST
        self._by_tool: dict[str | None, list[int]] = {}
        for j, key in enumerate(b):
            self._by_tool.setdefault(key.tool, []).append(j)
        self._moves = [bytearray()] * len(a)  # for each pair within reach: 0 both, 1 a alone, 2 b alone

    def rows(self) -> list[Match]:
        """Return the rows of least cost."""
        self._fill()
        i = j = 0
        out: list[Match] = []
        while i < len(self._a) or j < len(self._b):
            move = self._move(i, j)
            if move == 0:
                out.append(Match(i, j, likeness(self._a[i], self._b[j])))
            else:
                out.append(Match(i, None, "only a") if move == 1 else Match(None, j, "only b"))
            i, j = i + (move != 2), j + (move != 1)
        return out

    def _move(self, i: int, j: int) -> int:
        if i == len(self._a):
            return 2
        if j == len(self._b):
            return 1
        near = self._near(i)
        if j not in near:
            return 2 if j < near.start else 1
        return self._moves[i][j - near.start]

    def _near(self, i: int) -> range:
        """Return the partners that are tried for a decision: all, or those about as far along."""
        count = len(self._b)
        if self.whole:
            return range(count)
        reach = max(1, MOST // (2 * len(self._a)))
        middle = i * count // len(self._a)
        return range(max(0, middle - reach), min(count, middle + reach + 1))

    def _fill(self) -> None:
        """Fill the table from its end; what was not tried counts as alone from there on."""
        gap = COSTS["only a"]
        below, start = [0], len(self._b)
        for i in range(len(self._a) - 1, -1, -1):
            near = self._near(i)
            under = [
                below[j - start] if 0 <= j - start < len(below) else self._alone(i + 1, j)
                for j in range(near.start, near.stop + 1)
            ]
            here = [0] * len(near) + [self._alone(i, near.stop)]
            moves = bytearray(len(near))
            costs = self._costs(i, near)
            for at in range(len(near) - 1, -1, -1):
                both = under[at + 1] + costs[at]
                alone_a, alone_b = under[at] + gap, here[at + 1] + gap
                here[at] = least = min(both, alone_a, alone_b)
                moves[at] = 0 if least == both else 1 if least == alone_a else 2
            self._moves[i] = moves
            below, start = here, near.start

    def _costs(self, i: int, near: range) -> list[int]:
        """Return what it costs to pair a decision with each partner that is tried; most are of another tool."""
        out = [COSTS["choice"]] * len(near)
        for j in self._by_tool.get(self._a[i].tool, ()):
            if j in near:
                out[j - near.start] = COSTS[likeness(self._a[i], self._b[j])]
        return out

    def _alone(self, i: int, j: int) -> int:
        """Return what it costs to leave everything from a pair on without a partner."""
        return COSTS["only a"] * (len(self._a) - i + len(self._b) - j)
