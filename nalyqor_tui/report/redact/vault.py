"""The secrets of one report: each with its number, and where it was found before anything was written.

Rows show texts that were cut, quoted or taken apart, in which no rule might find what it finds in the whole. So
the sources are read first, and what was found there is known by its own text, its JSON form and its beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nalyqor_tui.phrase import Phrase
from nalyqor_tui.report.redact.known import Known

PLACES = 20  # places of a secret that are kept; all are counted


@dataclass
class Secret:
    """One secret: `text` without what splits it; `count` is how often the sources hold it."""

    rule: str
    number: int
    text: str
    count: int = 0
    places: list[Phrase] = field(default_factory=list)

    @property
    def marker(self) -> str:
        """What stands in its place."""
        return f"⟦redacted:{self.rule}#{self.number}⟧"


class Vault:
    """Gives each secret a number, and finds those again that it knows."""

    def __init__(self, forged: Iterable[str] = ()) -> None:
        self.secrets: dict[str, Secret] = {}
        self.forged: set[str] = set(forged)
        """Texts of the sources that look like markers of ours: no marker is made that looks like one of them."""
        self._numbers: Counter[str] = Counter()
        self._known = Known()

    def secret(self, rule: str, text: str) -> Secret:
        """Return the secret of a text, a new one if need be; one that was cut is that which begins so."""
        if text.endswith("…"):
            whole = next((s for key, s in self.secrets.items() if key.startswith(text[:-1])), None)
            if whole is not None:
                return whole
        if text not in self.secrets:
            self.secrets[text] = self._number(rule, text)
            self._known.add(text)
        return self.secrets[text]

    def whole(self, text: str) -> Iterator[tuple[int, int, Secret]]:
        """Yield the secrets that are found by their own text, and where."""
        return ((start, end, self.secrets[key]) for start, end, key in self._known.whole(text))

    def cut(self, text: str) -> Iterator[tuple[int, int, Secret]]:
        """Yield what is left of secrets that were cut: at either end of a text, or before an ellipsis."""
        return ((start, end, self.secrets[key]) for start, end, key in self._known.cut(text))

    def _number(self, rule: str, text: str) -> Secret:
        while True:
            self._numbers[rule] += 1
            made = Secret(rule, self._numbers[rule], text)
            if made.marker not in self.forged:
                return made
