"""Sessions of runs: found by the traces that belong together, and read when somebody wants to see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.base import Names, SessionDraft
from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.payload import PROMPT, answered, asked, unpointed
from nalyqor_tui.trace.formats.runs.answers import heard
from nalyqor_tui.trace.formats.runs.model import Field, Run
from nalyqor_tui.trace.formats.runs.once import Once
from nalyqor_tui.trace.formats.runs.story import Story
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed


@dataclass(slots=True)
class Whole:
    """What the log says of a trace as a whole; `said` and `replied` are what it was asked and answered."""

    name: str
    place: Place
    body: dict[str, Any]
    began: float | None = None
    said: Field | None = None
    replied: Field | None = None


@dataclass(slots=True)
class Facts:
    """What the log says of a session: its runs, its traces as wholes, outcomes, and what could not be read."""

    runs: list[Run] = field(default_factory=list)
    traces: list[Whole] = field(default_factory=list)
    outcomes: list[tuple[dict[str, Json], Place]] = field(default_factory=list)
    broken: list[tuple[str, Json, Place]] = field(default_factory=list)


Reader = Callable[[Document, Sequence[Place], Collection[str]], Facts]
"""Takes apart what stands at some places of a document, as far as it is of the traces with these names."""


@dataclass(frozen=True, slots=True)
class Load:
    """Reads one session from the places that hold it."""

    document: Document
    places: Sequence[Place]
    traces: Collection[str]
    name: str
    prefix: str
    facts: Reader

    def __call__(self) -> Iterable[Placed]:
        facts = self.facts(self.document, self.places, self.traces)
        return records(self.name, self.places[0], self.prefix, facts)


@dataclass(slots=True)
class Groups:
    """The places of a file by the trace that they belong to, in the order in which they stand."""

    session: dict[str, str] = field(default_factory=dict)
    """The session of each trace, where one of its pieces names it."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    calls: int = 0
    empty: int = 0

    def add(self, trace: str, session: str | None, place: Place) -> None:
        """Take note of a piece of a trace."""
        listed = self.places.setdefault(trace, [])
        if not listed or listed[-1] != place:
            listed.append(place)
        if session:
            self.session.setdefault(trace, session)

    def called(self, *content: Json) -> None:
        """Take note of a call of a model, and whether what it was given or answered was logged."""
        self.calls += 1
        self.empty += all(value in (None, "", {}, [], "null", "{}") for value in content)

    def drafts(self, document: Document, prefix: str, facts: Reader) -> list[SessionDraft]:
        """Return the sessions; a trace that no session is named for is one by itself."""
        united: dict[str, list[str]] = {}
        for trace in self.places:
            united.setdefault(self.session.get(trace) or trace, []).append(trace)
        names = Names()
        out = []
        for wanted, traces in united.items():
            name = names.unique(wanted)
            places = tuple(dict.fromkeys(place for trace in traces for place in self.places[trace]))
            out.append(SessionDraft(name, Load(document, places, frozenset(traces), name, prefix, facts)))
        return out

    def warnings(self) -> list[Phrase]:
        """Warn of calls of models whose content was not logged."""
        if not self.empty:
            return []
        says = "{n} of {m} model calls were logged without content: what was decided there cannot be reviewed"
        return [phrase(says, n=self.empty, m=self.calls)]


def broken(document: Document, items: Sequence[tuple[Json, Place]]) -> list[SessionDraft]:
    """Return a session for what could not be read, so that it is seen; none where all could."""

    def load() -> Iterable[Placed]:
        scribe = Scribe()
        for value, place in items:
            scribe.unparsed(place, "not a run of a trace", value)
        return scribe.records

    return [SessionDraft("unparsed", load)] if items else []


def records(name: str, place: Place, prefix: str, facts: Facts) -> list[Placed]:
    """Return the records of one session."""
    scribe = Scribe()
    once = Once()
    model = next((run.model for run in sorted(facts.runs, key=_began) if run.model), None)
    scribe.header(place, name, request_model=model)
    facts.traces.sort(key=_began)
    said = {trace.name: trace.said for trace in facts.traces if trace.said is not None}
    Story(scribe, prefix, once, said).tell(facts.runs)
    if not any(run.kind == "model" for run in facts.runs):
        for trace in facts.traces:
            _whole(scribe, trace)
    for trace in facts.traces:
        scribe.keep(trace.place, f"{prefix}:trace", _body(trace, once))
    for outcome, at in facts.outcomes:
        scribe.record("outcome", at, **outcome)
    for problem, value, at in facts.broken:
        scribe.unparsed(at, problem, value)
    return scribe.records


def _whole(scribe: Scribe, trace: Whole) -> None:
    """Write what a trace was asked and answered, where nothing tells what happened in it."""
    if trace.said is not None and (given := asked(trace.said.value)) is not None:
        scribe.hear((_user(said), place) for said, place in heard(given, trace.said))
    answer = answered(trace.replied.value) if trace.replied is not None else None
    if answer is not None and trace.replied is not None:
        said = unpointed(answer[0]) if trace.replied.in_text else answer[0]
        scribe.step(trace.replied.at(answer[1]), said, source={"answer_recorded_in": "the trace"})


def _body(trace: Whole, once: Once) -> Json:
    body = dict(trace.body)
    for key, value in (("given", trace.said), ("came", trace.replied)):
        if value is not None:
            body[key] = once.keep(value.value, value.place)
    return once.keep(body, trace.place)


def _user(said: Said) -> Said:
    return replace(said, role="user") if said.role == PROMPT else said


def _began(part: Run | Whole) -> float:
    return float("inf") if part.began is None else part.began


def unparsed(value: Json) -> bool:
    """Say whether an item of a document could not be decoded."""
    return isinstance(value, Unparsed)
