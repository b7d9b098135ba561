"""Events of OpenHands V1 (its software agent SDK): one JSON object each, in lines or a file each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nalyqor_tui.trace.document import Item
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.messages import Call, Result, Said, Status, joined, unwrapped
from nalyqor_tui.trace.formats.pick import arr, at, decoded, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed, Spread
from nalyqor_tui.trace.records import Json

_SOURCES = frozenset({"agent", "user", "environment", "hook"})
_ACTION = frozenset(
    {"timestamp", "source", "thought", "reasoning_content", "tool_name", "tool_call_id", "tool_call", "kind"}
)
_RESULT = frozenset({"timestamp", "source", "kind", "tool_call_id", "tool_name"})
_MESSAGE = frozenset({"timestamp", "source", "kind", "llm_message"})


def is_event(value: Json) -> bool:
    """Tell an event by its kind, its id and who made it."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return False
    source = value.get("source")
    return (
        isinstance(source, str)
        and source in _SOURCES
        and isinstance(value.get("id"), str)
        and "timestamp" in value
    )


def records(name: str, items: Sequence[Item], place: Place, state: Item | None) -> list[Placed]:
    """Return the records of the events; `state` is the conversation's, where it is in a file beside them."""
    scribe = Scribe()
    about, where = state or Item(None, place)
    model = txt(at(about, "agent", "llm", "model"))
    scribe.header(where, txt(at(about, "id")) or name, agent_name="OpenHands", request_model=model,
                  source={"state": about} if about is not None else None)  # fmt: skip
    writer = _Writer(scribe)
    index = 0
    while index < len(items):
        index = writer.after(items, index)
    return scribe.records


