"""The application: opens a case on its sessions, or straight on the one that there is."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.actions import SkipAction
from textual.app import SystemCommand
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.driver import Driver
from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste
from textual.screen import Screen

from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import Action, Scope, of
from nalyqor_tui.tui.typeahead import TypeAhead

if TYPE_CHECKING:  # the lines of a file are shown before what the decisions need is imported
    from nalyqor_tui.tui.case import Case
    from nalyqor_tui.tui.following import Follower
    from nalyqor_tui.tui.opening import Opened

_TOUCHES = (Key, Paste, MouseDown, MouseScrollDown, MouseScrollUp)

SCREENS: dict[Scope, str] = {
    "review": "review.ReviewScreen",
    "sessions": "sessions.SessionsScreen",
    "compare": "compare.CompareScreen",
    "trials": "trials.TrialsScreen",
    "figures": "figures.FiguresScreen",
    "why": "origins.WhyScreen",
    "lines": "lines.LinesScreen",
}
"""The screens that have actions of the registry, by module and class: a screen is imported when it is wanted."""


def first_screen(case: Case, session: int | None, at: str | None) -> Screen[None]:
    """Make the screen that a case opens on: the list of sessions, or the only one or the one that was asked for."""
    if session is None and len(case.trace.session_ids) > 1:
        from nalyqor_tui.tui.screens.sessions import SessionsScreen

        return SessionsScreen(case)
    from nalyqor_tui.tui.screens.review import ReviewScreen

    return ReviewScreen(case, session or 0, at)


class Actions(Provider):
    """Offers the actions of the screen in the command palette."""

    async def discover(self) -> Hits:
        """Offer all of them."""
        for action in self._actions:
            yield DiscoveryHit(
                f"{action.name} ({action.key_words})", partial(self._run, action.run), help=action.help
            )

    async def search(self, query: str) -> Hits:
        """Offer those that fit what was typed."""
        matcher = self.matcher(query)
        for action in self._actions:
            text = f"{action.name} ({action.key_words}): {action.help}"
            if (score := matcher.match(text)) > 0:
                yield Hit(score, Content(text), partial(self._run, action.run), help=action.id)

    @property
    def _actions(self) -> list[Action]:
        keys = self.app.keys if isinstance(self.app, NalyqorApp) else {}
        name = type(self.screen).__name__
        return of(next((s for s, kind in SCREENS.items() if kind.endswith(f".{name}")), "sessions"), keys)

    async def _run(self, run: str) -> None:
        await self.screen.run_action(run)


class NalyqorApp(TypeAhead, inherit_bindings=False):
    """The terminal program."""

    BINDINGS = [
        Binding("ctrl+q", "quit", show=False),  # Textual's own has priority, also over the draft of an editor
        Binding("ctrl+c", "interrupt", show=False, system=True, priority=True),  # from any screen, any prompt
    ]
    TITLE = "nalyqor-tui"
    CSS_PATH: ClassVar[list[str]] = ["app.tcss", "widgets/widgets.tcss", "screens/screens.tcss"]  # type: ignore[assignment]
    COMMANDS = {Actions}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        case: Case | None = None,
        *,
        session: int | None = None,
        at: str | None = None,
        first: Callable[[], Screen[Any]] | None = None,
        keys: dict[str, str] | None = None,
    ) -> None:
        """Show `case`; at the session and the spot that were asked for, or on the screen that `first` makes."""
        super().__init__()
        self.case = case
        self.keys = keys or {}
        self.touched = False
        self.failure: Exception | None = None
        self._session = session
        self._at = at
        self._first = first
        self._follower: Follower | None = None

    def get_driver_class(self) -> type[Driver]:
        """Let the driver of POSIX terminals take over from the first frame."""
        kind = super().get_driver_class()
        if kind.__name__ != "LinuxDriver":
            return kind
        from nalyqor_tui.tui.driver import TakingOver

        return TakingOver

    def _handle_exception(self, error: Exception) -> None:
        """Keep a defect for the front door, which reports it when the terminal is sane again."""
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        """Print nothing: Textual's traceback shows local values, and those hold text of the trace."""
        self._exit_renderables.clear()

    def get_system_commands(self, screen: Screen) -> Iterable[SystemCommand]:  # type: ignore[type-arg]
        """Offer none of Textual's own commands: each thing is done by an action of ours."""
        return ()

    def on_mount(self) -> None:
        """Open on the list, or on the only session."""
        self.set_keymap(self.keys)
        for number in (signal.SIGHUP, signal.SIGTERM):
            self._loop_signal(number)
        if self._first is not None:
            self.push_screen(self._first())
        elif self.case is not None:
            self.push_screen(first_screen(self.case, self._session, self._at))

    async def on_event(self, event: Event) -> None:
        """Take note of the first thing that the reader does: the screen under it is not changed then."""
        self.touched = self.touched or isinstance(event, _TOUCHES)
        await super().on_event(event)

    def follow(self) -> bool:
        """Begin to follow the file of the case; return False where it is no plain file."""
        from nalyqor_tui.trace.index.file import LineFile
        from nalyqor_tui.tui.following import LOOK, Follower

        if self.case is None:
            return False
        file = self.case.file = self.case.file or LineFile.open(self.case.path, 0)
        if file is None or not file.watched or file.path != self.case.path:
            return False
        if self._follower is None:
            self.set_interval(LOOK, self._look_at_file)
        if self._follower is None or self._follower.case is not self.case:
            self._follower = Follower(self.case, file)
        return True

    def _look_at_file(self) -> None:
        """Let the screens take over what was written to the file that is followed."""
        follower = self._follower
        if follower is None or not follower.case.following:
            return
        takers: list[Any] = [
            screen for screen in self.screen_stack if hasattr(screen, "take_trace") and screen.is_mounted
        ]
        if any(getattr(screen, "reading", False) for screen in takers):
            return
        was = follower.case.unfollowed
        if follower.tick([screen.review.index for screen in takers if hasattr(screen, "review")]):
            for screen in takers:
                screen.take_trace()
        if follower.case.unfollowed != was:
            for screen in takers:
                screen.take_file()
        if follower.says:
            outlets.tell(self.screen, follower.says)
            follower.says = ()

    def show_case(self, opened: Opened, *, wanted: int | None = None) -> bool:
        """Show a case that was opened while its lines were shown: in their stead, or on top where it is `wanted`.

        `wanted` is the offset of the line from which the reader asks for it: the record on it is shown, or from the
        first line what is shown at the start of the program.
        Return False where nothing was shown, as the reader has begun to read the lines.
        """
        if self.case is not opened.case:
            self.case = opened.case
            self.case.keys = self.keys
            self.case.following = opened.follow and self.follow()
        from nalyqor_tui.phrase import own
        from nalyqor_tui.trace.place import Place

        at = opened.at
        if (
            self.case.following
            and at is None
            and (opened.session is not None or len(self.case.trace.session_ids) == 1)
        ):
            decisions = self.case.review(opened.session or 0).session.decisions
            at = decisions[-1].number if decisions else None
        if wanted is not None:
            screen = first_screen(opened.case, opened.session, None if wanted else at)
            self.push_screen(screen)
            if wanted and opened.case.trace.rewritten:
                outlets.tell(screen, own("which record this line belongs to cannot be told"))
            elif wanted:
                self.call_after_refresh(screen.from_lines, Place(None, wanted, 0))  # type: ignore[attr-defined]
        elif not self.touched:
            self.switch_screen(first_screen(opened.case, opened.session, at))
        return wanted is not None or not self.touched

    def on_app_focus(self) -> None:
        """Show what others wrote into the notes while the reader looked elsewhere."""
        from nalyqor_tui.tui.screens.review import ReviewScreen

        for screen in self.screen_stack:
            if isinstance(screen, ReviewScreen) and screen.is_mounted:
                screen.take_in()

    def action_interrupt(self) -> None:
        """Leave, unless a draft cannot be kept; where text is selected, let the key copy it."""
        if getattr(self.focused, "selected_text", "") or self.screen.get_selected_text():
            raise SkipAction
        if self._keep_drafts():
            self.exit(return_code=128 + signal.SIGINT)

    def _leave(self, number: signal.Signals) -> None:
        """Keep what stands in an open editor, and leave."""
        self._keep_drafts()
        self.exit(return_code=128 + number)

    def _keep_drafts(self) -> bool:
        """Keep what stands in an open editor as a draft; say whether nothing would be lost."""
        if not any(
            screen.is_modal for screen in self.screen_stack
        ):  # so no editor, which is not imported for that
            return True
        from nalyqor_tui.tui.screens.editor import Editor

        editors = [screen for screen in self.screen_stack if isinstance(screen, Editor) and screen.is_mounted]
        kept = [editor.keep_draft() for editor in editors]
        return all(kept)

    def _loop_signal(self, number: signal.Signals) -> None:
        import asyncio
        import threading

        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(number, self._leave, number)
