"""Small traces for the tests: records as dictionaries, a file of them, a session, a policy."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.policy.loader import Policy, parse
from nalyqor_tui.trace.build import build
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.trace.validate import read

SHARED = Path(__file__).parents[2] / "shared"
ALL = {"confirmation": "all", "retrieval": "all", "context": "all", "margin": "all"}
Raw = dict[str, Any]
_NUMBERS = itertools.count(1)


def header(**fields: Any) -> Raw:
    return {"kind": "trace", "schema": "nalyqor.trace/1", **fields}


def message(role: str = "user", content: Any = "hello", turn: int = 1, **fields: Any) -> Raw:
    return {"kind": "message", "turn": turn, "role": role, "content": content, **fields}


def decision(tool: str | None = None, arguments: Any = None, turn: int = 1, **fields: Any) -> Raw:
    chosen = {"reply": "done"} if tool is None else {"tool": tool, "arguments": arguments or {}}
    return {"kind": "decision", "turn": turn, "chosen": chosen, **fields}


def call(tool: str, arguments: Any = None, turn: int = 1, **fields: Any) -> Raw:
    return {"kind": "tool_call", "turn": turn, "name": tool, "arguments": arguments or {}, **fields}


def result(status: str | None = "ok", turn: int = 1, **fields: Any) -> Raw:
    return {"kind": "tool_result", "turn": turn, **({"status": status} if status else {}), **fields}


def given(tool: str = "write", arguments: Any = None, turn: int = 1, **fields: Any) -> Raw:
    """A user's yes to a tool with arguments, called cf1 unless told otherwise."""
    covers = {"tool": tool, "arguments": arguments or {}}
    body = {"id": "cf1", "type": "ok", "op": "given", "by": "user", "covers": covers}
    return {"kind": "confirmation", "turn": turn, **body, **fields}


def acted(
    tool: str, arguments: Any = None, turn: int = 1, status: str | None = "ok", **fields: Any
) -> list[Raw]:
    """A decision with its call and its result, which name each other."""
    name = f"{tool}-{next(_NUMBERS)}"
    return [
        decision(tool, arguments, turn, id=f"d-{name}", **fields),
        call(tool, arguments, turn, id=f"c-{name}", decision=f"d-{name}"),
        result(status, turn, call=f"c-{name}"),
    ]


def numbered(records: Iterable[Raw]) -> list[Raw]:
    """Give the records that have none a `seq` and a `turn`."""
    return [r if r["kind"] == "trace" else {"seq": n, "turn": 1, **r} for n, r in enumerate(records)]


def lines(records: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def write(path: Path, *records: Any) -> Path:
    """Write a file of bytes, or of records on a line each; never into the shared folder, whoever runs the tests."""
    assert SHARED.resolve() not in path.resolve().parents, (
        f"{path} is shared material: open it with Trace(path)"
    )
    path.write_bytes(b"".join(r if isinstance(r, bytes) else lines([r]) for r in records))
    return path


def session(*records: Raw, captures: Raw | None = None) -> Session:
    """Build a session of records, without a file."""
    raw = numbered(records)
    if captures is not None:
        raw.insert(0, header(captures=captures))
    return build("s", [(read(value), Place(line, 0, 0)) for line, value in enumerate(raw, start=1)])


def opened(path: Path, *records: Any) -> Trace:
    """Write a native trace and open it."""
    return Trace(write(path, *records))


def policy(text: str) -> Policy:
    """Make a policy of its tables."""
    return parse(f'nalyqor_policy = "1"\nid = "p"\n{text}'.encode(), "p.toml")


def findings(of: Session, under: Policy, number: str | None = None) -> Sequence[Finding]:
    """Return what is found of one decision, the last one unless told otherwise."""
    wanted = of.decisions[-1] if number is None else next(d for d in of.decisions if d.number == number)
    return judge(of, under).findings[wanted.index]


def found(of: Session, under: Policy, number: str | None = None) -> set[tuple[str, str, str]]:
    """Return the findings of one decision as (check, subject, verdict)."""
    return {(f.check, f.subject, f.verdict) for f in findings(of, under, number)}
