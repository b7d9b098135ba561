"""The trials of one case as a tree in rows: each choice with how many made it, and how their runs came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nalyqor_tui.derive.branches import Branch, Trial, tree, trial
from nalyqor_tui.errors import UsageError
from nalyqor_tui.phrase import Phrase, counted, join, own, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.rows import Row, Tone, derived
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

_NAMES = 6  # runs that are named
_ALONE = 4  # decisions that are listed where a trial goes on alone
_WORDS = {True: "passed", False: "failed", None: "not told"}
RULE = "trials, choice by choice"


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the tree: the runs that came here, and the decision by its ordinal, None where they end.

    The row's evidence are records of the first of the runs. `fork` says that other runs went another way here.
    """

    row: Row
    runs: tuple[int, ...]
    decision: int | None
    fork: bool


class Trials:
    """The runs of one case in a trace, by agent, version and model as far as recorded."""

    def __init__(self, trace: Trace, name: str, among: Iterable[int] | None = None) -> None:
        """Read the runs of the case `name`; raise UsageError where it was not run twice.

        `among` are the sessions that may be such runs, all where it is not known.
        """
        self.trace = trace
        self.name = name
        self.trials: list[Trial] = []
        self.sessions: dict[int, Session] = {}
        cases: dict[str, int] = {}
        for index in range(len(trace.session_ids)) if among is None else among:
            session = trace.read(index)
            found = trial(index, session)
            if found is None:
                continue
            cases[found.case.name] = cases.get(found.case.name, 0) + 1
            if found.case.name == name:
                self.trials.append(found)
                self.sessions[index] = session
        if len(self.trials) < 2:
            raise UsageError(
                f"{('no trial', 'only one trial')[len(self.trials)]} of the case `{name}` is here",
                path=trace.path,
                remedy=repeated(cases),
            )

    @cached_property
    def nodes(self) -> list[Node]:
        """All rows, a tree for each agent that ran the case."""
        out: list[Node] = []
        cases = list(dict.fromkeys(one.case for one in self.trials))
        for case in cases:
            runs = {one.run: self.sessions[one.run] for one in self.trials if one.case == case}
            if len(cases) > 1:
                agent = [
                    phrase("{part}", part=part) for part in (case.agent, case.version, case.model) if part
                ]
                says = (join(" ", agent) or words.NOT_RECORDED) + phrase(": ") + self.counts(tuple(runs))
                out.append(Node(derived("agent", says, RULE, ()), tuple(runs), None, False))
            out += self._tree(runs)
        return out

    def passed(self, run: int) -> bool | None:
        """Say how a run came out."""
        return next(one.passed for one in self.trials if one.run == run)

    def counts(self, runs: Sequence[int]) -> Phrase:
        """Count how these runs came out."""
        found = [self.passed(run) for run in runs]
        told = [f"{found.count(verdict)} {word}" for verdict, word in _WORDS.items() if verdict in found]
        return own(", ".join(told))

    def names(self, runs: Sequence[int]) -> Phrase:
        """Name runs with how each came out."""
        ids = self.trace.session_ids
        shown = [phrase("{id} ", id=ids[run]) + own(f"({_WORDS[self.passed(run)]})") for run in runs[:_NAMES]]
        return join(", ", shown) + (own(f" and {len(runs) - _NAMES} more") if len(runs) > _NAMES else ())

    def pair(self, runs: Sequence[int]) -> tuple[int, int] | None:
        """Return two of these runs to compare: the first that passed and the first that failed, else the first two."""
        good = next((run for run in runs if self.passed(run) is True), None)
        bad = next((run for run in runs if self.passed(run) is False), None)
        if good is not None and bad is not None:
            return (good, bad)
        return (runs[0], runs[1]) if len(runs) > 1 else None

    def _tree(self, runs: Mapping[int, Session]) -> Iterator[Node]:
        """Yield the rows of the runs of one agent, each branch before those that go out from it."""
        first = tree(runs)
        waiting = [(branch, 0, len(first) > 1) for branch in reversed(first)]
        while waiting:
            branch, depth, fork = waiting.pop()
            yield from self._branch(branch, depth, runs, fork)
            parted = len(branch.branches) + bool(branch.ended) > 1
            waiting += [(child, depth + 1, parted) for child in reversed(branch.branches)]

    def _branch(self, branch: Branch, depth: int, runs: Mapping[int, Session], fork: bool) -> Iterator[Node]:
        """Yield the rows of one branch: its choices, then the runs that ended with it."""
        session, tone = runs[branch.runs[0]], self._tone(branch.runs)
        end = branch.end if len(branch.runs) > 1 else min(branch.end, branch.start + _ALONE)
        for at in range(branch.start, end):
            decision = session.decisions[at]
            action = session.chosen(decision)
            says = phrase("a reply") if action.tool is None else words.action(action, 60)
            if at > branch.start:
                yield Node(
                    derived("then", says, RULE, (decision.entry,), indent=depth), branch.runs, at, False
                )
                continue
            says = own(f"{len(branch.runs)} of {len(runs)}  ") + says + own("  — ") + self.counts(branch.runs)
            label = "fork" if fork else "choice"
            row = derived(label, says, RULE, (decision.entry,), tone=tone, indent=depth)
            yield Node(replace(row, bar=len(branch.runs) / len(runs)), branch.runs, at, fork)
        if end < branch.end:
            says = counted(branch.end - end, "decision more, of one trial alone")
            row = derived("then", says, RULE, (session.decisions[end].entry,), tone="dim", indent=depth)
            yield Node(row, branch.runs, end, False)
        if branch.ended:
            ended = self._tone(branch.ended)
            row = derived("end", self.names(branch.ended), RULE, (), tone=ended, indent=depth)
            yield Node(row, branch.ended, None, False)

    def _tone(self, runs: Sequence[int]) -> Tone:
        found = {self.passed(run) for run in runs}
        tones: dict[bool | None, Tone] = {True: "pass", False: "fail", None: "plain"}
        return tones[found.pop()] if len(found) == 1 else "remark"


def repeated(cases: Mapping[str, int]) -> str:
    """Say which cases were run more than once, as a remedy."""
    names = [name for name, count in cases.items() if count > 1]
    if not names:
        return "no case of this trace was run more than once"
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return "run more than once: " + ", ".join(f"`{name}`" for name in names[:_NAMES]) + more
