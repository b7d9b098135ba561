"""A log that is an archive: the names of its members tell the samples, and each is read when it is opened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.base import Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.inspect_eval import whole
from nalyqor_tui.trace.formats.inspect_eval.parts import chunked
from nalyqor_tui.trace.formats.inspect_eval.sample import Telling
from nalyqor_tui.trace.formats.pick import arr, at, obj
from nalyqor_tui.trace.parse import BadJsonError
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed

_SAMPLE = re.compile(r"samples/(?P<id>.+)_epoch_(?P<epoch>\d+)(?:\.json|/sample\.json)")
_HEADER, _START = "header.json", "_journal/start.json"
_SUMMARIES = re.compile(r"summaries\.json|_journal/summaries/\d+\.json")


def score(members: Sequence[str]) -> float:
    """Tell a log by the members that only it has."""
    sure = _START in members or (_HEADER in members and any(map(_SAMPLE.fullmatch, members)))
    return 1.0 if sure else 0.6 if any(map(_SAMPLE.fullmatch, members)) else 0.0


def read(document: Document) -> Reading:
    """Find the samples by the names of the members, and those that only a summary tells of."""
    assert document.archive is not None
    log, said = _log(document)
    names = Names()
    drafts = []
    found: set[tuple[str, str]] = set()
    for match in sorted(filter(None, map(_SAMPLE.fullmatch, document.archive.names)), key=_order(log)):
        found.add((match["id"], match["epoch"]))
        name = names.unique(f"sample {match['id']} epoch {match['epoch']}")
        drafts.append(SessionDraft(name, _Load(document, match[0], name, log)))
    summaries = [one for one in _summaries(document) if _key(one[0]) not in found]
    for summary, place in _unique(summaries):
        name = names.unique(whole.name_of(summary))
        drafts.append(SessionDraft(name, lambda s=summary, p=place, n=name: _summary(s, p, n, log)))  # type: ignore[misc]
    if summaries:
        said.append(phrase("{n} samples are known by their summary only", n=len(_unique(summaries))))
    if not drafts:
        said.append(phrase("this log holds no samples: there is no decision to look at"))
        drafts.append(SessionDraft("the run", lambda: whole.run(log, document.place(), "the run")))
    return Reading(drafts, warnings=said)


def _log(document: Document) -> tuple[dict[str, Any], list[Phrase]]:
    """Return what the log says of the run, from its header or, while it runs, from its start."""
    assert document.archive is not None
    names = document.archive.names
    said: list[Phrase] = []
    if _HEADER in names and isinstance(value := _value(document, _HEADER, said), dict):
        return value, whole.warnings(value) + said
    if not document.archive.problem:
        said.append(phrase("the run had not finished when this was written: there is no header yet"))
    return obj(_value(document, _START, said)) if _START in names else {}, said


def _value(document: Document, name: str, said: list[Phrase]) -> Json:
    try:
        return document.member(name).value
    except (TraceError, BadJsonError, KeyError) as error:
        said.append(phrase("{name} could not be read: {why}", name=name, why=str(error)))
        return None


def _order(log: dict[str, Any]) -> Any:
    """Return the order of the samples: as in the data set, then by epoch; by name where that is not told."""
    ids = {str(one): n for n, one in enumerate(arr(at(log, "eval", "dataset", "sample_ids")))}

    def key(match: re.Match[str]) -> tuple[int, int, str, int]:
        number = int(match["id"]) if match["id"].isdecimal() and len(match["id"]) < 18 else 0
        return ids.get(match["id"], len(ids)), number, match["id"], int(match["epoch"])

    return key


def _key(summary: Json) -> tuple[str, str]:
    return str(at(summary, "id")), str(at(summary, "epoch"))


def _summaries(document: Document) -> list[tuple[Json, Place]]:
    assert document.archive is not None
    found = []
    for name in filter(_SUMMARIES.fullmatch, document.archive.names):
        for index, summary in enumerate(arr(_value(document, name, []))):
            found.append((summary, Place(None, 0, 0, f"/{index}", _inside(document, name))))
    return found


def _unique(summaries: list[tuple[Json, Place]]) -> list[tuple[Json, Place]]:
    return list({_key(one[0]): one for one in summaries}.values())


def _summary(summary: Json, place: Place, name: str, log: dict[str, Any]) -> list[Placed]:
    """Return the records of a sample of which only the summary is there: its scores, and no decision."""
    return whole.told(summary, log, None, place, name, place)


def _inside(document: Document, name: str) -> str:
    return f"{document.name}/{name}" if document.name else name


@dataclass(frozen=True, slots=True)
class _Load:
    document: Document
    member: str
    name: str
    log: dict[str, Any]

    def __call__(self) -> Iterable[Placed]:
        place = Place(None, 0, 0, "", _inside(self.document, self.member))
        try:
            return self._records()
        except (TraceError, BadJsonError, KeyError) as error:
            what = error.what if isinstance(error, TraceError) else str(error)
            return [(Unparsed(f"this sample could not be read: {what}", ""), place)]

    def _records(self) -> list[Placed]:
        assert self.document.archive is not None
        reductions, at_ = None, Place(None, 0, 0)
        if "reductions.json" in self.document.archive.names:
            member = self.document.member("reductions.json")
            reductions, at_ = member.value, member.place()
        member = self.document.member(self.member)
        if not self.member.endswith("/sample.json"):
            return whole.told(member.value, self.log, reductions, at_, self.name, member.place())
        parts = chunked(self.document, self.member.removesuffix("/sample.json"))
        telling = Telling(parts, self.log)
        records = telling.records(self.name)
        whole.reduced(telling.scribe, reductions, at_, parts.value)
        return records
