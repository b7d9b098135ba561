"""One pass over a session: every decision with its findings and its grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from nalyqor_tui.derive import margin as margins
from nalyqor_tui.derive.approval import approved, covered
from nalyqor_tui.derive.confirmations import Ledger
from nalyqor_tui.derive.context import window
from nalyqor_tui.derive.finding import Answer, Finding, Verdict
from nalyqor_tui.derive.grade import Grade, grade
from nalyqor_tui.derive.order import Act, Monitor
from nalyqor_tui.derive.reliance import discrepancies
from nalyqor_tui.derive.replay import State, fold
from nalyqor_tui.derive.rules import sight
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.policy.loader import Policy, defaults
from nalyqor_tui.policy.schema import Rule
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Entry, Session

_BANDS: dict[str, Verdict] = {"tie": "fail", "against": "fail", "unresolved": "unknown"}
Step = Literal["made", "called", "answered"]
NOT_JUDGED = Grade("not judged", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is derived of a session; without a policy there are no findings and the ledger knows nothing."""

    policy: Policy | None
    ledger: Ledger
    findings: tuple[tuple[Finding, ...], ...]
    grades: tuple[Grade, ...]


def judge(session: Session, policy: Policy | None) -> Judgement:
    """Judge every decision of a session."""
    run = _Run(session, policy)
    found: list[tuple[Finding, ...]] = [()] * len(session.decisions)
    for decision, findings in run.decisions():
        found[decision.index] = tuple(findings)
    grades = tuple(grade(f) if policy else NOT_JUDGED for f in found)
    return Judgement(policy, run.ledger, tuple(found), grades)


def reading(session: Session, decision: Decision, policy: Policy | None) -> margins.Reading | None:
    """Return the margin of a decision, None where none was recorded."""
    record = session.record(decision.entry)
    if not isinstance(record, rec.Decision) or record.margin is None:
        return None
    bands = (policy or defaults()).bands(record.margin.measure)
    return margins.read(record.margin, session.chosen(decision), bands)


@dataclass(slots=True)
class _Run:
    session: Session
    policy: Policy | None
    ledger: Ledger = field(init=False)
    monitors: dict[str, Monitor] = field(init=False)
    state: State = field(default_factory=State)
    acts: dict[int, Act] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.session, self.policy)
        rules = self.policy.rules if self.policy else []
        self.monitors = {
            r.id: Monitor(r, self.policy) for r in rules if self.policy and r.need and r.need.before
        }

    def decisions(self) -> Iterator[tuple[Decision, list[Finding]]]:
        """Read the records once; yield each decision with its findings when its turn comes."""
        steps: dict[int, list[tuple[Step, Decision]]] = {}
        for decision in self.session.decisions:
            for step, at in (
                ("made", decision.entry),
                ("called", decision.call),
                ("answered", decision.result),
            ):
                if at is not None:
                    steps.setdefault(at, []).append((step, decision))  # type: ignore[arg-type]
        for entry in self.session.entries:
            self.ledger.observe(entry)
            for step, decision in steps.get(entry.index, ()):
                if step == "made":
                    yield decision, self._judge(decision)
                elif step == "called":
                    self._called(decision, entry)
                else:
                    self._answered(decision, entry)
            self.state = fold(self.state, entry)

    def _judge(self, decision: Decision) -> list[Finding]:
        if self.policy is None:
            return []
        action = self.session.chosen(decision)
        out = discrepancies(self.session, self.policy, self.ledger, decision, self.state)
        for rule in self.policy.governing(action.tool):
            out += self._rule(rule, decision, action)
        out += _margin(self.session, decision, self.policy)
        return out

    def _rule(self, rule: Rule, decision: Decision, action: rec.Action) -> Iterator[Finding]:
        policy = self.policy
        assert policy is not None
        if rule.need is not None and rule.need.confirmation is not None:
            answer = approved(self.session, self.ledger, decision, rule.need.confirmation)
            yield _finding(policy, rule, "need.confirmation", answer)
        if rule.id in self.monitors:
            yield _finding(policy, rule, "need.before", self.monitors[rule.id].check(decision, action))
        if rule.visible is not None:
            view = window(self.session, decision, self.state)
            seen = sight(self.session, rule, view, self.state)
            verdict = seen.verdict if rule.visible.required else "remark"
            line = policy.rule_line(rule, "visible")
            yield Finding(
                "visible", seen.visibility, rule.id, verdict, seen.says, rule.severity, seen.evidence, line
            )

    def _called(self, decision: Decision, entry: Entry) -> None:
        action = self.session.chosen(decision)
        act = Act(decision, action, covered(self.session, self.ledger, decision))
        self.ledger.use(decision, entry, action)
        self.acts[decision.index] = act
        self._tell(act)

    def _answered(self, decision: Decision, entry: Entry) -> None:
        act = self.acts.pop(decision.index, None)
        if isinstance(entry.record, rec.ToolResult) and act is not None:
            self.ledger.answered(decision, entry, entry.record)
            self._tell(replace(act, status=entry.record.status, result=entry.index))

    def _tell(self, act: Act) -> None:
        for monitor in self.monitors.values():
            monitor.happened(act)


def _finding(policy: Policy, rule: Rule, check: str, answer: Answer) -> Finding:
    line = policy.rule_line(rule, "need")
    return Finding("rule", check, rule.id, answer.verdict, answer.says, rule.severity, answer.evidence, line)


def _margin(session: Session, decision: Decision, policy: Policy) -> list[Finding]:
    read = reading(session, decision, policy)
    if read is None:
        return []
    at = (decision.entry,)
    if read.problem:
        return [Finding("margin", read.measure, "margin", "unknown", own(read.problem), "low", at)]
    if read.band is None:
        return []
    verdict = _BANDS.get(read.band, "pass")
    says = phrase("{measure} {value} {unit}: {band} ({source})", measure=read.measure, value=f"{read.value:.3f}",
                  unit=read.unit, band=own(read.band), source=read.band_source)  # fmt: skip
    return [Finding("margin", read.band, "margin", verdict, says, "low", at)]
