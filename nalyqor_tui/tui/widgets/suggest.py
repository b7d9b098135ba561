"""Offers how a condition goes on, behind what was typed; tab or → takes it."""

from __future__ import annotations

from textual.suggester import Suggester

from nalyqor_tui.present.query import Vocabulary, complete


class Conditions(Suggester):
    """Completes the words of a condition."""

    def __init__(self, words: Vocabulary) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._words = words

    async def get_suggestion(self, value: str) -> str | None:
        """Return the text with its likeliest next word."""
        return next(iter(complete(value, self._words)), None)
