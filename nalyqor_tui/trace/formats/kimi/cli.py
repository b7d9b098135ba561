"""The first Kimi CLI: lines with a time and a message, `{type, payload}`; sub-agents stand in the same file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nalyqor_tui.trace.document import Document, Item
from nalyqor_tui.trace.formats.kimi.approvals import Approvals, op_of
from nalyqor_tui.trace.formats.kimi.steps import Steps
from nalyqor_tui.trace.formats.messages import Result, Said, Status, unwrapped
from nalyqor_tui.trace.formats.pick import at, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.formats.waiting import Waiting
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

_Handler = Callable[[dict[str, Any], Place, Json], bool]
_ANSWERS = ("ApprovalResponse", "ApprovalRequestResolved")


def is_line(value: dict[str, Json]) -> bool:
    """Tell a line by its two halves."""
    message = value.get("message")
    if (
        not isinstance(message, dict)
        or "role" in message
        or not isinstance(value.get("timestamp"), int | float)
    ):
        return False
    return isinstance(message.get("type"), str) and isinstance(message.get("payload"), dict)


_UNNAMED = "?"  # in the name of a session only: the log does not say which sub-agent it is


def agents(document: Document) -> list[str]:
    """Return the names of the sub-agents in a file, in the order in which they appear."""
    return list(
        dict.fromkeys(agent for value, _ in document.items() if (agent := _agent(obj(value).get("message"))))
    )


def _agent(message: Json) -> str:
    if at(message, "type") != "SubagentEvent":
        return ""
    payload = obj(at(message, "payload"))
    parent = txt(payload.get("parent_tool_call_id")) or txt(payload.get("task_tool_call_id"))
    return txt(payload.get("agent_id")) or parent or _UNNAMED


class Writer:
    """Writes the lines of one agent in the order of the file."""

    def __init__(self, name: str, agent: str) -> None:
        self.name, self.agent = name, agent
        self.scribe = Scribe()
        self._handlers: dict[str, _Handler] = {
            "TurnBegin": self._said,
            "SteerInput": self._said,
            "StepBegin": self._begin,
            "ContentPart": self._part,
            "ToolCall": self._call,
            "ToolCallPart": self._call_part,
            "ToolResult": self._result,
            "ApprovalRequest": self._asked,
            "CompactionEnd": self._compacted,
            **dict.fromkeys(_ANSWERS, self._answered),
        }

    def write(self, pieces: Sequence[Item]) -> Iterable[Placed]:
        """Write the lines of this agent and return the records."""
        lines = [(value, place, self._mine(value)) for value, place in pieces if not self._others(value)]
        messages = [mine[0] for _, _, mine in lines if mine is not None]
        asked = {
            name
            for message in messages
            if message.get("type") == "ApprovalRequest"
            and (name := txt(at(message, "payload", "tool_call_id")))
        }
        self.waiting = Waiting(self.scribe, asked)
        self.steps = Steps(self.waiting)
        self.approvals = Approvals(self.scribe, self.steps.calls)
        self._requests: dict[str, str | None] = {}
        self._refused: set[str] = set()
        meta = next((obj(value) for value, _ in pieces if obj(value).get("type") == "metadata"), {})
        agent = self.agent if self.agent != _UNNAMED else ""
        source = {**rest(meta, ("type",)), **({"sub_agent": agent} if agent else {})}
        begins = pieces[0].place if pieces else Place(1, 0, 0)
        self.scribe.header(begins, self.name, agent_name=agent or None, source=source or None)
        for value, place, mine in lines:
            if mine is None:
                self.steps.close()
                self.scribe.unparsed(place, "not a line of a Kimi session", value)
            else:
                self._line(value, mine[0], place.below(mine[1]))
        self.steps.close()
        self.waiting.end()
        return self.scribe.records

    def _others(self, value: Json) -> bool:
        """Tell whether a line is another agent's, or about the file."""
        message = obj(value).get("message")
        return obj(value).get("type") == "metadata" or _agent(message) != self.agent

    def _mine(self, value: Json) -> tuple[dict[str, Any], str] | None:
        """Return the message of a line of this agent with the pointer to it."""
        message = obj(value).get("message")
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            return None
        if not self.agent:
            return message, "/message"
        inner = at(message, "payload", "event")
        return (inner, "/message/payload/event") if isinstance(inner, dict) else None

    def _line(self, value: dict[str, Any], message: dict[str, Any], place: Place) -> None:
        kind, payload = txt(message.get("type")) or "line", message.get("payload")
        ts = stamp(value.get("timestamp"))
        handler = self._handlers.get(kind)
        if kind not in ("ContentPart", "ToolCall", "ToolCallPart", "StatusUpdate"):
            self.steps.close()
        if (
            handler is None
            or not isinstance(payload, dict)
            or not handler(payload, place.below("/payload"), ts)
        ):
            self.scribe.keep(place, f"kimi:{kind}", payload, ts=ts)

    def _said(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        told = payload.get("user_input")
        content = unwrapped(told) if isinstance(told, list) else told
        self.scribe.message(
            place.below("/user_input"), Said("user", content, more=rest(payload, ("user_input",))), ts=ts
        )
        return "user_input" in payload

    def _begin(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        self.steps.begin({"step": payload.get("n"), **rest(payload, ("n",))}, ts)
        return True

    def _part(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        self.steps.part(payload, place)
        return True

    def _call(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        self.steps.call(payload, place)
        return True

    def _call_part(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        return self.steps.more_arguments(txt(payload.get("arguments_part")) or "")

    def _result(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        came = payload.get("return_value", payload.get("result"))
        call = txt(payload.get("tool_call_id"))
        failed = at(came, "is_error")
        status: Status | None = ("error" if failed else "ok") if isinstance(failed, bool) else None
        output = at(came, "output") if isinstance(came, dict) else came
        value = unwrapped(output) if isinstance(output, list) else output
        key = "return_value" if "return_value" in payload else "result"
        more = {**rest(came, ("is_error", "output")), **rest(payload, ("tool_call_id", key))}
        result = Result(
            value, call, None, status, f"/{key}", {k: v for k, v in more.items() if v not in (None, "", [])}
        )
        answers = self.waiting.never(call) if call in self._refused else None
        self.waiting.go(call)
        known: dict[str, Json] = {"call": answers, "tool_call_id": call} if answers else {}
        self.scribe.result(place.below(result.pointer), result, **known, ts=ts)
        return True

    def _asked(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        name, call = txt(payload.get("id")), txt(payload.get("tool_call_id"))
        if name is None:
            return False
        self._requests[name] = call
        words = txt(payload.get("description")) or txt(payload.get("action"))
        source = rest(payload, ("description",))
        self.approvals.asked(
            call, name, place, tool=txt(payload.get("sender")), text=words, source=source, ts=ts
        )
        self.approvals.requested(name, call, place, ts)
        return True

    def _answered(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        name, answer = txt(payload.get("request_id")), payload.get("response")
        if name is None or op_of(answer) is None:
            return False
        call = self._requests.get(name)
        about = {"feedback": txt(payload.get("feedback")), "event": rest(payload, ("feedback",)), "ts": ts}
        self.approvals.answered(
            name, call, str(answer), place, session=answer == "approve_for_session", about=about
        )
        if op_of(answer) == "declined":
            self._refused.add(call or "")
        else:
            self.waiting.go(call)
        return True

    def _compacted(self, payload: dict[str, Any], place: Place, ts: Json) -> bool:
        self.scribe.record("compaction", place, source=payload or None, ts=ts)
        return True
