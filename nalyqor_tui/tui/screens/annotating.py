"""Writing down why: new notes, edits, marks, undo."""

from __future__ import annotations

from collections.abc import Callable

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.model import Body
from nalyqor_tui.phrase import phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.rows import Row, flat
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui.screens.editor import Editor
from nalyqor_tui.tui.screens.view import ReviewView


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

    def edit(self, note: Note | None, unsaved: Body | None = None) -> None:
        """Open the editor on a note, or on a new one; `unsaved` is what could not be kept a moment ago."""
        decision = self.decision
        if decision is None:
            self.tell(phrase("there is no decision here to write about"))
            return
        left = self.notebook.draft(decision, note)
        kept = [left]

        def keep(body: Body) -> bool:
            try:
                kept[0] = self.notebook.keep(decision, note, body, kept[0])
            except NalyqorError as error:
                self.tell(phrase("UNSAVED: {why}", why=str(error)), problem=True)
                return False
            return True

        def done(body: Body | None) -> None:
            if body is None:
                return
            if self._change(lambda: f"saved: {self.notebook.save(decision, note, body, kept[0])}"):
                return
            if keep(body):
                self.tell(
                    phrase("the text is kept as a draft: the editor offers it here again"), problem=True
                )
            else:
                self.edit(note, body)

        body = unsaved or (left.body if left else note.body if note else None)
        title = f"{decision.number} {''.join(words.action(self.review.session.chosen(decision), 40))}"
        offers = self.notebook.offers(self._evidence_rows(decision))
        self.app.push_screen(
            Editor(title, body, offers, keep, drafted=left is not None and not unsaved), done
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
