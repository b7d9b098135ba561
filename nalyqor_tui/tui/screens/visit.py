"""Open a session: at once, or when its many records have been read, with the progress on the screen meanwhile."""

from __future__ import annotations

from typing import Any, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen, Screen

from nalyqor_tui.phrase import own
from nalyqor_tui.trace.place import Place
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.opening import Opened, Opening
from nalyqor_tui.tui.screens.review import ReviewScreen
from nalyqor_tui.tui.widgets.bars import Bar

_TICK: Final = 0.1  # seconds between two looks at how far it is


def open_session(
    screen: Screen[Any], case: Case, index: int, at: str | Place | None = None, *, switch: bool = False
) -> None:
    """Show a session on top of `screen`, or in its stead; a very long one is read and judged first."""

    def show(ready: bool | None) -> None:
        if ready and switch:
            screen.app.switch_screen(ReviewScreen(case, index, at))
        elif ready:
            screen.app.push_screen(ReviewScreen(case, index, at))

    if (index in case.reviews and case.reviews[index].ready) or not case.trace.is_long(index):
        show(True)
    else:
        screen.app.push_screen(WaitingScreen(Opening(lambda: Opened(case, index))), show)


class WaitingScreen(ModalScreen[bool]):
    """Says how far the reading of a session is; gives back whether it came to its end."""

    BINDINGS = [Binding("escape,q", "stop", "stop")]

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self._opening = opening

    def compose(self) -> ComposeResult:
        """Lay out a line."""
        yield Bar(id="reading")

    def on_mount(self) -> None:
        """Begin."""
        self._opening.begin()
        self.set_interval(_TICK, self._tick)
        self._tick()

    def action_stop(self) -> None:
        """Stop reading."""
        self._opening.stop()

    def _tick(self) -> None:
        opening = self._opening
        self.query_one("#reading", Bar).show_text(opening.says + own(", esc stops"))
        if not opening.over:
            return
        if opening.error is not None:
            raise opening.error
        self.dismiss(opening.opened is not None)
