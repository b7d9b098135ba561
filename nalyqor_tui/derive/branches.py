"""Repeated trials of one case as a tree: a node for each choice, with the runs that made it in this order.

Two runs are on the same path as long as all their choices are equal: tool and arguments for a call, the bare
fact for a reply, as in `trials`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nalyqor_tui.derive.grade import passed
from nalyqor_tui.derive.trials import Case, case_of, digest
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session


@dataclass(frozen=True, slots=True)
class Trial:
    """A run of a case: the ordinal of its session, and whether its last outcome passed (None: cannot be told)."""

    run: int
    case: Case
    passed: bool | None


@dataclass(slots=True)
class Branch:
    """A stretch of choices that the same runs made, one after the other, and what they did after it.

    `runs` are ordinals of sessions in the order of the file, `decisions` ordinals from `start` up to `end`.
    `ended` are those that chose nothing more, while others did.
    """

    start: int
    end: int
    runs: tuple[int, ...]
    branches: list[Branch] = field(default_factory=list)
    ended: tuple[int, ...] = ()


def trial(run: int, session: Session) -> Trial | None:
    """Return a session as a trial, None where its log names no case."""
    case = case_of(session)
    return None if case is None else Trial(run, case, last_passed(session))


def last_passed(session: Session) -> bool | None:
    """Say whether the last recorded outcome of a run passed; None where there is none, or it cannot be told."""
    last = next(reversed(session.outcomes()), None)
    return passed(last.record) if last is not None and isinstance(last.record, rec.Outcome) else None


def partner(of: int, trials: Iterable[Trial]) -> int | None:
    """Return the trial to compare a run with: one of its case that came out otherwise, else any other of it.

    A run that failed, or whose outcome is not known, is held against the first that passed; one that passed
    against the first that failed.
    """
    every = list(trials)
    mine = next((one for one in every if one.run == of), None)
    others = [one for one in every if mine is not None and one.case == mine.case and one.run != of]
    wanted = mine is None or mine.passed is not True
    best = [one for one in others if one.passed is wanted]
    return next((one.run for one in best or others), None)


def tree(runs: Mapping[int, Session]) -> list[Branch]:
    """Return the choices of these runs from the first on, the most frequent branch first."""
    paths = {run: [digest(action) for action in session.choices()] for run, session in runs.items()}
    out: list[Branch] = []
    open_ = [(out, tuple(runs), 0)]
    while open_:
        into, here, at = open_.pop()
        for group in _groups(paths, here, at):
            end = _together(paths, group, at)
            branch = Branch(at, end, group, ended=tuple(run for run in group if len(paths[run]) == end))
            into.append(branch)
            open_.append((branch.branches, group, end))
    return out


def _groups(paths: Mapping[int, list[bytes]], runs: tuple[int, ...], at: int) -> list[tuple[int, ...]]:
    """Part runs by what they chose at a place; those that had ended are in no group."""
    found: dict[bytes, list[int]] = {}
    for run in runs:
        if len(paths[run]) > at:
            found.setdefault(paths[run][at], []).append(run)
    return sorted((tuple(group) for group in found.values()), key=lambda group: -len(group))


def _together(paths: Mapping[int, list[bytes]], runs: tuple[int, ...], at: int) -> int:
    """Return the first place after `at` at which these runs no longer all choose the same."""
    first = paths[runs[0]]
    end = at + 1
    while end < len(first) and all(paths[run][end : end + 1] == first[end : end + 1] for run in runs):
        end += 1
    return end
