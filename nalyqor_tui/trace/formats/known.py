"""Files that are recognised but not read: what they are, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.trace.document import Sample
from nalyqor_tui.trace.formats.pick import arr, at, obj

_CHAT = "write its messages as one JSON object with `messages` in the OpenAI style, or add a reader: docs/formats.md"


@dataclass(frozen=True, slots=True)
class Known:
    """A kind of file that is recognised: what it is called, how surely, and what its owner can do."""

    title: str
    score: Callable[[Sample], float]
    remedy: str


_Fits = Callable[[Mapping[str, Any]], bool]


def _share(fits: _Fits, *, sure: _Fits | None = None) -> Callable[[Sample], float]:
    """Score by the share of objects that fit; where `sure` is given, at least one must be of nothing else."""

    def score(sample: Sample) -> float:
        found = sample.objects
        if not found or (sure and not any(map(sure, found))):
            return 0.0
        share = sum(map(fits, found)) / len(found)
        return 0.96 * share if share >= 0.5 else 0.0

    return score


def _has(value: Mapping[str, Any], *keys: str) -> bool:
    return all(key in value for key in keys)


def _antigravity(value: Mapping[str, Any]) -> bool:
    known = value.get("source") in ("USER_EXPLICIT", "USER_IMPLICIT", "MODEL", "SYSTEM")
    return known and isinstance(value.get("step_index"), int) and isinstance(value.get("type"), str)


def _copilot(value: Mapping[str, Any]) -> bool:
    kind = value.get("type")
    prefixes = (
        "session.",
        "user.",
        "assistant.",
        "tool.",
        "hook.",
        "subagent.",
        "skill.",
        "system.",
        "abort",
    )
    named = isinstance(kind, str) and kind.startswith(prefixes)
    return named and isinstance(value.get("data"), dict) and _has(value, "id", "parentId", "timestamp")


def _cursor(value: Mapping[str, Any]) -> bool:
    if value.get("type") == "turn_ended":
        return "status" in value
    content = at(value, "message", "content")
    return (
        set(value) == {"role", "message"}
        and isinstance(content, list)
        and set(value["message"]) == {"content"}
    )


def _droid(value: Mapping[str, Any]) -> bool:
    kind = value.get("type")
    if kind == "session_start":
        return _has(value, "id", "cwd")
    if kind == "message":
        return isinstance(at(value, "message", "role"), str) and "id" in value
    return kind in ("todo_state", "session_end", "compaction_state")


def _droid_printed(value: Mapping[str, Any]) -> bool:
    if not ("sessionId" in value or "session_id" in value):
        return False
    needs = {"message": ("role", "text"), "tool_call": ("toolName", "parameters"), "tool_result": ("value",),
             "completion": ("finalText",), "error": ("message",), "system": ("tools", "reasoning_effort")}  # fmt: skip
    kind = value.get("type")
    return isinstance(kind, str) and kind in needs and _has(value, *needs[kind])


def _gemini(value: Mapping[str, Any]) -> bool:
    if "projectHash" in value:
        return _has(value, "sessionId") and ("messages" in value or "startTime" in value)
    if "$set" in value:
        return True
    if "history" in value:
        return any(
            obj(turn).get("role") in ("gemini", "model") and "parts" in turn for turn in arr(value["history"])
        )
    return value.get("type") in ("user", "gemini") and _has(value, "id", "timestamp", "content")


def _gemini_surely(value: Mapping[str, Any]) -> bool:
    return "projectHash" in value or value.get("type") == "gemini" or ("history" in value and _gemini(value))


def _grok(value: Mapping[str, Any]) -> bool:
    if "grok_home" in value:
        return _has(value, "chat_format_version", "info")
    if value.get("type") == "tool_result":
        return _has(value, "tool_call_id", "content")
    return value.get("type") in ("system", "user", "assistant", "reasoning") and "content" in value


def _grok_surely(value: Mapping[str, Any]) -> bool:
    return "grok_home" in value or _has(value, "model_fingerprint", "model_id") or "prompt_index" in value


def _pi(value: Mapping[str, Any]) -> bool:
    kinds = ("session", "message", "model_change", "thinking_level_change", "compaction", "branch_summary", "custom",
             "custom_message", "label", "session_info", "compact")  # fmt: skip
    return value.get("type") in kinds and _has(value, "id", "timestamp")


def _pi_surely(value: Mapping[str, Any]) -> bool:
    return (
        value.get("type") == "session" and isinstance(value.get("version"), int) and _has(value, "id", "cwd")
    )


def _opencode(value: Mapping[str, Any]) -> bool:
    time = value.get("time")
    if not isinstance(value.get("id"), str) or not (isinstance(time, dict) or "state" in value):
        return False
    message = _has(value, "sessionID", "role") and "created" in obj(time)
    session = _has(value, "projectID", "directory", "title")
    part = isinstance(value.get("type"), str) and "content" not in value
    tied = "messageID" in value or ("text" in value and obj(time).keys() <= {"start", "end"})
    return message or session or (part and tied)


def _qwen(value: Mapping[str, Any]) -> bool:
    held = "systemPayload" in value or "parts" in obj(value.get("message"))
    return held and _has(value, "uuid", "parentUuid", "sessionId", "type")


def _qwen_score(sample: Sample) -> float:
    """Score lines, also where two of them were glued together and none is JSON."""
    glued = not sample.values and b'"parentUuid":' in sample.head and b'"systemPayload":' in sample.head
    return 0.6 if glued else _share(_qwen)(sample)


def _codex_printed(value: Mapping[str, Any]) -> bool:
    kind = value.get("type")
    if kind in ("item.started", "item.updated", "item.completed"):
        return isinstance(at(value, "item", "type"), str)
    return kind in ("thread.started", "turn.started", "turn.completed", "turn.failed")


def _cassette(sample: Sample) -> float:
    """Score recorded HTTP by its first lines, as the recorders for Python and Ruby write them."""
    begins = sample.head.lstrip(b"\xef\xbb\xbf-\r\n ").startswith((b"interactions:", b"http_interactions:"))
    return 0.9 if begins and b"request:" in sample.head else 0.0


def _prompts(value: Mapping[str, Any]) -> bool:
    return set(value) >= {"display", "pastedContents", "timestamp"} and "project" in value


def _langfuse_csv(sample: Sample) -> float:
    """Tell a batch export of Langfuse by the names of its columns."""
    columns = sample.head.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf")
    names = {name.strip(b'" \r') for name in columns.split(b",")}
    observations = {b"id", b"type", b"traceId", b"startTime", b"input", b"output"} <= names
    return 1.0 if observations or {b"id", b"timestamp", b"sessionId", b"input", b"output"} <= names else 0.0


def _no_agent(sample: Sample) -> float:
    from nalyqor_tui.trace.formats import otel  # asked before this, so that it is there already

    return otel.score_other(sample)


KNOWN: tuple[Known, ...] = (
    Known("a CSV export of Langfuse", _langfuse_csv, "export it as JSON or JSON Lines instead"),
    Known("an Antigravity transcript", _share(_antigravity), _CHAT),
    Known("Copilot CLI events", _share(_copilot), _CHAT),
    Known("a Cursor agent transcript", _share(_cursor), _CHAT),
    Known("a Droid session", _share(_droid, sure=lambda v: v.get("type") == "session_start"), _CHAT),
    Known("the printed stream of Droid", _share(_droid_printed), "give the session file of the same run, or: " + _CHAT),
    Known("a Gemini CLI chat", _share(_gemini, sure=_gemini_surely), _CHAT),
    Known("a Grok CLI session", _share(_grok, sure=_grok_surely), _CHAT),
    Known("a session of Pi or OpenClaw", _share(_pi, sure=_pi_surely), _CHAT),
    Known("a file of OpenCode's storage", _share(_opencode),
          "it holds one message or part alone: `opencode export` writes a session whole; then " + _CHAT),
    Known("a Qwen Code session", _qwen_score, _CHAT),
    Known("the printed stream of Codex", _share(_codex_printed), "give the rollout of the same run: ~/.codex/sessions"),
    Known("Claude Code's list of prompts", _share(_prompts), "give a session: ~/.claude/projects/<project>/*.jsonl"),
    Known("a cassette of recorded HTTP", _cassette,
          "take the bodies out: a JSON object with `request` and `response` a line is read as a raw completion"),
    Known("OpenTelemetry (OTLP/JSON) of a program that is no agent", _no_agent,
          "give a file with spans of the agent: their attributes are called gen_ai.*, llm.* or ai.*"),
)  # fmt: skip
