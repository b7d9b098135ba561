"""Order: what must have happened before. Precedence, fresh for each use, and since: past-time rules in one pass.

`before` alone is Declare's precedence; `each` makes it alternate precedence (a fresh one for every use);
`since` asks for one after the last such event; all are sliced by equal arguments (`same`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import Phrase, join, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.schema import Event, Rule
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import canonical, dumps
from nalyqor_tui.trace.session import Decision, arguments

Key = bytes
Certainty = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Act:
    """A call that went out: its decision, its action, whether its confirmation held, its result's status."""

    decision: Decision
    action: rec.Action
    confirmed: Certainty
    status: str | None = None
    result: int | None = None


@dataclass(slots=True)
class _Slice:
    """What is known for one set of equal arguments: the latest sure act, a possible one, and a near miss."""

    sure: Act | None = None
    possible: Act | None = None
    missed: Act | None = None


@dataclass(slots=True)
class Monitor:
    """Watches the acts for one rule with `need.before`; constant work an act, memory a slice for each key."""

    rule: Rule
    policy: Policy
    _slices: dict[Key, _Slice] = field(default_factory=dict)

    def happened(self, act: Act) -> None:
        """Read an act: once when the call goes out, and once more when its result is in."""
        need = self.rule.need
        assert need is not None and need.before is not None
        tool = act.action.tool
        answered = act.result is not None
        if need.since is not None and self.policy.matches(need.since, tool) and not answered:
            self._forget(act)
        if self.policy.matches(need.before, tool) and (answered or need.before.status is None):
            self._remember(act, need.before)
        if need.each and not answered and self.policy.matches(self.rule.on, tool):
            self._slice(act.action).sure = None  # this use has taken it
            self._slice(act.action).possible = None

    def check(self, decision: Decision, action: rec.Action) -> Answer:
        """Say whether the earlier act is there for this decision."""
        need = self.rule.need
        assert need is not None and need.before is not None
        missing = [name for name in need.same if name not in arguments(action)]
        if missing:
            return Answer(
                "unknown", phrase("the call has no {names} to compare by", names=", ".join(missing))
            )
        known = self._slice(action)
        wanted = self._describe(need.before, action)
        for act in (known.sure, known.possible):
            if act is not None and self._recent(decision, act):
                says = phrase("{number} {tool}: ", number=act.decision.number, tool=act.action.tool)
                if act is known.sure:
                    return Answer("pass", (*says, *phrase("happened before")), _evidence(act))
                return Answer("unknown", (*says, *phrase("cannot be told for sure")), _evidence(act))
        near = known.missed
        if near is None:
            return Answer("fail", phrase("no {wanted} before", wanted=wanted), (decision.entry,))
        says = phrase("no {wanted} before; {number} was {why}", wanted=wanted, number=near.decision.number,
                      why=self._why_not(near, need.before))  # fmt: skip
        return Answer("fail", says, _evidence(near))

    def _remember(self, act: Act, wanted: Event) -> None:
        slot = self._slice(act.action)
        certainty = _fits(act, wanted)
        if certainty == "yes":
            slot.sure = act
        elif certainty == "unknown":
            slot.possible = act
        else:
            slot.missed = act

    def _forget(self, act: Act) -> None:
        for slot in list(self._slices.values()) if not self.rule_same else [self._slice(act.action)]:
            slot.sure = slot.possible = slot.missed = None

    @property
    def rule_same(self) -> list[str]:
        """The arguments by which acts are told apart."""
        return self.rule.need.same if self.rule.need else []

    def _slice(self, action: rec.Action) -> _Slice:
        done = arguments(action)
        key = canonical([done.get(name) for name in self.rule_same])
        return self._slices.setdefault(key, _Slice())

    def _recent(self, decision: Decision, act: Act) -> bool:
        within = self.rule.need.within_turns if self.rule.need else None
        return within is None or decision.turn - act.decision.turn <= within

    def _describe(self, event: Event, action: rec.Action) -> Phrase:
        out = phrase("{word} ", word=phrase("confirmed")) if event.confirmed else ()
        out += phrase("{what}", what=event.effect or " | ".join(event.tool or []))
        if event.status is not None:
            out += phrase(" with status {status}", status=event.status)
        done = arguments(action)
        same = [phrase("{name} {value}", name=n, value=dumps(done[n])) for n in self.rule_same if n in done]
        return out + (phrase(" for ") + join(", ", same) if same else ())

    def _why_not(self, act: Act, event: Event) -> Phrase:
        reasons = []
        if event.status is not None and act.status != event.status:
            reasons.append(phrase("answered {status}", status=act.status or "nothing"))
        if event.confirmed and act.confirmed == "no":
            reasons.append(
                phrase("acknowledged, but not confirmed" if act.status == "ok" else "not confirmed")
            )
        return join(", ", reasons) or phrase("something else")


def _fits(act: Act, event: Event) -> Certainty:
    answers: list[Certainty] = []
    if event.status is not None:
        unknown = act.status is None or act.status == "timeout"
        answers.append("yes" if act.status == event.status else "unknown" if unknown else "no")
    if event.confirmed:
        answers.append(act.confirmed)
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def _evidence(act: Act) -> tuple[int, ...]:
    return tuple(i for i in (act.decision.entry, act.decision.call, act.result) if i is not None)
