"""Formats that other packages bring: modules named by an entry point, held at arm's length.

A reader that is not ours may raise anything; what it raises becomes an error or a row that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.place import Placed
from nalyqor_tui.trace.records import Unparsed

GROUP = "nalyqor_tui.formats"
"""The entry point group: each entry names a module that is a `Format` (formats/base.py)."""

_NEEDED = ("NAME", "TITLE", "FIDELITY", "TESTED", "score", "read")


@dataclass(slots=True)
class Plugin:
    """A format module of another package."""

    module: ModuleType
    NAME: str
    TITLE: str
    FIDELITY: Fidelity
    TESTED: str

    def score(self, sample: Sample) -> float:
        """Ask the module; one that fails claims nothing."""
        try:
            return float(self.module.score(sample))
        except Exception:  # noqa: BLE001 - the edge to code that is not ours
            return 0.0

    def read(self, document: Document) -> Reading:
        """Let the module read; raise `TraceError` where it fails."""
        try:
            reading: Reading = self.module.read(document)
            sessions = [SessionDraft(draft.id, _Guarded(self, draft, document)) for draft in reading.sessions]
        except Exception as error:  # noqa: BLE001 - the edge to code that is not ours
            what = f"the format {self.NAME}, of another package, failed: {_says(error)}"
            raise TraceError(what, path=document.source.path, remedy="tell its authors") from None
        return replace(reading, sessions=sessions)


@dataclass(frozen=True, slots=True)
class _Guarded:
    plugin: Plugin
    draft: SessionDraft
    document: Document

    def __call__(self) -> Iterator[Placed]:
        try:
            records: Iterable[Placed] = self.draft.load()
            yield from records
        except Exception as error:  # noqa: BLE001 - the edge to code that is not ours
            problem = f"the format {self.plugin.NAME}, of another package, failed here: {_says(error)}"
            yield Unparsed(problem, ""), self.document.place()


@cache
def load() -> tuple[tuple[Plugin, ...], tuple[str, ...]]:
    """Return the formats of other packages, and why others could not be loaded."""
    from importlib.metadata import entry_points

    found: list[Plugin] = []
    problems: list[str] = []
    for point in entry_points(group=GROUP):
        try:
            module = point.load()
        except Exception as error:  # noqa: BLE001 - the edge to code that is not ours
            problems.append(f"{point.name}: {_says(error)}")
            continue
        if missing := [name for name in _NEEDED if not hasattr(module, name)]:
            problems.append(f"{point.name}: lacks {', '.join(missing)}")
            continue
        found.append(Plugin(module, module.NAME, module.TITLE, module.FIDELITY, module.TESTED))
    return tuple(found), tuple(problems)


def _says(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
