"""The clauses of a rule at a decision: each is answered by the module that knows how."""

from __future__ import annotations

from collections.abc import Iterator

from nalyqor_tui.derive import args
from nalyqor_tui.derive.acts import CERTAIN, Act, Certainty
from nalyqor_tui.derive.approval import Approvals
from nalyqor_tui.derive.confirmations import Ledger
from nalyqor_tui.derive.facts import Facts
from nalyqor_tui.derive.finding import Answer, Finding
from nalyqor_tui.derive.limits import Tally, messages
from nalyqor_tui.derive.order import Ban, Monitor
from nalyqor_tui.derive.responses import Responses
from nalyqor_tui.phrase import join, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.rules import Alternative, Event, Need, Rule
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Session


class Clauses:
    """What the clauses of all rules remember while the records are read."""

    def __init__(self, session: Session, policy: Policy, ledger: Ledger) -> None:
        self.session = session
        self.policy = policy
        self.approvals = Approvals(session, policy, ledger)
        self.facts = Facts(policy)
        self.responses = Responses(policy)
        self._monitors: dict[int, Monitor] = {}
        self._bans: dict[str, Ban] = {}
        self._tallies: dict[str, Tally] = {}
        self._messages = messages(session) if any(rule.limit for rule in policy.rules) else []
        self._confirming = [event for event in _events(policy) if event.confirmed]
        for rule in policy.rules:
            for _, need in rule.needs():
                if need.before is not None:
                    self._monitors[id(need)] = Monitor(need, policy, self.facts)
            if rule.forbid is not None:
                self._bans[rule.id] = Ban(rule.forbid, policy, self.facts)
            if rule.limit is not None:
                self._tallies[rule.id] = Tally(rule.limit)

    def happened(self, act: Act) -> None:
        """Tell everything that watches of an act."""
        watchers: list[Monitor | Ban] = [*self._monitors.values(), *self._bans.values()]
        for watcher in watchers:
            watcher.happened(act)

    def covered(self, decision: Decision, action: rec.Action) -> Certainty:
        """Say whether a live confirmation covers the call of a decision, as it went out.

        Where no rule looks for acts like it that were confirmed, nobody asks, and it is not worked out.
        """
        if not any(self.policy.matches(event, action.tool) for event in self._confirming):
            return "unknown"
        return self.approvals.covered(decision, action)

    def governs(self, rule: Rule, decision: Decision, action: rec.Action) -> Certainty:
        """Say whether a rule governs the choice of a decision: by tool, effect or kind, then by its arguments."""
        if not self.policy.matches(rule.on, action.tool):
            return "no"
        if not rule.on.args:
            return "yes"
        return CERTAIN[args.fits(rule.on.args, action, self.facts, decision.entry).verdict]

    def used(self, rule: Rule, decision: Decision, action: rec.Action, *, sure: bool) -> None:
        """Reckon with a decision that a rule governs, surely or perhaps, for those that come after it."""
        for _, need in rule.needs():
            if need.before is not None:
                self._monitors[id(need)].used(decision, action, sure=sure)
        if rule.limit is not None:
            self._tallies[rule.id].count(decision, action, self._messages[decision.index], sure=sure)

    def check(self, rule: Rule, decision: Decision, action: rec.Action) -> list[Finding]:
        """Answer every clause of a rule that governs; only then is the decision counted as a use."""
        at = decision.entry
        answers: list[tuple[str, Answer]] = []
        if rule.need is not None:
            answers += self._need(rule.need, decision, action)
        if rule.forbid is not None:
            answers.append(("forbid.after", self._bans[rule.id].check(decision, action)))
        if rule.limit is not None:
            message = self._messages[decision.index]
            answers.append(("limit", self._tallies[rule.id].check(self.session, decision, action, message)))
        if rule.args and (answer := args.check(rule.args, action, self.facts, at)) is not None:
            answers.append(("args", answer))
        if rule.any:
            answers.append(("any", self._any(rule.any, decision, action)))
        if rule.check == "manual":
            answers.append(("manual", Answer("unknown", phrase("for the reader to judge"), (at,))))
        if rule.then is not None:
            self.responses.owe(rule, decision)
        return [finding(self.policy, rule, check, answer) for check, answer in answers]

    def _need(self, need: Need, decision: Decision, action: rec.Action) -> list[tuple[str, Answer]]:
        out: list[tuple[str, Answer]] = []
        if need.confirmation is not None:
            out.append(("need.confirmation", self.approvals.check(decision, need.confirmation)))
        if need.before is not None:
            out.append(("need.before", self._monitors[id(need)].check(decision, action)))
        if need.fact is not None:
            out.append(("need.fact", self.facts.check(need, action, decision.entry)))
        return out

    def _any(self, choices: list[Alternative], decision: Decision, action: rec.Action) -> Answer:
        """Answer `any`: one alternative that holds is enough; one that cannot be told may be it."""
        answers = []
        for choice in choices:
            parts = [answer for _, answer in self._need(choice, decision, action)]
            if choice.args:
                parts.append(args.fits(choice.args, action, self.facts, decision.entry))
            answers.append(_all(parts, decision.entry))
        for verdict in ("pass", "unknown"):
            for answer in answers:
                if answer.verdict == verdict:
                    return answer
        says = phrase("none holds: {each}", each=join("; ", [answer.says for answer in answers]))
        return Answer("fail", says, tuple(dict.fromkeys(e for answer in answers for e in answer.evidence)))


def _events(policy: Policy) -> Iterator[Event]:
    """Yield every pattern of acts that some rule looks for."""
    for rule in policy.rules:
        for _, need in rule.needs():
            yield from (event for event in (need.before, need.since) if event is not None)
        if rule.forbid is not None:
            yield rule.forbid.after


def finding(policy: Policy, rule: Rule, check: str, answer: Answer) -> Finding:
    """Make the finding of an answer, with the line of the clause that asked."""
    line = policy.rule_line(rule, {"manual": "check"}.get(check, check.split(".", maxsplit=1)[0]))
    return Finding("rule", check, rule.id, answer.verdict, answer.says, rule.severity, answer.evidence, line)


def _all(parts: list[Answer], at: int) -> Answer:
    """Join the parts of one alternative, all of which must hold."""
    for verdict in ("fail", "unknown"):
        for part in parts:
            if part.verdict == verdict:
                return part
    evidence = tuple(dict.fromkeys(e for part in parts for e in part.evidence)) or (at,)
    return Answer("pass", join("; ", [part.says for part in parts]), evidence)
