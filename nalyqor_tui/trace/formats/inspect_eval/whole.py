"""A log that is one JSON document, or one sample of a log by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.base import Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.inspect_eval.parts import single
from nalyqor_tui.trace.formats.inspect_eval.sample import Telling
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed

_APART = ("samples", "reductions")


def is_sample(value: dict[str, Any]) -> bool:
    """Tell whether a value is one sample of a log, as an archive holds them."""
    told = isinstance(value.get("events"), list) or isinstance(value.get("messages"), list)
    return told and {"id", "epoch", "input", "target", "output"} <= value.keys()


def tells_calls(value: dict[str, Any]) -> bool:
    """Tell whether a log, or a sample, holds events of model calls: else there is only the conversation."""
    for sample in [value] if is_sample(value) else arr(value.get("samples")):
        for event in (*arr(at(sample, "events")), *arr(at(sample, "transcript", "events"))):
            if at(event, "event") == "model":
                return True
    return False


def name_of(sample: Json) -> str:
    """Name a sample by its id and its epoch."""
    said = [str(part) for part in (at(sample, "id"), at(sample, "epoch")) if isinstance(part, str | int)]
    return (
        "sample " + " epoch ".join(said)
        if len(said) == 2
        else "sample " + "".join(said)
        if said
        else "sample"
    )


def read(document: Document) -> Reading:
    """Find the samples of a document, each read when it is opened."""
    value = obj(document.value)
    if is_sample(value):
        return Reading([SessionDraft(name_of(value), _Load(document, document.place(), name_of(value)))])
    names = Names()
    drafts = []
    for index, sample in enumerate(arr(value.get("samples"))):
        name, place = names.unique(name_of(sample)), document.place().below(f"/samples/{index}")
        drafts.append(SessionDraft(name, _Load(document, place, name)))
    told = warnings(value)
    if not drafts:
        drafts.append(SessionDraft("the run", lambda: run(value, document.place(), "the run")))
        told.append(phrase("this log holds no samples: there is no decision to look at"))
    return Reading(drafts, warnings=told)


def warnings(log: dict[str, Any]) -> list[Phrase]:
    """Say how a run ended that did not succeed, and that a log was taken back."""
    told = []
    if (status := txt(log.get("status"))) not in (None, "success"):
        error = txt(at(log, "error", "message"))
        says = phrase(": {error}", error=error) if error else ()
        told.append(phrase("the run ended with the status {status}", status=status) + says)
    if log.get("invalidated") is True:
        told.append(phrase("this log is marked as invalidated"))
    return told


def run(log: dict[str, Any], place: Place, name: str) -> list[Placed]:
    """Return the records of a log that holds no sample: what it says of the run."""
    scribe = Scribe()
    model = txt(at(log, "eval", "model"))
    scribe.header(place, name, request_model=model, source=log)
    if log.get("error") is not None:
        scribe.keep(place.below("/error"), "inspect:error", log["error"])
    return scribe.records


def reduced(scribe: Scribe, reductions: Json, place: Place, sample: Json) -> None:
    """Write what the scores of a sample's epochs were reduced to."""
    for number, reduction in enumerate(arr(reductions)):
        for index, one in enumerate(arr(at(reduction, "samples"))):
            if at(one, "sample_id") == at(sample, "id") is not None:
                body = {**rest(reduction, ("samples",)), "score": one}
                scribe.keep(place.below(f"/{number}/samples/{index}"), "inspect:reduction", body)


def told(
    parts_of: Json, log: dict[str, Any], reductions: Json, reduced_at: Place, name: str, place: Place
) -> list[Placed]:
    """Return the records of one sample that is a value of its own."""
    if not isinstance(parts_of, dict):
        return [(Unparsed("not a sample", dumps(parts_of)), place)]
    telling = Telling(single(parts_of, place), log)
    records = telling.records(name)
    reduced(telling.scribe, reductions, reduced_at, parts_of)
    return records


@dataclass(frozen=True, slots=True)
class _Load:
    document: Document
    place: Place
    name: str

    def __call__(self) -> Iterable[Placed]:
        sample = self.document.item(self.place).value
        value = obj(self.document.value)
        log = {} if not self.place.pointer else rest(value, _APART)
        reductions = value.get("reductions") if self.place.pointer else None
        return told(
            sample, log, reductions, self.document.place().below("/reductions"), self.name, self.place
        )
