"""The lines of a log, as far as one must know them to tell which belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats.pick import arr, at, obj, txt
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json, Unparsed

Role = Literal["prompt", "response", "result", "other"]

_TALK = frozenset({"user", "assistant", "system", "attachment", "progress", "tool_use", "tool_result"})
_BESIDE = frozenset({
    "ai-title", "custom-title", "agent-name", "last-prompt", "queue-operation", "mode", "permission-mode", "pr-link",
    "frame-link", "relocated", "worktree-state", "bridge-session", "atis-latch", "tag", "file-history-snapshot",
})  # fmt: skip
_TAGS = ("<command-name>", "<command-message>", "<command-args>", "<local-command-", "<bash-input>", "<bash-std",
         "<user-memory-input>", "<task-notification>", "<teammate-message", "Caveat: The messages below were",
         "[Request interrupted by user")  # fmt: skip
_PEOPLE = frozenset({"human", "user"})


@dataclass(slots=True)
class Line:
    """What is kept of a line: where it stands, what it names, what part it has in the talk."""

    place: Place
    kind: str = ""
    role: Role = "other"
    uuid: str | None = None
    parent: str | None = None  # empty where the log says that nothing is before it
    session: str = ""
    agent: str = ""
    side: bool = False
    response: str = ""
    uses: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    stamp: str = ""
    printed: bool = False
    copied: bool = False


def is_line(value: dict[str, Json]) -> bool:
    """Tell whether an object is a line of a session file or of the printed stream."""
    kind = value.get("type")
    if not isinstance(kind, str) or "systemPayload" in value or "parts" in obj(value.get("message")):
        return False
    if _printed(value):
        return True
    named = isinstance(value.get("sessionId"), str)
    if kind in _TALK:
        return named and isinstance(value.get("uuid"), str)
    if kind == "summary":
        return "leafUuid" in value
    if kind == "file-history-snapshot":
        return "snapshot" in value
    return kind in _BESIDE and named


def _printed(value: dict[str, Json]) -> bool:
    """Tell whether an object was printed as it happened: such lines name no line before them."""
    if not isinstance(value.get("session_id"), str) or "parentUuid" in value:
        return False
    kind = value.get("type")
    if kind in ("user", "assistant"):
        return isinstance(value.get("message"), dict) and "uuid" in value
    return (kind == "system" and value.get("subtype") == "init" and "tools" in value) or (
        kind == "result" and "is_error" in value
    )


def index(document: Document) -> list[Line]:
    """Read what must be known of each line."""
    return [_line(value, place) for value, place in document.items()]


def begins(lines: list[Line]) -> str:
    """Return the first time in a file, as it is written."""
    return next((line.stamp for line in lines if line.stamp), "")


def session_of(lines: list[Line]) -> str:
    """Return the id of the session that a file belongs to."""
    return next((line.session for line in lines if line.session), "")


def _line(value: Json, place: Place) -> Line:
    if isinstance(value, Unparsed) or not isinstance(value, dict):
        return Line(place, "unparsed")
    kind = txt(value.get("type")) or ""
    blocks = [obj(block) for block in arr(at(value, "message", "content"))]
    line = Line(
        place,
        kind,
        uuid=txt(value.get("uuid")),
        parent="" if value.get("parentUuid", "") is None else txt(value.get("parentUuid")),
        session=txt(value.get("sessionId")) or txt(value.get("session_id")) or "",
        agent=txt(value.get("agentId")) or txt(value.get("parent_tool_use_id")) or "",
        side=value.get("isSidechain") is True or txt(value.get("parent_tool_use_id")) is not None,
        stamp=txt(value.get("timestamp")) or "",
        printed=_printed(value),
    )
    if kind == "assistant" and not is_notice(value):
        line.role, line.response = "response", _response(value)
        line.uses = tuple(i for b in blocks if b.get("type") == "tool_use" and (i := txt(b.get("id"))))
    elif kind == "tool_use":
        line.role = "response"
    elif kind == "user":
        line.answers = tuple(i for b in blocks if b.get("type") == "tool_result" and (i := call_of(b, value)))
        results = any(block.get("type") == "tool_result" for block in blocks)
        line.role = "result" if results else "prompt" if said_by_user(value) else "other"
    elif is_queued_prompt(value):
        line.role = "prompt"
    return line


def _response(value: dict[str, Json]) -> str:
    message = txt(at(value, "message", "id"))
    return f"message {message}" if message else f"request {r}" if (r := txt(value.get("requestId"))) else ""


def call_of(block: dict[str, Any], value: dict[str, Json]) -> str | None:
    """Return the id of the call that a result answers."""
    return txt(block.get("tool_use_id")) or txt(value.get("sourceToolUseID"))


def is_notice(value: dict[str, Json]) -> bool:
    """Tell whether the program itself wrote this in the model's place: an error of the service, mostly."""
    return value.get("isApiErrorMessage") is True or at(value, "message", "model") == "<synthetic>"


def is_queued_prompt(value: dict[str, Json]) -> bool:
    """Tell whether a line holds what the user typed while the agent was at work."""
    if value.get("type") != "attachment" or at(value, "attachment", "type") != "queued_command":
        return False
    origin = at(value, "attachment", "origin", "kind")
    return at(value, "attachment", "commandMode") in (None, "prompt") and origin in (None, *_PEOPLE)


def said_by_user(value: dict[str, Json]) -> bool:
    """Tell a user's own words from what the program puts into the user's place: commands, output, reminders."""
    origin = at(value, "origin", "kind")
    if value.get("isMeta") is True or value.get("isCompactSummary") is True:
        return False
    if isinstance(origin, str) and origin not in _PEOPLE:
        return False
    content = at(value, "message", "content")
    words = [content] if isinstance(content, str) else [obj(b).get("text") for b in arr(content)]
    said = [text.strip() for text in words if isinstance(text, str) and text.strip()]
    others = any(obj(block).get("type") not in ("text", "tool_result") for block in arr(content))
    return others or any(not is_harness(text) for text in said)


def is_harness(text: str) -> bool:
    """Tell whether a text in the user's place was written by the program."""
    text = text.strip()
    reminder = text.startswith("<system-reminder>") and text.endswith("</system-reminder>")
    return text.startswith(_TAGS) or (reminder and text.count("<system-reminder>") == 1)
