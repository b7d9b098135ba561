"""Logs of Inspect: `.eval` archives and `.json` documents; each sample in each epoch is a session."""

from __future__ import annotations

from dataclasses import replace

from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading
from nalyqor_tui.trace.formats.inspect_eval import archived, whole
from nalyqor_tui.trace.formats.pick import obj

NAME = "inspect"
TITLE = "Inspect log"
FIDELITY = Fidelity(
    context=Can("exact", "what each model call was sent; the messages, in logs without events"),
    confirmations=Can("observed", "approval events, with the approver, the explanation and a changed call"),
    retrieval=Can("absent", "look-ups are tool calls there"),
    margin=Can("observed", "log probabilities of alternatives, where the eval asked for them"),
)
TESTED = "real files, and files made by the library itself for approvals and log probabilities"

_RUN = ("task", "run_id", "task_id", "model")


def score(sample: Sample) -> float:
    """Tell a log by its parts: the members of an archive, or the keys of the document."""
    if sample.members:
        return archived.score(sample.members)
    value = obj(sample.values[0]) if sample.whole and sample.values else {}
    run = obj(value.get("eval"))
    if "version" in value and "status" in value and sum(key in run for key in _RUN) >= 2:
        return 1.0
    return 0.95 if whole.is_sample(value) else 0.0


def read(document: Document) -> Reading:
    """Find the samples; of an archive only their names are read."""
    if document.archive is not None:
        return archived.read(document)
    reading = whole.read(document)
    if whole.tells_calls(obj(document.value)):
        return reading
    context = Can("rebuilt", "this log holds the conversations, not what each model call was sent")
    return replace(reading, fidelity=replace(FIDELITY, context=context))
