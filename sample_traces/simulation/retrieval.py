"""Lexical search: Okapi BM25 over a handful of documents.

A document is found by the words that it shares with the query and by nothing else. A rule about *sending* is not
found by a customer who speaks of *telling*: that is the seam along which the incident runs.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

K1 = 1.2
B = 0.75
COMMONEST = """
a about all an and any are as at be been but by can do does for from go good has have i if in is it its me my no not
now of off on only or our please so thank thanks that the then there they this to was we what when which while who
will with yes you your
"""
STOP_WORDS = frozenset(COMMONEST.split())


@dataclass(frozen=True)
class Document:
    """A text that can be found."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Hit:
    """A document with its BM25 score; higher is better, the scale has no fixed end."""

    document: Document
    score: float


def words(text: str) -> list[str]:
    """The words that search looks at: lower case, without a plural s, without the commonest words."""
    found = re.findall(r"[a-z]+", text.lower())
    return [w.removesuffix("s") if len(w) > 3 else w for w in found if w not in STOP_WORDS]


class Index:
    """Documents that can be searched by their words."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = tuple(documents)
        self._counts = [Counter(words(f"{d.title} {d.text}")) for d in self._documents]
        self._mean_length = sum(c.total() for c in self._counts) / len(self._counts)

    def search(self, query: str, limit: int) -> list[Hit]:
        """The best documents that share a word with the query, at most `limit`, best first, ties by id."""
        terms = sorted(set(words(query)))
        hits = [Hit(d, self._score(terms, c)) for d, c in zip(self._documents, self._counts, strict=True)]
        hits = sorted((h for h in hits if h.score > 0), key=lambda h: (-h.score, h.document.id))
        return hits[:limit]

    def _score(self, terms: list[str], counts: Counter[str]) -> float:
        length = K1 * (1 - B + B * counts.total() / self._mean_length)
        return sum(self._rarity(t) * counts[t] * (K1 + 1) / (counts[t] + length) for t in terms if counts[t])

    def _rarity(self, term: str) -> float:
        holding = sum(term in c for c in self._counts)
        return math.log(1 + (len(self._counts) - holding + 0.5) / (holding + 0.5))
