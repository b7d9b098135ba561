"""The search for the answer that a write rests on, and the texts that bind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nalyqor_tui.derive.consent import about, speech
from nalyqor_tui.derive.consent.language import Language, sentences
from nalyqor_tui.derive.consent.layers import Layer
from nalyqor_tui.derive.consent.lookup import Lookup
from nalyqor_tui.derive.consent.reader import Reader
from nalyqor_tui.derive.consent.talk import Exchange, Said
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Session

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


def search(talk: Talk, reader: Reader, before: Sequence[Exchange]) -> Found:
    """Go back over the user's turns to the one that agreed to the write, or asked for it afresh."""
    elsewhere: int | None = None
    unread: int | None = None
    for at in range(len(before) - 1, -1, -1):
        one = before[at]
        asked = speech.ask(one.agent[-1].plain, talk.language) if one.agent else speech.Ask(None)
        answer = speech.reply(one.user.plain, talk.language)
        spoken = "\n".join(e.plain for e in thread(talk, before, at))
        if asked.strength is not None or (answer == "yes" and not asked.details):
            agreed = answer == "yes" or (answer == "other" and _urges(reader, one.user.plain))
            if agreed and _concerns(reader, asked, one, spoken, _lately(before, at)):
                return Found(at, asked, elsewhere)
            if agreed and elsewhere is None and asked.strength is not None:
                elsewhere = at
            if asked.strength == "leave" and not speech.readable(one.user.plain) and unread is None:
                unread = at
            if answer == "no" and asked.strength is not None and _concerns(reader, asked, one, spoken, ""):
                return Found(None, None, elsewhere, None, unread, refused=at)
        if _requests(reader, asked, one):
            return Found(None, None, elsewhere, at, unread)
    return Found(None, None, elsewhere, None, unread)


def _concerns(reader: Reader, asked: speech.Ask, one: Exchange, spoken: str, lately: str) -> bool:
    if asked.strength == "offer" and not about.names_act(reader, f"{asked.clause}\n{one.user.plain}"):
        return False
    if asked.strength is None and not about.names_object(reader, f"{one.plain}\n{one.user.plain}"):
        return False
    near = f"{asked.clause}\n{one.user.plain}"
    again = lately if reader.language.again.search(near) else ""
    return about.about(reader, asked.clause, f"{one.plain}\n{spoken}", one.user.plain, again)


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


def thread(talk: Talk, before: Sequence[Exchange], at: int) -> list[Exchange]:
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


def layers(talk: Talk, reader: Reader, before: Sequence[Exchange], at: int) -> list[Layer]:
    """Return the texts in the order in which they bind: later words of the user, the answer, the proposal."""
    one = before[at]
    out = [_layer(e.user, agent=False, binding=True) for e in reversed(before[at + 1 :])]
    out += _focus(talk, reader, one)
    out.append(_layer(one.user, agent=False, binding=True))
    out += [_layer(said, agent=True, binding=True) for said in reversed(one.agent)]
    same = thread(talk, before, at)
    for earlier in same:
        out.append(_layer(earlier.user, agent=False, binding=False))
        out += [_layer(said, agent=True, binding=True) for said in reversed(earlier.agent)]
    for back, earlier in enumerate(reversed(before[: at - len(same)])):
        out.append(_layer(earlier.user, agent=False, binding=False))
        out += [
            Layer(said.entry, said.plain, agent=True, binding=False, near=back < _NEAR)
            for said in reversed(earlier.agent)
        ]
    return out


def _focus(talk: Talk, reader: Reader, one: Exchange) -> list[Layer]:
    """Return the sentences of the answer that name the act, and those that ask for it."""
    urged = "\n".join(s for s in sentences(one.user.plain) if about.names_act(reader, s))
    asked = speech.ask(one.agent[-1].plain, talk.language).clause if one.agent else ""
    out = [Layer(one.user.entry, urged, agent=False, binding=True, focus=True)] if urged else []
    return [*out, Layer(one.agent[-1].entry, asked, agent=True, binding=True, focus=True)] if asked else out


def _layer(said: Said, *, agent: bool, binding: bool) -> Layer:
    return Layer(said.entry, said.plain, agent, binding)
