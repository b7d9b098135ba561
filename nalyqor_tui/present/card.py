"""The decision card: was this decision sound? Each area with its verdict in a word, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from nalyqor_tui.derive.approval import FROM_TEXT
from nalyqor_tui.derive.finding import Finding, Verdict
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.confirmations import from_talk
from nalyqor_tui.present.decision import grade
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import TONES, Heading, Line, Row, derived
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

if TYPE_CHECKING:
    from nalyqor_tui.derive.consent import Consent

AREAS = (
    "consent",
    "order",
    "facts",
    "arguments",
    "limits",
    "responses",
    "in view",
    "margin",
    "by hand",
    "governs",
)
_AREA_OF = {
    "need.confirmation": "consent",
    "need.before": "order",
    "forbid.after": "order",
    "need.fact": "facts",
    "any": "facts",
    "args": "arguments",
    "limit": "limits",
    "then": "responses",
    "manual": "by hand",
    "on": "governs",
}
_ORDER: tuple[Verdict, ...] = ("fail", "unknown", "pass", "n/a", "remark")


def view(review: Review, decision: Decision) -> list[Line]:
    """Return the card: the decision, its grade, then area by area the verdict and what it rests on."""
    out: list[Line] = [Heading(words.title(review.session, decision)), *grade(review, decision)]
    if review.policy is None:
        return out
    grouped: dict[str, list[Finding]] = {}
    for finding in review.judgement.findings[decision.index]:
        grouped.setdefault(area(finding), []).append(finding)
    for name in AREAS:
        out += _area(review, decision, name, grouped.get(name, []))
    return out


def area(finding: Finding) -> str:
    """Name the area of the card that a finding belongs to."""
    if finding.area == "rule":
        return _AREA_OF.get(finding.check, "order")
    return {"confirmation": "consent", "visible": "in view", "margin": "margin"}[finding.area]


def verdict(findings: list[Finding]) -> Verdict:
    """Return the verdict of an area: the worst of its findings, `n/a` where there is none that counts."""
    counted = [f.verdict for f in findings if f.verdict != "remark"]
    return min(counted, key=_ORDER.index, default="n/a")


def severity(finding: Finding) -> int:
    """Return the place of a finding in a list of the worst first."""
    return _ORDER.index(finding.verdict)


def _area(review: Review, decision: Decision, name: str, findings: list[Finding]) -> Iterator[Line]:
    if not findings and name not in ("consent", "order", "in view", "margin"):
        return
    found = verdict(findings)
    evidence = tuple(dict.fromkeys(at for f in findings for at in f.evidence)) or (decision.entry,)
    says = own(found.upper()) if findings else own("N/A") + phrase(": ") + _nothing(review, decision, name)
    yield derived(name, says, "decision card", evidence, tone=TONES[found])
    for finding in sorted(findings, key=severity):
        line = phrase(" ({file}:{line})", file=_file(review), line=finding.line) if finding.line else ()
        subject = phrase("{subject}: ", subject=finding.subject) if finding.subject != name else ()
        label = words.CHECKS.get(finding.check, finding.check.replace("_", " "))
        value = own(f"{finding.verdict}: ") + subject + finding.says + line
        yield derived(label, value, finding.check, finding.evidence, tone=TONES[finding.verdict], indent=1)
        consent = review.judgement.consents.get(decision.index)
        if finding.check == "need.confirmation" and consent is not None:
            yield from _said(consent, decision)
        if finding.verdict == "unknown":
            yield derived(
                "to know", wanting(review, finding), "what was not recorded", finding.evidence, indent=2
            )


def _said(consent: Consent, decision: Decision) -> Iterator[Line]:
    """The words and the arguments that the verdict on consent rests on; what was agreed in full is only counted."""
    for line in from_talk(consent, decision)[1:]:
        if isinstance(line, Row) and (line.label != "argument" or line.tone != "pass"):
            yield replace(line, indent=2)
    agreed = sum(match.status == "agreed" for match in consent.arguments)
    says = phrase("{n} of {count} arguments as agreed", n=agreed, count=len(consent.arguments))
    yield derived("arguments", says, FROM_TEXT, consent.evidence or (decision.entry,), indent=2)


def wanting(review: Review, finding: Finding) -> Phrase:
    """Say what would have to be logged to turn an unknown into an answer."""
    if finding.area == "margin":
        return phrase("log more samples, or every alternative with its value and the chosen one among them")
    if finding.area == "visible":
        return phrase(
            "log a `context` record for each decision, and say `captures.context = all` in the header"
        )
    if finding.check == "reliance-unrecorded":
        return phrase("log `relied_on` with each decision: the confirmations it acted on, empty for none")
    if finding.check in ("need.confirmation", "never-given", "relied-upon", "scope"):
        return phrase("log each `confirmation` with what it covers, and say `captures.confirmation = all`")
    if finding.check in ("need.before", "forbid.after"):
        return phrase(
            "log the `status` of every tool result (or say in the policy's [result] which are errors)"
        )
    if finding.check in ("need.fact", "args", "any", "on"):
        return phrase("log the result of the tool that the fact comes from, before this decision")
    if finding.check == "then":
        return phrase("log the session to its end, with an `end` record")
    if finding.check == "manual":
        return phrase("nothing: this rule is left to the reader; write a note with your verdict")
    return phrase("log what this check rests on")


def _nothing(review: Review, decision: Decision, name: str) -> Phrase:
    """Say why an area holds no finding."""
    if name == "margin":
        record = review.session.record(decision.entry)
        recorded = isinstance(record, rec.Decision) and record.margin is not None
        return phrase("no band is declared for this measure") if recorded else phrase("not recorded")
    if name == "consent":
        return phrase("no rule asks for a confirmation here, and none was relied upon")
    if name == "in view":
        return phrase("no governing rule names a document")
    return phrase("no rule asks for it here")


def _file(review: Review) -> str:
    return review.policy.path.rsplit("/", 1)[-1] if review.policy else ""
