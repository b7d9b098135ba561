"""Claude Code: session files, their sub-agents in files of their own, and the stream that `--output-format` prints.

A session is a tree: each line names the line before it. One response of the model stands on several lines. A
prompt that was edited begins a branch; the branch that was written last is the session, each other one is a
session of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.claude_code import lines, tree
from nalyqor_tui.trace.formats.claude_code.write import Load

NAME = "claude-code"
TITLE = "Claude Code sessions"
FIDELITY = Fidelity(
    context=Can("rebuilt", "what was said before; the system prompt and the tools are not in the log"),
    confirmations=Can("observed", "refusals, plans and hooks; a yes to a prompt is not stored"),
    retrieval=Can("absent", "memory files that were loaded are shown as messages"),
    margin=Can("absent"),
)
TESTED = "real files, and own samples for the printed stream"


def score(sample: Sample) -> float:
    """Return the share of objects that are lines of such a log."""
    found = sample.objects
    known = sum(map(lines.is_line, found))
    return 0.0 if not known else (0.93 if sample.whole else 0.98) * known / len(found)


def read(document: Document) -> Reading:
    """Find the sessions of one file: the main one, its branches, its sub-agents."""
    return _reading([document])


def gather(documents: Sequence[Document]) -> list[tuple[Reading, Sequence[Document]]]:
    """Unite each session with its sub-agents, which stand in files of their own."""
    indexed = {}
    for document in documents:
        indexed[document.name] = lines.index(document)
        document.forget()
    documents = sorted(documents, key=lambda document: lines.begins(indexed[document.name]))
    tree.mark_copies([indexed[document.name] for document in documents])
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(lines.session_of(indexed[document.name]), []).append(document)
    return [(_reading(group, indexed), group) for group in groups.values()]


def _reading(documents: Sequence[Document], indexed: dict[str, list[lines.Line]] | None = None) -> Reading:
    found = indexed or {document.name: lines.index(document) for document in documents}
    names = Names()
    drafts: list[SessionDraft] = []
    left = printed = 0
    parts = [(document, thread) for document in documents for thread in tree.threads(found[document.name])]
    for document, thread in sorted(parts, key=lambda part: bool(part[1].agent)):
        printed += thread.printed
        for branch in tree.branches(thread):
            left += branch.number > 0
            name = names.unique(branch.name)
            drafts.append(SessionDraft(name, Load(document, thread, branch, name)))
    warnings: list[Phrase] = []
    if left:
        warnings.append(
            phrase("{n} branches that were left (rewound) are sessions of their own", n=left)
            if left > 1
            else phrase("a branch that was left (rewound) is a session of its own")
        )
    return Reading(drafts, "printed stream" if printed else "", warnings=warnings)
