"""What happened between an answer and a write: errors, other uses, new figures, a change of mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nalyqor_tui.derive.consent import mentions, speech
from nalyqor_tui.derive.consent.arguments import Table
from nalyqor_tui.derive.consent.kept import covers_several
from nalyqor_tui.derive.consent.language import Language, simple
from nalyqor_tui.derive.consent.layers import Layer
from nalyqor_tui.derive.consent.lookup import Lookup
from nalyqor_tui.derive.consent.model import Event
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.talk import Said, words_of
from nalyqor_tui.derive.consent.values import Leaf, is_cost, is_identifier, is_target, leaves
from nalyqor_tui.phrase import phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Decision, Session, arguments


@dataclass(frozen=True, slots=True)
class Span:
    """A session between an answer and a write."""

    session: Session
    policy: Policy
    reader: Reader
    after: int
    write: Decision

    def earlier(self) -> list[Decision]:
        """Return the calls that were made in between, with their results."""
        return [
            d for d in self.session.decisions
            if d.call is not None and self.after < d.entry and d.index < self.write.index
        ]  # fmt: skip


def failed(session: Session, policy: Policy, language: Language, decision: Decision) -> bool:
    """Say whether a call came back as an error: as recorded, as the policy reads it, else by its first word."""
    if decision.result is None:
        return False
    record = session.record(decision.result)
    if not isinstance(record, rec.ToolResult):
        return False
    if (status := policy.status(record)) is not None:
        return status != "ok"
    return language.error.match(simple(words_of(record.result))[:200]) is not None


def between(span: Span, layers: Sequence[Layer], later: Sequence[Said], told: Table) -> list[Event]:
    """Return the events, in order, each with whether it ends the agreement."""
    agreed = frozenset(match.name for match in told.matches if match.status == "agreed")
    out = (
        _uses(span, layers, agreed)
        + _figures(span, layers, agreed)
        + _turns(span, later)
        + _announced(span, layers)
    )
    return sorted(out, key=lambda event: event.entry)


def _uses(span: Span, layers: Sequence[Layer], agreed: frozenset[str]) -> list[Event]:
    out: list[Event] = []
    last: dict[str, Json] | None = None
    done = arguments(span.session.chosen(span.write))
    for decision in span.earlier():
        action = span.session.chosen(decision)
        if action.tool != span.reader.act.tool or decision.result is None:
            continue
        if failed(span.session, span.policy, span.reader.language, decision):
            last = arguments(action)
            changed = [leaf for leaf in _differences(last, done) if _weighs(span, leaf, agreed)]
            names = ", ".join(leaf.path for leaf in changed)
            says = phrase("{tool} ended in an error and was tried again", tool=span.reader.act.tool)
            if changed:
                says = phrase(
                    "{tool} ended in an error, then was called with another {names}",
                    tool=span.reader.act.tool,
                    names=names,
                )
            out.append(Event(decision.result, "error", says, ends=bool(changed)))
        elif _same_use(span, arguments(action), layers):
            says = phrase("the same agreement was used by {number}", number=decision.number)
            out.append(Event(decision.entry, "other use", says, ends=True))
    return out


def _same_use(span: Span, used: dict[str, Json], layers: Sequence[Layer]) -> bool:
    """Say whether an earlier call used this agreement up: not so where each acts on a thing that was listed."""
    mine = [
        leaf for leaf in span.reader.act.leaves if is_identifier(leaf.value) or isinstance(leaf.value, str)
    ]
    theirs = {leaf.path: leaf.value for leaf in leaves(used)}
    apart = [leaf for leaf in mine if theirs.get(leaf.path) != leaf.value]
    binding = [layer for layer in layers if layer.binding]
    if any(span.reader.mention(leaf, layer.text) for leaf in apart for layer in binding):
        return False
    targets = [leaf for leaf in apart if is_target(leaf, span.reader.language)]
    if any(span.reader.mention(leaf, layer.text) for leaf in targets for layer in layers):
        return False
    return not any(covers_several(span.reader, leaf, binding) for leaf in targets)


def _differences(before: dict[str, Json], after: dict[str, Json]) -> list[Leaf]:
    old = {leaf.path: leaf.value for leaf in leaves(before)}
    return [leaf for leaf in leaves(after) if old.get(leaf.path) != leaf.value]


def _weighs(span: Span, leaf: Leaf, agreed: frozenset[str]) -> bool:
    """Say whether a difference from a failed call matters: a sum or an identifier that was not agreed."""
    return (is_cost(leaf, span.reader.language) or is_identifier(leaf.value)) and leaf.path not in agreed


def _figures(span: Span, layers: Sequence[Layer], agreed: frozenset[str]) -> list[Event]:
    """Find sums that came up after the answer, were not put to the user, and stand against sums that were."""
    lookup, language = span.reader.lookup, span.reader.language
    stated = any(mentions.money(layer.text) for layer in layers if layer.binding)
    paid = any(is_cost(leaf, language) and leaf.path in agreed for leaf in span.reader.act.leaves)
    said = frozenset().union(*(mentions.figures(layer.text) for layer in layers))
    out = []
    for decision in span.earlier():
        at = decision.result
        if at is None or span.session.chosen(decision).tool == span.reader.act.tool:
            continue
        if at in lookup.figures:
            reckoned = mentions.figures(simple(str(span.session.chosen(decision).arguments))) <= said
            new, ends = {lookup.figures[at]} - said, stated and not reckoned
        else:
            new, ends = _prices(span, lookup, language, at), stated and not paid
            new = set() if new & said else new
        if new:
            listed = ", ".join(f"{one:g}" for one in sorted(new)[:4])
            says = phrase("{figures} came up and was not put to the user", figures=listed)
            out.append(Event(at, "new figure", says, ends=ends))
    return out


def _prices(span: Span, lookup: Lookup, language: Language, at: int) -> set[float]:
    """Return what a result says that the write's own things cost, unless it is the record that is acted on."""
    act = span.reader.act
    if any(target in str(lookup.results.get(at, "")) for target in act.targets(language)[:1]):
        return set()
    out: set[float] = set()
    for leaf in act.leaves:
        if is_identifier(leaf.value):
            for card in lookup.by_value.get(str(leaf.value), ()):
                if card.entry == at:
                    out |= {
                        float(v)
                        for k, v in card.values()
                        if isinstance(v, int | float)
                        and k.split(".")[0] in language.prices
                        and not card.under.isdigit()
                    }
    return out


