"""Why? The chain back from a decision, link by link; enter goes to the record of a link."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.screen import Screen

from nalyqor_tui.derive.why import Trail
from nalyqor_tui.phrase import phrase
from nalyqor_tui.present import why, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.why import Subject
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings, foot
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.overlays import full, help_screen
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar
from nalyqor_tui.tui.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader wants of a chain: to go to a record, or to write the trails down."""

    entry: int | None = None
    trails: tuple[Trail, ...] = ()


class WhyScreen(Screen[Chosen | None]):
    """Moves through the links; gives back where to go, or what to write down."""

    BINDINGS = bindings("why")
    AUTO_FOCUS = "#chain"

    def __init__(self, case: Case, review: Review, decision: Decision, subject: Subject) -> None:
        super().__init__()
        self.case = case
        self._review = review
        self._decision = decision
        self._subject = subject
        self._lines = why.lines(review, decision, subject)

    def compose(self) -> ComposeResult:
        """Lay out the chain."""
        yield Bar(id="title")
        yield Rows("Why? where it came from, each link derived", id="chain")
        yield KeyBar(foot("why", self.case.keys), id="keys")

    def on_mount(self) -> None:
        """Show the chain."""
        title = phrase("why · ") + words.title(self._review.session, self._decision)
        self.query_one("#title", Bar).show_text(title, why.counts(self._lines))
        self.call_after_refresh(self.chain.show_lines, [line.row for line in self._lines])

    @property
    def chain(self) -> Rows:
        """The rows of the links."""
        return self.query_one("#chain", Rows)

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Go to what was clicked twice."""
        self.action_open()

    def action_step(self, by: int) -> None:
        """Move by links."""
        self.chain.move(by)

    def action_row(self, by: int) -> None:
        """Move by links."""
        self.chain.move(by)

    def action_page(self, by: float) -> None:
        """Move by half a page."""
        self.chain.page(by)

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last link."""
        self.chain.ends(last)

    def action_open(self) -> None:
        """Go to the record of the link under the cursor, in the conversation."""
        row = self.chain.current
        if row is None or not row.origin.entries:
            outlets.tell(self, phrase("no record stands behind this row"))
            return
        self.dismiss(Chosen(entry=row.origin.entries[0]))

    def action_records(self) -> None:
        """Show the link in full with its records."""
        if (row := self.chain.current) is not None:
            self.app.push_screen(full(row.label, outlets.in_full(self.case, self._review, row)))

    def action_write(self) -> None:
        """Start a note from the trail under the cursor."""
        at = self.chain.cursor
        trail = self._lines[at].trail if at < len(self._lines) else None
        if trail is None:
            outlets.tell(self, phrase("no trail is under the cursor"))
            return
        self.dismiss(Chosen(trails=(trail,)))

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(help_screen("why", "why: where it came from", self.case.keys))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """Go back to the review."""
        self.dismiss(None)

    def action_leave(self) -> None:
        """Go back to the review."""
        self.dismiss(None)
