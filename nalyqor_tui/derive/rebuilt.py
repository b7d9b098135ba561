"""Windows that are rebuilt from the talk: the messages, results and summaries before a decision, with estimated sizes.

Each window begins as the one before it, save after a compaction or where an id is said anew. So they share one
history, and differ in how much of it they show.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from nalyqor_tui.derive.replay import SAID, said_as
from nalyqor_tui.lazy import Lazy
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.session import Entry, Session

CHARACTERS_A_TOKEN: Final = 4
"""The usual rule of thumb for English; every figure made with it is marked as an estimate."""


_MOST = 1_000_000  # pieces that all histories of a session hold together


@dataclass(frozen=True, slots=True)
class Item:
    """A thing in the window: its id, its record where the log holds it, its size in tokens and its span."""

    ref: str
    entry: int | None
    size: int | None
    span: tuple[int, int] | None
    estimated: bool


def estimate(record: rec.AnyRecord) -> int:
    """Estimate the tokens of a record's text."""
    match record:
        case rec.Message(content=text) | rec.ToolResult(result=text) | rec.Proposal(text=text):
            pass
        case _:
            text = rec.extras(record).get("summary")
    size = len(text if isinstance(text, str) else dumps(text)) if text is not None else 0
    return -(-size // CHARACTERS_A_TOKEN)


@dataclass(slots=True)
class History:
    """What was said, in order: for each piece its name, its record, and where it ends in tokens."""

    since: int
    """The record after which this is what a window shows."""

    refs: list[str] = field(default_factory=list)
    entries: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.refs)

    def add(self, ref: str, entry: int, size: int) -> None:
        """Put one more piece at the end."""
        self.refs.append(ref)
        self.entries.append(entry)
        self.ends.append((self.ends[-1] if self.ends else 0) + size)

    def without(self, gone: set[str], since: int) -> History:
        """Return a history from the record `since` on that lacks some pieces."""
        out, start = History(since), 0
        for ref, entry, end in zip(self.refs, self.entries, self.ends, strict=True):
            if ref not in gone:
                out.add(ref, entry, end - start)
            start = end
        return out


class Items(Lazy[Item]):
    """The first pieces of a history, as the items of a window; each is made when it is looked at."""

    __slots__ = ("history", "length")

    def __init__(self, history: History, length: int) -> None:
        self.history = history
        self.length = length

    @property
    def used(self) -> int:
        """The tokens of all of them."""
        return self.history.ends[self.length - 1] if self.length else 0

    def __len__(self) -> int:
        return self.length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def make(self, at: int) -> Item:
        """Make an item."""
        start, end = self.history.ends[at - 1] if at else 0, self.history.ends[at]
        return Item(
            self.history.refs[at], self.history.entries[at], end - start, (start, end), estimated=True
        )


class Talk:
    """The talk of a session, read once and as far as it is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read = 0
        self._histories = [History(-1)]
        self._names: set[str] = set()  # in the latest history

    def before(self, index: int) -> Items:
        """Return what a window shows just before the record with this ordinal."""
        if index > self._read:
            for entry in self._session.of(*SAID, start=self._read, stop=index):
                self._read = entry.index + 1  # whoever watches the reading may end it between two records
                self._add(entry)
            self._read = index
        at = bisect_left(self._histories, index, key=lambda history: history.since)
        if at == 0:  # it was let go: read again
            return Talk(self._session).before(index)
        history = self._histories[at - 1]
        return Items(history, bisect_left(history.entries, index))

    def _add(self, entry: Entry) -> None:
        name = said_as(entry)
        if name is None:
            return
        gone = {name}
        if isinstance(entry.record, rec.Compaction):
            gone.update(entry.record.dropped)
        if not gone.isdisjoint(self._names):
            self._histories.append(self._histories[-1].without(gone, entry.index))
            self._names -= gone
            while len(self._histories) > 1 and sum(map(len, self._histories)) > _MOST:
                del self._histories[0]
        self._names.add(name)
        self._histories[-1].add(name, entry.index, estimate(entry.record))
