"""Find a place: by number, clock, record or rule; by text in all that was said and done; by a filter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.steps import Step
from nalyqor_tui.present.text import show
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.long import LongEntries
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.session import Entry

_CLOCK = re.compile(r":?(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")
_TURN = re.compile(r"[0-9]{1,9}\Z")


def place(review: Review, wanted: str) -> int | None:
    """Return the decision that `wanted` means: `12`, `12.2`, `:14:32`, a record's or a rule's id."""
    wanted = wanted.strip()
    if (found := review.find(wanted)) is not None:
        return found.index
    if _CLOCK.match(wanted):
        return _at_clock(review, wanted)
    if (entry := review.session.entry(wanted)) is not None:
        return owner(review, entry.index)
    if review.policy is not None and any(rule.id == wanted for rule in review.policy.rules):
        return _governed(review, wanted)
    if _TURN.match(wanted):  # a turn without decisions: the next one that has any
        later = (d.index for d in review.session.decisions if d.turn >= int(wanted))
        return next(later, None)
    return None


def owner(review: Review, entry: int) -> int | None:
    """Return the decision that a record belongs to: its own, else the next one after it, else the last."""
    decisions = review.session.decisions
    if (found := review.log.owner(entry)) is not None:
        return found.index
    after = bisect_right(decisions, entry, key=lambda decision: decision.entry)
    return min(after, len(decisions) - 1) if decisions else None


def on_line(review: Review, spot: Place) -> int | None:
    """Return the record that begins on a line, else the last one before it; None where records have no lines."""
    entries = review.session.entries
    if isinstance(entries, LongEntries):  # in the order of the file
        return max(0, bisect_right(entries, spot.offset, key=lambda entry: entry.place.offset) - 1)
    placed = ((e.place.offset, -e.index) for e in entries if e.place.line and e.place.file == spot.file)
    before = max((place for place in placed if place[0] <= spot.offset), default=None)
    return None if before is None else -before[1]


def hits(review: Review, text: str) -> Iterator[int]:
    """Yield the records that hold a text, upper and lower case alike, in order."""
    needle = text.casefold()
    for entry in review.session.entries:
        if needle in searchable(entry).casefold():
            yield entry.index


def searchable(entry: Entry) -> str:
    """Return the text of a record as a reader would search it."""
    match entry.record:
        case rec.Message(content=content, reasoning=reasoning):
            return f"{words.text_of(content)}\n{reasoning or ''}"
        case rec.ToolResult(result=result):
            return words.compact(result)
        case rec.Unparsed(problem=problem, text=text):
            return f"{problem}\n{text}"
        case rec.Header() | rec.Decision():
            return ""  # the choice itself is searched in the call or the reply that shows it
        case record:
            return dumps(record.model_dump(exclude_none=True))


def matches(step: Step, wanted: str) -> bool:
    """Say whether a step fits a filter: every word of it is a property (problem, noted, tie …) or stands in it."""
    for word in wanted.casefold().split():
        named = {
            "problem": step.problem,
            "problems": step.problem,
            "noted": step.noted,
            "unparsed": step.kind == word,
        }
        if word in named:
            if not named[word]:
                return False
            continue
        grade = step.grade.word if step.grade else ""
        if word not in f"{step.number} {show(step.what)} {grade} {step.margin}".casefold():
            return False
    return True


def _at_clock(review: Review, wanted: str) -> int | None:
    """Return the first decision at or after a clock time."""
    match = _CLOCK.match(wanted)
    assert match is not None
    clock = f"{int(match[1]):02d}:{match[2]}:{match[3] or '00'}"
    later = (
        d for d, m in zip(review.session.decisions, review.moments, strict=True) if m and m.clock >= clock
    )
    found = next(later, None)
    return found.index if found else None


def _governed(review: Review, rule: str) -> int | None:
    for decision, findings in zip(review.session.decisions, review.judgement.findings, strict=True):
        if any(finding.subject == rule for finding in findings):
            return decision.index
    return None
