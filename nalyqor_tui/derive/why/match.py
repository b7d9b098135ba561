"""Whether a place holds a value: the same value, the same words, another spelling of a number or a day."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import Language, sentences, words
from nalyqor_tui.derive.consent.values import Leaf, flag, is_identifier, is_number, is_word
from nalyqor_tui.derive.equal import equal
from nalyqor_tui.derive.why.places import Place, lowered

_SURE = 13  # below it a number stands for too many things: the consent reader's own bound
_EXACT = 10**15  # from here on a number is written in other ways than by its digits
_LONG = 400  # characters beyond which a value is no name that people write in several ways
_DIGITS = re.compile(r"[0-9]{4,}")
_RUN = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Match:
    """How a place holds a value: its words as they stand there, by which rule; `bound` to the value's name."""

    place: Place
    quote: str
    rule: str
    bound: bool


def faint(leaf: Leaf) -> bool:
    """Say whether a value is so short or so usual that holding it says nothing: `true`, 1, `yes`."""
    value = leaf.value
    if value is None or flag(value) is not None:
        return True
    if is_number(value):
        return abs(float(value)) < _SURE
    return isinstance(value, str) and len(value.strip()) < 3


def usual(leaf: Leaf) -> bool:
    """Say whether a value may stand in many places for other things: a plain word, a number."""
    return is_number(leaf.value) or is_word(leaf)


def hints(leaf: Leaf) -> tuple[str, ...]:
    """Return texts of which every plain text that holds the value has at least one; none where that cannot be told."""
    value = leaf.value
    nouns = [noun[:3] for noun in mentions.nouns(leaf.path, skip=frozenset())]
    if flag(value) is not None:
        return ("true", "false", "yes", "no", *nouns)
    if is_number(value):
        return (str(int(abs(value)))[-3:], *nouns) if abs(value) < _EXACT else ()
    if not isinstance(value, str) or mentions.time_of(value) is not None:
        return ()
    day = mentions.day_of(value)
    longest = max(_RUN.findall(value.lower()), key=len, default="")
    return (longest, lowered(value), *([str(day[1])] if day else [])) if longest else ()


def match(place: Place, leaf: Leaf, language: Language) -> Match | None:
    """Return how a place holds a leaf's value, None where it does not."""
    value = leaf.value
    if value is None or value == "":
        return None
    bound = not place.named and place.key != "" and place.key == leaf.name
    if not isinstance(place.value, str):
        return Match(place, place.text, "same value", bound) if _same(place.value, value) else None
    if flag(value) is not None:
        return _flagged(place, leaf, language, bound=bound)
    if is_number(value):
        return _number(place, leaf, language, bound=bound)
    if not isinstance(value, str):
        return None
    if place.text == value:
        return Match(place, value, "same value", bound)
    if found := _words_of(place.plain, value):
        rule = "same value" if len(found) == len(place.text) else "same words"
        return Match(place, _as_written(place, found), rule, bound)
    return _moment(place, value, language, bound=bound)


def number_of(leaf: Leaf) -> str:
    """Return the number in an identifier by which people name it, as the consent reader takes it; else nothing."""
    numbers = _DIGITS.findall(leaf.value) if is_identifier(leaf.value) else []
    return max(numbers, key=len, default="")


def near(place: Place, number: str) -> Match | None:
    """Return where a place has the number of an identifier under another name."""
    found = re.search(rf"(?<!\d){number}(?!\d)", place.plain)
    return Match(place, number, "same number, another name", bound=False) if found else None


def _words_of(plain: str, value: str) -> str:
    """Return the words by which a text holds a value; a long one must stand there as it is but for its case."""
    if len(value) > _LONG:
        return lowered(value) if lowered(value) in plain else ""
    return mentions.names(plain, value)


def _same(one: object, value: object) -> bool:
    if isinstance(value, str) and is_number(one):
        return value.strip() == str(one)
    return equal(one, value)


def _number(place: Place, leaf: Leaf, language: Language, *, bound: bool) -> Match | None:
    if not place.named and not bound:
        for noun in mentions.nouns(leaf.name, skip=frozenset()):
            found = mentions.counted(place.plain, noun, language).get(float(leaf.value))
            if found and found in place.plain:
                return Match(place, _as_written(place, found), "said with its name", True)
    if found := mentions.figure(place.plain, float(leaf.value)):
        return Match(place, _as_written(place, found), "same figure", bound)
    return None


def _flagged(place: Place, leaf: Leaf, language: Language, *, bound: bool) -> Match | None:
    """Find a yes or no: the value alone, or a sentence that says it of what the argument is called."""
    if flag(place.value) is not None:
        same = flag(place.value) == flag(leaf.value) and not place.named
        return Match(place, place.text, "same value", bound) if same else None
    if place.by not in ("user", "copy"):
        return None
    for noun in mentions.nouns(leaf.path, skip=frozenset()):
        for sentence in sentences(place.plain):
            if noun not in words(sentence) or sentence.endswith("?") or sentence not in place.plain:
                continue
            denied = language.denied.search(sentence) is not None
            affirmed = language.affirmed.search(sentence) is not None and not denied
            if affirmed if flag(leaf.value) else denied:
                return Match(place, _as_written(place, sentence), "said with its name", True)
    return None


def _moment(place: Place, value: str, language: Language, *, bound: bool) -> Match | None:
    """Find a day in another spelling, or a time of day where the value is nothing more."""
    if (day := mentions.day_of(value)) is not None:
        found = mentions.days(place.plain, language).get(day, "")
        if not found or not _same_year(place.plain, found, value[:4]):
            return None
        return Match(place, _as_written(place, found), "same day", bound)
    if (moment := mentions.time_of(value)) is not None and len(value.strip()) <= len("00:00:00"):
        found = mentions.times(place.plain).get(moment, "")
        return Match(place, _as_written(place, found), "same time", bound) if found else None
    return None


def _same_year(text: str, found: str, year: str) -> bool:
    at = text.find(found)
    after = text[at + len(found) :]
    named = _YEAR.findall(found) or _YEAR.findall(re.match(r"(?:st|nd|rd|th)?,? (\d{4})\b|", after)[0])  # type: ignore[index]
    return not named or year in named


def _as_written(place: Place, found: str) -> str:
    at = place.plain.find(found)
    return place.text[at : at + len(found)]
