"""The list of sessions: one row for each, small enough that a million of them are no matter."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from nalyqor_tui.derive import survey
from nalyqor_tui.derive.branches import Trial, trial
from nalyqor_tui.derive.corpus import WRONG, Run, sum_up
from nalyqor_tui.derive.grade import ORDER, Word
from nalyqor_tui.derive.judge import Judgement, judge
from nalyqor_tui.derive.shared import Shared
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A row of the session list: the session summed up, what its log says of the output, and its trial.

    `says` is how the first words of the user begin, empty where none are recorded; `begins` writes that.
    `worst` and `wrong` (how many decisions were flawed or bad) are those of the run, worked out once.
    """

    run: Run
    outcome: Phrase
    judged: bool
    trial: Trial | None
    worst: Word
    wrong: int
    says: str = ""

    @property
    def begins(self) -> Phrase:
        """How the first words of the user begin, between quotes."""
        if len(self.says) > _SAYS:
            return phrase("“{says}…”", says=self.says[:_SAYS])
        return phrase("“{says}”", says=self.says) if self.says else words.NOT_RECORDED

    @property
    def problems(self) -> int | None:
        """How many decisions were flawed or bad; None where nothing could be judged."""
        return self.wrong if self.judged else None

    @property
    def kind(self) -> str:
        """The worst grade; where its worst fail is a low one, that is said beside it."""
        return f"{self.worst}, low" if self.run.severity == "low" else self.worst

    @property
    def latent(self) -> bool:
        """Whether its output passed although a decision was flawed or bad."""
        return self.run.passed is True and self.worst in WRONG

    @property
    def rank(self) -> tuple[int, ...]:
        """The place in a list of the worst first, as the run has it."""
        severity = _SEVERITIES.index(self.run.severity)
        return (not self.latent, ORDER.index(self.worst), severity, -self.wrong, self.run.index)


MANY: Final = 20_000
"""Of so many sessions at most it is kept how each begins."""

_SAYS: Final = 100  # characters of that
_SEVERITIES = ("high", "medium", "low", None)
_SMALL = 8  # decisions of a session whose row may say the same as others


def session_row(review: Review) -> SessionRow:
    """Sum up one session: what its log says of the output beside what was found of its decisions."""
    return _row(review.index, review.session, review.policy, review.judgement)


def row_of(index: int, session: Session, policy: Policy | None) -> SessionRow:
    """Judge a session and sum it up."""
    return _row(index, session, policy, judge(session, policy))


def _row(index: int, session: Session, policy: Policy | None, judgement: Judgement) -> SessionRow:
    outcomes = [e.record for e in session.outcomes() if isinstance(e.record, rec.Outcome)]
    says = words.outcome(outcomes[-1]) if outcomes else words.NOT_RECORDED
    run = sum_up(index, session, judgement)
    tried, heard = trial(index, session), _first_words(session)
    return SessionRow(run, says, policy is not None, tried, run.worst, run.problems, heard)


def _first_words(session: Session) -> str:
    """Return how the first message of a user begins that has any words; empty where none is recorded."""
    for turn in session.turns:
        record = None if turn.user is None else session.record(turn.user)
        if isinstance(record, rec.Message) and (said := words.text_of(record.content).strip()):
            return said[: _SAYS + 1].rstrip()
    return ""


def read(trace: Trace, policy: Policy | None, pulse: Callable[[], None]) -> Generator[SessionRow, None, None]:
    """Yield the row of each session in the order of the trace, by several processes where that is faster.

    `pulse` is called again and again meanwhile, and ends the reading by an exception.
    """
    shared, ids = Shared(), trace.session_ids
    for row in survey.each(trace, policy, row_of, pulse=pulse):
        pulse()
        run = shared.run(row.run, ids[row.run.index])
        tried = None if row.trial is None else replace(row.trial, case=shared.same(row.trial.case))
        says = row.says if len(ids) <= MANY else ""
        yield replace(row, run=run, outcome=shared.phrase(row.outcome), trial=tried, says=says)


