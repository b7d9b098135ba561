"""Approvals as they were logged: what was put to the approver, what they decided, and the call that it covers."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages.inspect import read_call
from nalyqor_tui.trace.formats.messages.model import Call
from nalyqor_tui.trace.formats.pick import at, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_OPS = {"approve": "given", "modify": "given", "reject": "declined", "terminate": "declined"}
_DECIDERS = {"human": "human", "auto": "config", "policy": "config"}
_KNOWN = frozenset({"event", "timestamp", "message", "call", "view", "approver", "explanation"})


class Approvals:
    """Writes approvals, and remembers what was decided on each call."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe
        self._proposals: dict[str, str] = {}
        self._written = 0
        self.declined: set[str] = set()
        """The ids of calls that were not let through."""
        self.modified: dict[str, Call] = {}
        """The calls that an approver changed, by the id of what was proposed."""

    def read(self, event: dict[str, Any], place: Place) -> bool:
        """Write an approval with its proposal; return False where it names no call or no decision that is known."""
        call = read_call(event.get("call"), "/call")
        decision = txt(event.get("decision"))
        if (
            call is None
            or (op := _OPS.get(decision or "", "requested" if decision == "escalate" else None)) is None
        ):
            return False
        changed = read_call(event.get("modified"), "/modified")
        self._note(call, op, changed)
        covered = changed if op == "given" and changed is not None else call
        asked = self._proposed(event, place, call)
        by, explanation = txt(event.get("approver")), txt(event.get("explanation"))
        self._written += 1
        name = f"approval {self._written}"
        source = {**rest(event, _KNOWN), "call": call.id, "approver": by}
        self._scribe.record(
            "confirmation",
            place,
            id=name,
            ts=stamp(event.get("timestamp")),
            op=op,
            by=by if op != "requested" else None,  # who is asked next is not recorded
            answers=asked,
            covers={"tool": covered.name, "arguments": covered.arguments},
            scope="once" if op != "requested" else None,
            decider=_DECIDERS.get((by or "").removeprefix("inspect_ai/")),
            evidence=[{"ref": name, "quote": explanation}] if explanation else None,
            event={key: value for key, value in source.items() if value is not None},
        )
        return True

    def _note(self, call: Call, op: str, changed: Call | None) -> None:
        if call.id is None or op == "requested":
            return
        if op == "declined":
            self.declined.add(call.id)
        elif changed is not None:
            self.modified[call.id] = changed

    def _proposed(self, event: dict[str, Any], place: Place, call: Call) -> str:
        """Write what was put to the approvers, once for each call; return the proposal's id."""
        known = self._proposals.get(call.id) if call.id is not None else None
        if known is not None:
            return known
        words = txt(event.get("message")) or txt(at(event, "view", "call", "content"))
        more: dict[str, Json] = {"call": call.id, "view": obj(event.get("view")) or None, **call.more}
        name = self._scribe.record(
            "proposal",
            place.below("/call"),
            ts=stamp(event.get("timestamp")),
            tool=call.name,
            arguments=call.arguments,
            text=words,
            source={key: value for key, value in more.items() if value is not None},
        )
        if call.id is not None:
            self._proposals[call.id] = name
        return name