def _turns(span: Span, later: Sequence[Said]) -> list[Event]:
    """Find where the user turned away from what was agreed; a turn whose words the write follows ends nothing."""
    language = span.reader.language
    return [
        Event(
            said.entry,
            "changed mind",
            phrase("the user said: {text}", text=said.text[:160]),
            ends=not any(span.reader.mention(leaf, said.plain) for leaf in span.reader.act.leaves),
        )
        for said in later
        if language.turn.search(said.plain) and speech.reply(said.plain, language) != "yes"
    ]


def _announced(span: Span, layers: Sequence[Layer]) -> list[Event]:
    """Find sums in what the agent said with the write: announced, but nobody was asked."""
    at = span.write.text
    if at is None:
        return []
    record = span.session.record(at)
    text = simple(words_of(record.content)) if isinstance(record, rec.Message) else ""
    stated = any(mentions.money(layer.text) for layer in layers if layer.binding)
    said = frozenset().union(*(mentions.figures(layer.text) for layer in layers))
    new = sorted(mentions.money(text) - said)
    if not new or not stated:
        return []
    listed = ", ".join(f"{one:g}" for one in new[:4])
    return [
        Event(
            at,
            "new figure",
            phrase("{figures} was announced with the call, not asked", figures=listed),
            ends=True,
        )
    ]
