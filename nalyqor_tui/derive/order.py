"""Order: what must have happened before. Precedence, fresh for each use, and since: past-time rules in one pass.

`before` alone is Declare's precedence; `each` makes it alternate precedence (a fresh one for every use);
`since` asks for one after the last such event; all are sliced by equal arguments (`same`).
"""

from __future__ import annotations

from dataclasses import dataclass

from nalyqor_tui.derive.acts import Act, Key, Memory
from nalyqor_tui.derive.facts import Facts
from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import Phrase, counted, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.rules import Forbid, Need
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import alike
from nalyqor_tui.trace.session import Decision, arguments


@dataclass(frozen=True, slots=True)
class _Cut:
    """Something after which only a fresh act counts: where it stood, and what to say of it."""

    at: int
    says: Phrase


class Monitor:
    """Watches the acts for one need with `before`; constant work an act, memory a slice for each key."""

    def __init__(self, need: Need, policy: Policy, facts: Facts) -> None:
        assert need.before is not None
        self._need = need
        self._before = Memory(need.before, need.same, policy, facts)
        self._since = Memory(need.since, need.same, policy, facts) if need.since is not None else None
        self._uses: dict[Key | None, tuple[_Cut | None, _Cut | None]] = {}  # by arguments: for sure, perhaps

    def happened(self, act: Act) -> None:
        """Read an act: once when it goes out, and once more when its result is in."""
        if act.sent:
            self._before.happened(act)
        if self._since is not None:
            self._since.happened(act)

    def used(self, decision: Decision, action: rec.Action, *, sure: bool) -> None:
        """Take up, for a need with `each`, the act before a decision that the rule governs."""
        if not self._need.each or decision.call is None:
            return
        cut = _Cut(decision.entry, phrase("{number} has used it", number=decision.number))
        known, perhaps = self._uses.get(key := self._key(action), (None, None))
        self._uses[key] = (cut, perhaps) if sure else (known, cut)

    def check(self, decision: Decision, action: rec.Action) -> Answer:
        """Say whether the earlier act is there for this decision."""
        if (answer := self._before.incomparable(action, decision.entry)) is not None:
            return answer
        cut, perhaps_cut = self._cuts(action)
        sure = self._before.slice(action).sure
        acts = [*([sure] if sure is not None else []), *self._before.perhaps(action)]
        fresh = [act for act in acts if self._recent(decision, act) and _after(act, cut)]
        if fresh and fresh[0] is sure and _after(sure, perhaps_cut):
            says = phrase("{number} {what}: happened before", number=sure.decision.number, what=_name(sure))
            return Answer("pass", says, sure.evidence)
        if fresh:
            act = fresh[0]
            says = phrase(
                "{number} {what}: cannot be told for sure", number=act.decision.number, what=_name(act)
            )
            return Answer("unknown", says, act.evidence)
        return self._missing(decision, action, cut)

    def _missing(self, decision: Decision, action: rec.Action, cut: _Cut | None) -> Answer:
        """Say that it is not there, and what came nearest: one that is too old, or one that does not fit."""
        wanted = self._before.describe(action)
        slot = self._before.slice(action)
        near = slot.sure or slot.missed
        if near is None:
            return Answer("fail", phrase("no {wanted} before", wanted=wanted), (decision.entry,))
        if near is slot.missed:
            why = phrase("{number} was {why}", number=near.decision.number, why=self._before.why_not(near))
        elif cut is not None and not _after(near, cut):
            why = phrase("{number} was one, but {says}", number=near.decision.number, says=cut.says)
        else:
            age = decision.turn - near.decision.turn
            why = phrase("{at} was {n}", at=near.decision.number, n=counted(age, "turn ago"))
        says = phrase("no {wanted} before; {why}", wanted=wanted, why=why)
        evidence = near.evidence if cut is None else (*near.evidence, cut.at)
        return Answer("fail", says, tuple(dict.fromkeys(evidence)))

    def _cuts(self, action: rec.Action) -> tuple[_Cut | None, _Cut | None]:
        """Return after what a fresh act must stand for the arguments of an action: for sure, and perhaps."""
        sure, perhaps = self._uses.get(self._key(action), (None, None))
        loose = self._uses.get(None, (None, None)) if self._need.same else (None, None)
        sure_cuts, cuts = [sure], [perhaps, *loose]
        if self._since is not None:
            latest = self._since.slice(action).sure
            sure_cuts.append(_since(latest) if latest is not None else None)
            cuts += [_since(act) for act in self._since.perhaps(action)]
        return _latest(sure_cuts), _latest(cuts)

    def _key(self, action: rec.Action) -> Key | None:
        given = arguments(action)
        if any(name not in given for name in self._need.same):
            return None
        return alike([given[name] for name in self._need.same])

    def _recent(self, decision: Decision, act: Act) -> bool:
        within = self._need.within_turns
        return within is None or decision.turn - act.decision.turn <= within


class Ban:
    """Watches for what must not have happened before (`forbid.after`)."""

    def __init__(self, forbid: Forbid, policy: Policy, facts: Facts) -> None:
        self._memory = Memory(forbid.after, forbid.same, policy, facts)
        self.happened = self._memory.happened

    def check(self, decision: Decision, action: rec.Action) -> Answer:
        """Say whether the decision is free of what forbids it."""
        if (answer := self._memory.incomparable(action, decision.entry)) is not None:
            return answer
        sure = self._memory.slice(action).sure
        if sure is not None:
            says = phrase("{number} {what} came before", number=sure.decision.number, what=_name(sure))
            return Answer("fail", says, sure.evidence)
        for act in self._memory.perhaps(action):
            says = phrase("{number} {what} came before, perhaps", number=act.decision.number, what=_name(act))
            return Answer("unknown", says, act.evidence)
        says = phrase("no {what} before", what=self._memory.describe(action))
        return Answer("pass", says, (decision.entry,))


def _name(act: Act) -> str:
    return act.action.tool or "a reply"


def _since(act: Act) -> _Cut:
    return _Cut(act.at, phrase("{number} {what} came after it", number=act.decision.number, what=_name(act)))


def _after(act: Act | None, cut: _Cut | None) -> bool:
    return act is not None and (cut is None or act.at > cut.at)


def _latest(cuts: list[_Cut | None]) -> _Cut | None:
    return max((cut for cut in cuts if cut is not None), key=lambda cut: cut.at, default=None)
