"""Work out ahead, away from the keys, what the views of a very long session ask for."""

from __future__ import annotations

from collections.abc import Callable

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.present.query.narrow import words_of
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.long import LongEntries

Told = Callable[[Phrase], None]
"""Hears how far the work is; raises to end it."""


def make_ready(review: Review, told: Told) -> None:
    """Judge a long session, and go once through all that its views are made of; a short one needs none of this."""
    session = review.session
    if not isinstance(entries := session.entries, LongEntries):
        return

    def watch(what: str, work: Callable[[], object]) -> None:
        told(own(f"{what}: 0%"))
        with entries.watched(lambda at: told(own(f"{what}: {at / max(1, len(entries)):.0%}"))):
            work()

    watch("judging the decisions", lambda: review.judgement)
    if session.decisions:
        last = session.decisions[-1]
        watch("replaying the context", lambda: review.state(last))
        watch("measuring the context", lambda: review.window(last))
    watch("looking through the log", lambda: review.log.confirms)
    watch("collecting the words for conditions", lambda: words_of(review))
