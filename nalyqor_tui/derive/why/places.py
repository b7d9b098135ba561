"""Every place of a session where a value can stand: who says it there, and the text as it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from nalyqor_tui.derive.consent.language import Language, english
from nalyqor_tui.derive.consent.lookup import decoded
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps, resolve
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Decision, Entry, Session

Speaker = Literal["user", "result", "document", "state", "other", "copy"]
_ROLES: dict[str, Speaker] = {
    "user": "user",
    "assistant": "copy",
    "system": "document",
    "developer": "document",
}


class Place(NamedTuple):
    """A value in a record. `key` is the name it stands under, `named` says that it is the name itself.

    `plain` is `text` in lower case, sign for sign, so that a place in the one is the same place in the other.
    """

    entry: int
    by: Speaker
    pointer: str
    inner: str
    value: Json
    text: str
    plain: str
    key: str = ""
    named: bool = False


@dataclass(slots=True)
class Index:
    """A session read once for all questions: its places in the order of the log, and whose result is whose.

    `alike` holds the ordinals of places by their plain text: long logs say the same again and again.
    """

    session: Session
    language: Language = field(default_factory=english)
    places: list[Place] = field(init=False)
    lost: list[int] = field(init=False)
    made: dict[int, Decision] = field(init=False)
    alike: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Read the session."""
        called = {d.entry for d in self.session.decisions if d.call not in (None, d.entry)}
        entries = (e for e in self.session.entries if e.index not in called)  # the call says it again
        self.places, self.lost = [], []
        for entry in entries:
            self.places += _places(entry)
            if isinstance(entry.record, rec.Unparsed):
                self.lost.append(entry.index)
        self.alike = {}
        for number, place in enumerate(self.places):
            self.alike.setdefault(place.plain, []).append(number)
        self.made = {d.result: d for d in self.session.decisions if d.result is not None}

    def before(self, entry: int, hints: tuple[str, ...]) -> Iterator[Place]:
        """Yield the places before a record whose text has one of the hints, in order; without hints, all."""
        groups = (
            found for plain, found in self.alike.items() if not hints or any(hint in plain for hint in hints)
        )
        for number in sorted(n for found in groups for n in found):
            if self.places[number].entry >= entry:
                return
            yield self.places[number]

    def of(self, entry: int) -> list[Place]:
        """Return the places of one record."""
        low = bisect_left(self.places, entry, key=lambda place: place.entry)
        return self.places[low : bisect_left(self.places, entry + 1, key=lambda place: place.entry)]

    def gaps(self, before: int) -> int:
        """Count what the log lacks before a record: pieces that cannot be read, calls without their result."""
        return bisect_left(self.lost, before) + sum(
            d.call is not None and d.call < before and d.result is None for d in self.session.decisions
        )


def text_at(session: Session, entry: int, pointer: str, inner: str) -> str:
    """Return the text that a place names, its key before it; raises `KeyError` where there is none."""
    record = session.record(entry)
    if isinstance(record, rec.Unparsed):
        raise KeyError(pointer)
    value = resolve(record.model_dump(), pointer)
    if inner:
        value = resolve(decoded(value), inner)
    elif pointer == "/result":
        value = decoded(value)
    key = (inner or pointer).rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
    return f"{key}\n{value if isinstance(value, str) else dumps(value)}"


@lru_cache(maxsize=4096)
def lowered(text: str) -> str:
    """Return a text in lower case of the same length."""
    plain = text.lower()
    return (
        plain if len(plain) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )


def _places(entry: Entry) -> Iterator[Place]:
    record, at = entry.record, entry.index
    match record:
        case rec.Message():
            yield from _words(at, _ROLES.get(record.role, "other"), "/content", record.content)
            yield from _words(at, "copy", "/reasoning", record.reasoning)
        case rec.ToolResult():
            yield from _walk(at, "result", "/result", decoded(record.result), inner=True)
        case rec.ToolCall():
            yield from _walk(at, "copy", "/arguments", record.arguments)
        case rec.Decision():
            yield from _walk(at, "copy", "/chosen/arguments", record.chosen.arguments)
        case rec.Unknown():
            yield from _walk(at, "other", "", record.model_extra)
        case _:
            yield from _kept(at, record)


def _kept(at: int, record: rec.AnyRecord) -> Iterator[Place]:
    """Yield the places of what an agent's machinery keeps: agreements, look-ups, windows, summaries."""
    match record:
        case rec.Proposal():
            yield from _words(at, "copy", "/text", record.text)
            yield from _walk(at, "copy", "/arguments", record.arguments)
        case rec.Confirmation():
            covers = record.covers.arguments if record.covers is not None else None
            yield from _walk(at, "copy", "/covers/arguments", covers)
            for number, quote in enumerate(record.evidence):
                yield from _words(at, "copy", f"/evidence/{number}/quote", quote.quote)
        case rec.Retrieval():
            yield from _words(at, "copy", "/query", record.query)
            for number, document in enumerate(record.documents):
                yield from _walk(at, "document", f"/documents/{number}", document.model_extra)
        case rec.Context():
            yield from _walk(at, "state", "/state", record.state)
        case rec.Compaction():
            yield from _walk(at, "copy", "", record.model_extra)
        case _:
            return


def _words(at: int, by: Speaker, pointer: str, content: Json) -> Iterator[Place]:
    """Yield what was said: a text, or the parts of one that are text."""
    if isinstance(content, str):
        yield _place(at, by, (pointer, ""), content)
    elif isinstance(content, list):
        for number, part in enumerate(content):
            if isinstance(part, str):
                yield _place(at, by, (f"{pointer}/{number}", ""), part)
            elif isinstance(part, dict) and isinstance(part.get("text"), str):
                yield _place(at, by, (f"{pointer}/{number}/text", ""), part["text"])
    elif content is not None:
        yield from _walk(at, by, pointer, content)


def _walk(at: int, by: Speaker, start: str, value: Json, *, inner: bool = False) -> Iterator[Place]:
    """Yield the leaves of a value and the names in it, in order; no recursion, however deep it is."""
    todo: list[tuple[str, str, Json]] = [("", "", value)]
    while todo:
        path, key, one = todo.pop()
        if isinstance(one, dict):
            steps = [(f"{path}/{_escaped(str(k))}", str(k), v) for k, v in one.items()]
            for below, name, _ in steps:
                where = _where(start, below, inner=inner)
                yield Place(at, by, *where, name, name, lowered(name), name, named=True)
            todo += reversed(steps)
        elif isinstance(one, list):
            todo += [(f"{path}/{n}", key, v) for n, v in reversed(list(enumerate(one)))]
        elif one is not None:
            yield _place(at, by, _where(start, path, inner=inner), one, key)


def _where(start: str, path: str, *, inner: bool) -> tuple[str, str]:
    return (start, path) if inner else (start + path, "")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _place(at: int, by: Speaker, where: tuple[str, str], value: Json, key: str = "") -> Place:
    text = value if isinstance(value, str) else dumps(value)
    return Place(at, by, *where, value, text, lowered(text), key)
