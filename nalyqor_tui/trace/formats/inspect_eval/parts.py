"""The parts of one sample, wherever a log keeps them: in one value, in pools, or in chunks of an archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.pick import arr, at, obj, whole
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

Placed = tuple[Json, Place]

_ATTACHED = ("attachment://", "tc://")


@dataclass(slots=True)
class Parts:
    """A sample with its attachments put where they belong.

    `value` is what the sample says of itself besides; `pool` holds the messages that model events refer to by
    number, `calls` the same of raw requests; `loose` are attachments that nothing refers to.
    """

    value: dict[str, Any]
    place: Place
    events: list[Placed] = field(default_factory=list)
    messages: list[Placed] = field(default_factory=list)
    pool: list[Placed] = field(default_factory=list)
    calls: list[Placed] = field(default_factory=list)
    loose: dict[str, Any] = field(default_factory=dict)

    def expand(self, refs: Json, pool: list[Placed]) -> Iterator[Placed]:
        """Yield what ranges [from, to) of a pool name; a range that is none of it yields nothing."""
        for pair in arr(refs):
            first, last = whole(at(pair, 0)), whole(at(pair, 1))
            if first is not None and last is not None and first >= 0:
                yield from pool[first : max(0, last)]


class Attachments:
    """Puts the text of attachments where a value refers to them."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._texts = texts
        self._used: set[str] = set()

    def into(self, value: Json) -> Json:
        """Return the value with each reference replaced by what it names; unknown ones stay."""
        if isinstance(value, dict):
            return {key: self.into(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.into(part) for part in value]
        if isinstance(value, str) and value.startswith(_ATTACHED):
            name = value.partition("://")[2]
            if name in self._texts:
                self._used.add(name)
                return self._texts[name]
        return value

    @property
    def unused(self) -> dict[str, Any]:
        """The attachments that nothing referred to so far."""
        return {name: text for name, text in self._texts.items() if name not in self._used}


def single(sample: dict[str, Any], place: Place) -> Parts:
    """Take apart a sample that is one value; the oldest logs keep events and texts under `transcript`."""
    old = obj(sample.get("transcript"))
    attachments = Attachments({**obj(old.get("content")), **obj(sample.get("attachments"))})
    apart = ("events", "messages", "attachments", "events_data", "transcript", "message_pool", "call_pool")
    parts = Parts({key: attachments.into(value) for key, value in sample.items() if key not in apart}, place)
    parts.events += _listed(attachments.into(sample.get("events")), place.below("/events"))
    parts.messages += _listed(attachments.into(sample.get("messages")), place.below("/messages"))
    parts.events += _listed(attachments.into(old.get("events")), place.below("/transcript/events"))
    pools = obj(sample.get("events_data"))
    parts.pool += _listed(attachments.into(pools.get("messages")), place.below("/events_data/messages"))
    parts.calls += _listed(attachments.into(pools.get("calls")), place.below("/events_data/calls"))
    for key, pool in (
        ("message_pool", parts.pool),
        ("call_pool", parts.calls),
    ):  # as they were called for a while
        pool.extend(_listed(attachments.into(sample.get(key)), place.below(f"/{key}")))
    for key in apart:  # of another type than it should be: shown as it stands
        wanted: type = dict if key in ("attachments", "events_data", "transcript") else list
        if sample.get(key) is not None and not isinstance(sample[key], wanted):
            parts.value[key] = sample[key]
    parts.loose = attachments.unused
    return parts


def chunked(archive: Document, prefix: str) -> Parts:
    """Put together a sample that an archive keeps in chunks below `prefix`: a shell and four sequences."""
    shell = archive.member(f"{prefix}/sample.json")
    texts = [text for text, _ in _sequence(archive, f"{prefix}/attachments")]
    attachments = Attachments({str(index): text for index, text in enumerate(texts)})
    parts = Parts(obj(attachments.into(shell.value)), shell.place())
    parts.events, parts.pool, parts.calls = (
        [(attachments.into(value), at) for value, at in _sequence(archive, f"{prefix}/{name}")]
        for name in ("events", "messages", "calls")
    )
    parts.messages = list(parts.expand(parts.value.pop("message_refs", None), parts.pool))
    assert archive.archive is not None
    if (name := f"{prefix}/metadata.json") in archive.archive.names:
        parts.value["metadata"] = attachments.into(archive.member(name).value)
    parts.loose = attachments.unused
    return parts


def _listed(value: Json, place: Place) -> list[Placed]:
    return [(item, place.below(f"/{index}")) for index, item in enumerate(arr(value))]


def _sequence(archive: Document, folder: str) -> Iterator[Placed]:
    """Yield a sequence from its chunks, which are named by the number of their first element."""
    assert archive.archive is not None
    starts = []
    for name in archive.archive.names:
        head, _, number = name.removesuffix(".json").rpartition("/")
        if head == folder and number.isdecimal():
            starts.append((int(number), name))
    for _, name in sorted(starts):
        chunk = archive.member(name)
        yield from _listed(chunk.value, chunk.place())
