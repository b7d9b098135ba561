"""The table of a write's arguments against what the talk said of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from nalyqor_tui.derive.consent import mentions
from nalyqor_tui.derive.consent.language import Language, sentences, words
from nalyqor_tui.derive.consent.model import ArgumentMatch
from nalyqor_tui.derive.consent.values import (
    Leaf,
    Reader,
    is_cost,
    is_identifier,
    is_target,
    is_word,
    kind_of,
)

from nalyqor_tui.trace.records import Json

_MOST_PRICES = 6


@dataclass(frozen=True, slots=True)
class Layer:
    """A text that a write is held against; only a binding one can say something else than was done.

    A layer in `focus` is the very sentence that asks or agrees: it tells only which thing is acted on.
    One that is `near` was said just before: `this one` refers to it.
    """

    entry: int
    text: str
    agent: bool
    binding: bool
    focus: bool = False
    near: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Every leaf with what the talk said of it; `doubt` names what no record can place."""

    matches: tuple[ArgumentMatch, ...]
    doubt: str = ""

    @property
    def changed(self) -> list[ArgumentMatch]:
        """The leaves that differ from what was said and weigh."""
        return [m for m in self.matches if m.material and m.status == "changed"]

    @property
    def unsaid(self) -> list[ArgumentMatch]:
        """The leaves that weigh and of which nothing was said."""
        return [m for m in self.matches if m.material and m.status == "not mentioned"]


def table(reader: Reader, layers: Sequence[Layer]) -> Table:
    """Hold every leaf against the layers, the one that binds most first."""
    gift = any(layer.agent and layer.binding and reader.language.gift.search(layer.text) for layer in layers)
    parts = _parts(reader, layers)
    doubts: list[str] = []
    out: list[ArgumentMatch] = []
    for leaf in reader.act.leaves:
        match = parts.get(leaf.path) or _match(reader, leaf, layers)
        if match.status == "not mentioned":
            match = _silence(reader, leaf, match, layers, gift=gift)
            if found := _unplaced(reader, leaf, layers):
                doubts.append(f"{leaf.value}: {found}")
        out.append(match)
    return Table(tuple(_shared_nouns(reader, out)), doubts[0] if doubts else "")


def stated(text: str, language: Language) -> str:
    """Return a plain text without what it says cannot or will not be done, and the lists under that."""
    out: list[str] = []
    skipping = False
    for line in text.splitlines():
        if not line.strip():
            continue
        listed = line.lstrip()[:1] in "-*•" or line.lstrip()[:1].isdigit()
        if skipping and listed:
            continue
        kept = [s for s in sentences(line) if not language.negated.search(s)]
        skipping = line.rstrip().endswith(":") and not kept
        out.extend(kept)
    return "\n".join(out)


def _match(reader: Reader, leaf: Leaf, layers: Sequence[Layer]) -> ArgumentMatch:
    target = is_target(leaf, reader.language)
    for layer in layers:
        if layer.focus and not target:
            continue
        text = stated(layer.text, reader.language) if layer.agent and target else layer.text
        if is_word(leaf):
            text = reader.language.past.sub(" ", text)
        if layer.agent and layer.binding and target and (found := _ruled_out(reader, leaf, layer)):
            return ArgumentMatch(leaf.path, leaf.value, "changed", found, material=True, entry=layer.entry)
        if found := reader.mention(leaf, text):
            return ArgumentMatch(leaf.path, leaf.value, "agreed", found, entry=layer.entry)
        if found := _kept(reader, leaf, text):
            return ArgumentMatch(leaf.path, leaf.value, "agreed", found, entry=layer.entry)
        if found := _more(reader, leaf, text) or (
            is_cost(leaf, reader.language) and _reckoned(reader, leaf, text)
        ):
            return ArgumentMatch(leaf.path, leaf.value, "agreed", found, entry=layer.entry)
        if (layer.binding and (layer.agent or not is_cost(leaf, reader.language))) or (
            layer.near and layer.agent and (target or is_word(leaf)) and not _holds_another(reader, leaf)
        ):
            rival = reader.rival(leaf, text)
            if rival and (is_word(leaf) or not _as_recorded(reader, leaf)):
                return ArgumentMatch(
                    leaf.path, leaf.value, "changed", rival, material=True, entry=layer.entry
                )
            others = reader.language.several.search(text) is None and reader.fellow_named(leaf, text)
            if found := others or _not_kept(reader, leaf, text):
                return ArgumentMatch(
                    leaf.path, leaf.value, "changed", found, material=True, entry=layer.entry
                )
            if reader.unplaced(leaf, text):
                break
    return ArgumentMatch(leaf.path, leaf.value, "not mentioned", "")


