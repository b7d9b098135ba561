"""Reading blind: the notes of others stay hidden from a person until that person's own are committed.

Both are records in the file, so that it holds in every program that opens the notes. A `blind` record says:
from here on show this author nobody else's notes. A `commit` record ends that for good and names (`covers`)
what the author had written by then, so that it can be told later what was written without the others'.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from nalyqor_tui.notes.model import NoteRecord

Sight = Literal["open", "blind", "committed"]
When = Literal["", "before reading blind", "blind", "after the others' notes were shown"]


def sight(records: Iterable[NoteRecord], author: str) -> Sight:
    """Tell how an author reads: committed as soon as one commit of theirs is there, whatever else is."""
    done = {record.op for record in records if record.author == author}
    return "committed" if "commit" in done else "blind" if "blind" in done else "open"


def visible(records: tuple[NoteRecord, ...], author: str) -> tuple[NoteRecord, ...]:
    """Return the records that an author may see: only their own while they read blind."""
    if sight(records, author) != "blind":
        return records
    return tuple(record for record in records if record.author == author)


def written(record: NoteRecord, records: tuple[NoteRecord, ...]) -> When:
    """Tell how a record of somebody who reads or read blind was written; empty for all others."""
    own = [other for other in records if other.author == record.author]
    began = min((other.id for other in own if other.op == "blind"), default=None)
    if began is None:
        return ""
    if record.id < began:
        return "before reading blind"
    commits = [other for other in own if other.op == "commit"]
    # What a commit covers supersedes what came before it, so that those were written blind, too.
    covered = {name for other in commits for name in other.covers}
    if not commits or record.id in covered | _before(covered, own):
        return "blind"
    return "after the others' notes were shown"


def _before(names: set[str], own: list[NoteRecord]) -> set[str]:
    """Return the own records that led to those of these names."""
    led = {record.id: (record.prev, *record.settles) for record in own}
    found: set[str] = set()
    wanted = set(names)
    while wanted:
        more = {prev for name in wanted for prev in led.get(name, ()) if prev in led}
        wanted = more - found
        found |= more
    return found
