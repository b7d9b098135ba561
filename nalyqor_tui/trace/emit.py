"""Write a nalyqor.trace/1 log from inside an agent: one file, standard library only, made to be copied.

The whole instrumentation of a small agent:

    with TraceWriter("run.jsonl", agent_name="desk", captures={"context": "all"}) as trace:
        trace.message("system", SYSTEM_PROMPT)
        for text in conversation:
            trace.message("user", text)                      # starts the next turn
            found = rules.search(text)
            trace.retrieval(text, [{"id": r.id, "score": r.score, "included": True} for r in found])
            while True:
                seen = trace.context([{"ref": i.id, "tokens": i.span} for i in window])
                choice = model.choose(window)
                made = trace.decision(
                    choice.chosen,                           # {"tool": …, "arguments": …} or {"reply": …}
                    context=seen,
                    believes=[{"confirmation": c, "status": "live", "source": "runtime"} for c in yeses],
                    margin={"measure": "logprob", "candidates": choice.candidates},
                )
                if choice.tool is None:
                    trace.message("assistant", choice.reply)
                    break
                call = trace.tool_call(made, choice.tool, choice.arguments)
                status, result = run(choice.tool, choice.arguments)
                trace.tool_result(call, status, result)

Three rules keep such a log honest. Record what happened, never what should have: verdicts are the reader's.
Leave out what you do not know: an absent field reads "not recorded", an empty list "there were none". Promise
`captures` of "all" only for what every code path records, because a reader takes absence there as evidence.

A value that JSON cannot hold (an object, a set, NaN, a lone surrogate, a cycle) is written in its place as
`{"$repr": "<its repr>"}`, so that logging never stops an agent. The one error that does reach the agent is
OSError: a log that cannot be written must not look complete.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = "nalyqor.trace/1"
REPR_KEY = "$repr"
MAX_DEPTH = 64
# The letters that ids begin with, where they are not the first of the kind.
PREFIXES = {
    "confirmation": "cf",
    "context": "x",
    "tool_call": "call_",
    "tool_result": "res_",
    "compaction": "k",
}

Clock = Callable[[], datetime]
Fields = Mapping[str, object]


def utc_now() -> datetime:
    """The wall clock, with its zone."""
    return datetime.now(UTC)


class TraceWriter:
    """Appends one session to a trace file; safe to share between threads.

    Every method writes one record in one write and returns its id. Every method also takes `id`, `turn` and
    `ts` for the record, and any further keyword, which is kept as it stands. A keyword-only parameter left at
    None is not written: it was not recorded. Turns are counted from the user's messages; a `turn` given with
    one sets the count, given with any other record it holds for that record alone.

    `clock` gives the time of each record; `clock=None` leaves `ts` out. `interleaved=True` puts the
    conversation_id on every record, for a file that several sessions share.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        captures: Mapping[str, str] | None = None,
        clock: Clock | None = utc_now,
        interleaved: bool = False,
        **header: object,
    ) -> None:
        """Open the file for appending and write the header.

        `captures` says for confirmation, retrieval, context and margin whether all, some or none is logged.
        `header` is the rest: trace_id and conversation_id (made up if absent), agent_name, agent_version,
        request_model, context_limit (in tokens) and whatever else a reader should know.
        """
        _refuse(header, {"kind", "schema"})
        self._lock = threading.RLock()  # reentrant: a value's __repr__ may itself log
        self._clock = clock
        self._seq = 0
        self._turn = 0
        self._counts: dict[str, int] = {}
        self._ended = False
        conversation = header.setdefault("conversation_id", uuid.uuid4().hex)
        self._stamp: dict[str, object] = {"conversation_id": conversation} if interleaved else {}
        torn = Path(path).is_file() and not _ends_a_line(Path(path))
        self._file = Path(path).open("ab", buffering=0)  # noqa: SIM115 - lives as long as the writer
        if torn:  # an earlier writer was killed in mid-line: its last words stay, ours begin a line
            self._file.write(b"\n")
        head = {"kind": "trace", "schema": SCHEMA, "trace_id": header.pop("trace_id", uuid.uuid4().hex)}
        self._append(head | _time(header.pop("ts", None), clock) | header | _given(captures=captures))

    @property
    def turn(self) -> int:
        """The turn that the next record belongs to; 1 before the user has spoken."""
        return max(1, self._turn)

    def message(self, role: str, content: object, **fields: object) -> str:
        """What someone said: role system, user, assistant or tool. A user's message starts the next turn."""
        return self._record("message", {"role": role, "content": content}, fields)

    def proposal(self, tool: str, arguments: Fields, **fields: object) -> str:
        """An action put to the user before it is taken; `text=` holds the words it was put in."""
        return self._record("proposal", {"tool": tool, "arguments": arguments}, fields)

    def confirmation(
        self, op: str, *, answers: str | None = None, covers: Fields | None = None, **fields: object
    ) -> str:
        """A yes asked for or given: op requested, given, declined, revoked or superseded.

        `answers` is the id of the proposal, `covers` holds the tool and arguments agreed to. Further fields:
        type, by, scope, decider, source, evidence [{ref, quote}].
        """
        return self._record("confirmation", {"op": op} | _given(answers=answers, covers=covers), fields)

    def retrieval(self, query: str, documents: Sequence[Fields], **fields: object) -> str:
        """One search for rules or facts: documents [{id, score, rank, included, version?}], best first."""
        return self._record("retrieval", {"query": query, "documents": documents}, fields)

    def context(self, items: Sequence[Fields], *, input_tokens: int | None = None, **fields: object) -> str:
        """What the model was about to see: items [{ref, tokens: [from, to]}] in their order in the window."""
        return self._record("context", _given(input_tokens=input_tokens) | {"items": items}, fields)

    def decision(
        self,
        chosen: Fields,
        *,
        context: str | None = None,
        believes: Sequence[Fields] | None = None,
        relied_on: Sequence[str] | None = None,
        margin: Fields | None = None,
        **fields: object,
    ) -> str:
        """One choice: chosen {tool, arguments} or {reply}. Calls made in parallel are one decision each.

        `believes` [{confirmation, status, source}] is what the agent took for live, `relied_on` which of it
        the choice rests on, `margin` {measure, k?, candidates [{tool, arguments or reply, value}]} what was
        nearly chosen instead. Further fields: agent, parent, tools_offered.
        """
        optional = _given(believes=believes, relied_on=relied_on, margin=margin)
        return self._record("decision", _given(context=context) | {"chosen": chosen} | optional, fields)

    def tool_call(self, decision: str, name: str, arguments: Fields, **fields: object) -> str:
        """The call that carries out a decision, as it was sent."""
        return self._record("tool_call", {"decision": decision, "name": name, "arguments": arguments}, fields)

    def tool_result(self, call: str, status: str, result: object, **fields: object) -> str:
        """What came back: status ok, error or timeout, with no default: it must not be guessed."""
        return self._record("tool_result", {"call": call, "status": status, "result": result}, fields)

    def compaction(
        self,
        *,
        kept: Sequence[str],
        dropped: Sequence[str],
        tokens_before: int | None = None,
        tokens_after: int | None = None,
        **fields: object,
    ) -> str:
        """The window was shortened: ids kept and dropped; `summary=` holds the text that took their place."""
        sizes = _given(tokens_before=tokens_before, tokens_after=tokens_after)
        return self._record("compaction", sizes | {"kept": kept, "dropped": dropped}, fields)

    def outcome(self, grade: object, *, by: str, **fields: object) -> str:
        """A grade someone gave (pass, fail, a number); further fields: case, expected, output, scale."""
        return self._record("outcome", {"grade": grade, "by": by}, fields)

    def end(self, status: str = "complete", **fields: object) -> str:
        """The session is over and the log whole. Without this record a reader takes the log to be cut."""
        record_id = self._record("end", {"status": status}, fields)
        self._ended = True
        return record_id

    def close(self) -> None:
        """Close the file; writes no record."""
        self._file.close()

    def __enter__(self) -> TraceWriter:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """End the session, as "error" if an exception leaves the block, and let that exception go on."""
        try:
            if error is not None and not self._ended:
                with contextlib.suppress(OSError):  # the agent's own exception must be the one that is seen
                    self.end("error", error=_safe_repr(error))
            elif not self._ended:
                self.end()
        finally:
            self.close()

    def _record(self, kind: str, body: dict[str, object], fields: dict[str, object]) -> str:
        _refuse(fields, {"kind", "seq", "conversation_id"})
        turn, record_id, ts = (fields.pop(key, None) for key in ("turn", "id", "ts"))
        with self._lock:
            if kind == "message" and body["role"] == "user":
                self._turn = turn if isinstance(turn, int) else self._turn + 1
            self._seq += 1
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = str(record_id or f"{PREFIXES.get(kind, kind[0])}{self._counts[kind]}")
            head = {"kind": kind, "seq": self._seq, "turn": self.turn if turn is None else turn, "id": name}
            self._append(head | _time(ts, self._clock) | self._stamp | body | fields)
            return name

    def _append(self, record: Fields) -> None:
        line = _encode(record)
        written = self._file.write(line)
        while written < len(line):  # a short write: the disk or a pipe took only a part
            written += self._file.write(line[written:])


