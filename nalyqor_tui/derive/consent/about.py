"""Whether words are about a write: its kind of act, what it acts on, its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from nalyqor_tui.derive.consent import rivals
from nalyqor_tui.derive.consent.language import Language, alike, sentences, simple, words
from nalyqor_tui.derive.consent.lookup import Card
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.values import Leaf, is_cost, is_identifier, is_target
from nalyqor_tui.trace.records import Json

_WORD = re.compile(r"[a-z][a-z-]*")


def names_act(reader: Reader, text: str) -> bool:
    """Say whether a plain text speaks of the write's kind of act."""
    kinds, word = reader.language.kind_of(reader.act.tool)
    if kinds == {"run"}:  # such a tool does whatever its command says
        return any(
            reader.mention(leaf, text) for leaf in reader.act.leaves
        ) or "run" in reader.language.kinds(text)
    if not kinds:
        return any(part in text for part in words(reader.act.tool) if len(part) > 2)
    return bool(kinds & reader.language.kinds(text)) or bool(re.search(rf"\b{word}", text))


def names_object(reader: Reader, text: str) -> bool:
    """Say whether a plain text names what the tool's name says it acts on, or a value of the write."""
    _, verb = reader.language.kind_of(reader.act.tool)
    parts = [word for word in words(reader.act.tool) if word != verb and len(word) > 2]
    if parts and any(alike(word, parts[-1]) for word in _words(text)):
        return True
    return any(reader.mention(leaf, text) for leaf in telling(reader))


@lru_cache(maxsize=256)  # those of one agreement come again and again, and long ones are large
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def telling(reader: Reader) -> list[Leaf]:
    """Return the leaves that tell this write from others: sums, and what does not say who asks or pays."""
    bystander = reader.language.bystander
    return [
        leaf for leaf in reader.act.leaves
        if is_cost(leaf, reader.language) or not bystander & set(words(leaf.path))
    ]  # fmt: skip


def about(reader: Reader, clause: str, proposal: str, answer: str, lately: str = "") -> bool:
    """Say whether an agreement, given to this proposal, is about the write.

    The sentence that asks and the answer are heard first, then the whole proposal; where none names a kind of
    act, values of the write decide. `lately` is what was said before, where the words refer back to it.
    """
    near = f"{clause}\n{answer}"
    kinds, _ = reader.language.kind_of(reader.act.tool)
    everything = f"{proposal}\n{answer}"
    if names_act(reader, near) or (names_act(reader, proposal) and not _otherwise(reader, near, kinds)):
        listed = telling(reader)
        near_enough = names_object(reader, everything) or bool(lately and names_object(reader, lately))
        return not listed or near_enough or any(rivals.rival(reader, leaf, everything) for leaf in listed)
    if _otherwise(reader, near, kinds):
        return bool(reader.language.again.search(near)) and _lists_act(reader, proposal)
    return any(reader.mention(leaf, everything) for leaf in reader.act.leaves if _weighs(leaf))


def _lists_act(reader: Reader, proposal: str) -> bool:
    """Say whether a line of a proposal names the act together with the very thing that is acted on."""
    named = [leaf for leaf in reader.act.leaves if is_identifier(leaf.value)]
    targets = [leaf for leaf in named if is_target(leaf, reader.language)] or named
    return any(
        names_act(reader, line) and not reader.language.negated.search(line) and reader.mention(leaf, line)
        for line in proposal.splitlines()
        for leaf in targets
    )


def _otherwise(reader: Reader, text: str, kinds: frozenset[str]) -> bool:
    return bool(reader.language.kinds(text) - kinds)


def _weighs(leaf: Leaf) -> bool:
    return is_identifier(leaf.value) or (isinstance(leaf.value, int | float) and leaf.value >= 13)


def part_only(reader: Reader, spoken: Sequence[str], asked: str, proposal: str) -> str:
    """Return the words that limit the act to part of a thing, where the write takes the whole.

    They are the proposal's own, as they stand there, where it names the part; else those that first limit it.
    The thing's members are objects of a list that stood in a tool result with the thing; the write names none.
    """
    language = reader.language
    limiting = [
        s
        for text in spoken
        for s in sentences(text)
        if language.only.search(s) and not language.negated.search(s)
    ]
    if not limiting:
        return ""
    for members in _members(reader):
        for sentence in limiting:
            if not names_object(reader, sentence):
                continue
            for said in (sentence, asked):
                if _names_part(members, said):
                    return _limit(members, proposal) or sentence
    return ""


def _limit(members: list[frozenset[str]], proposal: str) -> str:
    """Return the words of a proposal, as they stand, that name some of the members and not all."""
    parts = (re.sub(r"^[-*•\s]+|^\d+[.)]\s+|[*_:\s]+$", "", part) for part in sentences(proposal))
    return next((re.sub(r"^\W+", "", part) for part in parts if _names_part(members, simple(part))), "")


def _names_part(members: list[frozenset[str]], text: str) -> bool:
    held = frozenset(_WORD.findall(text))
    return 0 < sum(bool(member & held) for member in members) < len(members)


def _members(reader: Reader) -> list[list[frozenset[str]]]:
    out = []
    for target in reader.act.targets(reader.language):
        for card in reader.lookup.cards(target, reader.act.at)[-4:]:
            out += _lists(reader, card)
    return out


def _lists(reader: Reader, card: Card) -> list[list[frozenset[str]]]:
    out = []
    result = reader.lookup.results.get(card.entry)
    for value in result.values() if isinstance(result, dict) else ():
        if isinstance(value, list) and len(value) > 1 and all(isinstance(item, dict) for item in value):
            if any(
                str(v) in reader.act.strings for item in value for v in item.values() if isinstance(v, str)
            ):
                continue
            names = [_name(item) for item in value]
            if all(names):
                out.append(_distinct(names))
    return out


def _name(item: dict[str, Json]) -> frozenset[str]:
    held = (str(v).lower() for k, v in item.items() if "name" in str(k).lower() or k in ("title", "label"))
    return frozenset(word for text in held for word in _WORD.findall(text) if len(word) > 2)


def _distinct(names: list[frozenset[str]]) -> list[frozenset[str]]:
    shared = [w for i, n in enumerate(names) for w in n if any(w in o for j, o in enumerate(names) if i != j)]
    return [name - frozenset(shared) for name in names]


def excepted(reader: Reader, answer: str, language: Language) -> str:
    """Return the words by which an answer takes the write's own target out of what was proposed."""
    for found in language.excepted.finditer(answer):
        rest = re.split(r"[.;!?]|, (?:but|and)\b", answer[found.start() : found.start() + 80])[0]
        if any(reader.mention(leaf, rest) for leaf in telling(reader) if is_identifier(leaf.value)):
            return rest
    return ""
