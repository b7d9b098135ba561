"""Files that are recognised but not read: each by what only it holds, and none of what others hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from trace_samples import SHARED, opened

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.formats.known import KNOWN
from nalyqor_tui.trace.recognise import claims
from nalyqor_tui.trace.source import Source

OTHERS = SHARED / "traces" / "other-agents"
TEXT = [{"type": "text", "text": "x"}]
SAMPLES: list[tuple[str, list[dict[str, Any]]]] = [
    ("an Antigravity transcript", [{"step_index": 0, "source": "MODEL", "type": "PLANNER_RESPONSE"}]),
    ("Copilot CLI events", [{"type": "session.start", "data": {}, "id": "1", "parentId": None, "timestamp": "t"}]),
    ("a Cursor agent transcript", [{"role": "user", "message": {"content": TEXT}}]),
    ("a Droid session", [{"type": "session_start", "id": "s", "cwd": "/"},
                         {"type": "message", "id": "m", "message": {"role": "user", "content": TEXT}}]),
    ("the printed stream of Droid", [{"type": "completion", "session_id": "s", "finalText": "x"}]),
    ("a Gemini CLI chat", [{"sessionId": "s", "projectHash": "h", "messages": []}]),
    ("a Gemini CLI chat", [{"sessionId": "s", "projectHash": "h", "startTime": "t"}, {"$set": {}}]),
    ("a Grok CLI session", [{"type": "user", "content": TEXT, "prompt_index": 0}]),
    ("a session of Pi or OpenClaw", [{"type": "session", "version": 3, "id": "s", "cwd": "/", "timestamp": "t"},
                                     {"type": "message", "id": "m", "timestamp": "t", "message": {}}]),
    ("a file of OpenCode's storage", [{"id": "m", "sessionID": "s", "role": "user", "time": {"created": 1}}]),
    ("a Qwen Code session", [{"uuid": "u", "parentUuid": None, "sessionId": "s", "type": "user",
                              "message": {"role": "user", "parts": []}}]),
    ("the printed stream of Codex", [{"type": "thread.started", "thread_id": "t"}]),
    ("OpenTelemetry (OTLP/JSON) of a program that is no agent",
     [{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "GET /", "spanId": "1", "attributes": []}]}]}]}]),
    ("Claude Code's list of prompts", [{"display": "x", "pastedContents": {}, "timestamp": 1, "project": "/"}]),
]  # fmt: skip


def refused(path: Path, *lines: Any) -> TraceError:
    with pytest.raises(TraceError) as caught:
        opened(path, *lines)
    return caught.value


@pytest.mark.parametrize(("title", "lines"), SAMPLES)
def test_each_is_named_with_what_to_do(tmp_path: Path, title: str, lines: list[dict[str, Any]]) -> None:
    error = refused(tmp_path / "t", *lines)
    assert title in error.what
    assert "recognised but not read" in error.what
    assert error.remedy


def test_a_cassette(tmp_path: Path) -> None:
    cassette = b"interactions:\n- request:\n    body: x\n  response:\n    status: {code: 200}\nversion: 1\n"
    assert "cassette" in refused(tmp_path / "t", cassette).what
    assert "cassette" not in refused(tmp_path / "t", b"interactions: none\n").what


def test_lines_that_were_glued_together(tmp_path: Path) -> None:
    line = b'{"uuid":"u","parentUuid":null,"sessionId":"s","systemPayload":{}}'
    assert "Qwen" in refused(tmp_path / "t", line + line + b"\n").what


def test_each_kind_is_tried_here() -> None:
    tried = {title for title, _ in SAMPLES} | {"a cassette of recorded HTTP", "a CSV export of Langfuse"}
    assert {kind.title for kind in KNOWN} == tried


@pytest.mark.parametrize(
    "line",
    [
        {"role": "user", "content": "x"},
        {"role": "user", "message": "x"},
        {"type": "message", "role": "user", "content": TEXT},
        {"type": "message", "id": "m", "message": {"role": "user"}},
        {"type": "user", "content": "x"},
        {"type": "tool_result", "tool_call_id": "c", "content": "x"},
        {"id": "x", "type": "run", "name": "n"},
        {"id": "x", "role": "user", "time": 3},
        {"type": "session", "id": "s"},
        {"type": "turn.odd"},
        {"history": [{"role": "user", "content": "x"}]},
        {"type": ["session_start"], "source": ["MODEL"], "message": {"content": 3}, "time": [], "item": 1},
    ],
)
def test_a_likeness_is_not_enough(tmp_path: Path, line: dict[str, Any]) -> None:
    path = tmp_path / "t"
    path.write_text(json.dumps(line) + "\n")
    assert [claim.title for claim in claims(Source(path)) if claim.format is None] == []


@pytest.mark.skipif(not OTHERS.is_dir(), reason="the shared traces are not here")
class TestRealFiles:
    def test_every_other_agent_is_named(self) -> None:
        named = {"antigravity": "Antigravity", "agentminutes_antigravity_transcript_full.jsonl": "Antigravity",
                 "copilot": "Copilot", "cursor": "Cursor", "droid": "Droid", "gemini": "Gemini", "grok": "Grok",
                 "hermes": "chat messages", "openclaw": "Pi or OpenClaw", "pi": "Pi or OpenClaw",
                 "opencode": "OpenCode", "qwen": "Qwen"}  # fmt: skip
        files = [path for path in sorted(OTHERS.rglob("*")) if path.is_file()]
        assert len(files) > 30
        for path in files:
            first = claims(Source(path))[0]
            assert named[path.relative_to(OTHERS).parts[0]] in first.title, path

    def test_no_other_file_is_taken_for_one(self) -> None:
        cassettes = SHARED / "traces" / "openai-logprobs"
        for path in sorted((SHARED / "traces").rglob("*.json*")):
            if (
                not path.is_relative_to(OTHERS)
                and path.parent.name != "otlp-nongenai"
                and path.stat().st_size
            ):
                assert all(claim.format is not None for claim in claims(Source(path))), path
        for path in sorted(cassettes.glob("*.yaml")):
            assert "cassette" in claims(Source(path))[0].title
