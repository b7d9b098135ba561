"""Where the value of an argument came from: source by source back to the user's words, a document, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nalyqor_tui.derive.consent.values import Leaf, is_word, leaves
from nalyqor_tui.derive.why.match import Match, faint, hints, match, near, number_of, usual
from nalyqor_tui.derive.why.model import Link, Trail, Verdict, deeper
from nalyqor_tui.derive.why.places import Index
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.session import Decision

RULE = "origin of a value"
_DEEP = 3  # calls behind calls that are followed
_WIDE = 8  # arguments of one call that are followed
_MANY = 3  # records beyond which a plain word or a number cannot be placed
_SHOWN = 160  # characters of a value that are shown
_NAMED = 4  # records that are named in one link


def of_arguments(index: Index, decision: Decision) -> list[Trail]:
    """Return a trail for each leaf of a decision's arguments, in order."""
    told: set[int] = set()
    given = index.session.chosen(decision).arguments
    return [] if given is None else [of_argument(index, decision, leaf, told) for leaf in leaves(given)]


def of_argument(index: Index, decision: Decision, leaf: Leaf, told: set[int] | None = None) -> Trail:
    """Follow the value of one leaf back from a decision; `told` are the calls that were followed before."""
    whose = phrase("of {number}", number=decision.number)
    return trail(index, leaf, decision.entry, whose, set() if told is None else told)


def trail(index: Index, leaf: Leaf, entry: int, whose: Phrase, told: set[int], deep: int = 0) -> Trail:
    """Follow a value back from the record `entry`, which gives it; `whose` names what it is an argument of."""
    before = entry
    start = (
        phrase("{path} {value} ", path=leaf.path or "the argument", value=short(dumps(leaf.value))) + whose
    )
    head = Link("value", start, RULE, (entry,), entry)
    places = index.before(before, hints(leaf))
    found = [m for place in places if (m := match(place, leaf, index.language)) is not None]
    sources = [m for m in found if m.place.by != "copy" and not _echo(index, m, leaf)]
    copies = [m for m in found if m.place.by == "copy" or _echo(index, m, leaf)]
    source = _origin(leaf, sources)
    if source is None:
        return _ended(index, leaf, before, head, sources, copies)
    links = [head, _source(index, source), *_passed_over(index, source, sources, copies)]
    behind, verdict = _behind(index, source, told, deep)
    return Trail(start, verdict, (*links, *behind), leaf.path)


def _origin(leaf: Leaf, sources: Sequence[Match]) -> Match | None:
    """Choose the earliest source: a document only where nobody else says it, a usual word only where it is told.

    A word that the user said is the user's, however often results have it.
    """
    spoken = [m for m in sources if m.place.by != "document"]
    bound = [m for m in spoken if m.bound]
    users = [m for m in spoken if m.place.by == "user"]
    if faint(leaf):
        told = [m for m in bound if m.place.by == "user"] or (bound if _records(bound) == 1 else [])
        return told[0] if told else spoken[0] if _records(sources) == 1 and spoken else None
    if usual(leaf) and not users:
        told = bound or spoken or list(sources)
        return told[0] if told and (_records(told) == 1 or _records(sources) <= _MANY) else None
    if is_word(leaf) and users:
        return users[0]
    return next(iter(spoken or sources), None)


def _records(matches: Sequence[Match]) -> int:
    return len({m.place.entry for m in matches})


def _echo(index: Index, found: Match, leaf: Leaf) -> bool:
    """Say whether a result only gives back what its own call was given."""
    made = index.made.get(found.place.entry) if found.place.by == "result" else None
    if made is None:
        return False
    given = leaves(index.session.chosen(made).arguments)
    return any(type(one.value) is type(leaf.value) and one.value == leaf.value for one in given)


def _ended(
    index: Index, leaf: Leaf, before: int, head: Link, sources: Sequence[Match], copies: Sequence[Match]
) -> Trail:
    """End a trail that leads to no source: too many to choose from, or none at all."""
    many = _records(sources)
    verdict: Verdict = "ambiguous" if many else "ungrounded"
    if many:
        noun = "occurrence" if many == 1 else "occurrences"
        says = phrase("ambiguous: {n} earlier {noun}", n=many, noun=own(noun))
        says += phrase(", too usual a value to be placed")
    elif leaf.value is None:
        verdict, says = (
            "ambiguous",
            phrase("ambiguous: nothing was given, which no record can be the source of"),
        )
    else:
        says = phrase("ungrounded: no earlier occurrence")
        says += phrase(", only copies hold it") if copies else ()
        if gaps := index.gaps(before):
            says += phrase(" ({n} pieces or results before it are not in the log)", n=gaps)
    links = [head]
    if copies:
        links.append(_several("copy", index, copies))
    if verdict == "ungrounded" and (like := _near(index, leaf, before)) is not None:
        links.append(like)
    evidence = tuple(dict.fromkeys(m.place.entry for m in sources))[:_NAMED] or head.evidence
    end = Link("end", says, RULE, evidence, evidence[0], depth=1, verdict=verdict)
    return Trail(head.says, verdict, (*links, end), leaf.path)


def _near(index: Index, leaf: Leaf, before: int) -> Link | None:
    """Name where the number of an identifier stands that itself stands nowhere: it may have been made of it."""
    number = number_of(leaf)
    places = index.before(before, (number,)) if number else ()
    found = next((m for p in places if p.by != "copy" and (m := near(p, number)) is not None), None)
    if found is None:
        return None
    says = phrase("no source, but its number stands under another name: ")
    link = _source(index, found)
    return replace(link, kind="near", says=says + link.says)


