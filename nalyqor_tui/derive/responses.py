"""Bounded responses: what must follow a decision, within so many turns.

What is still pending when the log ends is unknown: a log may be cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.schema import Rule, Then
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Entry


@dataclass(frozen=True, slots=True)
class Due:
    """What a decision still owes."""

    rule: Rule
    decision: Decision


@dataclass(slots=True)
class Responses:
    """Watches what is owed; work only for what is pending."""

    policy: Policy
    pending: list[Due] = field(default_factory=list)

    def owe(self, rule: Rule, decision: Decision) -> None:
        """Begin to wait for what must follow a decision."""
        self.pending.append(Due(rule, decision))

    def said(self, entry: Entry) -> list[tuple[Due, Answer]]:
        """Read a record; return what it settles: by its words, or because the time is over."""
        record = entry.record
        settled = self._late(entry)
        if isinstance(record, rec.Message) and record.role == "assistant" and isinstance(record.content, str):
            settled += self._settle(
                entry, lambda then: then.message is not None and then.message in str(record.content)
            )
        return settled

    def done(self, entry: Entry, tool: str | None, status: str | None) -> list[tuple[Due, Answer]]:
        """Read an act; return what it settles."""
        return self._settle(
            entry,
            lambda then: (
                then.message is None
                and self.policy.matches(then, tool)
                and (then.status is None or then.status == status)
            ),
        )

    def at_end(self) -> list[tuple[Due, Answer]]:
        """Return what is still owed when the log ends."""
        return [(due, Answer("unknown", phrase("the log ends before it was due"), (due.decision.entry,)))
                for due in self.pending]  # fmt: skip

    def _settle(self, entry: Entry, test: Callable[[Then], bool]) -> list[tuple[Due, Answer]]:
        met = [
            d
            for d in self.pending
            if d.rule.then is not None and d.decision.entry < entry.index and test(d.rule.then)
        ]
        self.pending = [due for due in self.pending if due not in met]
        return [(due, Answer("pass", phrase("followed"), (due.decision.entry, entry.index))) for due in met]

    def _late(self, entry: Entry) -> list[tuple[Due, Answer]]:
        late = [
            d for d in self.pending if d.rule.then and entry.turn - d.decision.turn > d.rule.then.within_turns
        ]
        self.pending = [due for due in self.pending if due not in late]
        return [(due, Answer("fail", _missed(due), (due.decision.entry, entry.index))) for due in late]


def _missed(due: Due) -> Phrase:
    then = due.rule.then or Then(message="", within_turns=0)
    what = then.message or then.effect or " | ".join(then.tool or [])
    return phrase("{what} did not follow within {n} turns", what=what, n=then.within_turns)
