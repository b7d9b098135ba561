"""Two notes files side by side in text: where both sides wrote, one decision apart, and where only one did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.model import Body
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present.columns import folded, padded
from nalyqor_tui.present.notes import differences
from nalyqor_tui.present.placed import Placed
from nalyqor_tui.present.sides import Meeting, Sides
from nalyqor_tui.present.text import show
from nalyqor_tui.report.notes import BAR, body_lines, body_parts, count, line, signed
from nalyqor_tui.report.redact.redaction import Redaction

WIDTH = 40  # columns of each side
_SET_IN = "  "


def compared(found: Sides, redaction: Redaction) -> Iterator[str]:
    """Yield the comparison: what both have, then each place in the order of the trace, then how many of each."""
    yield line("reconstructed", own("all that stands below is what people wrote"))
    if found.same:
        yield line("in both", own(f"{count(found.same, 'note')}, the same on both sides"))
    for left, right in found.versions:
        yield line("two versions", phrase("of note {id}", id=left.id) + _which(left, right))
        yield from _beside([left], [right], redaction)
    for meeting in found.meetings:
        yield from _meeting(meeting, redaction)
    for word, some in (("only left", found.left), ("only right", found.right), ("orphaned", found.lost)):
        for one in some:
            yield line(word, redaction.phrase(one.spot + own(": ") + signed(one.note)))
            yield from body_lines(one.note.body, redaction)
    exact = sum(not meeting.apart for meeting in found.meetings)
    near = len(found.meetings) - exact
    alone = f"{count(len(found.left), 'note')} only left, {count(len(found.right), 'note')} only right"
    yield line("count", own(f"both at {count(exact, 'decision')}, one apart at {near}; {alone}"))


def _meeting(meeting: Meeting, redaction: Redaction) -> Iterator[str]:
    left, right = (redaction.phrase(side[0].spot) for side in (meeting.left, meeting.right))
    if meeting.apart:
        yield line("one step apart", left + own(" left, ") + right + own(" right"))
    else:
        yield line("same decision", left)
    yield from _beside(_all(meeting.left), _all(meeting.right), redaction)
    differ = _differ([one.note.body for one in meeting.left], [one.note.body for one in meeting.right])
    if differ:
        yield line("differ", redaction.phrase(differ))


def _beside(left: Iterable[Note], right: Iterable[Note], redaction: Redaction) -> Iterator[str]:
    """Yield notes in two columns; what is in one can never reach into the other."""
    for one, other in zip_longest(_column(left, redaction), _column(right, redaction), fillvalue=""):
        yield f"{BAR}{padded(one, WIDTH)} | {other}".rstrip(" ")


def _column(notes: Iterable[Note], redaction: Redaction) -> Iterator[str]:
    """Yield notes below each other: words of ours at the edge, which text, set in, can never reach."""
    for index, note in enumerate(notes):
        if index:
            yield ""
        yield from _at_the_edge(show(redaction.phrase(signed(note))))
        for word, says in body_parts(note.body, redaction):
            if word:
                yield from _at_the_edge(f"{word}: {says}")
            else:
                yield from (_SET_IN + each for each in folded(says, WIDTH - len(_SET_IN)))


def _at_the_edge(text: str) -> Iterator[str]:
    first, *more = folded(text, WIDTH - len(_SET_IN))
    yield first
    yield from (_SET_IN + each for each in more)


def _differ(left: list[Body], right: list[Body]) -> Phrase:
    """Say which kinds and tags only one side has; words are left for the reader to compare."""
    parts: list[Phrase] = []
    for word, of in (("kind", _kinds), ("tag", _tags)):
        here, there = of(left), of(right)
        for side, only in (("left", here - there), ("right", there - here)):
            parts += [
                phrase("{word} only {side}: {x}", word=own(word), side=own(side), x=x) for x in sorted(only)
            ]
    out: Phrase = ()
    for index, part in enumerate(parts):
        out += (own("; ") if index else ()) + part
    return out


def _kinds(bodies: list[Body]) -> set[str]:
    return {body.kind for body in bodies}


def _tags(bodies: list[Body]) -> set[str]:
    return {tag for body in bodies for tag in body.tags}


def _which(left: Note, right: Note) -> Phrase:
    """Say which of two versions follows the other, where one does."""
    for older, newer, word in ((left, right, "right"), (right, left, "left")):
        if any(version.id == older.head.id for version in newer.versions):
            changed = ", ".join(differences(older.body, newer.body)) or "retracted or restored since"
            return own(f": the one on the {word} is the later ({changed})")
    return own(": neither follows the other, so that both stand, in conflict")


def _all(some: list[Placed]) -> list[Note]:
    return [one.note for one in some]
