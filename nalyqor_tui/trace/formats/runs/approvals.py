"""Approvals in a graph's runs: what an interrupt put to somebody, and what the graph was resumed with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nalyqor_tui.trace.formats import interrupts
from nalyqor_tui.trace.formats.interrupts import Action, Interrupt
from nalyqor_tui.trace.formats.messages import Call
from nalyqor_tui.trace.formats.pick import at, decoded
from nalyqor_tui.trace.formats.runs.answers import Exchange
from nalyqor_tui.trace.formats.runs.model import Run
from nalyqor_tui.trace.formats.runs.results import pause_in
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json


@dataclass(frozen=True, slots=True)
class Pending:
    """An action that waits for an answer, and the id of its proposal."""

    action: Action
    proposal: str


class Desk:
    """Writes proposals and the answers to them."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe
        self._seen: set[bytes] = set()
        self.pending: list[Pending] = []

    def requested(self, found: Iterable[Interrupt], place: Place, ts: Json = None) -> None:
        """Write what was put to somebody; the same interrupt is shown by every run around it."""
        for interrupt in found:
            key = canonical([interrupt.id, interrupt.value])
            if key in self._seen:
                continue
            self._seen.add(key)
            for action in interrupt.actions:
                said = {"tool": action.tool, "arguments": action.arguments}
                beside = {"id": interrupt.id, "value": interrupt.value}
                name = self._scribe.record("proposal", place, **said, text=action.text, ts=ts, source=beside)
                self._scribe.record(
                    "confirmation",
                    place,
                    op="requested",
                    answers=name,
                    covers=said,
                    ts=ts,
                    source="interrupt",
                )
                self.pending.append(Pending(action, name))
            if not interrupt.actions:
                body = {"id": interrupt.id, "value": interrupt.value}
                self._scribe.keep(place, "langgraph:interrupt", body, ts=ts)

    def answered(self, resume: Json, place: Place, ts: Json = None) -> None:
        """Write the answers that the graph was resumed with; what is neither a yes nor a no is kept."""
        waiting, self.pending = self.pending, []
        given = interrupts.answers(resume, len(waiting))
        for pending, answer in zip(waiting, given, strict=True):
            if answer is None:
                continue
            covered = answer.edited or pending.action
            self._scribe.record(
                "confirmation",
                place,
                op=answer.op,
                answers=pending.proposal,
                covers={"tool": covered.tool, "arguments": covered.arguments},
                source="resume",
                answer=resume,
                ts=ts,
            )
        if not waiting or None in given:
            self._scribe.keep(place, "langgraph:resume", resume, ts=ts)


class Approvals:
    """The approvals of a session, told from its runs; `happened` is in which order they began and ended.

    An interrupt is shown by the run that it ended and by those around it: the first of them to end tells it.
    """

    def __init__(
        self, scribe: Scribe, happened: Sequence[tuple[Run, bool]], exchanges: Mapping[str, Exchange]
    ) -> None:
        self._desk = Desk(scribe)
        self._after: dict[str, list[Action]] = {}
        current: list[Action] = []
        for run, leaving in happened:
            if run.id in exchanges and not leaving:
                current = self._after[run.id] = []
            elif leaving:
                current += [action for found in _raised(run) for action in found.actions]

    def held(self, run: Run, calls: Sequence[Call]) -> set[int]:
        """Return the numbers of the calls that waited for an answer before they went out."""
        asked = [(action.tool, canonical(action.arguments)) for action in self._after.get(run.id, ())]
        return {
            index
            for index, call in enumerate(calls)
            if (call.name, canonical(decoded(call.arguments))) in asked
        }

    def requested(self, run: Run) -> None:
        """Write the interrupts that a run ended with."""
        self._desk.requested(_raised(run), run.place, run.ts)

    def answered(self, run: Run) -> None:
        """Write the answer that a run was resumed with."""
        for path in (("resume",), ("input", "resume")):
            resume = at(run.given.value, *path)
            if resume is not None:
                self._desk.answered(resume, run.given.at("/" + "/".join(path)), run.ts)
                return


def _raised(run: Run) -> list[Interrupt]:
    told = interrupts.listed(pause_in(run.came.value))
    return told or (interrupts.raised(run.failed) if interrupts.is_pause(run.failed) else [])
