"""The rules pane: which rules govern the decision, whether they held, and whether they were in view."""

from __future__ import annotations

from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.rules import sight
from nalyqor_tui.phrase import join, own, phrase
from nalyqor_tui.policy.rules import Rule
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import TONES, Heading, Line, Tone, declared, derived, observed
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision


def view(review: Review, decision: Decision) -> list[Line]:
    """Return the governing rules with their verdicts, then what the last look-up brought."""
    out: list[Line] = []
    if review.policy is None:
        out.append(Heading(phrase("which rules govern is unknown: no policy (give --policy FILE)")))
    else:
        names = review.judgement.governing[decision.index]
        governing = [rule for rule in review.policy.rules if rule.id in names]
        for rule in governing:
            out += _rule(review, decision, rule)
        if not governing:
            out.append(
                Heading(phrase("no rule of {policy} governs this decision", policy=review.policy.name))
            )
    return out + looked_up(review, decision)


def _rule(review: Review, decision: Decision, rule: Rule) -> list[Line]:
    assert review.policy is not None
    findings = [f for f in review.judgement.findings[decision.index] if f.subject == rule.id]
    line = review.policy.rule_line(rule)
    text = (review.policy.document(rule.document) if rule.document else None) or ""
    says = phrase("{id} ({severity}) {text}", id=rule.id, severity=rule.severity, text=rule.text)
    out: list[Line] = [declared("rule", says, review.policy, line, body=text)]
    out += [_held(f) for f in findings if f.area == "rule"]
    return [*out, _seen(review, decision, rule)]


def _held(finding: Finding) -> Line:
    label = words.CHECKS.get(finding.check, finding.check)
    says = own(f"{finding.verdict}: ") + finding.says
    return derived(label, says, finding.check, finding.evidence, tone=TONES[finding.verdict], indent=1)


def _seen(review: Review, decision: Decision, rule: Rule) -> Line:
    seen = sight(review.session, rule, review.window(decision), review.state(decision))
    at = seen.evidence or (decision.entry,)
    tone: Tone = TONES[seen.verdict] if rule.visible and rule.visible.required else "dim"
    if seen.visibility == "not_asked":
        return derived("in view", seen.says, "visible", at, tone="dim", indent=1)
    word = own(seen.visibility.replace("_", " "))
    says = phrase("{word}: ", word=word) + seen.says
    return derived("in view", says, "visible", at, tone=tone, indent=1)


def looked_up(review: Review, decision: Decision) -> list[Line]:
    """Say what the latest look-up before the decision returned."""
    for at in range(decision.entry - 1, -1, -1):
        entry = review.session.entries[at]
        if isinstance(entry.record, rec.Retrieval):
            return [_lookup(entry.record, entry.index)]
        if entry.turn < decision.turn - 1:
            break
    if review.session.captures.retrieval == "all":
        return [Heading(phrase("no look-up of rules in this turn or the one before"))]
    return [Heading(phrase("look-ups of rules: not recorded in this log"))]


def _lookup(record: rec.Retrieval, at: int) -> Line:
    docs = []
    for document in record.documents:
        score = phrase(" {score}", score=f"{document.score:g}") if document.score is not None else ()
        cut = phrase(" (not included)") if document.included is False else ()
        docs.append(phrase("{id}", id=document.id) + score + cut)
    returned = join(", ", docs) if docs else phrase("nothing")
    return observed("look-up", words.query(record) + phrase(": ") + returned, at)
