"""Small parts of records, made from what spans hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.messages import text as spoken
from nalyqor_tui.trace.formats.otel.span import Event
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.records import Json

_TYPES: dict[str, type] = {"version": str, "included": bool}


def document(index: int, found: dict[str, Any]) -> dict[str, Any]:
    """Return a document of a look-up; where the log has no id, its number in the list stands for one."""
    out: dict[str, Any] = {"rank": index + 1}
    for key, value in found.items():
        if key == "id":
            continue
        fits = key not in ("rank", *_TYPES) or isinstance(value, _TYPES.get(key, type(None)))
        if value is not None:
            out[key if fits else f"{key} as logged"] = value
    own = found.get("id")
    if isinstance(own, str | int) and own != "":
        return {"id": str(own), **out}
    return {"id": f"document {index + 1}", "id_from": "its place in the list: the log has no id", **out}


def choice(said: Said) -> dict[str, Json]:
    """Return what a response chooses: its first call, or its words."""
    if said.calls:
        return {"tool": said.calls[0].name, "arguments": said.calls[0].arguments}
    return {"reply": spoken(said.content)}


def votes(said: Sequence[Said]) -> dict[str, Json]:
    """Return the margin of several answers to one request: how many of them chose the same."""
    found: dict[bytes, dict[str, Any]] = {}
    for each in said:
        action = choice(each)
        found.setdefault(canonical(action), {**action, "value": 0})["value"] += 1
    return {"measure": "votes", "k": len(said), "candidates": list(found.values())}


def distinct(values: Iterable[Json]) -> list[Json]:
    """Return the values that are something, each once."""
    found: dict[bytes, Json] = {}
    for value in values:
        if value:
            found.setdefault(canonical(value), value)
    return list(found.values())


def of_event(event: Event) -> dict[str, Json]:
    """Return an event as it is kept beside its span."""
    said = {"name": event.name, **event.attributes, "body": event.body, "time": event.time}
    return {key: value for key, value in said.items() if value not in (None, "", {}, [])}
