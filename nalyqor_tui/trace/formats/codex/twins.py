"""Events that say again what an item says: what the user typed, what the model said and thought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nalyqor_tui.trace.document import Item
from nalyqor_tui.trace.formats.messages import responses, text
from nalyqor_tui.trace.formats.pick import arr, obj, rest, txt
from nalyqor_tui.trace.records import Json

# What the program itself puts into the user's place begins so.
_HARNESS = (
    "<environment_context>",
    "<user_instructions>",
    "<INSTRUCTIONS>",
    "# AGENTS.md instructions",
    "<turn_aborted>",
    "<skill>",
    "<user_shell_command>",
    "<permissions",
    "<subagent_notification>",
    "<collaboration_mode>",
)
_NEAR = 40  # lines within which an event and its item stand


class Twins:
    """Pairs such events with their items; what an event says besides goes with its item."""

    def __init__(self, pieces: Sequence[Item]) -> None:
        self._beside: dict[int, dict[str, Any]] = {}
        self._told: set[int] = set()
        self._typed: set[int] = set()
        items: dict[tuple[str, str], list[int]] = {}
        events: list[tuple[int, str, str, dict[str, Any]]] = []
        for number, (value, _) in enumerate(pieces):
            payload = obj(obj(value).get("payload"))
            if obj(value).get("type") == "response_item":
                for key in _spoken(payload):
                    items.setdefault(key, []).append(number)
            elif obj(value).get("type") == "event_msg" and (again := _again(payload)):
                events.append((number, *again, payload))
        for number, role, words, payload in events:
            near = [
                n for n in items.get((role, words), ()) if n not in self._typed and abs(n - number) < _NEAR
            ]
            if near:
                self._pair(min(near, key=lambda n: abs(n - number)), number, role, payload)

    def _pair(self, item: int, event: int, role: str, payload: dict[str, Any]) -> None:
        self._told.add(event)
        if role == "user":
            self._typed.add(item)
        more = {
            k: v for k, v in rest(payload, ("type", "message", "text")).items() if v not in (None, [], {})
        }
        if more:
            self._beside.setdefault(item, {})["event"] = more

    def told(self, number: int) -> bool:
        """Tell whether an item says what this event says."""
        return number in self._told

    def beside(self, number: int) -> dict[str, Any]:
        """Return what an event says besides of the item on this line."""
        return self._beside.get(number, {})

    def typed(self, number: int, words: str) -> bool:
        """Tell whether the user typed the message on this line; the program's own begin with its marks."""
        return number in self._typed or not words.lstrip().startswith(_HARNESS)


def _again(event: dict[str, Any]) -> tuple[str, str] | None:
    kind, words = event.get("type"), txt(event.get("message")) or txt(event.get("text"))
    role = {"user_message": "user", "agent_message": "assistant", "agent_reasoning": "reasoning"}.get(
        str(kind)
    )
    return (role, words) if role and words else None


def _spoken(item: Json) -> list[tuple[str, str]]:
    """Return what an item says, as an event would say it again."""
    said = responses.read(item)
    if said is None:
        return []
    if obj(item).get("type") == "reasoning":
        parts = [txt(obj(part).get("text")) for part in arr(obj(item).get("summary"))]
        return [("reasoning", part) for part in parts if part]
    return [(said.role, text(said.content))] if said.content else []