class _Writer:
    """Writes events in order; the actions of one response of the model are one step."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe = scribe
        self.wrote: dict[str, list[str]] = {}
        self.pending: dict[str, tuple[dict[str, Any], Place]] = {}
        self.asked: dict[str, str] = {}

    def after(self, items: Sequence[Item], index: int) -> int:
        """Write the event at an index, with those that belong to it, and return the index after them."""
        value, place = items[index]
        if not is_event(value):
            self.scribe.unparsed(place, "not an event: no kind, id, time and source", value)
            return index + 1
        if value["kind"] == "ActionEvent":
            end = index + 1
            while end < len(items) and _same_response(value, items[end].value):
                end += 1
            self._actions(items[index:end])
            return end
        start = len(self.scribe.records)
        self._event(value, place, {"ts": stamp(value.get("timestamp"))})
        self._note(value["id"], start)
        return index + 1

    def _note(self, event: str, start: int) -> None:
        names = [record.id for record, _ in self.scribe.records[start:]]
        self.wrote[event] = [name for name in names if isinstance(name, str)]

    def _event(self, value: dict[str, Any], place: Place, known: dict[str, Any]) -> None:
        kind = value["kind"]
        match kind:
            case "MessageEvent":
                self._message(value, place, known)
            case "SystemPromptEvent":
                prompt = value.get("system_prompt")
                said = Said(
                    "system", _plain([prompt]), more=rest(value, ("timestamp", "kind", "system_prompt"))
                )
                self.scribe.message(place, said, **known)
            case "ObservationEvent" | "AgentErrorEvent":
                self._result(value, place, known)
            case "UserRejectObservation":
                self._refused(value, place, known)
            case "Condensation":
                self._condensed(value, place, known)
            case _:
                if value.get("value") == "waiting_for_confirmation":
                    self._requested(place, known)
                self.scribe.keep(place, f"openhands:{kind}", value, **known)

    def _message(self, value: dict[str, Any], place: Place, known: dict[str, Any]) -> None:
        message = obj(value.get("llm_message"))
        said = messages.read(message) or Said("user", message or None)
        content = _plain(said.content)
        more = {**said.more, **rest(value, _MESSAGE)}
        source = value["source"]
        if source == "agent":
            self.scribe.step(place, Said("assistant", content, reasoning=said.reasoning, more=more), **known)
            return
        role = "user" if source == "user" else "harness"
        self.scribe.message(place, Said(role, content, more=more), **known)

    def _actions(self, items: Sequence[Item]) -> None:
        start = len(self.scribe.records)
        said = joined([_action(item.value) for item in items])
        first = items[0]
        self.scribe.step(Spread([item.place for item in items], first.place), said,
                         ts=stamp(first.value.get("timestamp")), source=_beside(items))  # fmt: skip
        for value, place in items:
            self._note(value["id"], start)
            call = _call(value)
            self.pending[value["id"]] = ({"tool": call.name, "arguments": call.arguments}, place)

    def _result(self, value: dict[str, Any], place: Place, known: dict[str, Any]) -> None:
        observation = obj(value.get("observation"))
        failed = True if value["kind"] == "AgentErrorEvent" else observation.get("is_error")
        content = observation.get("content", value.get("error"))
        content = _plain(content)
        more = {
            **rest(value, (*_RESULT, "observation", "error")),
            **rest(observation, ("content", "is_error")),
        }
        status: Status | None = None if not isinstance(failed, bool) else "error" if failed else "ok"
        call, name = txt(value.get("tool_call_id")), txt(value.get("tool_name"))
        self._done(value)
        self.scribe.result(place, Result(content, call, name, status, "", more), **known)

    def _refused(self, value: dict[str, Any], place: Place, known: dict[str, Any]) -> None:
        """Write a refusal: who refused, what, and what the model was told instead of a result."""
        action = str(value.get("action_id"))
        covers, where = self.pending.get(action, ({"tool": str(value.get("tool_name"))}, place))
        asked = self.asked.get(action) or self.scribe.record("proposal", where, **covers, **known)
        by = txt(value.get("rejection_source")) or "user"
        self.scribe.record("confirmation", place, op="declined", by=by, answers=asked, covers=covers, scope="once",
                           event=rest(value, _RESULT), **known)  # fmt: skip
        self._done(value)
        call, name = txt(value.get("tool_call_id")), txt(value.get("tool_name"))
        self.scribe.result(place, Result(value.get("rejection_reason"), call, name, "error"), **known)

    def _done(self, value: dict[str, Any]) -> None:
        self.pending.pop(str(value.get("action_id")), None)

    def _requested(self, place: Place, known: dict[str, Any]) -> None:
        """Write that the actions without a result so far were put to the user."""
        for action, (covers, where) in self.pending.items():
            if action not in self.asked:
                self.asked[action] = self.scribe.record("proposal", where, **covers, **known)
                self.scribe.record("confirmation", place, op="requested", by="runtime",
                                   answers=self.asked[action], covers=covers, **known)  # fmt: skip

    def _condensed(self, value: dict[str, Any], place: Place, known: dict[str, Any]) -> None:
        gone = [one for one in arr(value.get("forgotten_event_ids")) if isinstance(one, str)]
        dropped = [name for event in gone for name in self.wrote.get(event, [event])]
        self.scribe.record("compaction", place, dropped=dropped, kept=[], source=value, **known)
        if (summary := txt(value.get("summary"))) is not None:
            self.scribe.message(place.below("/summary"), Said("harness", summary), **known)


def _same_response(first: dict[str, Any], value: Json) -> bool:
    response = txt(first.get("llm_response_id"))
    return (
        response is not None
        and is_event(value)
        and value["kind"] == "ActionEvent"
        and value.get("llm_response_id") == response
    )


def _action(value: dict[str, Any]) -> Said:
    thought = value.get("thought")
    content = _plain(thought)
    return Said("assistant", content, (_call(value),), reasoning=txt(value.get("reasoning_content")))


def _call(value: dict[str, Any]) -> Call:
    """Return the call as the model made it; the action is what the program took it for."""
    made = obj(value.get("tool_call"))
    name = txt(made.get("name")) or txt(value.get("tool_name")) or "(tool not recorded)"
    arguments = decoded(made.get("arguments")) if "arguments" in made else value.get("action")
    own = txt(made.get("id")) or txt(value.get("tool_call_id"))
    return Call(
        name,
        arguments,
        own,
        "",
        {k: v for k, v in rest(made, ("id", "name", "arguments")).items() if v is not None},
    )


def _plain(content: Json) -> Json:
    """Return content as text where it is one text; that a part was not to be cached says nothing of it."""
    if not isinstance(content, list):
        return content
    return unwrapped(
        [rest(part, ("cache_prompt",)) if at(part, "cache_prompt") is False else part for part in content]
    )


def _beside(items: Sequence[Item]) -> Json:
    """Return what the events say besides: of one its keys, of several a list."""
    if len(items) == 1:
        return rest(items[0].value, _ACTION)
    return {"events": [rest(item.value, _ACTION - {"timestamp"}) for item in items]}
