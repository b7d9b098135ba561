"""An opened trace: its sessions, read when asked for, and its bytes, for whoever doubts the reading."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from nalyqor_tui.trace.formats import recognise
from nalyqor_tui.trace.formats.base import Fidelity, Place
from nalyqor_tui.trace.parse import BadJsonError, canonical, dumps, loads, resolve
from nalyqor_tui.trace.session import Session, build
from nalyqor_tui.trace.source import Source


class Trace:
    """A trace file in a format that is known."""

    def __init__(self, path: Path) -> None:
        """Open and recognise `path`; raise `TraceError` when that cannot be done."""
        self.path = path
        self.source = Source(path)
        self._format, self._document = recognise(self.source)
        self._drafts = self._format.sessions(self._document)
        self._sessions: dict[int, Session] = {}

    @property
    def format_title(self) -> str:
        """The format's name for the reader."""
        return self._format.TITLE

    @property
    def fidelity(self) -> Fidelity:
        """What the format can tell about a decision."""
        return self._format.FIDELITY

    @property
    def session_ids(self) -> list[str]:
        """The sessions' ids, in the order of the file."""
        return [draft.id for draft in self._drafts]

    def session(self, index: int) -> Session:
        """Read a session by its ordinal from 0; read once."""
        if index not in self._sessions:
            draft = self._drafts[index]
            self._sessions[index] = build(draft.id, draft.load())
        return self._sessions[index]

    def read(self, index: int) -> Session:
        """Read a session without keeping it, for a pass over many."""
        draft = self._drafts[index]
        return self._sessions.get(index) or build(draft.id, draft.load())

    def raw(self, place: Place) -> str:
        """Return what stood in the file at `place`: a line as it is, an element of a document indented."""
        if place.pointer:
            with contextlib.suppress(BadJsonError, KeyError):
                return dumps(self._element(place), indent=True)
        return self._bytes(place).decode("utf-8", "surrogateescape")

    def record_sha256(self, place: Place) -> str:
        """Hash a record: the bytes of its line, or the canonical JSON of the element it came from."""
        if place.pointer:
            with contextlib.suppress(BadJsonError, KeyError):
                return hashlib.sha256(canonical(self._element(place))).hexdigest()
        return hashlib.sha256(self._bytes(place)).hexdigest()

    def _bytes(self, place: Place) -> bytes:
        return self.source.read(place.offset, place.length)

    def _element(self, place: Place) -> object:
        whole = self._document.value if self._document.whole else loads(self._bytes(place))
        return resolve(whole, place.pointer)
