"""The state just before any decision, by folding the records: nothing but what the log said up to there.

States share their structure, so that a snapshot costs a few pointers. The law, tested as a property:
`replay(replay(s, xs), ys) == replay(s, xs + ys)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final, NamedTuple

from rpds import HashTrieMap

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Entry, Session

_EVERY = 64  # records from one snapshot to the next, at first
_MOST = 256  # snapshots that are kept: with more, every other is let go
_RECENT = 32  # snapshots that are kept besides, of the last stretch that was folded


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a document was last put into the context, and another one that was looked up since.

    `at` and `other_at` are ordinals of retrievals; versions are None where they were not recorded.
    """

    included: str | None
    at: int
    other: str | None = None
    other_at: int | None = None


class State(NamedTuple):
    """What the log had said when `folded` records were read; values are ordinals of records.

    `said` holds by id what a context rebuilt from the conversation would show (messages, results, summaries);
    `first_seen` when a document or record was first listed in a recorded context; `dropped` the compaction
    that took an id out; `largest` its greatest recorded size in tokens with the context that showed it;
    `returned` the last retrieval that returned a document and `versions` which version of it; `retrieval` the
    last one of all; `confirmations` and `proposals` the last record with that id; `facts` the last result of
    each tool.
    """

    folded: int = 0
    turn: int = 0
    said: HashTrieMap[str, int] = HashTrieMap()
    first_seen: HashTrieMap[str, int] = HashTrieMap()
    dropped: HashTrieMap[str, int] = HashTrieMap()
    largest: HashTrieMap[str, tuple[int, int]] = HashTrieMap()
    returned: HashTrieMap[str, int] = HashTrieMap()
    versions: HashTrieMap[str, Version] = HashTrieMap()
    retrieval: int | None = None
    confirmations: HashTrieMap[str, int] = HashTrieMap()
    proposals: HashTrieMap[str, int] = HashTrieMap()
    facts: HashTrieMap[str, int] = HashTrieMap()
    calls: HashTrieMap[str, str] = HashTrieMap()
    compaction: int | None = None


def fold(state: State, entry: Entry) -> State:
    """Return the state after one more record."""
    record, at = entry.record, entry.index
    read = _READ.get(rec.class_of(record))
    changed = read(state, record, at) if read is not None else {}
    if "said" not in changed and (name := said_as(entry)) is not None:
        changed["said"] = state.said.insert(name, at)
    return state._replace(folded=state.folded + 1, turn=entry.turn, **changed)


SAID: Final = (rec.Message, rec.Proposal, rec.Compaction, rec.ToolResult)
"""What stands in a context that is rebuilt from the talk."""


def said_as(entry: Entry) -> str | None:
    """Return the name under which a record stands in a context that is rebuilt from the talk, if it does."""
    match entry.record:
        case rec.Message(id=name) | rec.Proposal(id=name) | rec.Compaction(id=name):
            return name or f"#{entry.index}"
        case rec.ToolResult(id=name, call=call):
            return name or call or f"#{entry.index}"
        case _:
            return None


def replay(state: State, entries: Iterable[Entry]) -> State:
    """Fold records into a state, in order."""
    for entry in entries:
        state = fold(state, entry)
    return state


class Replay:
    """Random access to the states of a session, in either direction, by way of a bounded number of snapshots."""

    def __init__(self, session: Session) -> None:
        self._entries = session.entries
        self._snapshots = [State()]
        self._every = _EVERY
        self._recent: dict[
            int, State
        ] = {}  # around what was asked for of late: the next is mostly a step away
        self._latest = State()
        self._lock = Lock()

    def before(self, index: int) -> State:
        """Return the state just before the record with this ordinal; several threads may ask."""
        with self._lock:
            return self._before(min(index, len(self._entries)))

    def _before(self, index: int) -> State:
        while len(self._snapshots) * self._every <= index:
            self._snapshots.append(self._at(len(self._snapshots) * self._every))
            if len(self._snapshots) > _MOST:
                self._snapshots, self._every = self._snapshots[::2], self._every * 2
        return self._at(index)

    def _at(self, index: int) -> State:
        """Fold on from the nearest state that is known."""
        state = self._nearest(index)
        while state.folded < index:
            stop = min(index, (state.folded // _EVERY + 1) * _EVERY)
            state = replay(state, self._entries[state.folded : stop])
            if stop % _EVERY == 0:
                self._recent[stop] = state
                if len(self._recent) > _RECENT:
                    del self._recent[next(iter(self._recent))]
        self._latest = state
        return state

    def _nearest(self, index: int) -> State:
        found = self._snapshots[min(index // self._every, len(self._snapshots) - 1)]
        if found.folded < self._latest.folded <= index:
            found = self._latest
        for at in range(index // _EVERY * _EVERY, found.folded, -_EVERY):
            if at in self._recent:
                return self._recent[at]
        return found


Changes = dict[str, Any]
"""The fields of a state that a record changes."""


def _proposed(state: State, record: rec.Proposal, at: int) -> Changes:
    return {"proposals": state.proposals.insert(record.id or f"#{at}", at)}


def _confirmed(state: State, record: rec.Confirmation, at: int) -> Changes:
    return {"confirmations": state.confirmations.insert(record.id or f"#{at}", at)}


def _retrieved(state: State, record: rec.Retrieval, at: int) -> Changes:
    returned, versions = state.returned, state.versions
    for document in record.documents:
        returned = returned.insert(document.id, at)
        known = versions.get(document.id)
        if document.included is not False:
            versions = versions.insert(document.id, Version(document.version, at))
        elif known is not None and known.at < at:
            other = document.version if document.version != known.included else None
            versions = versions.insert(document.id, replace(known, other=other, other_at=at))
    return {"returned": returned, "versions": versions, "retrieval": at}


def _shown(state: State, record: rec.Context, at: int) -> Changes:
    seen, largest = state.first_seen, state.largest
    for item in record.items:
        ref, span = item.ref, item.tokens
        known = largest.get(ref)
        if known is None and ref not in seen:
            seen = seen.insert(ref, at)
        if span is None or (size := span[1] - span[0]) < 0:
            continue
        if known is None or size > known[0]:
            largest = largest.insert(ref, (size, at))
    return {"first_seen": seen, "largest": largest}


def _called(state: State, record: rec.ToolCall, at: int) -> Changes:
    return {} if record.id is None else {"calls": state.calls.insert(record.id, record.name)}


def _answered(state: State, record: rec.ToolResult, at: int) -> Changes:
    tool = None if record.call is None else state.calls.get(record.call)
    return {} if tool is None else {"facts": state.facts.insert(tool, at)}


def _compacted(state: State, record: rec.Compaction, at: int) -> Changes:
    said, dropped = state.said, state.dropped
    for ref in record.dropped:
        dropped = dropped.insert(ref, at)
        if ref in said:
            said = said.remove(ref)
    said = said.insert(record.id or f"#{at}", at)  # as `said_as` names it
    return {"said": said, "dropped": dropped, "compaction": at}


_READ: Final[dict[type, Callable[[State, Any, int], Changes]]] = {
    rec.Proposal: _proposed,
    rec.Confirmation: _confirmed,
    rec.Retrieval: _retrieved,
    rec.Context: _shown,
    rec.ToolCall: _called,
    rec.ToolResult: _answered,
    rec.Compaction: _compacted,
}
"""What each kind of record changes, besides `said`."""
