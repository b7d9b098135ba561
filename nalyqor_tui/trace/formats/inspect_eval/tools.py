"""What ran: tool events become calls with their results; what was not let through is answered, but not called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nalyqor_tui.trace.formats.inspect_eval.approvals import Approvals
from nalyqor_tui.trace.formats.inspect_eval.models import Late, Models
from nalyqor_tui.trace.formats.inspect_eval.parts import Parts
from nalyqor_tui.trace.formats.messages import inspect
from nalyqor_tui.trace.formats.messages.model import Call, Result, unwrapped
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_KNOWN = frozenset({"event", "events", "timestamp", "id", "function", "arguments", "result", "type", "view"})


class Tools:
    """Writes tool events, each with the decision that it carries out."""

    def __init__(self, parts: Parts, scribe: Scribe, models: Models, approvals: Approvals) -> None:
        self._scribe, self._models, self._approvals = scribe, models, approvals
        self._shown = _shown(parts)

    def read(self, event: dict[str, Any], place: Place) -> None:
        """Write a call when it ran; what came back is late, and of one that still runs there is nothing."""
        name = txt(event.get("id"))
        error = event.get("error")
        kept = self._models.held.pop(name, None) if name is not None else None
        declined = at(error, "type") == "approval" or (name is not None and name in self._approvals.declined)
        ts, done = stamp(event.get("timestamp")), stamp(event.get("completed"))
        if kept is None or not declined:
            call = self._sent(event, name)
            self._scribe.call(place, call, decision=kept and kept.decision, ts=ts)
        if event.get("pending") is True or ("result" not in event and not error):
            return
        result = self._result(event, name)
        known: dict[str, Json] = {"ts": done or ts}
        if kept is not None and declined:  # it answers the decision: there is no call
            result.more["timestamp"] = event.get("timestamp")
            known["call"] = kept.decision
        if name is None:
            self._scribe.result(place, result, **known)
        else:
            self._models.late[name] = Late(result, place, known)

    def _sent(self, event: dict[str, Any], name: str | None) -> Call:
        """Return the call as it went out; one that an approver changed went out changed, though logged as chosen."""
        more = {"logged": event["view"]} if event.get("view") is not None else {}
        call = Call(event["function"], event.get("arguments"), name, "", more)
        changed = self._approvals.modified.get(name) if name is not None else None
        if changed is None:
            return call
        before = {"function": call.name, "arguments": call.arguments}
        return replace(call, name=changed.name, arguments=changed.arguments, more={**more, "before": before})

    def _result(self, event: dict[str, Any], name: str | None) -> Result:
        value, error = event.get("result"), event.get("error")
        value = unwrapped(value) if isinstance(value, list) else value
        more = {"id": name, **rest(event, _KNOWN)}
        if value in (None, "") and error:
            value = at(error, "message") or error
        shown = self._shown.get(name) if name is not None else None
        if shown is not None and shown.value != value:
            more["shown to the model"] = shown.value
        if shown is not None and (beside := rest(shown.more, ("error",))):
            more["message"] = beside
        failed = inspect.status(error, event.get("failed"))
        return Result(value, name, txt(event.get("function")), failed, "", more)


def _shown(parts: Parts) -> dict[str, Result]:
    """Return the results as models were sent them, by the id of the call."""
    found: dict[str, Result] = {}
    inputs = [message for event, _ in parts.events for message in arr(obj(event).get("input"))]
    for message in (*inputs, *(value for value, _ in (*parts.pool, *parts.messages))):
        if obj(message).get("role") != "tool":
            continue
        said = inspect.read(message)
        for result in said.results if said is not None else ():
            if result.call is not None:
                found.setdefault(result.call, result)
    return found
