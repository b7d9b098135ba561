"""Where a confirmation came from: the proposal, the answer, what it covers, and the user's words behind that."""

from __future__ import annotations

from nalyqor_tui.derive.approval import FROM_TEXT
from nalyqor_tui.derive.consent.model import Consent, Quote
from nalyqor_tui.derive.consent.values import leaves
from nalyqor_tui.derive.log import placed
from nalyqor_tui.derive.why.model import Kind, Link, Trail, Verdict, deeper
from nalyqor_tui.derive.why.places import Index
from nalyqor_tui.derive.why.values import short, trail
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.session import Decision

RULE = "origin of a confirmation"

_NOT_RECORDED = phrase("(not recorded)")


def of_confirmation(index: Index, name: str, before: int) -> Trail:
    """Follow a recorded confirmation back from the record `before`; what was never given is ungrounded."""
    earlier = (index.session.entries[at] for at in reversed(placed(index.session, name)) if at < before)
    found = next((entry for entry in earlier if _gives(entry.record)), None)
    start = phrase("confirmation {id}", id=name)
    if found is None:
        says = phrase("ungrounded: no earlier record gives it")
        end = Link("end", says, RULE, (before,), before, depth=1, verdict="ungrounded")
        return Trail(start, "ungrounded", (Link("value", start, RULE, (before,), before), end))
    record = found.record
    assert isinstance(record, rec.Confirmation)
    given = start + phrase(" given in turn {turn} by {by}", turn=found.turn, by=record.by or _NOT_RECORDED)
    links = [Link("value", given, RULE, (found.index,), found.index)]
    links.append(_proposal(index, record, found.index))
    answers = _answers(index, record, found.index)
    links += answers
    covers, known = _covers(index, record, found.index)
    links += covers
    verdict: Verdict = "grounded" if known and any(a.quote for a in answers) else "unknown"
    missing = phrase("unknown: the log does not hold the words that gave it, or what it covers")
    says = phrase("grounded: a recorded answer") if verdict == "grounded" else missing
    evidence = tuple(dict.fromkeys(a.entry for a in answers if a.entry is not None and a.quote)) or (
        found.index,
    )
    links.append(Link("end", says, RULE, evidence, evidence[-1], depth=1, verdict=verdict))
    return Trail(given, verdict, tuple(links))


def of_talk(index: Index, consent: Consent, decision: Decision) -> Trail:
    """Follow what was read out of talk back: the words that proposed, the words that answered, each argument."""
    start = phrase("consent to {number}, read from the talk", number=decision.number)
    links = [Link("value", start, FROM_TEXT, (decision.entry,), decision.entry)]
    for kind, quote in (("proposal", consent.proposal), ("answer", consent.answer)):
        links.append(_quoted(index, kind, quote, decision))  # type: ignore[arg-type]
    given, told = index.session.chosen(decision).arguments, set[int]()
    for leaf in leaves(given):
        whose = phrase("of {number}", number=decision.number)
        links += deeper(trail(index, leaf, decision.entry, whose, told).links, 1)
    verdict: Verdict = {"confirmed": "grounded", "unknown": "unknown"}.get(consent.cls, "ungrounded")  # type: ignore[assignment]
    says = phrase("{verdict}: ", verdict=phrase(verdict)) + phrase(consent.cls) + phrase(", ") + consent.says
    evidence = consent.evidence or (decision.entry,)
    links.append(Link("end", says, FROM_TEXT, evidence, evidence[0], depth=1, verdict=verdict))
    return Trail(start, verdict, tuple(links))


def _gives(record: object) -> bool:
    return isinstance(record, rec.Confirmation) and record.op == "given"


def _proposal(index: Index, record: rec.Confirmation, at: int) -> Link:
    asked = index.session.entry(record.answers)
    if asked is None or asked.index >= at:
        says = phrase("what it answers is not recorded") if record.answers is None else phrase(
            "it answers {id}, which is nowhere before it", id=record.answers)  # fmt: skip
        return Link("proposal", says, RULE, (at,), at, depth=1)
    if isinstance(asked.record, rec.Proposal) and asked.record.text:
        says = phrase("proposed “{text}” in turn {turn}", text=short(asked.record.text), turn=asked.turn)
        return Link(
            "proposal", says, RULE, (asked.index, at), asked.index, asked.record.text, "/text", depth=1
        )
    says = phrase("proposed in turn {turn}, its words are not recorded", turn=asked.turn)
    return Link("proposal", says, RULE, (asked.index, at), asked.index, depth=1)


def _answers(index: Index, record: rec.Confirmation, at: int) -> list[Link]:
    """Quote the words that gave it, where they really stand in the record that is named."""
    out = []
    for quote in record.evidence:
        said = index.session.entry(quote.ref)
        place = None
        if said is not None and said.index < at and quote.quote:
            place = next((p for p in index.of(said.index) if quote.quote in p.text), None)
        if said is None or place is None:
            says = phrase("cites {ref}", ref=quote.ref)
            says += phrase(", where the words do not stand") if quote.quote else phrase(", without its words")
            at_ = (at,) if said is None or said.index >= at else (said.index, at)
            out.append(Link("answer", says, RULE, at_, at_[0], depth=1))
            continue
        by = said.record.role if isinstance(said.record, rec.Message) else said.record.kind
        says = phrase(
            "answered “{text}” by {by} in turn {turn}", text=short(quote.quote or ""), by=by, turn=said.turn
        )
        out.append(Link("answer", says, RULE, (said.index, at), said.index, quote.quote or "", place.pointer,
                        place.inner, depth=1))  # fmt: skip
    return out or [
        Link("answer", phrase("the words that gave it are not recorded"), RULE, (at,), at, depth=1)
    ]


def _covers(index: Index, record: rec.Confirmation, at: int) -> tuple[list[Link], bool]:
    if record.covers is None:
        return [Link("covers", phrase("what it covers is not recorded"), RULE, (at,), at, depth=1)], False
    tool = record.covers.tool or record.covers.reply or _NOT_RECORDED
    out = [Link("covers", phrase("covers {tool}", tool=tool) + _given(record), RULE, (at,), at, depth=1)]
    told: set[int] = set()
    for leaf in leaves(record.covers.arguments):
        whose = phrase("of what it covers")
        out += deeper(trail(index, leaf, at, whose, told).links, 2)
    return out, True


def _given(record: rec.Confirmation) -> Phrase:
    given = record.covers.arguments if record.covers else None
    return phrase(" {given}", given=short(dumps(given))) if given else ()


def _quoted(index: Index, kind: Kind, quote: Quote | None, decision: Decision) -> Link:
    if quote is None:
        return Link(
            kind, phrase("nothing that could be found"), FROM_TEXT, (decision.entry,), decision.entry, depth=1
        )
    place = next((p for p in index.of(quote.entry) if quote.text in p.text), None)
    turn = index.session.entries[quote.entry].turn
    says = phrase("“{text}” in turn {turn}", text=short(quote.text), turn=turn)
    where = (quote.text, place.pointer, place.inner) if place else ("", "", "")
    return Link(kind, says, FROM_TEXT, (quote.entry,), quote.entry, *where, depth=1)
