"""Approvals as Kimi logs them: what was asked, what was answered, and for how long it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nalyqor_tui.trace.formats.messages import Call
from nalyqor_tui.trace.formats.pick import txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_OPS = {"approved": "given", "approve": "given", "approve_for_session": "given",
        "rejected": "declined", "denied": "declined", "blocked": "declined", "reject": "declined"}  # fmt: skip


def op_of(decision: Json) -> str | None:
    """Return what a decision was; None for what decides nothing, such as a question that was cancelled."""
    return _OPS.get(decision) if isinstance(decision, str) else None


class Approvals:
    """Writes requests and answers; an answer names the request that it answers."""

    def __init__(self, scribe: Scribe, calls: Mapping[str, Call]) -> None:
        self._scribe = scribe
        self._calls = calls
        self._asked: dict[str, str] = {}

    def asked(self, call: str | None, key: str, place: Place, **known: Json) -> None:
        """Write what was put to the user about a call, under a key by which the answer will name it."""
        made = self._calls.get(call or "")
        if key in self._asked:
            return
        tool = made.name if made else txt(known.get("tool"))
        arguments = made.arguments if made else None
        body = {name: value for name, value in known.items() if name != "tool"}
        if tool is None:  # a request of which the log does not say what for is no proposal of an act
            ts = body.pop("ts", None)
            self._scribe.keep(place, "kimi:approval", {"call": call, "request": key, **body}, ts=ts)
            return
        self._asked[key] = self._scribe.record(
            "proposal", place, **{**body, "tool": tool, "arguments": arguments}
        )

    def requested(self, key: str, call: str | None, place: Place, ts: Json) -> None:
        """Write that an answer was asked for."""
        covers = self._covers(call, None, None)
        self._scribe.record(
            "confirmation", place, op="requested", answers=self._asked.get(key), covers=covers, ts=ts
        )

    def answered(
        self, key: str, call: str | None, decision: str, place: Place, *, session: bool, about: dict[str, Any]
    ) -> None:
        """Write an answer; one for the session covers what its rule says, another this very call."""
        op, rule = op_of(decision), txt(about.pop("rule", None))
        tool = txt(about.pop("tool", None))
        scope = None if op != "given" else "session" if session else "once"
        covers = (
            self._covers(call, tool, rule) if not session else {"tool": self._tool(call, tool), "rule": rule}
        )
        self._scribe.record(
            "confirmation", place, op=op, by="user", scope=scope, covers=covers, answers=self._asked.get(key), **about
        )  # fmt: skip

    def _tool(self, call: str | None, tool: str | None) -> str | None:
        made = self._calls.get(call or "")
        return made.name if made else tool

    def _covers(self, call: str | None, tool: str | None, rule: str | None) -> dict[str, Json] | None:
        made = self._calls.get(call or "")
        if made is None:
            return {"tool": tool} if tool else None
        return {"tool": made.name, "arguments": made.arguments, **({"rule": rule} if rule else {})}
