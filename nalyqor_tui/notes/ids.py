"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import os
import threading
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_RANDOM_BITS = 80

_mutex = threading.Lock()
_last = (0, 0)


def ulid() -> str:
    """Return a new ULID: 26 characters, 48 bits of Unix milliseconds, then 80 random bits.

    Within one process each is greater than the one before, also when the clock stands still or goes back.
    """
    global _last  # noqa: PLW0603 — the order holds for the whole process
    fresh = (time.time_ns() // 1_000_000) << _RANDOM_BITS | int.from_bytes(os.urandom(_RANDOM_BITS // 8))
    with _mutex:
        pid, previous = _last
        # A forked child must not count on from its parent's number: both would give the same one out.
        value = max(fresh, previous + 1) if pid == os.getpid() else fresh
        _last = (os.getpid(), value)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
