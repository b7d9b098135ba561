"""A report as linear text, for pipes, CI and screen readers: no colour, no width, nothing that must be seen.

Every line starts with a word of ours, filled up to a gutter: the truth of what follows, or what the line
is. Long text has a bar in the gutter for each of its lines, so that nothing in it can start a line of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present import account, talk, whole, words
from nalyqor_tui.present.account import flat
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Row
from nalyqor_tui.present.text import literal_lines, show
from nalyqor_tui.report import tracks
from nalyqor_tui.report.head import Shown, facts, gather
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.session import Decision

GUTTER = 15  # characters; RECONSTRUCTED and two spaces
BAR = " " * (GUTTER - 2) + "| "


def render(reviews: Iterable[Review], selection: Selection) -> Iterator[str]:
    """Yield the report line by line, without line breaks; raise `ExportError` where there is no session."""
    report = gather(reviews, selection)
    for fact in facts(report):
        yield _line("report", own(f"{fact.label}: ") + fact.says)
    for shown in report.sessions:
        yield from _session(shown)


def decision(review: Review, one: Decision) -> Iterator[str]:
    """Yield everything that the screen shows of one decision."""
    yield ""
    yield _line("decision", words.title(review.session, one))
    for pane in account.panes(review, one):
        yield _line("pane", own(pane.name))
        for line in pane.lines:
            yield from row(review, line)


def row(review: Review, line: Row | Heading) -> Iterator[str]:
    """Yield the lines of one row, or the one of a remark of ours."""
    if isinstance(line, Heading):
        yield _line("remark", line.says)
        return
    value = tuple(piece for piece in line.value if piece)
    origin = words.origin(review.session, line.origin)
    label: Phrase = (*own("  " * line.indent), line.label)
    if origin:
        label += own(" (") + origin + own(")")
    says = own(": ") + (value or own("(empty)")) if value or not line.body else own(":")
    yield _line(line.truth, label + says)
    if line.body:
        yield from (BAR + text for text in literal_lines(line.body))


def _session(shown: Shown) -> Iterator[str]:
    review = shown.review
    yield ""
    yield _line("session", phrase("{id}", id=review.session.id))
    for part in (whole.latent, whole.about, whole.outcomes, tracks.rows, whole.unread, whole.lost):
        for line in part(review):
            yield from row(review, line)
    for one in shown.decisions:
        yield from decision(review, one)
    if not review.session.decisions:
        for one_row in flat(talk.everything(review)):
            yield from row(review, one_row)


def _line(word: str, says: Phrase) -> str:
    return f"{word.upper():{GUTTER}}{show(says)}"
