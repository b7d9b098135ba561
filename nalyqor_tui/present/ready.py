"""Work out ahead, away from the keys, what the views of a very long session ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.present.query.narrow import words_of
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.long import LongEntries
from nalyqor_tui.trace.store import Trace

Told = Callable[[Phrase], None]
"""Hears how far the work is; raises to end it."""

_STEPS: Final = 6  # how often the records are gone through; once more where there is a policy


def read_ahead(trace: Trace, index: int, told: Told, *, judged: bool) -> None:
    """Read a session; of a long one `told` hears how far that is. One that was read already is kept."""
    count = max(1, trace.records(index))
    trace.session(index, lambda read: told(_far("reading", read / count, 1, _STEPS + judged)))


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
        self._steps = _STEPS

    def over(self, review: Review) -> None:
        """Make all passes."""
        judging = ["judging"]
        if review.policy is not None:
            judging, self._steps = ["looking for confirmations", "judging"], _STEPS + 1
        self._make(judging, lambda: review.judgement)
        if decisions := review.session.decisions:
            last = decisions[-1]
            self._make(["replaying the context"], lambda: review.state(last))
            self._make(["measuring the context"], lambda: review.window(last))
        else:
            self._step += 2  # counted, as how many there are is said before the decisions are known
        self._make(["looking through the log"], lambda: review.log.confirms)
        self._make(["collecting the words for conditions"], lambda: words_of(review))

    def _make(self, names: Sequence[str], work: Callable[[], object]) -> None:
        """Do a piece of work that goes through the records once for each of its names."""
        first, before, far = self._step + 1, -1, 0.0
        self._step += len(names)

        def hear(at: int) -> None:
            nonlocal first, before, far
            if at <= before and first < self._step:
                first, far = first + 1, 0.0
            before, far = at, max(far, at / max(1, len(self._entries)))
            self._told(_far(names[first - self._step - 1], far, first, self._steps))

        self._told(_far(names[0], 0, first, self._steps))
        with self._entries.watched(hear):
            work()


def _far(what: str, share: float, step: int, steps: int) -> Phrase:
    return own(f"{what} {share:.0%} ({step} of {steps})")
