"""What the screen does with notes: each change is on the disk before it is said to be saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes.anchor import anchor_at
from nalyqor_tui.notes.drafts import Draft
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.model import Anchor, Body, Evidence, NoteRecord, SourceTruth
from nalyqor_tui.present import words
from nalyqor_tui.present.review import BoundNote, Review
from nalyqor_tui.present.rows import Row, Truth
from nalyqor_tui.present.text import show
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui.case import Case

if TYPE_CHECKING:
    from nalyqor_tui.tui.screens.editor import Offer

_QUOTE = 160  # characters of a row that are kept as a quote


class Notebook:
    """The notes of a case, from the side of one open review."""

    def __init__(self, case: Case, review: Review) -> None:
        self._case = case
        self._review = review

    def anchor(self, decision: Decision) -> Anchor:
        """Bind a note to a decision."""
        return anchor_at(self._review.place(decision), self._review.identity())

    def draft(self, decision: Decision, note: Note | None) -> Draft | None:
        """Return what an editor left behind here."""
        return self._case.journal.drafts.load(self.anchor(decision), note.id if note else None)

    def keep(self, decision: Decision, note: Note | None, body: Body, draft: Draft | None) -> Draft:
        """Keep what stands in the editor; returns the draft under which it is kept."""
        if draft is not None:
            draft = draft.model_copy(update={"body": body})
        else:
            draft = Draft(
                author=self._case.journal.author,
                anchor=self.anchor(decision),
                body=body,
                note=note.id if note else None,
                base=note.head.id if note else None,
            )
        self._case.journal.drafts.save(draft)
        return draft

    def save(self, decision: Decision, note: Note | None, body: Body, draft: Draft | None) -> str:
        """Save a note and say where it lies now; raises NotesError when it could not be kept."""
        journal = self._case.journal
        if note is None:
            journal.create(self.anchor(decision), body)
        elif body != note.body:
            journal.edit(note.id, body, base=note.head.id)
        self._case.rebind()
        says = f"{journal.path.name}, {journal.where}"
        if draft is not None:
            try:
                journal.drafts.clear(draft)
            except NotesError as error:  # the note itself is safe
                says += f"; {error}"
        return says

    def settle(self, seen: list[NoteRecord], body: Body | None, draft: Draft | None = None) -> str:
        """End the conflict of the versions that were shown, by a text or, where it is None, by a retraction."""
        journal = self._case.journal
        journal.settle(seen[0].note, body, seen=tuple(record.id for record in seen))
        self._case.rebind()
        if draft is not None:
            journal.drafts.clear(draft)
        return "retracted" if body is None else f"settled: {journal.path.name}, {journal.where}"

    def commit(self) -> str:
        """End the blind reading for good, and show what others wrote."""
        shown = self._review.hidden
        number = self._case.journal.commit(self._review.identity())
        self._case.rebind()
        return f"{number} of your notes are committed; {shown} of others are shown now"

    def mark(self, decision: Decision) -> str:
        """Mark a decision, or take back the mark that is there."""
        journal = self._case.journal
        marks = [
            n.note for n in self.standing(decision) if n.note.body.kind == "mark" and not n.note.body.text
        ]
        if marks:
            journal.retract(marks[0].id)
        else:
            journal.create(self.anchor(decision), Body(kind="mark"))
        self._case.rebind()
        return "mark taken back" if marks else "marked"

    def retract(self, note: Note) -> str:
        """Retract a note; it stays in the file."""
        self._case.journal.retract(note.id)
        self._case.rebind()
        whose = "your note" if note.author == self._case.journal.author else f"the note of {note.author}"
        return f"{whose} is retracted; z brings it back"

    def step(self, back: bool) -> str | None:
        """Undo or redo one change of one's own; returns what was done, None where there is nothing."""
        done = self._case.journal.undo() if back else self._case.journal.redo()
        self._case.rebind()
        return done

    def standing(self, decision: Decision) -> list[BoundNote]:
        """Return the notes at a decision that are not retracted."""
        return [n for n in self._review.notes_at(decision) if not n.note.retracted]

    def offers(self, rows: Iterable[Row]) -> list[Offer]:
        """Turn rows of the screen into evidence that a note may cite."""
        from nalyqor_tui.tui.screens.editor import Offer

        offers: dict[tuple[str, str, str], Offer] = {}
        truths: dict[Truth, SourceTruth] = {
            Truth.OBSERVED: "observed",
            Truth.DECLARED: "declared",
            Truth.DERIVED: "derived",
        }
        for row in rows:
            if row.truth not in truths or not (row.value or row.body):
                continue
            evidence = self._evidence(row, truths[row.truth])
            says = f"{row.truth.value:<9} {row.label}: {show((words.cut(evidence.quote, 90),))}"
            offers.setdefault((evidence.truth, evidence.ref, evidence.quote), Offer(evidence, says))
        return list(offers.values())

    def _evidence(self, row: Row, truth: SourceTruth) -> Evidence:
        session = self._review.session
        at = row.origin.entries[0] if row.origin.entries else None
        place = session.entries[at].place if at is not None else None
        ref = "".join(row.origin.says) if truth != "observed" or at is None else words.name(session, at)
        quote = "".join(row.value) or row.body
        return Evidence(
            truth=truth,
            ref=ref,
            quote=words.cut(quote, _QUOTE),
            pointer=place.pointer if place else "",
            line=place.line if place else None,
        )
