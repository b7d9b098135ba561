"""What the agent makes of the customer's words: a handful of patterns, where a real agent has a model."""

from __future__ import annotations

import re
from dataclasses import dataclass

ORDER = re.compile(r"\border ([A-Z]-\d+)")
CHANGE = re.compile(r"\b(?:to|make it) (\d+ [A-Z]\w+ [A-Z]\w+)")
TELL = re.compile(r"\b(?:tell|inform) my partner\b", re.IGNORECASE)
YES = re.compile(r"^yes\b", re.IGNORECASE)
QUESTION = re.compile(r"[^.!?\n]+\?")


@dataclass(frozen=True)
class Heard:
    """One message, understood. `about` says what a question is about: help, write or tell."""

    own_words: str
    record_id: str | None
    address: str | None
    tell: bool
    agrees: bool
    question: str | None
    about: str | None


def hear(text: str) -> Heard:
    """Understand a message; lines that begin with `>` are pasted and say nothing for the customer."""
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    order, change, question = ORDER.search(own), CHANGE.search(own), QUESTION.search(own)
    asked = question.group().strip() if question else None
    return Heard(
        own_words=own,
        record_id=order.group(1) if order else None,
        address=change.group(1) if change else None,
        tell=TELL.search(own) is not None,
        agrees=YES.search(own) is not None,
        question=asked,
        about=None if asked is None else _subject(asked),
    )


def _subject(question: str) -> str:
    if re.search(r"\bpartner\b", question):
        return "tell"
    return "write" if re.search(r"\baddress\b", question) else "help"
