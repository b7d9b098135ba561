"""How like a quote the most similar words of a text are."""

from __future__ import annotations

from difflib import SequenceMatcher

_PIECE = 8
_FINDS = 8
_WINDOWS = 3


def shared(quote: str, text: str) -> float:
    """Return which part (0 to 1) of the quote's pieces of a few characters occurs in the text; it is quick."""
    pieces = _pieces(quote)
    return sum(piece in text for _, piece in pieces) / len(pieces) if pieces else 0.0


def best_ratio(quote: str, text: str, *, least: float) -> float:
    """Return the likeness (difflib's ratio, 0 to 1) of `quote` to the words of `text` most like it.

    The first words that reach `least` are taken; what cannot reach it may be answered with 0. Only where
    pieces of the quote occur is the text compared: words in which no piece survived are missed.
    """
    if not quote:
        return 0.0
    if quote in text:
        return 1.0
    best = 0.0
    for start in _starts(quote, text):
        best = max(best, _ratio_near(quote, text, start, least))
        if best >= least:
            break
    return best


def _pieces(quote: str) -> list[tuple[int, str]]:
    size = max(3, min(_PIECE, len(quote) // 4))
    return [(at, quote[at : at + size]) for at in range(0, len(quote) - size + 1, size)]


def _starts(quote: str, text: str) -> list[int]:
    """Return where in `text` the quote may begin, likeliest first, by where its pieces stand."""
    votes: dict[int, int] = {}
    for at, piece in _pieces(quote):
        found = text.find(piece)
        for _ in range(_FINDS):
            if found < 0:
                break
            start = (found - at) // _PIECE  # a few characters more or less between two pieces are one start
            votes[start] = votes.get(start, 0) + 1
            found = text.find(piece, found + 1)
    likeliest = sorted(votes, key=lambda start: -votes[start])[:_WINDOWS]
    return [start * _PIECE for start in likeliest]


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
