"""Equal parts of many runs kept once, so that what is kept of a decision is a pointer and little more."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, TypeVar, cast

from nalyqor_tui.derive.corpus import Made, Run
from nalyqor_tui.phrase import Phrase, Words

H = TypeVar("H", bound=Hashable)


class Shared:
    """Gives for a value the first one like it that it was given."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, Any] = {}

    def same(self, value: H) -> H:
        """Return the first equal value of the same type."""
        return cast("H", self._seen.setdefault((type(value), value), value))

    def phrase(self, value: Phrase) -> Phrase:
        """Return the first phrase that is equal in its words of ours and in its data."""
        key = (value, tuple(isinstance(piece, Words) for piece in value))
        return cast("Phrase", self._seen.setdefault(key, value))

    def run(self, run: Run, name: str) -> Run:
        """Return a run that shares its parts; `name` is its id, as it is kept already."""
        made = tuple(self._made(each) for each in run.decisions)
        case, agent, version, model = map(self.same, (run.case, run.agent, run.version, run.model))
        return replace(run, id=name, case=case, agent=agent, version=version, model=model, decisions=made)

    def _made(self, made: Made) -> Made:
        key = (made.number, made.tool, made.grade, tuple(made.conditions.items()))
        found = self._seen.get(key)
        if found is None:
            held = self._seen.setdefault(key[3], made.conditions)
            number, tool = self.same(made.number), self.same(made.tool)
            found = self._seen[key] = replace(made, number=number, tool=tool, conditions=held)
        return cast("Made", found)
