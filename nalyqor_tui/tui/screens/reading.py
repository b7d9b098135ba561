"""Reading the sessions of a file away from the keys: what is known is listed as it comes, the worst first."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from time import monotonic
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen
from textual.worker import get_current_worker

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import counted, own, phrase
from nalyqor_tui.present.sessions import MANY, SessionRow, SessionRows, read
from nalyqor_tui.present.text import show
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.filing import followed
from nalyqor_tui.tui.widgets.bars import Bar
from nalyqor_tui.tui.widgets.corners import Corners
from nalyqor_tui.tui.widgets.sessions import SessionList
from nalyqor_tui.tui.widgets.titles import Piece

if TYPE_CHECKING:
    from nalyqor_tui.derive.grade import Word
    from nalyqor_tui.tui.screens.figures import Kept

_BATCH = 0.1  # seconds of reading between two updates of the list
_ARRANGED = 2.0  # seconds of reading until the worst so far are put first, where the reader has not moved
_MANY = 20_000  # sessions that are arranged before the next key is taken


class _StopReading(Exception):  # noqa: N818 - nothing went wrong
    """The sessions are wanted no more."""


class ReadingScreen(Screen[None]):
    """What a list of sessions knows of them so far, and which of them it lists."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case
        self._needle = ""
        self._worst_first = case.policy is not None
        self._kept: list[Kept] = []
        self._counts: Counter[tuple[str, Word]] = Counter()  # those that are left, by output and worst grade
        self._latent = 0
        self._stopped = False
        self._arranged = 0.0

    @property
    def list(self) -> SessionList:
        """The list of sessions."""
        return self.query_one("#sessions", SessionList)

    @work(thread=True, exclusive=True, exit_on_error=True, group="read")
    def _read(self) -> None:
        """Sum up every session, away from the keys; show what is known ten times a second."""
        worker = get_current_worker()

        def pulse() -> None:
            if worker.is_cancelled:
                raise _StopReading

        found: list[SessionRow] = []
        last = monotonic()
        rows = read(self.case.trace, self.case.policy, pulse)
        try:
            with suppress(_StopReading), closing(rows):
                for row in rows:
                    found.append(row)
                    if monotonic() - last > _BATCH:
                        self._from_thread(self._show, found)
                        found, last = [], monotonic()
        except (NalyqorError, OSError) as error:
            self._from_thread(self._failed, str(error))
        if not worker.is_cancelled:
            self._from_thread(self._show, found)
            self._from_thread(self._arrange)

    def _from_thread(self, do: Callable[..., None], *what: object) -> None:
        """Do something on the screen for a thread, unless the reader has left the screen by then."""

        def now() -> None:
            if self in self.app.screen_stack:
                do(*what)

        self.app.call_from_thread(now)

    def _failed(self, why: str) -> None:
        self._stopped = True
        outlets.tell(self, phrase("not all sessions could be read: {why}", why=why), problem=True)

    def _show(self, found: Sequence[SessionRow]) -> None:
        for row in found:
            self.list.rows.put(row)
            self._count(row.run.index, row)
        self.list.refresh()
        self._title()
        if self._worst_first and not self.list.cursor and monotonic() - self._arranged > _ARRANGED:
            self._arrange()

    def _count(self, index: int, row: SessionRow) -> None:
        self._latent += row.latent
        if all(index in kept.runs for kept in self._kept):
            self._counts[row.run.output, row.worst] += 1

    def _recount(self) -> None:
        self._counts.clear()
        self._latent = 0
        for index, row in self.list.rows.alike():
            self._count(index, row)
        self._title()

    def _arrange(self) -> None:
        """List the sessions that fit, the worst first where that is wanted; the cursor stays with its session."""
        self._arranged = monotonic()
        self.workers.cancel_group(self, "arrange")
        if len(self.case.trace.session_ids) <= _MANY:
            self._show_only(self._listed(self.list.ids, self.list.rows))
        else:
            self._arrange_away(self.list.ids, self.list.rows)

    @work(thread=True, exclusive=True, exit_on_error=True, group="arrange")
    def _arrange_away(self, ids: Sequence[str], rows: SessionRows) -> None:
        worker = get_current_worker()
        listed = self._listed(ids, rows)

        def show() -> None:
            if not worker.is_cancelled and self.list.ids is ids:  # else the file was read again meanwhile
                self._show_only(listed)

        if not worker.is_cancelled:
            self._from_thread(show)

    def _listed(self, ids: Sequence[str], rows: SessionRows) -> Sequence[int]:
        low = self._needle.casefold()
        listed: Sequence[int] = range(len(ids))
        if low:
            texts = ((n, f"{ids[n]} {self._file(n)}", rows.get(n)) for n in listed)
            says = ((n, f"{name} {show(row.outcome)} {row.says}" if row else name) for n, name, row in texts)
            listed = [n for n, text in says if low in text.casefold()]
        if self._kept:
            listed = [n for n in listed if all(n in kept.runs for kept in self._kept)]
        if self._worst_first:
            listed = rows.worst_first(listed)
        return listed if isinstance(listed, range) or len(listed) <= _MANY else array("q", listed)

    def _show_only(self, listed: Sequence[int]) -> None:
        current = self.list.current if self.list.cursor else None
        self.list.show_only(listed)
        if current is not None:
            self.list.go_to(current)
        self._title()

    def name_columns(self) -> None:
        """Name the columns, which are as wide as there is room."""
        self.query_one("#head", Bar).show_text(own(self.list.head))

    @property
    def searched(self) -> str:
        """What of a session a search looks at."""
        trace = self.case.trace
        file = ", file" if trace.is_folder else ""
        says = ", first words" if len(trace.session_ids) <= MANY else ""
        return f"id{file}{says} or outcome"

    def _file(self, index: int) -> str:
        return self.case.trace.file(index)

    @property
    def reading(self) -> bool:
        """Whether sessions are being read."""
        mine = (worker for worker in self.workers if worker.node is self)
        return any(worker.group == "read" and not worker.is_finished for worker in mine)

    def _unread(self) -> str:
        """Say why not all sessions are known."""
        return (
            "not all sessions were read: p reads them"
            if self._stopped
            else "the sessions are still being read"
        )

    def _title(self) -> None:
        count, known, policy = len(self.case.trace.session_ids), len(self.list.rows), self.case.policy
        left = [Piece((self.case.trace.name,), 5, names=True)]
        if known < count:
            says = f"{known:,} of {count:,} sessions"
            stopped = own(f"{says} read, stopped")
            left.append(
                Piece(stopped + own(": p begins again"), 4, (stopped,))
                if self._stopped
                else Piece(own(f"reading {says}, esc stops"), 8)
            )
        else:
            left.append(Piece(counted(count, "session"), 8))
        if latent := self._latent:
            says = f"{latent:,} latent"
            left.append(Piece(own(f"{says} failure{'' if latent == 1 else 's'}"), 3, (own(says),)))
        left += [Piece(phrase("only {what}", what=kept.what), 4, names=True) for kept in self._kept]
        if self._needle:
            says = f"”: {len(self.list.listed):,}"
            listing = (*own("listing “"), self._needle)
            left.append(Piece(listing + own(f"{says}, esc: all"), 6, (listing + own(says),), names=True))
        right = [
            Piece(phrase("policy {name}", name=policy.name), 2, names=True)
            if policy
            else Piece(own("no policy: --policy FILE"), 7, (own("no policy"),)),
            *followed(self.case),
        ]
        self.query_one("#title", Bar).show_title(left, right)
        self.query_one("#corners", Corners).show_counts(self._counts if policy else {})

    def _stop(self) -> None:
        """Read no more sessions."""
        self.workers.cancel_group(self, "read")
        self._stopped = True
        self._title()
        outlets.tell(self, own(self._unread()))