class SessionRows(Mapping[int, SessionRow]):
    """The rows of the sessions that were read so far, by their ordinals; small ones that say the same are kept once.

    Rows are taken in by one thread; others may sort sessions meanwhile.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        """`ids` are those of all sessions."""
        self._ids = ids
        self.clear()

    def put(self, row: SessionRow) -> None:
        """Take in the row of a session."""
        (kind_of, kinds), index = self._held, row.run.index
        self._known += not kind_of[index]
        key = _key(row)
        kind = self._numbers.get(key) if key is not None else None
        if kind is None:
            kinds.append(row)
            kind = len(kinds)
            if key is not None:
                self._numbers[key] = kind
        kind_of[index] = kind

    def clear(self) -> None:
        """Forget all of them."""
        self._numbers: dict[Hashable, int] = {}
        self._known = 0
        kinds: list[SessionRow] = []
        self._held = array("I", bytes(4 * len(self._ids))), kinds  # the number of each one's kind, 0 for none

    def of(self, ids: Sequence[str]) -> SessionRows:
        """Return the rows of those sessions that stand at their place among other ids, too.

        None of them, where only the one or the other are so many that first words are not kept.
        """
        if (len(ids) > MANY) != (len(self._ids) > MANY):
            return SessionRows(ids)
        kind_of, kinds = self._held
        same = (
            kind if one == other else 0 for kind, one, other in zip(kind_of, self._ids, ids, strict=False)
        )
        out = SessionRows(ids)
        taken = array("I", same)
        out._held = taken + array("I", bytes(4 * (len(ids) - len(taken)))), list(kinds)
        out._numbers, out._known = dict(self._numbers), len(taken) - taken.count(0)
        return out

    def worst_first(self, listed: Sequence[int]) -> list[int]:
        """Sort sessions by the rank of their rows, those that were not read last; of one rank, they stay in order."""
        live, kinds = self._held
        kind_of = live[:]  # before the kinds are looked at: each that it names is among them
        ranks = [row.rank[:-1] for row in kinds]
        places = {rank: place for place, rank in enumerate(sorted(set(ranks)))}
        place_of = [len(places), *map(places.__getitem__, ranks)]
        return sorted(listed, key=lambda index: place_of[kind_of[index]])

    def like(self, index: int) -> SessionRow | None:
        """Return a row that says what a session's does but for which session it is; None where it was not read."""
        kind_of, kinds = self._held
        kind = kind_of[index] if 0 <= index < len(kind_of) else 0
        return kinds[kind - 1] if kind else None

    def alike(self) -> Iterator[tuple[int, SessionRow]]:
        """Yield each session that was read with such a row: of very many, no row is made for it."""
        kind_of, kinds = self._held
        return ((index, kinds[kind - 1]) for index, kind in enumerate(kind_of) if kind)

    def trials(self) -> Iterator[Trial]:
        """Yield the trials among the sessions that were read."""
        return (replace(row.trial, run=index) for index, row in self.alike() if row.trial is not None)

    def get(self, index: int, default: object = None, /) -> SessionRow | None:  # type: ignore[override]
        """Return the row of a session, None where it was not read."""
        row = self.like(index)
        if row is None or row.run.index == index:
            return row
        run = replace(row.run, index=index, id=self._ids[index])
        return replace(row, run=run, trial=row.trial and replace(row.trial, run=index))

    def __getitem__(self, index: int) -> SessionRow:
        if (row := self.get(index)) is None:
            raise KeyError(index)
        return row

    def __iter__(self) -> Iterator[int]:
        return (index for index, _ in self.alike())

    def __len__(self) -> int:
        return self._known

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and self.like(index) is not None


def _key(row: SessionRow) -> Hashable:
    """Return what rows that say the same have in common; None for a row that is large enough to be kept by itself.

    The parts of rows that were `read` are shared, so that they are the same where they are equal; they live as long
    as a row that is kept.
    """
    run = row.run
    if len(run.decisions) > _SMALL:
        return None
    about = (run.case, run.agent, run.version, run.model, run.passed, run.turns, run.unparsed, run.severity)
    trial = row.trial and (row.trial.case, row.trial.passed)
    return (
        about,
        *map(id, run.decisions),
        id(row.outcome),
        row.judged,
        trial,
        row.worst,
        row.wrong,
        row.says,
    )
