"""Every text from elsewhere that rows are made of, with where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from nalyqor_tui.notes.model import NoteRecord
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.present import words
from nalyqor_tui.present.review import BoundNote, Review
from nalyqor_tui.trace.records import Unparsed

Text = tuple[Phrase, str, str]
"""Where a text stands, the name of the field that it is the value of (or nothing), and the text."""


def texts(reviews: Iterable[Review]) -> Iterator[Text]:
    """Yield the texts of the trace, then those of the policy and of the notes, each once."""
    policies: dict[int, Policy | None] = {}
    notes: dict[str, BoundNote] = {}
    for number, review in enumerate(reviews):
        if not number:
            yield own("the name of the file"), "", review.trace.name
        yield own("the id of a session"), "", review.session.id
        for entry in review.session.entries:
            where = phrase(
                "{name}, {place}", name=words.name(review.session, entry.index), place=str(entry.place)
            )
            for name, text in _fields(entry.record):
                yield where, name, text
        policies[id(review.policy)] = review.policy
        notes.update({note.note.id: note for note in review.notes})
    for policy in filter(None, policies.values()):
        for name, text in _fields(policy.file):
            yield phrase("the policy {file}", file=policy.path.rsplit("/", 1)[-1]), name, text
    for bound in notes.values():
        where = phrase("a note by {author}", author=bound.note.author)
        for name, text in (*_fields(bound.note.body), ("", bound.note.author), ("", bound.binding.how)):
            yield where, name, text


def written(records: Iterable[NoteRecord]) -> Iterator[Text]:
    """Yield the texts of records of notes, also of versions that were edited since."""
    for record in records:
        for name, text in _fields(record):
            yield phrase("a note by {author}", author=record.author), name, text


def _fields(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text in a value with the name of its field; a name is a text, too."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Unparsed):
        yield from (("", value.problem), ("", value.text))
    elif isinstance(value, BaseModel):
        for own_name, part in value:
            yield from _fields(part, "" if own_name in type(value).model_fields else own_name)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield "", str(key)
            yield from _fields(part, str(key))
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _fields(part, name)
    elif isinstance(value, int | float) and not isinstance(value, bool) and name:
        yield name, str(value)
