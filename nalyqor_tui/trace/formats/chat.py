"""Chat messages in the OpenAI style: a run or a message a line, an array of runs (τ-bench), one conversation.

Every assistant message becomes one decision for each tool call that it makes, or one reply. The decision
stands before what it produced, so that the state before it is what the model was sent: the messages so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.base import (
    Document,
    Fidelity,
    Names,
    Place,
    Placed,
    Sample,
    SessionDraft,
    broken,
)
from nalyqor_tui.trace.parse import BadJsonError, dumps, loads
from nalyqor_tui.trace.records import SCHEMA, Json, Unparsed, read

NAME = "chat"
TITLE = "chat messages (OpenAI style, τ-bench runs)"
FIDELITY = Fidelity(
    context="reconstructed: the messages before the decision; token counts are estimates",
    confirmations="absent: only what was said",
    retrieval="absent",
    margin="absent",
)
_LISTS = ("messages", "traj")
_IDS = ("id", "session_id", "conversation_id", "task_id")
_STAMPS = ("ts", "timestamp", "created_at")
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


def score(sample: Sample) -> float:
    """Count the share of values that are conversations; a little below 1, so that a closer match wins."""
    values = list(sample.values)
    if sample.whole and isinstance(values[0], list) and _messages(values[0]) is None:
        values = values[0]
    if not values:
        return 0.0
    runs = sum(_messages(value) is not None for value in values)
    said = 0 if sample.whole else sum(_is_message(value) for value in values)
    return 0.9 * max(runs, said) / len(values)


def sessions(document: Document) -> list[SessionDraft]:
    """Find the runs; what is not one becomes a session that holds an unparsed row."""
    pieces = list(_pieces(document))
    single, runs = (sum(map(fits, (v for _, v in pieces))) for fits in (_is_message, _is_run))
    if not document.whole and single > runs:
        places = tuple(place for place, _ in pieces)
        return [SessionDraft("conversation 1", _Load(document, places, "conversation 1"))]
    drafts: list[SessionDraft] = []
    names = Names()
    for place, value in pieces:
        name = names.unique(_name(value, len(drafts)))
        drafts.append(SessionDraft(name, _Load(document, (place,), name)))
    return drafts


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads one session: a run that stands in one place, or messages that stand on a line each."""

    document: Document
    places: tuple[Place, ...]
    name: str

    def __call__(self) -> Iterator[Placed]:
        if len(self.places) > 1:
            items = ((_value(self.document, place), place) for place in self.places)
            yield from _Run(self.name).records({}, items)
            return
        place = self.places[0]
        value = _value(self.document, place)
        found = _messages(value)
        if isinstance(value, Unparsed):
            yield value, place
        elif _is_message(value):
            yield from _Run(self.name).records({}, [(value, place)])
        elif found is None:
            yield Unparsed("not a conversation: no list of messages", dumps(value)), place
        else:
            listed, at = found
            items = ((m, _below(place, f"{at}/{i}")) for i, m in enumerate(listed))
            run = {k: v for k, v in value.items() if f"/{k}" != at} if isinstance(value, dict) else {}
            yield from _Run(self.name, place).records(run, items)


def _below(place: Place, pointer: str) -> Place:
    return replace(place, pointer=place.pointer + pointer)


def _pieces(document: Document) -> Iterator[tuple[Place, Json]]:
    if document.whole:
        whole = Place(None, 0, document.source.size)
        if isinstance(document.value, list) and _messages(document.value) is None:
            for index, value in enumerate(document.value):
                yield replace(whole, pointer=f"/{index}"), value
        else:
            yield whole, document.value
        return
    for line in document.source.lines():
        if line.data.strip(b" \t\r"):
            place = Place(line.number, line.offset, len(line.data))
            try:
                yield place, loads(line.data)
            except BadJsonError:
                yield place, None


def _value(document: Document, place: Place) -> Json | Unparsed:
    if document.whole:
        return document.value[int(place.pointer[1:])] if place.pointer else document.value
    data = document.source.read(place.offset, place.length)
    try:
        return loads(data)
    except BadJsonError as error:
        return broken(data, str(error), last=place.offset + place.length >= document.source.size)


def _messages(value: Json) -> tuple[list[Json], str] | None:
    """Return the messages of a run and the pointer to them, or None where there are none."""
    if isinstance(value, dict):
        for key in _LISTS:
            if isinstance(value.get(key), list) and _are_messages(value[key]):
                return value[key], f"/{key}"
        return None
    return (value, "") if isinstance(value, list) and value and _are_messages(value) else None


def _is_run(value: Json) -> bool:
    return _messages(value) is not None


def _are_messages(items: list[Json]) -> bool:
    return all(_is_message(item) for item in items[:3])


def _is_message(value: Json) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str) and value["role"] in _ROLES


