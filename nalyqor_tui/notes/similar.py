"""How like a quote the most similar words of a text are."""

from __future__ import annotations

from difflib import SequenceMatcher

_PIECE = 8
_TRIES = 8


def best_ratio(quote: str, text: str, *, least: float) -> float:
    """Return the likeness (difflib's ratio, 0 to 1) of `quote` to the words of `text` most like it.

    What cannot reach `least` may be answered with 0. Windows of the text are compared where a piece of the
    quote (8 characters, or fewer of a short quote) occurs in it; words in which no piece survived are missed.
    """
    if not quote:
        return 0.0
    if quote in text:
        return 1.0
    best = 0.0
    for start in _starts(quote, text):
        best = max(best, _ratio_near(quote, text, start, least))
    return best


def _starts(quote: str, text: str) -> list[int]:
    """Return where in `text` the quote may begin, by its pieces; nowhere if under half of them occur."""
    size = max(3, min(_PIECE, len(quote) // 4))
    pieces = range(0, len(quote) - size + 1, size)
    votes: dict[int, int] = {}
    present = 0
    for at in pieces:
        found = text.find(quote[at : at + size])
        present += found >= 0
        for _ in range(_TRIES):
            if found < 0:
                break
            start = (found - at) // size  # a few characters more or less between the pieces are one start
            votes[start] = votes.get(start, 0) + 1
            found = text.find(quote[at : at + size], found + 1)
    if present * 2 < len(pieces):
        return []
    likeliest = sorted(votes, key=lambda start: -votes[start])[:_TRIES]
    return [start * size for start in likeliest]


def _ratio_near(quote: str, text: str, start: int, least: float) -> float:
    slack = len(quote) // 4 + _PIECE
    window = text[max(0, start - slack) : max(0, start) + len(quote) + slack]
    matcher = SequenceMatcher(None, window, quote, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    same = sum(block.size for block in blocks)
    if 2 * same < least * (len(quote) + same):
        return 0.0
    # Only the stretch that matches counts: the window was cut wider than the quote on purpose.
    stretch = blocks[-1].a + blocks[-1].size - blocks[0].a
    return 2 * same / (len(quote) + stretch)
