"""The context pane: what stood in the window, and what changed in it since another decision."""

from __future__ import annotations

from nalyqor_tui.derive.context import Window, difference
from nalyqor_tui.derive.rebuilt import Item
from nalyqor_tui.phrase import counted, own, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Line, Row, Tone, derived, observed
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision

REBUILT = "messages before the decision"
_MARKS: dict[str, tuple[str, Tone]] = {
    "added": ("+", "pass"),
    "evicted": ("−", "fail"),
    "truncated": ("✂", "fail"),
    "moved": ("↕", "plain"),
    "changed": ("≠", "plain"),
}


def view(
    review: Review, decision: Decision, base: Decision | None = None, most: int | None = None
) -> list[Line]:
    """Return the window, its state, and the difference to `base` (by default the decision before).

    Of its items the last `most` are shown.
    """
    window = review.window(decision)
    left_out = 0 if most is None else max(0, len(window.items) - most)
    says = phrase("{n} earlier items of the window are not shown here", n=f"{left_out:,}")
    return [
        *summary(review, decision, base),
        *([Heading(says)] if left_out else []),
        *(item(review, decision, window, one) for one in window.items[left_out:]),
    ]


def summary(review: Review, decision: Decision, base: Decision | None = None) -> list[Line]:
    """Return the same without the items: how full it was, its state, and what changed."""
    window = review.window(decision)
    return [usage(decision, window), *_state(review, window), *diff(review, decision, base)]


def usage(decision: Decision, window: Window) -> Row:
    """Say how full the window was; estimates are marked `~`."""
    says = words.tokens(window.used, estimated=window.estimated)
    if window.limit and window.used is not None:
        used = f"{'~' if window.estimated else ''}{window.used}"
        share = f"{window.used / window.limit:.0%}"
        says = phrase("{used} of {limit} tokens ({share})", used=used, limit=window.limit, share=share)
    elif window.limit:
        says += phrase(", limit {limit}", limit=window.limit)
    else:
        says += phrase(", limit not recorded")
    says += phrase(", ") + counted(len(window.items), "item")
    if window.recorded is None:
        return derived("window", says, REBUILT, (decision.entry,))
    return observed("window", says, window.recorded)


def item(review: Review, decision: Decision, window: Window, one: Item) -> Row:
    """Return the row of one item: its span, its id, and how it begins."""
    size = "?" if one.size is None else f"{'~' if one.estimated else ''}{one.size}"
    begins = beginning(review, one.entry)
    label = _kind(review, one)
    says = phrase("{size} {ref}", size=size.rjust(6), ref=one.ref)
    says += phrase("  {begins}", begins=begins) if begins else ()
    if window.recorded is None:
        return derived(label, says, REBUILT, (decision.entry, *(() if one.entry is None else (one.entry,))))
    return observed(label, says, (window.recorded, *(() if one.entry is None else (one.entry,))))


def diff(review: Review, decision: Decision, base: Decision | None = None) -> list[Line]:
    """Say what changed in the window since `base`, by default the decision before."""
    if base is None and decision.index > 0:
        base = review.session.decisions[decision.index - 1]
    if base is None:
        return []
    old, new = review.window(base), review.window(decision)
    evidence = tuple(i for i in (old.recorded or base.entry, new.recorded or decision.entry))
    changes = difference(old, new)
    says = phrase("since {number}: ", number=base.number)
    if not changes:
        return [derived("changed", says + phrase("nothing"), "context difference", evidence)]
    counts = [
        f"{sum(c.change == kind for c in changes)} {kind}"
        for kind in _MARKS
        if any(c.change == kind for c in changes)
    ]
    out: list[Line] = [derived("changed", says + phrase(", ".join(counts)), "context difference", evidence)]
    for change in changes:
        mark, tone = _MARKS[change.change]
        sizes = phrase("")
        if change.before is not None and change.after is not None and change.before != change.after:
            sizes = phrase(" {a} to {b} tokens", a=change.before, b=change.after)
        begins = phrase("  {text}", text=beginning(review, change.entry))
        value = phrase("{mark} {ref}", mark=own(mark), ref=change.ref) + sizes + begins
        out.append(derived(change.change, value, "context difference", evidence, tone=tone, indent=1))
    return out


def _state(review: Review, window: Window) -> list[Line]:
    if window.recorded is None:
        return []
    record = review.session.record(window.recorded)
    if not isinstance(record, rec.Context) or record.state is None:
        return []
    return [observed("state", words.cut(words.compact(record.state), 120), window.recorded,
                     body=words.compact(record.state))]  # fmt: skip


def _kind(review: Review, one: Item) -> str:
    if one.entry is None:
        return "document"
    record = review.session.record(one.entry)
    kinds = {"tool_result": "result", "tool_call": "call", "compaction": "summary"}
    if isinstance(record, rec.Message):
        return record.role if record.role in ("user", "assistant", "system", "developer") else "message"
    return kinds.get(record.kind, "record")


def beginning(review: Review, entry: int | None) -> str:
    """Return how the text of a record begins, empty where it has none."""
    if entry is None:
        return ""
    match review.session.record(entry):
        case rec.Message(content=content) | rec.ToolResult(result=content):
            return words.cut(words.text_of(content), 60)
        case rec.Proposal(text=text) if text:
            return words.cut(text, 60)
        case rec.ToolCall(name=name):
            return name
        case rec.Compaction() as record:
            summary = rec.extras(record).get("summary")
            return words.cut(summary, 60) if isinstance(summary, str) else ""
    return ""
