"""One decision for whoever reads it away from the screen: every pane in a row, and the rows of a report.

Nothing here is new: the rows are those of the panes, with what a screen can leave to its layout said in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nalyqor_tui.phrase import phrase
from nalyqor_tui.present import confirmations, notes, rules, talk, window, words
from nalyqor_tui.present import decision as choice
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Line, Pair, Row, absent, derived, observed
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision


@dataclass(frozen=True, slots=True)
class Pane:
    """A pane as a list: its name, and its lines with pairs laid flat."""

    name: str
    lines: tuple[Row | Heading, ...]


def panes(review: Review, decision: Decision) -> list[Pane]:
    """Return everything that the screen shows of a decision, pane by pane."""
    views: dict[str, Iterable[Line]] = {
        "decision": chosen(review, decision),
        "confirmations": confirmations.view(review, decision),
        "rules": rules.view(review, decision),
        "context": window.view(review, decision),
        "conversation": talk.around(review, decision),
        "notes": noted(review, decision) or [Heading(phrase("none"))],
    }
    return [Pane(name, tuple(flat(lines))) for name, lines in views.items()]


def account(review: Review, decision: Decision) -> list[Row]:
    """Return the rows of a decision for a report, from what was said to what people wrote of it.

    What a pane says in a heading ("not recorded", "no policy") is a row here, so that a report that is cut to
    pieces still says it. Of the conversation and the window only what belongs to this decision is here.
    """
    return [
        *said(review, decision),
        *_rows(chosen(review, decision)),
        *_confirmations(review, decision),
        *_rules(review, decision),
        *_context(review, decision),
        *noted(review, decision),
    ]


def flat(lines: Iterable[Line]) -> Iterator[Row | Heading]:
    """Lay pairs flat: what was believed, then what the policy says, each naming what it is about."""
    for line in lines:
        if isinstance(line, Pair):
            for row in (line.left, line.right):
                yield replace(row, value=(*line.label, *phrase(": "), *row.value), indent=row.indent + 1)
        else:
            yield line


def asked(review: Review, decision: Decision) -> list[Row]:
    """Return in full what the user said last before the decision in its turn."""
    entries = review.session.entries
    for at in range(decision.entry - 1, -1, -1):
        if entries[at].turn != decision.turn:
            break
        record = entries[at].record
        if isinstance(record, rec.Message) and record.role == "user":
            return [observed("user", "", at, body=words.text_of(record.content))]
    return [absent("user", decision.entry, what="no user input in this turn")]


def said(review: Review, decision: Decision) -> Iterator[Row]:
    """Return the agent's words beside its choice, and its reasoning, where the log holds them."""
    at = decision.entry if decision.text is None else decision.text
    record = review.session.record(at)
    if isinstance(record, rec.Message):
        text = words.text_of(record.content)
        if text and text != review.session.chosen(decision).reply:
            yield observed("said", "", at, body=text)
        if record.reasoning:
            yield observed("reasoning", "", at, body=record.reasoning)


def chosen(review: Review, decision: Decision) -> list[Line]:
    """Return the decision pane, and the times that a screen shows in its list."""
    return [*choice.when(review, decision), *choice.view(review, decision)]


def noted(review: Review, decision: Decision) -> list[Row]:
    """Return the notes at a decision that nobody took back."""
    bound = [note for note in review.notes_at(decision) if not note.note.retracted]
    return [row for note in bound for row in notes.rows(note) if isinstance(row, Row)]


def _confirmations(review: Review, decision: Decision) -> list[Row]:
    rows = _rows(confirmations.view(review, decision))
    if rows:
        return rows
    if review.session.captures.confirmation == "all":
        says = phrase("none had been given before this decision (the log records them all)")
        return [derived("confirmations", says, "confirmation ledger", (decision.entry,))]
    return [absent("confirmations", decision.entry)]


def _rules(review: Review, decision: Decision) -> list[Row]:
    at = (decision.entry,)
    rows = _rows(rules.view(review, decision))
    governed = any(row.label == "rule" for row in rows)
    if not governed and review.policy is None:
        rows.insert(0, derived("rules", words.NO_POLICY, "governing rules", at, tone="unknown"))
    elif not governed and review.policy is not None:
        says = phrase("none of {policy} governs this decision", policy=review.policy.name)
        rows.insert(0, derived("rules", says, "governing rules", at, tone="dim"))
    if not any(row.label == "look-up" for row in rows):
        if review.session.captures.retrieval == "all":
            says = phrase("none in this turn or the one before (the log records them all)")
            rows.append(derived("look-up", says, "look-ups before the decision", at, tone="dim"))
        else:
            rows.append(absent("look-up", decision.entry))
    return rows


def _context(review: Review, decision: Decision) -> list[Row]:
    return _rows(window.summary(review, decision))


def _rows(lines: Iterable[Line]) -> list[Row]:
    return [line for line in flat(lines) if isinstance(line, Row)]
