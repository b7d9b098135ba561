"""Consent read out of plain conversation: for every write, whether the talk before it covered it.

Everything is derived from the words of the log and the policy's effects: deterministic, with no model. What
cannot be told is `unknown`, with the reason. Specification: the classes confirmed, mismatched, stale,
requested, none, unknown.
"""

from __future__ import annotations

from nalyqor_tui.derive.consent.classify import consent
from nalyqor_tui.derive.consent.language import english
from nalyqor_tui.derive.consent.lookup import index
from nalyqor_tui.derive.consent.model import ArgumentMatch, Class, Consent, Event, Quote
from nalyqor_tui.derive.consent.search import Talk
from nalyqor_tui.derive.consent.talk import exchanges
from nalyqor_tui.phrase import phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Session

__all__ = ["ArgumentMatch", "Class", "Consent", "Event", "Quote", "consents"]


def consents(session: Session, policy: Policy) -> dict[int, Consent]:
    """Return the consent of every decision whose tool needs a confirmation, by the decision's index."""
    needed = {
        d.index: givers for d in session.decisions if (givers := _givers(policy, session.chosen(d).tool))
    }
    if not needed:
        return {}
    lookup, language = index(session), english()
    calls = (session.decisions[number].call for number in needed)
    writes = tuple(call for call in calls if call is not None)
    talks = {
        givers: Talk(session, policy, exchanges(session, givers), lookup, language, writes)
        for givers in set(needed.values())
    }
    out = {}
    for number, givers in needed.items():
        decision = session.decisions[number]
        if "user" in givers or talks[givers].exchanges:
            out[number] = consent(talks[givers], decision)
        else:
            says = phrase("no message is by one who may agree: {by}", by=", ".join(sorted(givers)))
            out[number] = Consent("unknown", says, evidence=(decision.entry,))
    return out


def _givers(policy: Policy, tool: str | None) -> frozenset[str]:
    """Return the roles that may agree to a tool; empty where no rule asks for a confirmation."""
    kinds = [
        policy.confirmation(rule.need.confirmation)
        for rule in policy.governing(tool)
        if tool is not None and rule.need is not None and rule.need.confirmation is not None
    ]
    return frozenset(role for kind in kinds if kind is not None for role in kind.by)
