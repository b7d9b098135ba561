"""Repeated runs of one case: how they chose where they had come by the same actions.

Two runs stand at the same decision point when both are of the same case, by the same agent, version and model
as far as recorded, and all their choices so far were equal: tool and arguments for a call, the bare fact for a
reply. What was said, and what the tools answered, may differ. The share of a choice is a measure of its own,
"trials", never to be taken for a margin that the agent's log recorded.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from nalyqor_tui.derive.equal import by_value
from nalyqor_tui.derive.margin import agresti_min, vote_band
from nalyqor_tui.policy.schema import Bands
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.session import Session

_DIGEST = 16  # bytes that stand for an action: enough that two are never the same by chance


@dataclass(frozen=True, slots=True)
class Case:
    """What runs must share to be runs of one case; None is what was not recorded."""

    name: str
    agent: str | None
    version: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What some of the runs chose at a point; `runs` are ordinals of their sessions in the file."""

    runs: tuple[int, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Trials:
    """The votes of repeated runs at one decision point, anchored on the run under review, which is one of them.

    `runs` counts all runs of the case, `k` those that made a choice at this point; `choices` are the most
    frequent first. `value` is the Agresti–Min difference to the next most frequent choice, with its interval.
    """

    case: str
    runs: int
    k: int
    choices: tuple[Choice, ...]
    value: float
    interval: tuple[float, float]
    band: str | None
    band_source: str

    @property
    def votes(self) -> int:
        """How many of the k chose what the run under review chose."""
        return next(len(choice.runs) for choice in self.choices if choice.chosen)


class Runs:
    """The runs of a file, each case a tree of actions in which equal beginnings are one path.

    A run is kept as the nodes that it passed, eight bytes a decision; the edges are needed only to add more.
    """

    def __init__(self) -> None:
        self._cases: dict[Case, dict[int, array[int]]] = {}
        self._case_of: dict[int, Case] = {}
        self._edges: dict[tuple[Case | int, bytes], int] = {}

    def add(self, run: int, session: Session) -> None:
        """Take in a session by its ordinal; one without a case is no run of anything."""
        self.put(run, case_of(session), choices(session))

    def put(self, run: int, case: Case | None, digests: Iterable[bytes]) -> None:
        """Take in a session by its ordinal, of which the case and the digests of the choices are known."""
        if case is not None:
            self._case_of[run] = case
            self._cases.setdefault(case, {})[run] = array("q", self._path(case, digests))

    def close(self) -> None:
        """Forget what only more runs would need: the edges, and the paths of cases that were run once."""
        self._edges.clear()
        self._cases = {case: runs for case, runs in self._cases.items() if len(runs) > 1}

    def repeated(self) -> list[Case]:
        """Return the cases that were run more than once."""
        return [case for case, runs in self._cases.items() if len(runs) > 1]

    def at(self, run: int, decision: int, bands: tuple[Bands, str] | None) -> Trials | None:
        """Count the votes at a decision of a run, None where its case was run only once."""
        case = self._case_of.get(run)
        runs = self._cases.get(case, {}) if case else {}
        if case is None or len(runs) < 2:
            return None
        mine = runs[run]
        votes: dict[int, list[int]] = {}
        for other, path in runs.items():
            if len(path) > decision and (decision == 0 or path[decision - 1] == mine[decision - 1]):
                votes.setdefault(path[decision], []).append(other)
        ordered = sorted(votes.items(), key=lambda vote: (-len(vote[1]), vote[0] != mine[decision]))
        choices = tuple(Choice(tuple(who), node == mine[decision]) for node, who in ordered)
        return _trials(case.name, len(runs), choices, bands)

    def _path(self, case: Case, digests: Iterable[bytes]) -> Iterable[int]:
        node: Case | int = case
        for one in digests:
            node = self._edges.setdefault((node, one), len(self._edges))
            yield node


def choices(session: Session) -> Iterable[bytes]:
    """Return the digests of what a session chose, in order."""
    return (digest(session.chosen(decision)) for decision in session.decisions)


def case_of(session: Session) -> Case | None:
    """Return the case that a session ran, None where its outcomes name none or more than one."""
    names = {entry.record.case for entry in session.outcomes() if isinstance(entry.record, rec.Outcome)}
    names.discard(None)
    name = names.pop() if len(names) == 1 else None
    if name is None:
        return None
    header = session.header or rec.Header(kind="trace")
    return Case(name, header.agent_name, header.agent_version, header.request_model)


def digest(action: rec.Action) -> bytes:
    """Return what an action is compared by: that it is a reply, or its tool and its arguments.

    The order of keys does not count, and 1 is 1.0; arguments that were not recorded equal only each other.
    """
    same = None if action.tool is None else [action.tool, by_value(action.arguments)]
    return hashlib.blake2b(canonical(same), digest_size=_DIGEST).digest()


def _trials(case: str, runs: int, choices: tuple[Choice, ...], bands: tuple[Bands, str] | None) -> Trials:
    k = sum(len(choice.runs) for choice in choices)
    chosen = next(len(choice.runs) for choice in choices if choice.chosen)
    other = max((len(choice.runs) for choice in choices if not choice.chosen), default=0)
    value, interval = agresti_min(chosen, other, k)
    band, source = (vote_band(interval, bands[0]), bands[1]) if bands else (None, "")
    return Trials(case, runs, k, choices, value, interval, band, source)