def _source(index: Index, found: Match) -> Link:
    """Make the link to a source."""
    place = found.place
    session = index.session
    turn = session.entries[place.entry].turn
    record = session.record(place.entry)
    if place.by == "user":
        says = phrase("“{quote}” in the user's words of turn {turn}", quote=short(found.quote), turn=turn)
    elif place.by == "result":
        made = index.made.get(place.entry)
        says = phrase("“{quote}” at {where} in the result of {tool}", quote=short(found.quote),
                      where=place.inner or "the top", tool=_tool(index, made))  # fmt: skip
    elif isinstance(record, rec.Retrieval):
        says = phrase("“{quote}” in a document that a look-up returned in turn {turn}",
                      quote=short(found.quote), turn=turn)  # fmt: skip
    elif place.by == "document":
        says = phrase("“{quote}” in the agent's instructions", quote=short(found.quote))
    else:
        says = phrase(
            "“{quote}” in a {kind} record of turn {turn}",
            quote=short(found.quote),
            kind=record.kind,
            turn=turn,
        )
    return Link(
        place.by, says, found.rule, (place.entry,), place.entry, found.quote, place.pointer, place.inner, 1
    )


def short(text: str) -> str:
    """Cut a text for a line that names it."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _tool(index: Index, made: Decision | None) -> Phrase:
    if made is None:
        return phrase("a call that is not in the log")
    chosen = index.session.chosen(made)
    return phrase("{tool} ({number})", tool=chosen.tool or "", number=made.number)


def _passed_over(
    index: Index, source: Match, sources: Sequence[Match], copies: Sequence[Match]
) -> list[Link]:
    """Name what was passed over: copies, the ones before the source first, and later sources."""
    at = source.place.entry
    out = []
    if earlier := [m for m in copies if m.place.entry < at]:
        out.append(_several("copy", index, earlier, phrase("the agent had it first: ")))
    if later := [m for m in copies if m.place.entry > at]:
        out.append(_several("copy", index, later))
    if again := [m for m in sources if m.place.entry > at and m.place.by != "document"]:
        out.append(_several("again", index, again))
    return out


def _several(kind: str, index: Index, found: Sequence[Match], before: Phrase = ()) -> Link:
    """Name several places in one link; the quote is that of the first."""
    first = {m.place.entry: m for m in reversed(found)}
    entries = tuple(sorted(first))
    shown = [_short(index, first[at], echo=kind == "copy") for at in entries[:_NAMED]]
    says = before + join(", ", shown)
    if len(entries) > _NAMED:
        says += phrase(" and {n} more", n=len(entries) - _NAMED)
    one = first[entries[0]]
    return Link("copy" if kind == "copy" else "again", says, one.rule, entries, entries[0], one.quote,
                one.place.pointer, one.place.inner, 1)  # fmt: skip


def _short(index: Index, found: Match, *, echo: bool) -> Phrase:
    entry = index.session.entries[found.place.entry]
    result = "a result that gives back its call's argument" if echo else "a result"
    what = result if found.place.by == "result" else "a record"
    match entry.record:
        case rec.Message(role="assistant"):
            what = "the agent's words"
        case rec.Message(role="user"):
            what = "the user's words"
        case rec.ToolCall() | rec.Decision():
            what = "a call's arguments"
        case rec.Retrieval():
            what = "a look-up's query"
        case rec.Compaction():
            what = "a summary"
        case rec.Proposal() | rec.Confirmation():
            what = f"a {entry.record.kind}"
    return phrase("{what} in turn {turn}", what=own(what), turn=entry.turn)


def _behind(index: Index, source: Match, told: set[int], deep: int) -> tuple[list[Link], Verdict]:
    """Say what lies behind a source: for a result, why its call had these arguments."""
    place = source.place
    turn = index.session.entries[place.entry].turn
    ends = {
        "user": phrase("grounded: the user's words of turn {turn}", turn=turn),
        "document": phrase("grounded: a document"),
        "state": phrase("grounded: a state that the log recorded"),
        "other": phrase("grounded: a record that is not the agent's"),
        "result": phrase("grounded: a tool result"),
    }
    end = Link("end", ends[place.by], RULE, (place.entry,), place.entry, depth=1, verdict="grounded")
    if place.by == "document":
        end = Link("end", end.says + _because(index, place.entry), RULE, end.evidence, place.entry, depth=1,
                   verdict="grounded")  # fmt: skip
    made = index.made.get(place.entry) if place.by == "result" else None
    if made is None:
        return [end], "grounded"
    given = list(leaves(index.session.chosen(made).arguments))
    if not given:
        return [end], "grounded"
    if made.index in told:
        return [
            _cut(made.entry, phrase("the call {number} was followed above", number=made.number)),
            end,
        ], "grounded"
    told.add(made.index)
    if deep >= _DEEP:
        return [_cut(place.entry, phrase("not followed further: {n} calls deep", n=_DEEP)), end], "grounded"
    out: list[Link] = []
    for leaf in given[:_WIDE]:
        whose = phrase("of the call {number}", number=made.number)
        out += deeper(trail(index, leaf, made.entry, whose, told, deep + 1).links, 2)
    if len(given) > _WIDE:
        out.append(
            _cut(made.entry, phrase("{n} more arguments of that call are not followed", n=len(given) - _WIDE))
        )
    return [*out, end], "grounded"


def _because(index: Index, entry: int) -> Phrase:
    record = index.session.record(entry)
    if not isinstance(record, rec.Retrieval):
        return ()
    return phrase(", looked up for “{query}”", query=record.query) if record.query else phrase(", looked up")


def _cut(entry: int, says: Phrase) -> Link:
    return Link("again", says, RULE, (entry,), entry, depth=1)
