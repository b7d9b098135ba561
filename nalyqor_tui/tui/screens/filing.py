"""From the decisions to the file that they were read from: its lines, and following it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import phrase
from nalyqor_tui.trace.place import Place
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.case import Case


def show_lines(
    screen: Screen[Any], case: Case, place: Place | None, back: Callable[[int], None] | None = None
) -> None:
    """Show the file that a place is in line by line, from that place on; `back` hears where the reader left it."""
    from nalyqor_tui.tui.screens.lines import LinesScreen

    if place is None:
        outlets.tell(screen, phrase("there is no record here to look for in the file"))
        return
    try:
        file = case.lines(place)
    except (NalyqorError, OSError) as error:
        outlets.tell(screen, phrase("the file cannot be read: {why}", why=str(error)), problem=True)
        return

    def left(offset: int | None) -> None:
        if not file.watched:
            file.close()
        if offset is not None and back is not None:
            back(offset)

    screen.app.push_screen(LinesScreen(file, case.keys, at=place.offset), left)
