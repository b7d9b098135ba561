"""What a check says of one decision: a verdict with the rule, the records and the policy line behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.policy.rules import Severity

Verdict = Literal["pass", "fail", "unknown", "n/a", "remark"]
Area = Literal["confirmation", "rule", "visible", "margin"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, with the words that say it and the records that show it."""

    verdict: Literal["pass", "fail", "unknown"]
    says: Phrase
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result; `evidence` are ordinals of records in the session, `line` is a line of the policy.

    `check` is the check's name (such as `stale-relied-upon`), `subject` the id of what it is about. A remark
    informs and never counts; `n/a` never counts as a pass.
    """

    area: Area
    check: str
    subject: str
    verdict: Verdict
    says: Phrase
    severity: Severity = "medium"
    evidence: tuple[int, ...] = ()
    line: int | None = None
