"""Asking why of the row under the cursor, and going where the answer leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nalyqor_tui.phrase import phrase
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui.screens.annotating import Annotating
from nalyqor_tui.tui.screens.seeking import Seeking

if TYPE_CHECKING:
    from nalyqor_tui.present.why import Subject
    from nalyqor_tui.tui.screens.origins import Chosen


class Asking(Seeking, Annotating):
    """The action that asks where something came from."""

    def action_why(self) -> None:
        """Show the chain back from the row under the cursor; of a decision, from all its arguments."""
        decision, subject = self._asked()
        if decision is None:
            self.tell(phrase("there is no decision here to ask about"))
            return
        made = decision
        self.later(
            phrase("looking up where every value stands"),
            lambda: self.review.origins,
            lambda _: self._ask_why(made, subject),
        )

    def _ask_why(self, decision: Decision, subject: Subject) -> None:
        from nalyqor_tui.present import why

        if not why.trails(self.review, decision, subject):
            self.tell(why.nothing(self.review, decision, subject))
            return

        def chosen(choice: Chosen | None) -> None:
            if choice is None:
                return
            if choice.entry is not None:
                self.show_record(choice.entry)
            else:
                self._write_down(decision, choice)

        from nalyqor_tui.tui.screens.origins import WhyScreen

        self.app.push_screen(WhyScreen(self.case, self.review, decision, subject), chosen)

    def _asked(self) -> tuple[Decision | None, Subject]:
        """Return the decision and what of it the cursor is on."""
        from nalyqor_tui.present import asking
        from nalyqor_tui.present.why import Subject

        decision = self.decision
        if decision is None or self.pane is None or self.pane.current is None:
            return decision, Subject()
        if self.pane.id == "talk":
            made = asking.made_by(self.review, self.pane.current)
            return made or decision, Subject()
        lines = self.lines(self.pane.id or "", decision)
        return decision, asking.subject(
            self.review, decision, self.pane.id or "", lines[: self.pane.cursor + 1]
        )

    def _write_down(self, decision: Decision, choice: Chosen) -> None:
        """Open the editor with the trail in it, after what a draft here already holds."""
        from nalyqor_tui.present import why

        self.go_to(decision.number)
        left = self.notebook.draft(decision, None)
        body = why.draft(self.review, decision, choice.trails, left.body if left else None)
        self.edit(None, body, hint="From the trail: esc saves it as your note, ctrl+q leaves it as a draft.")
