"""The sessions of a file: what each log says of its output, beside what was found of its decisions."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from nalyqor_tui.derive.branches import partner
from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.trace.place import Place
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings, foot
from nalyqor_tui.tui.screens.filing import follow, session_of, show_lines, stop_finding
from nalyqor_tui.tui.screens.overlays import help_screen, info_screen
from nalyqor_tui.tui.screens.reading import ReadingScreen
from nalyqor_tui.tui.screens.visit import open_session
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar
from nalyqor_tui.tui.widgets.corners import Corners
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.sessions import SessionList

if TYPE_CHECKING:
    from nalyqor_tui.tui.screens.figures import Kept


class SessionsScreen(ReadingScreen):
    """Lists the sessions; reads them in the background."""

    BINDINGS = bindings("sessions")
    AUTO_FOCUS = "#sessions"

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield Bar(id="title")
        yield Bar(id="warning")
        yield Corners(id="corners")
        yield Bar(id="head")
        trace = self.case.trace
        yield SessionList(trace.session_ids, self._file, judged=self.case.policy is not None, id="sessions")
        yield Prompt(id="prompt")
        yield KeyBar(foot("sessions", self.case.keys), id="keys")

    def on_mount(self) -> None:
        """Start reading."""
        self.query_one("#warning", Bar).show_warnings(self.case.trace.warnings)
        self._title()
        self._read()

    def on_resize(self) -> None:
        """Name the columns, which are as wide as there is room."""
        self.call_after_refresh(self.name_columns)

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def on_session_list_chosen(self) -> None:
        """Open on a double click."""
        self.action_open()

    def action_step(self, by: int) -> None:
        """Move."""
        self.list.go(self.list.cursor + by)

    def action_row(self, by: int) -> None:
        """Move."""
        self.action_step(by)

    def action_page(self, by: float) -> None:
        """Move by half a page."""
        self.action_step(int(by * self.list.size.height))

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last session."""
        self.list.go(len(self.list.listed) - 1 if last else 0)

    def action_find(self, test: str, by: int) -> None:
        """Go to the next session with a problem."""
        rows, listed = self.list.rows, self.list.listed
        here, every = self.list.cursor, range(len(listed))
        after = chain(every[here + 1 :], every[: here + 1])
        before = chain(reversed(every[:here]), reversed(every[here:]))
        for at in after if by > 0 else before:
            row = rows.like(listed[at])
            if row is not None and (row.problems or row.run.unparsed):
                self.list.go(at)
                return
        what = (
            "no session with a problem"
            if self.case.policy
            else "nothing can be judged without a policy: --policy FILE"
        )
        outlets.tell(self, phrase(what))

    def action_search(self) -> None:
        """Ask which sessions to list."""
        self.query_one("#prompt", Prompt).ask(
            "search", f"list sessions whose {self.searched} hold", self._needle
        )

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """List those that fit."""
        self._needle = message.text.strip()
        self._arrange()
        self.list.focus()

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.list.focus()

    def action_open(self) -> None:
        """Open the session under the cursor."""
        if (index := self.list.current) is not None:
            open_session(self, self.case, index)

    def action_lines(self) -> None:
        """Show the file line by line, at the first record of the session under the cursor, or of the first one."""
        current = self.list.current or 0
        begins = self.case.trace.begins(current) if self.list.ids else None
        show_lines(self, self.case, begins, self.from_lines)

    def from_lines(self, spot: Place) -> None:
        """Open the session of a line of the file, at the record on it."""

        def show(index: int) -> None:
            self.list.go_to(index)
            open_session(self, self.case, index, spot)

        session_of(self, self.case, spot, show)

    def action_follow(self) -> None:
        """Follow the file as it grows, or stop following it."""
        outlets.tell(self, follow(self.app))
        self._title()

    def take_file(self) -> None:
        """Say what became of the file."""
        self._title()

    def take_trace(self) -> None:
        """List the sessions of another reading of the file; what was known of them stays until it is known anew."""
        ids, fewer = self.case.trace.session_ids, len(self.case.trace.session_ids) < len(self.list.ids)
        self.list.ids, self.list.rows = ids, self.list.rows.of(ids)
        if fewer:
            self.list.show_only(range(len(ids)))
        self.name_columns()
        self._counts.clear()
        self._latent = 0
        self._stopped = False
        self._arrange()
        self._read()

    def action_mark(self) -> None:
        """Mark the session under the cursor, or take the mark away."""
        index = self.list.current
        self.list.marked = None if index == self.list.marked else index
        self.list.refresh()
        ids = self.case.trace.session_ids
        says = phrase("no session is marked")
        if self.list.marked is not None:
            says = phrase("{id} is marked: c on another session compares them", id=ids[self.list.marked])
        outlets.tell(self, says)

    def action_compare(self) -> None:
        """Compare the marked session with this one, or this one with another trial of its case."""
        here = self.list.current
        if here is None:
            return
        marked = self.list.marked
        other = marked if marked is not None else self._partner(here)
        if other is None:
            return
        if other == here:
            outlets.tell(self, phrase("this session is the marked one: go to another and press c"))
            return
        pair = (other, here) if marked is not None else (here, other)
        from nalyqor_tui.tui.screens.compare import CompareScreen, Run

        self.app.push_screen(CompareScreen(Run(self.case, pair[0]), Run(self.case, pair[1])))

    def _partner(self, here: int) -> int | None:
        """Find the trial to compare a session with, and say why there is none."""
        rows = self.list.rows
        found = partner(here, rows.trials())
        if found is None:
            reading = len(rows) < len(self.case.trace.session_ids)
            why = self._unread() if reading else "no other trial of its case is here"
            outlets.tell(self, phrase(f"{why}: m marks a session, c on another compares the two"))
        return found

    def action_trials(self) -> None:
        """Show all trials of the case of the session under the cursor."""
        if (here := self.list.current) is None:
            return
        rows, count = self.list.rows, len(self.case.trace.session_ids)
        mine = rows[here].trial if here in rows else None
        known = mine is not None and len(rows) == count
        among = [n for n, row in rows.alike() if row.trial and mine and row.trial.case.name == mine.case.name]
        from nalyqor_tui.tui.screens.trials import open_trials

        open_trials(self, self.case, here, among if known else None)

    def action_overview(self) -> None:
        """Show all sessions in figures, each of which opens what is behind it."""
        rows = self.list.rows
        if len(rows) < len(self.case.trace.session_ids):
            outlets.tell(self, own(self._unread()))
            return
        runs = [rows[index].run for index in sorted(self.list.listed)]
        from nalyqor_tui.tui.screens.figures import FiguresScreen

        self.app.push_screen(FiguresScreen(self.case, runs, self._kept), self._keep)

    def _keep(self, kept: Kept | None) -> None:
        """List only the sessions behind a figure."""
        if kept is not None:
            self._kept.append(kept)
            self._arrange()
            self._recount()

    def action_order(self) -> None:
        """Change between the worst first and the order of the file."""
        if self.case.policy is None:
            outlets.tell(
                self, phrase("in the order of the file: nothing is judged without a policy (--policy FILE)")
            )
            return
        self._worst_first = not self._worst_first
        self._arrange()
        says = "the worst first" if self._worst_first else "in the order of the file"
        outlets.tell(self, own(says))

    def action_reload(self) -> None:
        """Judge all sessions anew by the policy as it is now."""
        try:
            says = self.case.reload()
        except NalyqorError as error:
            outlets.tell(self, phrase("the policy stays as it was: {why}", why=str(error)), problem=True)
            return
        self.list.rows.clear()
        self._recount()
        self._stopped = False
        self.list.judged = self.case.policy is not None
        outlets.tell(self, says)
        self._read()

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(help_screen("sessions", "the list of sessions", self.case.keys))

    def action_info(self) -> None:
        """Show what the trace was recognised as."""
        self.app.push_screen(info_screen(self.case.trace))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """Take back the last thing that the list was narrowed by; with nothing of that, read no further."""
        if stop_finding(self):
            return
        if self._needle:
            self._needle = ""
        elif self._kept:
            self._kept.pop()
            self._recount()
        elif self.reading:
            self._stop()
        self._arrange()

    def action_leave(self) -> None:
        """Go back to the lines that this was opened over, or leave."""
        outlets.leave(self)