def _ruled_out(reader: Reader, leaf: Leaf, layer: Layer) -> str:
    """Return the sentence by which a proposal says that the thing cannot be acted on."""
    verbs = reader.language.kind_of(reader.act.tool)[0]
    for sentence in sentences(layer.text):
        if reader.language.negated.search(sentence) and verbs & reader.language.kinds(sentence):
            if mentions.names(sentence, str(leaf.value)):
                return sentence
    return ""


def _silence(
    reader: Reader, leaf: Leaf, match: ArgumentMatch, layers: Sequence[Layer], *, gift: bool
) -> ArgumentMatch:
    """Say whether it weighs that nothing was said of a leaf: of a cost, or of the thing itself among others."""
    if is_cost(leaf, reader.language):
        return replace(match, material=not gift)
    if is_target(leaf, reader.language) and not _as_recorded(reader, leaf):
        if _holds_another(reader, leaf):
            return replace(match, status="agreed", found="named by what it holds")
        if covers_several(reader, leaf, layers):
            return match
        others = reader.lookup.others(leaf.name, str(leaf.value), reader.act.at)
        return replace(match, material=bool(others or reader.known(str(leaf.value))))
    return match


def covers_several(reader: Reader, leaf: Leaf, layers: Sequence[Layer]) -> bool:
    """Say whether the talk covers several things of a leaf's kind without their names, such as `all orders`."""
    nouns = [word.rstrip("s") for word in words(leaf.name) if word not in ("id", "ids", "number")]
    for layer in layers:
        plural = any(re.search(rf"\b{noun}s\b", layer.text) for noun in nouns)
        if layer.binding and plural and (layer.agent or reader.language.several.search(layer.text)):
            return True
    return False


def _holds_another(reader: Reader, leaf: Leaf) -> bool:
    """Say whether the record of a thing holds another target of the write, as an order holds its items."""
    others = [t for t in reader.act.targets(reader.language) if t != leaf.value]
    for card in reader.lookup.cards(str(leaf.value), reader.act.at):
        result = reader.lookup.results.get(card.entry)
        if isinstance(result, dict) and leaf.value in result.values():
            return any(f"'{other}'" in str(result) for other in others)
    return False


def _unplaced(reader: Reader, leaf: Leaf, layers: Sequence[Layer]) -> str:
    return next((f for layer in layers if layer.binding and (f := reader.unplaced(leaf, layer.text))), "")


def _as_recorded(reader: Reader, leaf: Leaf) -> bool:
    """Say whether a value is one that the thing acted on already had; who pays is chosen anew each time."""
    return not reader.language.bystander & set(words(leaf.path)) and _held(reader, leaf)


def _kept(reader: Reader, leaf: Leaf, text: str) -> str:
    """Match a value that a text leaves as it was, such as `the original payment method`."""
    nouns = [word for word in words(leaf.path) if word in reader.language.bystander]
    for found in reader.language.before.finditer(text) if nouns else ():
        near = text[max(0, found.start() - 40) : found.end() + 30]
        if any(noun in near for noun in nouns) and _held(reader, leaf):
            return found.group()
    return ""


def _not_kept(reader: Reader, leaf: Leaf, text: str) -> str:
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


def _parts(reader: Reader, layers: Sequence[Layer]) -> dict[str, ArgumentMatch]:
    """Match amounts that are parts of one stated sum, unless a line gives this part another amount."""
    costs = [leaf for leaf in reader.act.leaves if is_cost(leaf, reader.language)]
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


def _reckoned(reader: Reader, leaf: Leaf, text: str) -> str:
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


def _more(reader: Reader, leaf: Leaf, text: str) -> str:
    """Match a number of things with a stated number that is added to what the thing acted on already had."""
    if isinstance(leaf.value, bool) or not isinstance(leaf.value, int):
        return ""
    for target in reader.act.targets(reader.language):
        for card in reader.lookup.cards(target, reader.act.at):
            had = card.own.get(leaf.name)
            for noun in mentions.nouns(leaf.name, skip=frozenset()) if isinstance(had, int) else ():
                if found := mentions.counted(text, noun, reader.language).get(float(leaf.value - had)):
                    return f"{found}, added to {had}"
    return ""


def _shared_nouns(reader: Reader, found: list[ArgumentMatch]) -> list[ArgumentMatch]:
    """Let figures that share a noun, such as bags and paid bags, speak for each other."""
    agreed = {words(m.name)[-1] for m in found if m.status == "agreed" and isinstance(m.done, int | float)}
    out = []
    for m in found:
        parts = words(m.name)
        figure = m.material and isinstance(m.done, int | float) and len(parts) > 1 and "." not in m.name
        if figure and parts[-1] in agreed and reader.language.cost & set(parts[:-1]):
            m = replace(m, status="not mentioned", found="", material=False)
        out.append(m)
    return out
