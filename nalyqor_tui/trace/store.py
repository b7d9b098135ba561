"""An opened trace: its sessions, read when asked for, and its bytes, for whoever doubts the reading."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import Phrase, counted, own, phrase, plain
from nalyqor_tui.trace import folder, long
from nalyqor_tui.trace.build import build
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats import failures
from nalyqor_tui.trace.formats.base import ByLine, Drafts, Fidelity, Located, SessionDraft
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.index.spill import Spill
from nalyqor_tui.trace.long import LONG, Pulse
from nalyqor_tui.trace.parse import BadJsonError, canonical, dumps
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.recognise import Claim, claims, recognise
from nalyqor_tui.trace.records import Unparsed
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.unpack import from_pipe, unpack

STDIN: Final = Path("-")
"""The path that stands for what comes through standard input."""


class Trace:
    """A trace file in a format that is known, a folder of such files, or what came through a pipe."""

    def __init__(self, path: Path, lines: Lines | None = None, spill: Spill | None = None) -> None:
        """Open and recognise `path`; raise `TraceError` when that cannot be done.

        `lines` are those of a file that somebody has begun to look for; a packed file is unpacked into `spill`.
        """
        self.path = path
        self._lines = lines
        self._spill = spill
        self.is_folder = path != STDIN and _is_folder(path)
        self.skipped: list[folder.Skipped] = []
        self._packed: Source | None = None
        self._warnings: list[Phrase] = []
        self.parts = self._open_folder() if self.is_folder else self._open_file()
        self._documents = {document.name: document for part in self.parts for document in part.documents}
        self._drafts, self._part_of = folder.drafts(self.parts)
        self._ids = _ids(self._drafts)
        self._files = folder.shared(self.parts) if self.is_folder else {}
        self._sessions: dict[int, Session] = {}

    @property
    def name(self) -> str:
        """What the trace is called on the screen and in reports."""
        return "standard input" if self.path == STDIN else self.path.name or str(self.path)

    @property
    def format_title(self) -> str:
        """The format's name for the reader; in a folder, of each format with the number of its files."""
        if not self.is_folder:
            return self.parts[0].title
        counts: dict[str, int] = {}
        for part in self.parts:
            counts[part.title] = counts.get(part.title, 0) + len(part.documents)
        return "a folder: " + ", ".join(
            f"{title} ({plain(counted(n, 'file'))})" for title, n in counts.items()
        )

    @cached_property
    def claims(self) -> list[Claim]:
        """Which formats take the file for their own, the surest first; none for a folder."""
        return [] if self.is_folder else claims(self.parts[0].documents[0].source)

    @property
    def fidelity(self) -> Fidelity:
        """What the format of the first file can tell about a decision."""
        return self.parts[0].fidelity

    @property
    def warnings(self) -> list[Phrase]:
        """What whoever opens this trace should know first of all."""
        return self._warnings + [warning for part in self.parts for warning in part.reading.warnings]

    @property
    def session_ids(self) -> Sequence[str]:
        """The sessions' ids, in the order of the file."""
        return self._ids

    @property
    def size(self) -> int:
        """The bytes of the file as it lies there, of all files of a folder together."""
        if self._packed is not None:
            return self._packed.size
        return sum(document.source.size for document in self._documents.values())

    @property
    def rewritten(self) -> bool:
        """Whether the offsets of places are those of a copy that was written anew, as they are for a large array."""
        return any(document.rewritten for document in self._documents.values())

    def sha256(self) -> str:
        """Return the hash of the file as it lies there, hexadecimal; of a folder, of its files' names and hashes."""
        if self._packed is not None:
            return self._packed.sha256()
        digest = hashlib.sha256()
        for name, document in sorted(self._documents.items()):
            digest.update(canonical([name, document.source.sha256()]))
        return digest.hexdigest()

    def sha256_upto(self, size: int) -> str:
        """Return the hash of the first bytes of the file as it lies there, hexadecimal; empty for a folder."""
        return "" if self._packed is None else self._packed.sha256_upto(size)

    def part(self, index: int) -> folder.Part:
        """Return the part of the trace that a session belongs to, by the session's ordinal."""
        return self.parts[self._part_of[index]]

    def file(self, index: int) -> str:
        """Return the file of a folder that a session is in; empty where no other file has a session of this id."""
        return self._files.get(index, "")

    def session(self, index: int, pulse: Pulse | None = None) -> Session:
        """Read a session by its ordinal from 0; read once. Of a long one `pulse` hears how far that is."""
        if index not in self._sessions:
            self._sessions[index] = self._build(index, pulse)
        return self._sessions[index]

    def is_long(self, index: int) -> bool:
        """Say whether a session has so many records that they are not kept; none of them is read for it."""
        lines = self._drafts[index].load
        return isinstance(lines, ByLine) and next(islice(lines.numbers(), LONG, None), None) is not None

    def records(self, index: int) -> int:
        """Return how many lines a session has, 0 where its records do not stand on lines; none of them is read."""
        lines = self._drafts[index].load
        return sum(1 for _ in lines.numbers()) if isinstance(lines, ByLine) else 0

    def begins(self, index: int) -> Place | None:
        """Return the place of the first record of a session."""
        return next((place for _, place in self._drafts[index].load()), None)

    def session_at(self, spot: Place, pulse: Callable[[], None] | None = None) -> int | None:
        """Return the session that the line around a place belongs to, by its ordinal; None where it cannot be told.

        Records are read only where the format keeps no account of which lines are whose. `pulse` is called before
        each session that is read, and ends the search by an exception.
        """
        first = 0
        for part in self.parts:
            sessions = range(first, first + len(part.reading.sessions))
            first = sessions.stop
            mine = next((one for one in part.documents if one.name == spot.file), None)
            if mine is None or mine.whole:
                continue
            if part.reading.session_of is not None:
                found = part.reading.session_of(spot.offset)
                return None if found is None else sessions[found]
            return sessions[0] if len(sessions) == 1 else self._holder(sessions, spot, pulse)
        return None

    def read(self, index: int) -> Session:
        """Read a session without keeping it, for a pass over many."""
        return self._sessions.get(index) or self._build(index)

    def raw(self, place: Place) -> str:
        """Return what stood in the file at `place`: a line as it is, an element of a document indented."""
        if place.pointer:
            with contextlib.suppress(BadJsonError, KeyError):
                return dumps(_document(self._documents, place).element(place), indent=True)
        return _document(self._documents, place).data(place).decode("utf-8", "surrogateescape")

    def source(self, place: Place) -> Source:
        """Return the bytes that a place is in: the file, or what came out of an archive, a pipe or a packed file."""
        return _document(self._documents, place).source

    def record_sha256(self, place: Place) -> str:
        """Hash a record: the bytes of its line, or the canonical JSON of the element it came from."""
        if place.pointer:
            with contextlib.suppress(BadJsonError, KeyError):
                return hashlib.sha256(canonical(_document(self._documents, place).element(place))).hexdigest()
        return hashlib.sha256(_document(self._documents, place).data(place)).hexdigest()

    def _holder(self, sessions: Iterable[int], spot: Place, pulse: Callable[[], None] | None) -> int | None:
        """Return the first of these sessions that has something on a line."""

        def places(index: int) -> Iterable[Place]:
            if pulse is not None:
                pulse()
            load = self._drafts[index].load
            return load.places if isinstance(load, Located) else (e.place for e in self.read(index).entries)

        at = spot.offset, spot.file
        return next((n for n in sessions if any((p.offset, p.file) == at for p in places(n))), None)

    def _build(self, index: int, pulse: Pulse | None = None) -> Session:
        draft = self._drafts[index]
        lines = draft.load
        if isinstance(lines, ByLine) and self.is_long(index):
            with contextlib.suppress(OverflowError):
                # The documents, and not the trace itself: it goes when it is let go, without the collector.
                return long.read(draft.id, lines, partial(_twice, self._documents), pulse)
        session = build(draft.id, self._flagged(lines()))
        if self.is_folder:
            for document in self.part(index).documents:
                document.forget()
        return session

    def _flagged(self, placed: Iterable[Placed]) -> Iterator[Placed]:
        """Put a visible row after each line in which a key stands twice: only its last value was read."""
        before: Place | None = None
        for record, place in placed:
            yield record, place
            if place.line is None or (before is not None and _beside(place, before)):
                continue
            before = line = place.whole
            if (row := _twice(self._documents, line)) is not None:
                yield row, place

    def _open_file(self) -> list[folder.Part]:
        self._packed = from_pipe(sys.stdin.buffer, STDIN) if self.path == STDIN else Source(self.path)
        source, problem = unpack(self._packed, self._spill)
        if problem:
            self._warnings.append(phrase("{problem}", problem=problem))
        claim = _recognised(source, problem)
        if claim.score < 1:  # a format of another package may be surer
            self._warnings += [phrase("a format could not be loaded: {why}", why=why) for why in failures()]
        if claim.document.archive is not None and claim.document.archive.problem:
            self._warnings.append(own(claim.document.archive.problem))
        if claim.document.whole and (keys := claim.document.doubled(claim.document.place())):
            says = "a key stands twice in one object ({keys}): its last value was read"
            self._warnings.append(phrase(says, keys=", ".join(keys)))
        form = claim.format
        assert form is not None
        if claim.document.source is self._packed and self._lines is not None and source.has(self._lines):
            claim.document.found = self._lines
        return [folder.Part(form, form.read(claim.document), (claim.document,))]

    def _open_folder(self) -> list[folder.Part]:
        parts, self.skipped = folder.read(self.path)
        self._warnings += [folder.warning(self.skipped)] if self.skipped else []
        return parts


