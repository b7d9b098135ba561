"""Model calls become decisions, on the context that was sent; or, in a log without events, the conversation does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from nalyqor_tui.trace.formats import logprobs
from nalyqor_tui.trace.formats.inspect_eval.once import Once
from nalyqor_tui.trace.formats.inspect_eval.parts import Parts
from nalyqor_tui.trace.formats.inspect_eval.spans import Spans
from nalyqor_tui.trace.formats.messages import inspect
from nalyqor_tui.trace.formats.messages.model import Call, Result, Said
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, stamp, txt, whole
from nalyqor_tui.trace.formats.scribe import Heard, Scribe
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_EVENT = frozenset({"event", "timestamp", "model", "input", "input_refs", "tools", "output", "call"})
_ONES = frozenset({"input", "operator"})  # the sources of a message that is a person's


@dataclass(frozen=True, slots=True)
class Late:
    """A result that is logged with its call, and came when all was done that the call began."""

    result: Result
    place: Place
    known: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Held:
    """A call that the model chose and that did not go out yet, with its decision and where it stands."""

    call: Call
    decision: str
    place: Place


class Models:
    """Writes model calls.

    `held` are the calls that were chosen and not seen to run yet, `late` the results that are still to come, by
    the ids of the calls.
    """

    def __init__(self, parts: Parts, scribe: Scribe, spans: Spans) -> None:
        self.held: dict[str, Held] = {}
        self.late: dict[str, Late] = {}
        self._parts, self._scribe, self._spans = parts, scribe, spans
        self._once = Once()
        self._roles: dict[str, str] = {}
        self._known: set[bytes] = set()  # the messages that were written, as they stand in the log
        self._tools: bytes = b""
        self._output: Json = None
        every = [*parts.messages, *parts.pool]
        every += [(m, p) for event, p in parts.events for m in arr(at(event, "input"))]
        self._sourced = any(obj(m).get("role") == "user" and obj(m).get("source") for m, _ in every)

    def read(self, event: dict[str, Any], place: Place, inside: str | None) -> None:
        """Write one model call: the context, then the decisions with what was said beside them."""
        agent, started = self._spans.agent(event)
        agent, started = (inside, True) if agent is None and inside else (agent, started)
        if (scorer := self._spans.scorer(event)) is not None:
            self._kept(event, place, "inspect:scorer-model", scorer)
            return
        ts = stamp(event.get("timestamp"))
        said = inspect.read(at(event, "output", "choices", 0, "message"))
        if said is None or said.role != "assistant":
            self._kept(event, place, "inspect:model", agent)
            return
        heard = [(self._as_heard(s, m, started), p) for s, m, p in self._heard(event, place)]
        self._ran_unseen(heard)
        tools = self._offered(event, place)
        known: dict[str, Json] = {}
        if heard:
            tokens = _input_tokens(at(event, "output", "usage"))
            known["context"] = self._scribe.window(place, heard, ts=ts, input_tokens=tokens)
        else:
            self._before(event)
        self._output = event["output"]
        self._known.add(canonical(at(event, "output", "choices", 0, "message")))
        known["margin"] = _margin(event, [tool for tool in tools if isinstance(tool, str)])
        known |= {"agent": agent, "tools_offered": tools, "ts": stamp(event.get("completed")) or ts}
        known["source"] = self._about(event, place)
        self._step(place.below("/output/choices/0/message"), said, known)

    def conversation(self, messages: Iterable[tuple[Json, Place]]) -> None:
        """Write a log without model calls from its messages: each of the assistant's is a decision."""
        for message, place in messages:
            said = inspect.read(message)
            if said is None:
                self._scribe.unparsed(place, "not a message: no role", message)
            else:
                self._known.add(canonical(message))
                self._scribe.say(place, self._as_heard(said, obj(message), False))

    def remaining(self, messages: Iterable[tuple[Json, Place]]) -> None:
        """Write what the conversation holds and no model was sent, such as what came after the last choice."""
        heard: list[Heard] = []
        for message, place in messages:
            said = inspect.read(message)
            if said is None:
                self._scribe.unparsed(place, "not a message: no role", message)
            else:
                heard.append((self._as_heard(said, obj(message), False), place))
        self._ran_unseen(heard)
        self._scribe.hear(heard)

    def settle(self, name: str) -> None:
        """Write the result of a call, if it was still to come."""
        late = self.late.pop(name, None)
        if late is not None:
            self._scribe.result(late.place, late.result, **late.known)

    def told(self, output: Json) -> bool:
        """Whether an output of the sample is that of its last model call, save for what is empty in it."""
        return bool(output == self._output or not arr(at(output, "choices")))

    def shortened(self, value: Json) -> Json:
        """Return a value in which each message that was written is only named by its id."""
        if isinstance(value, list):
            return [self.shortened(part) for part in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("role"), str) and "content" in value and canonical(value) in self._known:
            return {"message": value.get("id"), "role": value["role"]}
        return {key: self.shortened(part) for key, part in value.items()}

    def _heard(self, event: dict[str, Any], place: Place) -> Iterator[tuple[Said, dict[str, Any], Place]]:
        """Yield the messages that the model was sent: those in the event, or those that it refers to."""
        own = [(m, place.below(f"/input/{n}")) for n, m in enumerate(arr(event.get("input")))]
        for message, where in own or self._parts.expand(event.get("input_refs"), self._parts.pool):
            said = inspect.read(message)
            if said is None:
                self._scribe.unparsed(where, "not a message: no role", message)
            else:
                self._known.add(canonical(message))
                yield said, obj(message), where

    def _before(self, event: dict[str, Any]) -> None:
        """Write what stands before an answer in the conversation, where what the model was sent was not recorded."""
        name = txt(at(event, "output", "choices", 0, "message", "id"))
        ids = [txt(at(message, "id")) for message, _ in self._parts.messages]
        if name is not None and name in ids:
            self.remaining(self._parts.messages[: ids.index(name)])

    def _as_heard(self, said: Said, message: dict[str, Any], started: bool) -> Said:
        """Tell a person's words from those that a solver or another agent put into a user's message."""
        if said.role != "user":
            return said
        own = not self._sourced or txt(message.get("source")) in _ONES
        role = "user" if own and not started else "harness"
        name = txt(message.get("id"))
        role = role if name is None else self._roles.setdefault(name, role)
        return replace(said, role=role)

    def _ran_unseen(self, heard: list[Heard]) -> None:
        """Write the results that the model is sent now, and calls of which nothing but such a result is logged."""
        for said, place in heard:
            for result in said.results:
                if result.call is None:
                    continue
                self.settle(result.call)
                if (held := self.held.pop(result.call, None)) is not None:
                    self._scribe.call(held.place, held.call, decision=held.decision)
                    self._scribe.result(place, result)

    def _step(self, place: Place, said: Said, known: dict[str, Json]) -> None:
        """Write the choice; a call goes out when its tool runs, save one that the model's own service ran."""
        ran = {result.call for result in said.results}
        later = {n: call for n, call in enumerate(said.calls) if call.id is not None and call.id not in ran}
        names = self._scribe.step(place, said, **known, held=set(later))
        for number, call in later.items():
            assert call.id is not None
            self.held[call.id] = Held(call, names[number], place.below(call.pointer))

    def _offered(self, event: dict[str, Any], place: Place) -> list[Json]:
        """Return the names of the tools; their descriptions are written when they change."""
        tools = arr(event.get("tools"))
        data = canonical(tools)
        if tools and data != self._tools:
            self._tools = data
            self._scribe.keep(place.below("/tools"), "inspect:tools", tools)
        return [txt(at(tool, "name")) or tool for tool in tools]

    def _about(self, event: dict[str, Any], place: Place) -> dict[str, Json]:
        """Return what a model call tells besides: its settings, usage, other choices, the raw call."""
        output = obj(event.get("output"))
        choices = arr(output.get("choices"))
        about: dict[str, Json] = {
            "model": event.get("model"),
            "began": event.get("timestamp"),
            **rest(event, _EVENT),
        }
        about["output"] = rest(output, ("choices", "completion"))
        if choices and (more := rest(choices[0], ("message",))):
            about["choice"] = more
        if len(choices) > 1:
            about["other_choices"] = choices[1:]
        if isinstance(event.get("call"), dict):
            about["call"] = self._call(event["call"], f"{place.pointer}/call")
        return about

    def _call(self, call: dict[str, Any], where: str) -> dict[str, Json]:
        """Return the raw call, with what earlier requests held already named and not repeated."""
        request = self._once.request(obj(call.get("request")), f"{where}/request")
        pooled = self._parts.expand(call.get("call_refs"), self._parts.calls)
        if messages := [self._once.part(message, place.pointer) for message, place in pooled]:
            request[txt(call.get("call_key")) or "messages"] = messages
        return {**rest(call, ("request", "call_refs", "call_key")), "request": request}

    def _kept(self, event: dict[str, Any], place: Place, kind: str, by: str | None) -> None:
        """Keep a model call that is no decision of the agent: a grader's, or one that failed or is still to come."""
        heard = [message for _, message, _ in self._heard(event, place)]
        body = {"by": by, "model": event.get("model"), "output": event.get("output"), **rest(event, _EVENT)}
        body["input"] = [self._once.part(message, place.pointer) for message in heard]
        if isinstance(event.get("call"), dict):
            body["call"] = self._call(event["call"], f"{place.pointer}/call")
        if (tools := arr(event.get("tools"))) and canonical(tools) != self._tools:
            body["tools"] = tools
        ts = stamp(event.get("timestamp"))
        self._scribe.keep(place, kind, {k: v for k, v in body.items() if v is not None}, ts=ts)


def _margin(event: dict[str, Any], offered: list[str]) -> Json:
    """Return what was recorded of the alternatives: the log probabilities of tokens, or several answers."""
    answers = []
    for choice in arr(at(event, "output", "choices")):
        said = inspect.read(at(choice, "message"))
        if said is not None and said.role == "assistant":
            answers.append(logprobs.Answer(said, logprobs.tokens(at(choice, "logprobs"))))
    return logprobs.margin(answers, offered)


def _input_tokens(usage: Json) -> int | None:
    """Return the tokens that went in, cached ones included, where the counts tell which they are."""
    sizes = [whole(at(usage, key)) for key in ("input_tokens", "output_tokens", "total_tokens")]
    sent, out, total = sizes
    if sent is None or out is None or total is None:
        return None
    cached = [whole(at(usage, f"input_tokens_cache_{kind}")) or 0 for kind in ("write", "read")]
    return next((size for size in (sent, sent + sum(cached)) if size + out == total), None)
