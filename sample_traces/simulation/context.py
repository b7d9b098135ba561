"""The window: what the agent can see, in order, within a token limit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FADING = 625
"""How many tokens it takes for a mention to fade to 1/e."""


def count_tokens(text: str) -> int:
    """An estimate: one token for every four characters of a word begun, and one for each other mark."""
    return sum(-(-len(piece) // 4) for piece in re.findall(r"\w+|[^\w\s]", text))


@dataclass(frozen=True)
class Item:
    """One thing in the window, known to the trace by `ref`; `kind` is system, talk, call, rule or summary."""

    ref: str
    kind: str
    text: str
    turn: int
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        return count_tokens(self.text)


@dataclass(frozen=True)
class Compaction:
    """What a compaction did: ids kept and dropped, and the sizes around it in tokens."""

    kept: list[str]
    dropped: list[str]
    tokens_before: int
    tokens_after: int


class Window:
    """Items in the order in which the model is sent them."""

    def __init__(self, limit: int, pinned: frozenset[str] = frozenset()) -> None:
        self.limit = limit
        self.items: list[Item] = []
        self._pinned = pinned

    @property
    def size(self) -> int:
        return sum(item.tokens for item in self.items)

    @property
    def full(self) -> bool:
        return self.size > self.limit

    def holds(self, ref: str) -> bool:
        return any(item.ref == ref for item in self.items)

    def add(self, item: Item) -> None:
        """Put an item at the end, unless it is in view already."""
        if not self.holds(item.ref):
            self.items.append(item)

    def last_call(self, tool: str) -> Item | None:
        """The newest call of a tool that is still in view."""
        return next((item for item in reversed(self.items) if item.data.get("tool") == tool), None)

    def spans(self) -> list[dict[str, object]]:
        """The window as a context record lists it: ref and token span [from, to)."""
        spans: list[dict[str, object]] = []
        start = 0
        for item in self.items:
            spans.append({"ref": item.ref, "tokens": [start, start + item.tokens]})
            start += item.tokens
        return spans

    def recency(self, mention: str) -> float:
        """How fresh the last mention of a pattern in what was said is: 1 at the very end, 0 if out of view."""
        distance = 0
        for item in reversed(self.items):
            said = item.kind in ("talk", "summary")
            if said and re.search(mention, item.text, re.IGNORECASE):
                return math.exp(-distance / FADING)
            distance += item.tokens
        return 0.0

    def compact(self, ref: str, summary: str, turn: int) -> Compaction:
        """Keep the system message, what is pinned and the current turn; a summary stands for all the rest."""
        before = self.size
        stays = {item.ref for item in self.items if self._stays(item, turn)}
        dropped = [item.ref for item in self.items if item.ref not in stays]
        rest = [item for item in self.items if item.ref in stays]
        head = [item for item in rest if item.kind == "system"]
        tail = [item for item in rest if item.kind != "system"]
        self.items = [*head, Item(ref, "summary", summary, turn), *tail]
        return Compaction([item.ref for item in rest], dropped, before, self.size)

    def _stays(self, item: Item, turn: int) -> bool:
        return item.kind == "system" or item.ref in self._pinned or item.turn == turn
