"""Which run of a tool carries out which call of the model: by its id, else by its name and arguments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nalyqor_tui.trace.formats.messages import Call, Result, Said
from nalyqor_tui.trace.formats.messages import text as spoken
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.records import Json


@dataclass(slots=True)
class Made:
    """A call that was chosen; `logged` says whether the log gave its id, `went` whether it went out.

    `ran` says whether a run of a tool is known to carry it out.
    """

    call: Call
    decision: str | None = None
    logged: bool = True
    went: bool = False
    ran: bool = False


class Calls:
    """The calls of a session so far, and the runs that carry them out."""

    def __init__(self, waiting: Iterable[Call]) -> None:
        """Begin; `waiting` are the calls that are known to have waited for an approval."""
        self._waiting = list(waiting)
        self._all: list[Made] = []
        self._runs: dict[str, Made] = {}
        self._answers: dict[bytes, str] = {}
        self._number = 0

    def named(self, said: Said) -> Said:
        """Return a response in which each call has an id."""
        return replace(said, calls=tuple(call if call.id else self._name(call) for call in said.calls))

    def held(self, said: Said) -> tuple[int, ...]:
        """Return the numbers of the calls of a response that did not go out with it."""
        out = []
        for index, call in enumerate(said.calls):
            if (found := next((one for one in self._waiting if _fits(one, call)), None)) is not None:
                self._waiting.remove(found)
                out.append(index)
        return tuple(out)

    def made(self, said: Said, decisions: Iterable[str], held: tuple[int, ...], logged: Said) -> None:
        """Remember the calls of a response; `logged` is the response as the log has it."""
        for index, (call, name) in enumerate(zip(said.calls, decisions, strict=False)):
            ident = logged.calls[index].id is not None
            self._all.append(Made(call, name, ident, went=index not in held))

    def add(self, call: Call) -> Made:
        """Remember a call that only its run shows."""
        made = Made(call if call.id else self._name(call), logged=call.id is not None)
        self._all.append(made)
        return made

    def find(self, call: Call) -> Made | None:
        """Find the call that a run of a tool carries out."""
        left = [made for made in self._all if not made.ran and made.call.name == call.name]
        if call.id is not None and (same := [m for m in self._all if not m.ran and m.call.id == call.id]):
            return same[-1]
        left = [made for made in left if call.id is None or not made.logged]
        for made in left:
            if _arguments(made.call) == _arguments(call):
                return made
        if call.arguments is None:
            return left[0] if left else None
        return left[0] if isinstance(call.arguments, str) and len(left) == 1 else None

    def ran(self, call: Call) -> bool:
        """Tell whether a run of a tool that was told carried out this call."""
        return any(
            made.ran and _fits(made.call if made.logged else replace(made.call, id=None), call)
            for made in self._all
        )

    def run(self, key: str, made: Made, *, really: bool) -> None:
        """Remember which call a run carries out; `really` is false where it only waited for an approval."""
        self._runs[key] = made
        made.ran = made.ran or really

    def of(self, key: str) -> Made:
        """Return the call that a run carries out."""
        return self._runs[key]

    def answered(self, result: Result) -> None:
        """Remember a result, to know it again where it comes without the id of its call."""
        if result.call is not None:
            self._answers[_value(result.value)] = result.call

    def known(self, said: Said) -> Said:
        """Return a message in which results without an id have that of the call that was answered with them."""
        if all(result.call for result in said.results):
            return said
        results = (replace(r, call=r.call or self._answers.get(_value(r.value))) for r in said.results)
        return replace(said, results=tuple(results))

    def _name(self, call: Call) -> Call:
        self._number += 1
        return replace(call, id=f"call {self._number}")


def _fits(waiting: Call, call: Call) -> bool:
    if waiting.id is not None and call.id is not None:
        return waiting.id == call.id
    return waiting.name == call.name and _arguments(waiting) == _arguments(call)


def _arguments(call: Call) -> bytes:
    return canonical(call.arguments)


def _value(value: Json) -> bytes:
    return canonical(spoken(value))
