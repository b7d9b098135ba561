"""The union of records from many places: the same whatever their order, and however often each is given."""

from __future__ import annotations

from collections.abc import Iterable

from nalyqor_tui.notes.lines import encode
from nalyqor_tui.notes.model import NoteRecord


def unite(*parts: Iterable[NoteRecord]) -> tuple[NoteRecord, ...]:
    """Return each record once, by id; records of one id with different contents are all kept, side by side."""
    by_id: dict[str, list[NoteRecord]] = {}
    for part in parts:
        for record in part:
            by_id.setdefault(record.id, []).append(record)
    out: list[NoteRecord] = []
    for name in sorted(by_id):
        same = by_id[name]
        out += same if len(same) == 1 else _distinct(same)
    return tuple(out)


def _distinct(same: list[NoteRecord]) -> list[NoteRecord]:
    by_content = {encode(record): record for record in same}
    return [by_content[content] for content in sorted(by_content)]
