"""The confirmations pane: what the agent's log believed beside what the policy says, never merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nalyqor_tui.derive.approval import FROM_TEXT, moment
from nalyqor_tui.derive.life import Life, Standing
from nalyqor_tui.derive.reliance import believed
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import TONES, Heading, Line, Pair, Row, Tone, absent, derived, observed
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.session import Decision

if TYPE_CHECKING:
    from nalyqor_tui.derive.consent import ArgumentMatch, Consent


def view(review: Review, decision: Decision) -> list[Line]:
    """Return every confirmation recorded before the decision, with both columns and what was found of it.

    Where a call waited for an answer, that answer is among them, and what was asked of it.
    """
    lives = review.judgement.ledger.known_at(moment(review.session, decision))
    record = review.session.record(decision.entry)
    out: list[Line] = []
    for life in lives:
        out += _life(review, decision, life)
    out += _asked(review, decision)
    known = {life.id for life in lives}
    for name in believed(record):
        if name not in known:
            out.append(Pair((name,), believes(review, decision, name), _never_given(review, decision)))
    out += _unlisted(review, decision, known)
    consent = review.judgement.consents.get(decision.index)
    if consent is not None:
        out += from_talk(consent, decision)
    elif not lives and not out:
        out.append(_none(review, decision))
    return out


def from_talk(consent: Consent, decision: Decision) -> list[Line]:
    """Return what was read out of talk: the class, the words that show it, the arguments, what came between."""
    tones: dict[str, Tone] = {"confirmed": "pass", "unknown": "unknown"}
    at = consent.evidence or (decision.entry,)
    says = phrase("{cls}: ", cls=own(consent.cls)) + consent.says
    out: list[Line] = [derived("consent", says, FROM_TEXT, at, tone=tones.get(consent.cls, "fail"))]
    for label, quote in (("proposed", consent.proposal), ("answered", consent.answer)):
        if quote is not None:
            out.append(
                derived(label, phrase("“{text}”", text=quote.text), FROM_TEXT, (quote.entry,), indent=1)
            )
        else:
            out.append(
                derived(label, phrase("nothing that could be found"), FROM_TEXT, at, tone="dim", indent=1)
            )
    weighty = sorted(consent.arguments, key=lambda m: (not m.material, m.status == "agreed"))
    out += [_argument(match, decision) for match in weighty]
    for event in consent.between:
        tone: Tone = "fail" if event.ends else "remark"
        out.append(derived("between", phrase("{kind}: ", kind=own(event.kind)) + event.says, FROM_TEXT, (event.entry,),
                           tone=tone, indent=1))  # fmt: skip
    return out


def _argument(match: ArgumentMatch, decision: Decision) -> Row:
    says = phrase("{status}: {name} ", status=own(match.status), name=match.name)
    says += phrase("{done}", done=dumps(match.done))
    says += phrase(", said “{found}”", found=match.found) if match.found else ()
    tone: Tone = "fail" if match.material else "pass" if match.status == "agreed" else "dim"
    at = (decision.entry,) if match.entry is None else (match.entry, decision.entry)
    return derived("argument", says, FROM_TEXT, at, tone=tone, indent=1)


def _life(review: Review, decision: Decision, life: Life) -> list[Line]:
    given = phrase("{id} {type} given in turn {turn} by {by}", id=life.id, type=life.type_name or phrase("(no type)"),
                   turn=life.turn, by=life.record.by or words.UNRECORDED)  # fmt: skip
    out: list[Line] = [
        observed("given", given, life.entry, tone="strong", body=_quotes(life)),
        _covers(life),
        Pair(phrase("{id}", id=life.id), believes(review, decision, life.id), policy(review, decision, life)),
    ]
    for finding in review.judgement.findings[decision.index]:
        if finding.area == "confirmation" and finding.subject == life.id:
            tone = TONES[finding.verdict]
            says = phrase("{check}: ", check=phrase(finding.check)) + finding.says
            out.append(derived("found", says, finding.check, finding.evidence, tone=tone, indent=1))
    return out


def believes(review: Review, decision: Decision, name: str) -> Row:
    """What the log says the agent took a confirmation for."""
    record = review.session.record(decision.entry)
    belief = believed(record).get(name)
    relied = isinstance(record, rec.Decision) and name in (record.relied_on or [])
    if belief is None:
        row = absent("believed", decision.entry)
        return observed("believed", phrase("not recorded, relied upon"), decision.entry) if relied else row
    says = phrase("{status}", status=belief.status)
    says += phrase(" ({source})", source=belief.source) if belief.source else ()
    says += phrase(", relied upon") if relied else ()
    return observed("believed", says, decision.entry)


def policy(review: Review, decision: Decision, life: Life) -> Row:
    """What the policy makes of this confirmation at the decision, why, and since which record."""
    return standing(review, life, life.at(moment(review.session, decision)))


def all_believed(review: Review, decision: Decision) -> Phrase:
    """What the agent's log says that it took each confirmation for."""
    lives = review.judgement.ledger.known_at(moment(review.session, decision))
    known = {life.id for life in lives}
    parts = [phrase("{id} ", id=life.id) + believes(review, decision, life.id).value
             for life in lives]  # fmt: skip
    for name, belief in believed(review.session.record(decision.entry)).items():
        if name not in known:
            parts.append(phrase("{id} {status}, never given in this log", id=name, status=belief.status))
    return join("; ", parts) if parts else _no_confirmation(review)


