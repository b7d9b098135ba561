"""The class of a write: find the answer that it rests on, hold its arguments against what was said."""

from __future__ import annotations

from collections.abc import Sequence

from nalyqor_tui.derive.consent import about, speech
from nalyqor_tui.derive.consent.arguments import Table, table
from nalyqor_tui.derive.consent.events import Span, between, failed
from nalyqor_tui.derive.consent.model import ArgumentMatch, Class, Consent, Event, Quote
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.search import Found, Talk, layers, search, thread
from nalyqor_tui.derive.consent.talk import Exchange
from nalyqor_tui.derive.consent.values import Act, leaves
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.session import Decision


def consent(talk: Talk, write: Decision) -> Consent:
    """Judge one write."""
    action = talk.session.chosen(write)
    if not isinstance(action.arguments, dict):
        return Consent(
            "unknown", phrase("the arguments of the call were not recorded"), evidence=(write.entry,)
        )
    before = [e for e in talk.exchanges if e.user.entry < write.entry]
    if not before:
        return Consent(
            "unknown", phrase("the log holds no word of the user before the call"), evidence=(write.entry,)
        )
    listed = tuple(leaves(action.arguments))
    strings = frozenset(str(leaf.value) for leaf in listed)
    reader = Reader(Act(str(action.tool), listed, write.entry, strings), talk.lookup, talk.language)
    found = search(talk, reader, before)
    if found.at is None:
        return _without(talk, reader, write, before, found)
    return _with(talk, reader, write, before, found)


def _with(talk: Talk, reader: Reader, write: Decision, before: Sequence[Exchange], found: Found) -> Consent:
    """Judge a write that rests on an answer."""
    assert found.at is not None
    one = before[found.at]
    held = layers(talk, reader, before, found.at)
    told = table(reader, held)
    later = [e.user for e in before[found.at + 1 :]]
    events = between(Span(talk.session, talk.policy, reader, one.user.entry, write), held, later, told)
    same = thread(talk, before, found.at)
    spoken = [one.plain, one.user.plain, *(t for e in same for t in (e.user.plain, e.plain))]
    partial = about.part_only(
        reader,
        spoken,
        f"{found.ask.clause if found.ask else ''}\n{one.user.plain}",
        one.agent[-1].text if one.agent else "",
    )
    cls, says = _verdict(reader, told, events, partial, one.user.plain)
    return Consent(
        cls, says, _proposal(one), Quote(one.user.entry, one.user.text),
        (*_scope(one, partial), *told.matches), tuple(events),
        _evidence(write, one, told, events),
    )  # fmt: skip


def _scope(one: Exchange, partial: str) -> tuple[ArgumentMatch, ...]:
    """Return the row that says what part of the whole was agreed to; none where all of it was."""
    if not partial:
        return ()
    said = next((s for s in one.agent[-1:] if partial in s.text), None)
    entry = said.entry if said else None
    return (ArgumentMatch("(scope)", "the whole", "changed", partial, material=True, entry=entry),)


def _verdict(
    reader: Reader, told: Table, events: Sequence[Event], partial: str, answer: str
) -> tuple[Class, Phrase]:
    ending = next((event for event in events if event.ends), None)
    if ending is not None and ending.kind != "changed mind":
        return "stale", phrase("the user agreed, but then {event}", event=ending.says)
    if told.changed:
        one = told.changed[0]
        words = phrase(
            "the call has {name} = {done}; what was put to the user says {found}",
            name=one.name,
            done=str(one.done),
            found=one.found,
        )
        if any(event.kind == "error" for event in events):
            return "stale", words
        return "mismatched", words
    if taken := about.excepted(reader, answer, reader.language):
        return "mismatched", phrase("the answer leaves out what the call acts on: {words}", words=taken)
    if partial:
        return "mismatched", phrase(
            "the user agreed to a part, the call takes the whole: {words}", words=partial
        )
    if ending is not None:
        return "stale", phrase("the user agreed, but then {event}", event=ending.says)
    if told.doubt:
        return "unknown", phrase("no record tells whether these are the same: {words}", words=told.doubt)
    if told.unsaid:
        one = told.unsaid[0]
        return "mismatched", phrase(
            "nobody said {name} = {done} to the user", name=one.name, done=str(one.done)
        )
    if speech.reply(answer, reader.language) != "yes":
        return "requested", phrase(
            "the answer asks for the call, but holds no yes to what was put to the user"
        )
    return "confirmed", phrase("the user agreed to what was put to them, and nothing has changed since")


