"""A write and the leaves of its arguments: what kind of value each is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import Language, words
from nalyqor_tui.trace.records import Json

_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_IDENTIFIER = re.compile(r"#?(?=\S*\d)[\w.#-]{4,}|[A-Z]{5,}")
_WORDS = re.compile(r"[a-z]+(?:[ _-][a-z]+)*")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of a write's arguments: its dotted path, its name (the last part that is not a number), its value."""

    path: str
    name: str
    value: Json


@dataclass(frozen=True, slots=True)
class Act:
    """A write: its tool, its leaves, and the record before which it is judged."""

    tool: str
    leaves: tuple[Leaf, ...]
    at: int
    strings: frozenset[str] = field(default=frozenset())

    def targets(self, language: Language) -> list[str]:
        """Return the identifiers of what is acted on: those that do not say who asks or pays."""
        return [str(leaf.value) for leaf in self.leaves if is_target(leaf, language)]


def leaves(value: Json, path: str = "", name: str = "") -> Iterator[Leaf]:
    """Yield the leaves of arguments in order; a list counts its items from 1."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key), str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from leaves(inner, f"{path}.{number}" if path else str(number), name)
    else:
        yield Leaf(path, name, value)


@lru_cache(maxsize=8192)
def _looks_identifier(value: str) -> bool:
    return _IDENTIFIER.fullmatch(value) is not None and mentions.day_of(value) is None


def is_identifier(value: Json) -> bool:
    """Say whether a value looks like an identifier: one word with a digit, four letters at least."""
    return isinstance(value, str) and _looks_identifier(value)


def is_target(leaf: Leaf, language: Language) -> bool:
    """Say whether a leaf identifies what is acted on."""
    return is_identifier(leaf.value) and not language.bystander & set(words(leaf.path))


def is_cost(leaf: Leaf, language: Language) -> bool:
    """Say whether a leaf is a figure that costs its user something."""
    return is_number(leaf.value) and leaf.value != 0 and bool(language.cost & set(words(leaf.name)))


def is_count(leaf: Leaf, language: Language) -> bool:
    """Say whether a leaf is a number of things by its name, such as `guests` or `nonfree_baggages`: no money."""
    if isinstance(leaf.value, bool) or not isinstance(leaf.value, int):
        return False
    parts = [word for word in words(leaf.name) if not word.isdigit()]
    if not parts or language.money & {part.removesuffix("s") for part in parts}:
        return False
    return parts[-1] in language.counts or (parts[-1].endswith("s") and not parts[-1].endswith("ss"))


def is_sum(leaf: Leaf, language: Language) -> bool:
    """Say whether a leaf is a figure that costs its user something and may be held against amounts of money."""
    return is_cost(leaf, language) and not is_count(leaf, language)


def is_word(leaf: Leaf) -> bool:
    """Say whether a value is a plain word or two, such as one of a set of choices."""
    return isinstance(leaf.value, str) and _WORDS.fullmatch(leaf.value) is not None


def flag(value: Json) -> bool | None:
    """Return a yes-or-no value as a truth value."""
    if isinstance(value, bool):
        return value
    return _FLAGS.get(value.lower()) if isinstance(value, str) else None


def shape_of(value: str) -> str:
    """Return the form of an identifier: its digits alike; letters too where both mix, as in `4XGCCM`."""
    plain = value.lower()
    if value.isupper() and value.isalpha():
        return re.sub("[a-z]", "x", plain)
    mixed = re.search(r"\d[a-z]|[a-z]\d+[a-z]", plain)
    return re.sub("[a-z0-9]", "x", plain) if mixed else re.sub(r"\d", "9", plain)


@lru_cache(maxsize=8192)
def kind_of(value: str) -> str:
    """Return the words of an identifier that say its kind, such as `credit card` of `credit_card_4421486`."""
    found = re.match(r"([a-z]+(?:[_-][a-z]+)*)[_-]\d{3,}$", value)
    return str(re.sub(r"[_-]", " ", found.group(1))) if found else ""


def is_number(value: Json) -> bool:
    """Say whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
