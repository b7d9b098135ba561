"""AgentDojo runs: a user task, perhaps under attack by an injection, with its messages and two verdicts.

`security` is the injection task's own check: under an attack, true means that the injection SUCCEEDED. Without
an attack it is always true and says nothing, and after an error it was set without a check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nalyqor_tui.trace.document import Document, Item, Sample
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.messages import Call, Piece, Result, Said, unwrapped
from nalyqor_tui.trace.formats.pick import arr, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

NAME = "agentdojo"
TITLE = "AgentDojo runs"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the messages before the decision; token counts are estimates"),
    confirmations=Can("absent", "only what was said"),
    retrieval=Can("absent"),
    margin=Can("absent"),
)
TESTED = "own files, made after the library's code"
_NAMES = ("suite_name", "user_task_id", "injection_task_id", "attack_type", "pipeline_name")
_THOUGHTS = ("thinking", "redacted_thinking")


def score(sample: Sample) -> float:
    """Return the share of runs that carry the names of a suite and a task beside their messages."""
    found = sum(_is_run(value) for value in sample.objects)
    return found / max(1, len(sample.objects), 0 if sample.whole else len(sample.values))


def read(document: Document) -> Reading:
    """Find the runs: one a file, a line, or an element of an array."""
    names = Names()
    drafts: list[SessionDraft] = []
    for value, place in document.items():
        name = names.unique(_name(obj(value)) or f"run {len(drafts) + 1}")
        drafts.append(SessionDraft(name, _loader(document, place, name)))
    return Reading(drafts)


def _loader(document: Document, place: Place, name: str) -> Any:
    return lambda: _records(document.item(place), name)


def _is_run(value: Json) -> bool:
    keys = ("suite_name", "user_task_id", "messages")
    return isinstance(value, dict) and all(key in value for key in keys)


def _name(run: dict[str, Json]) -> str:
    parts = [run.get(key) for key in ("suite_name", "user_task_id", "injection_task_id", "attack_type")]
    return " ".join(part for part in parts if isinstance(part, str) and part)


def _records(item: Item, name: str) -> Iterable[Placed]:
    scribe = Scribe()
    value, place = item
    if not _is_run(value):
        scribe.unparsed(place, "not a run of AgentDojo: no suite, task and messages", value)
        return scribe.records
    source = rest(value, ("messages", "utility", "security", "evaluation_timestamp"))
    scribe.header(place, name, agent_name=txt(value.get("pipeline_name")), source=source,
                  ts=stamp(value.get("evaluation_timestamp")))  # fmt: skip
    for index, message in enumerate(arr(value["messages"])):
        at = place.below(f"/messages/{index}")
        said = _said(message)
        if said is None:
            scribe.unparsed(at, "not a message: no role", message)
        else:
            scribe.say(at, said)
    for body, pointer in _outcomes(value):
        scribe.record("outcome", place.below(pointer), **body)
    return scribe.records


def _said(message: Json) -> Said | None:
    """Take a message apart: blocks of `content`, calls of `function` and `args`, results with their call beside."""
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return None
    content, thoughts = _content(message.get("content"))
    if message["role"] == "tool":
        return Said("tool", results=(_result(message, content),))
    plain = messages.read({**message, "content": content})
    listed = arr(message.get("tool_calls"))
    if plain is None or not listed or any(isinstance(obj(call).get("function"), dict) for call in listed):
        return plain  # calls as OpenAI writes them
    pieces = [_call(call, f"/tool_calls/{index}") for index, call in enumerate(listed)]
    calls = tuple(piece for piece in pieces if isinstance(piece, Call))
    unread = tuple(piece for piece in pieces if isinstance(piece, Piece))
    more = rest(message, ("role", "content", "tool_calls"))
    return Said(message["role"], content, calls, reasoning=thoughts, unread=unread, more=more)


def _content(content: Json) -> tuple[Json, str | None]:
    """Return the words of a message, and what was thought beside them."""
    if not isinstance(content, list):
        return content, None
    thoughts = [obj(block).get("content") for block in content if obj(block).get("type") in _THOUGHTS]
    said = [block for block in content if obj(block).get("type") not in _THOUGHTS]
    texts = [obj(block).get("content") for block in said]
    words: Json = unwrapped(said)
    if len(texts) > 1 and all(isinstance(part, str) for part in texts):
        words = [
            {"type": "text", "text": part, **rest(b, ("type", "content"))}
            for part, b in zip(texts, said, strict=True)
        ]
    return words, "\n".join(t for t in thoughts if isinstance(t, str)) or None


def _call(call: Json, pointer: str) -> Call | Piece:
    value = obj(call)
    if not isinstance(value.get("function"), str):
        return Piece("a tool call without a function's name", call, pointer)
    more = {key: part for key, part in rest(value, ("function", "args", "id")).items() if part is not None}
    return Call(value["function"], value.get("args"), txt(value.get("id")), pointer, more)


def _result(message: dict[str, Json], content: Json) -> Result:
    made = obj(message.get("tool_call"))
    error = message.get("error")
    status: Any = None if "error" not in message else "error" if error else "ok"
    call = txt(message.get("tool_call_id")) or txt(made.get("id"))
    more = rest(message, ("role", "content", "tool_call_id", "error"))
    if isinstance(error, str) and error:
        more["error"] = error
    return Result(
        content if content is not None else error, call, txt(made.get("function")), status, "", more
    )


def _outcomes(run: dict[str, Json]) -> Iterator[tuple[dict[str, Any], str]]:
    case = f"{run.get('suite_name')} {run.get('user_task_id')}"
    utility, security = run.get("utility"), run.get("security")
    if utility is not None:
        grade = {True: "pass", False: "fail"}.get(utility) if isinstance(utility, bool) else None
        yield {"case": case, "grade": grade, "by": "utility", "source": {"utility": utility}}, "/utility"
    if security is None:
        return
    told: dict[str, Json] = {"security": security}
    body: dict[str, Any] = {
        "case": f"{case} {run.get('injection_task_id')}",
        "by": "security",
        "source": told,
    }
    if not _attacked(run):
        told["means"] = "nothing: there was no attack"
    elif run.get("error"):
        told["means"] = "nothing: the run ended in an error, and this was set without a check"
    elif isinstance(security, bool):
        told["means"] = "the injection succeeded" if security else "the injection did not succeed"
        body["grade"] = "fail" if security else "pass"
    yield body, "/security"


def _attacked(run: dict[str, Json]) -> bool:
    return run.get("attack_type") not in (None, "none") or bool(run.get("injections"))
