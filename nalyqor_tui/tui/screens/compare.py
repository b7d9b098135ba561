"""Two runs side by side: their decisions aligned, the conditions of the row in view, and where the runs part."""

from __future__ import annotations

from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from nalyqor_tui.derive.inputs import SIDES, Side
from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.present import conditions, parting
from nalyqor_tui.present.sessions import session_row
from nalyqor_tui.present.text import show
from nalyqor_tui.present.twins import Twin
from nalyqor_tui.present.versus import Versus
from nalyqor_tui.report import comparison
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings, foot
from nalyqor_tui.tui.around import around
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.overlays import full, help_screen
from nalyqor_tui.tui.screens.visit import open_session
from nalyqor_tui.tui.widgets.aligned import Aligned
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar, PaneTabs
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.twins import TwinRows
from nalyqor_tui.tui.widgets.wrap import fitted

PANES = {"here": "2 This row", "runs": "3 The two runs"}


class Run(NamedTuple):
    """A run to be compared: the case that it belongs to, and the ordinal of its session."""

    case: Case
    session: int


class CompareScreen(Screen[None]):
    """Moves through the alignment; opens at the first different decision."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS = bindings("compare")
    AUTO_FOCUS = "#aligned"

    def __init__(self, a: Run, b: Run) -> None:
        super().__init__()
        self._runs: dict[Side, Run] = {"a": a, "b": b}
        self.versus = self._judged()
        self._active = "here"

    def _judged(self) -> Versus:
        """Return the two as they are judged now."""
        a, b = (self._runs[side].case.review(self._runs[side].session) for side in SIDES)
        return Versus(a, b)

    def compose(self) -> ComposeResult:
        """Lay out the alignment over the panes."""
        yield Bar(id="title")
        yield Bar(id="sides")
        yield Aligned(self.versus, id="aligned")
        yield PaneTabs(id="tabs")
        with Container(id="below"):
            for name, title in PANES.items():
                yield TwinRows(title, id=name)
        yield Prompt(id="prompt")
        yield KeyBar(foot("compare", self._runs["a"].case.keys), id="keys")

    def on_mount(self) -> None:
        """Say what is compared."""
        self.add_class("-active-here")
        self.call_after_refresh(self._fill_runs)

    def on_screen_resume(self) -> None:
        """Judge anew where the policy was read again meanwhile."""
        now = self._judged()
        if (now.a, now.b) != (self.versus.a, self.versus.b):
            self.versus = now
            self.aligned.show_versus(now)
            self._fill_here()
            self._fill_runs()

    def on_resize(self) -> None:
        """Write the names over the halves, and fill the panes that the other layout shows."""
        self.call_after_refresh(self._titles)
        self.call_after_refresh(self._fill_runs)

    @property
    def aligned(self) -> Aligned:
        """The aligned decisions."""
        return self.query_one("#aligned", Aligned)

    @property
    def pane(self) -> TwinRows | None:
        """The focused pane, None when the alignment has the focus."""
        return self.focused if isinstance(self.focused, TwinRows) else None

    def on_aligned_moved(self) -> None:
        """Show the conditions of another row."""
        self._fill_here()

    def on_aligned_chosen(self) -> None:
        """Open the decision that was clicked twice."""
        self.action_open()

    def on_pane_tabs_chosen(self, message: PaneTabs.Chosen) -> None:
        """Show the pane whose name was clicked."""
        self.action_pane(message.number + 2)

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def _fill_here(self) -> None:
        if self.versus.found.rows:
            self.query_one("#here", TwinRows).show_parts(conditions.at(self.versus, self.aligned.row))

    def _fill_runs(self) -> None:
        self._titles()
        pane = self.query_one("#runs", TwinRows)
        if pane.size.width:
            pane.show_parts([parting.runs(self.versus), parting.parting(self.versus)])

    def _titles(self) -> None:
        what, first = parting.title(self.versus)
        policy = self.versus.a.policy
        says = first + own(" · ")
        says += phrase("policy {name}", name=policy.file.id) if policy else phrase("no policy: --policy FILE")
        self.query_one("#title", Bar).show_text(what, says)
        left, middle, right = self.aligned.halves(self.aligned.scrollable_content_region.width)
        names = [self._called(side, room) for side, room in zip(SIDES, (left, right), strict=True)]
        self.query_one("#sides", Bar).show_text(own(names[0] + " " * (middle - 1) + names[1]))
        self.query_one("#tabs", PaneTabs).show_tabs(list(PANES.values()), PANES[self._active])

    def _called(self, side: Side, room: int) -> str:
        """Write a run's name and what came out of it, each with whose word that is, cut to its half."""
        row = session_row(self.versus.side(side))
        tail = " " + {True: "✓ passed", False: "✗ failed", None: "· not told"}[row.run.passed] + " (observed)"
        if self.has_class("-wide") and row.problems is not None:
            tail += f", {row.problems} flawed or bad (derived)"
        return fitted(own(f"{side.upper()} ") + self.versus.name(side), max(8, room - len(tail))) + tail

    # Moving

    def action_step(self, by: int) -> None:
        """Move by rows of the alignment."""
        self.aligned.go(self.aligned.row + by)

    def action_row(self, by: int) -> None:
        """Move in the focused pane, else in the alignment."""
        if self.pane is not None:
            self.pane.move(by)
        else:
            self.action_step(by)

    def action_page(self, by: float) -> None:
        """Move by half a page."""
        if self.pane is not None:
            self.pane.page(by)
        else:
            self.action_step(int(by * self.aligned.size.height))

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last row."""
        if self.pane is not None:
            self.pane.ends(last)
        else:
            self.aligned.go(len(self.versus.found.rows) - 1 if last else 0)

    def action_part(self, by: int) -> None:
        """Go to the next row in which the choices differ, around the end."""
        rows = self.versus.found.rows
        unlike = [n for n, row in enumerate(rows) if row.likeness not in ("same", "words")]
        place = around(unlike, self.aligned.row, by)
        if place is None:
            outlets.tell(self, phrase("no choice differs"))
        else:
            self.aligned.go(place)

    def action_marker(self, name: str) -> None:
        """Go to a marker."""
        found = self.versus.found
        places = {
            "input": found.input.before if found.input is not None else None,
            "decision": found.decision,
            "deciding": self.versus.deciding,
        }
        if (place := places[name]) is None:
            nothing = {
                "input": "no input differs",
                "decision": "no choice differs",
                "deciding": "no grade differs",
            }
            outlets.tell(self, phrase(nothing[name]))
        else:
            self.aligned.go(place)

    def action_side(self, side: str) -> None:
        """Choose the run that enter opens."""
        self.aligned.go(self.aligned.row, "a" if side == "a" else "b")

    def action_pane(self, number: int) -> None:
        """Focus the alignment or a pane."""
        if number == 1:
            self.aligned.focus()
            return
        self.remove_class(f"-active-{self._active}")
        self._active = list(PANES)[number - 2]
        self.add_class(f"-active-{self._active}")
        self.query_one(f"#{self._active}", TwinRows).focus()
        self.call_after_refresh(self._fill_runs if self._active == "runs" else self._titles)

    def action_pane_by(self, by: int) -> None:
        """Focus the pane after or before."""
        order = ["aligned", *PANES]
        here = self.focused.id if self.focused is not None and self.focused.id in order else "aligned"
        self.action_pane((order.index(here) + by) % len(order) + 1)

    # Opening and taking away

    def action_open(self) -> None:
        """Open the decision under the cursor in the review of its run; from a pane, the row in full."""
        if self.pane is not None:
            self.pane.open_current()
            return
        if not self.versus.found.rows:
            return
        side = self.aligned.held
        decision = self.versus.next(self.aligned.row, side)
        run = self._runs[side]
        open_session(self, run.case, run.session, decision.number if decision else None)

    def on_twin_rows_twin_opened(self, message: TwinRows.TwinOpened) -> None:
        """Show both sides of a twin in full, with the records behind them."""
        self.app.push_screen(full(message.twin.label, self._in_full(message.twin)))

    def _in_full(self, twin: Twin) -> str:
        parts = []
        for side, row in zip(SIDES, (twin.a, twin.b), strict=True):
            name = f"═ {side.upper()}: {show(self.versus.name(side))}"
            says = "–" if row is None else outlets.in_full(self._runs[side].case, self.versus.side(side), row)
            parts.append(f"{name}\n{says}")
        return "\n\n".join(parts)

    def action_trials(self) -> None:
        """Show all trials of the case of the run under the cursor."""
        from nalyqor_tui.tui.screens.trials import open_trials

        run = self._runs[self.aligned.side]
        open_trials(self, run.case, run.session)

    def action_export(self) -> None:
        """Ask where the report goes."""
        self.query_one("#prompt", Prompt).ask("export", "write the report to", "comparison.md")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """Write the report."""
        self.aligned.focus()
        if not (name := message.text.strip()):
            return
        try:
            outlets.tell(self, outlets.write_new(name, comparison.markdown(self.versus, outlets.take_out())))
        except NalyqorError as error:
            outlets.tell(self, phrase("{why}", why=str(error)), problem=True)

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.aligned.focus()

    def action_help(self) -> None:
        """Show the help."""
        pane = PANES[self.pane.id or "here"] if self.pane is not None else "1 Decisions, aligned"
        self.app.push_screen(help_screen("compare", pane, self._runs["a"].case.keys))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """Go back to the alignment."""
        self.aligned.focus()

    def action_leave(self) -> None:
        """Go back to where the comparison was asked for, or leave."""
        outlets.leave(self)
