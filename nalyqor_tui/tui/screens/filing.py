"""From the decisions to the file that they were read from: its lines, and following it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from textual.app import App
from textual.screen import Screen
from textual.worker import get_current_worker

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.trace.place import Place
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.widgets.titles import Piece

_FINDING: Final = "session_of"
_SOON: Final = 0.3  # seconds after which it is said that the session of a line is looked for


def follow(app: App[Any]) -> Phrase:
    """Follow the file of the case as it grows, or stop following it; say which."""
    case: Case = app.case  # type: ignore[attr-defined]
    case.following = not case.following
    if case.following and not app.follow():  # type: ignore[attr-defined]
        case.following = False
        return own("only a plain file can be followed: not a folder, a pipe or a packed file")
    return own("following: the trace is read again as it grows" if case.following else "no longer following")


def session_of(screen: Screen[Any], case: Case, spot: Place, then: Callable[[int], None]) -> None:
    """Hand on the session that the line around a place belongs to, by its ordinal, as soon as it is found.

    Nothing comes of it where the reader has gone on to something else by then.
    """
    trace = case.trace
    if len(trace.session_ids) == 1:
        then(0)
        return

    def found(session: int | None, why: str) -> None:
        if screen.app.screen is not screen:
            return
        if case.trace is not trace:  # its file has grown meanwhile
            session_of(screen, case, spot, then)
        elif why:
            says = phrase("the session of this line could not be looked for: {why}", why=why)
            outlets.tell(screen, says, problem=True)
        elif session is None:
            outlets.tell(screen, own("which session this line belongs to cannot be told"))
        else:
            then(session)

    def find() -> None:
        current = get_current_worker()

        def pulse() -> None:
            if current.is_cancelled:
                raise InterruptedError

        try:
            answer: tuple[int | None, str] = (trace.session_at(spot, pulse), "")
        except InterruptedError:  # as it was asked to
            return
        except (NalyqorError, OSError) as error:
            answer = (None, str(error))
        if not current.is_cancelled:
            screen.app.call_from_thread(found, *answer)

    def waiting() -> None:
        if not worker.is_finished:
            outlets.tell(screen, own("looking for the session of this line: esc stops"))

    worker = screen.run_worker(find, thread=True, exclusive=True, group=_FINDING)
    screen.set_timer(_SOON, waiting)


def stop_finding(screen: Screen[Any]) -> bool:
    """Stop looking for the session of a line, if one is looked for; say whether."""
    mine = [each for each in screen.workers if each.node is screen and each.group == _FINDING]
    if all(each.is_finished for each in mine):
        return False
    screen.workers.cancel_group(screen, _FINDING)
    outlets.tell(screen, own("stopped"))
    return True


def followed(case: Case) -> list[Piece]:
    """Say in a title whether the file is followed, and while it holds no trace that what was read stays."""
    if not case.following:
        return []
    if not (why := case.unfollowed):
        return [Piece(own("following"), 8)]
    return [Piece(own(f"{why}: what was read stays"), 8, (own(why),))]


def show_lines(screen: Screen[Any], case: Case, place: Place | None, back: Callable[[Place], None]) -> None:
    """Show the file of a place line by line, from there on; `back` hears from which line the reader wants back."""
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
        if offset is not None:
            back(Place(None, offset, 0, "", place.file))

    screen.app.push_screen(LinesScreen(file, case.keys, at=place.offset), left)
