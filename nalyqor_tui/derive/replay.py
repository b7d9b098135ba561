"""The state just before any decision, by folding the records: nothing but what the log said up to there.

States share their structure, so that a snapshot costs a few pointers. The law, tested as a property:
`replay(replay(s, xs), ys) == replay(s, xs + ys)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from rpds import HashTrieMap

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Entry, Session

_EVERY = 64


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
    state = state._replace(folded=state.folded + 1, turn=entry.turn)
    match record:
        case rec.Message():
            return state._replace(said=state.said.insert(record.id or f"#{at}", at))
        case rec.Proposal():
            name = record.id or f"#{at}"
            proposals = state.proposals.insert(name, at)
            return state._replace(proposals=proposals, said=state.said.insert(name, at))
        case rec.Confirmation():
            return state._replace(confirmations=state.confirmations.insert(record.id or f"#{at}", at))
        case rec.Retrieval():
            return _retrieved(state, record, at)
        case rec.Context():
            return _shown(state, record, at)
        case rec.ToolCall() if record.id is not None:
            return state._replace(calls=state.calls.insert(record.id, record.name))
        case rec.ToolResult():
            said = state.said.insert(record.id or record.call or f"#{at}", at)
            tool = state.calls.get(record.call) if record.call is not None else None
            facts = state.facts if tool is None else state.facts.insert(tool, at)
            return state._replace(said=said, facts=facts)
        case rec.Compaction():
            return _compacted(state, record, at)
        case _:
            return state


def replay(state: State, entries: Iterable[Entry]) -> State:
    """Fold records into a state, in order."""
    for entry in entries:
        state = fold(state, entry)
    return state


class Replay:
    """Random access to the states of a session, in either direction, by way of snapshots."""

    def __init__(self, session: Session) -> None:
        self._entries = session.entries
        self._snapshots = [State()]

    def before(self, index: int) -> State:
        """Return the state just before the record with this ordinal."""
        while len(self._snapshots) * _EVERY <= index:
            start = (len(self._snapshots) - 1) * _EVERY
            self._snapshots.append(replay(self._snapshots[-1], self._entries[start : start + _EVERY]))
        nearest = index // _EVERY
        return replay(self._snapshots[nearest], self._entries[nearest * _EVERY : index])


def _retrieved(state: State, record: rec.Retrieval, at: int) -> State:
    returned, versions = state.returned, state.versions
    for document in record.documents:
        returned = returned.insert(document.id, at)
        known = versions.get(document.id)
        if document.included is not False:
            versions = versions.insert(document.id, Version(document.version, at))
        elif known is not None and known.at < at:
            other = document.version if document.version != known.included else None
            versions = versions.insert(document.id, replace(known, other=other, other_at=at))
    return state._replace(returned=returned, versions=versions, retrieval=at)


def _shown(state: State, record: rec.Context, at: int) -> State:
    seen, largest = state.first_seen, state.largest
    for item in record.items:
        if item.ref not in seen:
            seen = seen.insert(item.ref, at)
        size = item.tokens[1] - item.tokens[0] if item.tokens else None
        if size is not None and size > largest.get(item.ref, (-1, at))[0]:
            largest = largest.insert(item.ref, (size, at))
    return state._replace(first_seen=seen, largest=largest)


def _compacted(state: State, record: rec.Compaction, at: int) -> State:
    said, dropped = state.said, state.dropped
    for ref in record.dropped:
        dropped = dropped.insert(ref, at)
        if ref in said:
            said = said.remove(ref)
    said = said.insert(record.id or f"#{at}", at)
    return state._replace(said=said, dropped=dropped, compaction=at)
