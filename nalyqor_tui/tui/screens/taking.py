"""Taking something away: copies, a report, the raw record."""

from __future__ import annotations

from pathlib import Path

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import phrase
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.clipboard import copy
from nalyqor_tui.tui.screens.overlays import CopyMenu
from nalyqor_tui.tui.screens.view import ReviewView


class Taking(ReviewView):
    """The actions by which something leaves the screen."""

    def action_copy(self) -> None:
        """Ask for the form, and copy it."""
        decision = self.decision
        if decision is None:
            return
        row = self.pane.current if self.pane is not None else None
        try:
            outlets.take_out()  # what reports leave out must be known before anything is copied
            forms = outlets.forms(self.case, self.review, decision, row)
        except NalyqorError as error:
            self.tell(phrase("{why}", why=str(error)), problem=True)
            return

        def chosen(name: str | None) -> None:
            if name is None:
                return
            try:
                text = forms[name] if name in forms else outlets.reported(self.review, decision, name)
                says = phrase("{name}: {way}", name=phrase(name), way=copy(text))
                self.tell(says + outlets.secrets_in(self.review, text))
            except NalyqorError as error:
                self.tell(phrase("{why}", why=str(error)), problem=True)

        self.app.push_screen(CopyMenu({**forms, **outlets.REPORTED}), chosen)

    def action_export(self) -> None:
        """Ask where the report goes."""
        self.ask("export", "write the report to", f"{Path(self.case.trace.name).stem}.report.md")

    def export(self, name: str) -> None:
        if not name:
            return
        try:
            says = outlets.write_report(self.case, self.review, name)
        except NalyqorError as error:
            self.tell(phrase("{why}", why=str(error)), problem=True)
            return
        self.tell(says)

    def action_pager(self) -> None:
        """Show the record of the row, or of the decision, as it stands in the file."""
        row = self.pane.current if self.pane is not None else None
        at = row.origin.entries[0] if row is not None and row.origin.entries else None
        if at is None and self.decision is not None:
            at = self.decision.entry
        if at is not None:
            place = self.review.session.entries[at].place
            title = f"{self.case.trace.name} {place}"
            if not outlets.page(self.app, title, self.case.trace.raw(place)):
                self.tell(
                    phrase("no pager could be started: set $PAGER, or enter shows the row in full"),
                    problem=True,
                )
