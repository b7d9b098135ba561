"""Many sessions in tables: output beside decisions, the worst first, rates by stratum, conditions that meet, trials.

Each row of a table knows the sessions or decisions behind it, so that every figure can be opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nalyqor_tui.derive import corpus
from nalyqor_tui.derive.conditions import CONDITIONS
from nalyqor_tui.derive.corpus import Run, Spot
from nalyqor_tui.derive.grade import ORDER
from nalyqor_tui.derive.stats import Share, wilson
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present.words import NOT_RECORDED

_ABSENT = phrase("–")


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of a table, and what is behind it: ordinals of sessions, and decisions in them."""

    cells: tuple[Phrase, ...]
    runs: tuple[int, ...] = ()
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name for a key, its title, the heads of its columns, its rows and what to know of it."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[Figure, ...]
    remark: str = ""


def tables(runs: Sequence[Run], *, judged: bool) -> list[Table]:
    """Return all tables that these runs give; without a policy nothing can be said of decisions."""
    found = [outputs(runs), sessions(runs, judged=judged), *(stratum(runs, by) for by in corpus.STRATA)]
    found += [held(runs), together(runs), trials(runs), passes(runs)]
    return [table for table in found if table.rows]


def outputs(runs: Sequence[Run]) -> Table:
    """Output beside decisions: how many sessions stand in each corner, the latent failures named."""
    corners = corpus.quadrants(runs)
    rows = []
    for output in corpus.OUTPUTS:
        for word in ORDER:
            inside = corners[output, word]
            if inside:
                latent = phrase("latent failure") if inside[0].latent else ()
                cells = (own(output), own(word), _count(len(inside)), latent)
                rows.append(Figure(cells, tuple(run.index for run in inside)))
    head = ("output (observed)", "worst decision (derived)", "sessions", "")
    return Table("outputs", "Output and decisions", head, tuple(rows))


def sessions(runs: Sequence[Run], *, judged: bool) -> Table:
    """The sessions, the worst first."""
    rows = tuple(
        Figure(
            (
                phrase("{id}", id=run.id),
                own(run.output),
                own(run.worst) if judged else phrase("unknown: no policy"),
                _count(run.problems) if judged else _ABSENT,
                _count(len(run.decisions)),
                phrase("latent failure") if run.latent else (),
            ),
            (run.index,),
            tuple((run.index, at) for at, made in enumerate(run.decisions) if made.grade in corpus.WRONG),
        )
        for run in sorted(runs, key=lambda run: run.rank)
    )
    head = ("session", "output (observed)", "worst decision (derived)", "flawed or bad", "decisions", "")
    return Table("sessions", "Sessions, the worst first", head, rows)


def stratum(runs: Sequence[Run], by: str) -> Table:
    """How many decisions went wrong, by tool, model and so on, with how many cannot be told."""
    rows = tuple(
        Figure(
            (
                NOT_RECORDED if each.name is None else phrase("{name}", name=each.name),
                _rate(each.wrong),
                _rate(each.unknown),
                _count(each.unjudged),
            ),
            tuple(dict.fromkeys(run for run, _ in each.spots)),
            each.spots,
        )
        for each in corpus.strata(runs, by)
    )
    head = (by, "flawed or bad", "cannot be told", "not judged")
    named = any(cells.cells[0] != NOT_RECORDED for cells in rows)
    return Table(by, f"Decisions by {by}", head, rows if named else (), "shares with 95 % Wilson intervals")


def held(runs: Sequence[Run]) -> Table:
    """How often each condition held, of the decisions of which it could be told."""
    rows = []
    for name, means in CONDITIONS.items():
        told = [
            ((run.index, at), made.conditions[name])
            for run in runs
            for at, made in enumerate(run.decisions)
            if name in made.conditions
        ]
        if told:
            spots = tuple(spot for spot, value in told if value)
            known = sum(value is not None for _, value in told)
            cells = (own(name), own(means), _rate_of(len(spots), known), _count(len(told) - known))
            rows.append(Figure(cells, tuple(dict.fromkeys(run for run, _ in spots)), spots))
    head = ("condition", "it means", "held", "cannot be told")
    return Table("conditions", "Conditions", head, tuple(rows), "of the decisions that were asked about it")


def together(runs: Sequence[Run]) -> Table:
    """Which conditions held together more often than by chance."""
    rows = tuple(
        Figure(
            (
                own(f"{pair.first} × {pair.second}"),
                _count(pair.both),
                _count(pair.only_first),
                _count(pair.only_second),
                _count(pair.neither),
                own(f"{pair.odds.ratio:.1f} [{pair.odds.low:.1f}, {pair.odds.high:.1f}], p {pair.odds.p:.2g}")
                if pair.odds
                else phrase("too few to tell"),
            ),
            tuple(dict.fromkeys(run for run, _ in pair.spots)),
            pair.spots,
        )
        for pair in corpus.together(runs)
    )
    head = ("conditions", "both", "only the first", "only the second", "neither", "odds ratio")
    remark = f"95 % intervals; with fewer than {corpus.THIN} decisions on a side no odds are worked out"
    return Table("together", "Conditions that meet", head, rows, remark)


def trials(runs: Sequence[Run]) -> Table:
    """The cases that were run more than once, those that disagree first."""
    rows = tuple(
        Figure(
            (
                phrase("{case}", case=case.case),
                phrase("{k} of {n}", k=case.passed, n=case.recorded),
                _count(len(case.runs)),
                phrase("its runs disagree") if case.disagree else (),
            ),
            case.runs,
        )
        for case in corpus.trials(runs)
    )
    head = ("case (observed)", "passed (observed)", "runs", "")
    return Table("trials", "Cases that were run more than once", head, rows)


def passes(runs: Sequence[Run]) -> Table:
    """The chance that k runs of a case all pass, beside the mean, which is k = 1."""
    rows = tuple(
        Figure((own(f"pass^{k}" if k > 1 else "pass^1, the mean"), own(f"{chance:.1%}"), _count(cases)))
        for k, chance, cases in corpus.passes(corpus.trials(runs))
    )
    return Table("passes", "Do all trials pass?", ("measure", "value", "cases"), rows)


def _count(n: int) -> Phrase:
    return own(f"{n:,}")


def _rate_of(k: int, n: int) -> Phrase:
    return _rate(wilson(k, n))


def _rate(share: Share) -> Phrase:
    if not share.n:
        return _ABSENT
    low, high = f"{100 * share.low:.0f}", f"{100 * share.high:.0f}"
    return own(f"{share.k}/{share.n}, {share.k / share.n:.0%} [{low}–{high}]")
