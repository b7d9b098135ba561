"""What is said of the notes of a trace: whether they hold, and what was done to them.

Every line starts with a word of ours in a gutter; long text has a bar there, so that nothing in it can start
a line of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nalyqor_tui.notes.blind import written
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body, NoteRecord
from nalyqor_tui.notes.verify import State, state
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present.notes import differences, hidden
from nalyqor_tui.present.placed import Placed, placed, stood
from nalyqor_tui.present.text import literal, literal_lines, show
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.trace.store import Trace

GUTTER = 15  # characters, as in the plain report
BAR = " " * (GUTTER - 2) + "| "
PARTS = ("text", "tags", "evidence", "claims")
_STATES: dict[State, str] = {
    "unchanged": "the file is what it was when they were written",
    "grown": "the file has grown since; what it held then is untouched",
    "changed": "the file was changed since",
    "not known": "it is not known what the file was then",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """Notes held against their trace; `states` says of each of `notes` how the file stands to it."""

    trace: Trace
    journal: Journal
    notes: list[Placed] = field(default_factory=list)
    states: list[State] = field(default_factory=list)

    @property
    def broken(self) -> list[Phrase]:
        """What does not hold, in words; empty where all does."""
        lost = sum(one.bound.binding.status == "orphaned" for one in self.notes)
        changed = sum(one not in ("unchanged", "grown") for one in self.states)
        aside = len(self.journal.problems)
        says = [
            (lost, phrase("{n} orphaned", n=_count(lost, "note"))),
            (changed, phrase("{n} bound to other bytes than the trace has now", n=_count(changed, "note"))),
            (aside, phrase("{n} set aside", n=_count(aside, "thing"))),
        ]
        return [one for n, one in says if n]


def verify(trace: Trace, journal: Journal) -> Verified:
    """Bind every note, also those that this author may not see, and hash the trace as it is now."""
    notes = placed(trace, journal.every())
    return Verified(trace, journal, notes, [state(one.note.anchor.trace, trace) for one in notes])


def verified(found: Verified, redaction: Redaction) -> Iterator[str]:
    """Yield how the trace stands, what each file holds, where each note is, what was set aside; then the verdict."""
    about = phrase(
        "{path}: {n} bytes, sha256 {hash}",
        path=str(found.trace.path),
        n=found.trace.size,
        hash=found.trace.sha256(),
    )
    yield line("trace", redaction.phrase(about))
    for how, number in Counter(found.states).most_common():
        yield line("trace", phrase("{n}: {how}", n=_count(number, "note"), how=own(_STATES[how])))
    for file in found.journal.contents:
        many = _count(file.records, "record")
        says = phrase("{path}: {n}, each with its checksum", path=str(file.path), n=many)
        yield line("file", redaction.phrase(says))
    seen = {note.id for note in found.journal.notes()}
    for one in found.notes:
        if one.note.id in seen:
            yield line("note", redaction.phrase(_bound(one)))
    yield from _hidden(found.journal)
    yield from aside(found.journal, redaction)
    yield line("notes", _statuses(found.notes))
    broken = found.broken
    yield line("verdict", own("does not hold: ") + join(", ", broken) if broken else own("holds"))


def log(journal: Journal, redaction: Redaction, *, several: bool) -> Iterator[str]:
    """Yield what was done to the notes, oldest first, and where people stand against each other.

    `several` says that the trace has more than one session, which is then named.
    """
    notes = {note.id: note for note in journal.notes()}
    records = journal.records
    before: dict[str, NoteRecord] = {}
    for record in records:
        says = _entry(record, notes.get(record.note), records, several=several)
        yield line("reconstructed", redaction.phrase(says))
        if record.body is not None:
            yield from _body(record.body, before.get(record.prev or ""), redaction)
        before[record.id] = record
    yield from _hidden(journal)
    yield from aside(journal, redaction)
    disputed = sum(bool(note.conflict) for note in notes.values())
    says = phrase("{n} in {m}, {c}", n=_count(len(records), "record"), m=_count(len(notes), "note"),
                  c=_count(disputed, "conflict"))  # fmt: skip
    yield line("notes", says)


def aside(journal: Journal, redaction: Redaction) -> Iterator[str]:
    """Yield what was set aside when the notes were read."""
    for problem in journal.problems:
        where = phrase(":{line}", line=problem.line) if problem.line else ()
        says = phrase("{path}", path=str(problem.path)) + where + phrase(": {what}", what=problem.what)
        yield line("set aside", redaction.phrase(says))


def line(word: str, says: Phrase) -> str:
    """Return a line with its word in the gutter."""
    return f"{word.upper():{GUTTER}}{show(says)}".rstrip()


def signed(note: Note) -> Phrase:
    """Say what kind of note it is, whose, and from when."""
    return own(note.body.kind) + phrase(" by {author}, {when}", author=note.author, when=note.edited)


def count(n: int, what: str) -> str:
    """Say how many there are of something."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def _count(n: int, what: str) -> Phrase:
    return own(count(n, what))


