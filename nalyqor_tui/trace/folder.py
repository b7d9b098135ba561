"""A folder opens as a set of sessions: each file by its own format, those that belong together as one."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import Phrase, counted, phrase
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.base import Drafts, Fidelity, Format, Names, Reading, SessionDraft
from nalyqor_tui.trace.recognise import recognise
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.unpack import unpack

MOST: Final = 20_000
"""The most files of a folder that are looked at."""

_COUNTED = re.compile(r" #\d+\Z")  # what tells apart sessions of one id
_NAMED = 3  # files that a warning names; the others are counted
_OURS = (".notes.jsonl", ".lock", ".draft.json", "nalyqor.toml")


@dataclass(frozen=True, slots=True)
class Part:
    """One file with what was read of it, or several that belong together."""

    format: Format
    reading: Reading
    documents: tuple[Document, ...]

    @property
    def title(self) -> str:
        """The format's name, with the writer's where the format has several."""
        return f"{self.format.TITLE}: {self.reading.dialect}" if self.reading.dialect else self.format.TITLE

    @property
    def fidelity(self) -> Fidelity:
        """What these files can tell about a decision."""
        return self.reading.fidelity or self.format.FIDELITY


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of the folder that is not read, and why."""

    name: str
    why: str


def read(path: Path) -> tuple[list[Part], list[Skipped]]:
    """Open the files of a folder; raise `TraceError` where none of them is a trace."""
    found: dict[str, tuple[Format, list[Document]]] = {}
    skipped: list[Skipped] = []
    for number, name in enumerate(_files(path)):
        if number == MOST:
            skipped.append(Skipped("…", f"a folder is read up to {MOST:,} files"))
            break
        try:
            document, form = _open(path / name, name)
        except (TraceError, OSError) as error:
            skipped.append(Skipped(name, error.what if isinstance(error, TraceError) else str(error)))
            continue
        found.setdefault(form.NAME, (form, []))[1].append(document)
    parts = [part for form, documents in found.values() for part in _parts(form, documents)]
    if not parts:
        seen = f"files looked at: {len(skipped)}" if skipped else "it holds no files"
        raise TraceError(
            f"no trace in this folder: {seen}", path=path, remedy="give a folder with traces in it"
        )
    return parts, skipped


def warning(skipped: list[Skipped]) -> Phrase:
    """Say which files are not read."""
    names = ", ".join(each.name for each in skipped[:_NAMED])
    more = phrase(" and {n} more", n=len(skipped) - _NAMED) if len(skipped) > _NAMED else ()
    says = "{n} not read: {names}{more} (nalyqor-tui info says why)"
    return phrase(says, n=counted(len(skipped), "file of this folder"), names=names, more=more)


def drafts(parts: Sequence[Part]) -> tuple[Sequence[SessionDraft], Sequence[int]]:
    """Return the sessions of all parts, each under a name of its own, and the part that each belongs to."""
    if len(parts) == 1 and isinstance(many := parts[0].reading.sessions, Drafts):
        return many, bytes(len(many))
    all_of_them: list[SessionDraft] = []
    part_of = array("I")
    names = Names()
    for index, part in enumerate(parts):
        for draft in part.reading.sessions:
            all_of_them.append(SessionDraft(names.unique(draft.id), draft.load))
            part_of.append(index)
    return all_of_them, part_of


def shared(parts: list[Part]) -> dict[int, str]:
    """Return the files of the sessions, by their ordinals, whose ids stand in several files; none where unknown."""
    if sum(len(part.documents) for part in parts) == 1:
        return {}
    found: dict[str, list[tuple[int, str]]] = {}
    drafts = ((part, draft) for part in parts for draft in part.reading.sessions)
    for index, (part, draft) in enumerate(drafts):
        alone = part.documents[0] if len(part.documents) == 1 else None
        document = getattr(draft.load, "document", alone)
        name = "" if document is None else document.name
        found.setdefault(_COUNTED.sub("", draft.id), []).append((index, name))
    several = (same for same in found.values() if len({file for _, file in same}) > 1)
    return {index: file for same in several for index, file in same if file}


def _open(path: Path, name: str) -> tuple[Document, Format]:
    source, _ = unpack(Source(path, hold=False))
    claim = recognise(source, name)
    claim.document.forget()
    assert claim.format is not None
    return claim.document, claim.format


def _parts(form: Format, documents: list[Document]) -> Iterator[Part]:
    gather = getattr(form, "gather", None)
    if gather is None:
        for document in documents:
            yield Part(form, form.read(document), (document,))
            document.forget()
        return
    for reading, members in gather(documents):
        yield Part(form, reading, tuple(members))


def _files(path: Path) -> Iterator[str]:
    """Yield the names of the files below a folder, in order, without hidden ones and our own."""
    for folder, inside, names in os.walk(path):
        inside[:] = sorted(name for name in inside if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith(_OURS):
                yield (Path(folder) / name).relative_to(path).as_posix()
