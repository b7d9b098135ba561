"""A report as linear text, for pipes, CI and screen readers: no colour, no width, nothing that must be seen.

Every line starts with a word of ours, filled up to a gutter: the truth of what follows, or what the line
is. Long text has a bar in the gutter for each of its lines, so that nothing in it can start a line of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.present import account, talk, whole, words
from nalyqor_tui.present.account import flat
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Row
from nalyqor_tui.present.text import literal_lines, show
from nalyqor_tui.report import tracks
from nalyqor_tui.report.head import Shown, facts, gather
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.session import Decision

GUTTER = 15  # characters; RECONSTRUCTED and two spaces
BAR = " " * (GUTTER - 2) + "| "


def render(
    reviews: Iterable[Review], selection: Selection, redaction: Redaction | None = None
) -> Iterator[str]:
    """Yield the report line by line, without line breaks; raise `ExportError` where there is no session."""
    report = gather(reviews, selection, redaction)
    for fact in facts(report):
        yield line("report", own(f"{fact.label}: ") + fact.says)
    for shown in report.sessions:
        yield from _session(shown, report.redaction)


def decision(review: Review, one: Decision, redaction: Redaction) -> Iterator[str]:
    """Yield everything that the screen shows of one decision."""
    yield ""
    yield line("decision", redaction.phrase(words.title(review.session, one)))
    for pane in account.panes(review, one):
        yield line("pane", own(pane.name))
        for shown in pane.lines:
            yield from row(review, shown, redaction)


def row(review: Review, one: Row | Heading, redaction: Redaction | None = None) -> Iterator[str]:
    """Yield the lines of one row, or the one of a remark of ours; without a redaction it is whole."""
    redaction = redaction or Redaction(off=True)
    shown = redaction.line(one)
    if isinstance(shown, Heading):
        yield line("remark", shown.says)
        return
    value = tuple(piece for piece in shown.value if piece)
    origin = redaction.phrase(words.origin(review.session, shown.origin))
    label: Phrase = (*own("  " * shown.indent), shown.label)
    if origin:
        label += own(" (") + origin + own(")")
    says = own(": ") + (value or own("(empty)")) if value or not shown.body else own(":")
    yield line(shown.truth, label + says)
    if shown.body:
        yield from (BAR + text for text in literal_lines(shown.body))


def _session(shown: Shown, redaction: Redaction) -> Iterator[str]:
    review = shown.review
    yield ""
    yield line("session", redaction.phrase((review.session.id,)))
    for part in (
        whole.latent,
        whole.about,
        whole.outcomes,
        tracks.rows,
        whole.doubled,
        whole.unread,
        whole.lost,
    ):
        for part_row in part(review):
            yield from row(review, part_row, redaction)
    for one in shown.decisions:
        yield from decision(review, one, redaction)
    if not review.session.decisions:
        for one_row in flat(talk.everything(review)):
            yield from row(review, one_row, redaction)


def line(word: str, says: Phrase) -> str:
    """Write a line: a word of ours in the gutter, then what it says."""
    return f"{word.upper():{GUTTER}}{show(says)}"
