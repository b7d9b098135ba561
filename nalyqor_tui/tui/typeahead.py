"""Keys that arrive together, as they do over a slow line, are handed on one at a time.

Textual gives every key at once to the widget that has the focus. Typed ahead, the text after `a` or `:` would
go to the list instead, and each letter of it would act.
"""

from __future__ import annotations

import asyncio
from collections import deque

from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

from nalyqor_tui.tui.actions import ACTIONS
from nalyqor_tui.tui.guard import Guarded

_ROUNDS = 4  # a key bubbles up, its action posts a message, whose handler posts another: that moves the focus
_MOVES = frozenset(key for action in ACTIONS if action.group == "Move" for key in action.keys.split(","))


class TypeAhead(Guarded):
    """An application in which a key meets the focus and the screen that the key before it left behind."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[Event] = deque()

    async def on_event(self, event: Event) -> None:
        """Queue what is typed; let all else through."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if len(self._typed) == 1:
            self.run_worker(self._hand_on(), group="typed")

    async def _hand_on(self) -> None:
        while self._typed:
            target = self.focused or self.screen
            try:
                await super().on_event(self._typed[0])
                for _ in range(0 if self._held() else _ROUNDS):
                    await self._came_to_rest(target)
            finally:
                self._typed.popleft()

    def _held(self) -> bool:
        """Whether a key that moves comes again at once: it is held down, and only its last step need be shown."""
        first, *rest = (event.key if isinstance(event, Key) else "" for event in self._typed)
        return first in _MOVES and rest[:1] == [first]

    async def _came_to_rest(self, target: DOMNode) -> None:
        """Wait until every widget on the way up from `target` has worked off its messages, then the application."""
        for node in (*target.ancestors_with_self, self.screen, self):
            await _worked_off(node)


async def _worked_off(node: MessagePump) -> None:
    done = asyncio.Event()
    if node.is_running and node.call_later(done.set):
        while node.is_running and not done.is_set():  # one that is closed meanwhile hears nothing any more
            await asyncio.sleep(0)
