"""Small traces for the tracks, and the marks of a lane as a reader would name them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nalyqor_tui.policy.loader import load
from nalyqor_tui.present.marks import Lane, Tracks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.tracks import tracks
from nalyqor_tui.trace.store import Trace

ALL = {"confirmation": "all", "retrieval": "all", "context": "all", "margin": "all"}
POLICY = """
nalyqor_policy = "1"
id = "desk"
[effects]
write = ["move"]
[confirmation.ok]
by = ["user"]
covers = ["tool", "to"]
ends = { uses = 1, turns = 3, args_change = true }
[[rule]]
id = "R-confirm"
on = { effect = "write" }
need = { confirmation = "ok" }
[[rule]]
id = "R-tell"
on = { tool = "tell" }
visible = { rule_doc = "D-tell", required = true }
severity = "high"
[[rule]]
id = "R-idle"
on = { tool = "never" }
visible = { required = true }
"""


def said(turn: int) -> dict[str, Any]:
    """Return words of the user."""
    return {"kind": "message", "turn": turn, "id": f"m{turn}", "role": "user", "content": "so?"}


def given(turn: int, name: str = "c1", *, by: str = "user", to: str = "B", **more: Any) -> dict[str, Any]:
    """Return a confirmation of moving to `to`."""
    covers = {"tool": "move", "arguments": {"to": to}}
    return {"kind": "confirmation", "turn": turn, "id": name, "type": "ok", "op": "given", "by": by, "covers": covers,
            **more}  # fmt: skip


def ended(turn: int, name: str = "c1", op: str = "revoked") -> dict[str, Any]:
    """Return the end of a confirmation by the user."""
    return {
        "kind": "confirmation",
        "turn": turn,
        "id": f"{op}-{turn}",
        "op": op,
        "answers": name,
        "by": "user",
    }


def chose(
    turn: int, name: str, tool: str = "look", *, live: str = "", relied: str = "", **more: Any
) -> dict[str, Any]:
    """Return a decision for a tool, that takes `live` for live and relies on `relied` (names apart by a space)."""
    believes = [{"confirmation": one, "status": "live", "source": "runtime"} for one in live.split()]
    return {"kind": "decision", "turn": turn, "id": name, "chosen": {"tool": tool, "arguments": {"to": "B"}},
            "believes": believes, "relied_on": relied.split(), **more}  # fmt: skip


def called(turn: int, decision: str, tool: str = "move", status: str = "ok") -> list[dict[str, Any]]:
    """Return the call of a decision and its answer."""
    call = {"kind": "tool_call", "turn": turn, "id": f"call-{decision}", "decision": decision, "name": tool,
            "arguments": {"to": "B"}}  # fmt: skip
    return [
        call,
        {"kind": "tool_result", "turn": turn, "call": f"call-{decision}", "status": status, "result": 1},
    ]


def window(turn: int, name: str, *items: tuple[str, int, int], used: int = 100) -> dict[str, Any]:
    """Return the context of a decision: items with their first and last token."""
    listed = [{"ref": ref, "tokens": [start, end]} for ref, start, end in items]
    return {"kind": "context", "turn": turn, "id": name, "input_tokens": used, "items": listed}


def close(
    measure: str, mine: float, other: float, k: int | None = None, *, tool: str = "look"
) -> dict[str, Any]:
    """Return a margin of a tool (`mine`) against waiting."""
    candidates = [{"tool": tool, "value": mine}, {"tool": "wait", "value": other}]
    return {"measure": measure, "candidates": candidates} | ({"k": k} if k else {})


def reviewed(
    folder: Path,
    *records: dict[str, Any],
    policy: str | None = POLICY,
    captures: dict[str, str] | None = None,
) -> Review:
    """Write a native trace of these records with a policy, and open it for review."""
    head = {"kind": "trace", "schema": "nalyqor.trace/1", "conversation_id": "s", "captures": captures or ALL}
    numbered = [{"seq": n, **record} for n, record in enumerate(records, 1)]
    path = folder / "trace.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in [head, *numbered]))
    declared = None
    if policy is not None:
        (folder / "desk.toml").write_text(policy)
        declared = load(folder / "desk.toml")
    return Review(Trace(path), 0, declared)


def incident(folder: Path, name: str = "c1", **options: Any) -> Review:
    """Write a yes of turn 2 that is dead in turn 6 and relied upon in turn 9, a rule out of view, and a tie."""
    return reviewed(
        folder, said(1), chose(1, "d1"), said(2), given(2, name), said(3), chose(3, "d3", live=name),
        said(6), chose(6, "d6", live=name), chose(6, "d6b", live=name), said(9), window(9, "x9", ("m9", 0, 9)),
        chose(9, "d9", "tell", live=name, relied=name, context="x9",
              margin=close("logprob", -0.65, -0.73, tool="tell")),
        *called(9, "d9", "tell"), said(10), chose(10, "d10", "move"), *called(10, "d10"), **options,
    )  # fmt: skip


def words(drawn: Tracks, label: str) -> list[str]:
    """Return the words of a lane's marks, column by column."""
    return [mark.sign.word for mark in lane(drawn, label).marks]


def lane(drawn: Tracks, label: str) -> Lane:
    """Return a lane by its label."""
    (found,) = [one for one in drawn.lanes if "".join(one.label) == label]
    return found


def drawn(folder: Path, *records: dict[str, Any], **options: Any) -> Tracks:
    """Return the tracks of a trace of these records."""
    return tracks(reviewed(folder, *records, **options))
