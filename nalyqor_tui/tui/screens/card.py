"""The decision card on top of the review: one screen that answers whether the decision was sound."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from nalyqor_tui.present import card
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.overlays import full
from nalyqor_tui.tui.widgets.rows import Rows


class CardScreen(ModalScreen[None]):
    """Shows the card; enter opens the evidence of a row."""

    BINDINGS = [
        Binding("escape,q,c", "dismiss", "close"),
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("ctrl+d,pagedown", "page(0.5)", "page down", show=False),
        Binding("ctrl+u,pageup", "page(-0.5)", "page up", show=False),
        Binding("enter", "open", "evidence"),
    ]

    def __init__(self, case: Case, review: Review, decision: Decision) -> None:
        super().__init__()
        self._case = case
        self._review = review
        self._decision = decision

    def compose(self) -> ComposeResult:
        """Lay out the card."""
        with Vertical(id="card") as box:
            box.border_title = "Was this decision sound?"
            box.border_subtitle = "enter shows the evidence · esc closes"
            yield Rows("", id="card-rows")

    def on_mount(self) -> None:
        """Fill it."""
        rows = self.query_one(Rows)
        rows.focus()
        self.call_after_refresh(lambda: rows.show_lines(card.view(self._review, self._decision)))

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Show the records behind a row."""
        row = message.row
        self.app.push_screen(full(row.label, outlets.in_full(self._case, self._review, row)))

    def action_move(self, by: int) -> None:
        """Move by rows."""
        self.query_one(Rows).move(by)

    def action_page(self, by: float) -> None:
        """Scroll."""
        self.query_one(Rows).page(by)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        self.query_one(Rows).open_current()
