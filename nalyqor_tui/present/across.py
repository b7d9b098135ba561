"""What the other sessions of a file say, read once and only when a view first asks.

A screen gives a `patience`: the reading goes on in a thread, and whoever asks before it is done is told so.
"""

from __future__ import annotations

from array import array
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from threading import Lock, Thread, main_thread

from nalyqor_tui.derive import survey
from nalyqor_tui.derive.series import Kind, collect
from nalyqor_tui.derive.trials import Case, Runs, case_of, choices
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace


@dataclass(frozen=True, slots=True)
class Sessions:
    """What is kept of all sessions: their runs by case, and their recorded margins by kind and session."""

    runs: Runs
    margins: dict[Kind, dict[int, array[float]]]

    def others(self, kind: Kind, session: int) -> dict[int, array[float]]:
        """Return the margins of a kind in all sessions but one; none where the model was not recorded."""
        if kind.model is None:
            return {}
        return {index: values for index, values in self.margins.get(kind, {}).items() if index != session}


class Across:
    """The sessions of a file side by side, for all reviews of that file."""

    def __init__(self, trace: Trace, patience: float | None = None) -> None:
        """`patience` is how long, in seconds, the first to ask may be kept waiting; None is until it is done."""
        self._trace = trace
        self._patience = patience
        self._lock = Lock()
        self._found: Future[Sessions] | None = None

    @property
    def alone(self) -> bool:
        """Whether the file holds one session only."""
        return len(self._trace.session_ids) < 2

    @cached_property
    def names(self) -> frozenset[str]:
        """The ids of the sessions."""
        return frozenset(self._trace.session_ids)

    def sessions(self) -> Sessions | None:
        """Return what all sessions say, None while they are still being read; raises what reading raises."""
        with self._lock:
            patience = self._patience if self._found is None else 0.0
            found = self._found = self._found or self._start()
        if self._patience is None:
            return found.result()
        try:
            return found.result(patience)
        except TimeoutError:
            return None

    def _start(self) -> Future[Sessions]:
        found: Future[Sessions] = Future()
        if self._patience is None:
            self._read(found)
        else:
            Thread(target=self._read, args=(found,), name="sessions", daemon=True).start()
        return found

    def _read(self, found: Future[Sessions]) -> None:
        try:
            found.set_result(self._pass())
        except Exception as error:  # noqa: BLE001  # the edge of a worker: whoever asks gets it raised
            found.set_exception(error)

    def _pass(self) -> Sessions:
        out = Sessions(Runs(), {})
        jobs = 1 if self._patience is None else None
        for index, said in enumerate(survey.each(self._trace, None, said_by, jobs, pulse=_go_on)):
            out.runs.put(index, said.case, said.choices)
            for kind, values in said.margins.items():
                out.margins.setdefault(kind, {})[index] = values
        out.runs.close()
        return out


@dataclass(frozen=True, slots=True)
class Said:
    """What one session says to the others: its case, digests of its choices if it has one, its margins by kind."""

    case: Case | None
    choices: tuple[bytes, ...]
    margins: dict[Kind, array[float]]


def said_by(index: int, session: Session, policy: Policy | None) -> Said:
    """Read what a session says to the others; margins whose model was not recorded are comparable with none."""
    case = case_of(session)
    margins = {kind: series.values for kind, series in collect(session).items() if kind.model is not None}
    return Said(case, () if case is None else tuple(choices(session)), margins)


def _go_on() -> None:
    """End the reading where the program ends."""
    if not main_thread().is_alive():
        raise RuntimeError("the program ends")
