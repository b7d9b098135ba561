"""What takes long in a session of very many records is worked out away from the keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.long import LongEntries
from nalyqor_tui.tui import outlets

T = TypeVar("T")


class Patient(Screen[None]):
    """A screen on a review that goes on answering keys while something is worked out."""

    review: Review
    _pending: Worker[None] | None = None

    def later(self, what: Phrase, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Do `work` and hand on what it found: of a short session at once, of a long one when it is done."""
        entries = self.review.session.entries
        if not isinstance(entries, LongEntries):
            then(work())
            return
        outlets.tell(self, phrase("{what}: esc stops", what=what))
        self._pending = self.run_worker(partial(self._work, entries, work, then), thread=True, exclusive=True)

    def stop_waiting(self) -> bool:
        """Stop what is being worked out, if anything is; say whether."""
        if self._pending is None or not self._pending.is_running:
            return False
        self._pending.cancel()
        outlets.tell(self, phrase("stopped"))
        return True

    def _work(self, entries: LongEntries, work: Callable[[], T], then: Callable[[T], None]) -> None:
        worker = get_current_worker()

        def watch(_: int) -> None:
            if worker.is_cancelled:
                raise InterruptedError

        try:
            with entries.watched(watch):
                found = work()
        except InterruptedError:
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(then, found)
