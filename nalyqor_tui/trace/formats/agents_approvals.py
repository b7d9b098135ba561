"""Approvals in a run state of the OpenAI Agents SDK: asked for by items, decided in `context.approvals`.

The state tells which calls were approved or denied. It does not tell by whom or when: a decision is written
where the call was asked about, the only place that it can have followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from nalyqor_tui.trace.formats.messages import Call, responses
from nalyqor_tui.trace.formats.pick import arr, at, decoded, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, token
from nalyqor_tui.trace.records import Json

Op = Literal["given", "declined"]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on a call, or on every call of a tool, with what was said to the model of it."""

    op: Op
    place: Place
    always: bool
    message: str | None


class Approvals:
    """Writes what was asked and decided; `came` tells of a result what it answers."""

    def __init__(self, scribe: Scribe, state: dict[str, Any], place: Place) -> None:
        self._scribe, self._state = scribe, state
        self._calls: dict[str, Decided] = {}
        self._tools: dict[str, Decided] = {}
        self._used: set[str] = set()
        self._held: dict[str, tuple[Call, str, Place]] = {}
        self._proposals: dict[str, str] = {}
        self._read(obj(at(state, "context", "approvals")), place.below("/context/approvals"))
        self._hosted(
            arr(at(state, "context", "hosted_mcp_approvals")), place.below("/context/hosted_mcp_approvals")
        )
        items = [*arr(state.get("session_items")), *arr(state.get("generated_items"))]
        self._asked = {_id(obj(one).get("raw_item")) for one in items if _asks(one)}
        self._asked |= {
            _id(obj(one).get("raw_item")) for one in arr(at(state, "current_step", "data", "interruptions"))
        }

    def ran(self, name: str | None) -> bool:
        """Whether a call went out as soon as it was chosen: nobody was asked."""
        return name is None or (name not in self._asked and name not in self._calls and self._started(name))

    def hold(self, call: Call, decision: str, place: Place) -> None:
        """Remember a call that waits for an answer; one that was already decided is written at once."""
        assert call.id is not None
        self._held[call.id] = (call, decision, place)
        if call.id not in self._asked and call.id in self._calls:
            self._decide(call.id, call, None)

    def asked(self, item: dict[str, Any], place: Place) -> None:
        """Write that a call was put to somebody, and what they decided."""
        raw = item.get("raw_item")
        call = _call(raw, txt(item.get("tool_name")))
        if call is None:
            self._scribe.unparsed(place, "a request for approval that names no tool", item)
            return
        place = place.below("/raw_item")
        more = rest(item, ("raw_item", "tool_name"))
        proposal = self._scribe.record(
            "proposal", place, tool=call.name, arguments=call.arguments, source=more
        )
        covers = {"tool": call.name, "arguments": call.arguments}
        self._scribe.record(
            "confirmation", place, op="requested", answers=proposal, covers=covers, call=call.id
        )
        if call.id is not None:
            self._proposals[call.id] = proposal
            self._decide(call.id, call, proposal)

    def answered(self, item: dict[str, Any], place: Place) -> None:
        """Write the answer to a hosted tool's request, as an item of the history holds it."""
        raw = obj(item.get("raw_item"))
        name, approve = txt(raw.get("approval_request_id")), raw.get("approve")
        if not isinstance(approve, bool):
            self._scribe.keep(place, "openai-agents:mcp_approval_response_item", item)
            return
        self._used.add(name or "")
        op, reason = "given" if approve else "declined", txt(raw.get("reason"))
        asked = self._proposals.get(name or "")
        known = {"answers": asked, "call": name, "message": reason, "agent": item.get("agent")}
        self._scribe.record("confirmation", place.below("/raw_item"), op=op, scope="once", **known)

    def came(self, name: str | None) -> dict[str, Json]:
        """Write the call that a result came of, if it waited; one that was denied is answered, but did not run."""
        held = self._held.pop(name, None) if name is not None else None
        if held is None:
            return {}
        call, decision, place = held
        decided = self._decision(call.id or "", call.name)
        if decided is not None and decided.op == "declined":
            return {"call": decision}
        self._scribe.call(place, call, decision=decision)
        return {}

    def rest(self) -> None:
        """Write calls that began and have no result, and decisions on calls that the history does not hold."""
        for name, (call, decision, place) in list(self._held.items()):
            if at(self._state, "context", "tool_invocations", name, "executed") is True:
                self._scribe.call(place, call, decision=decision)
        for name, decided in self._calls.items():
            if name not in self._used:
                self._write(decided, None, None, name)
        for tool, decided in self._tools.items():
            if tool not in self._used:
                self._write(decided, None, {"tool": tool}, None)

    def _decide(self, name: str, call: Call, proposal: str | None) -> None:
        decided = self._decision(name, call.name)
        if decided is None:
            return
        if decided.always and call.name in self._used:
            return
        self._used.add(call.name if decided.always else name)
        covers = {"tool": call.name} if decided.always else {"tool": call.name, "arguments": call.arguments}
        self._write(decided, proposal, covers, name)

    def _decision(self, name: str, tool: str) -> Decided | None:
        """Return the decision on a call: its own, or the one on every call of its tool."""
        return self._calls.get(name) or self._tools.get(tool)

    def _write(self, decided: Decided, proposal: str | None, covers: Json, call: str | None) -> None:
        scope = "always" if decided.always else "once"
        known = {
            "answers": proposal,
            "covers": covers,
            "scope": scope,
            "call": call,
            "message": decided.message,
        }
        self._scribe.record("confirmation", decided.place, op=decided.op, source="context.approvals", **known)

    def _started(self, name: str) -> bool:
        """Whether a call is known to have begun, or nothing is known that speaks against it."""
        told = at(self._state, "context", "tool_invocations", name, "executed")
        return told is True or (not isinstance(told, bool) and name in _answered(self._state))

    def _read(self, approvals: dict[str, Any], place: Place) -> None:
        for tool, record in approvals.items():
            self._record(tool, obj(record), place.below(f"/{token(tool)}"))

    def _hosted(self, listed: list[Json], place: Place) -> None:
        for index, one in enumerate(listed):
            tool = txt(at(one, "identity", "tool_name")) or "unknown tool"
            self._record(tool, obj(at(one, "decision")), place.below(f"/{index}/decision"))

    def _record(self, tool: str, record: dict[str, Any], place: Place) -> None:
        ops: tuple[tuple[str, Op], ...] = (("approved", "given"), ("rejected", "declined"))
        for key, op in ops:
            value, where = record.get(key), place.below(f"/{key}")
            if value is True:
                self._tools[tool] = Decided(op, where, True, txt(record.get("sticky_rejection_message")))
            for index, name in enumerate(arr(value)):
                if isinstance(name, str):
                    message = txt(at(record, "rejection_messages", name))
                    self._calls[name] = Decided(op, where.below(f"/{index}"), False, message)


def _answered(state: dict[str, Any]) -> set[str]:
    """Return the ids of the calls that have a result in the history."""
    found = set()
    for item in (
        *arr(state.get("session_items")),
        *arr(state.get("generated_items")),
        *arr(state.get("original_input")),
    ):
        raw = obj(item).get("raw_item", item)
        said = responses.read(raw)
        if said is not None:
            found |= {result.call for result in said.results if result.call is not None}
    return found


def _asks(item: Json) -> bool:
    return at(item, "type") in ("tool_approval_item", "mcp_approval_request_item")


def _id(raw: Json) -> str:
    return txt(at(raw, "call_id")) or txt(at(raw, "id")) or ""


def _call(raw: Json, name: str | None) -> Call | None:
    """Return the call that was asked about: a function's, or one of a hosted tool."""
    tool = name or txt(at(raw, "name"))
    if tool is None:
        return None
    said = responses.read(raw)
    if said is not None and said.calls:
        return said.calls[0]
    return Call(tool, decoded(at(raw, "arguments")), _id(raw) or None)
