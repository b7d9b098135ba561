"""The class of a write: find the answer that it rests on, hold its arguments against what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nalyqor_tui.derive.consent import about, speech
from nalyqor_tui.derive.consent.arguments import Layer, Table, table
from nalyqor_tui.derive.consent.events import Span, between, failed
from nalyqor_tui.derive.consent.language import Language, sentences
from nalyqor_tui.derive.consent.lookup import Lookup
from nalyqor_tui.derive.consent.model import Class, Consent, Event, Quote
from nalyqor_tui.derive.consent.talk import Exchange, Said
from nalyqor_tui.derive.consent.values import Act, Reader, leaves
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Decision, Session

_NEAR = 2  # so many exchanges back does `this one` reach


@dataclass(frozen=True, slots=True)
class Talk:
    """Everything that a write is judged from; `writes` are the records of the calls that need an agreement."""

    session: Session
    policy: Policy
    exchanges: Sequence[Exchange]
    lookup: Lookup
    language: Language
    writes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer that a write rests on, at `at` in the exchanges before it; or how far the search came."""

    at: int | None
    ask: speech.Ask | None = None
    elsewhere: int | None = None
    asked_for: int | None = None
    unread: int | None = None
    refused: int | None = None


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
    found = _search(talk, reader, before)
    if found.at is None:
        return _without(talk, reader, write, before, found)
    return _with(talk, reader, write, before, found)


def _search(talk: Talk, reader: Reader, before: Sequence[Exchange]) -> Found:
    """Go back over the user's turns to the one that agreed to the write, or asked for it afresh."""
    elsewhere: int | None = None
    unread: int | None = None
    for at in range(len(before) - 1, -1, -1):
        one = before[at]
        asked = speech.ask(one.agent[-1].plain, talk.language) if one.agent else speech.Ask(None)
        answer = speech.reply(one.user.plain, talk.language)
        thread = "\n".join(e.plain for e in _thread(talk, before, at))
        if asked.strength is not None or (answer == "yes" and not asked.details):
            agreed = answer == "yes" or (answer == "other" and _urges(reader, one.user.plain))
            if agreed and _concerns(reader, asked, one, thread, _lately(before, at)):
                return Found(at, asked, elsewhere)
            if agreed and elsewhere is None and asked.strength is not None:
                elsewhere = at
            if asked.strength == "leave" and not speech.readable(one.user.plain) and unread is None:
                unread = at
            if answer == "no" and asked.strength is not None and _concerns(reader, asked, one, thread, ""):
                return Found(None, None, elsewhere, None, unread, refused=at)
        if _requests(reader, asked, one):
            return Found(None, None, elsewhere, at, unread)
    return Found(None, None, elsewhere, None, unread)


def _concerns(reader: Reader, asked: speech.Ask, one: Exchange, thread: str, lately: str) -> bool:
    if asked.strength == "offer" and not about.names_act(reader, f"{asked.clause}\n{one.user.plain}"):
        return False
    if asked.strength is None and not about.names_object(reader, f"{one.plain}\n{one.user.plain}"):
        return False
    near = f"{asked.clause}\n{one.user.plain}"
    again = lately if reader.language.again.search(near) else ""
    return about.about(reader, asked.clause, f"{one.plain}\n{thread}", one.user.plain, again)


def _lately(before: Sequence[Exchange], at: int) -> str:
    """Return what was said in the two exchanges before, to which `this change` may refer."""
    return "\n".join(f"{one.plain}\n{one.user.plain}" for one in before[max(0, at - _NEAR) : at])


def _urges(reader: Reader, text: str) -> bool:
    """Say whether an answer without a yes urges the act itself: `let's book it`, `just cancel that one`."""
    starts = [found.end() for found in reader.language.urging.finditer(text)]
    if any(about.names_act(reader, text[at:][:60]) for at in starts):
        return True
    heads = (" ".join(sentence.split()[:2]) for sentence in sentences(text) if not sentence.endswith("?"))
    return any(about.names_act(reader, head) for head in heads)


