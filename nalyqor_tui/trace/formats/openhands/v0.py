"""Events of OpenHands V0: actions and the observations that they cause, in a list or in an output's history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nalyqor_tui.trace.document import Item
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.logprobs import Answer, margin, tokens
from nalyqor_tui.trace.formats.messages import Call, Result, Said, Status
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, stamp, txt, whole
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

_QUIET = frozenset({"null", "agent_state_changed", "recall", "change_agent_state", "condensation_request"})
_BESIDE = frozenset(
    {"id", "timestamp", "source", "cause", "action", "observation", "args", "content", "extras"}
)
_FLAT = frozenset(
    {"action", "thought", "is_confirmed", "confirmation_state", "action_risk", "keep_prompt", "timeout"}
)
_ANSWERS = {"user_confirmed": "given", "user_rejected": "declined"}


def is_event(value: Json) -> bool:
    """Tell an event by its action or observation, and who made it."""
    if not isinstance(value, dict) or not isinstance(value.get("source"), str) or "kind" in value:
        return False
    return isinstance(value.get("id"), int) and _kind(value) is not None


def is_output(value: Json) -> bool:
    """Tell the output of a run by its history of events and what came of it."""
    history = at(value, "history")
    if not isinstance(history, list) or not ({"instruction", "git_patch", "test_result"} & set(value)):
        return False
    return all(_kind(event) is not None for event in _flat(history[:4]))


def is_prediction(value: Json) -> bool:
    """Tell the bare patch of an evaluation."""
    return isinstance(value, dict) and {"instance_id", "model_patch", "model_name_or_path"} <= set(value)


def records(name: str, items: Sequence[Item], place: Place, _state: Item | None) -> list[Placed]:
    """Return the records of a list of events."""
    scribe = Scribe()
    scribe.header(place, name, agent_name="OpenHands")
    writer = _Writer(scribe)
    for value, where in items:
        writer.event(value, where)
    return scribe.records


def output(name: str, item: Item) -> list[Placed]:
    """Return the records of one output of the resolver or of an evaluation."""
    scribe = Scribe()
    value, place = item
    if not isinstance(value, dict):
        scribe.unparsed(place, "not an output", value)
        return scribe.records
    agent = txt(value.get("model_name_or_path")) or "OpenHands"
    scribe.header(
        place, name, agent_name=agent, source=rest(value, ("history", "success", "result_explanation"))
    )
    writer = _Writer(scribe)
    for event, pointer in _placed(arr(value.get("history"))):
        writer.event(event, place.below(f"/history{pointer}"))
    if isinstance(value.get("success"), bool):  # the resolver's own judgement
        beside = rest({"explanation": value.get("result_explanation")}, ())
        scribe.record("outcome", place.below("/success"), grade="pass" if value["success"] else "fail",
                      by="resolver", case=name, source=beside)  # fmt: skip
    return scribe.records


def _flat(history: Sequence[Json]) -> Iterator[Json]:
    return (event for event, _ in _placed(history))


def _placed(history: Sequence[Json]) -> Iterator[tuple[Json, str]]:
    """Yield the events of a history; older evaluations hold pairs of action and observation."""
    for index, event in enumerate(history):
        if isinstance(event, list):
            yield from ((part, f"/{index}/{n}") for n, part in enumerate(event))
        else:
            yield event, f"/{index}"


def _kind(value: Json) -> str | None:
    return txt(at(value, "action")) or txt(at(value, "observation"))


class _Writer:
    """Writes events in order; an observation answers the action that is its cause, or the one before it."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe = scribe
        self.calls: dict[int, tuple[str, dict[str, Any], Place]] = {}
        self.last: str | None = None
        self.asked: dict[int, str] = {}
        self.answered: set[int] = set()
        self.done: set[str] = set()

    def event(self, value: Json, place: Place) -> None:
        """Write one event."""
        if _kind(value) is None or not isinstance(value, dict):
            self.scribe.unparsed(place, "not an event: neither an action nor an observation", value)
        elif "action" in value and isinstance(value["action"], str):
            self._action(value, value["action"], place)
        else:
            self._observation(value, value["observation"], place)

    def _action(self, value: dict[str, Any], kind: str, place: Place) -> None:
        known: dict[str, Any] = {"ts": stamp(value.get("timestamp"))}
        args = obj(value.get("args")) if "args" in value else rest(value, _BESIDE - {"content"})
        source = value.get("source")
        if kind == "change_agent_state" and source == "user" and args.get("agent_state") in _ANSWERS:
            latest = next((n for n in reversed(self.asked) if n not in self.answered), None)
            self._answered(_ANSWERS[args["agent_state"]], latest, value, place, known)
        elif kind == "system" or (kind == "message" and source != "agent" and not self._replied(value)):
            role = "system" if kind == "system" else "user" if source in ("user", None) else "harness"
            more = {**rest(args, ("content",)), **self._beside(value)}
            self.scribe.message(place, Said(role, args.get("content"), more=more), **known)
        elif source in ("user", "environment") or kind in _QUIET:
            self._kept(kind, value, place, known)
        else:
            self._choice(value, kind, args, place, known)

    def _replied(self, value: dict[str, Any]) -> bool:
        return "source" not in value and bool(self.calls or self.last)

    def _choice(
        self, value: dict[str, Any], kind: str, args: dict[str, Any], place: Place, known: dict[str, Any]
    ) -> None:
        response = obj(at(value, "tool_call_metadata", "model_response"))
        thought = txt(args.get("thought"))
        message = at(response, "choices", 0, "message", "content")
        words = message if isinstance(message, str) and message else thought
        beside = self._beside(value)
        if kind == "message":
            beside |= rest(args, ("content",))
            said = Said("assistant", args.get("content"))
        else:
            call = self._call(value, kind, args, place)
            beside["args"] = args
            said = Said("assistant", words, (call,))
            self.last = call.id
        found = margin([Answer(said, tokens(at(response, "choices", 0, "logprobs")))])
        self.scribe.step(place, said, margin=found, source=beside or None, **known)

    def _call(self, value: dict[str, Any], kind: str, args: dict[str, Any], place: Place) -> Call:
        """Return the call as the model made it, or the action as it stands."""
        own = txt(at(value, "tool_call_metadata", "tool_call_id"))
        listed = messages.read(
            obj(at(value, "tool_call_metadata", "model_response", "choices", 0, "message"))
        )
        made = next((c for c in (listed.calls if listed else ()) if own is not None and c.id == own), None)
        name = made.name if made else txt(at(value, "tool_call_metadata", "function_name")) or kind
        arguments = made.arguments if made else rest(args, _FLAT)
        number = whole(value.get("id"))
        call = own or f"action {number if number is not None else len(self.scribe.records)}"
        if number is not None:
            self.calls[number] = (call, {"tool": name, "arguments": arguments}, place)
        return Call(name, arguments, call)

    def _observation(self, value: dict[str, Any], kind: str, place: Place) -> None:
        known: dict[str, Any] = {"ts": stamp(value.get("timestamp"))}
        state = at(value, "extras", "agent_state")
        number = whole(value.get("cause"))
        caused = self.calls.get(number) if number is not None else None
        call = caused[0] if caused else self.last if "id" not in value else None
        if kind == "agent_state_changed" and state == "awaiting_user_confirmation":
            self._request(value, place, known)
        elif kind == "user_rejected":
            self._answered("declined", number, value, place, known)
            self._result(value, call, "error", place, known)
        elif kind in _QUIET or (call is None and kind != "error"):
            self._kept(kind, value, place, known)
        else:
            self._result(value, call, _status(value, kind), place, known)

    def _result(
        self,
        value: dict[str, Any],
        call: str | None,
        status: Status | None,
        place: Place,
        known: dict[str, Any],
    ) -> None:
        more = {**rest(value, ("timestamp", "content", "tool_call_metadata"))}
        if call is None or call in self.done:
            self.scribe.message(place, Said("harness", value.get("content"), more=more), **known)
            return
        self.done.add(call)
        self.scribe.result(place, Result(value.get("content"), call, status=status, more=more), **known)

    def _request(self, value: dict[str, Any], place: Place, known: dict[str, Any]) -> None:
        """Write that the last action was put to the user."""
        waiting = [number for number, one in self.calls.items() if one[0] not in self.done][-1:]
        for number in waiting:
            _, covers, where = self.calls[number]
            asked = self.scribe.record("proposal", where, **covers, **known)
            self.scribe.record(
                "confirmation",
                place,
                op="requested",
                by="runtime",
                answers=asked,
                covers=covers,
                event=value,
                **known,
            )
            self.asked[number] = asked
        if not waiting:
            self._kept("agent_state_changed", value, place, known)

    def _answered(
        self, op: str, number: int | None, value: dict[str, Any], place: Place, known: dict[str, Any]
    ) -> None:
        """Write the user's answer to an action, once: the log tells a refusal twice."""
        if number is None or number not in self.calls:
            self._kept("confirmation", value, place, known)
            return
        if number in self.answered:
            return
        self.answered.add(number)
        _, covers, where = self.calls[number]
        asked = self.asked.get(number) or self.scribe.record("proposal", where, **covers, **known)
        self.scribe.record(
            "confirmation",
            place,
            op=op,
            by="user",
            answers=asked,
            covers=covers,
            scope="once",
            event=value,
            **known,
        )

    def _kept(self, kind: str, value: dict[str, Any], place: Place, known: dict[str, Any]) -> None:
        self.scribe.keep(place, f"openhands:{kind}", value, **known)

    def _beside(self, value: dict[str, Any]) -> dict[str, Any]:
        return rest(value, _BESIDE - {"id"}) if "args" in value else {}


def _status(value: dict[str, Any], kind: str) -> Status | None:
    success = value.get("success")
    if kind == "error" or success is False:
        return "error"
    return "ok" if success is True else None
