"""An application that no text can make do anything: what a trace could name is not to be had.

Textual reads `[@click=app.screenshot('x')]` in a string as a link that runs an action. No widget here is given
such a string; should one be some day, the click runs nothing, and the actions that could do harm are denied
under whatever key or name they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.actions import ActionError, ActionParseResult, parse
from textual.app import App
from textual.dom import DOMNode
from textual.events import Event
from textual.scrollbar import ScrollBar

from nalyqor_tui.phrase import phrase
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.clipboard import copy

DENIED = frozenset({
    "screenshot", "simulate_key", "suspend_process", "notify", "bell", "link", "toggle", "toggle_class",
    "add_class", "remove_class", "toggle_dark", "change_theme", "push_screen", "pop_screen", "switch_screen",
    "switch_mode", "focus", "show_help_panel", "hide_help_panel",
})  # fmt: skip
"""Actions of Textual's own that write files, press keys, forge messages or change the screen."""


class Guarded(App[None]):
    """Denies the actions that data could name, opens no address, and says which way a copy went."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say that an action of Textual's own which data could name may not be run."""
        return False if action in DENIED else super().check_action(action, parameters)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action unless it is denied: also one that a widget or a screen has, which we do not write."""
        try:
            _, name, _ = parse(action) if isinstance(action, str) else action
        except ActionError:
            return False
        return name not in DENIED and await super().run_action(action, default_namespace, namespaces)

    async def _broker_event(self, event_name: str, event: Event, default_namespace: DOMNode) -> bool:
        """Run nothing that stands in a text which was clicked; a scroll bar moves by this way, and may."""
        if not isinstance(default_namespace, ScrollBar):
            return False
        return await super()._broker_event(event_name, event, default_namespace)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open nothing."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what is selected, and say by which way."""
        self._clipboard = text
        outlets.tell(self.screen, phrase("selection: {way}", way=copy(text)))
