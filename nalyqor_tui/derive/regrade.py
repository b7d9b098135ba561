"""What another policy, or another version of one, would change: the same decisions, judged twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.grade import Grade
from nalyqor_tui.derive.judge import Judgement
from nalyqor_tui.trace.session import Decision, Session

_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A decision whose grade changes, with the findings that came and those that went."""

    decision: Decision
    old: Grade
    new: Grade
    came: tuple[Finding, ...]
    went: tuple[Finding, ...]


def changes(session: Session, old: Judgement, new: Judgement) -> Iterator[Change]:
    """Yield the decisions of a session whose grade is another word under the new judgement."""
    for decision in session.decisions:
        at = decision.index
        if old.grades[at].word != new.grades[at].word:
            came = _without(new.findings[at], old.findings[at])
            went = _without(old.findings[at], new.findings[at])
            yield Change(decision, old.grades[at], new.grades[at], came, went)


def _without(some: tuple[Finding, ...], others: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that others do not have: the same check of the same thing with the same verdict is one."""
    left = Counter(_key(finding) for finding in others)
    out = []
    for finding in some:
        if left[_key(finding)]:
            left[_key(finding)] -= 1
        else:
            out.append(finding)
    return tuple(out)


def _key(finding: Finding) -> _Key:
    return finding.area, finding.check, finding.subject, finding.verdict
