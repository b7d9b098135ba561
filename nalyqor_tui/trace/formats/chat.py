"""Chat messages in the style of OpenAI or Anthropic: a run or a message a line, an array of runs, one conversation.

Every assistant message becomes one decision for each tool call that it makes, or one reply. The decision
stands before what it produced, so that the state before it is what the model was sent: the messages so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.trace.document import Document, Item, Sample
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.messages.openai import ROLES
from nalyqor_tui.trace.formats.pick import num
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json, Unparsed

NAME = "chat"
TITLE = "chat messages (OpenAI and Anthropic style, τ-bench runs)"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the messages before the decision; token counts are estimates"),
    confirmations=Can("absent", "only what was said"),
    retrieval=Can("absent"),
    margin=Can("absent"),
)
TESTED = "real files"
_LISTS = ("messages", "traj")
_IDS = ("id", "session_id", "conversation_id", "task_id")
_STAMPS = ("ts", "timestamp", "created_at")


def score(sample: Sample) -> float:
    """Count the share of values that are conversations; a little below 1, so that a closer match wins."""
    values = list(sample.values)
    if sample.whole and values and isinstance(values[0], list) and _messages(values[0]) is None:
        values = values[0]
    if not values:
        return 0.0
    runs = sum(_messages(value) is not None for value in values)
    said = 0 if sample.whole else sum(_is_message(value) for value in values)
    return 0.9 * max(runs, said) / len(values)


def read(document: Document) -> Reading:
    """Find the runs; what is not one becomes a session that holds an unparsed row."""
    if document.whole and _messages(document.value) is not None:
        pieces = enumerate([Item(document.value, document.place())])
    else:
        pieces = enumerate(document.items())
    found = [(place, _name(value, at), _is_message(value), _is_run(value)) for at, (value, place) in pieces]
    single, runs = sum(row[2] for row in found), sum(row[3] for row in found)
    if not document.whole and single > runs:
        places = tuple(place for place, *_ in found)
        return Reading([SessionDraft("conversation 1", _Load(document, places, "conversation 1"))])
    names = Names()
    drafts: list[SessionDraft] = []
    for place, wanted, *_ in found:
        name = names.unique(wanted)
        drafts.append(SessionDraft(name, _Load(document, (place,), name)))
    return Reading(drafts)


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads one session: a run that stands in one place, or messages that stand on a line each."""

    document: Document
    places: tuple[Place, ...]
    name: str

    def __call__(self) -> Iterable[Placed]:
        items = [self.document.item(place) for place in self.places]
        value, place = items[0]
        found = _messages(value)
        if len(items) > 1 or _is_message(value):
            return _records(self.name, Place(1, 0, 0, "", self.document.name), {}, items)
        if isinstance(value, Unparsed):
            return [(value, place)]
        if found is None:
            return [(Unparsed("not a conversation: no list of messages", dumps(value)), place)]
        listed, at = found
        run = {k: v for k, v in value.items() if f"/{k}" != at} if isinstance(value, dict) else {}
        return _records(self.name, place, run, _elements(listed, place.below(at)))


def _elements(listed: list[Json], place: Place) -> Iterator[Item]:
    return (Item(value, place.below(f"/{index}")) for index, value in enumerate(listed))


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
    return isinstance(value, dict) and isinstance(value.get("role"), str) and value["role"] in ROLES


def _name(value: Json, index: int) -> str:
    if isinstance(value, dict):
        for key in _IDS:
            if isinstance(value.get(key), str | int):
                trial = value.get("trial")
                name = f"task {value[key]}" if key == "task_id" else str(value[key])
                return f"{name} trial {trial}" if isinstance(trial, int | str) else name
    return f"conversation {index + 1}"


def _records(name: str, place: Place, run: dict[str, Json], items: Iterable[Item]) -> Iterable[Placed]:
    """Return the records of the messages in `items`; `run` is what else the log says of the run."""
    scribe = Scribe()
    model = run.get("model")
    beside = {
        key: value for key, value in run.items() if key != "system" or not isinstance(value, str | list)
    }
    scribe.header(place, name, request_model=model if isinstance(model, str) else None, source=beside or None)
    if isinstance(
        system := run.get("system"), str | list
    ):  # as Anthropic's API takes it, beside the messages
        content = messages.unwrapped(system) if isinstance(system, list) else system
        scribe.say(place.below("/system"), messages.Said("system", content), id="system")
    for index, (value, at) in enumerate(items):
        said = messages.read(value)
        if said is None:
            scribe.unparsed(at, "not a message: no role", value)
            continue
        ids = (
            {"id": f"d{index}", "message_id": f"m{index}"}
            if said.role == "assistant"
            else {"id": f"m{index}"}
        )
        scribe.say(at, said, **ids, ts=_stamp(value))
    if (grade := num(run.get("reward"))) is not None:
        scribe.record("outcome", place.below("/reward"), **_reward(run, grade))
    return scribe.records


def _stamp(message: dict[str, Json]) -> Json:
    stamps = (message[key] for key in _STAMPS if key in message)
    return next((t for t in stamps if isinstance(t, str | float | int) and not isinstance(t, bool)), None)


def _reward(run: dict[str, Json], grade: float) -> dict[str, Any]:
    body: dict[str, Json] = {"grade": grade, "by": "reward"}
    if 0 <= grade <= 1:  # τ-bench's scale; a reward outside of it has another, which the log does not say
        body["scale"] = [0.0, 1.0]
    if isinstance(run.get("task_id"), str | int):
        body["case"] = f"task {run['task_id']}"
    info = run.get("info")
    task = info.get("task") if isinstance(info, dict) else None
    if isinstance(task, dict) and "actions" in task:
        body["expected"] = task["actions"]
    return body
