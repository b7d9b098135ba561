"""What a reader types to narrow a list: a condition, or words that must stand in a row."""

from __future__ import annotations

import re
from collections.abc import Callable

from nalyqor_tui.present import find
from nalyqor_tui.present.query.evaluate import holds
from nalyqor_tui.present.query.syntax import Node, QueryError, parse
from nalyqor_tui.present.query.vocabulary import KEYWORDS, Vocabulary, vocabulary
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.steps import Step

_MARKS = re.compile(r"[=<>~()\"']")


def words_of(review: Review) -> Vocabulary:
    """Return the words that conditions over this session can be made of."""
    if review.words is None:
        review.words = vocabulary(review.policy, [review.session])
    return review.words


def test(review: Review, text: str) -> Callable[[Step], bool]:
    """Return what tells the rows that fit; raise `QueryError` for a condition with a mistake.

    A text without a comparison that is no condition is words: each must stand in the row.
    """
    try:
        node = parse(text, words_of(review))
    except QueryError:
        words = text.split()
        if _MARKS.search(text) or words[:1] == ["rule"] or any(word in KEYWORDS for word in words):
            raise
        return lambda step: find.matches(step, text)
    decisions = review.session.decisions
    return lambda step: step.decision is not None and holds(node, review, decisions[step.decision]) is True


def hits(review: Review, node: Node) -> tuple[list[int], int]:
    """Return the ordinals of the decisions of which a condition holds, and how many it cannot be told of."""
    answers = [holds(node, review, decision) for decision in review.session.decisions]
    return [at for at, told in enumerate(answers) if told], sum(told is None for told in answers)
