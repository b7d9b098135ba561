"""How a policy meets a trace: which of its statements ever had a say, and which tools it says nothing of."""

from __future__ import annotations

from dataclasses import dataclass, field

from nalyqor_tui.derive.judge import Judgement
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Session


@dataclass(slots=True)
class Usage:
    """What was met over the sessions read so far; memory in the number of names, not of records."""

    policy: Policy
    sessions: int = 0
    decisions: int = 0
    tools: dict[str, int] = field(default_factory=dict)
    governed: dict[str, int] = field(default_factory=dict)
    confirmations: dict[str, int] = field(default_factory=dict)
    facts: set[str] = field(default_factory=set)

    def read(self, session: Session, judgement: Judgement) -> None:
        """Read a session that was judged under the policy."""
        self.sessions += 1
        self.decisions += len(session.decisions)
        for action in session.choices():
            if action.tool is not None:
                self.tools[action.tool] = self.tools.get(action.tool, 0) + 1
        for rules in judgement.governing:
            for rule in rules:
                self.governed[rule] = self.governed.get(rule, 0) + 1
        for life in judgement.ledger.lives:
            if life.type_name is not None:
                self.confirmations[life.type_name] = self.confirmations.get(life.type_name, 0) + 1
        self.facts |= judgement.facts

    @property
    def idle_rules(self) -> list[str]:
        """The rules that governed no decision."""
        return [rule.id for rule in self.policy.rules if rule.id not in self.governed]

    @property
    def idle_effects(self) -> list[str]:
        """The effects that match no tool."""
        effects = self.policy.file.effects
        return [e for e in effects if not any(self.policy.has_effect(tool, e) for tool in self.tools)]

    @property
    def idle_confirmations(self) -> list[str]:
        """The confirmation types that no record belongs to."""
        return [name for name in self.policy.file.confirmation if name not in self.confirmations]

    @property
    def idle_facts(self) -> list[str]:
        """The facts that no result told."""
        return [n for n in dict.fromkeys(f.name for f in self.policy.file.fact) if n not in self.facts]

    @property
    def unnamed_tools(self) -> list[str]:
        """The tools that no effect, rule or fact names; a pattern that takes every tool names none."""
        return sorted(tool for tool in self.tools if not self._names(tool))

    def _names(self, tool: str) -> bool:
        named = list(self.policy.file.effects.values()) + [f.from_.tool for f in self.policy.file.fact]
        for rule in self.policy.rules:
            named += [pattern.tool for _, pattern in rule.patterns() if pattern.tool is not None]
        return any(self.policy.named([glob for glob in globs if glob.strip("*")], tool) for globs in named)