def _requests(reader: Reader, asked: speech.Ask, one: Exchange) -> bool:
    """Say whether a user's turn asks for the write afresh, and does not only answer the agent."""
    if asked.strength == "leave" or (asked.details and not about.names_act(reader, one.user.plain)):
        return False
    return about.names_act(reader, one.user.plain) and about.names_object(reader, one.user.plain)


def _thread(talk: Talk, before: Sequence[Exchange], at: int) -> list[Exchange]:
    """Return the exchanges before `at` that put the same proposal, nothing having been done since."""
    out: list[Exchange] = []
    for back in range(at - 1, -1, -1):
        one = before[back]
        if not one.agent or any(one.user.entry < call < before[back + 1].user.entry for call in talk.writes):
            break
        if speech.ask(one.agent[-1].plain, talk.language).strength is None:
            break
        out.append(one)
    return out


def _layers(talk: Talk, reader: Reader, before: Sequence[Exchange], at: int) -> list[Layer]:
    """Return the texts in the order in which they bind: later words of the user, the answer, the proposal."""
    one = before[at]
    layers = [_layer(e.user, agent=False, binding=True) for e in reversed(before[at + 1 :])]
    layers += _focus(talk, reader, one)
    layers.append(_layer(one.user, agent=False, binding=True))
    layers += [_layer(said, agent=True, binding=True) for said in reversed(one.agent)]
    thread = _thread(talk, before, at)
    for earlier in thread:
        layers.append(_layer(earlier.user, agent=False, binding=False))
        layers += [_layer(said, agent=True, binding=True) for said in reversed(earlier.agent)]
    for back, earlier in enumerate(reversed(before[: at - len(thread)])):
        layers.append(_layer(earlier.user, agent=False, binding=False))
        layers += [
            Layer(said.entry, said.plain, agent=True, binding=False, near=back < _NEAR)
            for said in reversed(earlier.agent)
        ]
    return layers


def _focus(talk: Talk, reader: Reader, one: Exchange) -> list[Layer]:
    """Return the sentences of the answer that name the act, and those that ask for it."""
    urged = "\n".join(s for s in sentences(one.user.plain) if about.names_act(reader, s))
    asked = speech.ask(one.agent[-1].plain, talk.language).clause if one.agent else ""
    out = [Layer(one.user.entry, urged, agent=False, binding=True, focus=True)] if urged else []
    return [*out, Layer(one.agent[-1].entry, asked, agent=True, binding=True, focus=True)] if asked else out


def _layer(said: Said, *, agent: bool, binding: bool) -> Layer:
    return Layer(said.entry, said.plain, agent, binding)


def _with(talk: Talk, reader: Reader, write: Decision, before: Sequence[Exchange], found: Found) -> Consent:
    """Judge a write that rests on an answer."""
    assert found.at is not None
    one = before[found.at]
    layers = _layers(talk, reader, before, found.at)
    told = table(reader, layers)
    later = [e.user for e in before[found.at + 1 :]]
    events = between(Span(talk.session, talk.policy, reader, one.user.entry, write), layers, later, told)
    thread = _thread(talk, before, found.at)
    spoken = [one.plain, one.user.plain, *(t for e in thread for t in (e.user.plain, e.plain))]
    partial = about.part_only(reader, spoken, f"{found.ask.clause if found.ask else ''}\n{one.user.plain}")
    cls, says = _verdict(reader, told, events, partial, one.user.plain)
    return Consent(
        cls, says, _proposal(one), Quote(one.user.entry, one.user.text), told.matches, tuple(events),
        _evidence(write, one, told, events),
    )  # fmt: skip


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
    return "confirmed", phrase("the user agreed to what was put to them, and nothing has changed since")


def _without(
    talk: Talk, reader: Reader, write: Decision, before: Sequence[Exchange], found: Found
) -> Consent:
    """Judge a write that rests on no answer: asked for, agreed to something else, or neither."""
    at = found.elsewhere if found.elsewhere is not None else found.asked_for
    layers = _layers(talk, reader, before, len(before) - 1)
    told = table(reader, layers)
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
