"""Where a rule came from: the look-up that returned its text, its query, its context, or where it was lost."""

from __future__ import annotations

from nalyqor_tui.derive.consent.values import Leaf
from nalyqor_tui.derive.context import Window
from nalyqor_tui.derive.replay import State
from nalyqor_tui.derive.rules import Sight, sight
from nalyqor_tui.derive.why.model import Link, Trail, Verdict, deeper
from nalyqor_tui.derive.why.places import Index
from nalyqor_tui.derive.why.values import trail
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.policy.rules import On, Rule, Visible
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

RULE = "origin of a rule"


def of_rule(
    index: Index, name: str, rule: Rule | None, decision: Decision, window: Window, state: State
) -> Trail:
    """Follow a rule, or a document by its id, back from a decision through its look-ups."""
    document = (rule.document or name) if rule is not None else name
    start = phrase("rule {id} at {number}", id=name, number=decision.number)
    start += phrase(", whose text is {document}", document=document) if document != name else ()
    links = [Link("value", start, RULE, (decision.entry,), decision.entry)]
    look_ups = _look_ups(index, document, decision)
    found = bool(look_ups[0].quote)
    links += look_ups
    item = window.find(document)
    asked = rule if rule is not None and rule.document and rule.visible else _ask_for(document)
    links.append(_seen(sight(index.session, asked, window, state), decision))
    end = _end(index, document, decision, window, named=found or _stated(rule), shown=item is not None)
    return Trail(start, end.verdict or "unknown", (*links, end))


def _ask_for(document: str) -> Rule:
    """Make the question where a document is, for one of which no policy asks it."""
    return Rule.model_construct(id=document, on=On(tool=["*"]), visible=Visible(rule_doc=document))


def _look_ups(index: Index, document: str, decision: Decision) -> list[Link]:
    """Name the last look-up that returned the document, and the origin of its query."""
    found = None
    for entry in index.session.entries[: decision.entry]:
        if isinstance(entry.record, rec.Retrieval):
            for number, one in enumerate(entry.record.documents):
                if one.id == document:
                    found = (entry, entry.record, number, one)
    if found is None:
        says = phrase("no look-up before the decision returned it")
        if index.session.captures.retrieval != "all":
            says += phrase(" in this log, which does not claim to record them all")
        return [Link("look-up", says, RULE, (decision.entry,), decision.entry, depth=1)]
    entry, record, number, one = found
    says = phrase("returned by the look-up of turn {turn}", turn=entry.turn)
    says += phrase(" at rank {rank}", rank=one.rank) if one.rank is not None else ()
    says += phrase(", not put into the context") if one.included is False else ()
    pointer = f"/documents/{number}/id"
    out = [Link("look-up", says, RULE, (entry.index,), entry.index, document, pointer, depth=1)]
    if record.query is not None:
        leaf = Leaf("the query", "query", record.query)
        out += deeper(trail(index, leaf, entry.index, phrase("of the look-up"), set()).links, 2)
    return out


def _stated(rule: Rule | None) -> bool:
    return rule is not None and rule.document is not None


def _seen(seen: Sight, decision: Decision) -> Link:
    says = own(seen.visibility.replace("_", " ") + ": ") + seen.says
    at = seen.evidence or (decision.entry,)
    return Link("in view", says, "visible", at, at[0], depth=1)


def _end(
    index: Index, document: str, decision: Decision, window: Window, *, named: bool, shown: bool
) -> Link:
    at = (decision.entry,) if window.recorded is None else (window.recorded,)
    verdict: Verdict = "grounded" if shown else "unknown" if window.recorded is None else "ungrounded"
    if shown:
        text = phrase("grounded: {id} stood in the context of {number}", id=document, number=decision.number)
    elif not named:
        verdict, text = (
            "unknown",
            phrase("unknown: nothing in the log or the policy is a text of {id}", id=document),
        )
    elif window.recorded is None:
        text = phrase("unknown: the context of {number} was not recorded", number=decision.number)
    elif index.session.captures.context != "all":
        verdict = "unknown"
        says = "unknown: not in the context of {number}, which the log does not claim to record whole"
        text = phrase(says, number=decision.number)
    else:
        text = phrase(
            "ungrounded: {id} was not in the context of {number}", id=document, number=decision.number
        )
    return Link("end", text, RULE, at, at[0], depth=1, verdict=verdict)
