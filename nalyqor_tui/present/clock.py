"""Times as the log has them: the clock, the time since the session began, and gaps that stand out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from nalyqor_tui.lazy import Lazy
from nalyqor_tui.trace.session import Decision, Session, seconds

GAP = 300.0  # seconds of silence before a decision that deserve the reader's eye


@dataclass(frozen=True, slots=True)
class Moment:
    """When a decision was made: the clock in the log's own zone, seconds since the start and the one before."""

    clock: str
    since_start: float | None
    since_previous: float | None

    @property
    def gap(self) -> bool:
        """Whether the silence before it stands out."""
        return self.since_previous is not None and self.since_previous >= GAP


class Moments(Lazy[Moment | None]):
    """The moment of each decision, None where no time was recorded or it cannot be read; each when it is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _start(self) -> float | None:
        stamps = (seconds(entry.record.ts) for entry in self._session.entries)
        return next((s for s in stamps if s is not None), None)

    def __len__(self) -> int:
        return len(self._session.decisions)

    def make(self, at: int) -> Moment | None:
        """Work out the moment of a decision."""
        decision = self._session.decisions[at]
        ts = stamp(self._session, decision)
        now = seconds(ts)
        if ts is None or now is None:
            return None
        before = (self._session.decisions[index] for index in range(decision.index - 1, -1, -1))
        previous = next((s for one in before if (s := self._seconds(one)) is not None), None)
        since = now - self._start if self._start is not None else None
        return Moment(clock(ts), since, None if previous is None else now - previous)

    def _seconds(self, decision: Decision) -> float | None:
        return seconds(stamp(self._session, decision))


def stamp(session: Session, decision: Decision) -> str | float | None:
    """Return the time stamp of a decision: its own, else that of its call."""
    for at in (decision.entry, decision.call, decision.text):
        if at is not None and (ts := session.record(at).ts) is not None:
            return ts
    return None


def clock(ts: str | float) -> str:
    """Write a time stamp as a clock, in the zone that the log used (UTC for Unix seconds)."""
    try:
        if isinstance(ts, str):
            moment = datetime.datetime.fromisoformat(ts)
        else:
            moment = datetime.datetime.fromtimestamp(ts, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return "unreadable time"
    return moment.strftime("%H:%M:%S")


def span(duration: float) -> str:
    """Write a number of seconds in the two units that matter: `7 s`, `2 m 05 s`, `1 h 20 m`."""
    whole = int(abs(duration))
    sign = "-" if duration < 0 else ""
    if whole < 60:
        return f"{sign}{abs(duration):.1f} s" if whole < 10 else f"{sign}{whole} s"
    if whole < 3600:
        return f"{sign}{whole // 60} m {whole % 60:02d} s"
    if whole < 86400:
        return f"{sign}{whole // 3600} h {whole % 3600 // 60:02d} m"
    return f"{sign}{whole // 86400} d {whole % 86400 // 3600:02d} h"
