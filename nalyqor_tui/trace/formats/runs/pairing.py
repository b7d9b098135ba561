"""Pairs the runs of tools, and results in a history, with the calls that the model made.

By the id of the call where there is one; else by the tool's name and the order, within the nearest run around
the tool's that also holds the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nalyqor_tui.trace.formats.messages import Call, Result, Said
from nalyqor_tui.trace.formats.pick import at, decoded
from nalyqor_tui.trace.formats.runs.model import Run
from nalyqor_tui.trace.formats.runs.order import Tree
from nalyqor_tui.trace.formats.scribe import Heard
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.place import Place

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function", "prompt", "unknown"})


@dataclass(slots=True)
class Made:
    """A call that a model made; `out` says whether it went out, `answered` whether its result was written."""

    call: Call
    decision: str
    run: Run
    place: Place
    out: bool = True
    answered: bool = False
    named: bool = True
    """Whether the log gave it its id."""


class Pairing:
    """The calls of a session, in the order in which they were made."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._open: list[Made] = []  # without a result
        self._by_id: dict[str | None, list[Made]] = {}
        self._by_call: dict[bytes, list[Call]] = {}

    def add(self, made: Made) -> None:
        """Take note of a call."""
        self._open.append(made)
        self._by_id.setdefault(made.call.id, []).append(made)
        self._by_call.setdefault(canonical([made.call.name, made.call.arguments]), []).append(made.call)

    def named_by(self, call: str | None) -> list[Made]:
        """Return the calls with an id; where calls of several traces have the same, all of these."""
        return self._by_id.get(call, []) if call is not None else []

    def answer(self, made: Made) -> None:
        """Take note that the result of a call was written."""
        made.answered = True
        self._open = [other for other in self._open if other is not made]

    def named(self, said: Said, run: Run) -> Said:
        """Give each call without an id one of its own, so that its result can name it."""
        calls = [
            call if call.id else replace(call, id=own_id(run, index)) for index, call in enumerate(said.calls)
        ]
        return replace(said, calls=tuple(calls))

    def linked(self, heard: Iterable[Heard]) -> list[Heard]:
        """Say of each result in a history which call it answers, where the history does not say it itself."""
        out: list[Heard] = []
        waiting: list[Call] = []
        met: dict[bytes, int] = {}
        for said, place in heard:
            linked = said
            if said.calls:
                waiting = [self._known(call, met) for call in said.calls]
                if any(call.id is None for call in said.calls):
                    linked = replace(said, calls=tuple(waiting))
            elif said.results:
                answers = [_answer(result, waiting) for result in said.results]
                if any(result.call is None for result in said.results):
                    linked = replace(said, results=tuple(answers))
            elif said.role not in _ROLES and any(call.name == said.role for call in waiting):
                result = _answer(Result(said.content, name=said.role, more=said.more), waiting)
                linked = Said("tool", results=(result,))
            out.append((linked, place))
        return out

    def find(self, run: Run, given: object, call: str | None) -> Made | None:
        """Return the call that a tool's run carries out: by its id, else by name and order close to it."""
        told = self.named_by(call)
        if told:
            return told[-1]
        names = {run.name, run.name.removeprefix("execute_tool "), run.name.removeprefix("tool ")}
        fits = [made for made in self._open if made.call.name in names]
        if call is not None:  # it has an id, so it carries out no call that has another
            fits = [made for made in fits if not made.named]
        fits = [made for made in fits if made.run.trace == run.trace or not made.out]
        if not fits:
            return None
        for around in self._tree.above(run):
            within = {inner.id for inner in self._tree.below(around)} | {around.id}
            near = [made for made in fits if made.run.id in within]
            if near:
                return _same_arguments(near, given) or near[0]
        held = [made for made in fits if not made.out or self._lone(made.run, run)]
        return _same_arguments(held, given) or (held[0] if held else None)

    def _lone(self, model: Run, tool: Run) -> bool:
        """Say whether both stand at the top of one trace, which is all that is around them."""
        return not any(self._tree.above(model)) and not any(self._tree.above(tool))

    def _known(self, call: Call, met: dict[bytes, int]) -> Call:
        if call.id:
            return call
        key = canonical([call.name, call.arguments])
        nth = met[key] = met.get(key, -1) + 1
        same = self._by_call.get(key, [])
        return replace(call, id=same[nth].id) if nth < len(same) else call


def _answer(result: Result, waiting: list[Call]) -> Result:
    fits = [
        call
        for call in waiting
        if (call.id == result.call if result.call else result.name in (None, call.name))
    ]
    if not fits:
        return result
    waiting.remove(fits[0])
    return result if result.call else replace(result, call=fits[0].id)


def _same_arguments(made: Sequence[Made], given: object) -> Made | None:
    wanted = canonical(given)
    return next((one for one in made if canonical(decoded(one.call.arguments)) == wanted), None)


def own_id(run: Run, index: int) -> str:
    """Return the id of a call that the log gave none: that of the run, with its number."""
    return f"{run.id} {index + 1}"


def tool_call_id(value: object) -> str | None:
    """Return the id of the call in a tool's message, as LangChain's tools give it out."""
    found = at(value, "tool_call_id") or at(value, "kwargs", "tool_call_id")
    return found if isinstance(found, str) else None
