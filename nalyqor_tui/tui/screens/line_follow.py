"""Following a file that grows, is cut, replaced or deleted."""

from __future__ import annotations

from time import monotonic
from typing import Final

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.trace.index.file import Change
from nalyqor_tui.tui.opening import Opening
from nalyqor_tui.tui.screens.line_view import LineView

_LOOK: Final = 0.25  # seconds between two looks at a file that is followed
_SELDOM: Final = 2.0  # and at one that is not

_ANEW: Final = {
    "cut": "the file was cut or written anew: read again from its start",
    "replaced": "another file stands in its place: that one is shown",
}
_SAID: Final = {
    "cut": "the file was cut or written anew since it was opened: F reads it again",
    "replaced": "another file stands in its place: this is the one that was opened, F shows the other",
    "gone": "the file was deleted: what is shown is what is still open",
}


class Following(LineView):
    """The action that follows the file, and what is said of it where it is not followed."""

    _change: Change = "same"
    _looked = 0.0
    _unsettled = False  # whether the file has changed since it was last tried as a trace

    def action_follow(self) -> None:
        """Follow the file, or stop following it."""
        self.following = not self.following
        if self.following:
            self._look()
            self.view.ends(True)
        self.tell(
            own(
                "following: new lines are shown as they are written"
                if self.following
                else "no longer following"
            )
        )
        self.show_title()

    def tick(self) -> None:
        """Look at the file from time to time."""
        super().tick()
        if monotonic() - self._looked > (_LOOK if self.following else _SELDOM):
            self._look()

    def state(self) -> list[Phrase]:
        """Say that the file is followed, or that it has grown."""
        if self.following and self._change == "gone":
            return [*super().state(), own("deleted: what is open stays")]
        if self.following:
            return [*super().state(), own("following")]
        return [*super().state(), *([own("it has grown: F follows")] if self._change == "grown" else [])]

    def _look(self) -> None:
        self._looked = monotonic()
        change = self.file.look()
        self._unsettled = self._unsettled or change not in ("same", "gone")
        if self.following and change == "grown" and self.file.lines.done:
            self._grow()
        elif self.following and change in _ANEW and self.file.again():
            self.view.anew()
            self.view.ends(True)
            self.warn(own(_ANEW[change]))
            self.changed = True
            change = "same"  # what was said of it stays on the screen
        elif change == "same" and self.following and self._unsettled and self.failed is not None:
            self._try_again(self.failed)
        elif change != self._change:
            self.warn(own(_SAID[change]) if change in _SAID else ())
        self._change = change
        self.show_title()

    def _try_again(self, failed: Opening) -> None:
        """Open as a trace what was none before it changed; a file is tried once after each change that settles."""
        self._unsettled = self.changed = False
        self.app.failure = self.failed = None  # type: ignore[attr-defined]
        if self.warning not in map(own, _ANEW.values()):
            self.warn(())
        self.opening = failed.again()
        self.opening.begin()

    def _grow(self) -> None:
        """Take in what was written; stay at the end if the reader is there."""
        last, lines = self.view.on_last, self.file.lines
        if lines.offsets:
            self.view.forget(lines.offsets[-1])
        self.file.grow()
        self.changed = True
        self.view.take_in()
        if last:
            self.view.ends(True)
