"""Writing down why: new notes, edits, marks, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.model import Body, NoteRecord
from nalyqor_tui.notes.undo import place
from nalyqor_tui.phrase import phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.notes import versions
from nalyqor_tui.present.review import BoundNote
from nalyqor_tui.present.rows import Row, flat
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui.screens.view import ReviewView

if TYPE_CHECKING:
    from nalyqor_tui.tui.screens.conflict import Choice


class Annotating(ReviewView):
    """The actions that change the notes."""

    def action_annotate(self) -> None:
        """Write a note on the decision in view."""
        self.edit(None)

    def action_mark(self) -> None:
        """Mark the decision, or take the mark back."""
        if (decision := self.decision) is not None:
            self._change(lambda: self.notebook.mark(decision))

    def action_retract(self) -> None:
        """Retract the note under the cursor."""
        row = self.pane.current if self.pane is not None and self.pane.id == "notes" else None
        note = self.note_of(row) if row is not None else None
        if note is None:
            self.tell(phrase("no note is under the cursor: focus the notes with 7, and choose one"))
            return
        self._change(lambda: self.notebook.retract(note))

    def action_undo(self) -> None:
        """Undo one's own last change of the notes."""
        self._change(
            lambda: self.notebook.step(back=True) or "nothing to undo in this session of the program"
        )

    def action_redo(self) -> None:
        """Do it again."""
        self._change(lambda: self.notebook.step(back=False) or "nothing to redo")

    def action_settle(self) -> None:
        """Show the versions of a note in conflict side by side: the note under the cursor, else one in view."""
        bound = self._disputed()
        if bound is None:
            self.tell(phrase("{where}", where=self._elsewhere()))
            return
        shown = versions(bound)
        seen = [version.record for version in shown]

        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            # The one that was taken is superseded by name, the others are settled.
            order = [choice.version.record, *(r for r in seen if r is not choice.version.record)]
            if choice.how == "write":
                self.edit(bound.note, choice.version.body or bound.note.body, settles=order)
            else:
                self._change(lambda: self.notebook.settle(order, choice.version.body))

        from nalyqor_tui.tui.screens.conflict import ConflictScreen

        self.app.push_screen(ConflictScreen(place(bound.note), shown), chosen)

    def _disputed(self) -> BoundNote | None:
        row = self.pane.current if self.pane is not None and self.pane.id == "notes" else None
        here = self.notebook.standing(self.decision) if self.decision is not None else []
        here += [one for one in self.review.notes if one.decision is None]
        disputed = [one for one in here if one.note.conflict]
        return next((one for one in disputed if row is not None and one.note.id == row.origin.note),
                    disputed[0] if disputed else None)  # fmt: skip

    def _elsewhere(self) -> str:
        others = [place(one.note) for one in self.review.notes if one.note.conflict]
        return (
            f"no note is in conflict here, but at {', '.join(others)}" if others else "no note is in conflict"
        )

    def action_commit(self) -> None:
        """Ask whether to end the blind reading."""
        if self.case.journal.sight != "blind":
            self.tell(phrase("you do not read blind: nothing is hidden from you (start with --blind)"))
            return
        if all(note.retracted for note in self.case.journal.notes()):
            self.tell(
                phrase("there is no note of yours to commit: write one first, be it a question or a mark")
            )
            return
        self.ask("commit", "commit your notes for good, and show those of others? yes or no")

    def commit(self, answer: str) -> None:
        if answer.lower() in ("y", "yes"):
            self._change(self.notebook.commit)
        else:
            self.tell(phrase("nothing was committed; the notes of others stay hidden"))

    def edit(
        self,
        note: Note | None,
        unsaved: Body | None = None,
        *,
        settles: list[NoteRecord] | None = None,
        hint: str = "",
    ) -> None:
        """Open the editor on a note, or on a new one.

        `unsaved` is a text to start from in the place of the note's own; with `settles` what is written ends
        the conflict of these records. `hint` says where a text that nobody wrote yet comes from.
        """
        decision = self.decision
        if decision is None:
            self.tell(phrase("there is no decision here to write about"))
            return
        left = None if settles else self.notebook.draft(decision, note)
        kept = [left]

        def keep(body: Body) -> bool:
            try:
                kept[0] = self.notebook.keep(decision, note, body, kept[0])
            except NalyqorError as error:
                self.tell(phrase("UNSAVED: {why}", why=str(error)), problem=True)
                return False
            return True

        def save(body: Body) -> str:
            if settles:
                return self.notebook.settle(settles, body, kept[0])
            return f"saved: {self.notebook.save(decision, note, body, kept[0])}"

        def done(body: Body | None) -> None:
            if body is None:
                return
            if self._change(lambda: save(body)):
                return
            if keep(body):
                self.tell(
                    phrase("the text is kept as a draft: the editor offers it here again"), problem=True
                )
            else:
                self.edit(note, body, settles=settles)

        from nalyqor_tui.tui.screens.editor import Editor

        body = unsaved or (left.body if left else note.body if note else None)
        title = f"{decision.number} {''.join(words.action(self.review.session.chosen(decision), 40))}"
        offers = self.notebook.offers(self._evidence_rows(decision))
        self.app.push_screen(
            Editor(title, body, offers, keep, drafted=left is not None and not unsaved, hint=hint), done
        )

    def _evidence_rows(self, decision: Decision) -> list[Row]:
        order = ("confirmations", "rules", "decision", "context", "talk")
        return [row for name in order for row in flat(self.lines(name, decision))]

    def _change(self, change: Callable[[], str | None]) -> bool:
        """Change the notes, show them anew, and say what was done; False when it was not saved, and say why."""
        try:
            done = change()
        except NalyqorError as error:
            self.tell(phrase("UNSAVED: {why}", why=str(error)), problem=True)
            return False
        self.list_steps()
        self.stale |= {"notes"}
        self.fill()
        self.tell(phrase("{done}", done=done or ""))
        return True

    def note_of(self, row: Row) -> Note | None:
        return next((n.note for n in self.review.notes if n.note.id == row.origin.note), None)
