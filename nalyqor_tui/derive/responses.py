"""Bounded responses: what must follow a decision, within so many turns.

What is still pending when the log ends is unknown: a log may be cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from nalyqor_tui.derive.acts import Act, Certainty
from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import counted, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.rules import Rule, Then
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Entry

Settled = list[tuple["Due", Answer]]


@dataclass(frozen=True, slots=True)
class Due:
    """What a decision still owes."""

    rule: Rule
    decision: Decision


@dataclass(slots=True)
class _Owed:
    """What is owed under one rule, oldest first; `perhaps` is the latest record that may have paid it."""

    then: Then
    due: deque[Due] = field(default_factory=deque)
    perhaps: int = -1


class Responses:
    """Watches what is owed; each debt is taken up once and settled once."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._owed = {rule.id: _Owed(rule.then) for rule in policy.rules if rule.then is not None}

    def owe(self, rule: Rule, decision: Decision) -> None:
        """Begin to wait for what must follow a decision."""
        self._owed[rule.id].due.append(Due(rule, decision))

    def said(self, entry: Entry) -> Settled:
        """Read a record; return what it settles: by its words, or because the time is over."""
        settled: Settled = []
        for owed in self._owed.values():
            settled += _overdue(owed, entry)
            if owed.then.message is not None and owed.then.message in _words(entry.record):
                settled += _paid(owed, entry.index, lambda due: due.decision.text != entry.index)
        return settled

    def done(self, act: Act, entry: Entry) -> Settled:
        """Read an act, once when the call goes out and once when its result is in; return what it settles."""
        settled: Settled = []
        for owed in self._owed.values():
            then = owed.then
            if then.message is not None or not self._policy.matches(then, act.action.tool):
                continue
            if then.status is None and act.result is not None:
                continue  # it counted when it went out
            certainty = _pays(act, then)
            if certainty == "yes":
                settled += _paid(owed, entry.index, lambda due: _follows(act, due))
            elif certainty == "unknown":
                owed.perhaps = entry.index
        return settled

    def at_end(self) -> Settled:
        """Return what is still owed when the log ends."""
        says = phrase("the log ends before it was due")
        return [
            (due, Answer("unknown", says, (due.decision.entry,)))
            for owed in self._owed.values()
            for due in owed.due
        ]


def _pays(act: Act, then: Then) -> Certainty:
    if act.decision.call is None:
        return "unknown"  # chosen, but whether it went out was not recorded
    if then.status is None or then.status == act.status:
        return "yes"
    settled = act.result is not None or act.decision.result is None
    return "unknown" if settled and act.status in (None, "timeout") else "no"


def _follows(act: Act, due: Due) -> bool:
    return (
        act.decision.call is not None
        and due.decision.entry < act.decision.call
        and due.decision is not act.decision
    )


def _paid(owed: _Owed, at: int, counts: Callable[[Due], bool]) -> Settled:
    """Settle what is owed by a record; a decision's own call or reply does not follow it."""
    met = [due for due in owed.due if counts(due)]
    owed.due = deque(due for due in owed.due if not counts(due))
    return [(due, Answer("pass", phrase("followed"), (due.decision.entry, at))) for due in met]


def _overdue(owed: _Owed, entry: Entry) -> Settled:
    settled: Settled = []
    while owed.due and entry.turn - owed.due[0].decision.turn > owed.then.within_turns:
        due = owed.due.popleft()
        evidence = (due.decision.entry, entry.index)
        if owed.perhaps > due.decision.entry:
            says = phrase("whether {what} followed cannot be told", what=_wanted(owed.then))
            settled.append((due, Answer("unknown", says, (due.decision.entry, owed.perhaps))))
        else:
            says = phrase(
                "{what} did not follow within {n}",
                what=_wanted(owed.then),
                n=counted(owed.then.within_turns, "turn"),
            )
            settled.append((due, Answer("fail", says, evidence)))
    return settled


def _wanted(then: Then) -> str:
    return then.message or then.effect or " | ".join(then.tool or [])


def _words(record: rec.AnyRecord) -> str:
    """Return what the agent said in a message, from its text or the parts that hold some."""
    if not isinstance(record, rec.Message) or record.role != "assistant":
        return ""
    if isinstance(record.content, str):
        return record.content
    parts = record.content if isinstance(record.content, list) else []
    return "\n".join(str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part)
