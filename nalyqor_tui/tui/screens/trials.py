"""The trials of one case as a tree: where they part, and how those that went each way came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.screen import Screen

from nalyqor_tui.derive.trials import case_of
from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import phrase
from nalyqor_tui.present.tree import Node, Trials
from nalyqor_tui.report import tree
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings, foot
from nalyqor_tui.tui.around import around
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.compare import CompareScreen, Run
from nalyqor_tui.tui.screens.overlays import help_screen
from nalyqor_tui.tui.screens.visit import open_session
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from nalyqor_tui.present.rows import Line


_NO_CASE: Final = phrase(
    "the log of this session does not name one case: where the record of its outcome does (`case`), v shows its trials"
)


def open_trials(screen: Screen[Any], case: Case, session: int, among: Sequence[int] | None = None) -> None:
    """Show the trials of the case of a session on top of a screen; say so where there are none.

    They are read away from the keys. `among` are the sessions that may be trials, where that is known.
    """
    found = case_of(case.review(session).session)
    if found is None:
        outlets.tell(screen, _NO_CASE)
        return

    def read() -> None:
        try:
            trials = Trials(case.trace, found.name, among)
        except NalyqorError as error:
            screen.app.call_from_thread(outlets.tell, screen, phrase("{why}", why=str(error)))
            return
        screen.app.call_from_thread(screen.app.push_screen, TrialsScreen(case, trials))

    screen.run_worker(read, thread=True, exclusive=True, group="trials")


class TrialsScreen(Screen[None]):
    """Moves through the tree; enter compares two trials that came here, or opens the only one."""

    BINDINGS = bindings("trials")
    AUTO_FOCUS = "#tree"

    def __init__(self, case: Case, trials: Trials) -> None:
        super().__init__()
        self.case = case
        self.trials = trials

    def compose(self) -> ComposeResult:
        """Lay out the tree."""
        yield Bar(id="title")
        yield Rows("choice by choice: all of it derived", id="tree")
        yield Bar(id="legend")
        yield Prompt(id="prompt")
        yield KeyBar(foot("trials", self.case.keys), id="keys")

    def on_mount(self) -> None:
        """Show the tree."""
        counts = self.trials.counts([one.run for one in self.trials.trials])
        title = phrase("trials of {case} · {file}", case=self.trials.name, file=self.case.trace.name)
        self.query_one("#title", Bar).show_text(title, counts)
        lines: list[Line] = [node.row for node in self.trials.nodes]
        self.call_after_refresh(self.tree_rows.show_lines, lines)
        self.call_after_refresh(self._say)

    @property
    def tree_rows(self) -> Rows:
        """The rows of the tree."""
        return self.query_one("#tree", Rows)

    @property
    def node(self) -> Node:
        """The node under the cursor."""
        return self.trials.nodes[self.tree_rows.cursor]

    def _say(self) -> None:
        """Name the trials that came to the row under the cursor."""
        self.query_one("#legend", Bar).show_text(phrase("here: ") + self.trials.names(self.node.runs))

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Open what was clicked twice."""
        self.action_open()

    def action_step(self, by: int) -> None:
        """Move by rows."""
        self.tree_rows.move(by)
        self._say()

    def action_row(self, by: int) -> None:
        """Move by rows."""
        self.action_step(by)

    def action_page(self, by: float) -> None:
        """Move by half a page."""
        self.tree_rows.page(by)
        self._say()

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last row."""
        self.tree_rows.ends(last)
        self._say()

    def action_fork(self, by: int) -> None:
        """Go to the next row at which trials part, around the end."""
        forks = [n for n, node in enumerate(self.trials.nodes) if node.fork]
        place = around(forks, self.tree_rows.cursor, by)
        if place is None:
            outlets.tell(self, phrase("the trials never part"))
        else:
            self.tree_rows.go(place)
            self._say()

    def action_open(self) -> None:
        """Compare a trial that passed with one that failed, of those that came here; a lone one is opened."""
        node = self.node
        pair = self.trials.pair(node.runs)
        if pair is not None:
            self.app.push_screen(CompareScreen(Run(self.case, pair[0]), Run(self.case, pair[1])))
            return
        run = node.runs[0]
        decisions = self.trials.sessions[run].decisions
        at = decisions[-1 if node.decision is None else node.decision].number if decisions else None
        open_session(self, self.case, run, at)

    def action_export(self) -> None:
        """Ask where the report goes."""
        self.query_one("#prompt", Prompt).ask("export", "write the report to", "trials.md")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """Write the report."""
        self.tree_rows.focus()
        if not (name := message.text.strip()):
            return
        try:
            redaction = outlets.take_out(self.case.policy)
            outlets.tell(self, outlets.write_new(name, tree.markdown(self.trials, redaction)))
        except NalyqorError as error:
            outlets.tell(self, phrase("{why}", why=str(error)), problem=True)

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.tree_rows.focus()

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(help_screen("trials", "the tree of trials", self.case.keys))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """Give the focus to the tree."""
        self.tree_rows.focus()

    def action_leave(self) -> None:
        """Go back to where the tree was asked for, or leave."""
        outlets.leave(self)
