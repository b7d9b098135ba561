"""A session as a whole, in rows: what its log says of itself and of its output, and what belongs to no decision."""

from __future__ import annotations

from nalyqor_tui.derive.grade import passed
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import notes, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, absent, derived, observed
from nalyqor_tui.trace import records as rec

_NAMED = 5  # ids that are named; the others are counted
OUTCOME = ("case", "expected", "output")  # the parts of an outcome that are no verdict


def latent(review: Review) -> list[Row]:
    """Say that the recorded output passed although decisions were flawed or bad; empty where that is not so."""
    last = next(reversed(review.session.outcomes()), None)
    if last is None or not isinstance(last.record, rec.Outcome) or passed(last.record) is not True:
        return []
    grades = review.judgement.grades
    wrong = [d for d in review.session.decisions if grades[d.index].word in ("flawed", "bad")]
    if not wrong:
        return []
    which = join(", ", [phrase("{n} ", n=d.number) + own(grades[d.index].word) for d in wrong])
    says = phrase("the recorded output passed, yet {n} of {all} decisions were flawed or bad: {which}",
                  n=len(wrong), all=len(grades), which=which)  # fmt: skip
    evidence = (last.index, *(d.entry for d in wrong))
    return [derived("latent failure", says, "grade against outcome", evidence, tone="fail")]


def about(review: Review) -> list[Row]:
    """Return what the log's header says of the agent and of its own completeness."""
    session, header = review.session, review.session.header
    if header is None:
        return [absent("header", 0)] if session.entries else []
    at = session.head or 0
    fields = {
        "agent": " ".join(part for part in (header.agent_name, header.agent_version) if part),
        "model": header.request_model,
        "conversation": header.conversation_id,
        "trace id": header.trace_id,
        "began": None if header.ts is None else str(header.ts),
    }
    rows = [observed(label, value, at) for label, value in fields.items() if value]
    kinds = ("confirmation", "retrieval", "context", "margin")
    claims = [phrase("{kind} {how}", kind=own(kind), how=getattr(header.captures, kind)) for kind in kinds]
    if "captures" not in header.model_fields_set:
        return [*rows, absent("captures", at)]
    return [*rows, observed("captures", join(", ", claims), at)]


def outcomes(review: Review) -> list[Row]:
    """Return each verdict on the output that the log holds, with its case, what was expected and what came."""
    out: list[Row] = []
    for entry in review.session.outcomes():
        record = entry.record
        assert isinstance(record, rec.Outcome)
        by = phrase(" by {by}", by=record.by) if record.by else ()
        out.append(observed("outcome", (*words.outcome(record), *by), entry.index))
        out += [observed(name, field(record, name), entry.index, indent=1) for name in OUTCOME]
    if not out and review.session.entries:
        out.append(absent("outcome", len(review.session.entries) - 1))
    return out


def field(record: rec.Outcome, name: str) -> Phrase:
    """Write a part of an outcome; what was not recorded, null and empty are different words."""
    if name not in record.model_fields_set:
        return words.NOT_RECORDED
    value = getattr(record, name)
    if value is None:
        return phrase("null")
    return (text,) if (text := words.compact(value)) else phrase("empty")


def unread(review: Review) -> list[Row]:
    """Return the pieces of the file that could not be read when it was opened, as they stand there."""
    out: list[Row] = []
    for entry in review.session.of(rec.Unparsed):
        record = entry.record
        if isinstance(record, rec.Unparsed):
            says = phrase("{place}: {what}", place=str(entry.place), what=record.problem)
            out.append(observed("unparsed", says, entry.index, tone="fail", body=record.text))
    return out


def doubled(review: Review) -> list[Row]:
    """Return the ids that several records have: what refers to one of them means the first."""
    found = list(review.session.doubled.items())
    says = "{name} is the id of {n} records; what refers to it means the first"
    rows = [
        derived("id", phrase(says, name=words.cut(name, 40), n=len(at)), "equal ids", at, tone="remark")
        for name, at in found[:_NAMED]
    ]
    if len(found) > _NAMED:
        more, at = phrase("{n} more ids belong to several records", n=len(found) - _NAMED), found[_NAMED][1]
        rows.append(derived("id", more, "equal ids", at, tone="remark"))
    return rows


def lost(review: Review) -> list[Row]:
    """Return the notes whose place in the trace was not found."""
    bound = [n for n in review.notes if n.decision is None and not n.note.retracted]
    return [row for note in bound for row in notes.rows(note) if isinstance(row, Row)]
