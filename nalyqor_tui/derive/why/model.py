"""A trail of links from a decision back to where something came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from nalyqor_tui.phrase import Phrase

Verdict = Literal["grounded", "ungrounded", "ambiguous", "unknown"]
Kind = Literal[
    "value",
    "user",
    "result",
    "document",
    "state",
    "other",
    "copy",
    "again",
    "near",
    "end",
    "proposal",
    "answer",
    "covers",
    "rule",
    "look-up",
    "in view",
]


@dataclass(frozen=True, slots=True)
class Link:
    """One step back: what it says by which rule, and the records that show it.

    `entry` is the record to go to. Where `quote` is given it stands there: `pointer` leads to it in the record,
    and `inner` on from there into a result that is JSON. `depth` is how far it lies behind the start.
    """

    kind: Kind
    says: Phrase
    rule: str
    evidence: tuple[int, ...]
    entry: int | None = None
    quote: str = ""
    pointer: str = ""
    inner: str = ""
    depth: int = 0
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """The links of one thing, from the decision back; `path` names an argument."""

    says: Phrase
    verdict: Verdict
    links: tuple[Link, ...]
    path: str = ""


def deeper(links: tuple[Link, ...], by: int) -> tuple[Link, ...]:
    """Return links set further in."""
    return tuple(replace(link, depth=link.depth + by) for link in links)
