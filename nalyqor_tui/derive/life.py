"""The life of a confirmation, from the record that gave it on, and all of them, found by what they are asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Literal

from nalyqor_tui.derive.coverage import Coverage, compare
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.policy.schema import ConfirmationType
from nalyqor_tui.trace import records as rec

Status = Literal["live", "ended", "never valid", "not given", "unknown"]
Because = Literal[
    "consumed", "superseded", "revoked", "expired", "context_reset", "compacted", "session_end", "invalid"
]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a confirmation stands at a record: its status, why, and the record since which it is so."""

    status: Status
    because: Because | None
    since: int | None
    says: Phrase


_NOT_YET: Final = Standing("not given", None, None, phrase("not given yet"))
_entry = attrgetter("entry")


@dataclass(slots=True)
class Life:
    """One confirmation: `entry` gave it, `changes` are its standings in order of the records that made them."""

    id: str
    entry: int
    record: rec.Confirmation
    type_name: str | None
    type: ConfirmationType | None
    turn: int
    user_turns: int
    clock: float | None
    uses_left: int | None = None
    used_by: list[int] = field(default_factory=list)
    changes: list[Standing] = field(default_factory=list)

    def at(self, index: int) -> Standing:
        """Return the standing just before the record with this ordinal.

        What has expired by the turn or the time of that record had expired before it.
        """
        current = _NOT_YET
        for change in self.changes:
            passed = change.since == index and change.because == "expired"
            if change.since is not None and change.since >= index and not passed:
                break
            current = change
        return current

    @property
    def latest(self) -> Standing:
        """The standing after all that has been read."""
        return self.changes[-1]

    @property
    def ages(self) -> bool:
        """Whether it can end by the turn or the time alone."""
        ends = self.type.ends if self.type else None
        if ends is None:
            return False
        limits = (ends.turns, ends.user_turns, ends.seconds)
        return self.record.scope == "turn" or any(limit is not None for limit in limits)

    def covers(self, action: rec.Action) -> Coverage:
        """Compare an action with what was agreed to, as far as the type's `covers` asks."""
        return compare(self.type or ConfirmationType(), self.record.covers, action)


class Lives:
    """All confirmations given so far, in order.

    Those that can still come to an end are kept apart, so that what a record costs does not grow with all that
    had ended before it.
    """

    def __init__(self) -> None:
        self.all: list[Life] = []
        self.open: dict[int, Life] = {}
        """Live, or were and cannot be told now; by the record that gave them, in order."""
        self.aging: dict[int, Life] = {}
        """Those of them that end by the turn or the time alone."""
        self._named: dict[str, list[Life]] = {}
        self._typed: dict[str | None, list[Life]] = {}
        self._doubtful: dict[str | None, list[Life]] = {}  # of which nobody ever knew whether they were live
        self._ended: list[tuple[int, Life]] = []  # by the record that ended them

    def add(self, life: Life) -> None:
        """Take in one that was given after all others."""
        self.all.append(life)
        self._named.setdefault(life.id, []).append(life)
        self._typed.setdefault(life.type_name, []).append(life)
        if life.latest.status == "live":
            self.open[life.entry] = life
            if life.ages:
                self.aging[life.entry] = life
        elif life.latest.status == "unknown":
            self._doubtful.setdefault(life.type_name, []).append(life)

    def live(self) -> Iterator[Life]:
        """Yield those that are live after all that has been read."""
        return (life for life in self.open.values() if life.latest.status == "live")

    def end(self, life: Life, because: Because, since: int, says: Phrase) -> None:
        """Let one come to its end."""
        life.changes.append(Standing("ended", because, since, says))
        self.open.pop(life.entry, None)
        self.aging.pop(life.entry, None)
        self._ended.append((since, life))

    def reopen(self, life: Life, standing: Standing) -> None:
        """Take back that one has ended, or say that this cannot be told."""
        life.changes.append(standing)
        self.open = dict(sorted([*self.open.items(), (life.entry, life)]))
        if life.ages:
            self.aging = dict(sorted([*self.aging.items(), (life.entry, life)]))

    def before(self, index: int) -> list[Life]:
        """Return those that were given before a record."""
        return _before(self.all, index)

    def named(self, name: str, index: int) -> Life | None:
        """Return the latest one with an id that was given before a record."""
        return _latest(self._named.get(name, []), index)

    def last(self, kind: str, index: int) -> Life | None:
        """Return the latest one of a type that was given before a record."""
        return _latest(self._typed.get(kind, []), index)

    def untyped(self, index: int) -> list[Life]:
        """Return those before a record of which nobody can say which type they are of."""
        return _before(self._typed.get(None, []), index)

    def current(self, index: int) -> list[Life]:
        """Return all that may have been live before a record, or had been and could not be told then; in order."""
        found = {at: life for at, life in self.open.items() if at < index}
        count = len(found)
        for since, life in reversed(self._ended):
            if since < index:
                break
            if life.entry < index:
                found[life.entry] = life
        return list(found.values()) if len(found) == count else [found[at] for at in sorted(found)]

    def doubtful(self, index: int, kinds: Iterable[str | None] | None = None) -> list[Life]:
        """Return of each type the first one before a record of which nobody ever knew whether it was live."""
        lists = self._doubtful.values() if kinds is None else [self._doubtful.get(kind, []) for kind in kinds]
        return [lives[0] for lives in lists if lives and lives[0].entry < index]


def _before(lives: list[Life], index: int) -> list[Life]:
    return lives[: bisect_left(lives, index, key=_entry)]


def _latest(lives: list[Life], index: int) -> Life | None:
    at = bisect_left(lives, index, key=_entry)
    return lives[at - 1] if at else None
