"""Acts of the agent, and a memory for those that fit a pattern: for sure, perhaps, or nearly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from nalyqor_tui.derive import args
from nalyqor_tui.derive.facts import Facts
from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import Phrase, join, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.rules import Event
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import alike, dumps
from nalyqor_tui.trace.session import Decision, arguments

Key = bytes
Certainty = Literal["yes", "no", "unknown"]
CERTAIN: dict[str, Certainty] = {"pass": "yes", "fail": "no", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Act:
    """What an agent did: its decision, its action, whether its confirmation held, its result's status.

    A reply is an act without a status. A call that was chosen but not recorded as sent may have been one.
    """

    decision: Decision
    action: rec.Action
    confirmed: Certainty
    status: str | None = None
    result: int | None = None

    @property
    def at(self) -> int:
        """The record with which it went out."""
        return self.decision.entry if self.decision.call is None else self.decision.call

    @property
    def sent(self) -> bool:
        """Whether the log shows that it went out."""
        return self.decision.call is not None or self.action.tool is None

    @property
    def evidence(self) -> tuple[int, ...]:
        """The records that show it."""
        return tuple(i for i in (self.decision.entry, self.decision.call, self.result) if i is not None)


@dataclass(slots=True)
class Slice:
    """What is known for one set of equal arguments: the latest sure act, the latest possible one, a near miss.

    `open` holds the acts whose result is still to come, with how well their arguments fit.
    """

    sure: Act | None = None
    possible: Act | None = None
    missed: Act | None = None
    open: dict[int, tuple[Act, Certainty]] = field(default_factory=dict)

    def perhaps(self) -> Iterator[Act]:
        """Return the acts that may be one."""
        if self.possible is not None:
            yield self.possible
        yield from (act for act, _ in self.open.values())


class Memory:
    """Remembers for one pattern the acts that fit it, sliced by equal arguments `same`.

    Constant work an act; memory in the number of distinct arguments, and of calls that await their result.
    """

    def __init__(self, event: Event, same: list[str], policy: Policy, facts: Facts) -> None:
        self.event = event
        self.same = same
        self._policy = policy
        self._facts = facts
        self._slices: dict[Key, Slice] = {}
        self._anywhere = Slice()  # acts that lack the arguments: they may be of any slice

    def happened(self, act: Act) -> None:
        """Read an act: once when it goes out, and once more when its result is in."""
        if not self._policy.matches(self.event, act.action.tool):
            return
        slot = self.slice(act.action)
        if act.result is None:
            fit = CERTAIN[args.fits(self.event.args, act.action, self._facts, act.decision.entry).verdict]
        elif act.decision.index in slot.open:
            _, fit = slot.open.pop(act.decision.index)
        else:
            _answered(slot, act)
            return
        certainty = _all(fit, *_fits(act, self.event))
        if certainty == "yes":
            slot.sure = act
        elif certainty == "no":
            slot.missed = act
        elif act.result is None and act.decision.result is not None:
            slot.open[act.decision.index] = (act, fit)
        elif slot.possible is None or slot.possible.at <= act.at:
            slot.possible = act

    def slice(self, action: rec.Action) -> Slice:
        """Return what is known for the arguments of an action."""
        done = arguments(action)
        if any(name not in done for name in self.same):
            return self._anywhere
        return self._slices.setdefault(alike([done[name] for name in self.same]), Slice())

    def perhaps(self, action: rec.Action) -> list[Act]:
        """Return the acts that may fit, for the arguments of an action; the latest first."""
        found = list(self.slice(action).perhaps())
        if self.same:
            loose = self._anywhere
            found += [*loose.perhaps(), *([loose.sure] if loose.sure is not None else [])]
        return sorted(found, key=lambda act: -act.at)

    def incomparable(self, action: rec.Action, at: int) -> Answer | None:
        """Say which arguments a call lacks to be told apart by; None where it has them."""
        missing = [name for name in self.same if name not in arguments(action)]
        if not missing:
            return None
        says = phrase("the call has no {names} to compare by", names=", ".join(missing))
        return Answer("unknown", says, (at,))

    def describe(self, action: rec.Action) -> Phrase:
        """Write what is looked for."""
        event = self.event
        out = phrase("confirmed ") if event.confirmed else ()
        out += phrase("{what}", what=event.effect or " | ".join(event.tool or []) or event.kind or "")
        if event.args:
            out += phrase(" with such {names}", names=", ".join(event.args))
        if event.status is not None:
            out += phrase(" with status {status}", status=event.status)
        done = arguments(action)
        same = [phrase("{name} {value}", name=n, value=dumps(done[n])) for n in self.same if n in done]
        return out + (phrase(" for ") + join(", ", same) if same else ())

    def why_not(self, act: Act) -> Phrase:
        """Say why an act is not one of those that are looked for."""
        event = self.event
        reasons = []
        if event.status is not None and act.status != event.status:
            reasons.append(phrase("answered {status}", status=act.status or "nothing"))
        if event.confirmed and act.confirmed == "no":
            reasons.append(
                phrase("acknowledged, but not confirmed" if act.status == "ok" else "not confirmed")
            )
        return join(", ", reasons) or phrase("one with other arguments")


def _answered(slot: Slice, act: Act) -> None:
    """Keep the result of an act with it, so that both are shown."""
    if slot.sure is not None and slot.sure.decision is act.decision:
        slot.sure = act
    if slot.missed is not None and slot.missed.decision is act.decision:
        slot.missed = act


def _fits(act: Act, event: Event) -> Iterator[Certainty]:
    if not act.sent:
        yield "unknown"
    if event.status is not None:
        unknown = act.status is None or (act.status == "timeout" and event.status != "timeout")
        yield "yes" if act.status == event.status else "unknown" if unknown else "no"
    if event.confirmed:
        yield act.confirmed


def _all(*answers: Certainty) -> Certainty:
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
