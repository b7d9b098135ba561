"""A report in GitHub Flavored Markdown: the head, then each session with its turn table and its decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present import account, sessions, whole, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Truth
from nalyqor_tui.report import gfm, tracks, turns
from nalyqor_tui.report.head import Report, Shown, facts, gather
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

_FIELD_VALUE = ("Field", "Value")
_KEY = (
    "**Observed** is what the log says, **Declared** what the policy says, **Derived** what nalyqor-tui works "
    "out of the two by a rule that it names, **Reconstructed** what a person wrote about it. Text from the log "
    "stands in code spans: `↵` is a line break, `⇥` a tab, and `\\u{…}` a character that could not be seen. "
    "What was not recorded is said to be so."
)


def render(
    reviews: Iterable[Review], selection: Selection, redaction: Redaction | None = None
) -> Iterator[str]:
    """Yield the report line by line, without line breaks; raise `ExportError` where there is no session."""
    report = gather(reviews, selection, redaction)
    yield from _head(report)
    if len(report.reviews) > 1:
        yield from _sessions(report)
    for shown in report.sessions:
        yield from _session(shown, report.redaction)


def decision(review: Review, one: Decision, redaction: Redaction) -> Iterator[str]:
    """Yield the section of one decision, as it stands in a report: what is copied from the screen."""
    chosen = words.action(review.session.chosen(one), 60)
    yield _heading(3, own(f"{one.number} ") + redaction.phrase(chosen))
    yield ""
    yield from rows(review, account.account(review, one), redaction)


def rows(review: Review, shown: Sequence[Row], redaction: Redaction) -> Iterator[str]:
    """Yield the two-column table of rows; nothing where there are none."""
    if not shown:
        return
    clear = ((redaction.row(row), redaction.phrase(_origin(review, row))) for row in shown)
    yield from gfm.table(_FIELD_VALUE, ((gfm.field(row, origin), gfm.body(row)) for row, origin in clear))


def _head(report: Report) -> Iterator[str]:
    name = report.redaction.text(report.first.trace.name)
    yield _heading(1, phrase("Decisions of {name}", name=name))
    yield ""
    yield from gfm.table(
        _FIELD_VALUE, ((fact.label, gfm.inline(fact.says, fact.truth)) for fact in facts(report))
    )
    yield _KEY
    yield ""


def _sessions(report: Report) -> Iterator[str]:
    """Yield one line for each session that is shown: what came out beside what was found."""
    yield "## Sessions"
    yield ""
    head = ("Session", "Decisions", "Output (observed)", "Flawed or bad (derived)", "Worst grade (derived)")
    yield from gfm.table(head, (_session_cells(shown.review, report.redaction) for shown in report.sessions))


def _session_cells(review: Review, redaction: Redaction) -> tuple[str, ...]:
    row = sessions.session_row(review)
    graded = row.problems is not None
    return (
        gfm.inline(redaction.phrase((row.run.id,))),
        str(len(row.run.decisions)),
        gfm.inline(redaction.phrase(row.outcome), Truth.OBSERVED),
        str(row.problems) + (", latent failure" if row.run.latent else "")
        if graded
        else "unknown: no policy",
        row.run.worst if graded else "unknown: no policy",
    )


def _session(shown: Shown, redaction: Redaction) -> Iterator[str]:
    review = shown.review
    yield _heading(2, phrase("Session {id}", id=redaction.text(review.session.id)))
    yield ""
    yield from rows(review, whole.latent(review), redaction)
    yield from rows(review, whole.about(review), redaction)
    yield from rows(review, whole.doubled(review), redaction)
    yield from _outcomes(review, redaction)
    yield from _part(review, "Pieces of the file that could not be read", whole.unread(review), redaction)
    yield _heading(3, phrase("Tracks"))
    yield ""
    yield from tracks.markdown(review, redaction)
    if shown.decisions:
        yield _heading(3, phrase("Turns"))
        yield ""
        yield from gfm.table(
            [column.head for column in turns.COLUMNS],
            (_turn_cells(review, one, redaction) for one in shown.decisions),
        )
    turn: int | None = None
    for one in shown.decisions:
        if one.turn != turn:
            turn = one.turn
            yield from _part(review, f"Turn {turn}", account.asked(review, one), redaction)
        yield from decision(review, one, redaction)
    yield from _part(review, "Notes whose place in the trace was not found", whole.lost(review), redaction)


def _turn_cells(review: Review, one: Decision, redaction: Redaction) -> tuple[str, ...]:
    cells = zip(turns.COLUMNS, turns.cells(review, one), strict=True)
    return tuple(gfm.inline(redaction.phrase(says), column.truth) for column, says in cells)


def _outcomes(review: Review, redaction: Redaction) -> Iterator[str]:
    """Yield the eval table; without an outcome the row that says so."""
    found = [(e.index, e.record) for e in review.session.outcomes() if isinstance(e.record, rec.Outcome)]
    if not found:
        yield from rows(review, whole.outcomes(review), redaction)
        return
    yield "**Observed** outcome of the run:"
    yield ""
    head = ("Record", *(name.capitalize() for name in whole.OUTCOME), "Grade", "By")
    cells = (_outcome_cells(review, at, record) for at, record in found)
    yield from gfm.table(head, ([_bounded(redaction.phrase(one)) for one in says] for says in cells))


def _outcome_cells(review: Review, at: int, record: rec.Outcome) -> list[Phrase]:
    return [
        phrase("{name}", name=words.name(review.session, at)),
        *(whole.field(record, name) for name in whole.OUTCOME),
        words.outcome(record),
        phrase("{by}", by=record.by) if record.by else words.NOT_RECORDED,
    ]


def _bounded(says: Phrase) -> str:
    return gfm.inline(gfm.bounded(says), Truth.OBSERVED)


def _part(review: Review, title: str, shown: Sequence[Row], redaction: Redaction) -> Iterator[str]:
    if shown:
        yield _heading(3, own(title))
        yield ""
        yield from rows(review, shown, redaction)


def _heading(level: int, says: Phrase) -> str:
    return f"{'#' * level} {gfm.inline(says, Truth.OBSERVED, table=False)}"


def _origin(review: Review, row: Row) -> Phrase:
    """Where a row is from; nothing where its value starts with it, as a note's author and time."""
    if row.value[: len(row.origin.says)] == row.origin.says and row.truth is Truth.RECONSTRUCTED:
        return ()
    return words.origin(review.session, row.origin)
