"""Tells the story of one session from its spans, in the order in which things happened.

Spans come in the order in which they ended. A call of a model is told when it began, after what had ended by
then; a tool's result, a look-up and a frame when they ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.otel import dialects, verdicts
from nalyqor_tui.trace.formats.otel.acts import (
    OTHER,
    Act,
    Frame,
    Heard,
    Lookup,
    Model,
    Talk,
    Tool,
    together,
    tool_names,
    trouble,
)
from nalyqor_tui.trace.formats.otel.approvals import Approvals
from nalyqor_tui.trace.formats.otel.calls import Calls
from nalyqor_tui.trace.formats.otel.joined import Twin, join
from nalyqor_tui.trace.formats.otel.parts import choice, distinct, document, of_event, votes
from nalyqor_tui.trace.formats.otel.span import Event, Span, seconds
from nalyqor_tui.trace.formats.otel.tree import ACTS, BEFORE, CLOSES, OPENS, Tree
from nalyqor_tui.trace.formats.repeats import Repeats
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.records import Context, Json, Unparsed

_When = tuple[int, int, int]
_RESULTS = ("gen_ai.tool.call.result", "output.value", "ai.toolCall.result")


class Story:
    """Writes the records of one session; `spans` are its spans in the order of the file."""

    def __init__(
        self, name: str, spans: Sequence[Span], events: Sequence[Event], below: str | None = None
    ) -> None:
        self.scribe = Scribe()
        self._name = name
        self._below = below  # the session that started this one
        self._tree = Tree(spans)
        self._events = events
        self._acted: list[tuple[Span, Act]] = [(span, dialects.read(span)) for span in spans]
        dialects.once(self._acted, self._tree.around)
        tools = [act for _, act in self._acted if isinstance(act, Tool)]
        self._approvals = Approvals(spans)
        waited = [act.call for act in tools if act.paused is not None]
        self._calls = Calls([*waited, *self._approvals.calls])
        self._repeats = Repeats()
        self._seen = 0  # how many of the records the repeats are known of
        self._frames: dict[str, set[bytes]] = {}  # what the frames in a span and around it have told
        self._full = self._with_content()

    def tell(self) -> Scribe:
        """Write the records, and return what holds them."""
        self._header()
        for _, write in sorted(self._moments(), key=lambda moment: moment[0]):
            write()
        self._others()
        return self.scribe

    def _moments(self) -> Iterator[tuple[_When, partial[None]]]:
        """Yield what there is to tell, each with its time, its rank among what is of that time, its number."""
        joins = join(self._acted)
        for index, (span, act) in enumerate(self._acted):
            start, end = self._tree.times(span)
            ended = (end, BEFORE if start < end else ACTS, index)
            match act:
                case Model():
                    yield (start, ACTS, index), partial(self._model, span, act)
                case Tool():
                    yield (start, ACTS, index), partial(self._began, span, act)
                    yield ended, partial(self._ended, span, act)
                case Lookup():
                    yield ended, partial(self._lookup, span, act, joins.get(index))
                case Frame() if act.kind != OTHER:
                    yield (start, OPENS, -index), partial(self._opened, span, act)
                    yield (end, CLOSES, index), partial(self._closed, span, act)
        for index, event in enumerate(self._events):
            yield (event.time or 0, CLOSES, len(self._acted) + index), partial(self._log, event)

    def _with_content(self) -> set[str]:
        """Return the ids of the spans around those calls of a model whose content was captured."""
        talking = [span for span, act in self._acted if isinstance(act, Model) and act.talk.captured]
        return {outer.id for span in talking for outer in self._tree.around(span)}

    def _header(self) -> None:
        spans = self._tree.spans
        outer = next(iter(self._tree.outer), None)
        acts = [act for _, act in self._acted]
        agents = [act.name for act in acts if isinstance(act, Frame) and act.kind == "agent" and act.name]
        models = [act.name for act in acts if isinstance(act, Model) and act.name]
        named = [name for span in spans if isinstance(name := span.attributes.get("gen_ai.agent.name"), str)]
        every = [*(span.trace for span in spans), *(event.trace for event in self._events)]
        traces = list(dict.fromkeys(trace for trace in every if trace))
        homes = distinct(
            [*(span.home for span in spans), *(event.about.get("home") for event in self._events)]
        )
        source: dict[str, Json] = {"from": homes, "traces": traces if len(traces) > 1 else None}
        if self._below is not None:
            source["started by a tool of"] = {"session": self._below, "span": outer.parent if outer else None}
        self.scribe.header(
            outer.place if outer else self._events[0].place,
            self._name,
            ts=seconds(outer.start) if outer else None,
            trace_id=traces[0] if len(traces) == 1 else None,
            agent_name=next(iter(named + agents), None),
            request_model=next(iter(models), None),
            source={key: value for key, value in source.items() if value} or None,
        )

    def _model(self, span: Span, act: Model) -> None:
        """Write what a model was sent, then what it chose."""
        ts, talk, context = seconds(span.start), act.talk, None
        self._approvals.tell(self.scribe, span)
        if talk.heard is not None:
            heard = [(self._calls.known(said), place) for said, place in talk.heard]
            at = span.at(*sorted(talk.used))
            context = self.scribe.window(at, heard, ts=ts, input_tokens=act.tokens)
        self._unread(talk)
        source = self._rest(span, talk.used, tools=act.tools)
        if talk.said:
            self._answer(talk, ts=ts, context=context, source=source, tools_offered=tool_names(act.tools))
        else:
            kind = "otel:model call" if talk.heard is None else "otel:model call without an answer"
            self.scribe.keep(span.place, kind, source, ts=ts)
        verdicts.of_span(self.scribe, span)

    def _answer(self, talk: Talk, **known: Json) -> None:
        """Write a response: the first where there are several to choose from, with all of them as its margin."""
        said = talk.said or []
        logged, place = said[0] if talk.choices else together(said)
        if talk.choices:
            every = [each for each, _ in said]
            known["margin"] = votes(every)
            known["source"] = {**known["source"], "choices": [choice(each) | each.more for each in every]}
        chosen = self._calls.named(logged)
        held = self._calls.held(chosen)
        names = self.scribe.step(place, chosen, held=held, **known)
        self._calls.made(chosen, names, held, logged)

    def _began(self, span: Span, act: Tool) -> None:
        """Find the call that a tool's run carries out; where no model's answer shows it, the run does."""
        ts, waits = seconds(span.start), act.paused is not None
        made = self._calls.find(act.call) or self._calls.add(act.call)
        self._calls.run(self._key(span), made, really=not waits)
        if waits and made.decision is None:
            chosen = Said("assistant", calls=(made.call,))
            made.decision = self.scribe.step(span.place, chosen, ts=ts, held=(0,))[0]
        elif not waits and not made.went:
            made.went = True
            self.scribe.call(span.place, made.call, decision=made.decision, ts=ts)

    def _ended(self, span: Span, act: Tool) -> None:
        """Write what came of a tool's run: no result where it waited for an approval."""
        ts, wrong, made = seconds(span.end), trouble(span), self._calls.of(self._key(span))
        source = self._rest(span, act.used, **act.result.more)
        status = act.result.status or span.status or ("error" if wrong else None)
        if act.paused is not None:
            action = {"tool": made.call.name, "arguments": made.call.arguments}
            asked = self.scribe.record("proposal", span.place, ts=ts, **action)
            source["waits for"] = self._repeats.fold(act.paused)
            known = {"op": "requested", "answers": asked, "covers": action, "asked": source}
            self.scribe.record("confirmation", span.place, ts=ts, **known)
        elif act.ended or wrong:
            value = act.result.value if act.ended else wrong
            result = replace(act.result, call=made.call.id, value=value, status=status, more=source)
            self.scribe.result(span.at(*(key for key in _RESULTS if key in act.used)), result, ts=ts)
            self._calls.answered(result)
        else:
            told: dict[str, Json] = {"call": made.call.id, "status": status, "name": act.call.name}
            self.scribe.record("tool_result", span.place, ts=ts, source=source, **told)
        verdicts.of_span(self.scribe, span)

    def _lookup(self, span: Span, act: Lookup, twin: Twin | None) -> None:
        known = twin.known if twin else [{} for _ in act.documents]
        documents = [
            document(index, one | more)
            for index, (one, more) in enumerate(zip(act.documents, known, strict=True))
        ]
        source = self._rest(span, act.used)
        if twin is not None:
            source["ids and scores from"] = {"span": twin.span.name, "span_id": twin.span.id}
        at, ts = span.at(*sorted(act.used)), seconds(span.end)
        self.scribe.record("retrieval", at, ts=ts, query=act.query, documents=documents, source=source)
        verdicts.of_span(self.scribe, span)

    def _opened(self, span: Span, act: Frame) -> None:
        """Write what an agent was asked, where the calls of its model do not say it."""
        heard = act.talk.heard
        self._approvals.tell(self.scribe, span)
        if span.id in self._full or not heard or self._told(span, heard):
            return
        if len(heard) > 1:
            self.scribe.hear(heard, ts=seconds(span.start))
        else:  # the newest message alone: equal words said before are other words
            self.scribe.message(heard[0][1], heard[0][0], ts=seconds(span.start))

    def _closed(self, span: Span, act: Frame) -> None:
        """Write what an agent answered, where the calls of its model do not say it, and keep the span."""
        talk = Talk() if span.id in self._full else act.talk
        self._unread(talk)
        if talk.said and not self._told(span, talk.said):
            self._outcome(together(talk.said), seconds(span.end))
        source = self._rest(span, talk.used)
        self.scribe.keep(span.place, f"otel:{act.kind}", source, ts=seconds(span.end))
        verdicts.of_span(self.scribe, span)

    def _outcome(self, heard: Heard, ts: float | None) -> None:
        """Write what an agent ended with; a call in it did not go out yet, unless its run was told already."""
        said, place = heard
        left = tuple(call for call in said.calls if not self._calls.ran(call))
        if said.calls and not left:
            if said.spoke:
                self.scribe.message(place, replace(said, calls=()), ts=ts)
            return
        chosen = self._calls.named(replace(said, calls=left))
        held = tuple(range(len(left)))
        names = self.scribe.step(place, chosen, held=held, ts=ts)
        self._calls.made(chosen, names, held, replace(said, calls=left))

    def _others(self) -> None:
        """Keep the spans that are no agent's own, such as requests of a server, in one record at the end."""
        spans = [span for span, act in self._acted if isinstance(act, Frame) and act.kind == OTHER]
        if spans:
            listed = [{"at": str(span.place), **self._rest(span, set())} for span in spans]
            self.scribe.keep(spans[0].place, "otel:other spans", listed)
        for span in spans:
            verdicts.of_span(self.scribe, span)

    def _told(self, span: Span, heard: Sequence[Heard]) -> bool:
        """Tell whether a frame around this one, or inside of it, said the same; remember that this one has."""
        keys = {canonical([said.role, said.content, [call.name for call in said.calls]]) for said, _ in heard}
        every = [self._frames.setdefault(each.id, set()) for each in (span, *self._tree.around(span))]
        told = any(keys <= known for known in every)
        for known in every:
            known.update(keys)
        return told

    def _log(self, event: Event) -> None:
        if verdicts.is_one(event):
            verdicts.of_event(self.scribe, event)
            return
        self._catch_up()
        source = self._repeats.fold(of_event(event) | {k: v for k, v in event.about.items() if k != "home"})
        self.scribe.keep(event.place, "otel:log", source, ts=seconds(event.time))

    def _rest(self, span: Span, used: set[str], **more: Json) -> dict[str, Any]:
        """Return what a span says that is in no other record."""
        self._catch_up()
        said: dict[str, Json] = {"span": span.name, "span_id": span.id, "parent": span.parent}
        said |= {"ns": [time for time in (span.start, span.end) if time is not None]}
        said |= {"status": span.status, "problem": span.problem}
        said |= {key: value for key, value in span.attributes.items() if key not in used}
        said |= {"events": [of_event(event) for event in span.events if not verdicts.is_one(event)]}
        said |= {**span.about, **more}
        return {
            key: self._repeats.fold(value) for key, value in said.items() if value not in (None, "", [], {})
        }

    def _catch_up(self) -> None:
        """Remember what the records hold that were written since."""
        for record, _ in self.scribe.records[self._seen :]:
            if not isinstance(record, Unparsed | Context) and record.id is not None:
                self._repeats.hold(record.id, *record.model_dump(exclude_unset=True).values())
        self._seen = len(self.scribe.records)

    def _unread(self, talk: Talk) -> None:
        for value, place in talk.unread:
            self.scribe.unparsed(place, "a message of no dialect that is known", value)

    @staticmethod
    def _key(span: Span) -> str:
        return span.id or f"at {span.place.offset} {span.place.pointer}"
