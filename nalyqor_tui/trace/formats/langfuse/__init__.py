"""Langfuse: the download of a trace, answers of the API, rows of a batch export or of the sync to a blob store."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading
from nalyqor_tui.trace.formats.langfuse import shape
from nalyqor_tui.trace.formats.langfuse.observation import outcome, run, seen_of
from nalyqor_tui.trace.formats.langfuse.shape import Found
from nalyqor_tui.trace.formats.pick import rest, txt
from nalyqor_tui.trace.formats.runs.load import Facts, Groups, Whole, broken, unparsed
from nalyqor_tui.trace.formats.runs.model import moment, value_at
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

NAME = "langfuse"
TITLE = "Langfuse traces"
FIDELITY = Fidelity(
    context=Can("exact", "what each generation was given, as its framework logged it"),
    confirmations=Can("absent", "only what was said; LangGraph interrupts where they were traced"),
    retrieval=Can("observed", "the retrievers' observations; scores only where the framework put them out"),
    margin=Can("observed", "where the raw response was kept, with log-probabilities or several choices"),
)
TESTED = "real files"

_ABOUT = frozenset({"observations", "scores", "corrections", "input", "output"})


def score(sample: Sample) -> float:
    """Say whether the values are traces, observations, or what the download and the API put around them."""
    found = sample.objects
    if not found:
        return 0.0
    return sum(shape.certainty(value) for value in found) / len(found)


def read(document: Document) -> Reading:
    """Group the traces by the session that they belong to."""
    groups = Groups()
    lost: list[tuple[Json, Place]] = []
    kinds: set[str] = set()
    for value, place in document.items():
        found = [] if unparsed(value) else list(shape.found(value, place))
        if not found:
            lost.append((value, place))
        for each in found:
            groups.add(each.trace, each.session, place)
            kinds.add(each.kind)
            if each.kind == "observation":
                content = (each.value.get("input"), each.value.get("output"))
                groups.ran(each.trace, txt(each.value.get("id")), seen_of(each), *content)
    drafts = [*groups.drafts(document, NAME, _facts), *broken(document, lost)]
    return Reading(drafts, warnings=[*_warnings(kinds), *groups.warnings()])


def _warnings(kinds: set[str]) -> list[Phrase]:
    if kinds and "observation" not in kinds:
        says = "only traces, without their observations: what the models decided on the way is not recorded"
        return [phrase(says)]
    return []


def _facts(document: Document, places: Sequence[Place], wanted: Collection[str]) -> Facts:
    """Take the pieces of the wanted traces apart."""
    out = Facts()
    every = [each for place in places for each in shape.found(document.element(place), place)]
    ours = [each for each in every if each.trace in wanted]
    for each in ours:
        if each.kind == "observation":
            out.runs.append(run(each))
        elif each.kind == "trace":
            _trace(each, out)
        elif each.kind == "score":
            out.outcomes.append((outcome(each.value), each.place))
        else:
            out.broken.append(("not an observation", each.value, each.place))
    return out


def _trace(each: Found, out: Facts) -> None:
    """Take note of what a trace says of itself: its name and user, what it was asked and answered."""
    fields = {
        key: value_at(each.value[key], each.place.below(f"/{key}"))
        for key in ("input", "output")
        if each.value.get(key) is not None
    }
    body = {key: part for key, part in rest(each.value, _ABOUT).items() if part not in (None, "", [], {})}
    began = moment(each.value.get("timestamp"))
    out.traces.append(Whole(each.trace, each.place, body, began, fields.get("input"), fields.get("output")))
