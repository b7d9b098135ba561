"""What a tool's run or a look-up gave out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nalyqor_tui.trace.formats.messages import Result, Status
from nalyqor_tui.trace.formats.payload import message
from nalyqor_tui.trace.formats.pick import arr, at, first, num, rest, txt
from nalyqor_tui.trace.formats.runs.model import Run
from nalyqor_tui.trace.records import Json

_TEXTS = ("page_content", "text", "content")
_SCORES = ("score", "relevance_score", "_score", "similarity")
_IDS = ("id", "id_", "doc_id", "document_id", "node_id", "chunk_id")


def came(run: Run) -> tuple[Json, str | None, Status | None]:
    """Return what came back from a tool, the id of the call where it says that, and the status where it is known."""
    value = run.came.value
    if isinstance(value, dict) and set(value) == {"output"}:
        value = value["output"]
    said = _tool_message(value)
    if said is not None:
        return said.value, said.call, "error" if run.failed is not None else said.status or run.status
    if run.failed is not None:
        return (run.failed if value in (None, {}, "") else value), None, "error"
    return value, None, run.status


def status_around(outer: Iterable[Run], call: str | None) -> Status | None:
    """Return the status of a call's result as the message that a run around the tool made of it has it."""
    for run in outer:
        for item in arr(at(run.came.value, "messages")):
            said = _tool_message(item)
            if said is not None and said.call == call is not None:
                return said.status
    return None


def _tool_message(value: Json) -> Result | None:
    """Read a tool's message, which frameworks let a tool give out instead of the bare result."""
    if not isinstance(value, dict) or not {"tool_call_id", "lc"} & set(value):
        return None
    said = message(value)
    return said.results[0] if said is not None and len(said.results) == 1 else None


def documents(value: Json) -> list[Json] | None:
    """Return the documents that a look-up returned, or None where they were not recorded as a list.

    A document without an id is named by its rank: `#1`.
    """
    listed = value if isinstance(value, list) else first(value, "documents", "nodes", "results", "output")
    if not isinstance(listed, list):
        return None
    return [_document(item, index + 1) for index, item in enumerate(arr(listed))]


def _document(item: Json, rank: int) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {"id": f"#{rank}", "rank": rank, "text": item}
    body = item.get("document") or item.get("node")
    body = body if isinstance(body, dict) else item
    about = body.get("metadata")
    name = first(body, *_IDS) or first(about, *_IDS)
    out: dict[str, Any] = {"id": str(name) if isinstance(name, str | int) else f"#{rank}", "rank": rank}
    score = next((s for s in (num(first(x, *_SCORES)) for x in (item, body, about)) if s is not None), None)
    if score is not None:
        out["score"] = score
    if (words := next((w for key in _TEXTS if (w := txt(body.get(key)))), None)) is not None:
        out["text"] = words
    more = rest(item, {*_IDS, *_TEXTS})
    return out | {key: part for key, part in more.items() if key not in out and part is not None}


def pause_in(value: Json) -> Json:
    """Return the interrupts that a graph's state holds, or None."""
    return at(value, "__interrupt__")
