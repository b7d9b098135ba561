"""Sessions of runs: found by the traces that belong together, and read when somebody wants to see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.base import Names, SessionDraft
from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.payload import PROMPT, answered, asked, unpointed
from nalyqor_tui.trace.formats.runs.answers import heard
from nalyqor_tui.trace.formats.runs.model import Field, Kind, Run
from nalyqor_tui.trace.formats.runs.once import Once
from nalyqor_tui.trace.formats.runs.order import Tree
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
    """Reads one session from the places that hold it.

    `agents` are the runs of tools in which an agent of its own works; `within` is the one that this session
    tells, None for the session around them.
    """

    document: Document
    places: Sequence[Place]
    traces: Collection[str]
    name: str
    prefix: str
    facts: Reader
    agents: Mapping[str, str] = field(default_factory=dict)
    within: str | None = None
    around: str | None = None

    def __call__(self) -> Iterable[Placed]:
        facts = self.facts(self.document, self.places, self.traces)
        tree = Tree(facts.runs)
        facts.runs = [
            run for run in tree.runs.values() if inside(tree.above(run), self.agents) == self.within
        ]
        if self.within is None:
            return records(self.name, self.places[0], self.prefix, facts)
        facts = Facts(facts.runs)
        source = {"parent_session": self.around, "parent_run": self.within}
        agent = {"agent_name": self.agents[self.within], "source": source}
        return records(self.name, self.places[0], self.prefix, facts, **agent)


def inside(above: Iterable[Run], agents: Container[str]) -> str | None:
    """Return the nearest of the runs around a run in which an agent of its own works."""
    return next((outer.id for outer in above if outer.id in agents), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a run before its session is read."""

    parent: str | None
    kind: Kind
    name: str


@dataclass(slots=True)
class Groups:
    """The places of a file by the trace that they belong to, in the order in which they stand."""

    session: dict[str, str] = field(default_factory=dict)
    """The session of each trace, where one of its pieces names it."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    runs: dict[str, dict[str, Seen]] = field(default_factory=dict)
    """The runs of each trace by their ids."""

    calls: int = 0
    empty: int = 0

    def add(self, trace: str, session: str | None, place: Place) -> None:
        """Take note of a piece of a trace."""
        listed = self.places.setdefault(trace, [])
        if not listed or listed[-1] != place:
            listed.append(place)
        if session:
            self.session.setdefault(trace, session)

    def ran(self, trace: str, name: str | None, seen: Seen, *content: Json) -> None:
        """Take note of a run, and of a model's whether what it was given or answered was logged."""
        if name is not None:
            self.runs.setdefault(trace, {}).setdefault(name, seen)
        if seen.kind == "model":
            self.calls += 1
            self.empty += all(value in (None, "", {}, [], "null", "{}") for value in content)

    def drafts(self, document: Document, prefix: str, facts: Reader) -> list[SessionDraft]:
        """Return the sessions; a trace that no session is named for is one by itself, and so is a tool's agent."""
        united: dict[str, list[str]] = {}
        for trace in self.places:
            united.setdefault(self.session.get(trace) or trace, []).append(trace)
        names = Names()
        out = []
        for wanted, traces in united.items():
            name = names.unique(wanted)
            agents = {key: called for trace in traces for key, called in self._agents(trace).items()}
            places = tuple(dict.fromkeys(place for trace in traces for place in self.places[trace]))
            load = Load(document, places, frozenset(traces), name, prefix, facts, agents)
            out.append(SessionDraft(name, load))
            for within, called in agents.items():
                inner = names.unique(f"{name} / {called}")
                out.append(SessionDraft(inner, replace(load, name=inner, within=within, around=name)))
        return out

    def _agents(self, trace: str) -> dict[str, str]:
        """Return the runs of tools that have a model's run within them, with their names."""
        runs = self.runs.get(trace, {})
        out: dict[str, str] = {}
        for seen in runs.values():
            todo, met = (seen.parent if seen.kind == "model" else None), set[str]()
            while todo is not None and todo in runs and todo not in met:
                met.add(todo)
                if runs[todo].kind == "tool":
                    out[todo] = runs[todo].name
                todo = runs[todo].parent
        return {key: out[key] for key in runs if key in out}

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


def records(name: str, place: Place, prefix: str, facts: Facts, **header: Json) -> list[Placed]:
    """Return the records of one session."""
    scribe = Scribe()
    once = Once()
    model = next((run.model for run in sorted(facts.runs, key=_began) if run.model), None)
    scribe.header(place, name, request_model=model, **header)
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
