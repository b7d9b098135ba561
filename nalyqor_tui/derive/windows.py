"""The context windows of two runs held against each other, by what their items say."""

from __future__ import annotations

from dataclasses import dataclass

from nalyqor_tui.derive.context import Change, Window, difference
from nalyqor_tui.derive.inputs import Contents
from nalyqor_tui.derive.rebuilt import Item
from nalyqor_tui.trace.session import Session


@dataclass(frozen=True, slots=True)
class Differing:
    """A thing in the windows of two decisions that is not the same in both; None where a window lacks it."""

    change: Change
    a: Item | None
    b: Item | None


def context_difference(a: Session, one: Window, b: Session, two: Window) -> list[Differing]:
    """Compare two windows of different runs by what their items say, as ids differ from log to log.

    `added` is what only the second holds, `evicted` what only the first does.
    """
    left, right = _by_content(a, one), _by_content(b, two)
    changes = difference(_window(one, left), _window(two, right))
    return [Differing(c.change, left.get(c.ref), right.get(c.ref)) for c in changes]


def _by_content(session: Session, window: Window) -> dict[str, Item]:
    """Call each item by what it says; the second of two that say the same is called so."""
    contents, out = Contents(session), {}
    for item in window.items:
        name = (
            contents.named(item.ref) if item.entry is None else contents.of(session.entries[item.entry]).hex()
        )
        count = 1
        while (key := f"{name} {count}") in out:
            count += 1
        out[key] = item
    return out


def _window(window: Window, items: dict[str, Item]) -> Window:
    named = tuple(Item(key, i.entry, i.size, i.span, i.estimated) for key, i in items.items())
    return Window(named, window.recorded, window.used, window.limit, window.estimated)
