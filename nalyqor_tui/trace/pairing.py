"""Which call, which result and which words belong to a decision, in one pass over the records of a session."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator, Sequence

from nalyqor_tui.lazy import Lazy
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

_NONE = -1


class Decisions(Lazy[Decision]):
    """The decisions of a session, kept as numbers; each is made when it is asked for."""

    def __init__(self, columns: Sequence[Sequence[int]]) -> None:
        """`columns` hold for each decision its turn, which of the turn it is, its entry, call, result and text."""
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    def make(self, at: int) -> Decision:
        """Return a decision by its ordinal."""
        turn, nth, entry, call, result, text = (column[at] for column in self._columns)
        found = (None if ordinal == _NONE else ordinal for ordinal in (call, result, text))
        return Decision(at, turn, f"{turn}.{nth}", entry, *found)


class Pairing:
    """Pairs calls and results by id; results without one go to the oldest call still open, in file order.

    `replies` says whether what an assistant says is a decision of its own: in a log that holds no decisions.
    """

    def __init__(self, *, replies: bool) -> None:
        self._replies = replies
        self._turn: list[int] = []  # a number of any size
        self._entry = array("q")
        self._call = array("q")
        self._result = array("q")
        self._text = array("q")
        self._here: list[int] = []  # the decisions of the present turn
        self._unanswered: deque[int] = deque()
        self._by_decision: dict[str, int] = {}
        self._by_call: dict[str, int] = {}

    def add(self, at: int, turn: int, record: rec.AnyRecord) -> None:
        """Take in the next record of the session, by its ordinal and its turn."""
        if isinstance(record, rec.Decision):
            self._start(at, turn, record.id)
        elif isinstance(record, rec.ToolCall):
            self._called(at, turn, record)
        elif isinstance(record, rec.ToolResult):
            self._answered(at, record)
        elif isinstance(record, rec.Message) and record.role == "assistant":
            self._said(at, turn)

    def decisions(self) -> Decisions:
        """Return the decisions with what belongs to them."""
        nth = array("q")
        counts: dict[int, int] = {}
        for turn in self._turn:
            counts[turn] = counts.get(turn, 0) + 1
            nth.append(counts[turn])
        return Decisions((self._turn, nth, self._entry, self._call, self._result, self._text))

    def made(self) -> Iterator[tuple[int, int]]:
        """Yield the ordinal and the turn of each decision."""
        yield from enumerate(self._turn)

    def _start(self, at: int, turn: int, name: str | None) -> int:
        item = len(self._turn)
        if self._here and self._turn[self._here[-1]] != turn:
            self._here.clear()
        self._here.append(item)
        self._turn.append(turn)
        self._entry.append(at)
        for column in (self._call, self._result, self._text):
            column.append(_NONE)
        if name is not None:
            self._by_decision[name] = item
        return item

    def _called(self, at: int, turn: int, record: rec.ToolCall) -> None:
        item = self._by_decision.get(record.decision) if record.decision is not None else None
        if item is None or self._call[item] != _NONE:
            item = self._start(at, turn, None)
        self._call[item] = at
        self._unanswered.append(item)
        if record.id is not None:
            self._by_call[record.id] = item

    def _answered(self, at: int, record: rec.ToolResult) -> None:
        item = None
        if record.call is not None:  # the id of a call or, where none went out, of the decision
            item = self._by_call.get(record.call)
            item = self._by_decision.get(record.call) if item is None else item
        if record.call is None:
            while self._unanswered and self._result[self._unanswered[0]] != _NONE:
                self._unanswered.popleft()
            item = self._unanswered[0] if self._unanswered else None
        if item is not None and self._result[item] == _NONE:
            self._result[item] = at

    def _said(self, at: int, turn: int) -> None:
        self._here = [item for item in self._here if self._awaits_text(item)]  # others never will again
        here = [item for item in self._here if self._turn[item] == turn]
        if self._replies and not here:
            self._text[self._start(at, turn, None)] = at
            return
        for item in here:  # calls made in parallel share the words beside them
            self._text[item] = at

    def _awaits_text(self, item: int) -> bool:
        """Words that come after the call went out, or was answered, are not the words beside it."""
        return self._text[item] == self._call[item] == self._result[item] == _NONE
