"""Spans and logs of OpenTelemetry, with agents in them: OTLP/JSON and spans without its wrapping.

Three dialects say what a span means: the GenAI conventions, OpenInference and the Vercel AI SDK's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.formats.otel import bare, dialects, jaeger, otlp
from nalyqor_tui.trace.formats.otel.logs import attach
from nalyqor_tui.trace.formats.otel.pieces import Address, find, load
from nalyqor_tui.trace.formats.otel.sessions import Count, group, see
from nalyqor_tui.trace.formats.otel.span import Event, Span
from nalyqor_tui.trace.formats.otel.story import Story
from nalyqor_tui.trace.formats.pick import arr, first, obj
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed

NAME = "otel"
TITLE = "OpenTelemetry spans (OTLP/JSON)"
FIDELITY = Fidelity(
    context=Can("exact", "what each call of a model was sent, where message content was captured"),
    confirmations=Can(
        "absent", "that a call waited is shown, not who agreed; answers only by the Vercel AI SDK"
    ),
    retrieval=Can("observed", "spans of look-ups; ids and scores where the instrumentation gives them"),
    margin=Can("absent", "only the answers themselves where several were asked for (n > 1)"),
)
TESTED = (
    "real files (OpenInference, Vercel), files made by the library itself (GenAI), own samples of older forms"
)
_SILENT = (
    "spans without message content: what the agent was sent and what it said was not captured, so its decisions "
    "cannot be reviewed; switch content capture on in the instrumentation"
)
_LOOKED = 2_000  # spans of a sample that are looked at
_FULL = 20  # values that a sample of a longer file has


def score(sample: Sample) -> float:
    """Look for attributes that only agents' spans have; OTLP that may yet hold some is claimed with less."""
    ours, spans = told(sample)
    if not spans:
        return 0.0
    if ours:
        return 1.0 if any(map(otlp.is_request, sample.objects)) else 0.95
    return 0.5 if may_go_on(sample) and any(map(otlp.is_request, sample.objects)) else 0.0


def score_other(sample: Sample) -> float:
    """Say how surely a sample is OTLP of a program that is no agent, and all of it was seen."""
    ours, spans = told(sample)
    return (
        0.9
        if spans and not ours and not may_go_on(sample) and any(map(otlp.is_request, sample.objects))
        else 0.0
    )


def told(sample: Sample) -> tuple[bool, bool]:
    """Tell whether a sample holds spans or log records of agents, and whether it holds any at all."""
    found = False
    for names in islice(_names(sample), _LOOKED):
        found = True
        if any(map(dialects.is_ours, names)):
            return True, True
    return False, found


def may_go_on(sample: Sample) -> bool:
    """Tell whether the file may be longer than the sample."""
    return not sample.whole and len(sample.values) >= _FULL


def read(document: Document) -> Reading:
    """Find the sessions of a file, and what whoever opens it should know first."""
    count = Count()
    every = [see(place, pointer, piece, count) for place, pointer, piece, _ in find(document)]
    groups = group(every, count)
    drafts = [SessionDraft(one.name, _Load(document, one.name, one.addresses, one.below)) for one in groups]
    names = sorted(count.names, key=lambda name: -count.names[name])
    fidelity = FIDELITY
    if count.models and count.silent == len(count.models):
        fidelity = replace(FIDELITY, context=Can("absent", "message content was not captured"))
    elif not count.models:
        why = "no call of a model was recorded, only what agents and tools did"
        fidelity = replace(FIDELITY, context=Can("rebuilt", why))
    if count.approvals:
        why = "requests and answers that stand in prompts; who answered is not recorded"
        fidelity = replace(fidelity, confirmations=Can("observed", why))
    return Reading(drafts, ", ".join(names), fidelity, _warnings(count))


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads one session from the values that its spans and log records stand in."""

    document: Document
    name: str
    addresses: tuple[Address, ...]
    below: str | None

    @property
    def places(self) -> Sequence[Place]:
        """The values that its spans and log records stand in."""
        return [place for place, _ in self.addresses]

    def __call__(self) -> Iterable[Placed]:
        pieces = list(load(self.document, self.addresses))
        broken: list[Placed] = [(piece, place) for piece, place in pieces if isinstance(piece, Unparsed)]
        spans = [piece for piece, _ in pieces if isinstance(piece, Span)]
        events = [piece for piece, _ in pieces if isinstance(piece, Event)]
        spans, events = attach(spans, events)
        if not spans and not events:
            return broken
        return [*Story(self.name, spans, events, self.below).tell().records, *broken]


def _names(sample: Sample) -> Iterator[Iterable[Json]]:
    """Yield the names of the attributes and events of each span or log record of a sample."""
    values = sample.values
    if sample.whole and values and isinstance(values[0], list):
        values = arr(values[0])
    for value in values[:_FULL] if sample.whole else values:
        if otlp.is_request(value):
            for _, leaf in otlp.walk(value):
                attributes = obj(leaf).get("attributes")
                pairs = (
                    attributes
                    if isinstance(attributes, dict)
                    else [obj(pair).get("key") for pair in arr(attributes)]
                )
                events = [obj(event).get("name") for event in arr(obj(leaf).get("events"))]
                yield [*pairs, *events, first(leaf, "eventName", "event_name")]
        elif jaeger.is_export(value):
            for _, leaf in jaeger.walk(value):
                yield [obj(tag).get("key") for tag in arr(obj(leaf).get("tags"))]
        else:
            for _, leaf in bare.walk(value):
                if bare.is_span(leaf):
                    columns = [
                        key.removeprefix("attributes.") for key in leaf if key.startswith("attributes.")
                    ]
                    nested = [
                        "llm."
                        for key in obj(leaf.get("attributes"))
                        if key in ("llm", "openinference", "gen_ai")
                    ]
                    kind = ["openinference." for key in ("span_kind",) if key in leaf and "context" in leaf]
                    yield [*obj(leaf.get("attributes")), *columns, *nested, *kind]
                elif bare.is_attributes(leaf):
                    yield list(leaf)


def _warnings(count: Count) -> list[Phrase]:
    out: list[Phrase] = []
    if count.models and count.silent == len(count.models):
        out.append(own(_SILENT))
    elif count.silent:
        says = "{n} of {all} calls of a model were recorded without message content"
        out.append(phrase(says, n=count.silent, all=len(count.models)))
    if count.spans and not count.ours:
        out.append(own("no span of an agent or a model in this file"))
    elif not count.models and count.ours:
        out.append(
            own("no span of a call of a model: what was chosen is known only from what tools and agents did")
        )
    if count.orphans:
        out.append(
            phrase(
                "{n} spans are below a span that is not in this file: some may be missing", n=count.orphans
            )
        )
    if count.dropped:
        out.append(phrase("{n} spans say that attributes or events of theirs were dropped", n=count.dropped))
    return out
