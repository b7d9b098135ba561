"""Work out ahead, away from the keys, what the views of a very long session ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.present.query.narrow import words_of
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.long import LongEntries
from nalyqor_tui.trace.store import Trace

Told = Callable[[Phrase], None]
"""Hears how far the work is; raises to end it."""

_STEPS: Final = 6  # passes over the records, some of which read only a part of them


def read_ahead(trace: Trace, index: int, told: Told) -> None:
    """Read a session; of a long one `told` hears how far that is. One that was read already is kept."""
    count = max(1, trace.records(index))
    trace.session(index, lambda read: told(_far("reading", read / count, 1)))


def make_ready(review: Review, told: Told) -> None:
    """Judge a long session, and go once through all that its views are made of; a short one needs none of this.

    Where it was ended before, what was worked out by then is kept.
    """
    if isinstance(entries := review.session.entries, LongEntries):
        _Passes(entries, told).over(review)
    review.ready = True


class _Passes:
    """Passes over the records, and what is said of each."""

    def __init__(self, entries: LongEntries, told: Told) -> None:
        self._entries = entries
        self._told = told
        self._step = 1

    def over(self, review: Review) -> None:
        """Make all passes."""
        self._make("judging", lambda: review.judgement)
        self._make("measuring the context", lambda: _context(review))
        self._make("looking through the log", lambda: review.log.confirms)
        self._make("collecting the margins", lambda: review.series)
        self._make("collecting the words for conditions", lambda: words_of(review))

    def _make(self, name: str, work: Callable[[], object]) -> None:
        """Do a piece of work that goes through the records."""
        self._step += 1
        far = 0.0

        def hear(at: int) -> None:
            nonlocal far
            far = max(far, at / max(1, len(self._entries)))
            self._told(_far(name, far, self._step))

        hear(0)
        with self._entries.watched(hear):
            work()


def _context(review: Review) -> None:
    """Work out the last state and the last window, by way of all others; with a policy, judging knew the states."""
    if decisions := review.session.decisions:
        review.state(decisions[-1])
        review.window(decisions[-1])


def _far(what: str, share: float, step: int) -> Phrase:
    return own(f"{what} {share:.0%} ({step} of {_STEPS})")
