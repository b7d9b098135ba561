"""The notes pane: what people wrote of the decision, with evidence and the state of each claim."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nalyqor_tui.notes.history import body_at
from nalyqor_tui.notes.model import Body, Claim, NoteRecord
from nalyqor_tui.phrase import Phrase, counted, own, phrase
from nalyqor_tui.present.review import BoundNote, Review
from nalyqor_tui.present.rows import Heading, Line, reconstructed
from nalyqor_tui.trace.session import Decision


def view(review: Review, decision: Decision) -> list[Line]:
    """Return the notes at a decision, then those whose place is lost."""
    out: list[Line] = []
    for bound in review.notes_at(decision):
        if not bound.note.retracted:
            out += rows(bound)
    orphans = [n for n in review.notes if n.decision is None and not n.note.retracted]
    if not out:
        out.append(Heading(phrase("no note here yet: press a to write down why")))
    if review.hidden:
        out.append(Heading(hidden(review.hidden)))
    if orphans:
        out.append(Heading(counted(len(orphans), "note whose place in the trace was not found")))
        for bound in orphans:
            out += rows(bound)
    return out


def hidden(number: int) -> Phrase:
    """Say how many notes somebody who reads blind is not shown."""
    notes = own("1 note of others is" if number == 1 else f"{number} notes of others are")
    return notes + own(" hidden until you commit yours")


@dataclass(frozen=True, slots=True)
class Version:
    """A record that stands in a conflict, with how it reads; `body` is None for a retraction."""

    record: NoteRecord
    body: Body | None
    lines: list[Line]


def versions(bound: BoundNote) -> list[Version]:
    """Return the records of a note that stand beside each other, the head first."""
    note = bound.note
    return [_version(record, bound) for record in (note.head, *note.conflict)]


def _version(record: NoteRecord, bound: BoundNote) -> Version:
    known = {each.id: each for each in bound.note.versions}
    before = known.get(record.prev or "")
    shown = body_at(record, bound.note.versions) or bound.note.body
    body = None if record.op == "retract" else shown
    note = replace(bound.note, head=record, body=shown, author=record.author, edited=record.ts, conflict=())
    lines: list[Line] = [reconstructed("version", own(_what(record, before)), note)]
    return Version(record, body, lines + rows(replace(bound, note=note)))


def _what(record: NoteRecord, before: NoteRecord | None) -> str:
    """Say what a version does to the one before it."""
    if record.body is None:
        return f"{record.op}s the note"
    if before is None or before.body is None:
        return "a new text" if record.prev else "the first text"
    return f"changes {', '.join(differences(before.body, record.body)) or 'nothing'}"


def differences(left: Body, right: Body) -> list[str]:
    """Name the parts in which two bodies are not the same."""
    parts = ("kind", "text", "tags", "evidence", "claims")
    return [part for part in parts if getattr(left, part) != getattr(right, part)]


def rows(bound: BoundNote) -> list[Line]:
    """Return the rows of one note."""
    note, body = bound.note, bound.note.body
    head = phrase("{author}, {when}", author=note.author, when=note.edited)
    if bound.binding.status != "exact":
        head += phrase(" · {status}: {how}", status=own(bound.binding.status), how=bound.binding.how)
    out: list[Line] = [reconstructed(body.kind, head, note, body=body.text)]
    if body.tags:
        out.append(reconstructed("tags", ", ".join(body.tags), note, indent=1))
    for index, evidence in enumerate(body.evidence):
        says = phrase("[{n}] {truth} {ref}", n=index + 1, truth=own(evidence.truth), ref=evidence.ref)
        says += phrase(" “{quote}”", quote=evidence.quote) if evidence.quote else ()
        out.append(reconstructed("evidence", says, note, indent=1))
    out += [reconstructed("claim", _claim(claim), note, indent=1) for claim in body.claims]
    if note.conflict:
        says = phrase("{n} other versions stand beside this one", n=len(note.conflict))
        out.append(reconstructed("conflict", says, note, indent=1))
    return out


def _claim(claim: Claim) -> tuple[str, ...]:
    cites = " ".join(f"[{i + 1}]" for i in claim.evidence)
    return phrase("{status}: {text} {cites}", status=own(claim.status), text=claim.text, cites=own(cites))
