"""Texts and sizes for generated traces: seeded, cheap to make, of the lengths that real logs have."""

from __future__ import annotations

import random

LARGEST = 200_000
"""Bytes of the largest text, in a record of about as many."""

_POOL = 600_000
_WORDS = (
    "order delivery address parcel shelf oak walnut invoice customer notice change revision packing ready "
    "waiting please could the a of to for by with and has been is was from Tuesday quay street harbour row "
    'number amount "as agreed" größe café naïve 100% – state until carrier weight height depth colour screws'
)


class Texts:
    """A pool of words of which pieces are cut, and a chance that decides everything else, too."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        known = _WORDS.split()
        words, length = [], 0
        while length < _POOL:
            words.append(self.chance.choice(known) + ("\n" if self.chance.random() < 0.02 else ""))
            length += len(words[-1]) + 1
        self._pool = " ".join(words)

    def piece(self, size: int) -> str:
        """Return a text of so many characters."""
        at = int(self.chance.random() * (len(self._pool) - size))
        return self._pool[at : at + size]

    def said(self) -> str:
        """Return what a person or an agent says: mostly a sentence or two, seldom a page."""
        return self.piece(self._size(200, 1.0))

    def returned(self, median: int = 7_000) -> str:
        """Return what a tool gives back: mostly some hundred bytes, seldom a whole document."""
        return self.piece(self._size(median, 1.5))

    def _size(self, median: int, spread: float) -> int:
        return min(LARGEST, int(median * self.chance.lognormvariate(0, spread)) + 8)
