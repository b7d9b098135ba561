"""Many sessions summed up: output beside decisions, rates by stratum, conditions that occur together, repeated trials.

A `Run` is what is kept of a session, small enough to be sent between processes. Everything here is counted from
runs in the order of the trace, so that the figures do not depend on who worked them out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Final

from nalyqor_tui.derive.conditions import CONDITIONS, conditions
from nalyqor_tui.derive.grade import ORDER, Word, passed
from nalyqor_tui.derive.judge import Judgement
from nalyqor_tui.derive.stats import Odds, Share, odds, pass_k, wilson
from nalyqor_tui.derive.trials import case_of
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session

THIN: Final = 5
"""Of fewer decisions than this with a condition, or without it, no odds are worked out."""

IMPLIED: Final = ({"stale", "unconfirmed"}, {"scope", "unconfirmed"})
"""Pairs of conditions of which one mostly follows from the other: that they meet says nothing."""

Spot = tuple[int, int]  # the ordinals of a session and of a decision in it

OUTPUTS: Final = ("passed", "failed", "not recorded")
WRONG: Final[frozenset[Word]] = frozenset({"bad", "flawed"})


@dataclass(frozen=True, slots=True)
class Made:
    """A decision: its number, its tool (None for a reply), its grade, the conditions that were asked about."""

    number: str
    tool: str | None
    grade: Word
    conditions: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Run:
    """A session: what its log says of its output beside the grades of its decisions; None is not recorded."""

    index: int
    id: str
    case: str | None
    agent: str | None
    version: str | None
    model: str | None
    passed: bool | None
    turns: int
    unparsed: int
    severity: str | None
    decisions: tuple[Made, ...]

    @property
    def worst(self) -> Word:
        """The worst grade of its decisions."""
        found = {made.grade for made in self.decisions}
        return next((word for word in ORDER if word in found), "not judged")

    @property
    def output(self) -> str:
        """What the log says of its output, in a word."""
        return {True: "passed", False: "failed", None: "not recorded"}[self.passed]

    @property
    def latent(self) -> bool:
        """Whether its output passed although a decision was flawed or bad."""
        return self.passed is True and self.worst in WRONG

    @property
    def problems(self) -> int:
        """How many of its decisions were flawed or bad."""
        return sum(made.grade in WRONG for made in self.decisions)

    @property
    def rank(self) -> tuple[int, ...]:
        """The place in a list of the worst first: latent failures, then by grade, severity and how many."""
        severity = ("high", "medium", "low", None).index(self.severity)
        return (not self.latent, ORDER.index(self.worst), severity, -self.problems, self.index)


def sum_up(index: int, session: Session, judgement: Judgement) -> Run:
    """Return what is kept of a session."""
    made = []
    for decision in session.decisions:
        consent = judgement.consents.get(decision.index)
        held = conditions(judgement.findings[decision.index], consent.cls if consent else None)
        tool = session.chosen(decision).tool
        made.append(Made(decision.number, tool, judgement.grades[decision.index].word, held))
    outcomes = [entry.record for entry in session.outcomes() if isinstance(entry.record, rec.Outcome)]
    case, header = case_of(session), session.header or rec.Header(kind="trace")
    fails = {f.severity for found in judgement.findings for f in found if f.verdict == "fail"}
    return Run(
        index,
        session.id,
        case.name if case else None,
        header.agent_name,
        header.agent_version,
        header.request_model,
        passed(outcomes[-1]) if outcomes else None,
        len(session.turns),
        len(list(session.ordinals(rec.Unparsed))),
        next((severity for severity in ("high", "medium", "low") if severity in fails), None),
        tuple(made),
    )


def packed(run: Run) -> dict[str, Any]:
    """Return a run as JSON values."""
    return asdict(run)


def unpacked(value: Mapping[str, Any]) -> Run:
    """Return the run of `packed` values; raises TypeError or KeyError for what is none."""
    made = tuple(Made(**each) for each in value["decisions"])
    return Run(**{**value, "decisions": made})


def quadrants(runs: Iterable[Run]) -> dict[tuple[str, Word], list[Run]]:
    """Return the runs by what the log says of the output and by their worst grade."""
    out: dict[tuple[str, Word], list[Run]] = {(output, word): [] for output in OUTPUTS for word in ORDER}
    for run in runs:
        out[run.output, run.worst].append(run)
    return out


@dataclass(frozen=True, slots=True)
class Stratum:
    """The decisions that share a tool, model, version or agent: how many went wrong and how many cannot be told.

    `wrong` and `unknown` are shares of the decisions that could be judged at all; `unjudged` counts the others.
    """

    name: str | None
    wrong: Share
    unknown: Share
    unjudged: int
    spots: tuple[Spot, ...]


STRATA: Final[Mapping[str, Callable[[Run, Made], str | None]]] = {
    "tool": lambda run, made: made.tool or "(reply)",
    "model": lambda run, made: run.model,
    "agent": lambda run, made: run.agent,
    "agent version": lambda run, made: run.version,
    "case": lambda run, made: run.case,
}
"""By what the decisions can be told apart."""


def strata(runs: Iterable[Run], by: str) -> list[Stratum]:
    """Return the strata of the decisions, the worst first; `spots` are the decisions that went wrong."""
    name_of, groups = STRATA[by], dict[str | None, list[tuple[Spot, Made]]]()
    for run in runs:
        for at, made in enumerate(run.decisions):
            groups.setdefault(name_of(run, made), []).append(((run.index, at), made))
    out = []
    for name, members in groups.items():
        judged = [(spot, made) for spot, made in members if made.grade != "not judged"]
        wrong = tuple(spot for spot, made in judged if made.grade in WRONG)
        unknown = sum(made.grade == "unproven" for _, made in judged)
        n = len(judged)
        out.append(Stratum(name, wilson(len(wrong), n), wilson(unknown, n), len(members) - n, wrong))
    return sorted(out, key=lambda s: (-(s.wrong.k / s.wrong.n if s.wrong.n else 0), -s.wrong.n, s.name or ""))


@dataclass(frozen=True, slots=True)
class Together:
    """Two conditions over the decisions of which both could be told; `odds` is None where that is too thin."""

    first: str
    second: str
    both: int
    only_first: int
    only_second: int
    neither: int
    odds: Odds | None
    spots: tuple[Spot, ...]

    @property
    def n(self) -> int:
        """The decisions of which both could be told."""
        return self.both + self.only_first + self.only_second + self.neither


def together(runs: Sequence[Run]) -> list[Together]:
    """Return each pair of conditions that could be told of some decisions, the most frequent pair first."""
    every = [((run.index, at), made.conditions) for run in runs for at, made in enumerate(run.decisions)]
    pairs = (_pair(every, *names) for names in combinations(CONDITIONS, 2) if set(names) not in IMPLIED)
    return sorted((pair for pair in pairs if pair.n), key=lambda pair: -pair.both)


def _pair(every: list[tuple[Spot, Mapping[str, bool | None]]], first: str, second: str) -> Together:
    cells: dict[tuple[bool, bool], list[Spot]] = {(a, b): [] for a in (True, False) for b in (True, False)}
    for spot, held in every:
        a, b = held.get(first), held.get(second)
        if a is not None and b is not None:
            cells[a, b].append(spot)
    both, only_first, only_second, neither = (len(spots) for spots in cells.values())
    least = min(both + only_first, both + only_second, only_second + neither, only_first + neither)
    ratio = odds(both, only_first, only_second, neither) if least >= THIN else None
    spots = tuple(cells[True, True])
    return Together(first, second, both, only_first, only_second, neither, ratio, spots)


@dataclass(frozen=True, slots=True)
class Trials:
    """A case that was run more than once: how many runs passed, of those whose output was recorded."""

    case: str
    passed: int
    recorded: int
    runs: tuple[int, ...]

    @property
    def disagree(self) -> bool:
        """Whether some of its runs passed and some did not."""
        return 0 < self.passed < self.recorded


def trials(runs: Iterable[Run]) -> list[Trials]:
    """Return the cases that were run more than once, those whose runs disagree first."""
    cases: dict[str, list[Run]] = {}
    for run in runs:
        if run.case is not None:
            cases.setdefault(run.case, []).append(run)
    out = [
        Trials(
            case,
            sum(run.passed is True for run in of),
            sum(run.passed is not None for run in of),
            tuple(run.index for run in of),
        )
        for case, of in cases.items()
        if len(of) > 1
    ]
    return sorted(out, key=lambda case: (not case.disagree, case.passed / max(1, case.recorded)))


def passes(of: Sequence[Trials]) -> list[tuple[int, float, int]]:
    """Return for each k the mean chance that k runs of a case all pass, and how many cases have so many runs."""
    most = max((case.recorded for case in of), default=0)
    out = []
    for k in range(1, most + 1):
        fit = [pass_k(case.recorded, case.passed, k) for case in of if case.recorded >= k]
        out.append((k, sum(fit) / len(fit), len(fit)))
    return out
