"""One value of a write against one text: how the text names it, or what the text names in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import Language, sentences, words
from nalyqor_tui.derive.consent.lookup import Card, Lookup
from nalyqor_tui.trace.records import Json

_DIGITS = re.compile(r"\d{4,}")
_NAMING = re.compile(r"(?:^|\.)(\w*name|title|label|brand|last_?four|last4|subject|email|source)$", re.I)
_NAME = re.compile(r"^(name|title|label|subject|nickname|last_?four|last4)$", re.I)
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_IDENTIFIER = re.compile(r"#?(?=\S*\d)[\w.#-]{4,}|[A-Z]{5,}")
_WORDS = re.compile(r"[a-z]+(?:[ _-][a-z]+)*")
_TOKEN = re.compile(r"#?(?=[\w.-]*\d)\w[\w.-]{2,}\w")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


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
    return _is_number(leaf.value) and leaf.value != 0 and bool(language.cost & set(words(leaf.name)))


def is_word(leaf: Leaf) -> bool:
    """Say whether a value is a plain word or two, such as one of a set of choices."""
    return isinstance(leaf.value, str) and _WORDS.fullmatch(leaf.value) is not None


def flag(value: Json) -> bool | None:
    """Return a yes-or-no value as a truth value."""
    if isinstance(value, bool):
        return value
    return _FLAGS.get(value.lower()) if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what texts say of the values of one write."""

    act: Act
    lookup: Lookup
    language: Language
    described: dict[str, list[Card]] = field(default_factory=dict)

    def mention(self, leaf: Leaf, text: str) -> str:
        """Return the words by which a plain text names the leaf's value; empty where it does not."""
        value = leaf.value
        if flag(value) is not None:
            return self._flag(leaf, text, wanted=flag(value))
        if _is_number(value):
            return self._number(leaf, text)
        if not isinstance(value, str) or not value:
            return ""
        if (moment := mentions.time_of(value)) is not None:
            return mentions.times(text).get(moment, "")
        if (day := mentions.day_of(value)) is not None:
            return mentions.days(text, self.language).get(day, "")
        if found := self._word(leaf, text):
            return found
        if is_identifier(value):
            return self._alias(value, text)
        if len(words(value)) > 1:
            share, missing = mentions.same_words(text, value)
            return value if share >= 0.6 and not missing else ""
        return self._other_name(value, text)

    def rival(self, leaf: Leaf, text: str) -> str:
        """Return what a plain text names in place of the leaf's value; empty where nothing."""
        value = leaf.value
        if flag(value) is not None:
            return self._flag(leaf, text, wanted=not flag(value))
        if _is_number(value):
            return self._rival_number(leaf, text)
        if not isinstance(value, str) or not value:
            return ""
        if mentions.time_of(value) is not None:
            own = {mentions.time_of(one) for one in self.act.strings}
            return next((said for moment, said in mentions.times(text).items() if moment not in own), "")
        if mentions.day_of(value) is not None:
            return self._rival_day(text)
        if _ADDRESS.fullmatch(value):
            return next((one for one in _ADDRESS.findall(text) if one not in self.act.strings), "")
        if is_identifier(value):
            return self._rival_identifier(leaf, text)
        if len(words(value)) > 1 and " " in value:
            share, missing = mentions.same_words(text, value)
            return ", ".join(missing) if share >= 0.5 and missing else ""
        return self._rival_word(leaf, text)

    def known(self, value: str) -> list[Card]:
        """Return the objects of earlier results that describe an identifier."""
        return self._about(value)

    def fellow_named(self, leaf: Leaf, text: str) -> str:
        """Return the name by which a text speaks of a fellow in the same list, where the write leaves it out."""
        if not is_target(leaf, self.language):
            return ""
        for card in self._about(str(leaf.value)):
            key = next((k for k, v in card.own.items() if v == leaf.value), "")
            for one in self.lookup.by_place.get((card.entry, card.under), ()):
                if key and str(one.own.get(key, leaf.value)) not in self.act.strings:
                    for title, name in one.own.items():
                        if _NAME.search(title) and (found := mentions.names(text, str(name))):
                            return found
        return ""

    def unplaced(self, leaf: Leaf, text: str) -> str:
        """Return the end of a number by which a text names something of the leaf's kind that no record places."""
        if not is_identifier(leaf.value) or self._about(str(leaf.value)):
            return ""
        return self._ending(str(leaf.value), text)

    def _flag(self, leaf: Leaf, text: str, *, wanted: bool | None) -> str:
        for noun in mentions.nouns(leaf.path, skip=frozenset()):
            for sentence in sentences(text):
                if noun in sentence and not sentence.endswith("?"):
                    denied = self.language.denied.search(sentence) is not None
                    affirmed = self.language.affirmed.search(sentence) is not None
                    if denied if not wanted else affirmed and not denied:
                        return sentence
        return ""

    def _number(self, leaf: Leaf, text: str) -> str:
        value = float(leaf.value)
        if value in mentions.money(text) or (value >= 13 and value in mentions.figures(text)):
            return f"{leaf.value}"
        for noun in mentions.nouns(leaf.name, skip=frozenset({"total", "number", "num", "count"})):
            if found := mentions.counted(text, noun, self.language).get(value):
                return found
        return ""

    def _rival_number(self, leaf: Leaf, text: str) -> str:
        if is_cost(leaf, self.language) and (stated := mentions.money(text)):
            return ", ".join(f"{one:g}" for one in sorted(stated))
        skip = frozenset({"total", "number", "num", "count"})
        for noun in mentions.nouns(leaf.name, skip=skip | self.language.cost)[:1]:
            if found := mentions.counted(text, noun, self.language):
                return next(iter(found.values()))
        return ""

    def _rival_day(self, text: str) -> str:
        own = {mentions.day_of(str(leaf.value)) for leaf in self.act.leaves}
        stated = mentions.days(text, self.language)
        rivals = [words for day, words in stated.items() if day not in own]
        return rivals[0] if rivals and len(rivals) == len(stated) else ""

    def _word(self, leaf: Leaf, text: str) -> str:
        for longer in sorted(self._others(leaf), key=len, reverse=True):
            if str(leaf.value).lower() in longer.lower() and longer.lower() != str(leaf.value).lower():
                text = text.replace(longer.lower(), " ").replace(longer.lower().replace("_", " "), " ")
        return mentions.names(text, str(leaf.value))

    def _rival_word(self, leaf: Leaf, text: str) -> str:
        value = str(leaf.value)
        others = [
            o
            for o in self._others(leaf)
            if re.fullmatch(r"[A-Za-z][a-z]+([ _-][a-z]+)*", o) and flag(o) is None
        ]
        if not re.search("[a-z]", value) or len(others) > 6:
            return ""
        for other in sorted(others, key=len, reverse=True):
            if other not in self.act.strings and (found := mentions.names(text, other)):
                return found
        return ""

    def _others(self, leaf: Leaf) -> set[str]:
        return self.lookup.others(leaf.name, str(leaf.value), self.act.at)

    def _fellows(self, value: str) -> set[str]:
        """Return the identifiers of things that stand in results as this one does: under a key `id`."""
        known = self.lookup.fields.get("id", {})
        return (
            self.lookup.others("id", value, self.act.at)
            if known.get(value, self.act.at) < self.act.at
            else set()
        )

    def _options(self, card: Card, text: str) -> str:
        """Return the traits by which a text picks this one among its fellows: most of them, and no fellow more."""
        held = _traits(card, text)
        best = max((len(_traits(one, text)) for one in self._beside(card)), default=0)
        return ", ".join(held) if held and len(held) * 2 >= len(card.below) and len(held) >= best else ""

    def _rival_traits(self, value: str, text: str) -> str:
        """Return the traits by which a text picks a fellow rather than the one with this identifier."""
        for card in self._about(value):
            own = len(_traits(card, text))
            for one in self._beside(card):
                held = _traits(one, text)
                if len(held) > own and len(held) * 2 >= len(one.below):
                    return ", ".join(held)
        return ""

    def _beside(self, card: Card) -> list[Card]:
        """Return the objects of the same result with the same traits, such as the variants of a product."""
        listed = self.lookup.by_trait.get((card.entry, next(iter(card.below), "")), ())
        return [one for one in listed if one.below.keys() == card.below.keys()]

    def _about(self, value: str) -> list[Card]:
        """Return the objects that describe an identifier, not those that only refer to it."""
        if value in self.described:
            return self.described[value]
        out = self.described[value] = []
        for card in self.lookup.cards(value, self.act.at):
            key = next((k for k, v in card.own.items() if v == value), card.under)
            described = (
                card.under == value
                or key in ("id", "name", "code", "number")
                or _stem(key) == _stem(card.under)
            )
            if described or any(_NAME.search(k) for k in card.own if k != key):
                out.append(card)
        return out

    def _alias(self, value: str, text: str) -> str:
        for digits in _DIGITS.findall(value):
            if mentions.names(text, digits):
                return digits
        for card in self._about(value):
            if found := _named(card, value, text) or self._options(card, text):
                return found
        ending = self._ending(value, text)
        kind = kind_of(value)
        return kind if len(kind) > 3 and not ending and re.search(rf"(?<!\w){kind}s?(?!\w)", text) else ""

    def _other_name(self, value: str, text: str) -> str:
        for card in self.lookup.cards(value, self.act.at):
            if len(card.own) == 1 and card.under == value:
                return mentions.names(text, str(next(iter(card.own.values()))))
        return ""

    def _rival_identifier(self, leaf: Leaf, text: str) -> str:
        value = str(leaf.value)
        others = self._others(leaf) | self._fellows(value)
        for other in sorted(others):
            if (
                not is_identifier(other)
                or other in self.act.strings
                or bool(kind_of(other)) != bool(kind_of(value))
            ):
                continue
            if found := mentions.names(text, other) or next(
                (d for d in _DIGITS.findall(other) if mentions.names(text, d)), ""
            ):
                return found
            if any(found := _last(card, text) for card in self._about(other)):
                return found
            kind = kind_of(other)
            if len(kind) > 3 and kind != kind_of(value) and re.search(rf"(?<!\w){kind}s?(?!\w)", text):
                return kind
        if found := self._rival_traits(value, text) or self._same_shape(value, text):
            return found
        return self._ending(value, text) if self._about(value) else ""

    def _same_shape(self, value: str, text: str) -> str:
        """Return an identifier that looks like this one, such as `#W200` for `#W100`, and is not in the write."""
        if kind_of(value) or (value.isdigit() and len(value) < 8):
            return ""
        own = {one.lower() for one in self.act.strings}
        shape = _shape(value)
        return next((one for one in _TOKEN.findall(text) if _shape(one) == shape and one not in own), "")

    def _ending(self, value: str, text: str) -> str:
        """Return how a text ends the number of a thing of this kind, where it is not this one's."""
        own = {str(v) for card in self._about(value) for _, v in card.values()}
        elsewhere = {str(leaf.value) for leaf in self.act.leaves} - {value}
        for found in self.language.ending.finditer(text):
            digits = next(group for group in found.groups() if group)
            near = text[max(0, found.start() - 40) : found.start()]
            fits = any(
                word in near
                for word in (*kind_of(value).split(), *words(value))
                if len(word) > 3 and word.isalpha()
            )
            fits = fits or any(
                str(v).lower() in near
                for card in self._about(value)
                for _, v in card.values()
                if len(str(v)) > 3
            )
            known = own | {str(v) for e in elsewhere for card in self._about(e) for _, v in card.values()}
            if fits and not value.endswith(digits) and not any(one.endswith(digits) for one in known):
                return found.group()
        return ""


def _named(card: Card, value: str, text: str) -> str:
    if found := _last(card, text):
        return found
    for key, held in card.values():
        if _NAMING.search(key) and str(held) != value and len(str(held)) >= 3:
            if found := mentions.names(text, str(held)):
                return found
    return ""


def _traits(card: Card, text: str) -> list[str]:
    return [str(v) for k, v in card.below.items() if not _NAMING.search(k) and mentions.names(text, str(v))]


def _last(card: Card, text: str) -> str:
    for key, value in card.values():
        if re.search(r"last_?(four|4)|ending", key, re.I) and (found := mentions.names(text, str(value))):
            return found
    return ""


def _shape(value: str) -> str:
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


def _stem(key: str) -> str:
    return re.sub(r"(_?ids?|_?number|s)$", "", key.lower())


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
