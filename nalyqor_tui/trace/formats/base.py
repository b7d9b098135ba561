"""What a format module is: a signature, a reader into our records, and what the format can tell."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, Protocol, runtime_checkable

from nalyqor_tui.lazy import Lazy
from nalyqor_tui.phrase import Phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.place import Place, Placed

AHEAD: Final = 64
"""The records that are read at a time by whoever goes through them."""

Level = Literal["exact", "rebuilt", "observed", "derivable", "absent", "as captured"]


@dataclass(frozen=True, slots=True)
class Can:
    """How well a format tells one thing, and why.

    The context is exact, rebuilt or absent; the others are observed, derivable or absent.
    """

    level: Level
    why: str = ""

    def __str__(self) -> str:
        return f"{self.level}: {self.why}" if self.why else self.level


@dataclass(frozen=True, slots=True)
class Fidelity:
    """What a format can tell about a decision."""

    context: Can
    confirmations: Can
    retrieval: Can
    margin: Can


class ByLine(ABC):
    """The records of a session of a file in which each stands on a line of its own, in their order."""

    @abstractmethod
    def numbers(self) -> Iterator[int]:
        """Yield the numbers of the lines, from 0."""

    @abstractmethod
    def several(self, numbers: Sequence[int]) -> Iterator[Placed]:
        """Read the records on some lines, in order; there is at least one."""

    def __call__(self) -> Iterator[Placed]:
        """Read all of them."""
        numbers = self.numbers()
        while some := list(islice(numbers, AHEAD)):
            yield from self.several(some)


@runtime_checkable
class Located(Protocol):
    """What loads a session and knows before it reads anything where that stands."""

    @property
    def places(self) -> Sequence[Place]:
        """The values that hold the session."""
        ...


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """A session that a reader has found: `load` reads its records when somebody wants to see them."""

    id: str
    load: Callable[[], Iterable[Placed]]


class Drafts(Lazy[SessionDraft]):
    """The sessions of a file that may hold a million of them: each draft is made when it is asked for."""

    def __init__(self, ids: Sequence[str], load: Callable[[int], Callable[[], Iterable[Placed]]]) -> None:
        self.ids = ids
        self._load = load

    def __len__(self) -> int:
        return len(self.ids)

    def make(self, at: int) -> SessionDraft:
        """Return a draft by its ordinal."""
        return SessionDraft(self.ids[at], self._load(at))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a file: its sessions, who wrote it, and what the reader should know.

    `dialect` names the writer where a format has several; `fidelity` holds for this file where it differs
    from the format's; `warnings` are shown first of all. `session_of` returns the session, by its ordinal, that
    the line around a byte belongs to, where that is known without reading the line.
    """

    sessions: Sequence[SessionDraft]
    dialect: str = ""
    fidelity: Fidelity | None = None
    warnings: Sequence[Phrase] = ()
    session_of: Callable[[int], int | None] | None = None


class Format(Protocol):
    """A module that reads one family of traces.

    It may also define `gather(documents) -> list[tuple[Reading, Sequence[Document]]]`, which unites the files
    of a folder that belong together and says which they are; without it, each is read by itself.
    """

    NAME: str
    """A short name, for the command line."""

    TITLE: str
    """What people call the format."""

    FIDELITY: Fidelity

    TESTED: str
    """What the reader was tested on: files of the field, or files that the library itself made."""

    @staticmethod
    def score(sample: Sample) -> float:
        """Say how surely the sample is of this format: 0 (not at all) to 1."""
        ...

    @staticmethod
    def read(document: Document) -> Reading:
        """Find the sessions of a file."""
        ...


class Names:
    """Gives every session of a file a name of its own: a second `c-1` is called `c-1 #2`."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def unique(self, wanted: str) -> str:
        """Return `wanted`, or with a number after it where a session has that name already."""
        name = wanted
        while name in self._taken:
            self._taken[wanted] += 1
            name = f"{wanted} #{self._taken[wanted]}"
        self._taken[name] = 1
        return name
