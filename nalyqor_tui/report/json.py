"""A report as JSON Lines, for programs: an object a line, in ASCII, each with its `kind`.

    report     the head: `schema`, and the facts of file, policy and selection as `[label, text]` pairs
    session    `id`, `turns`, `decisions` (how many), `latent_failure`, and the `rows` that belong to no decision,
               among them the tracks: a row for each lane
    decision   `session`, `number`, `turn`, `clock`, `since_start`, `since_previous` (seconds), `grade`, `rows`

A row has `pane`, `truth`, `label`, `value` (what its spans say together), `spans` (each `{"words": …}` of ours
or `{"data": …}`), `body` (long data), `origin`, `entries` (ordinals of the records behind it, from 0) and
`records` (their names), and `indent`. A remark of ours has `pane` and `remark`. Data stands as it was read
but for its secrets, not in its visible form; half a surrogate pair is written as its escape. `grade` is null
without a policy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator

from nalyqor_tui.phrase import Phrase, Words, plain
from nalyqor_tui.present import account, whole, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Row
from nalyqor_tui.report import tracks
from nalyqor_tui.report.head import Report, Shown, facts, gather
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Decision

SCHEMA = "nalyqor.report/1"


def render(
    reviews: Iterable[Review], selection: Selection, redaction: Redaction | None = None
) -> Iterator[str]:
    """Yield the report, one JSON object a string; raise `ExportError` where there is no session."""
    report = gather(reviews, selection, redaction)
    yield dump(_head(report))
    for shown in report.sessions:
        yield dump(_session(shown, report.redaction))
        for one in shown.decisions:
            yield dump(decision(shown.review, one, report.redaction))


def decision(review: Review, one: Decision, redaction: Redaction) -> dict[str, Json]:
    """Return one decision as an object."""
    moment = review.moments[one.index]
    grade = review.judgement.grades[one.index]
    panes = account.panes(review, one)
    return {
        "kind": "decision",
        "session": redaction.text(review.session.id),
        "number": one.number,
        "turn": one.turn,
        "clock": moment.clock if moment else None,
        "since_start": _number(moment.since_start) if moment else None,
        "since_previous": _number(moment.since_previous) if moment else None,
        "grade": None if review.policy is None else {"word": grade.word, "judged": grade.judged,
                                                     "checks": grade.checks, "failed": grade.failed},
        "rows": [line(review, pane.name, one_line, redaction) for pane in panes for one_line in pane.lines],
    }  # fmt: skip


def _head(report: Report) -> dict[str, Json]:
    told = [[fact.label, plain(fact.says)] for fact in facts(report)]
    return {"kind": "report", "schema": SCHEMA, "facts": told}


def _session(shown: Shown, redaction: Redaction) -> dict[str, Json]:
    review = shown.review
    latent = whole.latent(review)
    parts = (("session", latent), ("session", whole.about(review)), ("session", whole.outcomes(review)),
             ("session", whole.doubled(review)),
             ("tracks", tracks.rows(review)), ("unparsed", whole.unread(review)),
             ("notes", whole.lost(review)))  # fmt: skip
    return {
        "kind": "session",
        "id": redaction.text(review.session.id),
        "turns": len(review.session.turns),
        "decisions": len(review.session.decisions),
        "latent_failure": None if review.policy is None else bool(latent),
        "rows": [line(review, pane, row, redaction) for pane, rows in parts for row in rows],
    }


def line(
    review: Review, pane: str, row: Row | Heading, redaction: Redaction | None = None
) -> dict[str, Json]:
    """Return a row as an object, or a remark of ours; without a redaction it is whole."""
    redaction = redaction or Redaction(off=True)
    shown = redaction.line(row)
    if isinstance(shown, Heading):
        return {"pane": pane, "remark": plain(shown.says)}
    return {
        "pane": pane,
        "truth": shown.truth.value,
        "label": shown.label,
        "value": plain(shown.value),
        "spans": _spans(shown.value),
        "body": shown.body,
        "origin": plain(shown.origin.says),
        "entries": list(shown.origin.entries),
        "records": [redaction.text(words.name(review.session, at)) for at in shown.origin.entries],
        "indent": shown.indent,
    }


def _spans(value: Phrase) -> list[dict[str, str]]:
    return [{"words" if isinstance(piece, Words) else "data": piece} for piece in value if piece]


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def dump(value: Json) -> str:
    """Write an object in one line of ASCII."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
