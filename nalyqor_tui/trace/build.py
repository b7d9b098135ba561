"""Put the records of a session together: its turns, its decisions, what can be found by its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.pairing import Pairing
from nalyqor_tui.trace.place import Placed
from nalyqor_tui.trace.records import AnyRecord
from nalyqor_tui.trace.session import Entry, Ids, Session, Turn


def build(name: str, placed: Iterable[Placed]) -> Session:
    """Read a session whole."""
    entries: list[Entry] = []
    outline = Outline()
    by_id: dict[str, int] = {}
    doubled: dict[str, list[int]] = {}
    for record, place in placed:
        at = len(entries)
        entries.append(Entry(at, outline.add(record), record, place))
        ref = record.id
        if ref is not None and by_id.setdefault(ref, at) != at:
            doubled.setdefault(ref, [by_id[ref]]).append(at)
    session = outline.session(name, entries, by_id, doubled)
    return replace(session, decisions=list(session.decisions))


class Outline:
    """What is known of a session without its records, which are added one by one, in order."""

    def __init__(self) -> None:
        self._count = 0
        self._turn = 0
        self._pairings = [Pairing(replies=False), Pairing(replies=True)]
        self._first: dict[int, int] = {}
        self._user: dict[int, int] = {}
        self._header: rec.Header | None = None
        self._head: int | None = None
        self._ended = False
        self._confirming = False
        self._kinds = bytearray()

    def add(self, record: AnyRecord) -> int:
        """Take in the next record, and return the turn that it belongs to."""
        at = self._count
        self._count += 1
        if isinstance(record, rec.Header):
            if self._header is None:
                self._header, self._head = record, at
        else:
            self._turn = self._turn if record.turn is None else record.turn
            self._first.setdefault(self._turn, at)
        if isinstance(record, rec.Decision):  # the log holds decisions: what is said is none
            del self._pairings[1:]
        for pairing in self._pairings:
            pairing.add(at, self._turn, record)
        self._note(at, record)
        return self._turn

    def session(
        self, name: str, entries: Sequence[Entry], by_id: Ids, doubled: Mapping[str, Sequence[int]]
    ) -> Session:
        """Return the session, when all records were added."""
        return Session(
            name,
            entries,
            self._turns(),
            self._pairings[-1].decisions(),
            self._header,
            self._head,
            by_id,
            doubled,
            self._ended,
            self._confirming,
            bytes(self._kinds),
        )

    def _note(self, at: int, record: AnyRecord) -> None:
        self._kinds.append(rec.CODES[rec.class_of(record)])
        if isinstance(record, rec.Message):
            if record.role == "user":
                self._user.setdefault(self._turn, at)
        elif isinstance(record, rec.Decision):
            self._confirming |= bool(record.believes or record.relied_on)
        elif isinstance(record, rec.Confirmation):
            self._confirming = True
        elif isinstance(record, rec.End):
            self._ended = True

    def _turns(self) -> list[Turn]:
        """Group by turn number, in the order in which the turns first appear."""
        made: dict[int, list[int]] = {}
        for decision, turn in self._pairings[-1].made():
            made.setdefault(turn, []).append(decision)
        return [Turn(n, at, self._user.get(n), tuple(made.get(n, ()))) for n, at in self._first.items()]
