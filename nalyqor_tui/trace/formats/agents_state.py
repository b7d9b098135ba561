"""States of a run that the OpenAI Agents SDK saved: its history, and which calls were approved or denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.agents_approvals import Approvals
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.formats.messages import Said, joined, responses
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.parse import canonical, dumps
from nalyqor_tui.trace.place import Place, Placed, Spread
from nalyqor_tui.trace.records import Json, Unparsed

NAME = "openai-agents-state"
TITLE = "OpenAI Agents SDK run state"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the history; instructions and what an input filter left out are not stored"),
    confirmations=Can("observed", "which calls were approved or denied, not by whom nor when"),
    retrieval=Can("absent"),
    margin=Can("absent"),
)
TESTED = "files made by the library itself"

_SURE = frozenset({"$schemaVersion", "current_agent", "original_input"})
_TOLD = frozenset({"original_input", "generated_items", "session_items", "model_responses"})
_GUARDS = ("input", "output", "tool_input", "tool_output")
_NEWEST = 17  # of the versions 1.x that the reader knows


def score(sample: Sample) -> float:
    """Tell a state by its version and the keys that every version has."""
    value = obj(sample.values[0]) if sample.whole and sample.values else {}
    return 1.0 if value.keys() >= _SURE else 0.0


def read(document: Document) -> Reading:
    """Return the one run that a state is of."""
    state = obj(document.value)
    name = txt(state.get("conversation_id")) or txt(at(state, "trace", "id")) or "run"
    return Reading([SessionDraft(name, _Load(document, name))], warnings=_warnings(state))


def _warnings(state: dict[str, Any]) -> list[Phrase]:
    version, told = state.get("$schemaVersion"), []
    major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
    if major != "1" or not minor.isdecimal() or int(minor[:9]) > _NEWEST:
        told.append(phrase("version {v} of run states is not one that this reader knows", v=dumps(version)))
    waits = len(arr(at(state, "current_step", "data", "interruptions")))
    if waits:
        told.append(phrase("the run was saved while {n} calls waited for an answer", n=waits))
    return told


@dataclass(frozen=True, slots=True)
class _Load:
    document: Document
    name: str

    def __call__(self) -> Iterable[Placed]:
        value = self.document.value
        if not isinstance(value, dict):
            return [(Unparsed("not a run state", dumps(value)), self.document.place())]
        return _State(value, self.document.place()).records(self.name)


class _State:
    """Writes the records of one state, item by item; the items of one response are one step."""

    def __init__(self, state: dict[str, Any], place: Place) -> None:
        self._state, self._place = state, place
        self._scribe = Scribe()
        self._approvals = Approvals(self._scribe, state, place)
        self._response = _responses(state)
        self._open: list[tuple[Said, Place, str | None, int | None]] = []

    def records(self, name: str) -> list[Placed]:
        """Return the records of the session called `name`."""
        state = self._state
        agent = txt(at(state, "current_agent", "name"))
        self._scribe.header(self._place, name, agent_name=agent, source=rest(state, _TOLD))
        self._guards(("input",))
        self._input(state.get("original_input"), self._place.below("/original_input"))
        key, items = self._items()
        for index, item in enumerate(items):
            self._item(item, self._place.below(f"/{key}/{index}"))
        self._flush()
        self._input(state.get("pending_input"), self._place.below("/pending_input"))
        self._unlisted(key, items)
        self._guards(_GUARDS[1:])
        self._approvals.rest()
        return self._scribe.records

    def _items(self) -> tuple[str, list[Json]]:
        """Return the history: of the session where it is there, as a handoff may shorten what the run goes on with."""
        session = arr(self._state.get("session_items"))
        return (
            ("session_items", session)
            if session
            else ("generated_items", arr(self._state.get("generated_items")))
        )

    def _input(self, value: Json, place: Place) -> None:
        if isinstance(value, str):
            if value:
                self._scribe.say(place, Said("user", value))
            return
        for index, item in enumerate(arr(value)):
            self._raw(item, place.below(f"/{index}"), None, {})
        self._flush()

    def _item(self, item: Json, place: Place) -> None:
        kind = txt(at(item, "type"))
        if not isinstance(item, dict) or kind is None:
            self._flush()
            self._scribe.unparsed(place, "not an item of a run: no type", item)
        elif kind in ("tool_approval_item", "mcp_approval_request_item"):
            self._flush()
            self._approvals.asked(item, place)
        elif kind == "mcp_approval_response_item":
            self._flush()
            self._approvals.answered(item, place)
        else:
            more = rest(item, ("type", "raw_item", "agent", "output", "tool_name"))
            if item.get("output") not in (
                None,
                at(item, "raw_item", "output"),
                at(item, "raw_item", "result"),
            ):
                more["output"] = item["output"]
            self._raw(item.get("raw_item"), place.below("/raw_item"), txt(at(item, "agent", "name")), more)

    def _raw(self, raw: Json, place: Place, agent: str | None, more: dict[str, Any]) -> None:
        """Gather the items of one response, and write what is none."""
        said = responses.read(raw)
        more = {key: value for key, value in more.items() if value not in (None, [], {})}
        if said is None:
            self._flush()
            kind = txt(at(raw, "type")) or "item"
            self._scribe.keep(place, f"openai-agents:{kind}", {"item": raw, **more} if more else raw)
            return
        if said.role == "assistant":
            number = self._response.get(_key(raw))
            if self._open and (self._open[-1][2:] != (agent, number)):
                self._flush()
            said = replace(said, more={**said.more, "item": more}) if more else said
            self._open.append((said, place, agent, number))
            return
        self._flush()
        for result in said.results:
            known: dict[str, Json] = {"item": more or None}
            self._scribe.result(place, result, **known, **self._approvals.came(result.call))
        if not said.results:
            self._scribe.say(place, said)

    def _flush(self) -> None:
        """Write the response whose items were gathered."""
        pieces, self._open = self._open, []
        if not pieces:
            return
        said = joined([piece[0] for piece in pieces])
        spread = Spread(
            [piece[1] for piece in pieces], next((p for s, p, *_ in pieces if s.spoke), pieces[0][1])
        )
        if not (said.calls or said.content or said.unread):  # thoughts alone are no choice
            for piece, where, *_ in pieces:
                more = {"reasoning": piece.reasoning} if piece.reasoning else {}
                self._scribe.keep(where, "openai-agents:reasoning", {**more, **piece.more})
            return
        agent, number = pieces[0][2], pieces[0][3]
        held = {n for n, call in enumerate(said.calls) if not self._approvals.ran(call.id)}
        about = self._about(number)
        names = self._scribe.step(
            spread, said, agent=agent, held=held, **({"source": about} if about else {})
        )
        for index in held:
            call = said.calls[index]
            self._approvals.hold(call, names[index], spread.below(call.pointer))

    def _about(self, number: int | None) -> Json:
        """Return what a response tells besides its items."""
        answer = at(self._state, "model_responses", number) if number is not None else None
        return rest(answer, ("output",)) or None

    def _unlisted(self, key: str, items: list[Json]) -> None:
        """Keep what the run goes on with, and what the model gave, where the history does not hold it."""
        known = {canonical(obj(item).get("raw_item")) for item in items}
        if key == "session_items":
            for index, item in enumerate(arr(self._state.get("generated_items"))):
                if canonical(obj(item).get("raw_item")) not in known:
                    self._scribe.keep(
                        self._place.below(f"/generated_items/{index}"), "openai-agents:goes-on-with", item
                    )
        for number, answer in enumerate(arr(self._state.get("model_responses"))):
            place = self._place.below(f"/model_responses/{number}")
            left = [one for one in arr(at(answer, "output")) if canonical(one) not in known]
            if left or number not in self._response.values():
                self._scribe.keep(
                    place, "openai-agents:response", {**rest(answer, ("output",)), "output": left}
                )

    def _guards(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            key = f"{kind}_guardrail_results"
            for index, one in enumerate(arr(self._state.get(key))):
                self._scribe.keep(
                    self._place.below(f"/{key}/{index}"), "openai-agents:guardrail", _named(one, kind)
                )


def _named(guard: Json, kind: str) -> Json:
    """Return the result of a guardrail with its name in front."""
    name = txt(at(guard, "guardrail", "name"))
    return {"name": f"{kind} {name}", **guard} if name is not None and isinstance(guard, dict) else guard


def _responses(state: dict[str, Any]) -> dict[str, int]:
    """Return by item the number of the response that it came with."""
    found: dict[str, int] = {}
    for number, answer in enumerate(arr(state.get("model_responses"))):
        for item in arr(at(answer, "output")):
            found.setdefault(_key(item), number)
    return found


def _key(item: Json) -> str:
    return txt(at(item, "id")) or txt(at(item, "call_id")) or dumps(item)
