"""The main screen: the decisions of one session and all that can be said of the one in view."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Footer

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.model import Body
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present import confirmations, find, notes, rules, talk, window, words
from nalyqor_tui.present import decision as choice
from nalyqor_tui.present.clock import span
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Line, Row, flat
from nalyqor_tui.present.steps import steps as listed
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.notebook import Notebook
from nalyqor_tui.tui.screens.editor import Editor
from nalyqor_tui.tui.screens.overlays import CopyMenu, full, help_screen
from nalyqor_tui.tui.widgets.bars import Bar, MarginStrip, PaneTabs
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.rows import Rows
from nalyqor_tui.tui.widgets.steps import Steps

PANES = {
    "talk": "2 Conversation",
    "decision": "3 Decision",
    "context": "4 Context",
    "confirmations": "5 Confirmations",
    "rules": "6 Rules",
    "notes": "7 Notes",
}


class ReviewScreen(Screen[None]):
    """Wires the list, the panes and the prompt of one review."""

    BINDINGS = bindings("review")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    AUTO_FOCUS = "#list"

    def __init__(self, case: Case, index: int, at: str | None = None) -> None:
        """Review the session `index`; open at the decision, clock, record or rule `at`."""
        super().__init__()
        self.case = case
        self.review: Review = case.review(index)
        self.notebook = Notebook(case, self.review)
        self._at = at
        self._active = "talk"
        self._stale: set[str] = set(PANES)
        self._base: Decision | None = None
        self._filter = ""
        self._needle = ""
        self._hit: int | None = None

    def compose(self) -> ComposeResult:
        """Lay out the panes; which of them show, and where, is a matter of the stylesheet."""
        yield Bar(id="title")
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
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show the session from its first decision, or from where it was asked for."""
        self.add_class("-active-talk")
        self._list_steps()
        if self._at is not None:
            self.call_after_refresh(self._go_to, self._at)
        else:
            self.call_after_refresh(self.steps.ends, False)

    def on_resize(self) -> None:
        """Fill the panes that the other layout shows."""
        self.call_after_refresh(self._fill)

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
        self._stale = set(PANES)
        self._fill()
        self._title()
        self.query_one("#margins", MarginStrip).show_steps(self.steps.rows, message.step.decision)

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Open a row in full; a note in the editor."""
        self._open_row(message.row)

    def _list_steps(self) -> None:
        rows = listed(self.review)
        wanted = self._filter
        if wanted:
            rows = [s for s in rows if s.kind == "turn" or find.matches(s, wanted)]
            rows = [s for s, after in zip(rows, [*rows[1:], None], strict=True)
                    if s.kind != "turn" or (after is not None and after.kind != "turn")]  # fmt: skip
        self.steps.show_steps(rows, judged=self.review.policy is not None)
        made = sum(s.kind == "decision" for s in rows)
        self.steps.border_title = (
            f"1 Decisions ({made} of {len(self.review.session.decisions)})" if wanted else "1 Decisions"
        )
        self._title()

    def _fill(self) -> None:
        for name in PANES:
            pane = self.query_one(f"#{name}", Rows)
            if name in self._stale and pane.display and pane.size.width:
                self._stale.discard(name)
                self._fill_pane(name, pane)
        active = PANES[self._active]
        self.query_one("#tabs", PaneTabs).show_tabs(list(PANES.values()), active)

    def _fill_pane(self, name: str, pane: Rows) -> None:
        decision = self.decision
        if decision is None:
            says = phrase("no decisions in this session: nothing here chose a tool or gave a reply")
            pane.show_lines([Heading(says)])
            return
        step = self.steps.current
        at = None
        if name == "talk":
            unparsed = step is not None and step.kind == "unparsed"
            at = self._hit if self._hit is not None else step.entry if unparsed and step else decision.entry
        pane.show_lines(self._lines(name, decision), at_entry=at)

    def _lines(self, name: str, decision: Decision) -> list[Line]:
        views: dict[str, Callable[[], list[Line]]] = {
            "talk": lambda: talk.around(self.review, decision, whole=self.has_class("-zoom"), also=self._hit),
            "decision": lambda: choice.view(self.review, decision),
            "context": lambda: window.view(self.review, decision, self._base),
            "confirmations": lambda: confirmations.view(self.review, decision),
            "rules": lambda: rules.view(self.review, decision),
            "notes": lambda: notes.view(self.review, decision),
        }
        return views[name]()

    def _title(self) -> None:
        count = len(self.case.trace.session_ids)
        left = phrase("{file}", file=self.case.path.name)
        left += phrase(
            " · {id} ({n}/{count})", id=self.review.session.id, n=self.review.index + 1, count=count
        )
        decision = self.decision
        if decision is not None:
            left += phrase(" · {number}", number=decision.number)
            moment = self.review.moments[decision.index]
            left += phrase(" · {clock}", clock=moment.clock) if moment else ()
            gap = moment.since_previous if moment and moment.gap else None
            left += phrase(" ({span} of silence before)", span=span(gap)) if gap else ()
        self.query_one("#title", Bar).show_text(left, self._state())

    def _state(self) -> Phrase:
        policy = self.review.policy
        out = phrase("policy {name}", name=policy.name) if policy else phrase("no policy: --policy FILE")
        standing = sum(not n.note.retracted for n in self.review.notes)
        out += phrase(" · ✎ {n} saved", n=standing) if standing else ()
        problems = len(self.case.journal.problems)
        out += phrase(" · {n} lines of the notes set aside", n=problems) if problems else ()
        return out

    def tell(self, says: Phrase, *, problem: bool = False) -> None:
        """Say something in passing."""
        outlets.tell(self, says, problem=problem)

    # Moving

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

    def action_find(self, test: str, by: int) -> None:
        """Move to the next problem or note."""
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
            self.app.switch_screen(ReviewScreen(self.case, index))
        else:
            self.tell(phrase("no session {where} this one", where=phrase("after" if by > 0 else "before")))

    # Panes

    def action_pane(self, number: int) -> None:
        """Focus a pane by its number."""
        if number == 1:
            self.steps.focus()
            return
        self._activate(list(PANES)[number - 2])

    def action_pane_by(self, by: int) -> None:
        """Focus the pane after or before."""
        order = ["list", *PANES]
        here = self.focused.id if self.focused is not None and self.focused.id in order else "list"
        self.action_pane((order.index(here) + by) % len(order) + 1)

    def action_zoom(self) -> None:
        """Show the focused pane alone, or all of them again."""
        if self.pane is None and not self.has_class("-zoom"):
            self._activate(self._active)
        self.toggle_class("-zoom")
        self._stale.add("talk")
        self.call_after_refresh(self._fill)

    def action_fold(self) -> None:
        """Fold or unfold the row under the cursor."""
        pane = self.pane or self.query_one(f"#{self._active}", Rows)
        pane.toggle()

    def action_open(self) -> None:
        """Open the row under the cursor; from the list, go to the conversation."""
        if self.pane is not None:
            self.pane.open_current()
        else:
            self._activate(self._active)

    def _activate(self, name: str) -> None:
        self.remove_class(f"-active-{self._active}")
        self._active = name
        self.add_class(f"-active-{name}")
        pane = self.query_one(f"#{name}", Rows)
        pane.focus()
        self.call_after_refresh(self._fill)

    def _open_row(self, row: Row) -> None:
        note = self._note_of(row)
        if note is not None:
            self._edit(note)
            return
        self.app.push_screen(full(row.label, outlets.in_full(self.case, self.review, row)))

    # Finding

    def action_goto(self) -> None:
        """Ask where to go."""
        self._ask("goto", "go to (12, 12.2, :14:32, an id)")

    def action_search(self) -> None:
        """Ask what to search."""
        self._ask("search", "search", self._needle)

    def action_filter(self) -> None:
        """Ask what to list."""
        self._ask("filter", "list only (problem, noted, tie, any text)", self._filter)

    def action_difference(self) -> None:
        """Ask for the decision that the context is compared with."""
        self._ask("base", "context changes since (number; empty: the one before)")

    def action_search_next(self, by: int) -> None:
        """Go to the next place where the text stands."""
        if not self._needle:
            self.action_search()
            return
        found = list(find.hits(self.review, self._needle))
        if not found:
            self.tell(phrase("“{text}” does not occur in this session", text=self._needle))
            return
        here = self._hit if self._hit is not None else (self.decision.entry - 1 if self.decision else -1)
        after = [e for e in found if e > here] if by > 0 else [e for e in reversed(found) if e < here]
        entry = after[0] if after else found[0 if by > 0 else -1]
        self._show_hit(entry, found.index(entry) + 1, len(found), wrapped=not after)

    def _show_hit(self, entry: int, number: int, count: int, *, wrapped: bool) -> None:
        self._hit = entry
        owner = find.owner(self.review, entry)
        if owner is not None:
            self._go_to(self.review.session.decisions[owner].number, keep_hit=True)
        self._activate("talk")
        turn = self.review.session.entries[entry].turn
        says = phrase("hit {n} of {count}, in turn {turn}", n=number, count=count, turn=turn)
        self.tell(says + phrase(" (from the other end)") if wrapped else says)

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """Do what was asked for."""
        self.steps.focus()
        answers: dict[str, Callable[[str], None]] = {
            "goto": self._go_to,
            "search": self._search,
            "filter": self._set_filter,
            "base": self._set_base,
            "export": self._export,
        }
        answers[message.topic](message.text.strip())

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.steps.focus()

    def _ask(self, topic: str, question: str, text: str = "") -> None:
        self.query_one("#prompt", Prompt).ask(topic, question, text)

    def _go_to(self, wanted: str, *, keep_hit: bool = False) -> None:
        if not wanted:
            return
        if not keep_hit:
            self._hit = None
        index = find.place(self.review, wanted)
        if index is None:
            self.tell(phrase("nothing here is called {id}", id=wanted), problem=True)
            return
        row = self._row_of(index)
        if row is None and self._filter:
            self._set_filter("")
            row = self._row_of(index)
        if row is not None:
            self.steps.go(row)

    def _row_of(self, decision: int) -> int | None:
        return next((n for n, s in enumerate(self.steps.rows) if s.decision == decision), None)

    def _search(self, text: str) -> None:
        self._needle = text
        for name in PANES:
            self.query_one(f"#{name}", Rows).highlight(text)
        if text:
            self._hit = None
            self.action_search_next(1)

    def _set_filter(self, text: str) -> None:
        self._filter = text
        self._list_steps()
        if self.steps.rows:
            self.steps.go(self.steps.cursor)
        else:
            self.tell(phrase("no decision matches “{text}”: esc shows all again", text=text))

    def _set_base(self, text: str) -> None:
        base = find.place(self.review, text) if text else None
        if text and base is None:
            self.tell(phrase("nothing here is called {id}", id=text), problem=True)
            return
        self._base = self.review.session.decisions[base] if base is not None else None
        self._stale.add("context")
        self._activate("context")

    # Notes

    def action_annotate(self) -> None:
        """Write a note on the decision in view."""
        self._edit(None)

    def action_mark(self) -> None:
        """Mark the decision, or take the mark back."""
        if (decision := self.decision) is not None:
            self._change(lambda: self.notebook.mark(decision))

    def action_retract(self) -> None:
        """Retract the note under the cursor."""
        row = self.query_one("#notes", Rows).current
        note = self._note_of(row) if row is not None else None
        if note is None:
            self.tell(phrase("no note is under the cursor: focus the notes with 7, and choose one"))
            return
        self._change(lambda: self.notebook.retract(note))

    def action_undo(self) -> None:
        """Undo one's own last change of the notes."""
        self._change(
            lambda: self.notebook.step(back=True) or "nothing to undo in this session of the program"
        )

    def action_redo(self) -> None:
        """Do it again."""
        self._change(lambda: self.notebook.step(back=False) or "nothing to redo")

    def _edit(self, note: Note | None) -> None:
        decision = self.decision
        if decision is None:
            self.tell(phrase("there is no decision here to write about"))
            return
        left = self.notebook.draft(decision, note)
        kept = [left]

        def keep(body: Body) -> None:
            try:
                kept[0] = self.notebook.keep(decision, note, body, kept[0])
            except NalyqorError as error:
                self.tell(phrase("UNSAVED: {why}", why=str(error)), problem=True)

        def done(body: Body | None) -> None:
            if body is not None:
                self._change(lambda: f"saved: {self.notebook.save(decision, note, body, kept[0])}")

        body = left.body if left else note.body if note else None
        title = f"{decision.number} {''.join(words.action(self.review.session.chosen(decision), 40))}"
        offers = self.notebook.offers(self._evidence_rows(decision))
        self.app.push_screen(Editor(title, body, offers, keep, drafted=left is not None), done)

    def _evidence_rows(self, decision: Decision) -> list[Row]:
        order = ("confirmations", "rules", "decision", "context", "talk")
        return [row for name in order for row in flat(self._lines(name, decision))]

    def _change(self, change: Callable[[], str | None]) -> None:
        """Change the notes, show them anew, and say what was done, or that it was not saved."""
        try:
            done = change()
        except NalyqorError as error:
            self.tell(phrase("UNSAVED: {why}", why=str(error)), problem=True)
            return
        self._list_steps()
        self._stale |= {"notes"}
        self._fill()
        self.tell(phrase("{done}", done=done or ""))

    def _note_of(self, row: Row) -> Note | None:
        return next((n.note for n in self.review.notes if n.note.id == row.origin.note), None)

    # Taking away

    def action_copy(self) -> None:
        """Ask for the form, and copy it."""
        decision = self.decision
        if decision is None:
            return
        row = self.pane.current if self.pane is not None else None
        forms = outlets.forms(self.case, self.review, decision, row)

        def chosen(name: str | None) -> None:
            if name is not None:
                from nalyqor_tui.tui.clipboard import copy

                self.tell(phrase("{name}: {way}", name=phrase(name), way=copy(forms[name])))

        self.app.push_screen(CopyMenu(forms), chosen)

    def action_export(self) -> None:
        """Ask where the report goes."""
        self._ask("export", "write the report to", f"{self.case.path.stem}.report.md")

    def _export(self, name: str) -> None:
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
            outlets.page(self.app, f"{self.case.path.name} {place}", self.case.trace.raw(place))

    # The program

    def action_help(self) -> None:
        """Show the help."""
        pane = PANES[self.pane.id or "talk"] if self.pane is not None else "1 Decisions"
        self.app.push_screen(help_screen("review", pane))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """Peel off one layer."""
        if self.has_class("-zoom"):
            self.action_zoom()
        elif self._needle:
            self._search("")
            self._hit = None
        elif self._filter:
            self._set_filter("")
        elif self.pane is not None:
            self.steps.focus()

    def action_leave(self) -> None:
        """Go back to the sessions, or leave."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()
        else:
            self.app.exit()
