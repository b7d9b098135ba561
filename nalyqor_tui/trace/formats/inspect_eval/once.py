"""What each request repeats is kept once; later copies refer to the first."""

from __future__ import annotations

import hashlib
from typing import Any

from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.records import Json

_SMALL = 100  # bytes of JSON below which a value is kept as it is


class Once:
    """Remembers the large values that were kept, and where each stood first."""

    def __init__(self) -> None:
        self._seen: dict[bytes, str] = {}

    def request(self, request: dict[str, Any], where: str) -> dict[str, Any]:
        """Return a request in which each part that was kept before is a reference; `where` is its JSON Pointer."""
        return {
            key: [self.part(item, f"{where}/{key}/{index}") for index, item in enumerate(value)]
            if isinstance(value, list)
            else self.part(value, f"{where}/{key}")
            for key, value in request.items()
        }

    def part(self, value: Json, where: str) -> Json:
        """Return a value, or a reference to where an equal one stood first."""
        if not isinstance(value, dict | list | str):
            return value
        data = canonical(value)
        if len(data) < _SMALL:
            return value
        first = self._seen.setdefault(hashlib.blake2b(data, digest_size=16).digest(), where)
        return value if first == where else {"same as": first}
