"""Approvals of the Vercel AI SDK: what was put to somebody and the answer stand in the messages of a later prompt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.trace.formats.messages import Call
from nalyqor_tui.trace.formats.messages.vercel import read_call
from nalyqor_tui.trace.formats.otel.span import Span, seconds
from nalyqor_tui.trace.formats.pick import arr, decoded, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_PROMPTS = ("ai.prompt", "ai.prompt.messages")
_ASKED, _ANSWERED = "tool-approval-request", "tool-approval-response"


@dataclass(frozen=True, slots=True)
class Approval:
    """A call that was put to somebody, and the answer if there was one by then."""

    id: str
    call: Call
    answer: dict[str, Any] | None
    place: Place


class Approvals:
    """The approvals of one session, each told once, where a prompt first shows it."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._found = {id(span): list(_read(span)) for span in spans}
        self._proposals: dict[str, str] = {}
        self._answered: set[str] = set()

    @property
    def calls(self) -> list[Call]:
        """The calls that waited for an answer."""
        return list({one.id: one.call for each in self._found.values() for one in each}.values())

    def tell(self, scribe: Scribe, span: Span) -> None:
        """Write what the prompt of a span shows of approvals, and was not written before."""
        for one in self._found.get(id(span), ()):
            action = {"tool": one.call.name, "arguments": one.call.arguments}
            known: dict[str, Json] = {"ts": seconds(span.start), "covers": action}
            new = one.id not in self._proposals
            if new:
                self._proposals[one.id] = scribe.record("proposal", one.place, ts=known["ts"], **action)
            known["answers"] = self._proposals[one.id]
            approved = one.answer.get("approved") if one.answer else None
            if isinstance(approved, bool) and one.id not in self._answered:
                self._answered.add(one.id)
                more = rest(one.answer, ("type", "approved"))
                op = "given" if approved else "declined"
                scribe.record("confirmation", one.place, op=op, source=_ANSWERED, answer=more, **known)
            elif new:
                scribe.record("confirmation", one.place, op="requested", source=_ASKED, **known)


def shows(span: Span) -> bool:
    """Tell, without taking it apart, whether a prompt of a span may show approvals."""
    return any(isinstance(held := span.attributes.get(key), str) and _ASKED in held for key in _PROMPTS)


def _read(span: Span) -> Iterator[Approval]:
    for key in _PROMPTS:
        prompt = decoded(span.attributes.get(key))
        listed = prompt.get("messages") if isinstance(prompt, dict) else prompt
        parts = [obj(part) for message in arr(decoded(listed)) for part in arr(obj(message).get("content"))]
        calls = [read_call(part, "") for part in parts if part.get("type") == "tool-call"]
        by_id = {call.id: call for call in calls if isinstance(call, Call) and call.id}
        answers = {str(part.get("approvalId")): part for part in parts if part.get("type") == _ANSWERED}
        for part in parts:
            own, call = txt(part.get("approvalId")), by_id.get(txt(part.get("toolCallId")) or "")
            if part.get("type") == _ASKED and own and call:
                yield Approval(own, call, answers.get(own), span.at(key))
