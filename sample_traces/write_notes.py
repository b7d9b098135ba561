"""Write the finished notes of the production run: `python -m sample_traces.write_notes`, at the project's root.

They are made as on the screen: at a decision, with evidence from the rows that it shows, through the journal.
Only the author, the clock and the ids are fixed, so that the same code writes the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

from nalyqor_tui.notes import journal as journals
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body, Claim, Evidence, Kind
from nalyqor_tui.notes.names import beside
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present import confirmations, rules, talk
from nalyqor_tui.present import decision as choice
from nalyqor_tui.present.rows import flat
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.notebook import Notebook

TRACE = Path(__file__).parent / "production.jsonl"
AUTHOR = "Sample engineer"
BEGAN = datetime.fromisoformat("2026-03-13T09:10:00.000+00:00")
_BASE_32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Pick = tuple[str, str, str]
"""A row to cite: its truth, what it refers to, and how it begins."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A note to write: where, how many minutes after the first look, and what it says; claims cite picks from 0."""

    at: str
    minutes: int
    kind: Kind
    text: str
    tags: tuple[str, ...]
    picks: tuple[Pick, ...]
    claims: tuple[Claim, ...] = ()


WHY_IT_TOLD = Planned(
    at="9.1",
    minutes=14,
    kind="reconstruction",
    text="""\
The agent told the partner of a change that had not been made. Three things came together.

It took cf1, the yes of turn 2, for live. That yes was for the order and for another address, and nobody had agreed \
to a notice. The agent crosses a yes off when it is used, but it lets none lapse.

The rule that puts the write before the notice was not in view. Rules are found by the words of the question, and \
“Has my partner been told?” found three others.

So the two steps came out almost even, and the notice was a little ahead. I think that is because “partner” had just \
been said, and “when it is done” was one line of a summary by then.""",
    tags=("stale confirmation", "missing rule", "narrow margin", "wrong order"),
    picks=(
        ("observed", "cf1", "update_record"),
        ("observed", "d16", "live"),
        ("derived", "stale-relied-upon", ""),
        ("derived", "scope-tool", ""),
        ("declared", "nalyqor.toml:31", ""),
        ("derived", "visible", ""),
        ("observed", "r9", ""),
        ("derived", "margin", ""),
    ),
    claims=(
        Claim(
            text="The notice rests on a yes that was over and was given for something else.",
            status="supported",
            evidence=(0, 1, 2, 3),
        ),
        Claim(
            text="The agent chose without the rule in view, and the choice was close.",
            status="supported",
            evidence=(4, 5, 6, 7),
        ),
        Claim(
            text="With the rule in view it would have written first. To be tried: pin the rule.",
            evidence=(4,),
        ),
    ),
)

WHY_IT_WROTE = Planned(
    at="10.2",
    minutes=31,
    kind="reconstruction",
    text="""\
The write that should have come first. The customer named 21 Mill Lane in turn 5 and was never asked to agree to it: \
the only yes in the log is for 4 Harbour Row.

The tool answered ok. That says that the order was changed, not that somebody had approved the change. The address is \
the one that the customer wanted, so nobody complained, and the survey says pass.""",
    tags=("changed arguments", "stale confirmation"),
    picks=(
        ("observed", "cf1", "update_record"),
        ("derived", "scope-arguments", ""),
        ("derived", "need.confirmation", ""),
        ("observed", "res_10", "ok"),
        ("observed", "o1", ""),
    ),
    claims=(
        Claim(text="What was done is not what was agreed to.", status="supported", evidence=(0, 1, 2)),
        Claim(text="“The tool said ok, so it was approved.”", status="contradicted", evidence=(2, 3)),
    ),
)

ASK_AGAIN = Planned(
    at="5.2",
    minutes=40,
    kind="question",
    text="""\
Should the new address have been asked for again, here? The customer takes the agreed one back, and the agent only \
says that it noted the other. By the policy the old yes stays live, as nothing ends it. For the desk to decide: should \
another address end the yes to the first?""",
    tags=("changed arguments",),
    picks=(("observed", "m10", ""), ("observed", "m11", ""), ("derived", "confirmation ledger", "")),
)

FROM_HERE_ON = Planned(
    at="6.1",
    minutes=44,
    kind="mark",
    text="From here on the agent takes cf1 for live, and the policy does not.",
    tags=("stale confirmation",),
    picks=(("observed", "d10", "live"), ("derived", "stale-believed", "")),
)

PLANNED = (WHY_IT_TOLD, WHY_IT_WROTE, ASK_AGAIN, FROM_HERE_ON)


def write(trace: Path, notes: Path | None = None) -> Path:
    """Append the notes to a notes file, by default the one beside the trace; return where they are."""
    clock = _Clock()
    with clock.set():
        journal = Journal.open(trace, notes_path=notes, author=AUTHOR)
        case = Case(Trace(trace), find(None, trace), journal)
        for planned in PLANNED:
            clock.at = BEGAN + timedelta(minutes=planned.minutes)
            _write(case, planned)
    return journal.path


def _write(case: Case, planned: Planned) -> None:
    review = case.review(0)
    decision = review.find(planned.at)
    if decision is None:
        raise LookupError(f"{case.path} has no decision {planned.at}")
    notebook = Notebook(case, review)
    views = (confirmations.view, rules.view, choice.view, talk.around)
    offers = notebook.offers([row for view in views for row in flat(view(review, decision))])
    shown = [offer.evidence for offer in offers]
    evidence = tuple(_pick(shown, pick) for pick in planned.picks)
    body = Body(
        kind=planned.kind, text=planned.text, tags=planned.tags, evidence=evidence, claims=planned.claims
    )
    notebook.save(decision, None, body, None)


def _pick(shown: Iterable[Evidence], pick: Pick) -> Evidence:
    truth, ref, begins = pick
    for evidence in shown:
        if (evidence.truth, evidence.ref) == (truth, ref) and evidence.quote.startswith(begins):
            return evidence
    raise LookupError(f"no row of the screen is {pick}")


class _Clock:
    """The time and the ids of a run that was not now."""

    def __init__(self) -> None:
        self.at = BEGAN
        self._given = 0

    @contextmanager
    def set(self) -> Iterator[None]:
        """Let the journal take its times and ids from here."""
        with mock.patch.object(journals, "now", self._now), mock.patch.object(journals, "ulid", self._ulid):
            yield

    def _now(self) -> str:
        return self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _ulid(self) -> str:
        """Return a ULID of this time, with a number where others are random."""
        self._given += 1
        value = int(self.at.timestamp() * 1000) << 80 | self._given
        return "".join(_BASE_32[value >> shift & 31] for shift in range(125, -1, -5))


def main() -> int:
    """Write the notes anew; return 1 if somebody else's are in the file, which is then left as it is."""
    path = beside(TRACE)
    if any(note.author != AUTHOR for note in Journal.open(TRACE, notes_path=path, author=AUTHOR).notes()):
        sys.stderr.write(f"{path.name} holds notes of others: move it away first\n")
        return 1
    path.unlink(missing_ok=True)
    write(TRACE, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
