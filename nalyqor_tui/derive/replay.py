"""The state just before any decision, by folding the records: nothing but what the log said up to there.

States share their structure, so that a snapshot costs a few pointers. The law, tested as a property:
`replay(replay(s, xs), ys) == replay(s, xs + ys)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from rpds import HashTrieMap

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Entry, Session

_EVERY = 64  # records from one snapshot to the next, at first
_MOST = 256  # snapshots that are kept: with more, every other is let go


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
    said = state.said
    if (name := said_as(entry)) is not None and not isinstance(record, rec.Compaction):
        said = said.insert(name, at)
    state = state._replace(folded=state.folded + 1, turn=entry.turn, said=said)
    match record:
        case rec.Proposal():
            return state._replace(proposals=state.proposals.insert(record.id or f"#{at}", at))
        case rec.Confirmation():
            return state._replace(confirmations=state.confirmations.insert(record.id or f"#{at}", at))
        case rec.Retrieval():
            return _retrieved(state, record, at)
        case rec.Context():
            return _shown(state, record, at)
        case rec.ToolCall() if record.id is not None:
            return state._replace(calls=state.calls.insert(record.id, record.name))
        case rec.ToolResult(call=str(call)) if (tool := state.calls.get(call)) is not None:
            return state._replace(facts=state.facts.insert(tool, at))
        case rec.Compaction():
            return _compacted(state, record, at)
        case _:
            return state


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
        self._latest = State()  # that was asked for: the next one is mostly a step on

    def before(self, index: int) -> State:
        """Return the state just before the record with this ordinal."""
        while len(self._snapshots) * self._every <= index:
            self._snapshots.append(self._on(self._snapshots[-1], len(self._snapshots) * self._every))
            if len(self._snapshots) > _MOST:
                self._snapshots, self._every = self._snapshots[::2], self._every * 2
        nearest = self._snapshots[index // self._every]
        if nearest.folded < self._latest.folded <= index:
            nearest = self._latest
        self._latest = self._on(nearest, index)
        return self._latest

    def _on(self, state: State, index: int) -> State:
        return replay(state, self._entries[state.folded : index])


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
        ref, span = item.ref, item.tokens
        if ref not in seen:
            seen = seen.insert(ref, at)
        if span is None or (size := span[1] - span[0]) < 0:
            continue
        known = largest.get(ref)
        if known is None or size > known[0]:
            largest = largest.insert(ref, (size, at))
    return state._replace(first_seen=seen, largest=largest)


def _compacted(state: State, record: rec.Compaction, at: int) -> State:
    said, dropped = state.said, state.dropped
    for ref in record.dropped:
        dropped = dropped.insert(ref, at)
        if ref in said:
            said = said.remove(ref)
    said = said.insert(record.id or f"#{at}", at)  # as `said_as` names it
    return state._replace(said=said, dropped=dropped, compaction=at)