def _name(value: Json, index: int) -> str:
    if isinstance(value, dict):
        for key in _IDS:
            if isinstance(value.get(key), str | int):
                trial = value.get("trial")
                name = f"task {value[key]}" if key == "task_id" else str(value[key])
                return f"{name} trial {trial}" if isinstance(trial, int | str) else name
    return f"conversation {index + 1}"


class _Run:
    """Maps the messages of one run to records, one after the other."""

    def __init__(self, name: str, place: Place | None = None) -> None:
        self._place = place or Place(1, 0, 0)
        self._name = name
        self._seq = 0
        self._turn = 1  # what stands before the first user message belongs to turn 1
        self._asked = 0

    def records(
        self, run: dict[str, Json], items: Iterable[tuple[Json | Unparsed, Place]]
    ) -> Iterator[Placed]:
        """Yield the records of the messages in `items`; `run` is what else the log says of the run."""
        yield self._header(run)
        for index, (message, place) in enumerate(items):
            if isinstance(message, Unparsed):
                yield message, place
            elif not isinstance(message, dict) or not isinstance(message.get("role"), str):
                yield Unparsed("not a message: no role", dumps(message)), place
            elif message["role"] == "assistant":
                yield from self._assistant(message, index, place)
            elif message["role"] in ("tool", "function"):
                yield self._result(message, index, place)
            else:
                self._asked += message["role"] == "user"
                self._turn = max(1, self._asked)
                yield self._message(message, index, place)
        if (grade := _number(run.get("reward"))) is not None:
            yield self._reward(run, grade)

    def _header(self, run: dict[str, Json]) -> Placed:
        known: dict[str, Json] = {"schema": SCHEMA, "conversation_id": self._name}
        if isinstance(run.get("model"), str):
            known["request_model"] = run["model"]
        return self._record("trace", self._place, {**known, "source": run} if run else known)

    def _assistant(self, message: dict[str, Json], index: int, place: Place) -> Iterator[Placed]:
        calls, unread = messages.calls(message)
        spoke = message.get("content") or messages.reasoning(message) or not (calls or unread)
        for number, (call, where) in enumerate(calls):
            chosen = {"tool": call["name"], "arguments": call["arguments"]}
            body = {"id": f"d{index}" + (f".{number + 1}" if number else ""), "chosen": chosen}
            yield self._record("decision", _below(place, where), body)
        if spoke and not calls:
            body = {"id": f"d{index}", "chosen": {"reply": messages.text(message.get("content"))}}
            yield self._record("decision", place, body)
        if spoke:
            yield self._message(message, index, place)
        for number, (call, where) in enumerate(calls):
            decision = f"d{index}" + (f".{number + 1}" if number else "")
            yield self._record("tool_call", _below(place, where), {**call, "decision": decision})
        for piece, where in unread:
            yield Unparsed("a tool call without a function's name", dumps(piece)), _below(place, where)

    def _message(self, message: dict[str, Json], index: int, place: Place) -> Placed:
        body = {"id": f"m{index}", "role": message["role"], "content": message.get("content")}
        if (reasoning := messages.reasoning(message)) is not None:
            body["reasoning"] = reasoning
        known = {"role", "content", "reasoning", "reasoning_content", "tool_calls", "function_call", "id"}
        rest = {k: v for k, v in message.items() if k not in known}
        return self._record("message", place, {**body, "source": rest} if rest else body, message)

    def _result(self, message: dict[str, Json], index: int, place: Place) -> Placed:
        call = message.get("tool_call_id")
        body = {"id": f"m{index}", "result": message.get("content")}
        if isinstance(call, str):
            body["call"] = call
        if isinstance(message.get("name"), str):
            body["name"] = message["name"]
        return self._record("tool_result", place, body, message)

    def _reward(self, value: dict[str, Json], grade: float) -> Placed:
        body: dict[str, Json] = {"grade": grade, "by": "reward"}
        if 0 <= grade <= 1:  # τ-bench's scale; a reward outside of it has another, which the log does not say
            body["scale"] = [0.0, 1.0]
        if isinstance(value.get("task_id"), str | int):
            body["case"] = f"task {value['task_id']}"
        info = value.get("info")
        task = info.get("task") if isinstance(info, dict) else None
        if isinstance(task, dict) and "actions" in task:
            body["expected"] = task["actions"]
        return self._record("outcome", _below(self._place, "/reward"), body)

    def _record(self, kind: str, place: Place, body: dict[str, Any], message: Json = None) -> Placed:
        self._seq += 1
        stamps = (message[key] for key in _STAMPS if key in message) if message else ()
        ts = next((t for t in stamps if isinstance(t, str | float | int) and not isinstance(t, bool)), None)
        stamp = {} if ts is None else {"ts": ts}
        return read({"kind": kind, "seq": self._seq, "turn": self._turn, **body, **stamp}), place


def _number(value: Json) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None
