"""Messages of Anthropic's API: content blocks `text`, `thinking`, `tool_use`, `tool_result` and others."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages.model import Call, Piece, Result, Said, Status, unwrapped
from nalyqor_tui.trace.formats.pick import arr, rest, txt
from nalyqor_tui.trace.records import Json

_USES = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_BLOCKS = frozenset({"thinking", "redacted_thinking", "tool_result", *_USES})


def read(message: dict[str, Json]) -> Said | None:
    """Take a message apart, or return None where none of its blocks is one of Anthropic's own."""
    blocks = message.get("content")
    role = message.get("role")
    if not isinstance(role, str) or not any(_kind(block) in _BLOCKS for block in arr(blocks)):
        return None
    return read_blocks(role, arr(blocks), "/content", rest(message, ("role", "content")))


def read_blocks(role: str, blocks: list[Json], pointer: str, more: dict[str, Any]) -> Said:
    """Take the blocks of a message apart; `pointer` leads from the message to them."""
    said: list[Json] = []
    thoughts: list[str] = []
    calls: list[Call] = []
    results: list[Result] = []
    unread: list[Piece] = []
    for index, block in enumerate(blocks):
        where, kind = f"{pointer}/{index}", _kind(block)
        if kind in _USES and isinstance(block.get("name"), str):
            more_of = rest(block, ("type", "id", "name", "input"))
            calls.append(Call(block["name"], block.get("input"), txt(block.get("id")), where, more_of))
        elif kind in _USES:
            unread.append(Piece("a tool use without a tool's name", block, where))
        elif kind == "tool_result" or kind.endswith("_tool_result"):
            results.append(_result(block, where))
        elif kind == "thinking" and isinstance(block.get("thinking"), str):
            thoughts.append(block["thinking"])
            if beside := rest(block, ("type", "thinking")):
                more = {**more, "thinking": [*more.get("thinking", []), beside]}
        else:
            said.append(block)
    reasoning = "\n".join(thoughts) or None
    return Said(role, unwrapped(said), tuple(calls), tuple(results), reasoning, tuple(unread), more)


def _result(block: dict[str, Json], pointer: str) -> Result:
    failed = block.get("is_error")
    status: Status | None = None if not isinstance(failed, bool) else "error" if failed else "ok"
    more = rest(block, ("type", "tool_use_id", "content", "is_error"))
    value = unwrapped(block["content"]) if isinstance(block.get("content"), list) else block.get("content")
    return Result(value, txt(block.get("tool_use_id")), None, status, pointer, more)


def _kind(block: Json) -> str:
    kind = block.get("type") if isinstance(block, dict) else None
    return kind if isinstance(kind, str) else ""
