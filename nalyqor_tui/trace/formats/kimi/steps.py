"""One step of the model, put together from the parts that were logged one by one."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages import Call, Piece, Said, joined
from nalyqor_tui.trace.formats.pick import decoded, first, obj, rest, txt
from nalyqor_tui.trace.formats.waiting import Waiting
from nalyqor_tui.trace.place import Place, Spread
from nalyqor_tui.trace.records import Json


class Steps:
    """Gathers parts until the step is closed; remembers the calls by their ids."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._parts: list[tuple[Said, Place]] = []
        self._about: dict[str, Any] = {}
        self._ts: Json = None
        self.calls: dict[str, Call] = {}

    def begin(self, about: dict[str, Any], ts: Json) -> None:
        """Begin a step; `about` is what the log says of it."""
        self.close()
        self._about, self._ts = about, ts

    def part(self, part: dict[str, Any], place: Place) -> None:
        """Take a part of what the model said: thoughts, or words, or something else that is shown."""
        more = rest(part, ("type", "think"))
        if part.get("type") == "think":
            said = Said(
                "assistant",
                reasoning=txt(part.get("think")),
                more={k: v for k, v in more.items() if v is not None},
            )
        else:
            plain = set(part) == {"type", "text"}
            said = Said("assistant", txt(part.get("text")) if plain else [part])
        self._parts.append((said, place))

    def call(self, made: dict[str, Any], place: Place) -> None:
        """Take a call: `name` and `args`, or a function as OpenAI writes it."""
        function = obj(made.get("function"))
        name = txt(made.get("name")) or txt(function.get("name"))
        given = first(made, "args", "arguments") if "function" not in made else function.get("arguments")
        own = txt(made.get("toolCallId")) or txt(made.get("id"))
        if name is None:
            said = Said("assistant", unread=(Piece("a call without a tool's name", made, ""),))
        else:
            known = ("type", "name", "args", "arguments", "function", "toolCallId", "id")
            more = {key: value for key, value in rest(made, known).items() if value is not None}
            call = Call(name, decoded(given), own, "", more)
            if own:
                self.calls[own] = call
            said = Said("assistant", calls=(call,))
        self._parts.append((said, place))

    def more_arguments(self, text: str) -> bool:
        """Add to the arguments of the last call, which came in pieces; return whether there is one."""
        if not self._parts or not self._parts[-1][0].calls:
            return False
        said, place = self._parts.pop()
        (call,) = said.calls
        given = call.arguments if isinstance(call.arguments, str) else ""
        longer = Call(call.name, decoded(given + text), call.id, "", call.more)
        if call.id:
            self.calls[call.id] = longer
        self._parts.append((Said("assistant", calls=(longer,)), place))
        return True

    def end(self, about: dict[str, Any]) -> bool:
        """Close the step with what the log says at its end; return False where nothing of it is left to write."""
        if not self._parts:
            return False
        self._about.update(about)
        self.close()
        return True

    def close(self) -> None:
        """Write the step, if there is one."""
        parts, self._parts = self._parts, []
        if not parts:
            return
        about, self._about = self._about, {}
        said = joined([one for one, _ in parts])
        spoken = next((n for n, (one, _) in enumerate(parts) if one.content), 0)
        places = [place for _, place in parts]
        self._waiting.step(Spread(places, places[spoken]), said, source=about or None, ts=self._ts)