def _without(
    talk: Talk, reader: Reader, write: Decision, before: Sequence[Exchange], found: Found
) -> Consent:
    """Judge a write that rests on no answer: asked for, agreed to something else, or neither."""
    at = found.elsewhere if found.elsewhere is not None else found.asked_for
    held = layers(talk, reader, before, len(before) - 1)
    told = table(reader, held)
    evidence = (write.entry,) if at is None else (before[at].user.entry, write.entry)
    if found.unread is not None:
        quote = before[found.unread].user
        says = phrase("the answer cannot be read: {text}", text=quote.text[:80])
        return Consent(
            "unknown",
            says,
            None,
            Quote(quote.entry, quote.text),
            told.matches,
            (),
            (quote.entry, write.entry),
        )
    if found.refused is not None:
        quote = before[found.refused].user
        says = phrase("the user said no: {words}", words=quote.text[:160])
        return Consent(
            "none",
            says,
            _proposal(before[found.refused]),
            Quote(quote.entry, quote.text),
            told.matches,
            (),
            (quote.entry, write.entry),
        )
    if found.elsewhere is not None and (found.asked_for is None or found.elsewhere > found.asked_for):
        one = before[found.elsewhere]
        says = phrase("the user agreed to something else: {words}", words=one.user.text[:160])
        answer = Quote(one.user.entry, one.user.text)
        return Consent("mismatched", says, _proposal(one), answer, told.matches, (), evidence)
    asked_for = found.asked_for if found.asked_for is not None else _asked_ever(reader, before)
    if asked_for is None:
        return Consent(
            "none",
            phrase("nobody asked for this call or agreed to it"),
            None,
            None,
            told.matches,
            (),
            evidence,
        )
    said = before[asked_for].user
    errors = _errors(talk, reader, said.entry, write)
    says = phrase("the user asked for it, but its details were not put to them and agreed")
    return Consent(
        "requested", says, None, Quote(said.entry, said.text), told.matches, errors, (said.entry, write.entry)
    )


def _asked_ever(reader: Reader, before: Sequence[Exchange]) -> int | None:
    for at in range(len(before) - 1, -1, -1):
        if about.names_act(reader, before[at].user.plain) or about.names_object(
            reader, before[at].user.plain
        ):
            return at
    return None


def _errors(talk: Talk, reader: Reader, after: int, write: Decision) -> tuple[Event, ...]:
    return tuple(
        Event(d.result, "error", phrase("{tool} ended in an error", tool=reader.act.tool))
        for d in talk.session.decisions
        if after < d.entry < write.entry and d.result is not None
        and talk.session.chosen(d).tool == reader.act.tool and failed(talk.session, talk.policy, talk.language, d)
    )  # fmt: skip


def _proposal(one: Exchange) -> Quote | None:
    if not one.agent:
        return None
    return Quote(one.agent[-1].entry, one.agent[-1].text)


def _evidence(write: Decision, one: Exchange, told: Table, events: Sequence[Event]) -> tuple[int, ...]:
    entries = {write.entry, one.user.entry, *(said.entry for said in one.agent[-1:])}
    entries |= {m.entry for m in told.matches if m.material and m.entry is not None}
    entries |= {event.entry for event in events}
    return tuple(sorted(entries))
