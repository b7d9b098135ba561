"""What two runs were given, side by side: each piece of input in a line, and the windows held against each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from nalyqor_tui.derive.compare import since
from nalyqor_tui.derive.inputs import SIDES, Input, InputKind, Side
from nalyqor_tui.derive.rebuilt import Item
from nalyqor_tui.derive.windows import Differing, context_difference
from nalyqor_tui.phrase import Phrase, counted, join, own, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, derived, observed
from nalyqor_tui.present.twins import Twin
from nalyqor_tui.present.versus import Versus
from nalyqor_tui.present.window import beginning
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

_WIDTH = 300  # characters of one piece of input
_NAMES = 12  # documents and tools that are named
_CHANGES = {
    "added": "only in B",
    "evicted": "only in A",
    "truncated": "shorter in B",
    "changed": "longer in B",
    "moved": "elsewhere",
}


def text(review: Review, item: Input) -> Phrase:
    """Write a piece of input in one line."""
    record = review.session.record(item.entry)
    match record:
        case rec.Message():
            return phrase("“{text}”", text=words.cut(words.text_of(record.content), _WIDTH))
        case rec.ToolResult():
            status = (
                phrase("{status}", status=record.status) if record.status else phrase("status not recorded")
            )
            return status + phrase(": {result}", result=words.cut(words.compact(record.result), _WIDTH))
        case rec.Retrieval():
            return _names([d.id for d in record.documents])
        case rec.Confirmation():
            about = phrase(": ") + words.action(record.covers, 120) if record.covers else ()
            return phrase("{op} by {by}", op=record.op, by=record.by or words.UNRECORDED) + about
        case rec.Compaction():
            return phrase("dropped ") + _names(record.dropped)
        case rec.Context() if item.kind == "documents in view":
            return _names([i.ref for i in record.items if review.session.entry(i.ref) is None])
        case rec.Context():
            used = words.tokens(record.input_tokens)
            return phrase("{n}, {used}", n=counted(len(record.items), "item"), used=used)
        case rec.Decision() if item.kind == "confirmation state":
            states = [
                phrase("{id} {status}", id=b.confirmation, status=b.status) for b in record.believes or ()
            ]
            return join(", ", states) if states else phrase("none")
        case rec.Decision():
            return _names([words.cut(words.compact(tool), 40) for tool in record.tools_offered or ()])
    return phrase("{kind}", kind=record.kind)


def between(versus: Versus, a: Decision | None, b: Decision | None) -> Iterator[Twin]:
    """Set what was given for two decisions side by side: what differs in full, what is the same by its kind."""
    found = {
        "a": [] if a is None else since(versus.a.session, versus.inputs.a, a.index),
        "b": [] if b is None else since(versus.b.session, versus.inputs.b, b.index),
    }
    same: list[InputKind] = []
    for kind in dict.fromkeys(item.kind for item in (*found["a"], *found["b"])):
        one, two = ([item for item in found[side] if item.kind == kind] for side in ("a", "b"))
        if [item.says for item in one] == [item.says for item in two]:
            same.append(kind)
            continue
        for left, right in zip_longest(one, two):
            if left is None or right is None or left.says != right.says:
                yield Twin(kind, _observed(versus, "a", left), _observed(versus, "b", right))
    if same and a is not None and b is not None:
        says = own(", ".join(same))
        yield Twin(
            "the same",
            derived(
                "the same", says, "input since the decision before", _entries(found["a"], same), tone="dim"
            ),
            derived(
                "the same", says, "input since the decision before", _entries(found["b"], same), tone="dim"
            ),
        )


def windows(versus: Versus, a: Decision, b: Decision) -> list[Twin]:
    """Hold the context windows of two decisions against each other."""
    one, two = versus.a.window(a), versus.b.window(b)
    changes = context_difference(versus.a.session, one, versus.b.session, two)
    at: dict[Side, tuple[int, ...]] = {"a": (one.recorded or a.entry,), "b": (two.recorded or b.entry,)}
    counts = [
        f"{sum(change.change == kind for change in changes)} {word}"
        for kind, word in _CHANGES.items()
        if any(change.change == kind for change in changes)
    ]
    says = own(", ".join(counts) or "nothing differs")
    rows = {side: derived("context", says, "context difference", at[side]) for side in at}
    return [Twin("context", rows["a"], rows["b"]), *(_changed(versus, change, at) for change in changes)]


def _changed(versus: Versus, change: Differing, at: dict[Side, tuple[int, ...]]) -> Twin:
    label = _CHANGES[change.change]
    rows: dict[Side, Row | None] = {}
    for side, item in zip(SIDES, (change.a, change.b), strict=True):
        rows[side] = None if item is None else _item(versus.side(side), label, item, at[side])
    return Twin(label, rows["a"], rows["b"], indent=1)


def _item(review: Review, label: str, item: Item, at: tuple[int, ...]) -> Row:
    says = phrase("{ref}, {size}", ref=item.ref, size=words.tokens(item.size, estimated=item.estimated))
    shown = beginning(review, item.entry)
    says += phrase("  {begins}", begins=shown) if shown else ()
    return derived(label, says, "context difference", (*at, *(() if item.entry is None else (item.entry,))))


def _observed(versus: Versus, side: Side, item: Input | None) -> Row | None:
    return None if item is None else observed(item.kind, text(versus.side(side), item), item.entry)


def _entries(found: list[Input], kinds: list[InputKind]) -> list[int]:
    return list(dict.fromkeys(item.entry for item in found if item.kind in kinds))


def _names(names: list[str]) -> Phrase:
    shown = join(", ", [phrase("{name}", name=name) for name in names[:_NAMES]]) or phrase("nothing")
    return shown + (own(f" and {len(names) - _NAMES} more") if len(names) > _NAMES else ())
