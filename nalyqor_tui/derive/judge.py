"""One pass over a session: every decision with its findings and its grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeVar

from nalyqor_tui.derive import margin as margins
from nalyqor_tui.derive.acts import Act
from nalyqor_tui.derive.approval import moment, sent
from nalyqor_tui.derive.clauses import Clauses, finding
from nalyqor_tui.derive.confirmations import Ledger
from nalyqor_tui.derive.context import Window, recorded, window
from nalyqor_tui.derive.finding import Answer, Finding, Verdict
from nalyqor_tui.derive.grade import Grade, grade
from nalyqor_tui.derive.rebuilt import Talk
from nalyqor_tui.derive.reliance import discrepancies
from nalyqor_tui.derive.replay import Replay, State
from nalyqor_tui.derive.responses import Due
from nalyqor_tui.derive.rules import Sight, first_shown, sight
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.policy.loader import Policy, defaults
from nalyqor_tui.policy.rules import Rule
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Entry, Session

if TYPE_CHECKING:
    from nalyqor_tui.derive.consent import Consent

_BANDS: dict[str, Verdict] = {"tie": "fail", "against": "fail", "unresolved": "unknown"}
T = TypeVar("T")
Step = Literal["made", "called", "answered"]
NOT_JUDGED = Grade("not judged", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is derived of a session; without a policy there are no findings and the ledger knows nothing.

    `findings`, `governing` (ids of the rules that govern) and `grades` hold an item for each decision; `replay` knows
    the states that were gone through; `consents` is what was read out of talk, by the ordinal of the decision, where
    no records decide; `facts` are the names of the facts that results told.
    """

    policy: Policy | None
    ledger: Ledger
    findings: tuple[tuple[Finding, ...], ...]
    governing: tuple[tuple[str, ...], ...]
    grades: tuple[Grade, ...]
    replay: Replay
    consents: Mapping[int, Consent] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()


def judge(session: Session, policy: Policy | None) -> Judgement:
    """Judge every decision of a session."""
    if policy is None:
        ledger = Ledger(session, None)
        for entry in session.entries:
            ledger.observe(entry)
        count = len(session.decisions)
        return Judgement(None, ledger, ((),) * count, ((),) * count, (NOT_JUDGED,) * count, Replay(session))
    run = _Run(session, policy)
    run.read()
    found = tuple(tuple(findings) for findings in run.findings)
    governing = _alike(tuple(rules) for rules in run.governing)
    grades = _alike(grade(f) for f in found)
    clauses = run.clauses
    return Judgement(
        policy,
        run.ledger,
        found,
        governing,
        grades,
        run.replay,
        clauses.approvals.consents,
        clauses.facts.names,
    )


def _alike(values: Iterable[T]) -> tuple[T, ...]:
    """Keep equal values once: there are few that differ."""
    kept: dict[T, T] = {}
    return tuple(kept.setdefault(value, value) for value in values)


def reading(session: Session, decision: Decision, policy: Policy | None) -> margins.Reading | None:
    """Return the margin of a decision, None where none was recorded."""
    record = session.record(decision.entry)
    if not isinstance(record, rec.Decision) or record.margin is None:
        return None
    bands = (policy or defaults()).bands(record.margin.measure)
    return margins.read(record.margin, session.chosen(decision), bands)


