"""Kimi Code: records with a dotted type and a time in milliseconds; one file an agent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nalyqor_tui.trace.document import Item
from nalyqor_tui.trace.formats.kimi.approvals import Approvals, op_of
from nalyqor_tui.trace.formats.kimi.steps import Steps
from nalyqor_tui.trace.formats.messages import Result, Said, Status, text, unwrapped
from nalyqor_tui.trace.formats.pick import arr, at, first, obj, rest, stamp, txt, whole
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.formats.waiting import Waiting
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

_SURE = frozenset({
    "context.append_message", "context.append_loop_event", "context.apply_compaction", "turn.prompt", "llm.request",
    "llm.tools_snapshot", "usage.record", "permission.record_approval_result", "permission.set_mode", "profile.bind",
    "config.update", "tools.set_active_tools",
})  # fmt: skip
_APPROVAL = "permission.record_approval_result"
_Handler = Callable[[dict[str, Any], Place, Json], bool]


def is_line(value: dict[str, Json]) -> bool:
    """Tell a record by its type."""
    kind = value.get("type")
    return (
        isinstance(kind, str) and kind in _SURE and ("time" in value or "agentId" in value or len(value) > 2)
    )


class Writer:
    """Writes the records of one agent in the order of the file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.scribe = Scribe()
        self._prompt: tuple[dict[str, Any], Place, Json] | None = None
        self._instructed = ""
        self._refusals: set[str] = set()
        self._handlers: dict[str, _Handler] = {
            "context.append_message": self._message,
            "context.append_loop_event": self._event,
            "context.apply_compaction": self._compaction,
            "context.clear": self._clear,
            "turn.prompt": self._prompted,
            "interaction.request": self._asked,
            "profile.bind": self._instructions,
            "config.update": self._instructions,
            _APPROVAL: self._approval,
        }

    def write(self, pieces: Sequence[Item]) -> Iterable[Placed]:
        """Write all lines and return the records."""
        values = [value for value, _ in pieces if isinstance(value, dict)]
        decided = {n for v in values if v.get("type") == _APPROVAL and (n := txt(v.get("toolCallId")))}
        self.waiting = Waiting(self.scribe, decided)
        self.steps = Steps(self.waiting)
        self.approvals = Approvals(self.scribe, self.steps.calls)
        self._early: dict[str, list[tuple[dict[str, Any], Place, Json]]] = {}
        self._header(values, pieces)
        for value, place in pieces:
            if not isinstance(value, dict):
                self._close()
                self.scribe.unparsed(place, "a line is an object", value)
            elif value.get("type") != "metadata":
                self._line(value, place)
        self._close()
        for waited in list(self._early):
            self._decide(waited)
        self.waiting.end()
        return self.scribe.records

    def _header(self, values: Sequence[dict[str, Any]], pieces: Sequence[Item]) -> None:
        meta = next((value for value in values if value.get("type") == "metadata"), {})
        agent = next((a for value in values if (a := txt(value.get("agentId")))), None)
        model = next(
            (m for v in values if v.get("type") == "llm.request" and (m := txt(v.get("model")))), None
        )
        place = pieces[0].place if pieces else Place(1, 0, 0)
        self.scribe.header(
            place, self.name, agent_name=agent if agent != "main" else None, request_model=model,
            ts=stamp(meta.get("created_at"), a_second=1e3), source=rest(meta, ("type",)) or None,
        )  # fmt: skip

    def _line(self, value: dict[str, Any], place: Place) -> None:
        kind, ts = txt(value.get("type")) or "line", stamp(value.get("time"), a_second=1e3)
        handler = self._handlers.get(kind)
        if kind not in (
            "context.append_loop_event",
            _APPROVAL,
            "usage.record",
            "llm.request",
            "context.append_message",
        ):
            self._close()
        if handler is None or not handler(value, place, ts):
            self.scribe.keep(place, f"kimi:{kind}", rest(value, ("type", "time")), ts=ts)

    def _close(self) -> None:
        self.steps.close()
        if self._prompt is not None:
            value, place, ts = self._prompt
            self._prompt = None
            more = rest(value, ("type", "time", "input"))
            said = Said("user", unwrapped(arr(value.get("input"))), more=more)
            self.scribe.message(place.below("/input"), said, ts=ts)

    def _prompted(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        if _kind_of(value.get("origin")) not in (None, "user"):
            return False
        self._prompt = (value, place, ts)  # it comes again, as the message that goes into the context
        return True

    def _message(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        message, inner = obj(value.get("message")), place.below("/message")
        role, parts = txt(message.get("role")), message.get("content")
        content = unwrapped(parts) if isinstance(parts, list) else parts
        more = {**rest(message, ("role", "content", "toolCalls")), **rest(value, ("type", "time", "message"))}
        if role == "assistant":
            self._close()
            self.steps.begin(more, ts)
            for index, part in enumerate(
                parts if isinstance(parts, list) else [{"type": "text", "text": parts}]
            ):
                self.steps.part(
                    obj(part), inner.below(f"/content/{index}") if isinstance(parts, list) else inner
                )
            for index, call in enumerate(arr(message.get("toolCalls"))):
                self.steps.call(obj(call), inner.below(f"/toolCalls/{index}"))
            self.steps.close()
            return True
        self.steps.close()
        if role == "tool":
            failed = more.pop("isError", None)
            status: Status | None = ("error" if failed else "ok") if isinstance(failed, bool) else None
            call = more.pop("toolCallId", None)
            self._result(Result(content, txt(call), None, status, "", more), inner, ts)
            return True
        if role == "user" and _kind_of(message.get("origin")) in (None, "user"):
            if self._prompt is not None and text(unwrapped(arr(self._prompt[0].get("input")))) == text(
                content
            ):
                more["prompt"] = rest(self._prompt[0], ("type", "time", "input"))
                self._prompt = None
            self._close()
            self.scribe.message(inner, Said("user", content, more=more), ts=ts)
            return True
        self.scribe.message(
            inner, Said("harness" if role == "user" else role or "harness", content, more=more), ts=ts
        )
        return role is not None

    def _event(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        event, inner = obj(value.get("event")), place.below("/event")
        kind = event.get("type")
        if kind == "step.begin":
            self._close()
            self.steps.begin(rest(event, ("type",)), ts)
        elif kind == "content.part" and isinstance(event.get("part"), dict):
            self.steps.part(event["part"], inner.below("/part"))
        elif kind == "tool.call":
            self.steps.call(rest(event, ("type", "stepUuid", "uuid", "turnId", "step")), inner)
        elif kind == "tool.result":
            self.steps.close()
            came = obj(event.get("result"))
            failed = came.get("isError")
            status: Status | None = ("error" if failed else "ok") if isinstance(failed, bool) else None
            output = came.get("output") if came else event.get("result")
            output = unwrapped(output) if isinstance(output, list) else output
            more = {
                **rest(came, ("output", "isError")),
                **rest(event, ("type", "toolCallId", "result", "parentUuid")),
            }
            pointer = "/result/output" if "output" in came else ""
            self._result(Result(output, txt(event.get("toolCallId")), None, status, pointer, more), inner, ts)
        elif kind == "step.end":
            return self.steps.end({"end": rest(event, ("type",))})
        else:
            return False
        return True

    def _result(self, result: Result, place: Place, ts: Json) -> None:
        refused = self._decide(result.call)
        answers = self.waiting.never(result.call) if refused else None
        self.waiting.go(result.call)
        at_ = place.below(result.pointer)
        if answers:  # no call went out: what came back answers the decision
            self.scribe.result(at_, result, call=answers, toolCallId=result.call, ts=ts)
        else:
            self.scribe.result(at_, result, ts=ts)

    def _asked(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        call = txt(value.get("toolCallId")) or txt(at(value, "request", "toolCallId"))
        if value.get("kind") != "approval" or call is None:
            return False
        self._told(call, value, place, ts)
        return True

    def _approval(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        call = txt(value.get("toolCallId"))
        if op_of(at(value, "result", "decision")) is None or call is None:
            return False
        self._told(call, value, place, ts)
        return True

    def _told(self, call: str, value: dict[str, Any], place: Place, ts: Json) -> None:
        """Write what was told of a call after it: a step may be logged only when it has ended."""
        self._early.setdefault(call, []).append((value, place, ts))
        if call in self.steps.calls:
            self.steps.close()
            self._decide(call)

    def _decide(self, call: str | None) -> bool:
        """Write what was asked and decided of a call; return whether it was refused."""
        name = call or ""
        for value, place, ts in self._early.pop(name, ()):
            if value.get("type") == _APPROVAL:
                self._answered(name, value, place, ts)
                continue
            request = obj(value.get("request"))
            known = {"tool": txt(request.get("toolName")), "text": txt(request.get("action"))}
            self.approvals.asked(name, name, place, **known, source=rest(value, ("type", "time")), ts=ts)
            self.approvals.requested(name, name, place, ts)
        return name in self._refusals

    def _answered(self, call: str, value: dict[str, Any], place: Place, ts: Json) -> None:
        result, tool = obj(value.get("result")), txt(value.get("toolName"))
        self.approvals.asked(call, call, place, tool=tool, text=txt(value.get("action")), ts=ts)
        about = {
            "rule": value.get("sessionApprovalRule"),
            "tool": tool,
            "ts": ts,
            "feedback": txt(result.get("feedback")),
            "label": txt(result.get("selectedLabel")),
            "event": rest(value, ("type", "time", "toolName", "sessionApprovalRule")),
        }
        decision, session = str(result.get("decision")), result.get("scope") == "session"
        self.approvals.answered(call, call, decision, place, session=session, about=about)
        if op_of(decision) == "declined":
            self._refusals.add(call)
        else:
            self.waiting.go(call)

    def _compaction(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        summary = first(value, "summary", "contextSummary")
        words = summary if isinstance(summary, str) else text(at(summary, "content"))
        body: dict[str, Json] = {
            "tokens_before": whole(value.get("tokensBefore")),
            "tokens_after": whole(value.get("tokensAfter")),
        }
        more = rest(
            value,
            (
                "type",
                "time",
                "tokensBefore",
                "tokensAfter",
                *(("summary",) if value.get("summary") == words else ()),
            ),
        )
        self.scribe.record("compaction", place, **body, summary=words or None, source=more or None, ts=ts)
        return True

    def _clear(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        more = rest(value, ("type", "time"))
        self.scribe.record(
            "compaction", place, dropped=self.scribe.held(), source={"cleared": True, **more}, ts=ts
        )
        return True

    def _instructions(self, value: dict[str, Any], place: Place, ts: Json) -> bool:
        """Write the system prompt when it is set or changed; the rest of the line is kept besides."""
        words = txt(value.get("systemPrompt"))
        if words is None:
            return False
        if words != self._instructed:
            self._instructed = words
            self.scribe.message(place.below("/systemPrompt"), Said("system", words), ts=ts)
        self.scribe.keep(place, f"kimi:{value['type']}", rest(value, ("type", "time", "systemPrompt")), ts=ts)
        return True


def _kind_of(origin: Json) -> str | None:
    return origin if isinstance(origin, str) else txt(at(origin, "kind"))
