"""The tracks as an SVG picture that needs nothing outside itself: no script, no font, no address.

Every text from elsewhere goes through its visible form, and then through the escapes of XML 1.0; the visible
form holds no character that XML cannot carry. The picture says all that it shows in `<desc>`, too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present import axis, marks, track_rows, words
from nalyqor_tui.present.columns import padded
from nalyqor_tui.present.marks import SIGNS, Lane, LaneKind, Sign, Tracks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.present.tracks import tracks
from nalyqor_tui.report.redact.redaction import Redaction

_CELL, _LANE = 18, 26  # pixels: a column, and a lane
_LEFT, _MARGIN, _LABEL = 330, 16, 92  # where the columns begin, the edge, and where the labels begin
_MOST = 60  # columns in one row of the picture; the others follow below
_LEAST = 760  # pixels of width, for the legend and the notes
_LETTER = 6.6  # pixels of a character at 12 px, about: for the legend, whose parts may stand a little loose
_LABEL_LENGTH = 30  # characters

STYLE = """\
text { font: 12px ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1c2530; }
.title { font-size: 15px; font-weight: 600; }
.dim { fill: #5a6673; font-size: 11px; }
.band { fill: #eef2f6; }
.ok { fill: #2b7a4b; } .ok-line { stroke: #2b7a4b; stroke-width: 3; fill: none; }
.taken { fill: #51647a; }
.bad { fill: #b3261e; } .bad-line { stroke: #b3261e; stroke-width: 1.6; fill: none; }
.hatch { fill: url(#hatch); stroke: none; }
.grey-line { stroke: #7b8794; stroke-width: 1.6; fill: none; } .grey { fill: #7b8794; }
.mark { font-weight: 700; text-anchor: middle; }
"""
"""How the classes of a picture look, a rule after a rule, all colours in six digits; a page may scope them."""
HATCH = (
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground" width="6" height="6" fill="#ffffff"/><rect class="bad" width="2.4" height="6"/></pattern>'
)
"""What `.hatch` is filled with: once in a document."""


def _word(text: str, style: str) -> str:
    return f'<text class="mark {style}" x="9" y="17">{text}</text>'


_BAR = '<rect class="ok" y="9" width="18" height="8"/>'
_TAKEN = '<rect class="taken" y="11" width="18" height="4"/>'
_HATCHED = '<rect class="hatch" y="8" width="18" height="10"/>'
_DIAMOND = f'{_HATCHED}<path class="bad" d="M9 4l7 9-7 9-7-9z"/>'
_START = '<path class="ok-line" d="M2 5v16"/><rect class="ok" x="2" y="9" width="16" height="8"/>'
_STOP = '<path class="ok-line" d="M13 5v16"/><rect class="ok" y="9" width="13" height="8"/>'
_BOTH = '<path class="ok-line" d="M4 5v16M14 5v16"/><rect class="ok" x="4" y="9" width="10" height="8"/>'
_QUESTION = _word("?", "dim")

SHAPES: dict[Sign, str] = {
    marks.GIVEN: _START,
    marks.LIVE: _BAR,
    marks.USED: f'{_BAR}<path class="ok-line" d="M9 5v16"/>',
    marks.USED_UP: _STOP,
    marks.GIVEN_USED: f'{_START}<path class="ok-line" d="M10 5v16"/>',
    marks.GIVEN_USED_UP: _BOTH,
    marks.ENDED_HERE: '<path class="bad-line" d="M6 4v18M1 9h10"/>',
    marks.NEVER_VALID: '<path class="bad-line" d="M4 18L14 8"/><circle class="bad-line" cx="9" cy="13" r="5"/>',
    marks.POLICY_UNKNOWN: _QUESTION,
    marks.BELIEVED: _TAKEN,
    marks.BELIEVED_EARLY: _HATCHED,
    marks.BELIEVED_LATE: _HATCHED,
    marks.BELIEVED_NEVER: _HATCHED,
    marks.RELIED: f'{_TAKEN}<circle class="taken" cx="9" cy="13" r="6"/>',
    marks.RELIED_EARLY: _DIAMOND,
    marks.RELIED_LATE: _DIAMOND,
    marks.RELIED_NEVER: _DIAMOND,
    marks.NOT_BELIEVED: '<circle class="grey-line" cx="9" cy="13" r="4"/>',
    marks.BELIEF_NOT_RECORDED: '<circle class="grey" cx="9" cy="13" r="1.6"/>',
    marks.CONFIRMED: '<path class="ok-line" d="M4 13l4 5 7-11"/>',
    marks.MISMATCHED: '<path class="bad-line" d="M3 10h12M3 16h12M13 5L5 21"/>',
    marks.STALE: '<path class="bad-line" d="M9 4v18M4 9h10"/>',
    marks.REQUESTED: '<circle class="bad-line" cx="9" cy="13" r="4.5"/>',
    marks.NO_CONSENT: '<path class="bad-line" d="M4 18L14 8"/><circle class="bad-line" cx="9" cy="13" r="5"/>',
    marks.CONSENT_UNKNOWN: _QUESTION,
    marks.IN_VIEW: '<rect class="ok" x="3" y="7" width="12" height="12"/>',
    marks.TRUNCATED: '<rect class="ok" x="3" y="7" width="6" height="12"/>'
    '<rect class="grey-line" x="3" y="7" width="12" height="12"/>',
    marks.BURIED: '<rect class="hatch" x="3" y="7" width="12" height="12"/>'
    '<rect class="grey-line" x="3" y="7" width="12" height="12"/>',
    marks.STALE_VERSION: '<path class="bad" d="M15 7v12H3z"/>'
    '<rect class="bad-line" x="3" y="7" width="12" height="12"/>',
    marks.MISSING: '<rect class="bad-line" x="3" y="7" width="12" height="12"/>',
    marks.VIEW_UNKNOWN: _QUESTION,
    marks.NOT_ASKED: '<path class="grey-line" d="M3 13h12"/>',
    marks.PERHAPS_GOVERNS: _word("¿", "dim"),
    marks.TIE: '<rect class="bad" x="4" y="18" width="10" height="3"/>',
    marks.NARROW: '<rect class="taken" x="4" y="14" width="10" height="7"/>',
    marks.CLEAR: '<rect class="taken" x="4" y="6" width="10" height="15"/>',
    marks.AGAINST: '<path class="bad" d="M3 8h12l-6 11z"/>',
    marks.UNRESOLVED: _QUESTION,
    marks.NO_BAND: '<rect class="grey" x="6" y="10" width="6" height="6"/>',
    marks.CANNOT_BE_TOLD: _word("¿", "dim"),
    marks.MARGIN_NOT_RECORDED: '<circle class="grey" cx="9" cy="13" r="1.6"/>',
}
"""How each sign is drawn in a cell of 18 by 26 pixels; shape tells them apart, colour only helps."""


def render(review: Review, redaction: Redaction | None = None) -> list[str]:
    """Return the picture of a session's tracks as the lines of an XML document."""
    redaction = redaction or Redaction()
    redaction.learn([review])
    drawn = redaction.tracks(tracks(review))
    if redaction.off or redaction.vault.secrets:
        drawn = replace(drawn, notes=(*drawn.notes, phrase("redacted: ") + redaction.says()))
    width, height, body = _drawn(review, drawn, redaction, 44)
    name = phrase("Tracks of session {id}", id=redaction.text(review.session.id))
    return [
        *_head(drawn, name, (width, height), ""),
        f"<style>{STYLE}</style>",
        f"<defs>{HATCH}</defs>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text class="title" x="{_MARGIN}" y="26">{escape(padded(show(name), 100).rstrip())}</text>',
        *body,
        "</svg>",
    ]


def inline(review: Review, redaction: Redaction, mark: str) -> list[str]:
    """Return the picture for a page that has `STYLE`, `HATCH` and a heading of its own.

    `redaction` has learned already; `mark` is words of ours that make the ids of the picture unique in the page.
    """
    drawn = redaction.tracks(tracks(review))
    width, height, body = _drawn(review, drawn, redaction, 4)
    name = phrase("Tracks of session {id}", id=redaction.text(review.session.id))
    return [*_head(drawn, name, (width, height), mark), *body, "</svg>"]


def _head(drawn: Tracks, name: Phrase, size: tuple[int, int], mark: str) -> list[str]:
    width, height = size
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tracks" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="name{mark} says{mark}">',
        f'<title id="name{mark}">{_text(name)}</title>',
        f'<desc id="says{mark}">{_text(_described(drawn))}</desc>',
    ]


def _drawn(review: Review, drawn: Tracks, redaction: Redaction, y: int) -> tuple[int, int, list[str]]:
    """Draw everything from the height `y` on; returns the width, the height and the parts."""
    count = min(_MOST, len(drawn.columns))
    width = max(_LEAST, _LEFT + count * _CELL + _MARGIN)
    body: list[str] = []
    blocks = axis.parts(len(drawn.columns), _MOST * _CELL, _CELL) if drawn.lanes else []
    for shown in blocks:
        lanes = axis.shown_lanes(drawn, shown)
        body += _block(review, drawn, lanes, shown, y, redaction)
        y += 24 + len(lanes) * _LANE + 16
    for lines in (_legend(drawn, width), _notes(drawn, width)):
        body += [_moved(0, y + at, part) for at, part in lines]
        y += max((at for at, _ in lines), default=-_LANE) + _LANE + 8
    return width, y, body


def _block(
    review: Review, drawn: Tracks, lanes: list[Lane], shown: range, top: int, redaction: Redaction
) -> Iterator[str]:
    """Draw lanes over the columns that are shown, under the numbers of their turns."""
    yield from _turns(drawn, shown, top, 24 + len(lanes) * _LANE)
    for number, lane in enumerate(lanes):
        y = top + 24 + number * _LANE
        yield f'<text class="dim" x="{_MARGIN}" y="{y + 17}">{lane.truth.value.upper()}</text>'
        yield f'<text x="{_LABEL}" y="{y + 17}">{escape(axis.label(lane, _LABEL_LENGTH))}</text>'
        for at in shown:
            sign = lane.marks[at].sign
            if sign in SHAPES:
                says = escape(_says(review, drawn, lane, at, redaction))
                x = _LEFT + (at - shown.start) * _CELL
                yield _moved(x, y, f"<title>{says}</title>{SHAPES[sign]}")


def _turns(drawn: Tracks, shown: range, top: int, height: int) -> Iterator[str]:
    """Draw the axis: the numbers of the turns, and a band behind every second one."""
    yield f'<text class="dim" x="{_LABEL}" y="{top + 15}">turn</text>'
    starts = [at for at in shown if at == shown.start or drawn.columns[at - 1].turn != drawn.columns[at].turn]
    free = 0.0
    for number, (at, end) in enumerate(zip(starts, [*starts[1:], shown.stop], strict=True)):
        x = _LEFT + (at - shown.start) * _CELL
        if number % 2:
            yield f'<rect class="band" x="{x}" y="{top}" width="{(end - at) * _CELL}" height="{height}"/>'
        label = str(drawn.columns[at].turn)
        if x >= free:
            yield f'<text class="dim" x="{x + 3}" y="{top + 15}">{label}</text>'
            free = x + len(label) * _LETTER


def _says(review: Review, drawn: Tracks, lane: Lane, at: int, redaction: Redaction) -> str:
    """Say a mark in words, with the records behind it."""
    entries = lane.marks[at].entries
    names = ", ".join(literal(redaction.text(words.name(review.session, entry))) for entry in entries)
    return show(track_rows.title(drawn, lane, at)) + (f" ({names})" if names else "")


def _legend(drawn: Tracks, width: int) -> list[tuple[int, str]]:
    """Lay out the shapes that occur with their words, a kind of lane at a time; each part with its height."""
    out: list[tuple[int, str]] = []
    y = 0
    for kind, whose in _WHOSE.items():
        found = {mark.sign for lane in drawn.lanes if lane.kind == kind for mark in lane.marks}
        shapes: dict[str, list[str]] = {}
        for sign in SIGNS[kind]:
            if sign in found:
                shapes.setdefault(SHAPES[sign], []).append(sign.brief or sign.word)
        if not shapes:
            continue
        out.append((y, f'<text class="dim" x="{_MARGIN}" y="17">{whose}</text>'))
        x = float(_LABEL + 60)
        for shape, said in shapes.items():
            text = " / ".join(said)
            if x + 24 + len(text) * _LETTER > width - _MARGIN:
                x, y = float(_LABEL + 60), y + _LANE
            out.append((y, _moved(round(x), 0, f'{shape}<text x="24" y="17">{text}</text>')))
            x += 44 + len(text) * _LETTER
        y += _LANE
    return out


_WHOSE: dict[LaneKind, str] = {
    "policy": "policy: derived",
    "believed": "believed: observed",
    "consent": "consent: derived",
    "rule": "rules: derived",
    "margin": "margins: derived",
}


def _notes(drawn: Tracks, width: int) -> list[tuple[int, str]]:
    out: list[tuple[int, str]] = []
    remarks = [show(note) for note in drawn.notes]
    if any(mark.sign in marks.OBSERVED_WORDS for lane in drawn.lanes for mark in lane.marks):
        remarks.insert(
            0,
            "Hatched: the log says that the agent believed it live, and the line above says that it was not.",
        )
    for remark in remarks:
        for line in textwrap.wrap(remark, int((width - 2 * _MARGIN) / _LETTER), break_on_hyphens=False):
            out.append((len(out) * 18, f'<text class="dim" x="{_MARGIN}" y="14">{escape(line)}</text>'))
    return out


def _described(drawn: Tracks) -> Phrase:
    rows: Iterable[Phrase] = (
        phrase("{truth}: ", truth=phrase(row.truth.value)) + row.value + phrase(". ")
        for row in track_rows.lane_rows(drawn)
    )
    return tuple(piece for one in (*rows, *drawn.notes) for piece in one)


def _text(value: Phrase) -> str:
    return escape(show(value))


def _moved(x: int, y: int, part: str) -> str:
    return f'<g transform="translate({x} {y})">{part}</g>'
