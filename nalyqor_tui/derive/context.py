"""The context window of a decision, and what changed in it since another one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.derive.rebuilt import Item, Items, Talk
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Session


@dataclass(frozen=True, slots=True)
class Window:
    """The window of one decision; `recorded` is the context record, None where it is rebuilt from the talk."""

    items: Sequence[Item]
    recorded: int | None
    used: int | None
    limit: int | None
    estimated: bool

    def find(self, ref: str) -> Item | None:
        """Return the item with this id."""
        return next((item for item in self.items if item.ref == ref), None)


Change = Literal["added", "evicted", "truncated", "moved", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """An item that is not as it was, with its size before and after."""

    change: Change
    ref: str
    entry: int | None
    before: int | None
    after: int | None


def window(session: Session, decision: Decision, talk: Talk) -> Window:
    """Return the window of a decision: the recorded one, else the messages before it with estimated sizes."""
    if (found := recorded(session, decision)) is not None:
        return found
    items = talk.before(decision.entry)
    return Window(items, None, items.used, _limit(session), estimated=True)


def recorded(session: Session, decision: Decision) -> Window | None:
    """Return the window that was recorded for a decision, None where there is none."""
    record = session.record(decision.entry)
    named = session.entry(record.context) if isinstance(record, rec.Decision) else None
    if named is None or not isinstance(named.record, rec.Context):
        return None
    shown = tuple(_recorded(session, item) for item in named.record.items)
    return Window(shown, named.index, named.record.input_tokens, _limit(session), estimated=False)


def _limit(session: Session) -> int | None:
    return session.header.context_limit if session.header else None


def difference(old: Window, new: Window) -> list[Difference]:
    """Compare two windows by id: what came, went, shrank, moved or changed size, in the new one's order."""
    if (
        isinstance(old.items, Items)
        and isinstance(new.items, Items)
        and old.items.history is new.items.history
    ):
        return _further(old.items, new.items)
    before = {item.ref: item for item in old.items}
    after = {item.ref: item for item in new.items}
    stayed = [item.ref for item in old.items if item.ref in after]
    order = [item.ref for item in new.items if item.ref in before]
    kept = _longest_kept(stayed, order)
    out = [_compare(before.get(i.ref), i, i.ref in kept) for i in new.items]
    out += [Difference("evicted", i.ref, i.entry, i.size, None) for i in old.items if i.ref not in after]
    return [change for change in out if change is not None]


def _further(old: Items, new: Items) -> list[Difference]:
    """Compare two windows on one history: it went on, or had not come so far."""
    added = [Difference("added", i.ref, i.entry, None, i.size) for i in new[len(old) :]]
    return added + [Difference("evicted", i.ref, i.entry, i.size, None) for i in old[len(new) :]]


def _compare(old: Item | None, new: Item, in_place: bool) -> Difference | None:
    if old is None:
        return Difference("added", new.ref, new.entry, None, new.size)
    measured = old.estimated == new.estimated  # an estimate beside a count would look like a change
    if measured and old.size is not None and new.size is not None and new.size != old.size:
        change: Change = "truncated" if new.size < old.size else "changed"
        return Difference(change, new.ref, new.entry, old.size, new.size)
    return None if in_place else Difference("moved", new.ref, new.entry, old.size, new.size)


def _longest_kept(old: list[str], new: list[str]) -> set[str]:
    """Return a longest set of ids that stand in the same order in both; the others have moved."""
    if old == new:
        return set(new)
    where = {ref: index for index, ref in enumerate(old)}
    tails: list[int] = []  # patience sorting: the smallest last position of a run of each length
    ends: list[str] = []
    back: dict[str, str | None] = {}
    for ref in dict.fromkeys(new):
        slot = bisect_left(tails, where[ref])
        back[ref] = ends[slot - 1] if slot else None
        tails[slot : slot + 1] = [where[ref]]
        ends[slot : slot + 1] = [ref]
    kept: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = back[last]
    return kept


def _recorded(session: Session, item: rec.ContextItem) -> Item:
    found = session.entry(item.ref)
    span = (item.tokens[0], item.tokens[1]) if item.tokens else None
    size = span[1] - span[0] if span else None
    return Item(item.ref, found.index if found else None, size, span, estimated=False)
