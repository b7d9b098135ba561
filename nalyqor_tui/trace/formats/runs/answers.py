"""Which runs are calls of a model, and where the log holds what the model answered.

Tracers log one call twice: as the run that made it and as a run around that. And some log the answer elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nalyqor_tui.trace.formats.messages import Said, text
from nalyqor_tui.trace.formats.payload import Asked, answered, asked, measured, message, structured, unpointed
from nalyqor_tui.trace.formats.pick import at
from nalyqor_tui.trace.formats.runs.model import Field, Run
from nalyqor_tui.trace.formats.runs.order import Tree
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json


@dataclass(slots=True)
class Exchange:
    """A call of a model: what it was given and what it answered; `told_by` is the run that holds the answer."""

    run: Run
    asked: Asked | None
    said: Said | None = None
    place: Place | None = None
    told_by: Run | None = None
    form: int = 0

    def take(self, run: Run, said: Said, pointer: str) -> None:
        """Take the answer from a run."""
        self.said = unpointed(said) if run.came.in_text else said
        self.place, self.told_by = run.came.at(pointer), run


def exchanges(tree: Tree, order: Sequence[Run]) -> dict[str, Exchange]:
    """Return the calls of models by the ids of their runs; the runs around them are not among these."""
    chosen: dict[str, Exchange] = {}
    models = [run for run in order if run.kind == "model"]
    found: dict[str, list[Exchange]] = {}
    for run in reversed(models):  # what is within a run began after it, or with it
        _calls_of(run, tree, found)
    for run in models:
        if _wrapper(run, tree) is None:
            for exchange in found.get(run.id, []):
                chosen[exchange.run.id] = exchange
    calls = [chosen[run.id] for run in models if run.id in chosen]
    for now, following in pairwise(calls):
        if now.said is None:
            _from_next(now, following)
    if calls and calls[-1].said is None:
        _from_outside(calls[-1], order)
    return chosen


def _calls_of(run: Run, tree: Tree, found: dict[str, list[Exchange]]) -> list[Exchange]:
    """Return the calls that a model's run stands for: itself, or those within it."""
    if run.id in found:
        return found[run.id]
    found[run.id] = []  # a run that is within itself stands for nothing
    own = _exchange(run)
    inner: list[Exchange] = []
    for child in tree.below(run):
        if child.kind == "model" and _wrapper(child, tree) is run:
            inner += _calls_of(child, tree, found)
    if not inner or (len(inner) == 1 and own.form > inner[0].form):
        inner = [own]
    elif inner[-1].said is None and own.said is not None and own.place is not None:
        inner[-1].said, inner[-1].place, inner[-1].told_by = own.said, own.place, run
    found[run.id] = inner
    return inner


def _wrapper(run: Run, tree: Tree) -> Run | None:
    """Return the model's run that only wraps this one; a tool or an agent between them makes two calls of them."""
    nearest = next((outer for outer in tree.above(run) if outer.kind in ("model", "tool", "agent")), None)
    return nearest if nearest is not None and nearest.kind == "model" else None


def _exchange(run: Run) -> Exchange:
    out = Exchange(run, asked(run.given.value))
    answer = answered(run.came.value)
    if answer is not None:
        out.take(run, *answer)
        out.form = structured(answer)
    return out


def _from_next(now: Exchange, following: Exchange) -> None:
    """Find an answer in what the next call was given: the message right after all that this one was given."""
    if now.asked is None or following.asked is None:
        return
    before = [_same(said) for said, _ in now.asked.heard]
    after = following.asked.heard
    if len(after) <= len(before) or [_same(said) for said, _ in after[: len(before)]] != before:
        return
    said, pointer = after[len(before)]
    if said.role == "assistant":
        field = following.run.given
        now.said = unpointed(said) if field.in_text else said
        now.place, now.told_by = field.at(pointer), following.run


def _from_outside(last: Exchange, order: Sequence[Run]) -> None:
    """Find the answer of the last call in what a later run gave out as the assistant's message."""
    later = order[next((i for i, run in enumerate(order) if run is last.run), 0) + 1 :]
    for run in later:
        said = message(run.came.value) if at(run.came.value, "role") == "assistant" else None
        if run.kind != "model" and said is not None:
            last.take(run, said, "")
            return


def margin(exchange: Exchange) -> dict[str, Json] | None:
    """Return the margin of a call, where its alternatives were recorded."""
    tools = exchange.asked.tools if exchange.asked else ()
    named = [at(tool, "function", "name") or at(tool, "name") for tool in (*tools, *exchange.run.tools)]
    return measured(exchange.run.came.value, [name for name in named if isinstance(name, str)])


def _same(said: Said) -> bytes:
    return canonical([said.role, text(said.content), [[call.name, call.arguments] for call in said.calls]])


def heard(exchange: Asked, field: Field) -> list[tuple[Said, Place]]:
    """Return the messages that a model was given with their places."""
    return [
        (unpointed(said) if field.in_text else said, field.at(pointer)) for said, pointer in exchange.heard
    ]
