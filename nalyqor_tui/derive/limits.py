"""Limits: how often, how many at once, and with nothing said beside it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import phrase
from nalyqor_tui.policy.rules import Limit
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import alike
from nalyqor_tui.trace.session import Decision, Session, arguments

_SHOWN = 3  # of the decisions that were counted, beside the one that is judged


@dataclass(slots=True)
class _Count:
    """What was counted in the latest message, turn or session: for sure, and perhaps."""

    scope: int
    sure: int = 0
    perhaps: int = 0
    latest: deque[int] = field(default_factory=lambda: deque(maxlen=_SHOWN))


@dataclass(slots=True)
class Tally:
    """Counts the decisions that one rule with a `limit` governs; memory in the number of distinct keys."""

    limit: Limit
    _counts: dict[bytes, _Count] = field(default_factory=dict)
    _anywhere: _Count = field(
        default_factory=lambda: _Count(-1)
    )  # they lack the arguments to be told apart by

    def count(self, decision: Decision, action: rec.Action, message: int, *, sure: bool) -> None:
        """Count a decision; `message` is the ordinal of its message, `sure` that the rule governs it."""
        here = self._of(decision, action, message)
        if sure:
            here.sure += 1
        else:
            here.perhaps += 1
        here.latest.append(decision.entry)

    def check(self, session: Session, decision: Decision, action: rec.Action, message: int) -> Answer:
        """Say whether this decision, which is not counted yet, is one too many."""
        limit, at = self.limit, decision.entry
        if limit.alone and action.tool is not None and _spoke(session, decision):
            said = (at,) if decision.text is None else (decision.text, at)
            return Answer("fail", phrase("something was said beside the call"), said)
        missing = [name for name in limit.same if name not in arguments(action)]
        if missing:
            return Answer(
                "unknown", phrase("the call has no {names} to compare by", names=", ".join(missing)), (at,)
            )
        here, scope = self._of(decision, action, message), self._scope(decision, message)
        loose = self._anywhere.sure + self._anywhere.perhaps if self._anywhere.scope == scope else 0
        sure, perhaps = here.sure + 1, here.perhaps + (loose if limit.same else 0)
        evidence = (*here.latest, at)
        if sure <= limit.max < sure + perhaps:
            says = phrase("{n} for sure and {m} perhaps in this {scope}, {most} allowed", n=sure, m=perhaps,
                          scope=limit.per, most=limit.max)  # fmt: skip
            return Answer("unknown", says, evidence)
        says = phrase("{n} in this {scope}, {most} allowed", n=sure, scope=limit.per, most=limit.max)
        return Answer("fail" if sure > limit.max else "pass", says, evidence)

    def _scope(self, decision: Decision, message: int) -> int:
        return {"message": message, "turn": decision.turn, "session": 0}[self.limit.per]

    def _of(self, decision: Decision, action: rec.Action, message: int) -> _Count:
        """Return the count for the arguments of an action, begun anew in another message or turn."""
        scope, given = self._scope(decision, message), arguments(action)
        if any(name not in given for name in self.limit.same):
            if self._anywhere.scope != scope:
                self._anywhere = _Count(scope)
            return self._anywhere
        key = alike([given[name] for name in self.limit.same])
        here = self._counts.get(key)
        if here is None or here.scope != scope:
            here = self._counts[key] = _Count(scope)
        return here


def messages(session: Session) -> list[int]:
    """Return for each decision the ordinal of the message it was made in: calls made in parallel share one.

    A new message begins where something was answered or said to the agent since the decision before, where the
    log gives another context to it, and before and after a reply.
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
    before: tuple[object, ...] | None = None
    for decision in session.decisions:
        record = session.record(decision.entry)
        context = record.context if isinstance(record, rec.Decision) else None
        replied = session.chosen(decision).tool is None
        here = (heard[decision.entry], context, replied)
        out.append((out[-1] if out else 0) + (before is not None and (replied or here != before)))
        before = here
    return out


def _spoke(session: Session, decision: Decision) -> bool:
    """Say whether words stand beside a call; an empty text is none."""
    if decision.text is None:
        return False
    record = session.record(decision.text)
    content = record.content if isinstance(record, rec.Message) else None
    return bool(content.strip() if isinstance(content, str) else content)