class _Run:
    """Reads the records once, and judges each decision when its turn comes."""

    def __init__(self, session: Session, policy: Policy) -> None:
        self.session = session
        self.policy = policy
        self.ledger = Ledger(session, policy)
        self.clauses = Clauses(session, policy, self.ledger)
        self.findings: list[list[Finding]] = [[] for _ in session.decisions]
        self.governing: list[list[str]] = [[] for _ in session.decisions]
        self.replay = Replay(session)
        self._state = State()
        self._acts: dict[int, Act] = {}

    @cached_property
    def _shown(self) -> dict[str, int]:
        return first_shown(self.session)

    def read(self) -> None:
        """Read all records."""
        steps: dict[int, list[tuple[Step, Decision]]] = {}
        for decision in self.session.decisions:
            for step, at in (
                ("made", decision.entry),
                ("called", decision.call),
                ("answered", decision.result),
            ):
                if at is not None:
                    steps.setdefault(at, []).append((step, decision))  # type: ignore[arg-type]
        for at in range(len(self.session.entries)):
            entry = self.session.entries[
                at
            ]  # of a long session this keeps it at hand, for what comes just after it
            self.ledger.observe(entry)
            self._settle(self.clauses.responses.said(entry))
            for step, decision in steps.get(entry.index, ()):
                if step == "made":
                    self._judge(decision)
                elif step == "called":
                    self._called(decision, entry)
                else:
                    self._answered(decision, entry)
        self._settle(self.clauses.responses.at_end())

    def _judge(self, decision: Decision) -> None:
        found = self.findings[decision.index]
        action = self.session.chosen(decision)
        self._state = self.replay.before(decision.entry)
        found += discrepancies(self.session, self.policy, self.ledger, decision, self._state)
        for rule in self.policy.rules:
            how = self.clauses.governs(rule, decision, action)
            if how == "no":
                continue
            self.governing[decision.index].append(rule.id)
            if how == "unknown":
                says = phrase("whether it governs cannot be told: a fact or an argument was not recorded")
                line = self.policy.rule_line(rule, "on")
                found.append(
                    Finding("rule", "on", rule.id, "unknown", says, rule.severity, (decision.entry,), line)
                )
            else:
                found += self.clauses.check(rule, decision, action)
                found += self._visible(rule, decision)
            self.clauses.used(rule, decision, action, sure=how == "yes")
        found += _margin(self.session, decision, self.policy)
        if decision.call is None:
            self._unsent(decision, action)

    def _unsent(self, decision: Decision, action: rec.Action) -> None:
        """Tell of a reply, and of a choice that no call is recorded for."""
        act = Act(decision, action, self.clauses.covered(decision, action))
        self.clauses.facts.lost(action, decision.entry)
        self.clauses.happened(act)
        self._settle(self.clauses.responses.done(act, self.session.entries[decision.entry]))

    def _visible(self, rule: Rule, decision: Decision) -> list[Finding]:
        if rule.visible is None:
            return []
        perhaps = rule.visible.after == "compaction" and self._state.compaction is None
        if perhaps and self.session.captures.context == "all":
            return []  # nothing was compacted
        view = recorded(self.session, decision) or self._rebuilt(rule, decision)
        seen = sight(self.session, rule, view, self._state, lambda: self._shown)
        if perhaps and seen.verdict != "pass":
            seen = Sight(
                "unknown", seen.document, phrase("whether the context was compacted was not recorded")
            )
        verdict = seen.verdict if rule.visible.required else "remark"
        line = self.policy.rule_line(rule, "visible")
        return [
            Finding(
                "visible", seen.visibility, rule.id, verdict, seen.says, rule.severity, seen.evidence, line
            )
        ]

    def _rebuilt(self, rule: Rule, decision: Decision) -> Window:
        """Return the rebuilt window of a decision; where it does not hold the rule's document, none is put together."""
        if rule.document not in self._state.said:
            return Window((), None, None, None, estimated=True)
        return window(self.session, decision, self._talk)

    @cached_property
    def _talk(self) -> Talk:
        return Talk(self.session)

    def _called(self, decision: Decision, entry: Entry) -> None:
        if moment(self.session, decision) == entry.index:
            self._approved_since(decision)
        action = sent(self.session.chosen(decision), entry.record)
        act = Act(decision, action, self.clauses.covered(decision, action))
        self.ledger.use(decision, entry, action)
        self._acts[decision.index] = act
        if decision.result is None:
            self.clauses.facts.lost(action, entry.index)
        self.clauses.happened(act)
        self._settle(self.clauses.responses.done(act, entry))

    def _approved_since(self, decision: Decision) -> None:
        """Answer anew whether a call was approved: it waited, and was answered after it was chosen."""
        found = self.findings[decision.index]
        for rule in self.policy.rules:
            wanted = rule.need.confirmation if rule.need is not None else None
            for number, old in enumerate(found):
                if wanted is not None and (old.subject, old.check) == (rule.id, "need.confirmation"):
                    answer = self.clauses.approvals.check(decision, wanted)
                    found[number] = finding(self.policy, rule, old.check, answer)

    def _answered(self, decision: Decision, entry: Entry) -> None:
        act = self._acts.pop(decision.index, None)
        record = entry.record
        if not isinstance(record, rec.ToolResult) or act is None:
            return
        status = self.policy.status(record)
        self.ledger.answered(decision, entry, status)
        self.clauses.facts.observe(act.action, record, entry.index)
        act = replace(act, status=status, result=entry.index)
        self.clauses.happened(act)
        self._settle(self.clauses.responses.done(act, entry))

    def _settle(self, settled: list[tuple[Due, Answer]]) -> None:
        for due, answer in settled:
            self.findings[due.decision.index].append(finding(self.policy, due.rule, "then", answer))


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
