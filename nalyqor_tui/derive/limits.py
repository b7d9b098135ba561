"""Limits: how often, how many at once, and with nothing said beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import phrase
from nalyqor_tui.policy.schema import Limit
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.session import Decision, Session, arguments


@dataclass(slots=True)
class Tally:
    """Counts the decisions that one rule with a `limit` governs; `limit.max` of one message, turn or session."""

    limit: Limit
    _seen: dict[bytes, list[int]] = field(default_factory=dict)

    def check(self, session: Session, decision: Decision, action: rec.Action, message: int) -> Answer:
        """Count this decision and say whether it is one too many; `message` is the ordinal of its message."""
        at = decision.entry
        if self.limit.alone and decision.text is not None:
            return Answer("fail", phrase("something was said beside the call"), (decision.text, at))
        scope = {"message": message, "turn": decision.turn, "session": 0}[self.limit.per]
        given = arguments(action)
        key = canonical([scope, [given.get(name) for name in self.limit.same]])
        seen = self._seen.setdefault(key, [])
        seen.append(at)
        says = phrase(
            "{n} in this {scope}, {most} allowed", n=len(seen), scope=self.limit.per, most=self.limit.max
        )
        return Answer("fail" if len(seen) > self.limit.max else "pass", says, tuple(seen[-4:]))


def messages(session: Session) -> list[int]:
    """Return for each decision the ordinal of the message it was made in: calls made in parallel share one.

    A new message begins where something was answered or said to the agent since the decision before.
    """
    heard: list[int] = []
    total = 0
    for entry in session.entries:
        heard.append(total)
        record = entry.record
        total += isinstance(record, rec.ToolResult) or (
            isinstance(record, rec.Message) and record.role != "assistant"
        )
    out: list[int] = []
    last, ordinal = -1, -1
    for decision in session.decisions:
        if heard[decision.entry] != last or session.chosen(decision).tool is None:
            ordinal += 1
            last = heard[decision.entry]
        out.append(ordinal)
    return out
