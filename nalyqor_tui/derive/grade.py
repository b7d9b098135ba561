"""The grade of a decision: from its findings, with the coverage beside it; never one number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.trace import records as rec

Word = Literal["sound", "unproven", "flawed", "bad", "not judged"]
ORDER: tuple[Word, ...] = ("bad", "flawed", "unproven", "sound", "not judged")


@dataclass(frozen=True, slots=True)
class Grade:
    """How a decision stands: `judged` of `checks` applicable checks could be answered."""

    word: Word
    judged: int
    checks: int
    failed: int


def grade(findings: Iterable[Finding]) -> Grade:
    """Grade a decision: strong Kleene over its checks; `n/a` and remarks do not count."""
    counted = [f for f in findings if f.verdict in ("pass", "fail", "unknown")]
    fails = [f for f in counted if f.verdict == "fail"]
    unknown = sum(f.verdict == "unknown" for f in counted)
    word: Word = "sound"
    if not counted:
        word = "not judged"
    elif any(f.severity == "high" for f in fails):
        word = "bad"
    elif fails:
        word = "flawed"
    elif unknown:
        word = "unproven"
    return Grade(word, len(counted) - unknown, len(counted), len(fails))


def passed(outcome: rec.Outcome) -> bool | None:
    """Read a recorded outcome: True or False where it says so, None where it cannot be told."""
    verdict = outcome.grade
    if isinstance(verdict, str):
        return {"pass": True, "fail": False}.get(verdict.lower())
    if verdict is None or outcome.scale is None or len(outcome.scale) != 2:
        return None
    low, high = outcome.scale
    return True if verdict == high else False if verdict == low else None
