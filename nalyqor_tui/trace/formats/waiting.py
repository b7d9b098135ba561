"""Calls that were put to somebody before they went out: each goes out when that was told, or never."""

from __future__ import annotations

from collections.abc import Collection

from nalyqor_tui.trace.formats.messages import Call, Said
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Spread
from nalyqor_tui.trace.records import Json


class Waiting:
    """Holds back the calls with these ids; the others go out with the response that made them."""

    def __init__(self, scribe: Scribe, ids: Collection[str] = ()) -> None:
        self._scribe = scribe
        self._ids = frozenset(ids)
        self._held: dict[str, tuple[Call, str, Place]] = {}

    def step(self, place: Place | Spread, said: Said, **known: Json) -> None:
        """Write a response of the model, without the calls that are held back."""
        held = {number for number, call in enumerate(said.calls) if call.id in self._ids}
        names = self._scribe.step(place, said, **known, held=held)
        for number in held:
            call = said.calls[number]
            self._held[call.id or ""] = (call, names[number], place.below(call.pointer))

    def go(self, name: str | None, **known: Json) -> None:
        """Write a call that was held back: it goes out now."""
        if (held := self._held.pop(name or "", None)) is not None:
            call, decision, place = held
            self._scribe.call(place, call, decision=decision, **known)

    def never(self, name: str | None) -> str | None:
        """Let go of a call that will not go out; return the id of its decision, which a result then answers."""
        held = self._held.pop(name or "", None)
        return held[1] if held is not None else None

    def end(self) -> None:
        """Write the calls of which nothing more was told, as the log shows them: made."""
        for name in list(self._held):
            self.go(name)
