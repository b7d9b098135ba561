"""Kimi: `wire.jsonl`, as Kimi Code writes it for each agent, and as the first Kimi CLI wrote it for a session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.formats.kimi import cli, code
from nalyqor_tui.trace.formats.pick import obj
from nalyqor_tui.trace.place import Placed
from nalyqor_tui.trace.records import Json

NAME = "kimi"
TITLE = "Kimi sessions"
FIDELITY = Fidelity(
    context=Can("rebuilt", "what was put into the context, and what a compaction left"),
    confirmations=Can("observed", "what was asked, each answer, and whether it holds for the session"),
    retrieval=Can("absent"),
    margin=Can("absent"),
)
TESTED = "own samples, after the public sources of both programs"


def score(sample: Sample) -> float:
    """Return the share of objects that are lines of such a file, where at least one says more than its version."""
    found = sample.objects
    ours = max(sum(map(code.is_line, found)), sum(map(cli.is_line, found)))
    headed = sum(map(_is_header, found))
    if not found or not ours:
        return 0.0
    return (0.92 if sample.whole else 0.97) * min(1.0, (ours + headed) / len(found))


def read(document: Document) -> Reading:
    """Find the sessions: one of Kimi Code for each file; of the first CLI, the sub-agents are in the same file."""
    name = _name(document.name)
    first = next((v for v, _ in document.items() if isinstance(v, dict) and not _is_header(v)), None)
    if not cli.is_line(obj(first)):
        return Reading([SessionDraft(name, _Load(document, name))], "Kimi Code")
    agents = cli.agents(document)
    drafts = [SessionDraft(name, _Load(document, name, ""))]
    drafts += [
        SessionDraft(f"{name} agent {agent}", _Load(document, f"{name} agent {agent}", agent))
        for agent in agents
    ]
    return Reading(drafts, "Kimi CLI")


@dataclass(frozen=True, slots=True)
class _Load:
    document: Document
    name: str
    agent: str | None = None
    """The sub-agent of the first CLI; empty for the main one, None for Kimi Code."""

    def __call__(self) -> Iterable[Placed]:
        if self.agent is None:
            return code.Writer(self.name).write(list(self.document.items()))
        return cli.Writer(self.name, self.agent).write(list(self.document.items()))


def _is_header(value: dict[str, Json]) -> bool:
    return value.get("type") == "metadata" and isinstance(value.get("protocol_version"), str)


def _name(path: str) -> str:
    """Name a session by its folder: the file itself does not say its id."""
    folders = [part for part in path.split("/")[:-1] if part != "agents"]
    return " ".join(folders[-2:]) or "session 1"
