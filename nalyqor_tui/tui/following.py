"""A trace that is still being written: read again by a thread when its writer pauses, and shown in place of the old."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread
from time import monotonic
from typing import Final

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present.across import Across
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.case import PATIENCE, Case

LOOK: Final = 0.4  # seconds between two looks at the file
_SOONEST: Final = 1.0  # seconds between two readings while the writer does not pause
_SHARE: Final = 3  # and so many times what the last reading took
_GROW: Final = 0.03  # seconds that new lines are taken in before the next key


class Follower:
    """Looks at the file of a case; `tick` is called from time to time, and says when there is another trace to show."""

    def __init__(self, case: Case, file: LineFile) -> None:
        self.case = case
        self.file = file
        self.says: Phrase = ()  # what became of the file just now, if it did not only grow
        self._gone = False
        self._unread = False  # whether what was last read is no trace
        self._lines = file.lines
        self._size = self._seen = case.trace.size
        self._thread: Thread | None = None
        self._read: tuple[Trace, dict[int, Review]] | None = None
        self._began = self._took = 0.0

    def tick(self, shown: Sequence[int]) -> bool:
        """Look at the file; return whether the case has another trace now. `shown` are the sessions on the screen."""
        if self._thread is not None:
            return not self._thread.is_alive() and self._take_over()
        self._look()
        if not self.file.lines.done:
            return False
        pauses, self._seen = self.file.lines.size == self._seen, self.file.lines.size
        behind = self.file.lines is not self._lines or self.file.lines.size != self._size
        waited = monotonic() - self._began > max(_SOONEST, _SHARE * self._took)
        if behind and not self._gone and (pauses or waited):
            self._begin(shown)
        return False

    def _look(self) -> None:
        change = self.file.look()
        if change == "grown" and self.file.lines.done:
            until = monotonic() + _GROW
            while monotonic() < until and self.file.look() == "grown":
                self.file.grow()
        elif change in ("cut", "replaced") and self.file.again():
            self.says = own("the file was cut or replaced: read anew from its start")
        elif change == "gone" and not self._gone:
            self.says = own("the file was deleted: what was read stays")
        self._gone = change == "gone"
        self.case.unfollowed = self._unfollowed()

    def _unfollowed(self) -> str:
        """Say why the file holds no trace now; nothing where it does, or soon will."""
        if self._gone or not self._unread:
            return "deleted" if self._gone else ""
        return "no trace now" if self.file.lines.size else "emptied"

    def _begin(self, shown: Sequence[int]) -> None:
        self._began = monotonic()
        self._lines, self._size = self.file.lines, self.file.lines.size
        ids = self.case.trace.session_ids
        wanted = [(index, ids[index]) for index in shown]
        self._thread = Thread(target=self._run, args=(wanted,), daemon=True)
        self._thread.start()

    def _run(self, wanted: Sequence[tuple[int, str]]) -> None:
        """Read the trace again, and judge the sessions that are on the screen."""
        try:
            trace = Trace(self.case.path, self._lines)
            across = Across(trace, PATIENCE)
            ids, reviews = trace.session_ids, {}
            for index, name in wanted:
                if index < len(ids) and ids[index] == name:
                    reviews[index] = Review(trace, index, self.case.policy, across)
                    _ = reviews[index].judgement
            self._read = (trace, reviews)
            self._unread = False
        except (NalyqorError, OSError, LookupError) as error:  # it is read again when more of it is there
            self.says = phrase("what was written cannot be read yet: {why}", why=str(error))
            self._unread = True
        self._took = monotonic() - self._began

    def _take_over(self) -> bool:
        self._thread = None
        if self._read is None:
            return False
        (trace, reviews), self._read = self._read, None
        self.case.renew(trace, reviews)
        return True
