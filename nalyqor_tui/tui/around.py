"""The next of some places in a list, around its end."""

from __future__ import annotations

from collections.abc import Sequence


def around(places: Sequence[int], here: int, by: int) -> int | None:
    """Return the next (1) or the previous (-1) of these places, in ascending order, None where there is none."""
    if not places:
        return None
    if by > 0:
        return next((at for at in places if at > here), places[0])
    return next((at for at in reversed(places) if at < here), places[-1])
