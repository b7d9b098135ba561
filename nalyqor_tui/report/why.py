"""The chain back from a decision, as linear text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nalyqor_tui.errors import UsageError
from nalyqor_tui.present import why, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.present.why import Subject
from nalyqor_tui.report.plain import line, row
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import spot
from nalyqor_tui.trace.session import Decision


def render(reviews: Iterable[Review], at: str, subject: Subject, redaction: Redaction) -> Iterator[str]:
    """Yield the chains of what is asked about, at each decision that `at` means.

    Raises UsageError where no decision there has anything of that name.
    """
    asked = list(reviews)
    redaction.learn(asked)
    here = [(review, decision) for review in asked for decision in spot(review, at)]
    found = [(r, d) for r, d in here if why.trails(r, d, subject)]
    if subject.name and not found and here:
        said = show(why.nothing(*here[0], subject))
        raise UsageError(said, path=here[0][0].trace.path, remedy=_remedy(*here[0], subject))
    for review, decision in found or here:
        yield line("decision", redaction.phrase(words.title(review.session, decision)))
        for one in why.view(review, decision, subject):
            yield from row(review, one, redaction)


def _remedy(review: Review, decision: Decision, subject: Subject) -> str:
    if subject.kind != "argument":
        return f"see: show TRACE --plain --at {decision.number}"
    paths = [literal(trail.path) for trail in why.trails(review, decision, Subject())]
    return f"it has {', '.join(paths[:12])}" if paths else "ask of a decision that calls a tool"
