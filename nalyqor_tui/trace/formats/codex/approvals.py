"""What a rollout tells of consent: the guardian's decisions and refusals. A person's yes is not stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nalyqor_tui.trace.document import Item
from nalyqor_tui.trace.formats.messages import Call, Result, Status, responses, text
from nalyqor_tui.trace.formats.pick import at, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_BY_USER = "rejected by user"
_STATUS: dict[str, Status] = {"completed": "ok", "failed": "error"}
_DECIDED = {"approved": "given", "denied": "declined"}


class Approvals:
    """Knows the calls that were made, and what events say of how they ended."""

    def __init__(self, scribe: Scribe, pieces: Sequence[Item]) -> None:
        self._scribe = scribe
        self._calls: dict[str, Call] = {}
        self._proposals: dict[str, str] = {}
        self._answered: set[str] = set()
        self._denied: set[str] = set()
        self.undecided: set[str] = set()
        """The ids of calls of which the log tells that somebody decided."""
        self._ends: dict[str, str] = {}
        for value, _ in pieces:
            event = obj(obj(value).get("payload"))
            self.undecided |= _told(event)
            name = txt(event.get("call_id"))
            if obj(value).get("type") == "event_msg" and name and (ended := _ended(event)):
                self._ends[name] = ended

    def made(self, call: Call) -> None:
        """Take note of a call."""
        if call.id:
            self._calls[call.id] = call

    def name(self, call: str | None) -> str | None:
        """Return an id for the result of a call; None for a second result of the same call."""
        if call is None or call in self._answered:
            return None
        self._answered.add(call)
        return f"result of {call}"

    def status(self, call: str | None) -> Status | None:
        """Return how a call ended by the event that says so; None where there is none."""
        return _STATUS.get(self._ends.get(call or "", ""))

    def refused(self, result: Result, place: Place, name: str | None) -> bool:
        """Write that a call was refused, where its result or the event of its end says so; return whether it was."""
        words = text(result.value)
        by_user = _BY_USER in words[:200]
        if not by_user and self._ends.get(result.call or "") != "declined":
            return (result.call or "") in self._denied
        call = self._calls.get(result.call or "")
        by = ("user", "human") if by_user else (None, None)
        asked = None
        if call is not None:
            asked = self._scribe.record("proposal", place, tool=call.name, arguments=call.arguments)
        evidence = [{"ref": name, "quote": words}] if name else []
        self._scribe.record(
            "confirmation", place, op="declined", by=by[0], decider=by[1], answers=asked, covers=_covers(call),
            evidence=evidence,
        )  # fmt: skip
        return True

    def guardian(self, event: dict[str, Any], place: Place, ts: str | None) -> str | None:
        """Write and return what a guardian, a model that reviews calls, was asked or decided."""
        name, status = txt(event.get("id")) or "", event.get("status")
        op = (
            "requested"
            if status == "in_progress"
            else _DECIDED.get(status)
            if isinstance(status, str)
            else None
        )
        if op is None:
            return None
        if op == "declined":
            self._denied.add(txt(event.get("target_item_id")) or "")
        call = self._calls.get(txt(event.get("target_item_id")) or "")
        covers = _covers(call) or _reviewed(obj(event.get("action")))
        if name not in self._proposals and covers:
            self._proposals[name] = self._scribe.record("proposal", place.below("/action"), **covers, ts=ts)
        more = {
            key: event[key] for key in ("risk_level", "user_authorization", "rationale") if event.get(key)
        }
        self._scribe.record(
            "confirmation", place, type="guardian", op=op, by="guardian", decider="model", covers=covers,
            answers=self._proposals.get(name), source="guardian_assessment", **more, ts=ts,
        )  # fmt: skip
        return op


def _told(event: dict[str, Any]) -> set[str]:
    """Return the id of a call of which an event or a result tells that somebody decided."""
    kind = event.get("type")
    name = txt(event.get("target_item_id") if kind == "guardian_assessment" else event.get("call_id"))
    decided = kind == "guardian_assessment" and (
        event.get("status") == "in_progress" or _op(event) is not None
    )
    said = responses.read(event) if isinstance(kind, str) and kind.endswith("_output") else None
    refused = said is not None and any(_BY_USER in text(result.value)[:200] for result in said.results)
    return {name} if name and (decided or refused or event.get("status") == "declined") else set()


def _op(event: dict[str, Any]) -> str | None:
    status = event.get("status")
    return _DECIDED.get(status) if isinstance(status, str) else None


def _ended(event: dict[str, Any]) -> str | None:
    """Return how a call ended, in the words of the events of commands and patches."""
    result = event.get("result")
    if isinstance(result, dict) and ("Ok" in result or "Err" in result):  # of a tool on another server
        failed = "Err" in result or at(result, "Ok", "isError") is True
        return "failed" if failed else "completed"
    if event.get("type") in ("exec_command_end", "patch_apply_end"):
        done = event.get("success")
        said = ("completed" if done else "failed") if isinstance(done, bool) else None
        return txt(event.get("status")) or said
    return None


def _reviewed(action: dict[str, Any]) -> Json:
    kind = txt(action.get("type"))
    return (
        {"tool": txt(action.get("tool_name")) or kind, "arguments": rest(action, ("type", "tool_name"))}
        if kind
        else None
    )


def _covers(call: Call | None) -> Json:
    return None if call is None else {"tool": call.name, "arguments": call.arguments}
