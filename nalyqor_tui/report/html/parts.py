"""The parts of a session on a page: its tables, its tracks, its decisions, each to be folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present import account, card, track_rows, whole, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Tone, Truth, flat
from nalyqor_tui.present.tracks import tracks
from nalyqor_tui.report import gfm, turns
from nalyqor_tui.report.html.bounds import Section
from nalyqor_tui.report.html.markup import Html, body, inline, ours, tag, text
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.trace.session import Decision

_TONES: dict[Tone, str] = {"dim": "dimmed", "plain": ""}
_GRADES = {"bad": "fail", "flawed": "fail", "unproven": "unknown", "sound": "pass"}
_COLUMNS = Html('<colgroup><col class="c1"><col class="c2"><col><col class="c4"></colgroup>')
_DEEPEST = 3
_CELL = 400  # characters of a cell in the table of turns


@dataclass(frozen=True, slots=True)
class Place:
    """Where parts are written: without which secrets, how large a table may be, whether its session is alone."""

    redaction: Redaction
    room: int
    alone: bool


def session(section: Section, place: Place) -> Iterator[str]:
    """Yield the part of a session."""
    review = section.shown.review
    name = phrase("Session {id}", id=place.redaction.text(review.session.id))
    yield tag("h2", inline(name, Truth.OBSERVED), id=f"s-{review.index + 1}", class_="anchor")
    yield from rows(review, whole.latent(review), place)
    yield from _turns(section, place)
    yield from _tracks(section, place)
    yield from _part(review, "Outcome of the run", whole.outcomes(review), place)
    header = [*whole.about(review), *whole.doubled(review)]
    yield from _part(review, "What the log says of itself", header, place)
    yield from _part(review, "Pieces of the file that could not be read", whole.unread(review), place)
    turn: int | None = None
    for one in section.rows:
        if one.index not in section.full:
            continue
        if one.turn != turn:
            turn = one.turn
            yield from _part(review, f"Turn {turn}", account.asked(review, one), place)
        yield from decision(review, one, place, alone=len(section.full) == 1)
    yield from _part(review, "Notes whose place in the trace was not found", whole.lost(review), place)


def anchor(review: Review, one: Decision, place: Place) -> str:
    """Name a decision in the page: `d-9.1`, and `s-2-d-9.1` where there are several sessions."""
    return f"d-{one.number}" if place.alone else f"s-{review.index + 1}-d-{one.number}"


def decision(review: Review, one: Decision, place: Place, *, alone: bool = False) -> Iterator[str]:
    """Yield the part of a decision: its card, its notes, then all else that is known of it.

    It is open where it is flawed, bad or `alone`. Its anchor is inside, so that a link to it opens it.
    """
    grade = review.judgement.grades[one.index].word if review.policy else "unknown"
    shown = " open" if alone or grade in ("flawed", "bad") else ""
    yield f"<details{shown}><summary>{_summary(review, one, place)}</summary>"
    yield f'<div class="anchor" id="{anchor(review, one, place)}">'
    judged = flat(card.view(review, one))
    told = [row for row in account.account(review, one) if row not in judged]
    noted = [row for row in told if row.truth is Truth.RECONSTRUCTED]
    yield from _part(review, "Was it sound?", judged, place, level="h4")
    yield from _part(review, "Notes", noted, place, level="h4")
    rest = [row for row in told if row.truth is not Truth.RECONSTRUCTED]
    yield from _part(review, "What happened", rest, place, level="h4")
    yield "</div></details>"


def rows(review: Review, shown: Sequence[Row], place: Place) -> Iterator[str]:
    """Yield the table of rows, the truth of each in a column of its own; nothing where there are none.

    What is more than the room of a table is counted, never the rows that people wrote.
    """
    if not shown:
        return
    yield '<table class="rows">' + _COLUMNS
    names = ("Truth", "Field", "Value", "From")
    yield tag("thead", tag("tr", *(tag("th", ours(name), scope="col") for name in names)))
    yield "<tbody>"
    left, used = 0, 0
    for row in shown:
        if used >= place.room and row.truth is not Truth.RECONSTRUCTED:
            left += 1
            continue
        line = _row(review, row, place.redaction)
        used += len(line)
        yield line
    yield "</tbody></table>"
    if left:
        says = "{n} more rows are left out here; the Markdown report has them"
        yield tag("p", text(phrase(says, n=own(f"{left:,}"))), class_="left")


def _row(review: Review, row: Row, redaction: Redaction) -> Html:
    clear = redaction.row(row)
    label = ours(clear.label) if gfm.LABEL.fullmatch(clear.label) else inline((clear.label,), row.truth)
    where = inline(redaction.phrase(_origin(review, row)), row.truth)
    deep = f"i{min(row.indent, _DEEPEST)}" if row.indent else ""
    return tag(
        "tr",
        tag("td", ours(row.truth.value.capitalize()), class_=f"truth {row.truth.value}"),
        tag("td", label, class_=deep),
        tag("td", body(clear), class_=_TONES.get(row.tone, row.tone)),
        tag("td", where, class_="from"),
    )


def _summary(review: Review, one: Decision, place: Place) -> Html:
    grade = review.judgement.grades[one.index].word if review.policy else "not judged: no policy"
    noted = sum(not note.note.retracted for note in review.notes_at(one))
    chosen = place.redaction.phrase(words.action(review.session.chosen(one), 60))
    count = f" · {noted} {'note' if noted == 1 else 'notes'}" if noted else ""
    return Html(
        tag("b", ours(one.number))
        + tag("span", ours(f"derived: {grade}"), class_=f"grade {_GRADES.get(grade, 'dimmed')}")
        + inline(chosen, Truth.OBSERVED)
        + ours(count)
    )


def _turns(section: Section, place: Place) -> Iterator[str]:
    """Yield the table of decisions, each linked to its part; every column has one truth, which its head names."""
    if not section.rows:
        return
    yield tag("h3", ours("Turns"))
    yield '<div class="scroll"><table class="turns">'
    head = (
        tag("th", ours(c.head), scope="col", class_=c.truth.value if c.truth else "") for c in turns.COLUMNS
    )
    yield tag("thead", tag("tr", *head))
    yield "<tbody>"
    for one in section.rows:
        yield _turn(section, one, place)
    yield "</tbody></table></div>"
    if section.missing:
        says = "{n} more decisions of this session are left out"
        yield tag("p", text(phrase(says, n=own(f"{section.missing:,}"))), class_="left")


def _turn(section: Section, one: Decision, place: Place) -> Html:
    review = section.shown.review
    cells: list[Html] = []
    for column, says in zip(turns.COLUMNS, turns.cells(review, one), strict=True):
        cell = inline(place.redaction.phrase(says), column.truth, room=_CELL)
        if column.truth is None and one.index in section.full:
            cell = tag("a", cell, href=f"#{anchor(review, one, place)}")
        tone = _GRADES.get(review.judgement.grades[one.index].word, "") if column.title == "Grade" else ""
        cells.append(tag("td", cell, class_=tone))
    return tag("tr", *cells)


def _tracks(section: Section, place: Place) -> Iterator[str]:
    review = section.shown.review
    yield tag("h3", ours("Tracks"))
    if not section.picture:
        says = "They are too large to be drawn here: nalyqor-tui tracks TRACE -o FILE.svg draws them."
        yield tag("p", ours(says), class_="left")
        return
    yield '<div class="scroll">'
    yield from section.picture
    yield "</div>"
    lanes = track_rows.lane_rows(tracks(review))
    if lanes:
        yield f"<details><summary>{ours('The tracks in words')}</summary>"
        yield from rows(review, lanes, place)
        yield "</details>"


def _part(
    review: Review, title: str, shown: Iterable[Row], place: Place, *, level: str = "h3"
) -> Iterator[str]:
    found = list(shown)
    if found:
        yield tag(level, ours(title))
        yield from rows(review, found, place)


def _origin(review: Review, row: Row) -> Phrase:
    """Where a row is from; nothing where its value starts with it, as a note's author and time."""
    if row.truth is Truth.RECONSTRUCTED and row.value[: len(row.origin.says)] == row.origin.says:
        return ()
    return words.origin(review.session, row.origin)