def _recognised(source: Source, problem: str) -> Claim:
    """Recognise a source; where its stream was damaged and nobody can, that is what is said of it."""
    try:
        return recognise(source)
    except TraceError as error:
        if not problem:
            raise
        what = f"{problem}; of what could be unpacked: {error.what}"
        raise TraceError(what, path=source.path, remedy="give the file whole") from None


def _twice(documents: Mapping[str, Document], line: Place) -> Unparsed | None:
    """Return the row that says that a key stands twice on a line, None where none does."""
    document = _document(documents, line)
    if not (keys := document.doubled(line)):
        return None
    what = f"a key stands twice here ({', '.join(keys)}): its last value was read"
    return Unparsed(what, document.data(line).decode("utf-8", "surrogateescape"))


def _document(documents: Mapping[str, Document], place: Place) -> Document:
    """Find the file that a place is in: itself, or the archive that it is a member of."""
    if place.file in documents:
        return documents[place.file].find(place.file)
    for name in (place.file, *map(str, PurePosixPath(place.file).parents), ""):
        if name in documents:
            return documents[name].find(place.file)
    raise KeyError(place.file)


def _beside(one: Place, other: Place) -> bool:
    """Say whether two places are on the same line."""
    return (one.offset, one.length, one.file) == (other.offset, other.length, other.file)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long: opening it says so
        return False


def _ids(drafts: Sequence[SessionDraft]) -> Sequence[str]:
    return drafts.ids if isinstance(drafts, Drafts) else [draft.id for draft in drafts]