def _refuse(fields: Fields, reserved: set[str]) -> None:
    if clash := sorted(fields.keys() & reserved):
        raise TypeError(f"{', '.join(clash)}: the writer sets this itself")


def _given(**optional: object) -> dict[str, object]:
    return {key: value for key, value in optional.items() if value is not None}


def _time(ts: object, clock: Clock | None) -> dict[str, object]:
    if ts is None and clock is not None:
        ts = clock()
    if isinstance(ts, datetime):
        ts = ts.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _given(ts=ts)


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) in (b"", b"\n")


def _encode(record: Fields) -> bytes:
    """One line of JSON; the slow way is taken only for records that JSON cannot hold as they are."""
    try:
        return _dumps(record)
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: too deep, or changed while being read
        return _dumps(_encodable(record, ()))


def _dumps(record: object) -> bytes:
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (text + "\n").encode()  # raises UnicodeEncodeError, a ValueError, on a lone surrogate


def _encodable(value: object, above: tuple[int, ...]) -> object:
    """The value with each part that JSON cannot hold replaced by its marker; `above` are its containers."""
    if value is None or (isinstance(value, str) and _has_utf8(value)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and value.bit_length() <= 1024:
        return value
    inside = (*above, id(value))
    if id(value) not in above and len(above) < MAX_DEPTH:
        if isinstance(value, Mapping):
            return {_key(key): _encodable(item, inside) for key, item in list(value.items())}
        if isinstance(value, list | tuple):
            return [_encodable(item, inside) for item in list(value)]
    return {REPR_KEY: _safe_repr(value)}


def _key(key: object) -> str:
    return key if isinstance(key, str) and _has_utf8(key) else _safe_repr(key)


def _has_utf8(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _safe_repr(value: object) -> str:
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a foreign __repr__ may raise anything
        text = f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return text.encode("utf-8", "backslashreplace").decode()
