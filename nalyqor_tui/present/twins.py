"""Two runs beside each other in rows: under one label a row of each, both of one truth, each with its own records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nalyqor_tui.present.rows import Row, Truth


@dataclass(frozen=True, slots=True)
class Twin:
    """A row of the first run and one of the second, of the same truth; None where one run has nothing to show.

    The ordinals in the origin of each are of records in its own session. `indent` is the depth below the one before.
    """

    label: str
    a: Row | None
    b: Row | None
    indent: int = 0

    def __post_init__(self) -> None:
        """Refuse what would put two truths under one label."""
        if len({row.truth for row in (self.a, self.b) if row is not None}) != 1:
            raise ValueError("a twin holds one or two rows of one truth")

    @property
    def truth(self) -> Truth:
        """Whose statement both are."""
        row = self.a or self.b
        assert row is not None
        return row.truth

    @property
    def agree(self) -> bool:
        """Whether both say the same."""
        return (
            self.a is not None
            and self.b is not None
            and (self.a.value, self.a.body) == (self.b.value, self.b.body)
        )


@dataclass(frozen=True, slots=True)
class Part:
    """Twins under a title of ours; `about` says in a sentence what they show."""

    title: str
    about: str
    twins: Sequence[Twin]
