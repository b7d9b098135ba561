"""Figures that follow from stated ones: parts of a sum, sums of prices, one for each, so many more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import words
from nalyqor_tui.derive.consent.layers import Layer
from nalyqor_tui.derive.consent.model import ArgumentMatch
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.values import Leaf, is_identifier, is_sum

_MOST_PRICES = 6


def parts_of_sum(reader: Reader, layers: Sequence[Layer]) -> dict[str, ArgumentMatch]:
    """Match amounts that are parts of one stated sum, unless a line gives this part another amount."""
    costs = [leaf for leaf in reader.act.leaves if is_sum(leaf, reader.language)]
    costs = [leaf for leaf in costs if sum(one.name == leaf.name for one in costs) > 1]
    if len({leaf.name for leaf in costs}) != 1:
        return {}
    whole = round(sum(float(leaf.value) for leaf in costs), 2)
    own = {float(leaf.value) for leaf in costs}
    for layer in layers:
        said = mentions.money(layer.text)
        if own <= said:
            return {}
        if whole in said:
            return {
                leaf.path: ArgumentMatch(
                    leaf.path, leaf.value, "agreed", f"part of {whole:g}", entry=layer.entry
                )
                for leaf in costs
                if not _beside(reader, leaf, layer.text, whole)
            }
        if said and layer.binding and layer.agent:
            return {}
    return {}


def _beside(reader: Reader, leaf: Leaf, text: str, whole: float) -> str:
    """Return the other figure that a line puts beside the thing this amount belongs to, such as a card."""
    parent = leaf.path.rpartition(".")[0]
    siblings = [
        o
        for o in reader.act.leaves
        if parent and o.path.rpartition(".")[0] == parent and is_identifier(o.value)
    ]
    for line in text.splitlines():
        said = mentions.money(line) - {whole}
        if said and float(leaf.value) not in said and any(reader.mention(one, line) for one in siblings):
            return line.strip()
    return ""


def reckoned(reader: Reader, leaf: Leaf, text: str) -> str:
    """Match a figure with what follows from stated ones: a sum of them, or one for each of a number of things."""
    if reader.language.total.search(text):
        return ""
    wanted = round(float(leaf.value), 2)
    prices = sorted(mentions.money(text))[:_MOST_PRICES]
    counts = {1.0, *(n for n in mentions.figures(text) if 2 <= n <= 12)}
    counts |= {float(n) for word, n in reader.language.numbers.items() if word in text.split()}
    for size in range(1, len(prices) + 1):
        for chosen in combinations(prices, size):
            for count in counts:
                if round(sum(chosen) * count, 2) == wanted:
                    return " + ".join(f"{one:g}" for one in chosen) + (f" × {count:g}" if count > 1 else "")
    return ""


def added(reader: Reader, leaf: Leaf, text: str) -> str:
    """Match a number of things with a stated number that is added to what the thing acted on already had."""
    if isinstance(leaf.value, bool) or not isinstance(leaf.value, int):
        return ""
    for target in reader.act.targets(reader.language):
        for card in reader.lookup.cards(target, reader.act.at):
            had = card.own.get(leaf.name)
            if not isinstance(had, int):
                continue
            for noun in mentions.nouns(leaf.name, skip=frozenset()):
                if found := mentions.counted(text, noun, reader.language).get(float(leaf.value - had)):
                    return f"{found}, added to {had}"
    return ""


def shared_nouns(reader: Reader, found: list[ArgumentMatch]) -> list[ArgumentMatch]:
    """Let figures that share a noun, such as bags and paid bags, speak for each other."""
    agreed = {words(m.name)[-1] for m in found if m.status == "agreed" and isinstance(m.done, int | float)}
    return [
        replace(m, status="not mentioned", found="", material=False) if _secondary(reader, m, agreed) else m
        for m in found
    ]


def _secondary(reader: Reader, match: ArgumentMatch, agreed: set[str]) -> bool:
    parts = words(match.name)
    figure = (
        match.material and isinstance(match.done, int | float) and len(parts) > 1 and "." not in match.name
    )
    return figure and parts[-1] in agreed and bool(reader.language.cost & set(parts[:-1]))
