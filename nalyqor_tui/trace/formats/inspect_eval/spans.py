"""Where in the run an event happened: under which agent, in which tool, for which scorer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from nalyqor_tui.trace.formats.pick import txt


class Span(NamedTuple):
    """A stretch of the run: a solver, an agent, a tool, a scorer."""

    type: str
    name: str
    parent: str | None


class Spans:
    """Follows spans by their ids and, in older logs, steps that begin and end in order."""

    def __init__(self) -> None:
        self._spans: dict[str, Span] = {}
        self._steps: list[Span] = []
        self._unclaimed: list[str] = []  # spans of tools whose event is still to come

    def follow(self, event: dict[str, Any]) -> None:
        """Read an event that opens or closes one."""
        kind, name = txt(event.get("type")) or "", txt(event.get("name")) or ""
        if event.get("event") == "span_begin" and (own := txt(event.get("id"))):
            self._spans[own] = Span(kind, name, txt(event.get("parent_id")))
            if kind == "tool":
                self._unclaimed.append(own)
        elif event.get("event") == "step" and event.get("action") == "begin":
            self._steps.append(Span(kind, name, None))
        elif event.get("event") == "step" and self._steps:
            self._steps.pop()

    def of_tool(self, event: dict[str, Any]) -> str | None:
        """Return the span in which the tool of an event runs: its result is there when that ends."""
        around = txt(event.get("span_id"))
        for own in reversed(self._unclaimed):
            span = self._spans[own]
            if span.name == event.get("function") and span.parent == around:
                self._unclaimed.remove(own)
                return own
        return None

    def around(self, event: dict[str, Any]) -> Iterator[Span]:
        """Yield the stretches that an event is in, the innermost first."""
        yield from reversed(self._steps)
        name, met = txt(event.get("span_id")), set()
        while name in self._spans and name not in met:
            met.add(name)
            yield self._spans[name]
            name = self._spans[name].parent

    def scorer(self, event: dict[str, Any]) -> str | None:
        """Return the scorer that an event belongs to; None where it is the agent's own."""
        return next((span.name for span in self.around(event) if span.type == "scorer"), None)

    def agent(self, event: dict[str, Any]) -> tuple[str | None, bool]:
        """Return the agent that an event belongs to, and whether another one, or a tool, started it."""
        spans = list(self.around(event))
        own = next((n for n, span in enumerate(spans) if span.type == "agent"), None)
        if own is None:
            tool = next((span.name for span in spans if span.type in ("tool", "subtask")), None)
            return tool, tool is not None
        return spans[own].name, any(span.type in ("agent", "tool", "handoff") for span in spans[own + 1 :])
