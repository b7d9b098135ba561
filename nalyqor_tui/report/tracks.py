"""The tracks as text: the lanes drawn over their turns, in at most 80 columns, with the truth of each in a gutter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nalyqor_tui.phrase import phrase
from nalyqor_tui.present import axis, track_rows
from nalyqor_tui.present.marks import SIGNS, LaneKind, Tracks, explain
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Row, Truth
from nalyqor_tui.present.text import show
from nalyqor_tui.present.tracks import tracks
from nalyqor_tui.report import gfm
from nalyqor_tui.report.redact.redaction import Redaction

WIDTH = 80
_GUTTER = 10  # characters: OBSERVED and two spaces
_LABELS = (19, 40)  # characters that a label gets at least, and at most where the columns leave room
_WHOSE: dict[LaneKind, str] = {
    "policy": "policy (derived)",
    "believed": "believed (observed; ╱ and ◆ where the line above it says otherwise, which is derived)",
    "consent": "consent from talk (derived)",
    "rule": "rules that govern (derived)",
    "margin": "margins (derived)",
}


def render(reviews: Iterable[Review], redaction: Redaction | None = None) -> Iterator[str]:
    """Yield the tracks of each session line by line, with their legend, then what was taken out."""
    seen = list(reviews)
    redaction = redaction or Redaction()
    redaction.learn(seen)
    for index, review in enumerate(seen):
        if index:
            yield ""
        drawn = redaction.tracks(tracks(review))
        yield show(phrase("Tracks of session {id}", id=redaction.text(review.session.id)))
        yield ""
        yield from picture(drawn)
        yield from key(drawn)
        yield from (show(note) for note in drawn.notes)
    if redaction.off or redaction.vault.secrets:
        yield ""
        yield "redacted: " + show(redaction.says())


def picture(drawn: Tracks) -> Iterator[str]:
    """Yield the lanes; where not all columns fit, part by part, with a blank line after each."""
    count = len(drawn.columns)
    if not count or not drawn.lanes:
        return
    least, most = _LABELS
    labels = max(least, min(axis.longest(drawn.lanes), most, WIDTH - _GUTTER - 1 - 2 * count))
    room = WIDTH - _GUTTER - 1 - labels
    width = axis.fit(count, room, widest=2)
    for shown in axis.parts(count, room, width):
        numbers = axis.numbers(drawn.columns[shown.start : shown.stop], width)
        yield f"{'turn':>{_GUTTER + labels}} {numbers}".rstrip()
        for lane in axis.shown_lanes(drawn, shown):
            head = f"{lane.truth.value.upper():{_GUTTER}}{axis.label(lane, labels)} "
            yield (head + axis.line(lane, shown, width)).rstrip()
        yield ""


def key(drawn: Tracks) -> Iterator[str]:
    """Yield a line for each kind of lane that is there: its truth, and what its glyphs mean."""
    for kind, whose in _WHOSE.items():
        found = {mark.sign for lane in drawn.lanes if lane.kind == kind for mark in lane.marks}
        said = explain(sign for sign in SIGNS[kind] if sign in found)
        if said:
            yield f"{whose}: " + "; ".join(f"{glyph} {words}" for glyph, words in said)


def markdown(review: Review, redaction: Redaction) -> Iterator[str]:
    """Yield the part of a Markdown report: the picture as a code block, then the legend with its truths."""
    drawn = redaction.tracks(tracks(review))
    lines = list(picture(drawn))
    if lines:
        fence = _fence(lines)
        yield f"{fence}text"
        yield from lines[:-1]
        yield fence
        yield ""
        yield from _paragraph([gfm.words(one) for one in key(drawn)])
    yield from _paragraph([gfm.inline(note, Truth.DECLARED, table=False) for note in drawn.notes])


def rows(review: Review) -> list[Row | Heading]:
    """Return the tracks in words: a row for each lane, and a remark for what has none."""
    drawn = tracks(review)
    return [*track_rows.lane_rows(drawn), *(Heading(note) for note in drawn.notes)]


def _fence(lines: list[str]) -> str:
    runs = (len(run) for line in lines for run in re.findall("`+", line))
    return "`" * max(3, max(runs, default=0) + 1)


def _paragraph(lines: list[str]) -> Iterator[str]:
    """Yield a paragraph with a break after each line but the last."""
    if lines:
        yield gfm.BREAK.join(lines)
        yield ""
