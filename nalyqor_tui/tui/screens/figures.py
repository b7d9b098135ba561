"""Many sessions in figures: each row of each table opens the sessions or decisions behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.screen import Screen

from nalyqor_tui.derive.corpus import Run, Spot
from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import Phrase, counted, join, own, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.triage import Figure, Table, tables
from nalyqor_tui.report import triage
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings, foot
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.overlays import help_screen
from nalyqor_tui.tui.screens.visit import open_session
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar, PaneTabs
from nalyqor_tui.tui.widgets.figures import Figures
from nalyqor_tui.tui.widgets.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Kept:
    """Sessions that a list was narrowed to, and what they have in common."""

    what: Phrase
    runs: frozenset[int]


class FiguresScreen(Screen[Kept | None]):
    """Shows one table at a time; enter opens what is behind a row, and gives back what is to be kept."""

    BINDINGS = bindings("figures")
    AUTO_FOCUS = "#figures"

    def __init__(self, case: Case, runs: Sequence[Run], kept: Sequence[Kept] = ()) -> None:
        """Show figures of `runs`, which are what was `kept` of all sessions."""
        super().__init__()
        self.case = case
        self._runs = runs
        self._kept = kept
        self._tables = tables(runs, judged=case.policy is not None)
        self._at = 0
        self._behind: tuple[Figure, list[Spot | int]] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield Bar(id="title")
        yield PaneTabs(id="tabs")
        yield Figures(id="figures")
        yield Bar(id="remark")
        yield Prompt(id="prompt")
        yield KeyBar(foot("figures", self.case.keys), id="keys")

    def on_mount(self) -> None:
        """Show the first table."""
        self.call_after_refresh(self._show)

    @property
    def figures(self) -> Figures:
        """The table in view."""
        return self.query_one("#figures", Figures)

    @property
    def table(self) -> Table:
        """The table in view, or the one that led to what is behind a row."""
        return self._tables[self._at]

    def _show(self, cursor: int = 0) -> None:
        title = phrase("{file} · {n}", file=self.case.trace.name, n=counted(len(self._runs), "session"))
        for kept in self._kept:
            title += phrase(" · only {what}", what=kept.what)
        policy = self.case.policy
        right = phrase("policy {name}", name=policy.name) if policy else phrase("no policy: --policy FILE")
        self.query_one("#title", Bar).show_text(title, right)
        self.query_one("#tabs", PaneTabs).show_tabs([t.name for t in self._tables], self.table.name)
        if self._behind is not None:
            self._show_behind()
            return
        self.figures.show_rows(self.table.head, [row.cells for row in self.table.rows], cursor)
        remark = f"{self.table.title}: {self.table.remark}" if self.table.remark else self.table.title
        self.query_one("#remark", Bar).show_text(own(remark), own("enter: what is behind it"))

    def _show_behind(self) -> None:
        assert self._behind is not None
        figure, spots = self._behind
        head = ("session", "decision", "choice", "grade (derived)", "output (observed)")
        self.figures.show_rows(head, [self._cells(spot) for spot in spots])
        says = phrase("behind {title}: ", title=own(self.table.title)) + _name(self.table, figure)
        self.query_one("#remark", Bar).show_text(says, own("enter: open · esc: back"))

    def _cells(self, spot: Spot | int) -> tuple[Phrase, ...]:
        run = next(run for run in self._runs if run.index == (spot if isinstance(spot, int) else spot[0]))
        if isinstance(spot, int):
            return (phrase("{id}", id=run.id), (), (), own(run.worst), own(run.output))
        made = run.decisions[spot[1]]
        session = self.case.trace.read(run.index)
        choice = words.action(session.chosen(session.decisions[spot[1]]), 60)
        number = phrase("{n}", n=made.number)
        return (phrase("{id}", id=run.id), number, choice, own(made.grade), own(run.output))

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def on_pane_tabs_chosen(self, message: PaneTabs.Chosen) -> None:
        """Show the table whose name was clicked."""
        self._behind, self._at = None, message.number
        self._show()

    def on_figures_chosen(self) -> None:
        """Open what was clicked twice."""
        self.action_open()

    def action_step(self, by: int) -> None:
        """Move by rows."""
        self.figures.go(self.figures.cursor + by)

    def action_row(self, by: int) -> None:
        """Move by rows."""
        self.action_step(by)

    def action_page(self, by: float) -> None:
        """Move by half a page."""
        self.action_step(int(by * self.figures.size.height))

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last row."""
        self.figures.go(10**9 if last else 0)

    def action_table(self, by: int) -> None:
        """Show the next table."""
        self._behind, self._at = None, (self._at + by) % len(self._tables)
        self._show()

    def action_open(self) -> None:
        """Show what is behind the row; there, open the decision or the session."""
        if self._behind is not None:
            spot = self._behind[1][self.figures.cursor]
            index, decision = (spot, None) if isinstance(spot, int) else spot
            number = None if decision is None else self._run(index).decisions[decision].number
            open_session(self, self.case, index, number)
            return
        if not self.table.rows:
            return
        figure = self.table.rows[self.figures.cursor]
        spots: list[Spot | int] = [*figure.spots] or [*figure.runs]
        if not spots:
            outlets.tell(self, phrase("no decision is behind this figure"))
            return
        self._behind = (figure, spots)
        self._show()

    def action_keep(self) -> None:
        """Go back to the list of sessions, and list only those behind the row."""
        if not self.table.rows:
            return
        figure = self._behind[0] if self._behind is not None else self.table.rows[self.figures.cursor]
        if not figure.runs:
            outlets.tell(self, phrase("no session is behind this figure"))
            return
        what = phrase("{table} ", table=own(self.table.name)) + _name(self.table, figure)
        self.dismiss(Kept(what, frozenset(figure.runs)))

    def action_export(self) -> None:
        """Ask where the report goes."""
        self.query_one("#prompt", Prompt).ask("export", "write the figures to", "triage.md")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """Write the report."""
        self.figures.focus()
        if not (name := message.text.strip()):
            return
        policy = self.case.policy
        found = triage.Triage(self.case.trace.name, policy.name if policy else None, tuple(self._runs))
        try:
            lines = triage.markdown(found.redacted(outlets.take_out(policy)))
            outlets.tell(self, outlets.write_new(name, lines))
        except NalyqorError as error:
            outlets.tell(self, phrase("{why}", why=str(error)), problem=True)

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.figures.focus()

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(help_screen("figures", "the overview of all sessions", self.case.keys))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """Go back from what is behind a row to the table."""
        if self._behind is not None:
            figure = self._behind[0]
            self._behind = None
            self._show(self.table.rows.index(figure))

    def action_leave(self) -> None:
        """Go back: from what is behind a row to the table, from there to the list."""
        if self._behind is not None:
            self.action_back()
        else:
            self.dismiss(None)

    def _run(self, index: int) -> Run:
        return next(run for run in self._runs if run.index == index)


def _name(table: Table, figure: Figure) -> Phrase:
    """Name a row by the cells that tell it from the others."""
    return join(", ", list(figure.cells[: 2 if table.name == "outputs" else 1]))
