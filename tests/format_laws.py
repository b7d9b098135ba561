"""What must hold for every format: nothing of the source is lost, every place can be looked up, nothing crashes it.

`python -m tests.format_laws FILE... --mutants 1000` tries files by hand.
"""

from __future__ import annotations

import copy
import json
import random
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace


def sessions(trace: Trace) -> list[Session]:
    return [trace.session(index) for index in range(len(trace.session_ids))]


def counts(trace: Trace) -> dict[str, int]:
    """Count what a trace holds; `paired` are decisions whose call got its result."""
    every = sessions(trace)
    kinds: list[str] = [entry.record.kind for session in every for entry in session.entries]
    decisions = [decision for session in every for decision in session.decisions]
    return {
        "sessions": len(every),
        "turns": sum(len(session.turns) for session in every),
        "decisions": len(decisions),
        "calls": kinds.count("tool_call"),
        "results": kinds.count("tool_result"),
        "paired": sum(d.call is not None and d.result is not None for d in decisions),
        "confirmations": kinds.count("confirmation"),
        "unparsed": kinds.count("unparsed"),
    }


def check_places(trace: Trace) -> None:
    """Look up every record where it stood: in the file, not elsewhere."""
    for session in sessions(trace):
        for entry in session.entries:
            assert trace.raw(entry.place).strip() or isinstance(entry.record, rec.Unparsed), entry
            assert len(trace.record_sha256(entry.place)) == 64


def leaves(value: Any) -> Iterator[str]:
    """Yield the strings and numbers in a value, also in JSON that stands in a string."""
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, str):
        inner = None
        if value[:1] in ("{", "["):
            try:
                inner = json.loads(value)
            except ValueError:
                inner = None
        if inner:
            yield from leaves(inner)
        elif value:
            yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value}"


def lost(trace: Trace, source: Any) -> list[str]:
    """Return the strings and numbers of `source` (its decoded values) that are in no record of the trace."""
    kept: set[str] = set()
    for session in sessions(trace):
        for entry in session.entries:
            if isinstance(entry.record, rec.Unparsed):
                kept.update(leaves(entry.record.text))
                kept.add(entry.record.text)
            else:
                kept.update(leaves(entry.record.model_dump(mode="json", by_alias=True)))
    text = "\0".join(kept)
    return sorted({leaf for leaf in leaves(source) if leaf not in kept and leaf not in text})


def values(path: Path) -> list[Any]:
    """Decode a file without the program: its one value, or the value of each line that is one."""
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        return [json.loads(text)]
    except ValueError:
        out = []
        for line in text.split("\n"):
            try:
                out.append(json.loads(line))
            except ValueError:
                continue
        return out


def mutants(data: bytes, number: int, seed: int = 0) -> Iterator[bytes]:
    """Yield files that are almost this one: bytes flipped, cut or doubled; fields dropped; types swapped."""
    chance = random.Random(seed)
    for index in range(number):
        if index % 2:
            yield _bytes_changed(data, chance)
        else:
            yield _values_changed(data, chance)


def survive(path: Path, number: int, seed: int = 0) -> list[str]:
    """Open mutants of a file and read all that they hold; return the tracebacks (there should be none)."""
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for index, data in enumerate(mutants(path.read_bytes(), number, seed)):
            at = Path(folder) / path.name
            at.write_bytes(data)
            try:
                trace = Trace(at)
                for session in sessions(trace):
                    for entry in session.entries[:50]:
                        trace.raw(entry.place)
            except TraceError:
                continue
            except Exception:  # noqa: BLE001 - what is looked for
                failed.append(f"mutant {index} of {path.name}:\n{traceback.format_exc()}")
    return failed


def _bytes_changed(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if not out:
            break
        at, length = chance.randrange(len(out)), chance.randint(1, 40)
        match chance.randrange(4):
            case 0:
                out[at] = chance.randrange(256)
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case _:
                del out[at:]
    return bytes(out)


_ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**70,
    "",
    "x",
    "\ud800",
    [],
    {},
    [[]],
    {"": None},
    ["x"],
    [None],
    [{}],
    {"type": []},
]


def _values_changed(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    try:
        return json.dumps(_changed(json.loads(data), chance)).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        pass
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        try:
            lines[at] = json.dumps(_changed(json.loads(lines[at]), chance)).encode()
        except (ValueError, RecursionError):
            continue
    return b"\n".join(lines)


def _changed(value: Any, chance: random.Random) -> Any:
    """Drop a field, swap a type, or double an element, at a few places of the value."""
    for _ in range(chance.randint(1, 6)):
        spots = list(_spots(value))
        if not spots:
            return copy.deepcopy(chance.choice(_ODD))
        holder, key = chance.choice(spots)
        match chance.randrange(3):
            case 0:
                del holder[key]
            case 1:
                holder[key] = copy.deepcopy(chance.choice(_ODD))  # else one would come to stand in itself
            case _ if isinstance(holder, list):
                holder.insert(key, copy.deepcopy(holder[key]))
            case _:
                holder[key] = [holder[key]]
    return value


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    todo = [value]
    while todo:
        holder = todo.pop()
        pairs = (
            holder.items()
            if isinstance(holder, dict)
            else enumerate(holder)
            if isinstance(holder, list)
            else ()
        )
        for key, part in pairs:
            yield holder, key
            todo.append(part)


def main() -> None:
    args = sys.argv[1:]
    number = int(args[args.index("--mutants") + 1]) if "--mutants" in args else 100
    for name in (arg for arg in args if arg != "--mutants" and not arg.isdigit()):
        failed = survive(Path(name), number)
        print(f"{name}: {number} mutants, {len(failed)} tracebacks")
        print("\n".join(failed[:3]))


if __name__ == "__main__":
    main()
