"""The words of a condition: what can be asked of a decision, and which values each field can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, get_args

from nalyqor_tui.derive.conditions import CONDITIONS
from nalyqor_tui.derive.grade import ORDER
from nalyqor_tui.derive.rules import Visibility
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Session, arguments

CONSENT: Final = ("confirmed", "mismatched", "stale", "requested", "none", "unknown")
BANDS: Final = ("tie", "against", "narrow", "clear", "unresolved", "absent")
NOTES: Final = ("none", "reconstruction", "hypothesis", "question", "mark")
_SEEN: Final = tuple(str(word) for word in get_args(Visibility) if word not in ("unknown", "not_asked"))
STATES: Final = ("governs", "held", "failed", "unknown", "missing", *_SEEN)

FIELDS: Final[Mapping[str, str]] = {
    "tool": "the tool that was called; * stands for anything: tool = update_*",
    "turn": "the number of the turn: turn > 5",
    "decision": "the number of the decision: decision = 9.1",
    "arg.NAME": "an argument, by its name: arg.amount > 100",
    "grade": "the grade of the decision",
    "severity": "the highest severity of what failed: low, medium, high",
    "consent": "whether the confirmation that the policy asks for was there",
    "margin": "the margin, by its band or its size in its own unit: margin tie, margin < 0.1",
    "rule": "a rule of the policy, and how it stood: rule R-12 missing",
    "status": "what came back: ok, error, timeout",
    "output": "what the log says of the output: passed, failed",
    "agent": "the agent that decided",
    "note": "the notes on the decision, by kind: note = none",
    "text": "what was said and done: text ~ refund; a text in quotes alone means the same",
}
"""Each field with what it is, for the help."""

VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "grade": ORDER,
    "severity": ("low", "medium", "high"),
    "consent": CONSENT,
    "margin": BANDS,
    "status": ("ok", "error", "timeout"),
    "output": ("passed", "failed"),
    "note": NOTES,
}
"""The values of the fields that have few."""

FLAGS: Final[Mapping[str, str]] = {
    "call": "a tool was called",
    "reply": "words were the choice",
    "problem": "flawed or bad",
    "latent": "flawed or bad, although the output passed",
    "noted": "a note is on it",
    **CONDITIONS,
}
"""Each word that stands for itself, with what it means."""

KEYWORDS: Final = ("and", "or", "not")
_WORD = re.compile(r"[^\s()=!<>~\"']*\Z")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What can be said of one trace under one policy: its rules, effects, tools and arguments."""

    rules: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    arguments: tuple[str, ...] = field(default=())

    @property
    def flags(self) -> tuple[str, ...]:
        """Every word that stands for itself."""
        return (*FLAGS, *self.effects)


def vocabulary(policy: Policy | None, sessions: Iterable[Session] = ()) -> Vocabulary:
    """Return the words for a policy and what these sessions hold."""
    tools: dict[str, None] = {}
    named: dict[str, None] = {}
    for session in sessions:
        for action in session.choices():
            if action.tool is not None:
                tools[action.tool] = None
                named.update(dict.fromkeys(arguments(action)))
    rules = tuple(rule.id for rule in policy.rules) if policy else ()
    effects = tuple(policy.file.effects) if policy else ()
    return Vocabulary(rules, effects, tuple(tools), tuple(named))


def complete(text: str, words: Vocabulary) -> list[str]:
    """Return what the text could become, the likeliest first: the word at its end finished or the next one begun."""
    match = _WORD.search(text)
    begun = match[0] if match else ""
    before = text[: len(text) - len(begun)]
    return [
        before + word for word in _next(before.split(), words) if word.startswith(begun) and word != begun
    ]


def _quoted(value: str) -> str:
    return value if _WORD.fullmatch(value) and value not in KEYWORDS else f'"{value}"'


def _next(before: list[str], words: Vocabulary) -> list[str]:
    """Return the words that can follow."""
    last = before[-1] if before else ""
    if last == "rule":
        return list(words.rules)
    if len(before) > 1 and before[-2] == "rule":
        return list(STATES)
    if last in ("=", "!=", "~", "<", ">", "<=", ">="):
        of = before[-2] if len(before) > 1 else ""
        return [_quoted(value) for value in (words.tools if of == "tool" else VALUES.get(of, ()))]
    if last and not last.strip("=!<>~"):
        return []  # no operator, such as `==`
    if last == "margin":
        return [*BANDS, "<", ">"]
    if last in VALUES or last in ("tool", "agent", "text", "turn", "decision") or last.startswith("arg."):
        return ["=", "!=", "~"] if last not in ("turn",) else ["=", "<", ">"]
    if last and last not in KEYWORDS and not last.endswith("("):
        return ["and", "or"]
    fields = [name for name in FIELDS if name != "arg.NAME"]
    return [*fields, *words.flags, *(f"arg.{name}" for name in words.arguments), "not"]
