"""What a text names in place of a value of a write: another figure, day, word or thing."""

from __future__ import annotations

import re
from functools import lru_cache

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import alike, words
from nalyqor_tui.derive.consent.reader import COUNTING, NAME, Reader, last, traits
from nalyqor_tui.derive.consent.values import (
    Leaf,
    flag,
    is_cost,
    is_count,
    is_identifier,
    is_number,
    is_target,
    kind_of,
    shape_of,
)

_DIGITS = re.compile(r"\d{4,}")
_TOKEN = re.compile(r"#?(?=[\w.-]*\d)\w[\w.-]{2,}\w")
_WORD = re.compile(r"[a-z][a-z-]*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def rival(reader: Reader, leaf: Leaf, text: str) -> str:
    """Return what a plain text names in place of the leaf's value; empty where nothing."""
    value = leaf.value
    if flag(value) is not None:
        return reader.flagged(leaf, text, wanted=not flag(value))
    if is_number(value):
        return _number(reader, leaf, text)
    if not isinstance(value, str) or not value:
        return ""
    if mentions.time_of(value) is not None:
        own = {mentions.time_of(one) for one in reader.act.strings}
        return next((said for moment, said in mentions.times(text).items() if moment not in own), "")
    if mentions.day_of(value) is not None:
        return _day(reader, text)
    if _ADDRESS.fullmatch(value):
        return next((one for one in _ADDRESS.findall(text) if one not in reader.act.strings), "")
    if is_identifier(value):
        return _identifier(reader, leaf, text)
    if len(words(value)) > 1 and " " in value:
        share, missing = mentions.same_words(text, value)
        return ", ".join(missing) if share >= 0.5 and missing else ""
    return _word(reader, leaf, text)


def _number(reader: Reader, leaf: Leaf, text: str) -> str:
    if is_count(leaf, reader.language):
        text = mentions.without_money(text)
    elif is_cost(leaf, reader.language) and (stated := mentions.money(text)):
        return ", ".join(f"{one:g}" for one in sorted(stated))
    skip = COUNTING | (reader.language.cost - reader.language.counts)
    for noun in mentions.nouns(leaf.name, skip=skip)[:1]:
        if found := mentions.counted(text, noun, reader.language):
            return next(iter(found.values()))
    return ""


def names_noun(leaf: Leaf, text: str) -> bool:
    """Say whether a plain text speaks of the things that a leaf counts, with or without a figure."""
    listed = mentions.nouns(leaf.name, skip=COUNTING)[:1]
    return any(alike(word, noun) for noun in listed for word in _WORD.findall(text))


def _day(reader: Reader, text: str) -> str:
    own = {mentions.day_of(str(leaf.value)) for leaf in reader.act.leaves}
    stated = mentions.days(text, reader.language)
    rivals = [words for day, words in stated.items() if day not in own]
    return rivals[0] if rivals and len(rivals) == len(stated) else ""


def _word(reader: Reader, leaf: Leaf, text: str) -> str:
    value = str(leaf.value)
    others = [
        o for o in reader.others(leaf) if re.fullmatch(r"[A-Za-z][a-z]+([ _-][a-z]+)*", o) and flag(o) is None
    ]
    if not re.search("[a-z]", value) or len(others) > 6:
        return ""
    for other in sorted(others, key=len, reverse=True):
        if other not in reader.act.strings and (found := mentions.names(text, other)):
            return found
    return ""


def _fellows(reader: Reader, value: str) -> set[str]:
    """Return the identifiers of things that stand in results as this one does: under a key `id`."""
    known = reader.lookup.fields.get("id", {})
    return (
        reader.lookup.others("id", value, reader.act.at)
        if known.get(value, reader.act.at) < reader.act.at
        else set()
    )


def _traits(reader: Reader, value: str, text: str) -> str:
    """Return the traits by which a text picks a fellow rather than the one with this identifier."""
    for card in reader.about(value):
        own = len(traits(card, text))
        for one in reader.beside(card):
            held = traits(one, text)
            if len(held) > own and len(held) * 2 >= len(one.below):
                return ", ".join(held)
    return ""


def _identifier(reader: Reader, leaf: Leaf, text: str) -> str:
    value = str(leaf.value)
    others = reader.others(leaf) | _fellows(reader, value)
    for other in sorted(others):
        if (
            not is_identifier(other)
            or other in reader.act.strings
            or bool(kind_of(other)) != bool(kind_of(value))
        ):
            continue
        if found := mentions.names(text, other) or next(
            (d for d in _DIGITS.findall(other) if mentions.names(text, d)), ""
        ):
            return found
        if any(found := last(card, text) for card in reader.about(other)):
            return found
        kind = kind_of(other)
        if len(kind) > 3 and kind != kind_of(value) and re.search(rf"(?<!\w){kind}s?(?!\w)", text):
            return kind
    if found := _traits(reader, value, text) or _same_shape(reader, value, text):
        return found
    return reader.ending(value, text) if reader.about(value) else ""


def _same_shape(reader: Reader, value: str, text: str) -> str:
    """Return an identifier that looks like this one, such as `#W200` for `#W100`, and is not in the write."""
    if kind_of(value) or (value.isdigit() and len(value) < 8):
        return ""
    own = {one.lower() for one in reader.act.strings}
    shape = shape_of(value)
    return next((one for one in _tokens(text) if shape_of(one) == shape and one not in own), "")


@lru_cache(maxsize=256)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


def fellow_named(reader: Reader, leaf: Leaf, text: str) -> str:
    """Return the name by which a text speaks of a fellow in the same list, where the write leaves it out."""
    if not is_target(leaf, reader.language):
        return ""
    for card in reader.about(str(leaf.value)):
        key = next((k for k, v in card.own.items() if v == leaf.value), "")
        for one in reader.lookup.by_place.get((card.entry, card.under), ()):
            if key and str(one.own.get(key, leaf.value)) not in reader.act.strings:
                for title, name in one.own.items():
                    if NAME.search(title) and (found := mentions.names(text, str(name))):
                        return found
    return ""


def unplaced(reader: Reader, leaf: Leaf, text: str) -> str:
    """Return the end of a number by which a text names something of the leaf's kind that no record places."""
    if not is_identifier(leaf.value) or reader.about(str(leaf.value)):
        return ""
    return reader.ending(str(leaf.value), text)
