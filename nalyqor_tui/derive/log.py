"""What a log is asked for again and again, found in one pass over its records when it is first wanted."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Session


class Log:
    """A session's records as a whole: which confirm something, which ask for it, which documents they name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def confirms(self) -> bool:
        """Whether it holds any record of a confirmation."""
        return self._found[0]

    @cached_property
    def documents(self) -> frozenset[str]:
        """The ids of the documents that look-ups returned."""
        return self._found[2]

    def asked_after(self, index: int) -> Iterator[int]:
        """Yield the records after one that say what was asked of an action, or how it was answered save by a yes."""
        asked = self._found[1]
        return (asked[at] for at in range(bisect_right(asked, index), len(asked)))

    def owner(self, entry: int) -> Decision | None:
        """Return the first decision that a record is part of: its choice, call, result or words."""
        at = self._owners[entry]
        return None if at < 0 else self._session.decisions[at]

    @cached_property
    def _found(self) -> tuple[bool, Sequence[int], frozenset[str]]:
        confirms, asked, documents = False, array("q"), set[str]()
        for entry in self._session.of(rec.Confirmation, rec.Retrieval):
            record = entry.record
            if isinstance(record, rec.Confirmation):
                confirms = True
                if record.op != "given" and record.covers is not None:
                    asked.append(entry.index)
            elif isinstance(record, rec.Retrieval):
                documents.update(document.id for document in record.documents)
        return confirms, asked, frozenset(documents)

    @cached_property
    def _owners(self) -> array[int]:
        """The ordinal of the decision that each record is part of, -1 for none."""
        owners = array("q", [-1]) * len(self._session.entries)
        for decision in self._session.decisions:
            for at in (decision.entry, decision.call, decision.result, decision.text):
                if at is not None and owners[at] < 0:
                    owners[at] = decision.index
        return owners


def placed(session: Session, name: str) -> Sequence[int]:
    """Return the records with an id, in order."""
    if name in session.doubled:
        return session.doubled[name]
    first = session.by_id.get(name)
    return [] if first is None else [first]


def called(session: Session, name: str) -> Iterator[rec.AnyRecord]:
    """Yield the records with an id, in order."""
    return (session.record(at) for at in placed(session, name))
