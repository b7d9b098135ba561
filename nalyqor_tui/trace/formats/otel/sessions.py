"""Which session each span belongs to: the conversation that it names, else one below it, else its trace.

An agent that a tool started is a session of its own: its conversation is not that of the agent that called it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nalyqor_tui.trace.formats.base import Names
from nalyqor_tui.trace.formats.otel import approvals, dialects
from nalyqor_tui.trace.formats.otel.logs import speaks
from nalyqor_tui.trace.formats.otel.pieces import Address, Piece
from nalyqor_tui.trace.formats.otel.span import Event, Span
from nalyqor_tui.trace.place import Place


@dataclass(slots=True)
class Seen:
    """What is remembered of a piece until the sessions are known."""

    place: Place
    pointer: str
    trace: str = ""
    span: str = ""
    parent: str = ""
    session: str | None = None
    start: int | None = None
    log: bool = False
    tool: bool = False
    model: bool = False
    agent: str | None = None


@dataclass(slots=True)
class Group:
    """The pieces of one session, in the order of the file."""

    name: str
    pieces: list[Seen] = field(default_factory=list)
    below: str | None = None  # the session that started this one

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where the pieces stand, those of one value together."""
        out: dict[Place, list[str]] = {}
        for piece in self.pieces:
            out.setdefault(piece.place, []).append(piece.pointer)
        return tuple((place, tuple(pointers)) for place, pointers in out.items())

    @property
    def start(self) -> float:
        """When the first of its spans began; never, if none says so."""
        return min((piece.start for piece in self.pieces if piece.start is not None), default=float("inf"))


@dataclass(slots=True)
class Count:
    """What a file holds, to tell whoever opens it."""

    models: list[tuple[str, str]] = field(default_factory=list)
    captured: set[tuple[str, str]] = field(default_factory=set)
    spans: int = 0
    ours: int = 0
    dropped: int = 0
    orphans: int = 0
    approvals: bool = False
    names: dict[str, int] = field(default_factory=dict)

    @property
    def silent(self) -> int:
        """How many calls of a model were recorded without any message content."""
        return sum(model not in self.captured for model in self.models)


def see(place: Place, pointer: str, piece: Piece, count: Count) -> Seen:
    """Remember a piece, and count what it is."""
    seen = Seen(place, pointer)
    if isinstance(piece, Event):
        seen.trace, seen.span, seen.start, seen.log = piece.trace, piece.span, piece.time, True
        if speaks(piece):
            count.captured.add((piece.trace, piece.span))
    elif isinstance(piece, Span):
        kind, own = dialects.kind(piece), (piece.trace, piece.id or f"{place} {pointer}")
        seen.trace, seen.span, seen.parent, seen.start = piece.trace, piece.id, piece.parent, piece.start
        seen.session, seen.tool, seen.model = dialects.session(piece), kind == "tool", kind == "model"
        seen.agent = dialects.agent(piece) if kind == "agent" else None
        count.spans += 1
        count.approvals = count.approvals or approvals.shows(piece)
        count.dropped += any(key.startswith("dropped") for key in piece.about)
        if name := dialects.name(piece):
            count.ours += 1
            count.names[name] = count.names.get(name, 0) + 1
        if seen.model and dialects.speaks(piece):
            count.captured.add(own)
    return seen


def group(every: list[Seen], count: Count) -> list[Group]:
    """Return the sessions, the earliest first; pieces of no trace are each a session."""
    spans = {(each.trace, each.span): each for each in every if each.span and not each.log}
    known: dict[str, set[str]] = {}
    for each in every:
        if each.session is not None:
            known.setdefault(each.trace, set()).add(each.session)
    names, found = Names(), {}
    for number, each in enumerate(every):
        if each.parent and (each.trace, each.parent) not in spans:
            count.orphans += 1
        if each.model:
            _count_model(each, spans, count)
        key = _key(each, spans, known, number)
        if key not in found:
            found[key] = Group(names.unique(key[-1]), below=key[0] if len(key) > 1 else None)
        found[key].pieces.append(each)
    return sorted(found.values(), key=lambda one: one.start)


def _count_model(each: Seen, spans: dict[tuple[str, str], Seen], count: Count) -> None:
    """Count a call of a model, once where its spans stand in one another; any of them may hold the content."""
    own = (each.trace, each.span or f"{each.place} {each.pointer}")
    every = [own]
    for one in list(_above(each, spans))[1:]:
        if one.tool or one.agent:
            break
        if one.model:
            every.append((one.trace, one.span))
    if any(model in count.captured for model in every):
        count.captured.add(every[-1])
    if len(every) == 1:
        count.models.append(own)


def _key(
    each: Seen, spans: dict[tuple[str, str], Seen], known: dict[str, set[str]], number: int
) -> tuple[str, ...]:
    """Return what the pieces of one session have in common: its name, below the one that started it."""
    if not each.trace and each.session is None:
        return (f"span {number + 1}",)
    above = list(_above(each, spans))
    said = next((one.session for one in above if one.session is not None), None)
    only = known.get(each.trace, set())
    name = said or (next(iter(only)) if len(only) == 1 else each.trace)
    for index, one in enumerate(above[:-1]):
        if one.agent and any(outer.tool for outer in above[index + 1 :]):
            tool = next(outer for outer in above[index + 1 :] if outer.tool)
            return (name, f"{name} / {one.agent} ({tool.span})")
    return (name,)


def _above(each: Seen, spans: dict[tuple[str, str], Seen]) -> Iterator[Seen]:
    """Yield the span itself (of a log record, its span) and those that it is below, from the nearest on."""
    at: Seen | None = spans.get((each.trace, each.span), each)
    met: set[str] = set()
    while at is not None and at.span not in met:
        met.add(at.span)
        yield at
        at = spans.get((at.trace, at.parent)) if at.parent else None
