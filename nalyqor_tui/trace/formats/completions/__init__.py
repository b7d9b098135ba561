"""Raw completions: what a model was sent and what it answered, as a client or a proxy logs each call.

An exchange whose messages begin with all that an earlier one was sent goes on with its conversation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.completions.shape import Exchange, exchange, names
from nalyqor_tui.trace.formats.logprobs import margin
from nalyqor_tui.trace.formats.pick import first, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe, known_by
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

NAME = "completions"
TITLE = "raw completions (OpenAI chat and Responses, Anthropic)"
FIDELITY = Fidelity(
    context=Can("exact", "where the request was logged with the response"),
    confirmations=Can("absent", "only what was said"),
    retrieval=Can("absent"),
    margin=Can("observed", "where alternatives were asked for: top_logprobs, or n above 1"),
)
TESTED = "real files (without alternatives), and our own with them"
_STAMPS = ("timestamp", "created", "created_at", "start_time")

_Spot = tuple[Document, Place]


def score(sample: Sample) -> float:
    """Return the share of values that hold a response of a service."""
    values = list(sample.values)
    if sample.whole and values and isinstance(values[0], list):
        values = values[0][:20]
    return 0.95 * sum(exchange(value) is not None for value in values) / len(values) if values else 0.0


def read(document: Document) -> Reading:
    """Find the conversations of a file."""
    return gather([document])[0][0]


def gather(documents: Sequence[Document]) -> list[tuple[Reading, Sequence[Document]]]:
    """Unite the files whose calls belong to one conversation."""
    threads = list(_threads(documents))
    out: list[tuple[Reading, Sequence[Document]]] = []
    for members in _together(documents, threads):
        held = {id(document) for document in members}
        given = Names()
        mine = [thread for thread in threads if id(thread.spots[0][0]) in held]
        drafts = [
            _draft(thread, given.unique(thread.name or f"call {n}")) for n, thread in enumerate(mine, 1)
        ]
        out.append((Reading(drafts, warnings=_warnings(mine)), members))
    return out


@dataclass
class _Thread:
    """The calls of one conversation so far, where they stand, and what was sent by the last of them."""

    name: str
    spots: list[_Spot] = field(default_factory=list)
    sent: bytes = b""
    asked: bool = True
    several: bool = False


def _threads(documents: Sequence[Document]) -> Iterator[_Thread]:
    by_sent: dict[bytes, _Thread] = {}
    by_response: dict[str, _Thread] = {}
    for document in documents:
        for value, place in document.items():
            found = exchange(value)
            sent = _digests(found, place) if found else []
            earlier = (by_sent[each] for each in reversed(sent[:-1]) if each in by_sent)
            thread = next((one for one in earlier if one.sent in sent), None)  # else it went on otherwise
            if found is not None and thread is None:
                thread = by_response.get(found.response.get("previous_response_id") or "")
            if thread is None:
                thread = _Thread(_name(value, found) or document.name)
                yield thread
            thread.spots.append((document, place))
            if found is None:
                continue
            thread.asked = thread.asked and found.asked
            thread.several = thread.several or len(found.choices(place)) > 1
            if sent:
                thread.sent = sent[-1]
                by_sent[thread.sent] = thread
            if (own := txt(found.response.get("id"))) is not None:
                by_response[own] = thread
        if len(documents) > 1:
            document.forget()


def _digests(found: Exchange, place: Place) -> list[bytes]:
    """Return what each beginning of the sent messages is known by."""
    running, out = hashlib.sha256(repr(found.response.get("model")).encode()), []
    for said, _ in found.heard(place):
        running.update(known_by(said) + b"\n")
        out.append(running.digest())
    return out


def _together(documents: Sequence[Document], threads: Sequence[_Thread]) -> list[list[Document]]:
    """Return the documents in sets that share a conversation."""
    group = {id(document): [document] for document in documents}
    for thread in threads:
        one = group[id(thread.spots[0][0])]
        for document, _ in thread.spots[1:]:
            other = group[id(document)]
            if other is not one:
                one.extend(other)
                for member in other:
                    group[id(member)] = one
    return list({id(members): members for members in group.values()}.values())


def _name(value: Json, found: Exchange | None) -> str:
    own = first(value, "custom_id", "conversation_id", "session_id", "id") or (
        found and found.response.get("id")
    )
    return own if isinstance(own, str) else ""


def _warnings(threads: Sequence[_Thread]) -> list[Phrase]:
    out = []
    blind = sum(not thread.asked for thread in threads)
    if blind:
        out.append(phrase("{n} of {m} sessions hold responses without their requests: what the model was sent is "
                          "not recorded", n=blind, m=len(threads)))  # fmt: skip
    if any(thread.several for thread in threads):
        out.append(
            phrase("several answers to one request: the first is taken for the choice, the log names none")
        )
    return out


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads the calls of one conversation."""

    name: str
    spots: Sequence[_Spot]

    @property
    def document(self) -> Document | None:
        """The file that all of them are in; None where they are in several."""
        one = self.spots[0][0]
        return one if all(document is one for document, _ in self.spots) else None

    def __call__(self) -> Iterable[Placed]:
        return list(_records(self.name, self.spots))


def _draft(thread: _Thread, name: str) -> SessionDraft:
    return SessionDraft(name, _Load(name, thread.spots))


def _records(name: str, spots: Sequence[_Spot]) -> Iterable[Placed]:
    scribe = Scribe()
    described: Json = None
    began = False
    for document, spot in spots:
        value, place = document.item(spot)
        found = exchange(value)
        if not began:
            model = found and (first(found.request, "model") or found.response.get("model"))
            scribe.header(place, name, request_model=model if isinstance(model, str) else None)
            began = True
        if found is None:
            scribe.unparsed(place, "not an exchange with a model", value)
            continue
        asked: dict[str, Any] = found.settings()
        if found.offered and found.offered != described:
            asked["tools"] = described = found.offered
        _exchange(scribe, place, found, _bare(asked, found))
    return scribe.records


def _bare(asked: dict[str, Any], found: Exchange) -> dict[str, Any]:
    """Leave out the tools where they are described a second time, as LiteLLM logs do."""
    repeats = {
        key for key, part in asked.items() if isinstance(part, dict) and part.get("tools") == found.offered
    }
    return {key: rest(part, ("tools",)) if key in repeats else part for key, part in asked.items()}


def _exchange(scribe: Scribe, place: Place, found: Exchange, asked: dict[str, Any]) -> None:
    when = stamp(first({**found.request, **found.around}, *_STAMPS) or first(found.response, *_STAMPS))
    known: dict[str, Any] = {"ts": when}
    if found.asked:
        known["context"] = scribe.window(
            place.below(found.request_at), found.heard(place), source=asked or None, ts=when
        )
    elif asked:
        scribe.keep(place, "completions:request", asked, ts=when)
    choices = found.choices(place)
    if not choices:
        scribe.keep(place.below(found.response_at), "completions:response", found.response, ts=when)
        return
    offered = names(found.offered)
    beside = {**found.told(), **choices[0].more}
    if len(choices) > 1:
        beside["choices"] = found.response["choices"][1:]
    if offered:
        known["tools_offered"] = offered
    scribe.step(
        choices[0].place,
        choices[0].said,
        margin=margin([choice.answer for choice in choices], offered),
        source=beside,
        **known,
    )