def all_standing(review: Review, decision: Decision) -> Phrase:
    """How each confirmation stands by the policy, and the checks that it failed."""
    if review.policy is None:
        return words.NO_POLICY
    failed: dict[str, list[Phrase]] = {}
    for finding in review.judgement.findings[decision.index]:
        if finding.area == "confirmation" and finding.verdict == "fail":
            failed.setdefault(finding.subject, []).append(phrase("{check}", check=own(finding.check)))
    parts: list[Phrase] = []
    at = moment(review.session, decision)
    for life in review.judgement.ledger.known_at(at):
        says = phrase("{id} ", id=life.id) + own(life.at(at).status)
        checks = failed.pop(life.id, [])
        parts.append(says + (phrase(" (") + join(", ", checks) + phrase(")") if checks else ()))
    parts += [phrase("{id} ", id=name) + join(", ", checks) for name, checks in failed.items()]
    return join("; ", parts) if parts else _no_confirmation(review)


def _no_confirmation(review: Review) -> Phrase:
    return words.NONE if review.session.captures.confirmation == "all" else words.NOT_RECORDED


def standing(review: Review, life: Life, now: Standing) -> Row:
    """What the policy makes of a confirmation that stands so, why, and since which record."""
    tones: dict[str, Tone] = {"live": "pass", "ended": "fail", "never valid": "fail", "unknown": "unknown"}
    says: Phrase = own(now.status) + phrase(": ") + now.says
    if now.since is not None and now.status != "live":
        says += phrase(" (at {record})", record=words.name(review.session, now.since))
    evidence = tuple(i for i in (life.entry, now.since) if i is not None)
    return derived("policy", says, "confirmation ledger", evidence, tone=tones.get(now.status, "plain"))


def _never_given(review: Review, decision: Decision) -> Row:
    """What is to be said of a confirmation that no record before the decision gave."""
    at = (decision.entry,)
    if review.session.captures.confirmation == "all":
        return derived("policy", phrase("never given before"), "confirmation ledger", at, tone="fail")
    says = phrase("unknown: not in the log, which does not claim to record every confirmation")
    return derived("policy", says, "confirmation ledger", at, tone="unknown")


def _covers(life: Life) -> Row:
    if life.record.covers is None:
        return absent("covers", life.entry)
    return observed("covers", words.action(life.record.covers, 200), life.entry, indent=1)


def _quotes(life: Life) -> str:
    return "\n".join(f"{q.ref}: {q.quote}" if q.quote else q.ref for q in life.record.evidence)


def _unlisted(review: Review, decision: Decision, known: set[str]) -> list[Line]:
    """Findings about confirmations that the log never gave."""
    out: list[Line] = []
    for finding in review.judgement.findings[decision.index]:
        if finding.area == "confirmation" and finding.subject not in known:
            says = phrase("{id} {check}: ", id=finding.subject, check=own(finding.check)) + finding.says
            out.append(derived("found", says, finding.check, finding.evidence, tone=TONES[finding.verdict]))
    return out


def _asked(review: Review, decision: Decision) -> list[Line]:
    """Return what was asked of this very call and how it was answered, save the yes that is told already."""
    session, chosen, out = review.session, review.session.chosen(decision), list[Line]()
    if chosen.tool is None:
        return []
    action = rec.Action(tool=chosen.tool, arguments=chosen.arguments)
    until = decision.result if decision.call is None else decision.call
    for at in review.log.asked_after(decision.entry):
        if until is not None and at >= until:
            break
        record = session.record(at)
        if isinstance(record, rec.Confirmation) and record.covers == action:
            if until is None:  # only then the others are looked at: there may be very many
                until = _again(review, decision, chosen)
                if at >= until:
                    break
            says = phrase("{id} by {by}: ", id=record.id or "", by=record.by or words.UNRECORDED)
            says += words.action(record.covers, 200)
            quotes = "\n".join(quote.quote for quote in record.evidence if quote.quote)
            tone: Tone = "fail" if record.op == "declined" else "plain"
            out.append(observed(record.op, says, at, tone=tone, body=quotes))
    return out


def _again(review: Review, decision: Decision, chosen: rec.Action) -> int:
    """Return the record that chooses the same once more, or the end of the log."""
    session = review.session
    again = (d.entry for d in session.decisions[decision.index + 1 :] if session.chosen(d) == chosen)
    return next(again, len(session.entries))


def _none(review: Review, decision: Decision) -> Line:
    if review.session.captures.confirmation == "all":
        return Heading(phrase("none had been given before this decision (the log records them all)"))
    if review.log.confirms:
        return Heading(phrase("none is recorded before this decision, in a log that need not hold them all"))
    return Heading(phrase("not recorded: this log holds no confirmation records"))
