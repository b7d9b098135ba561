"""What an agent was given in a run, piece by piece in the order of the log: all that a choice can follow from.

A piece is compared by what it says, never by its id, its time or its size in tokens alone, since these differ
from run to run where nothing else does.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.derive.equal import by_value
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Entry, Session

InputKind = Literal[
    "instructions", "user words", "words of others", "tool result", "retrieved documents", "confirmation",
    "compaction", "documents in view", "context", "confirmation state", "tools offered",
]  # fmt: skip
Side = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")
_CAPTURED: dict[InputKind, str] = {
    "retrieved documents": "retrieval", "confirmation": "confirmation", "confirmation state": "confirmation",
    "compaction": "context", "documents in view": "context", "context": "context",
}  # fmt: skip
_ROLES: dict[str, InputKind] = {"user": "user words", "system": "instructions", "developer": "instructions"}


@dataclass(frozen=True, slots=True)
class Input:
    """A piece of input: the record that holds it, a digest of what it says, and the decision that it belongs to.

    A tool result belongs to the call that it answers; the window, the state of confirmations and the tools offered to
    the decision that was made with them. The others belong to none: they are compared one after the other.
    """

    kind: InputKind
    entry: int
    says: bytes
    decision: int | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of two runs of the kinds that both logs hold; `left_out` are the others, with the log without."""

    a: tuple[Input, ...]
    b: tuple[Input, ...]
    left_out: tuple[tuple[InputKind, Side], ...]


def inputs(a: Session, b: Session) -> Inputs:
    """Return what can be compared of the inputs of two runs: a kind counts where neither log is silent about it."""
    one, two = tuple(given(a)), tuple(given(b))
    kinds = {item.kind: None for item in (*one, *two)}
    left_out: list[tuple[InputKind, Side]] = []
    sides: tuple[tuple[Side, Session, tuple[Input, ...]], ...] = (("a", a, one), ("b", b, two))
    for kind in kinds:
        left_out += [(kind, side) for side, session, found in sides if not _tells(session, found, kind)]
    silent = {kind for kind, _ in left_out}
    return Inputs(
        tuple(item for item in one if item.kind not in silent),
        tuple(item for item in two if item.kind not in silent),
        tuple(left_out),
    )


def given(session: Session) -> Iterator[Input]:
    """Yield the inputs of a run in the order of its log; what a decision record holds comes with that decision."""
    contents = Contents(session)
    answered = {d.result: d.index for d in session.decisions if d.result is not None}
    made = [decision.entry for decision in session.decisions]
    for entry in session.entries:
        at = entry.index
        match entry.record:
            case rec.Message(role=role) if role != "assistant":
                yield Input(_ROLES.get(role, "words of others"), at, contents.of(entry))
            case rec.ToolResult():
                yield Input("tool result", at, contents.of(entry), answered.get(at))
            case rec.Retrieval(documents=documents):
                yield Input(
                    "retrieved documents", at, says([[d.id, d.version, d.included] for d in documents])
                )
            case rec.Confirmation():
                yield Input("confirmation", at, contents.of(entry))
            case rec.Compaction(dropped=dropped):
                gone = [contents.named(ref) for ref in dropped]
                yield Input("compaction", at, says([gone, contents.of(entry).hex()]))
            case rec.Context(items=items):
                documents_in_view = sorted(item.ref for item in items if session.entry(item.ref) is None)
                after = bisect_left(made, at)
                decision = after if after < len(made) else None
                yield Input("documents in view", at, says(documents_in_view), decision)
                sizes = [item.tokens and item.tokens[1] - item.tokens[0] for item in items]
                window = [[contents.named(i.ref), size] for i, size in zip(items, sizes, strict=True)]
                yield Input("context", at, says(window), decision)
            case rec.Decision() as record:
                yield from _held(contents, at, record, bisect_left(made, at))


class Contents:
    """What the records of a run say, whoever says it: a digest without ids, times and places."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[int, bytes] = {}

    def of(self, entry: Entry) -> bytes:
        """Digest what a record says."""
        if entry.index not in self._known:
            self._known[entry.index] = says(_content(entry))
        return self._known[entry.index]

    def named(self, ref: str) -> str:
        """Return what stands for a thing that is referred to by id: what its record says, else the id."""
        found = self._session.entry(ref)
        return f"document {ref}" if found is None else self.of(found).hex()


def _content(entry: Entry) -> Json:
    match entry.record:
        case rec.Message(role=role, content=words):
            return ["message", role, words]
        case rec.Proposal(tool=tool, arguments=args, text=text):
            return ["proposal", tool, args, text]
        case rec.ToolCall(name=name, arguments=args):
            return ["call", name, args]
        case rec.ToolResult(status=status, result=result):
            return ["result", status, result]
        case rec.Confirmation(op=op, type=kind, by=by, covers=covers, scope=scope):
            about = None if covers is None else [covers.tool, covers.arguments]
            return ["confirmation", op, kind, by, about, scope]
        case rec.Compaction() as record:
            return ["compaction", rec.extras(record).get("summary")]
        case record:
            return [record.kind, entry.index]


def _held(contents: Contents, at: int, record: rec.Decision, decision: int) -> Iterator[Input]:
    """Yield what a decision record says that the agent was given: the state of its confirmations, its tools."""
    if record.believes is not None:
        state = sorted([contents.named(b.confirmation), b.status, b.source or ""] for b in record.believes)
        yield Input("confirmation state", at, says(state), decision)
    if record.tools_offered is not None:
        yield Input("tools offered", at, says(record.tools_offered), decision)


def says(value: Json) -> bytes:
    """Digest a JSON value, equal numbers alike."""
    return hashlib.blake2b(canonical(by_value(value)), digest_size=16).digest()


def _tells(session: Session, found: tuple[Input, ...], kind: InputKind) -> bool:
    """Say whether a log would hold inputs of a kind, had there been any."""
    if kind in ("user words", "words of others") or any(item.kind == kind for item in found):
        return True
    if kind == "tool result":
        return not any(decision.call is not None for decision in session.decisions)
    return claims(session, kind)


def claims(session: Session, kind: InputKind) -> bool:
    """Say whether a log claims to hold all inputs of a kind, so that none means that there was none."""
    captured = _CAPTURED.get(kind)
    return captured is not None and getattr(session.captures, captured) == "all"
