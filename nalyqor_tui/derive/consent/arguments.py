"""The table of a write's arguments against what the talk said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nalyqor_tui.derive.consent import mentions, rivals
from nalyqor_tui.derive.consent.kept import as_recorded, covers_several, holds_another, kept, not_kept
from nalyqor_tui.derive.consent.language import Language, sentences
from nalyqor_tui.derive.consent.layers import Layer
from nalyqor_tui.derive.consent.model import ArgumentMatch
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.sums import added, parts_of_sum, reckoned, shared_nouns
from nalyqor_tui.derive.consent.values import Leaf, is_cost, is_count, is_sum, is_target, is_word


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
    parts = parts_of_sum(reader, layers)
    doubts: list[str] = []
    out: list[ArgumentMatch] = []
    for leaf in reader.act.leaves:
        match = parts.get(leaf.path) or _match(reader, leaf, layers)
        if match.status == "not mentioned":
            match = _silence(reader, leaf, match, layers, gift=gift)
            if found := _unplaced(reader, leaf, layers):
                doubts.append(f"{leaf.value}: {found}")
        out.append(match)
    return Table(tuple(shared_nouns(reader, out)), doubts[0] if doubts else "")


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
    named = False
    for layer in layers:
        if layer.focus and not target:
            continue
        text = stated(layer.text, reader.language) if layer.agent and target else layer.text
        if is_word(leaf):
            text = reader.language.past.sub(" ", text)
        ruled = _ruled_out(reader, leaf, layer) if layer.agent and layer.binding and target else ""
        if not ruled and (found := _agreed(reader, leaf, text)):
            return ArgumentMatch(leaf.path, leaf.value, "agreed", found, entry=layer.entry)
        if found := ruled or (
            _instead(reader, leaf, text) if not named and _speaks(reader, leaf, layer) else ""
        ):
            return ArgumentMatch(leaf.path, leaf.value, "changed", found, material=True, entry=layer.entry)
        if layer.binding and rivals.unplaced(reader, leaf, text):
            break
        named = named or (is_count(leaf, reader.language) and rivals.names_noun(leaf, text))
    return ArgumentMatch(leaf.path, leaf.value, "not mentioned", "")


def _agreed(reader: Reader, leaf: Leaf, text: str) -> str:
    """Return the words of a text that have the leaf's value, or from which it follows."""
    found = reader.mention(leaf, text) or kept(reader, leaf, text) or added(reader, leaf, text)
    return found or (reckoned(reader, leaf, text) if is_sum(leaf, reader.language) else "")


def _instead(reader: Reader, leaf: Leaf, text: str) -> str:
    """Return the words of a text that have something else in the place of the leaf's value."""
    rival = rivals.rival(reader, leaf, text)
    if rival and (is_word(leaf) or not as_recorded(reader, leaf)):
        return rival
    if reader.language.several.search(text) is None and (fellow := rivals.fellow_named(reader, leaf, text)):
        return fellow
    return not_kept(reader, leaf, text)


def _speaks(reader: Reader, leaf: Leaf, layer: Layer) -> bool:
    """Say whether a layer may gainsay a leaf: a user's sum does not, what was said before only names things."""
    if layer.binding:
        return layer.agent or not is_cost(leaf, reader.language)
    told = is_target(leaf, reader.language) or is_word(leaf)
    return layer.near and layer.agent and told and not holds_another(reader, leaf)


def _ruled_out(reader: Reader, leaf: Leaf, layer: Layer) -> str:
    """Return the sentence by which a proposal says that the thing cannot be acted on."""
    verbs = reader.language.kind_of(reader.act.tool)[0]
    for sentence in sentences(layer.text):
        barred = reader.language.negated.search(sentence) and verbs & reader.language.kinds(sentence)
        if barred and mentions.names(sentence, str(leaf.value)):
            return sentence
    return ""


def _silence(
    reader: Reader, leaf: Leaf, match: ArgumentMatch, layers: Sequence[Layer], *, gift: bool
) -> ArgumentMatch:
    """Say whether it weighs that nothing was said of a leaf: of a cost, or of the thing itself among others."""
    if is_cost(leaf, reader.language):
        return replace(match, material=not gift)
    if is_target(leaf, reader.language) and not as_recorded(reader, leaf):
        if holds_another(reader, leaf):
            return replace(match, status="agreed", found="named by what it holds")
        if covers_several(reader, leaf, layers):
            return match
        others = reader.lookup.others(leaf.name, str(leaf.value), reader.act.at)
        return replace(match, material=bool(others or reader.about(str(leaf.value))))
    return match


def _unplaced(reader: Reader, leaf: Leaf, layers: Sequence[Layer]) -> str:
    return next(
        (f for layer in layers if layer.binding and (f := rivals.unplaced(reader, leaf, layer.text))), ""
    )
