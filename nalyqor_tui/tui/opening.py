"""Opening a trace by a thread while its lines are on the screen already."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import Phrase, own

if TYPE_CHECKING:
    from nalyqor_tui.tui.case import Case


@dataclass(frozen=True, slots=True)
class Opened:
    """A case, and where in it the reader wants to begin: a session by its ordinal, a spot."""

    case: Case
    session: int | None = None
    at: str | None = None
    follow: bool = False


class Opening:
    """Runs `load` once; `opened` or `error` is set when it is over, and `over` after them."""

    def __init__(self, load: Callable[[], Opened]) -> None:
        self.opened: Opened | None = None
        self.error: Exception | None = None
        self.over = False
        self.given_up = False  # nobody waits for it any more
        self.says: Phrase = own("finding the decisions")
        self.stopped = False
        self.ending = False
        self._begun = False
        self._load = load
        self._loaded: Opened | None = None

    def begin(self) -> None:
        """Begin, in the background, unless it has begun already."""
        if self._begun:
            return
        self._begun = True
        Thread(target=self.run, daemon=True).start()

    def again(self, *, keep: bool = False) -> Opening:
        """Return the same, to be begun anew; `keep` what was read and worked out before it was stopped."""
        new = Opening(self._load)
        new._loaded = self._loaded if keep else None
        return new

    def stop(self) -> None:
        """End it as soon as may be; `stopped` says that it has."""
        self.ending = True

    def _told(self, says: Phrase) -> None:
        self.says = says
        if self.ending:
            raise InterruptedError

    def run(self) -> None:
        """Open the case, and make ready what its first screen is made of."""
        try:
            opened = self._loaded = self._load() if self._loaded is None else self._loaded
            first_needs(opened, self._told)
            gc.freeze()  # what was read stays: the collector, which takes 50 ms to look at it, need not do so
            self.opened = opened
        except InterruptedError:  # as it was asked to
            self.stopped = True
        except Exception as error:  # noqa: BLE001  # whoever waits for it raises it where it is reported
            self.error = error
        self.over = True
        if self.opened is not None:  # a note is bound to it: then no key has to wait for it
            with contextlib.suppress(OSError, NalyqorError):
                self.opened.case.trace.sha256()


def first_needs(opened: Opened, told: Callable[[Phrase], None]) -> None:
    """Import the first screen and judge the session on it, so that no key waits for that."""
    if opened.session is None and len(opened.case.trace.session_ids) > 1:
        import nalyqor_tui.tui.screens.sessions
    else:
        import nalyqor_tui.tui.screens.review  # noqa: F401
        from nalyqor_tui.present.ready import make_ready, read_ahead

        trace, index = opened.case.trace, opened.session or 0
        read_ahead(trace, index, told)
        make_ready(opened.case.review(index), told)
