"""Sessions of runs: found by the traces that belong together, and read when somebody wants to see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.base import Names, SessionDraft
from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.payload import PROMPT, answered, asked
from nalyqor_tui.trace.formats.runs.model import Field, Run
from nalyqor_tui.trace.formats.runs.once import Once
from nalyqor_tui.trace.formats.runs.story import Story
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed


@dataclass(slots=True)
class Facts:
    """What the log says of a session besides its runs.

    `about` are its traces with their places; `outcomes` are fields of outcome records; `said` and `replied`
    are what a trace was asked and answered as a whole.
    """

    runs: list[Run] = field(default_factory=list)
    about: list[tuple[dict[str, Any], Place]] = field(default_factory=list)
    outcomes: list[tuple[dict[str, Json], Place]] = field(default_factory=list)
    said: Field | None = None
    replied: Field | None = None
    broken: list[tuple[str, Json, Place]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Load:
    """Reads one session from the places that hold it; `facts` takes what stands there apart."""

    document: Document
    places: Sequence[Place]
    name: str
    prefix: str
    facts: Callable[[Document, Sequence[Place]], Facts]

    def __call__(self) -> Iterable[Placed]:
        return records(self.name, self.places[0], self.prefix, self.facts(self.document, self.places))


@dataclass(slots=True)
class Groups:
    """The places of a file by the session that they belong to, in the order in which they stand."""

    session: dict[str, str] = field(default_factory=dict)
    """The session of each trace, where one of its pieces names it."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    """The places of each trace."""

    def add(self, trace: str, session: str | None, place: Place) -> None:
        """Take note of a piece of a trace."""
        listed = self.places.setdefault(trace, [])
        if not listed or listed[-1] != place:
            listed.append(place)
        if session:
            self.session.setdefault(trace, session)

    def drafts(self, document: Document, prefix: str, facts: Callable[..., Facts]) -> list[SessionDraft]:
        """Return the sessions; a trace that no session is named for is one by itself."""
        united: dict[str, list[Place]] = {}
        for trace, places in self.places.items():
            united.setdefault(self.session.get(trace) or trace, []).extend(places)
        names = Names()
        out = []
        for wanted, places in united.items():
            name = names.unique(wanted)
            out.append(SessionDraft(name, Load(document, tuple(places), name, prefix, facts)))
        return out


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
    _tell(scribe, facts, prefix, once)
    for body, at in facts.about:
        scribe.keep(at, f"{prefix}:trace", once.keep(body, at))
    for outcome, at in facts.outcomes:
        scribe.record("outcome", at, **outcome)
    for problem, value, at in facts.broken:
        scribe.unparsed(at, problem, value)
    return scribe.records


def _tell(scribe: Scribe, facts: Facts, prefix: str, once: Once) -> None:
    """Write what happened: the runs or, where there are none, what the trace was asked and answered as a whole."""
    Story(scribe, prefix, once, facts.said).tell(facts.runs)
    if any(run.kind == "model" for run in facts.runs):
        return
    for field_, role in ((facts.said, "user"), (facts.replied, "assistant")):
        if field_ is None or field_.value is None:
            continue
        if role == "user" and (given := asked(field_.value)) is not None:
            scribe.hear((_user(said), field_.at(pointer)) for said, pointer in given.heard)
        elif role == "assistant" and (answer := answered(field_.value)) is not None:
            scribe.step(field_.at(answer[1]), answer[0], source={"answer_recorded_in": "the trace"})


def _user(said: Said) -> Said:
    return replace(said, role="user") if said.role == PROMPT else said


def _began(run: Run) -> float:
    return float("inf") if run.began is None else run.began


def unparsed(value: Json) -> bool:
    """Say whether an item of a document could not be decoded."""
    return isinstance(value, Unparsed)


def without_content(number: int, of: int) -> list[Phrase]:
    """Warn of calls of models whose content was not logged."""
    if not number:
        return []
    return [phrase("{n} of {m} model calls were logged without what they answered", n=number, m=of)]
