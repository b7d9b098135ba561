"""The main screen: the decisions of one session and all that can be said of the one in view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.present import find
from nalyqor_tui.present.rows import Row
from nalyqor_tui.trace.place import Place
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings
from nalyqor_tui.tui.notebook import Notebook
from nalyqor_tui.tui.screens.asking import Asking
from nalyqor_tui.tui.screens.filing import follow, session_of, show_lines, stop_finding
from nalyqor_tui.tui.screens.overlays import full, help_screen, info_screen
from nalyqor_tui.tui.screens.taking import Taking
from nalyqor_tui.tui.screens.view import PANES
from nalyqor_tui.tui.widgets.bars import PaneTabs
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.rows import Rows


class ReviewScreen(Asking, Taking):
    """Moves through the review and hands each wish to the part that knows how."""

    BINDINGS = bindings("review")

    def on_mount(self) -> None:
        """Go to the spot that was asked for."""
        if self.at is not None:
            self.call_after_refresh(self.from_lines if isinstance(self.at, Place) else self.go_to, self.at)

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Open a row in full; a note in the editor."""
        self._open_row(message.row)

    def on_pane_tabs_chosen(self, message: PaneTabs.Chosen) -> None:
        """Show the pane whose name was clicked."""
        self.activate(list(PANES)[message.number])

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """Do what was asked for."""
        self.steps.focus()
        answers: dict[str, Callable[[str], None]] = {
            "goto": self.go_to,
            "search": self.search,
            "filter": self.set_filter,
            "stop": self.stop_at,
            "base": self.set_base,
            "export": self.export,
            "commit": self.commit,
        }
        answers[message.topic](message.text.strip())

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.steps.focus()

    def action_step(self, by: int) -> None:
        """Move by decisions."""
        self._hit = None
        self.steps.move(by)

    def action_row(self, by: int) -> None:
        """Move by rows in a pane, by decisions in the list."""
        if self.pane is not None:
            self.pane.move(by)
        else:
            self.action_step(by)

    def action_turn(self, by: int) -> None:
        """Move by turns."""
        self._hit = None
        self.steps.turn(by)

    def action_find(self, test: Literal["problem", "noted"], by: int) -> None:
        """Move to the next problem or note."""
        self.take_in()
        self._hit = None
        if not self.steps.find(test, by):
            nothing = (
                "no problem was found here"
                if test == "problem"
                else "no notes in this session yet: a writes one"
            )
            if test == "problem" and self.review.policy is None:
                nothing = "nothing can be judged without a policy: give --policy FILE"
            self.tell(phrase(nothing))

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last."""
        if self.pane is not None:
            self.pane.ends(last)
        else:
            self.steps.ends(last)

    def action_page(self, by: float) -> None:
        """Scroll the focused pane, or move through the list."""
        if self.pane is not None:
            self.pane.page(by)
        else:
            self.steps.move(int(by * self.steps.size.height))

    def action_session(self, by: int) -> None:
        """Open a neighbouring session."""
        index = self.review.index + by
        if 0 <= index < len(self.case.trace.session_ids):
            self._open_session(index)
        else:
            self.tell(phrase("no session {where} this one", where=phrase("after" if by > 0 else "before")))

    def action_pane(self, number: int) -> None:
        """Focus a pane by its number."""
        if number == 1:
            self.steps.focus()
            return
        self.activate(list(PANES)[number - 2])

    def action_pane_by(self, by: int) -> None:
        """Focus the pane after or before."""
        order = ["list", *PANES]
        here = self.focused.id if self.focused is not None and self.focused.id in order else "list"
        self.action_pane((order.index(here) + by) % len(order) + 1)

    def action_zoom(self) -> None:
        """Show the focused pane alone, or all of them again."""
        if self.pane is None and not self.has_class("-zoom"):
            self.activate(self._active)
        self.toggle_class("-zoom")
        self.stale.add("talk")
        self.call_after_refresh(self.fill)

    def action_fold(self) -> None:
        """Fold or unfold the row under the cursor."""
        pane = self.pane or self.query_one(f"#{self._active}", Rows)
        pane.toggle()

    def action_card(self) -> None:
        """Show the decision card."""
        if self.decision is not None:
            from nalyqor_tui.tui.screens.card import CardScreen

            self.app.push_screen(CardScreen(self.case, self.review, self.decision))

    def action_lines(self) -> None:
        """Show the file line by line, at the record in view."""
        entries = self.review.session.entries
        row = self.pane.current if self.pane is not None else None
        at = row.origin.entries[0] if row is not None and row.origin.entries else None
        if at is None and self.decision is not None:
            at = self.decision.entry
        place = entries[at or 0].place if entries else None
        show_lines(self, self.case, place, self.from_lines)

    def action_follow(self) -> None:
        """Follow the file as it grows, or stop following it."""
        self.tell(follow(self.app))
        self._title()

    def take_file(self) -> None:
        """Say what became of the file."""
        self._title()

    def take_trace(self) -> None:
        """Show the session as it was read again: at the same decision, or at the new last from the last one."""
        if self.review.index not in self.case.reviews:
            self.tell(phrase("this session is not in the file any more"), problem=True)
            return
        last = self.steps.on_last
        self.review = self.case.review(self.review.index)
        self.notebook = Notebook(self.case, self.review)
        self.stale = set(PANES)
        self.list_steps()
        if last:
            self.call_after_refresh(self.steps.ends, True)
        self.call_after_refresh(self.fill)

    def from_lines(self, spot: Place) -> None:
        """Go to the record on a line of the file, or to the one before it; to its session, where that is another."""

        def show(index: int) -> None:
            if index != self.review.index:
                self._open_session(index, spot)
            elif (entry := find.on_line(self.review, spot)) is not None:
                self.show_record(entry)
            else:
                self.tell(own("which record this line belongs to cannot be told"))

        session_of(self, self.case, spot, show)

    def _open_session(self, index: int, at: Place | None = None) -> None:
        from nalyqor_tui.tui.screens.visit import open_session

        open_session(self, self.case, index, at, switch=True)

    def action_reload(self) -> None:
        """Judge anew by the policy as it is now."""
        try:
            says = self.case.reload()
        except NalyqorError as error:
            self.tell(phrase("the policy stays as it was: {why}", why=str(error)), problem=True)
            return
        self.review = self.case.review(self.review.index)
        self.notebook = Notebook(self.case, self.review)
        self.stale = set(PANES)
        self.list_steps()
        self.fill()
        self.tell(says)

    def action_open(self) -> None:
        """Open the row under the cursor; from the list, go to the conversation."""
        if self.pane is not None:
            self.pane.open_current()
        else:
            self.activate(self._active)

    def _open_row(self, row: Row) -> None:
        note = self.note_of(row)
        if note is not None:
            self.edit(note)
            return
        self.app.push_screen(full(row.label, outlets.in_full(self.case, self.review, row)))

    def action_help(self) -> None:
        """Show the help."""
        pane = PANES[self.pane.id or "talk"] if self.pane is not None else "1 Decisions"
        self.app.push_screen(help_screen("review", pane, self.case.keys))

    def action_info(self) -> None:
        """Show what the trace was recognised as."""
        self.app.push_screen(info_screen(self.case.trace))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """Peel off one layer."""
        if self.stop_waiting() or stop_finding(self):
            return
        if self.has_class("-zoom"):
            self.action_zoom()
        elif self._needle:
            self.search("")
            self._hit = None
        elif self._filter:
            self.set_filter("")
        elif self.pane is not None:
            self.steps.focus()

    def action_leave(self) -> None:
        """Go back to where the session was opened from, or leave."""
        outlets.leave(self)
