"""What the review shows: the list, the panes, and the decision that they are about."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.suggester import Suggester

from nalyqor_tui.phrase import Phrase, counted, own, phrase
from nalyqor_tui.present import confirmations, find, notes, rules, talk, window
from nalyqor_tui.present import decision as choice
from nalyqor_tui.present.clock import span
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Line
from nalyqor_tui.present.sessions import SessionRow, session_row
from nalyqor_tui.present.steps import Steps as Listed
from nalyqor_tui.present.steps import steps as listed
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import foot
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.notebook import Notebook
from nalyqor_tui.tui.screens.filing import followed
from nalyqor_tui.tui.screens.later import Patient
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar, MarginStrip, PaneTabs
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.rows import Rows
from nalyqor_tui.tui.widgets.steps import Steps
from nalyqor_tui.tui.widgets.titles import Piece

_ITEMS = 500  # of a context window that are listed
PANES = {
    "talk": "2 Conversation",
    "decision": "3 Decision",
    "context": "4 Context",
    "confirmations": "5 Confirmations",
    "rules": "6 Rules",
    "notes": "7 Notes",
}


class ReviewView(Patient):
    """Shows the decision under the cursor of the list in every pane that is in view."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    AUTO_FOCUS = "#list"

    def __init__(self, case: Case, index: int, at: str | Place | None = None) -> None:
        """Review the session `index`; open at the decision, clock, record or rule `at`, or at a line of the file."""
        super().__init__()
        self.case = case
        self.review: Review = case.review(index)
        self.notebook = Notebook(case, self.review)
        self.at = at
        self._active = "talk"
        self.stale: set[str] = set(PANES)
        self._base: Decision | None = None
        self._filter = ""
        self._needle = ""
        self._hit: int | None = None
        self._summed: tuple[Review, SessionRow] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the panes; which of them show, and where, is a matter of the stylesheet."""
        # Textual would set these once all is laid out, and then lay it out again.
        width = self._get_breakpoint_classes(self.app.size.width, self.HORIZONTAL_BREAKPOINTS)
        self.add_class("-active-talk", *width, update=False)
        yield Bar(id="title")
        yield Bar(id="warning")
        with Container(id="body"):
            yield Steps(id="list")
            yield PaneTabs(id="tabs")
            with Vertical(id="middle"):
                yield Rows(PANES["talk"], id="talk")
                yield Rows(PANES["decision"], id="decision")
            with Vertical(id="right"):
                for name in ("context", "confirmations", "rules", "notes"):
                    yield Rows(PANES[name], id=name)
        yield MarginStrip(id="margins")
        yield Prompt(id="prompt")
        yield KeyBar(foot("review", self.case.keys), id="keys")

    def on_mount(self) -> None:
        """Show the session from its first decision, or from where it was asked for."""
        self.query_one("#warning", Bar).show_warnings(self.case.trace.warnings)
        self.list_steps()
        if self.at is None:
            self.call_after_refresh(self.steps.ends, False)

    def on_resize(self) -> None:
        """Fill the panes that the other layout shows."""
        self.call_after_refresh(self.fill)

    # What is in view

    @property
    def steps(self) -> Steps:
        """The list of decisions."""
        return self.query_one("#list", Steps)

    @property
    def decision(self) -> Decision | None:
        """The decision in view."""
        step = self.steps.current
        if step is None:
            return None
        decisions = self.review.session.decisions
        if step.decision is not None:
            return decisions[step.decision]
        nearest = find.owner(self.review, step.entry)
        return decisions[nearest] if nearest is not None else None

    @property
    def pane(self) -> Rows | None:
        """The focused pane, None when the list has the focus."""
        return self.focused if isinstance(self.focused, Rows) else None

    def on_steps_moved(self, message: Steps.Moved) -> None:
        """Show another decision."""
        self.take_in()
        self.stale = set(PANES)
        self.fill()
        self._title()
        self.query_one("#margins", MarginStrip).show_steps(self.steps.rows, message.step.decision)

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def list_steps(self, then: Callable[[], None] | None = None) -> None:
        """List the decisions, or those that fit the filter, and do what is to follow."""
        rows = listed(self.review)

        def show(rows: Listed) -> None:
            self._show_rows(rows)
            if then is not None:
                then()

        if self._filter:
            from nalyqor_tui.present.query import narrow

            fits = narrow.test(self.review, self._filter)
            self.later(phrase("listing what fits"), lambda: rows.only(fits), show)
        else:
            show(rows)

    def _show_rows(self, rows: Listed) -> None:
        self.steps.show_steps(rows, judged=self.review.policy is not None)
        count = f" ({len(rows.made):,} of {len(self.review.session.decisions):,})" if self._filter else ""
        self.steps.border_title = Content(f"1 Decisions{count}")
        self._title()

    def take_in(self) -> None:
        """Show what others wrote into the notes since they were last looked at."""
        if self.case.journal.refresh():
            self.case.rebind()
            self.list_steps()
            self.stale.add("notes")
            self.call_after_refresh(self.fill)

    def fill(self) -> None:
        for name in PANES:
            pane = self.query_one(f"#{name}", Rows)
            if name in self.stale and pane.display and pane.size.width:
                self.stale.discard(name)
                self._fill_pane(name, pane)
        active = PANES[self._active]
        self.query_one("#tabs", PaneTabs).show_tabs(list(PANES.values()), active)

    def _fill_pane(self, name: str, pane: Rows) -> None:
        decision = self.decision
        if decision is None:
            says = phrase("no decisions in this session: nothing here chose a tool or gave a reply")
            pane.show_lines([Heading(says), *(talk.everything(self.review) if name == "talk" else [])])
            return
        step = self.steps.current
        at = None
        if name == "talk":
            unparsed = step is not None and step.kind == "unparsed"
            at = self._hit if self._hit is not None else step.entry if unparsed and step else decision.entry
        pane.show_lines(self.lines(name, decision), at_entry=at)

    def lines(self, name: str, decision: Decision) -> list[Line]:
        views: dict[str, Callable[[], list[Line]]] = {
            "talk": lambda: talk.around(self.review, decision, whole=self.has_class("-zoom"), also=self._hit),
            "decision": lambda: choice.view(self.review, decision),
            "context": lambda: window.view(self.review, decision, self._base, _ITEMS),
            "confirmations": lambda: confirmations.view(self.review, decision),
            "rules": lambda: rules.view(self.review, decision),
            "notes": lambda: notes.view(self.review, decision),
        }
        return views[name]()

    def _title(self) -> None:
        ids = self.case.trace.session_ids
        left = [Piece((self.case.trace.name,), 6, names=True)]
        if len(ids) > 1:
            name = (self.review.session.id,)
            left.append(Piece(name + own(f" ({self.review.index + 1:,}/{len(ids):,})"), 5, names=True))
        decision = self.decision
        if decision is not None:
            left.append(Piece((decision.number,), 9))
            if (moment := self.review.moments[decision.index]) is not None:
                gap = moment.since_previous if moment.gap else None
                clock = (moment.clock,)
                silence = phrase(" ({span} of silence before)", span=span(gap)) if gap else ()
                left.append(Piece(clock + silence, 2, (clock,), spare=4))
        if self._filter:
            listed = own(f"”: {len(self.steps.rows.made):,} of {len(self.review.session.decisions):,}")
            listing = (*own("listing “"), self._filter, *listed)
            left.append(Piece(listing + own(", esc: all"), 7, (listing,), names=True))
        self.query_one("#title", Bar).show_title(left, self._state())

    def _summary(self) -> SessionRow:
        """The session summed up, once for each review of it."""
        if self._summed is None or self._summed[0] is not self.review:
            self._summed = self.review, session_row(self.review)
        return self._summed[1]

    def _state(self) -> list[Piece]:
        summary, policy, notes = self._summary(), self.review.policy, self.case.journal
        out: list[Piece] = []
        if summary.run.latent:
            wrong = counted(summary.run.problems, "decision flawed or bad")
            says = phrase("LATENT FAILURE: output passed, {n}", n=wrong)
            out.append(Piece(says, 1, (own("LATENT FAILURE"),)))
        out.append(
            Piece(phrase("policy {name}", name=policy.file.id), 4, names=True, spare=2)
            if policy
            else Piece(own("no policy: --policy FILE"), 7, (own("no policy"),))
        )
        out += followed(self.case)
        if standing := sum(not n.note.retracted for n in self.review.notes):
            out.append(Piece(own(f"✎ {standing:,} saved"), 8))
        if notes.sight == "blind":
            out.append(Piece(own(f"blind: {self.review.hidden:,} of others hidden"), 3, (own("blind"),)))
        if disputed := sum(bool(n.note.conflict) for n in self.review.notes):
            out.append(Piece(own(f"{disputed:,} in conflict"), 5))
        if problems := len(notes.problems):
            out.append(Piece(counted(problems, "line of the notes set aside"), 2, spare=3))
        return out

    def ask(self, topic: str, question: str, text: str = "", suggester: Suggester | None = None) -> None:
        self.app.clear_notifications()
        self.query_one("#prompt", Prompt).ask(topic, question, text, suggester)

    def tell(self, says: Phrase, *, problem: bool = False) -> None:
        """Say something in passing."""
        outlets.tell(self, says, problem=problem)

    def activate(self, name: str) -> None:
        self.remove_class(f"-active-{self._active}")
        self._active = name
        self.add_class(f"-active-{name}")
        pane = self.query_one(f"#{name}", Rows)
        self.take_in()
        pane.focus()
        self.call_after_refresh(self.fill)
