"""LangGraph's interrupts: what was put to somebody before the graph went on, and what they answered.

An interrupt is an approval only where its value names an action with arguments; an answer is a yes or a no
only where it is one of the words or forms for these. Anything else is kept as it stands.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.trace.formats.pick import arr, at, first, obj, txt
from nalyqor_tui.trace.records import Json

Op = Literal["given", "declined"]

_LONGEST = 50_000  # of an error's text that is read
_YES = frozenset(
    "yes y approve approved accept accepted ok confirm confirmed allow allowed true".split()  # noqa: SIM905
)
_NO = frozenset("no n reject rejected deny denied decline declined false".split())  # noqa: SIM905
_TYPE = ("type", "decision", "action")


@dataclass(frozen=True, slots=True)
class Action:
    """An action that was put to somebody, with the question that was asked."""

    tool: str
    arguments: Json
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A pause for an answer: its value as it was logged, and the actions in it."""

    value: Json
    id: str | None = None

    @property
    def actions(self) -> list[Action]:
        """The actions that the value names; empty where it asks for something else."""
        return list(_actions(self.value))


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes or a no to one action; `edited` are the arguments that it was changed to."""

    op: Op
    edited: Action | None = None


def listed(value: Json) -> list[Interrupt]:
    """Read interrupts as state and checkpoints hold them: `[{value, id}]`."""
    return [
        Interrupt(item["value"], txt(item.get("id")))
        for item in arr(value)
        if isinstance(item, dict) and "value" in item
    ]


def raised(error: str | None) -> list[Interrupt]:
    """Read interrupts out of the error that a tracer made of them: the text of a Python object."""
    if error is None or "Interrupt(" not in error[:200]:
        return []
    text = error[:_LONGEST].partition("Traceback (most recent")[0].strip()
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [Interrupt(text)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Interrupt"]
    return [_literal(call) for call in found] or [Interrupt(text)]


def is_pause(error: str | None) -> bool:
    """Say whether an error only tells that the graph waits for an answer."""
    return error is not None and ("GraphInterrupt" in error[:200] or error.startswith("(Interrupt("))


def answers(resume: Json, number: int) -> list[Answer | None]:
    """Read what was answered to so many actions; None for what is neither a yes nor a no."""
    decisions = at(resume, "decisions")
    every = decisions if isinstance(decisions, list) else resume if isinstance(resume, list) else [resume]
    if len(every) == 1 and number > 1 and not isinstance(decisions, list):
        every = every * number  # one word answers the whole question
    return [_answer(each) for each in every[:number]] + [None] * (number - len(every))


def _actions(value: Json) -> Iterator[Action]:
    if isinstance(value, list):
        for item in value:
            yield from _actions(item)
        return
    body = obj(value)
    asked = txt(first(body, "question", "description", "message", "prompt"))
    requests = body.get("action_requests", body.get("action_request"))
    for request in requests if isinstance(requests, list) else [requests or body]:
        inner = obj(request)
        tool = first(inner, "name", "action", "tool")
        given = first(inner, "args", "arguments", "tool_args", "tool_input")
        if isinstance(tool, str) and tool and isinstance(given, dict):
            yield Action(tool, given, txt(inner.get("description")) or asked)
    if isinstance(body.get("tool_calls"), list):
        for call in body["tool_calls"]:
            yield from _actions(call)


def _literal(call: ast.Call) -> Interrupt:
    given = {word.arg: word.value for word in call.keywords}
    try:
        value = ast.literal_eval(given["value"]) if "value" in given else None
        name = ast.literal_eval(given["id"]) if "id" in given else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return Interrupt(ast.unparse(call))
    return Interrupt(_plain(value), name if isinstance(name, str) else None)


def _plain(value: object) -> Json:
    """Return a Python value as JSON has it; what JSON has no word for becomes its text."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value if value is None or isinstance(value, str | bool | int | float) else repr(value)


def _answer(value: Json) -> Answer | None:
    if isinstance(value, bool):
        return Answer("given" if value else "declined")
    if isinstance(value, str):
        word = value.strip().strip(".!").lower()
        return Answer("given") if word in _YES else Answer("declined") if word in _NO else None
    kind = first(value, *_TYPE) if isinstance(value, dict) else None
    if kind == "edit":
        changed = next(_actions(first(value, "edited_action", "args")), None)
        return None if changed is None else Answer("given", changed)
    if isinstance(kind, str | bool) and (answer := _answer(kind)) is not None:
        return answer
    approved = first(value, "approved", "approve", "confirmed") if isinstance(value, dict) else None
    return _answer(approved) if isinstance(approved, bool) else None
