"""Finding a place in the review: go to, search, filter, and the base of the context difference."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.present import find
from nalyqor_tui.tui.screens.view import PANES, ReviewView
from nalyqor_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from nalyqor_tui.present.query import QueryError


class Seeking(ReviewView):
    """The actions that find something."""

    _found: tuple[tuple[str, int], list[int]] | None = None  # what was searched last, and where it stands

    def action_goto(self) -> None:
        """Ask where to go."""
        self.ask("goto", "go to (12, 12.2, :14:32, an id)")

    def action_search(self) -> None:
        """Ask what to search."""
        self.ask("search", "search", self._needle)

    def action_filter(self) -> None:
        """Ask what to list."""
        self._ask_condition("filter", self._filter or self.case.stop)

    def action_stop_at(self) -> None:
        """Ask where to stop."""
        self._ask_condition("stop", self.case.stop)

    def action_next_stop(self, by: int) -> None:
        """Go to the next decision of which the condition holds, and say how many there are."""
        if not self.case.stop:
            self.action_stop_at()
            return
        from nalyqor_tui.present.query import QueryError, narrow, parse

        try:
            node = parse(self.case.stop, narrow.words_of(self.review))
        except QueryError as error:  # a rule of another policy, or an effect
            self.tell(phrase("{why}", why=str(error)), problem=True)
            return
        work = partial(narrow.hits, self.review, node)
        self.later(phrase("looking for decisions to stop at"), work, lambda hits: self._stop(by, *hits))

    def _stop(self, by: int, found: list[int], unknown: int) -> None:
        """Go to the next of the decisions that were found."""
        untold = own(f", {unknown:,} cannot be told") if unknown else ()
        if not found:
            self.tell(phrase("nothing in this session stops at: {text}", text=self.case.stop) + untold)
            return
        here = self.decision.index if self.decision is not None else -1
        after = [at for at in found if at > here] if by > 0 else [at for at in reversed(found) if at < here]
        at = after[0] if after else found[0 if by > 0 else -1]
        self.go_to(self.review.session.decisions[at].number)
        says = own(f"stop {found.index(at) + 1:,} of {len(found):,}") + untold
        self.tell(says if after else says + phrase(" (from the other end)"))

    def stop_at(self, text: str) -> None:
        """Take a condition to stop at, and go to the next decision of which it holds."""
        from nalyqor_tui.present.query import QueryError, narrow, parse

        try:
            if text:
                parse(text, narrow.words_of(self.review))
        except QueryError as error:
            self._ask_condition("stop", text, error)
            return
        self.case.stop = text
        if text:
            self.action_next_stop(1)

    def _ask_condition(self, topic: str, text: str, mistake: QueryError | None = None) -> None:
        """Ask for a condition; one with a mistake is asked for again as it was typed, with what is wrong with it."""
        from nalyqor_tui.present.query import narrow
        from nalyqor_tui.tui.widgets.suggest import Conditions

        questions = {
            "filter": "list only (a condition, or words; tab completes)",
            "stop": "stop where (a condition; tab completes)",
        }
        self.ask(topic, questions[topic], text, Conditions(narrow.words_of(self.review)))
        if mistake is not None:
            self.tell(phrase("{why}", why=str(mistake)), problem=True)

    def action_difference(self) -> None:
        """Ask for the decision that the context is compared with."""
        self.ask("base", "context changes since (number; empty: the one before)")

    def action_tracks(self) -> None:
        """Show the lines along the turns, and go to the decision that is chosen there."""
        from nalyqor_tui.present.marks import Tracks
        from nalyqor_tui.present.tracks import tracks
        from nalyqor_tui.tui.screens.tracks import TracksScreen

        def show(found: Tracks) -> None:
            decision = self.decision
            screen = TracksScreen(self.review, found, decision.index if decision is not None else None)
            self.app.push_screen(screen, lambda number: self.go_to(number or ""))

        self.later(phrase("drawing the tracks"), lambda: tracks(self.review), show)

    def action_search_next(self, by: int) -> None:
        """Go to the next place where the text stands."""
        if not self._needle:
            self.action_search()
            return
        needle = self._needle
        if self._found is not None and self._found[0] == (needle, self.review.index):
            self._next_hit(by, self._found[1])
            return

        def show(hits: list[int]) -> None:
            self._found = (needle, self.review.index), hits
            self._next_hit(by, hits)

        self.later(phrase("searching"), lambda: list(find.hits(self.review, needle)), show)

    def _next_hit(self, by: int, found: list[int]) -> None:
        if not found:
            self.tell(phrase("“{text}” does not occur in this session", text=self._needle))
            return
        here = self._hit if self._hit is not None else (self.decision.entry - 1 if self.decision else -1)
        after = [e for e in found if e > here] if by > 0 else [e for e in reversed(found) if e < here]
        entry = after[0] if after else found[0 if by > 0 else -1]
        self._show_hit(entry, found.index(entry) + 1, len(found), wrapped=not after)

    def show_record(self, entry: int) -> None:
        self._hit = entry
        owner = find.owner(self.review, entry)
        if owner is not None:
            self.go_to(self.review.session.decisions[owner].number, keep_hit=True)
        self.stale.add("talk")
        self.activate("talk")

    def _show_hit(self, entry: int, number: int, count: int, *, wrapped: bool) -> None:
        self.show_record(entry)
        turn = self.review.session.entries[entry].turn
        says = own(f"hit {number:,} of {count:,}, in turn {turn}")
        self.tell(says + phrase(" (from the other end)") if wrapped else says)

    def go_to(self, wanted: str, *, keep_hit: bool = False) -> None:
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
            self.set_filter("")
            row = self._row_of(index)
        if row is not None:
            self.steps.go(row)

    def _row_of(self, decision: int) -> int | None:
        return self.steps.rows.row_of(decision)

    def search(self, text: str) -> None:
        self._needle = text
        for name in PANES:
            self.query_one(f"#{name}", Rows).highlight(text)
        if text:
            self._hit = None
            self.action_search_next(1)

    def set_filter(self, text: str) -> None:
        from nalyqor_tui.present.query import QueryError, narrow

        try:
            narrow.test(self.review, text)
        except QueryError as error:
            self._ask_condition("filter", text, error)
            return
        self._filter = text
        self.list_steps(self._go_to_first)

    def _go_to_first(self) -> None:
        if self.steps.rows:
            self.steps.go(self.steps.cursor)
        else:
            says = phrase("no decision matches “{text}”: esc shows all again", text=self._filter)
            self.tell(says)

    def set_base(self, text: str) -> None:
        base = find.place(self.review, text) if text else None
        if text and base is None:
            self.tell(phrase("nothing here is called {id}", id=text), problem=True)
            return
        self._base = self.review.session.decisions[base] if base is not None else None
        self.stale.add("context")
        self.activate("context")
