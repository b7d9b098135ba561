"""What the row under a cursor asks about: an argument, a confirmation, a rule, or a decision as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from nalyqor_tui.derive.approval import FROM_TEXT
from nalyqor_tui.derive.consent.values import leaves
from nalyqor_tui.derive.log import called
from nalyqor_tui.phrase import plain
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Line, Pair, Row, Truth
from nalyqor_tui.present.why import Subject, is_document
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision


def subject(review: Review, decision: Decision, pane: str, lines: Sequence[Line]) -> Subject:
    """Return what the last of the `lines` of a pane is about; with no better answer, all the arguments."""
    if not lines:
        return Subject()
    asks = {"confirmations": _confirmation, "rules": _rule, "context": _document}
    return asks[pane](review, decision, lines) if pane in asks else Subject()


def made_by(review: Review, row: Row) -> Decision | None:
    """Return the decision whose choice, call or result a row of the conversation shows."""
    shown = row.origin.entries[:1]
    found = review.log.owner(shown[0]) if shown else None
    if found is None or shown[0] not in (found.entry, found.call, found.result):
        return None
    return found


def _confirmation(review: Review, decision: Decision, lines: Sequence[Line]) -> Subject:
    last = lines[-1]
    if isinstance(last, Row) and last.origin.says == (FROM_TEXT,):
        path = next((one.path for one in leaves(review.session.chosen(decision).arguments) if one.path in last.value),
                    "")  # fmt: skip
        return Subject("argument", path) if last.label == "argument" and path else Subject("confirmation")
    for line in reversed(lines):
        if isinstance(line, Pair):
            return Subject("confirmation", plain(line.label))
        if isinstance(line, Row) and line.label == "given":
            return Subject("confirmation", review.session.record(line.origin.entries[0]).id or "")
        if isinstance(line, Row) and line.label == "found" and line is last and _known(review, line.value[0]):
            return Subject("confirmation", line.value[0])
    return Subject()


def _known(review: Review, name: str) -> bool:
    return any(isinstance(record, rec.Confirmation) for record in called(review.session, name))


def _rule(review: Review, decision: Decision, lines: Sequence[Line]) -> Subject:
    last = lines[-1]
    if isinstance(last, Row) and last.truth is Truth.OBSERVED:  # the last look-up, which is no rule's
        return Subject()
    rules = (line for line in reversed(lines) if isinstance(line, Row) and line.truth is Truth.DECLARED)
    row = next(rules, None)
    return Subject() if row is None else Subject("rule", row.value[0])


def _document(review: Review, decision: Decision, lines: Sequence[Line]) -> Subject:
    last = lines[-1]
    pieces = (last.label, *last.value) if isinstance(last, Row) else ()
    found = next((piece for piece in pieces if is_document(review, piece)), None)
    return Subject() if found is None else Subject("rule", found)
