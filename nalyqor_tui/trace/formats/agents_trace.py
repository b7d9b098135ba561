"""Traces that the OpenAI Agents SDK exports: spans of a run, of which most hold no words.

A span of a response has an id and its usage, nothing of what was said. A span of a function is a call with its
result. Spans come when they end; they are told in the order in which they began.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.trace.document import Document, Item, Sample
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.messages import Call, Result, Said, Status
from nalyqor_tui.trace.formats.pick import arr, at, decoded, obj, rest, stamp, txt, whole
from nalyqor_tui.trace.formats.runs.model import moment
from nalyqor_tui.trace.formats.scribe import Heard, Scribe
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed

NAME = "openai-agents-trace"
TITLE = "OpenAI Agents SDK trace export"
FIDELITY = Fidelity(
    context=Can("absent", "responses are exported as an id; only spans of other models' calls hold messages"),
    confirmations=Can("absent", "that a call waited can be told, not that anybody agreed"),
    retrieval=Can("absent"),
    margin=Can("absent"),
)
TESTED = "files made by the library itself"

_OBJECTS = frozenset({"trace", "trace.span"})
_SPAN = frozenset({"object", "trace_id", "started_at", "ended_at"})
_PAUSED = ("FunctionToolResult(", "ToolApprovalItem(")  # how the SDK exports a call that waits for an answer


def score(sample: Sample) -> float:
    """Count the share of objects that are traces or spans of this kind."""
    values = sample.objects or [obj(one) for one in sample.values]
    if sample.whole and len(values) == 1 and isinstance(values[0].get("data"), list):
        values = [obj(one) for one in values[0]["data"][:20]]
    ours = sum(
        txt(value.get("object")) in _OBJECTS and ("span_data" in value or "workflow_name" in value)
        for value in values
    )
    return ours / len(values) if values else 0.0


def read(document: Document) -> Reading:
    """Find the traces: each is a session, of which the spans are read when it is opened."""
    places: dict[str, list[Place]] = {}
    broken: list[Item] = []
    silent = spoken = False
    for value, place in _items(document):
        own_id = txt(at(value, "trace_id")) or (
            txt(at(value, "id")) if at(value, "object") == "trace" else None
        )
        if own_id is None:
            broken.append(Item(value, place))
        else:
            places.setdefault(own_id, []).append(place)
            silent = silent or at(value, "span_data", "type") == "response"
            spoken = spoken or bool(arr(at(value, "span_data", "input")))
    names = Names()
    drafts = [
        SessionDraft(n, _Load(document, tuple(p), n))
        for n, p in ((names.unique(t), p) for t, p in places.items())
    ]
    if broken:
        drafts.append(SessionDraft(names.unique("not a span"), lambda: [_broken(one) for one in broken]))
    exact = replace(FIDELITY, context=Can("exact", "spans of model calls hold their messages"))
    return Reading(drafts, fidelity=exact if spoken and not silent else None, warnings=_warnings(silent))


def _warnings(silent: bool) -> list[Phrase]:
    says = "responses are exported without their messages: what the model was sent and said is not recorded"
    return [own(says)] if silent else []


def _items(document: Document) -> Iterable[Item]:
    """Yield traces and spans: of lines, of an array, or of the body that is sent to the service."""
    for item in document.items():
        data = at(item.value, "data")
        if isinstance(data, list) and at(item.value, "object") is None:
            yield from (Item(one, item.place.below(f"/data/{n}")) for n, one in enumerate(data))
        else:
            yield item


def _broken(item: Item) -> Placed:
    if isinstance(item.value, Unparsed):
        return item.value, item.place
    return Unparsed("neither a trace nor a span of one", dumps(item.value)), item.place


@dataclass(frozen=True, slots=True)
class _Load:
    document: Document
    places: tuple[Place, ...]
    name: str

    def __call__(self) -> Iterable[Placed]:
        items = [Item(self.document.element(place), place) for place in self.places]
        return _Trace(items).records(self.name)


class _Trace:
    """Writes the records of one trace from its spans."""

    def __init__(self, items: list[Item]) -> None:
        self._scribe = Scribe()
        self._head = next((one for one in items if at(one.value, "object") == "trace"), None)
        spans = [one for one in items if one is not self._head]
        self._moments = sorted(_moments(spans), key=lambda one: one[0])
        self._by_id = {name: obj(one.value) for one in spans if (name := txt(at(one.value, "id")))}
        self._held: list[tuple[Call, str]] = []
        self._calls: dict[Place, str] = {}  # the calls that went out, by the places of their spans

    def records(self, name: str) -> list[Placed]:
        """Return the records of the session called `name`."""
        value = obj(self._head.value) if self._head else {}
        place = self._head.place if self._head else self._moments[0][1].place
        source = rest(value, ("object",))
        self._scribe.header(place, name, trace_id=txt(value.get("id")), source=source)
        for _, (value, place), ends in self._moments:
            if not isinstance(value, dict) or not isinstance(value.get("span_data"), dict):
                self._scribe.unparsed(place, "a span without data", value)
            elif ends:
                self._returned(value, value["span_data"], place)
            else:
                self._span(value, place)
        return self._scribe.records

    def _span(self, span: dict[str, Any], place: Place) -> None:
        data = span["span_data"]
        kind = txt(data.get("type")) or "span"
        if kind == "function" and txt(data.get("name")):
            self._function(span, data, place)
        elif kind == "generation" and self._generation(span, data, place):
            return
        else:
            self._keep(span, data, kind, place)

    def _keep(self, span: dict[str, Any], data: dict[str, Any], kind: str, place: Place) -> None:
        """Keep a span whole, with its name in front where it has one."""
        name = txt(at(data, "data", "agent_name")) or txt(at(data, "data", "name")) or txt(data.get("name"))
        if kind == "handoff":
            name = f"{txt(data.get('from_agent')) or '?'} to {txt(data.get('to_agent')) or '?'}"
        kind = txt(at(data, "data", "sdk_span_type")) or kind
        source = {"name": name, **rest(data, ("type", "name")), **rest(span, (*_SPAN, "span_data"))}
        source = {key: value for key, value in source.items() if value is not None}
        source["ended_at"] = span.get("ended_at")
        self._scribe.keep(place, f"openai-agents:{kind}", source, ts=stamp(span.get("started_at")))

    def _function(self, span: dict[str, Any], data: dict[str, Any], place: Place) -> None:
        """Write a call; one that only waited for an answer is a request, and did not run."""
        call = Call(data["name"], decoded(data.get("input")), None, "/span_data")
        began, ended = stamp(span.get("started_at")), stamp(span.get("ended_at"))
        about = {"ts": began, "agent": self._agent(span)}
        source = rest(span, (*_SPAN, "span_data", "error")) | rest(data, ("type", "name", "input", "output"))
        source = {key: value for key, value in source.items() if value is not None}
        if _paused(data):
            proposal = self._scribe.record(
                "proposal", place, tool=call.name, arguments=call.arguments, **about
            )
            covers = {"tool": call.name, "arguments": call.arguments}
            kept = source | {"output": data["output"]}
            known = {"op": "requested", "answers": proposal, "covers": covers, "ts": ended, "span": kept}
            self._scribe.record("confirmation", place, **known)
            return
        about |= {"id": txt(span.get("id")), "decision": self._chosen(call)}
        self._calls[place] = self._scribe.call(place, call, source=source, **about)

    def _returned(self, span: dict[str, Any], data: dict[str, Any], place: Place) -> None:
        """Write what came back from a call, where it ended: after all that it began."""
        status: Status | None = "error" if span.get("error") else None
        output, call = data.get("output"), self._calls.get(place)
        if call is not None and (output is not None or status):
            value = span["error"] if output is None else decoded(output)
            more = {"error": span["error"]} if status and output is not None else {}
            result = Result(value, call, txt(data.get("name")), status, "", more)
            self._scribe.result(place, result, ts=stamp(span.get("ended_at")))

    def _chosen(self, call: Call) -> str | None:
        """Return the decision that a call carries out: the first that chose the same and was not carried out yet."""
        for index, (held, decision) in enumerate(self._held):
            if (held.name, held.arguments) == (call.name, call.arguments):
                del self._held[index]
                return decision
        return None

    def _generation(self, span: dict[str, Any], data: dict[str, Any], place: Place) -> bool:
        """Write a call of a model that is exported with its messages: the context and the choice."""
        place = place.below("/span_data")
        output = [(one, place.below(f"/output/{n}")) for n, one in enumerate(arr(data.get("output")))]
        made = next(((said, where) for one, where in output if (said := _assistant(one)) is not None), None)
        if made is None:
            return False
        heard: list[Heard] = []
        for index, message in enumerate(arr(data.get("input"))):
            said, where = messages.read(message), place.below(f"/input/{index}")
            if said is None:
                self._scribe.unparsed(where, "not a message: no role", message)
            else:
                heard.append((said, where))
        ts = stamp(span.get("started_at"))
        known: dict[str, Json] = {"agent": self._agent(span), "ts": ts}
        if heard:
            tokens = whole(at(data, "usage", "input_tokens"))
            known["context"] = self._scribe.window(place, heard, ts=ts, input_tokens=tokens)
        known["source"] = rest(span, (*_SPAN, "span_data")) | rest(data, ("type", "input", "output"))
        names = self._scribe.step(made[1], made[0], **known, held=set(range(len(made[0].calls))))
        self._held += list(zip(made[0].calls, names, strict=False))
        return True

    def _agent(self, span: dict[str, Any]) -> str | None:
        """Return the name of the agent that a span is under."""
        met: set[str] = set()
        name = txt(span.get("parent_id"))
        while name is not None and name in self._by_id and name not in met:
            met.add(name)
            parent = self._by_id[name]
            if at(parent, "span_data", "type") == "agent":
                return txt(at(parent, "span_data", "name"))
            name = txt(parent.get("parent_id"))
        return None


def _moments(spans: list[Item]) -> Iterable[tuple[float, Item, bool]]:
    """Yield when each span began and, for a function, when it ended; what has no time stands first."""
    for one in spans:
        began = moment(at(one.value, "started_at")) or 0.0
        yield began, one, False
        if at(one.value, "span_data", "type") == "function":
            yield max(began, moment(at(one.value, "ended_at")) or began), one, True


def _paused(data: dict[str, Any]) -> bool:
    output = data.get("output")
    return isinstance(output, str) and output.startswith(_PAUSED[0]) and _PAUSED[1] in output


def _assistant(message: Json) -> Said | None:
    said = messages.read(message)
    return said if said is not None and said.role == "assistant" else None
