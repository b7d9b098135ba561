"""The chain back from a decision: each link a row with its rule and its records, and the draft of a note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nalyqor_tui.derive.log import called
from nalyqor_tui.derive.why import Link, Trail, Verdict, of_arguments, of_confirmation, of_rule, of_talk
from nalyqor_tui.notes.model import Body, Evidence
from nalyqor_tui.phrase import Phrase, join, own, phrase, plain
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Row, Tone, declared, derived
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Decision

_QUOTE = 160  # characters of a link that a note keeps as a quote
_TONES: dict[Verdict, Tone] = {
    "ungrounded": "fail",
    "ambiguous": "unknown",
    "unknown": "unknown",
    "grounded": "pass",
}
_LABELS = {
    "value": "why",
    "user": "user",
    "document": "document",
    "result": "result",
    "state": "state",
    "other": "record",
    "copy": "copied",
    "again": "again",
    "end": "ends",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: an argument by its path, a confirmation, a rule; with no name, all arguments."""

    kind: str = "argument"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of a chain, with the trail that it is part of."""

    row: Row | Heading
    trail: Trail | None = None


def trails(review: Review, decision: Decision, subject: Subject) -> list[Trail]:
    """Return the chains of what is asked about; none where the decision has nothing of that name."""
    index = review.origins
    if subject.kind == "confirmation":
        return _confirmation(review, decision, subject.name)
    if subject.kind == "rule":
        return _rule(review, decision, subject.name)
    found = of_arguments(index, decision)
    if not subject.name:
        return found
    wanted = dotted(subject.name, review.session.chosen(decision).arguments)
    return [t for t in found if t.path == wanted or t.path.startswith(f"{wanted}.")]


def dotted(name: str, given: Json) -> str:
    """Return the dotted path of a JSON Pointer into arguments (a path counts items from 1), or a path as it is."""
    if not name.startswith("/"):
        return name
    out = []
    for part in (raw.replace("~1", "/").replace("~0", "~") for raw in name.split("/")[1:]):
        item = isinstance(given, list) and part.isascii() and part.isdigit() and int(part) < len(given)
        out.append(str(int(part) + 1) if item else part)
        given = given[int(part)] if item else given.get(part) if isinstance(given, dict) else None
    return ".".join(out)


def lines(review: Review, decision: Decision, subject: Subject) -> list[Shown]:
    """Return the rows of the chains, or a remark that there is nothing to ask about."""
    found = trails(review, decision, subject)
    if not found:
        return [Shown(Heading(nothing(review, decision, subject)))]
    stated = _declared(review, subject.name) if subject.kind == "rule" else None
    out = [] if stated is None else [Shown(stated, found[0])]
    return out + [Shown(row, trail) for trail in found for row in rows(trail)]


def view(review: Review, decision: Decision, subject: Subject) -> list[Row | Heading]:
    """Return the rows alone."""
    return [shown.row for shown in lines(review, decision, subject)]


def counts(shown: Sequence[Shown]) -> Phrase:
    """Say how many trails end how."""
    found = {id(one.trail): one.trail.verdict for one in shown if one.trail is not None}
    ends = Counter(found.values())
    return join(" · ", [phrase("{n} {verdict}", n=ends[v], verdict=own(v)) for v in _TONES if ends[v]])


def rows(trail: Trail) -> Iterator[Row]:
    """Yield a row for each link."""
    for link in trail.links:
        yield derived(_LABELS.get(link.kind, link.kind), link.says, link.rule, _records(link), tone=_tone(link),
                      indent=link.depth)  # fmt: skip


def nothing(review: Review, decision: Decision, subject: Subject) -> Phrase:
    """Say that the decision has nothing of what is asked about."""
    if subject.name:
        return phrase("{number} has no {kind} {name}", number=decision.number, kind=own(subject.kind),
                      name=subject.name)  # fmt: skip
    if review.session.chosen(decision).tool is None:
        return phrase("{number} is a reply: it has no arguments to ask about", number=decision.number)
    return phrase("the arguments of {number} were not recorded, or it has none", number=decision.number)


def draft(review: Review, decision: Decision, found: Sequence[Trail], before: Body | None = None) -> Body:
    """Make the text of a note of trails, with the quotes as its evidence, after what a draft already holds.

    It is nobody's account yet: only who saves it makes it one.
    """
    lines = [line for trail in found for line in _told(trail)]
    text = "\n".join(lines)
    cited = dict.fromkeys(e for trail in found for link in trail.links if (e := _evidence(review, link)))
    if before is None:
        return Body(kind="hypothesis", text=text, evidence=tuple(cited))
    joined = f"{before.text}\n\n{text}" if before.text.strip() else text
    kept = dict.fromkeys((*before.evidence, *cited))
    return before.model_copy(update={"text": joined, "evidence": tuple(kept)})


def _confirmation(review: Review, decision: Decision, name: str) -> list[Trail]:
    index = review.origins
    consent = review.judgement.consents.get(decision.index)
    if name:
        known = any(isinstance(record, rec.Confirmation) for record in called(review.session, name))
        record = review.session.record(decision.entry)
        believed = isinstance(record, rec.Decision) and name in (
            *(record.relied_on or ()), *(b.confirmation for b in record.believes or ()))  # fmt: skip
        return [of_confirmation(index, name, decision.entry)] if known or believed else []
    return [of_talk(index, consent, decision)] if consent is not None else []


def _rule(review: Review, decision: Decision, name: str) -> list[Trail]:
    rules = review.policy.rules if review.policy is not None else []
    rule = next((one for one in rules if one.id == name), None)
    if rule is None and not is_document(review, name):
        return []
    return [of_rule(review.origins, name, rule, decision, review.window(decision), review.state(decision))]


def is_document(review: Review, name: str) -> bool:
    """Say whether a look-up returned a document of this id."""
    return name in review.log.documents


def _declared(review: Review, name: str) -> Row | None:
    if review.policy is None:
        return None
    rule = next((one for one in review.policy.rules if one.id == name), None)
    if rule is None:
        return None
    says = phrase("{id} ({severity}) {text}", id=rule.id, severity=rule.severity, text=rule.text)
    return declared("rule", says, review.policy, review.policy.rule_line(rule))


def _records(link: Link) -> tuple[int, ...]:
    """Return the records behind a link, the one to go to first."""
    first = () if link.entry is None else (link.entry,)
    return tuple(dict.fromkeys((*first, *link.evidence)))


def _tone(link: Link) -> Tone:
    if link.verdict is not None:
        return _TONES[link.verdict]
    return {"value": "strong", "copy": "dim", "again": "dim"}.get(link.kind, "plain")  # type: ignore[return-value]


def _told(trail: Trail) -> Iterator[str]:
    for link in trail.links:
        if link.kind not in ("copy", "again"):
            label = _LABELS.get(link.kind, link.kind)
            yield f"{'  ' * link.depth}{label}: {plain(link.says)}"


def _evidence(review: Review, link: Link) -> Evidence | None:
    """Cite the words that a link quotes as observed, and where a trail ends as derived."""
    if link.kind in ("copy", "again") or link.entry is None:
        return None
    place = review.session.entries[link.entry].place
    if link.quote:
        ref = words.name(review.session, link.entry)
        return Evidence(truth="observed", ref=ref, quote=words.cut(link.quote, _QUOTE),
                        pointer=link.pointer, line=place.line)  # fmt: skip
    if link.kind != "end":
        return None
    quote = words.cut(plain(link.says), _QUOTE)
    return Evidence(truth="derived", ref=link.rule, quote=quote, pointer=place.pointer, line=place.line)
