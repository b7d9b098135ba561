"""Whether a condition holds of a decision: yes, no, or it cannot be told.

What was not recorded makes a comparison unknown, and unknown stays unknown through `and`, `or` and `not` (strong
Kleene). What does not apply to a decision at all, such as the arguments of a reply, makes no comparison true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from nalyqor_tui.derive.conditions import CONDITIONS, conditions
from nalyqor_tui.derive.corpus import WRONG
from nalyqor_tui.derive.grade import passed
from nalyqor_tui.present import find, words
from nalyqor_tui.present.query.syntax import All, Compare, Flag, Node, Not, RuleIs, Some
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, arguments


class _NotApplicable:
    """The value of a field that a decision does not have."""


NOT_APPLICABLE: Final = _NotApplicable()
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_STALE = frozenset({"stale-relied-upon", "consumed-twice", "superseded-relied-upon", "revoked-relied-upon"})
_SCOPE = frozenset({"scope-tool", "scope-arguments"})


def holds(node: Node, review: Review, decision: Decision) -> bool | None:
    """Say whether a condition holds of a decision; None where that cannot be told."""
    match node:
        case Not(of):
            told = holds(of, review, decision)
            return None if told is None else not told
        case All(of):
            answers = [holds(one, review, decision) for one in of]
            return False if False in answers else None if None in answers else True
        case Some(of):
            answers = [holds(one, review, decision) for one in of]
            return True if True in answers else None if None in answers else False
        case Flag(name):
            return _flag(name, review, decision)
        case RuleIs(rule, state):
            return _rule(rule, state, review, decision)
        case Compare():
            return _compare(node, review, decision)


def _flag(name: str, review: Review, decision: Decision) -> bool | None:
    tool = review.session.chosen(decision).tool
    if name in ("call", "reply"):
        return (tool is not None) is (name == "call")
    if name == "noted":
        return bool(_notes(review, decision))
    if name in ("problem", "latent"):
        if review.policy is None:
            return None
        wrong = review.judgement.grades[decision.index].word in WRONG
        output = _output(review) if name == "latent" else "passed"
        return False if not wrong else None if output is None else output == "passed"
    if name in CONDITIONS:
        if review.policy is None:
            return None
        consent = review.judgement.consents.get(decision.index)
        found = conditions(review.judgement.findings[decision.index], consent.cls if consent else None)
        return found.get(name, False)
    return review.policy is not None and tool is not None and review.policy.has_effect(tool, name)


def _rule(rule: str, state: str, review: Review, decision: Decision) -> bool | None:
    governs = rule in review.judgement.governing[decision.index]
    if state == "governs" or not governs:
        return governs
    found = [f for f in review.judgement.findings[decision.index] if f.subject == rule]
    seen = [f for f in found if f.area == "visible"]
    if state in ("held", "failed", "unknown"):
        verdicts = {f.verdict for f in found}
        told = "failed" if "fail" in verdicts else "unknown" if "unknown" in verdicts else "held"
        return told == state if state == "unknown" or told != "unknown" else None
    if not seen or any(f.verdict == "unknown" for f in seen):
        return None
    return any(f.verdict == "fail" if state == "missing" else f.check == state for f in seen)


def _compare(node: Compare, review: Review, decision: Decision) -> bool | None:
    if node.field == "text":
        return node.value.casefold() in _said(review, decision).casefold()
    if node.field == "note":
        return _note(node, review, decision)
    value = _value(node, review, decision)
    if value is NOT_APPLICABLE:
        return False
    if value is None:
        return node.op == "=" if node.value in ("unknown", "absent") else None
    if node.value in ("unknown", "absent"):
        return node.op == "!="
    if node.op in _ORDER:
        return isinstance(value, int | float) and _ORDER[node.op](value, float(node.value))
    if node.op == "~":
        return node.value.casefold() in words.compact(value).casefold()
    return _equal(value, node.value) is (node.op == "=")


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(wanted) == value
        except ValueError:
            return False
    text = words.compact(value)
    return fnmatchcase(text, wanted) if "*" in wanted else text == wanted


def _value(node: Compare, review: Review, decision: Decision) -> Any:
    """Return the value of a field: None where it was not recorded or cannot be told."""
    name = node.field
    if name.startswith("arg."):
        return _argument(review, decision, name.removeprefix("arg.").split("."))
    fields: dict[str, Callable[[], Any]] = {
        "tool": lambda: review.session.chosen(decision).tool or NOT_APPLICABLE,
        "turn": lambda: decision.turn,
        "decision": lambda: decision.number,
        "grade": lambda: review.judgement.grades[decision.index].word if review.policy else None,
        "severity": lambda: _severity(review, decision),
        "consent": lambda: _consent(review, decision),
        "margin": lambda: _margin(node, review, decision),
        "status": lambda: _status(review, decision),
        "output": lambda: _output(review),
        "agent": lambda: _agent(review, decision),
    }
    return fields[name]()


def _argument(review: Review, decision: Decision, path: list[str]) -> Any:
    value: Any = arguments(review.session.chosen(decision))
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return NOT_APPLICABLE
        value = value[key]
    return value if value is not None else "null"


def _severity(review: Review, decision: Decision) -> Any:
    if review.policy is None:
        return None
    fails = {f.severity for f in review.judgement.findings[decision.index] if f.verdict == "fail"}
    return next((s for s in ("high", "medium", "low") if s in fails), NOT_APPLICABLE)


def _consent(review: Review, decision: Decision) -> Any:
    """Return the class of the confirmation that was asked for: read out of the talk, or told by records."""
    if review.policy is None:
        return None
    read = review.judgement.consents.get(decision.index)
    if read is not None:
        return None if read.cls == "unknown" else read.cls
    found = review.judgement.findings[decision.index]
    asked = {f.verdict for f in found if f.check == "need.confirmation"}
    failed = {f.check for f in found if f.area == "confirmation" and f.verdict == "fail"}
    if failed & _SCOPE:
        return "mismatched"
    if failed & _STALE:
        return "stale"
    if not asked:
        return NOT_APPLICABLE
    return "none" if "fail" in asked else None if "unknown" in asked else "confirmed"


def _margin(node: Compare, review: Review, decision: Decision) -> Any:
    reading = review.margin(decision)
    if reading is None:
        return None
    if node.op in _ORDER or node.value.replace(".", "").replace("-", "").isdigit():
        return reading.value
    return reading.band


def _status(review: Review, decision: Decision) -> Any:
    if review.session.chosen(decision).tool is None:
        return NOT_APPLICABLE
    record = review.session.record(decision.result) if decision.result is not None else None
    if not isinstance(record, rec.ToolResult):
        return None
    return review.policy.status(record) if review.policy else record.status


def _output(review: Review) -> str | None:
    records = [entry.record for entry in review.session.outcomes()]
    last = records[-1] if records else None
    verdict = passed(last) if isinstance(last, rec.Outcome) else None
    return None if verdict is None else "passed" if verdict else "failed"


def _agent(review: Review, decision: Decision) -> str | None:
    record = review.session.record(decision.entry)
    named = record.agent if isinstance(record, rec.Decision) else None
    header = review.session.header
    return named or (header.agent_name if header else None)


def _notes(review: Review, decision: Decision) -> set[str]:
    return {each.note.body.kind for each in review.notes_at(decision) if not each.note.retracted}


def _note(node: Compare, review: Review, decision: Decision) -> bool:
    kinds = _notes(review, decision)
    there = not kinds if node.value == "none" else node.value in kinds
    return there is (node.op == "=")


def _said(review: Review, decision: Decision) -> str:
    records = (decision.entry, decision.call, decision.result, decision.text)
    texts = [find.searchable(review.session.entries[at]) for at in records if at is not None]
    return "\n".join([words.compact(review.session.chosen(decision).arguments or ""), *texts])
