"""Small Inspect logs for the tests: messages, events, a sample, a log, and an archive of them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

Raw = dict[str, Any]
SYSTEM = {"id": "m-s", "role": "system", "content": "You run the desk."}
ASKED = {"id": "m-u", "role": "user", "content": "Move order K-1.", "source": "input"}


def called(
    function: str = "move", arguments: Raw | None = None, name: str = "c1", text: str = "", **more: Any
) -> Raw:
    """An assistant's message with one call."""
    call = {"id": name, "function": function, "arguments": arguments or {"order": "K-1"}, "type": "function"}
    return {
        "id": f"m-{name}",
        "role": "assistant",
        "content": text,
        "source": "generate",
        "tool_calls": [call],
        **more,
    }


def answer(name: str = "c1", content: Any = "moved", **more: Any) -> Raw:
    """The message by which a model is told of a result."""
    return {
        "id": f"r-{name}",
        "role": "tool",
        "content": content,
        "tool_call_id": name,
        "function": "move",
        **more,
    }


def said(text: str = "Done.", **more: Any) -> Raw:
    return {"id": f"m-{text}", "role": "assistant", "content": text, "source": "generate", **more}


def model(message: Raw | None, *heard: Raw, **fields: Any) -> Raw:
    """A model call that was sent `heard` and gave `message`."""
    choices = [] if message is None else [{"message": message, "stop_reason": "stop"}]
    output = {
        "model": "m",
        "choices": choices,
        "usage": {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9},
    }
    return {"event": "model", "model": "m", "input": list(heard), "tools": [], "output": output, **fields}


def tool(
    name: str = "c1", result: Any = "moved", function: str = "move", arguments: Raw | None = None, **more: Any
) -> Raw:
    given = arguments or {"order": "K-1"}
    return {
        "event": "tool",
        "id": name,
        "function": function,
        "arguments": given,
        "result": result,
        "events": [],
        **more,
    }


def approval(decision: str, name: str = "c1", approver: str = "human", **more: Any) -> Raw:
    call = {"id": name, "function": "move", "arguments": {"order": "K-1"}}
    return {
        "event": "approval",
        "message": "May I?",
        "call": call,
        "approver": approver,
        "decision": decision,
        **more,
    }


def span(name: str, kind: str, own: str, parent: str | None = None) -> Raw:
    return {"event": "span_begin", "id": own, "span_id": own, "parent_id": parent, "type": kind, "name": name}


def sample(*events: Any, **fields: Any) -> Raw:
    base = {"id": 1, "epoch": 1, "input": "Move order K-1.", "target": "done", "messages": [], "output": {}}
    return {**base, "events": list(events), **fields}


def log(*samples: Any, **fields: Any) -> Raw:
    run = {"task": "desk", "task_id": "t", "run_id": "r", "model": "acme/m"}
    return {"version": 2, "status": "success", "eval": run, "samples": list(samples), **fields}


def archive(path: Path, members: dict[str, Any]) -> Path:
    """Write a `.eval` file of members; text goes in as it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, value in members.items():
            out.writestr(name, value if isinstance(value, str) else json.dumps(value))
    return path
