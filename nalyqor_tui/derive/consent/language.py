"""The words of asking, agreeing and acting in one language, read from data; and plain forms of text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_MARKS = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("\u00a0", " "), ("–", "-"), ("—", "-"), ("`", " "))
_EMPHASIS = re.compile(r"\*\*|__|(?<!\S)[*_](?=\S)|(?<=\S)[*_](?!\S)|^#+ ", re.M)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|\n+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """The patterns of one language; see the data file for what each is for."""

    leave: re.Pattern[str]
    offer: re.Pattern[str]
    open: re.Pattern[str]
    details: re.Pattern[str]
    yes: re.Pattern[str]
    soft: re.Pattern[str]
    no: re.Pattern[str]
    pending: re.Pattern[str]
    turn: re.Pattern[str]
    urging: re.Pattern[str]
    polite: re.Pattern[str]
    excepted: re.Pattern[str]
    only: re.Pattern[str]
    negated: re.Pattern[str]
    denied: re.Pattern[str]
    affirmed: re.Pattern[str]
    apart: re.Pattern[str]
    none_before: re.Pattern[str]
    none_after: re.Pattern[str]
    gift: re.Pattern[str]
    total: re.Pattern[str]
    error: re.Pattern[str]
    ending: re.Pattern[str]
    before: re.Pattern[str]
    past: re.Pattern[str]
    original: re.Pattern[str]
    again: re.Pattern[str]
    several: re.Pattern[str]
    cost: frozenset[str]
    money: frozenset[str]
    counts: frozenset[str]
    bystander: frozenset[str]
    prices: frozenset[str]
    numbers: dict[str, int]
    months: tuple[str, ...]
    verbs: dict[str, re.Pattern[str]]
    roots: dict[str, tuple[str, ...]]
    stems: dict[str, frozenset[str]]

    @lru_cache(maxsize=4096)  # noqa: B019 - one language lives as long as the process
    def kinds(self, text: str) -> frozenset[str]:
        """Name the kinds of act that a plain text speaks of."""
        return frozenset(
            kind
            for kind, verb in self.verbs.items()
            if any(root in text for root in self.roots[kind]) and verb.search(text)
        )

    @lru_cache(maxsize=256)  # noqa: B019 - one language lives as long as the process
    def endings(self, text: str) -> tuple[tuple[int, str, str], ...]:
        """Return where a plain text says how a number ends, the digits, and the words."""
        return tuple(
            (found.start(), next(group for group in found.groups() if group), found.group())
            for found in self.ending.finditer(text)
        )

    def kind_of(self, tool: str) -> tuple[frozenset[str], str]:
        """Return the kinds of act that a tool's name tells, and the word of it that does."""
        for word in words(tool):
            found = frozenset(kind for kind, known in self.stems.items() if word in known)
            if found:
                own = frozenset({word}) & frozenset(self.stems)
                return own or found, word
        return frozenset(), ""


@cache
def english() -> Language:
    """Read the English words; once in a process."""
    data: dict[str, Any] = tomllib.loads(
        (resources.files(__package__) / "english.toml").read_text(encoding="utf-8")
    )
    ask, answer, text, arguments = data["ask"], data["answer"], data["text"], data["arguments"]
    return Language(
        leave=_any(ask["leave"]),
        offer=_any(ask["offer"]),
        open=_any(ask["open"]),
        details=_any(ask["details"]),
        yes=_words(answer["yes"]),
        soft=_words(answer["soft"]),
        no=_words(answer["no"]),
        pending=_any(answer["pending"]),
        turn=_any(answer["turn"]),
        urging=re.compile(answer["urging"]),
        polite=re.compile(answer["polite"]),
        excepted=re.compile(answer["except"]),
        only=re.compile(answer["only"]),
        negated=re.compile(text["negated"]),
        denied=re.compile(text["denied"]),
        affirmed=re.compile(text["affirmed"]),
        apart=re.compile(text["apart"]),
        none_before=re.compile(text["none_before"]),
        none_after=re.compile(text["none_after"]),
        gift=re.compile(text["gift"]),
        total=re.compile(text["total"]),
        error=re.compile(text["error"]),
        ending=re.compile(text["ending"]),
        before=re.compile(arguments["before"]),
        past=re.compile(arguments["past"]),
        original=re.compile(arguments["original"]),
        again=re.compile(arguments["again"]),
        several=re.compile(arguments["several"]),
        cost=frozenset(arguments["cost"]),
        money=frozenset(arguments["money"]),
        counts=frozenset(arguments["counts"]),
        bystander=frozenset(arguments["bystander"]),
        prices=frozenset(arguments["prices"]),
        numbers=data["numbers"],
        months=tuple(data["dates"]["months"]),
        verbs={kind: _verbs(listed) for kind, listed in data["verbs"].items()},
        roots={kind: tuple(map(_root, listed)) for kind, listed in data["verbs"].items()},
        stems={kind: frozenset(listed) for kind, listed in data["verbs"].items()},
    )


@lru_cache(maxsize=2048)
def simple(text: str) -> str:
    """Return a text in lower case, with plain quotes and without marks of emphasis."""
    for mark, plain in _MARKS:
        text = text.replace(mark, plain)
    return (_EMPHASIS.sub("", text) if any(mark in text for mark in "*_#") else text).lower()


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """Cut a plain text into its sentences and lines."""
    return tuple(piece.strip() for piece in _SENTENCE.split(text) if piece.strip())


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Cut a name such as `update_order_items` or `sendMail` into words in lower case."""
    return tuple(_WORD.findall(_CAMEL.sub(" ", name).lower()))


@lru_cache(maxsize=8192)
def alike(one: str, other: str) -> bool:
    """Say whether two words are forms of one, such as `bags` and `baggages`: one begins the other."""
    one, other = one.rstrip("s"), other.rstrip("s")
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 5


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _words(listed: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(sorted(listed, key=len, reverse=True))})(?![\w'-])")


def _verbs(listed: list[str]) -> re.Pattern[str]:
    """Match each verb in its forms: `cancel`, `cancels`, `cancelled`, `canceling`; `change`, `changing`."""
    roots = map(_root, listed)
    return re.compile(
        rf"\b(?:{'|'.join(rf'{root}{root[-1]}?' for root in roots)})(?:e|y|es|ed|ied|ies|s|ing|al)?\b"
    )


def _root(verb: str) -> str:
    """Return what all forms of a verb begin with."""
    return verb[:-1] if verb.endswith(("e", "y")) else verb
