"""How a text names one value of a write: as it stands, in another spelling, or by another name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import Language, sentences, words
from nalyqor_tui.derive.consent.lookup import Card, Lookup
from nalyqor_tui.derive.consent.values import Act, Leaf, flag, is_count, is_identifier, is_number, kind_of

_DIGITS = re.compile(r"\d{4,}")
_NAMING = re.compile(r"(?:^|\.)(\w*name|title|label|brand|last_?four|last4|subject|email|source)$", re.I)
_LAST = re.compile(r"last_?(four|4)|ending", re.I)
NAME = re.compile(r"^(name|title|label|subject|nickname|last_?four|last4)$", re.I)
COUNTING = frozenset({"total", "number", "num", "count"})  # words by which a name says only that it counts


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
            return self.flagged(leaf, text, wanted=flag(value))
        if is_number(value):
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

    def flagged(self, leaf: Leaf, text: str, *, wanted: bool | None) -> str:
        """Return the sentence that says yes (or no, where that is wanted) to what the leaf is called."""
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
        if is_count(leaf, self.language):
            text = mentions.without_money(text)
        if value in mentions.money(text) or (value >= 13 and value in mentions.figures(text)):
            return f"{leaf.value}"
        for noun in mentions.nouns(leaf.name, skip=COUNTING):
            if found := mentions.counted(text, noun, self.language).get(value):
                return found
        return ""

    def _word(self, leaf: Leaf, text: str) -> str:
        for longer in sorted(self.others(leaf), key=len, reverse=True):
            if str(leaf.value).lower() in longer.lower() and longer.lower() != str(leaf.value).lower():
                text = text.replace(longer.lower(), " ").replace(longer.lower().replace("_", " "), " ")
        return mentions.names(text, str(leaf.value))

    def others(self, leaf: Leaf) -> set[str]:
        """Return the other values that this field took in the session so far."""
        return self.lookup.others(leaf.name, str(leaf.value), self.act.at)

    def _options(self, card: Card, text: str) -> str:
        """Return the traits by which a text picks this one among its fellows: most of them, and no fellow more."""
        held = traits(card, text)
        best = max((len(traits(one, text)) for one in self.beside(card)), default=0)
        return ", ".join(held) if held and len(held) * 2 >= len(card.below) and len(held) >= best else ""

    def beside(self, card: Card) -> list[Card]:
        """Return the objects of the same result with the same traits, such as the variants of a product."""
        listed = self.lookup.by_trait.get((card.entry, next(iter(card.below), "")), ())
        return [one for one in listed if one.below.keys() == card.below.keys()]

    def about(self, value: str) -> list[Card]:
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
            if described or any(NAME.search(k) for k in card.own if k != key):
                out.append(card)
        return out

    def _alias(self, value: str, text: str) -> str:
        for digits in _DIGITS.findall(value):
            if mentions.names(text, digits):
                return str(digits)
        for card in self.about(value):
            if found := _named(card, value, text) or self._options(card, text):
                return found
        ending = self.ending(value, text)
        kind = kind_of(value)
        return kind if len(kind) > 3 and not ending and re.search(rf"(?<!\w){kind}s?(?!\w)", text) else ""

    def _other_name(self, value: str, text: str) -> str:
        for card in self.lookup.cards(value, self.act.at):
            if len(card.own) == 1 and card.under == value:
                return mentions.names(text, str(next(iter(card.own.values()))))
        return ""

    def ending(self, value: str, text: str) -> str:
        """Return how a text ends the number of a thing of this kind, where it is not this one's."""
        for start, digits, said in self.language.endings(text):
            if value.endswith(digits) or not self._fits(value, text[max(0, start - 40) : start]):
                continue
            ours = {value, *(str(leaf.value) for leaf in self.act.leaves)}
            if not any(
                str(v).endswith(digits) for one in ours for c in self.about(one) for _, v in c.values()
            ):
                return said
        return ""

    def _fits(self, value: str, near: str) -> bool:
        """Say whether the words before the end of a number tell of a thing such as this one."""
        named = (*kind_of(value).split(), *words(value))
        held = (str(v).lower() for card in self.about(value) for _, v in card.values())
        return any(word in near for word in named if len(word) > 3 and word.isalpha()) or any(
            one in near for one in held if len(one) > 3
        )


def _named(card: Card, value: str, text: str) -> str:
    if found := last(card, text):
        return found
    held = (
        str(v) for key, v in card.values() if _NAMING.search(key) and str(v) != value and len(str(v)) >= 3
    )
    return next((found for name in held if (found := mentions.names(text, name))), "")


def traits(card: Card, text: str) -> list[str]:
    """Return the traits of an object that a text names."""
    return [str(v) for k, v in card.below.items() if not _NAMING.search(k) and mentions.names(text, str(v))]


def last(card: Card, text: str) -> str:
    """Return the last digits of an object's number where a text names them."""
    for key, value in card.values():
        if _LAST.search(key) and (found := mentions.names(text, str(value))):
            return found
    return ""


def _stem(key: str) -> str:
    return re.sub(r"(_?ids?|_?number|s)$", "", key.lower())
