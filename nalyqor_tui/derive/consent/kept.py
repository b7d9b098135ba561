"""What the things acted on already were, by the records of the session, and what a talk leaves as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nalyqor_tui.derive.consent.language import words
from nalyqor_tui.derive.consent.layers import Layer
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.values import Leaf, is_identifier, kind_of
from nalyqor_tui.trace.records import Json


def covers_several(reader: Reader, leaf: Leaf, layers: Sequence[Layer]) -> bool:
    """Say whether the talk covers several things of a leaf's kind without their names, such as `all orders`."""
    nouns = [word.rstrip("s") for word in words(leaf.name) if word not in ("id", "ids", "number")]
    for layer in layers:
        plural = any(re.search(rf"\b{noun}s\b", layer.text) for noun in nouns)
        if layer.binding and plural and (layer.agent or reader.language.several.search(layer.text)):
            return True
    return False


def holds_another(reader: Reader, leaf: Leaf) -> bool:
    """Say whether the record of a thing holds another target of the write, as an order holds its items."""
    others = [t for t in reader.act.targets(reader.language) if t != leaf.value]
    for card in reader.lookup.cards(str(leaf.value), reader.act.at):
        result = reader.lookup.results.get(card.entry)
        if isinstance(result, dict) and leaf.value in result.values():
            return any(f"'{other}'" in str(result) for other in others)
    return False


def as_recorded(reader: Reader, leaf: Leaf) -> bool:
    """Say whether a value is one that the thing acted on already had; who pays is chosen anew each time."""
    return not reader.language.bystander & set(words(leaf.path)) and _held(reader, leaf)


def kept(reader: Reader, leaf: Leaf, text: str) -> str:
    """Match a value that a text leaves as it was, such as `the original payment method`."""
    nouns = [word for word in words(leaf.path) if word in reader.language.bystander]
    for found in reader.language.before.finditer(text) if nouns else ():
        near = text[max(0, found.start() - 40) : found.end() + 30]
        if any(noun in near for noun in nouns) and _held(reader, leaf):
            return found.group()
    return ""


def not_kept(reader: Reader, leaf: Leaf, text: str) -> str:
    """Return the words that leave a value as it was, where the record has another in its place."""
    if not is_identifier(leaf.value) or not kind_of(str(leaf.value)) or _held(reader, leaf):
        return ""
    nouns = [word for word in words(leaf.path) if word in reader.language.bystander]
    for found in reader.language.original.finditer(text) if nouns else ():
        near = text[max(0, found.start() - 40) : found.end() + 30]
        if any(noun in near for noun in nouns) and any(_records(reader)):
            return found.group()
    return ""


def _records(reader: Reader) -> list[dict[str, Json]]:
    """Return the results that are the records of the things acted on."""
    entries = {
        card.entry
        for target in reader.act.targets(reader.language)
        for card in reader.lookup.cards(target, reader.act.at)
        if target in card.own.values()
    }
    results = [reader.lookup.results.get(entry) for entry in sorted(entries)]
    return [
        r
        for r in results
        if isinstance(r, dict) and any(t in r.values() for t in reader.act.targets(reader.language))
    ]


def _held(reader: Reader, leaf: Leaf) -> bool:
    """Say whether the records of the things acted on already hold a value."""
    for record in _records(reader):
        held = (
            f"'{leaf.value}'" in str(record)
            if isinstance(leaf.value, str)
            else record.get(leaf.name) == leaf.value
        )
        if held and leaf.value != next(
            (v for v in record.values() if v in reader.act.targets(reader.language)), None
        ):
            return True
    return False
