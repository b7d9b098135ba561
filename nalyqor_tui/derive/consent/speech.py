"""What a message does: asks leave, offers, asks for details; agrees, waits, refuses, turns away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nalyqor_tui.derive.consent.language import Language, sentences

Strength = Literal["leave", "offer"]
Reply = Literal["yes", "waits", "no", "other"]
_TAIL = re.compile(r",? or (?=is there|are there|do you|would you|if there|anything|something)[^?]*")
_LETTER = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Ask:
    """What the agent asked: `clauses` are the sentences that ask leave or offer, the last one last."""

    strength: Strength | None
    clauses: tuple[str, ...] = ()
    details: bool = False

    @property
    def clause(self) -> str:
        """The sentences that ask, as one text."""
        return " ".join(self.clauses)


@lru_cache(maxsize=2048)
def ask(text: str, language: Language) -> Ask:
    """Read what a plain text of the agent asks for."""
    parts = [_TAIL.sub("", s) for s in sentences(text)]
    leave = tuple(
        s for s in parts if (found := language.leave.search(s)) and not _leaves_open(s, found, language)
    )
    offers = tuple(
        s for s in parts if (found := language.offer.search(s)) and not _leaves_open(s, found, language)
    )
    details = any(language.details.search(s) for s in parts)
    many = sum("?" in s for s in parts) >= 3
    if leave and not many:
        return Ask("leave", leave, details)
    if (offers or leave) and not many and not (details and _numbered(parts)):
        return Ask("offer", offers or leave, details)
    return Ask(None, (), details or many)


@lru_cache(maxsize=2048)
def reply(text: str, language: Language) -> Reply:
    """Read whether a plain text of the user agrees to what was asked."""
    parts = list(sentences(text))
    first = parts[0] if parts else ""
    yes = any(_agrees(s, language) for s in parts)
    refuses = (found := language.no.match(first)) is not None and not language.yes.match(first)
    soft = any(language.soft.search(s) and not language.denied.search(s) for s in parts)
    if (
        found is not None
        and refuses
        and not any(_agrees(s[found.end() :] if s is first else s, language) for s in parts)
    ):
        return "no"
    if yes:
        return "waits" if _waits(parts, language) else "yes"
    if soft and not any(_questions(s, language) for s in parts):
        return "no" if any(language.no.search(s) for s in parts) else "yes"
    return "waits" if soft else "other"


def readable(text: str) -> bool:
    """Say whether a text holds letters of this language at all."""
    return _LETTER.search(text) is not None


def _agrees(sentence: str, language: Language) -> bool:
    asks = sentence.rstrip().endswith("?")
    for found in language.yes.finditer(sentence):
        if asks and found.start() > 0 and not language.polite.search(sentence[: found.start()]):
            continue
        before = sentence[max(0, found.start() - 24) : found.start()]
        if not re.search(
            r"(\bnot|n't|\bnever|\bbefore you|\bbefore we|\bto)\s+(\w+\s)?$", before
        ) or re.search(r"\b(like|want|happy|ready|prefer|wish) to\s+$", before):
            return True
    return False


def _waits(parts: list[str], language: Language) -> bool:
    """Say whether the agreement waits for something: in its own sentence, or in one that begins with but."""
    for index, sentence in enumerate(parts):
        own = _agrees(sentence, language) or sentence.startswith(("but ", "however", "though "))
        asks = _questions(sentence, language) and re.search(r"\bbut\b", sentence) is not None
        if asks or (own and language.pending.search(sentence)):
            return not any(
                re.search(r"\b(go ahead|proceed)\b", s) and _agrees(s, language) for s in parts[index + 1 :]
            )
    return False


def _questions(sentence: str, language: Language) -> bool:
    if not sentence.rstrip().endswith("?"):
        return False
    asked = language.polite.search(sentence)
    return (
        asked is None
        or bool(language.verbs["look"].search(sentence, asked.end()))
        or bool(re.search(r"\b(tell|know|confirm|remind)\b", sentence[asked.end() :]))
    )


def _leaves_open(sentence: str, found: re.Match[str], language: Language) -> bool:
    rest = sentence[found.end() :]
    rest = re.split(r"[,;]| and (?=let|tell|provide|please|which|what|how)| so (?=that|i)\b", rest)[0]
    return language.open.search(rest[:60]) is not None


def _numbered(parts: list[str]) -> bool:
    return sum(re.match(r"(\d+[.)]|[-*•])\s", s) is not None for s in parts) >= 2