def _hidden(journal: Journal) -> Iterator[str]:
    if journal.sight == "blind":
        yield line("hidden", hidden(journal.hidden))


def _bound(one: Placed) -> Phrase:
    binding = one.bound.binding
    spot = one.spot + own(" (where it stood)") if one.step is None else one.spot
    gone = own(", retracted") if one.note.retracted else ()
    return (
        own(f"{binding.status:<11} ")
        + spot
        + own(": ")
        + signed(one.note)
        + gone
        + phrase("; {how}", how=binding.how)
    )


def _statuses(notes: list[Placed]) -> Phrase:
    count = Counter(one.bound.binding.status for one in notes)
    each = ", ".join(f"{count[status]} {status}" for status in ("exact", "moved", "re-anchored", "orphaned"))
    return _count(len(notes), "note") + own(f": {each}")


def _entry(
    record: NoteRecord, note: Note | None, records: tuple[NoteRecord, ...], *, several: bool
) -> Phrase:
    """Say what was done, in our words first; names and times, which are data, come after them."""
    by = phrase(" · {author}, {when}", author=record.author, when=record.ts)
    if record.op == "blind":
        return own("blind: no notes of others are shown from here on") + by
    if record.op == "commit":
        covers = _count(len(record.covers), "version")
        return phrase("commit of {n}: the notes of others are shown from here on", n=covers) + by
    says = own(record.op if record.body is None else f"{record.op} {record.body.kind}")
    says += own(
        "".join(f" · {remark}" for remark in (_standing(record, note), written(record, records)) if remark)
    )
    says += phrase(" · {id}", id=record.id)
    says += phrase(" after {prev}", prev=record.prev) if record.prev else ()
    says += phrase(" and {others}", others=", ".join(record.settles)) if record.settles else ()
    says += (
        phrase(" at {spot}", spot=stood(note, several)) if note else phrase(" of note {id}", id=record.note)
    )
    return says + by


def _standing(record: NoteRecord, note: Note | None) -> str:
    if note is None or not note.conflict or record not in (note.head, *note.conflict):
        return ""
    return "in conflict"


def _body(body: Body, before: NoteRecord | None, redaction: Redaction) -> Iterator[str]:
    """Yield what was written; of an edit which parts are not as they were, and those."""
    if before is None or before.body is None:
        yield from body_lines(body, redaction)
    elif changed := differences(before.body, body):
        yield line("changed", own(", ".join(changed)))
        yield from body_lines(body, redaction, changed)


def body_lines(body: Body, redaction: Redaction, parts: Iterable[str] = PARTS) -> Iterator[str]:
    """Yield parts of a body, each under a word of ours in the gutter; the text has the bar there."""
    for word, says in body_parts(body, redaction, parts):
        yield f"{word.upper():{GUTTER}}{says}" if word else BAR + says


def body_parts(body: Body, redaction: Redaction, parts: Iterable[str] = PARTS) -> Iterator[tuple[str, str]]:
    """Yield parts of a body in their visible forms: a word of ours, empty for a line of the text, and what it says."""
    for part in parts:
        if part == "text":
            text = redaction.text(body.text)
            yield from (("", each) for each in (literal_lines(text) if text else ()))
        elif part == "tags" and body.tags:
            yield "tags", literal(", ".join(map(redaction.text, body.tags)))
        elif part == "evidence":
            for n, cited in enumerate(body.evidence, 1):
                says = phrase("[{n}] {truth} {ref}", n=n, truth=own(cited.truth), ref=cited.ref)
                says += phrase(" “{quote}”", quote=cited.quote) if cited.quote else ()
                yield "evidence", show(redaction.phrase(says))
        elif part == "claims":
            for claim in body.claims:
                cites = own("".join(f" [{n + 1}]" for n in claim.evidence))
                says = own(claim.status) + cites + phrase(": {text}", text=claim.text)
                yield "claim", show(redaction.phrase(says))
