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
from nalyqor_tui.policy.schema import Event, Forbid, Need, Rule
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
    """What is known for one set of equal arguments: the latest sure act, a possible one, and a near miss.

    `gone` is the call up to which all was forgotten: a result that comes in later does not bring it back.
    """

    sure: Act | None = None
    possible: Act | None = None
    missed: Act | None = None
    gone: int = -1

    def forget(self, call: int, *, perhaps: bool) -> None:
        """Forget the acts before a call; where it is not sure to count, keep them as possible."""
        sure, possible, missed = (_after(act, call) for act in (self.sure, self.possible, self.missed))
        if perhaps:
            self.sure, self.possible = sure, possible or self.possible or self.sure
        else:
            self.sure, self.possible, self.missed = sure, possible, missed
            self.gone = max(self.gone, call)


@dataclass(slots=True)
class Memory:
    """Remembers for one pattern the acts that fit it, sliced by equal arguments `same`."""

    event: Event
    same: list[str]
    policy: Policy
    _slices: dict[Key, _Slice] = field(default_factory=dict)
    _anywhere: _Slice = field(
        default_factory=_Slice
    )  # acts that lack the arguments: they may be of any slice

    def happened(self, act: Act) -> None:
        """Read an act: once when the call goes out, and once more when its result is in."""
        if not self.policy.matches(self.event, act.action.tool):
            return
        slot = self.slice(act.action)
        certainty = _fits(act, self.event)
        if _call(act) < slot.gone:
            return
        if slot.possible is not None and slot.possible.decision is act.decision:
            slot.possible = None  # its result is in now
        if certainty == "yes":
            slot.sure = act
        elif certainty == "unknown":
            slot.possible = act
        else:
            slot.missed = act

    def forget(self, by: Act, certainty: Certainty) -> None:
        """Forget what was seen before an act for its arguments; of every slice where it lacks them."""
        if certainty == "no":
            return
        lacking = self.slice(by.action) is self._anywhere
        for slot in list(self._slices.values()) if lacking else [self.slice(by.action)]:
            slot.forget(_call(by), perhaps=lacking or certainty == "unknown")

    def slice(self, action: rec.Action) -> _Slice:
        """Return what is known for the arguments of an action."""
        done = arguments(action)
        if any(name not in done for name in self.same):
            return self._anywhere
        return self._slices.setdefault(canonical([done[name] for name in self.same]), _Slice())

    def known(self, action: rec.Action) -> tuple[Act | None, Act | None, Act | None]:
        """Return the sure act for the arguments of an action, a possible one and a near miss."""
        slot = self.slice(action)
        return slot.sure, slot.possible or self._anywhere.sure or self._anywhere.possible, slot.missed

    def incomparable(self, action: rec.Action) -> Answer | None:
        """Say which arguments a call lacks to be told apart by; None where it has them."""
        missing = [name for name in self.same if name not in arguments(action)]
        if not missing:
            return None
        return Answer("unknown", phrase("the call has no {names} to compare by", names=", ".join(missing)))

    def describe(self, action: rec.Action) -> Phrase:
        """Write what is looked for."""
        event = self.event
        out = phrase("confirmed ") if event.confirmed else ()
        out += phrase("{what}", what=event.effect or " | ".join(event.tool or []) or event.kind or "")
        if event.status is not None:
            out += phrase(" with status {status}", status=event.status)
        done = arguments(action)
        same = [phrase("{name} {value}", name=n, value=dumps(done[n])) for n in self.same if n in done]
        return out + (phrase(" for ") + join(", ", same) if same else ())


class Monitor:
    """Watches the acts for one need of a rule with `before`; constant work an act, memory a slice for each key."""

    def __init__(self, rule: Rule, need: Need, policy: Policy) -> None:
        assert need.before is not None
        self._rule = rule
        self._need = need
        self._policy = policy
        self._before = Memory(need.before, need.same, policy)

    def happened(self, act: Act) -> None:
        """Read an act: once when the call goes out, and once more when its result is in."""
        need, tool = self._need, act.action.tool
        if need.since is not None and self._policy.matches(need.since, tool):
            pending = need.since.status is not None and act.result is None and act.decision.result is not None
            self._before.forget(act, "no" if pending else _fits(act, need.since))
        if need.each and act.result is None and self._policy.matches(self._rule.on, tool):
            self._before.forget(act, "yes")  # this use has taken the one before
        self._before.happened(act)

    def check(self, decision: Decision, action: rec.Action) -> Answer:
        """Say whether the earlier act is there for this decision."""
        if (answer := self._before.incomparable(action)) is not None:
            return answer
        sure, possible, near = self._before.known(action)
        for act in (sure, possible):
            if act is not None and self._recent(decision, act):
                says = phrase("{number} {tool}: ", number=act.decision.number, tool=act.action.tool)
                if act is sure:
                    return Answer("pass", (*says, *phrase("happened before")), _evidence(act))
                return Answer("unknown", (*says, *phrase("cannot be told for sure")), _evidence(act))
        wanted = self._before.describe(action)
        if near is None:
            return Answer("fail", phrase("no {wanted} before", wanted=wanted), (decision.entry,))
        why = _why_not(near, self._before.event)
        says = phrase(
            "no {wanted} before; {number} was {why}", wanted=wanted, number=near.decision.number, why=why
        )
        return Answer("fail", says, _evidence(near))

    def _recent(self, decision: Decision, act: Act) -> bool:
        within = self._need.within_turns
        return within is None or decision.turn - act.decision.turn <= within


class Ban:
    """Watches for what must not have happened before (`forbid.after`)."""

    def __init__(self, forbid: Forbid, policy: Policy) -> None:
        self._memory = Memory(forbid.after, forbid.same, policy)
        self.happened = self._memory.happened

    def check(self, decision: Decision, action: rec.Action) -> Answer:
        """Say whether the forbidden act is free of its trigger."""
        if (answer := self._memory.incomparable(action)) is not None:
            return answer
        sure, possible, _ = self._memory.known(action)
        act = sure or possible
        if act is None:
            return Answer(
                "pass", phrase("no {what} before", what=self._memory.describe(action)), (decision.entry,)
            )
        says = phrase("{number} {tool} came before", number=act.decision.number, tool=act.action.tool)
        return Answer("fail" if sure else "unknown", says, _evidence(act))


def _why_not(act: Act, event: Event) -> Phrase:
    reasons = []
    if event.status is not None and act.status != event.status:
        reasons.append(phrase("answered {status}", status=act.status or "nothing"))
    if event.confirmed and act.confirmed == "no":
        reasons.append(phrase("acknowledged, but not confirmed" if act.status == "ok" else "not confirmed"))
    return join(", ", reasons) or phrase("something else")


def _fits(act: Act, event: Event) -> Certainty:
    answers: list[Certainty] = []
    if event.status is not None:
        unknown = act.status is None or act.status == "timeout"
        answers.append("yes" if act.status == event.status else "unknown" if unknown else "no")
    if event.confirmed:
        answers.append(act.confirmed)
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def _after(act: Act | None, call: int) -> Act | None:
    return act if act is not None and _call(act) >= call else None


def _call(act: Act) -> int:
    return act.decision.entry if act.decision.call is None else act.decision.call


def _evidence(act: Act) -> tuple[int, ...]:
    return tuple(i for i in (act.decision.entry, act.decision.call, act.result) if i is not None)
