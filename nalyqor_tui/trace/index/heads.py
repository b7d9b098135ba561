"""What the head of a line tells of the record on it: its kind, its turn, the session that it names.

A line that begins as our writer begins one is not decoded: a pattern over its first bytes is enough. Of any other
line the whole value is read.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from nalyqor_tui.trace.parse import BadJsonError, loads

WORDS: Final = (
    "", "trace", "message", "proposal", "confirmation", "retrieval", "context", "decision", "tool_call",
    "tool_result", "compaction", "outcome", "end", "other", "broken", "blank",
)  # fmt: skip
"""What a code means: nothing was asked, the kind of a record, or why there is none."""

CODES: Final = {word: code for code, word in enumerate(WORDS)}
NO_TURN: Final = -1
HEADER: Final = CODES["trace"]
BLANK: Final = CODES["blank"]
BROKEN: Final = CODES["broken"]
OTHER: Final = CODES["other"]
RECORDS: Final = {word.encode(): code for word, code in CODES.items() if HEADER < code < OTHER}
"""The kinds that are told by how a line begins: of a header more is wanted."""
KINDS: Final = {word.encode(): code for word, code in CODES.items() if 0 < code < OTHER}

_BEGIN: Final = rb'\{ ?"kind": ?"(\w++)", ?"seq": ?\d++, ?"turn": ?(\d{1,9})'
START: Final = re.compile(_BEGIN + rb"[,}]")
"""How a record begins; matches its kind and its turn."""

NAMED: Final = re.compile(
    _BEGIN
    + rb'(?:, ?"id": ?"[^"\\]*+")?(?:, ?"ts": ?(?:"[^"\\]*+"|[\d.]++))?, ?"conversation_id": ?"([^"\\\0-\x1f]*+)"'
)
"""The same of a record that says which session it belongs to, where our writer puts that."""

SESSION_KEY: Final = b'"conversation_id"'


class Head(NamedTuple):
    """What a line tells at first sight: the code of its kind, its turn and the session that it names, if it does."""

    code: int
    turn: int = NO_TURN
    session: bytes | None = None


def head(line: bytes) -> Head:
    """Tell the head of a line by reading its value."""
    if not line.strip(b" \t\r"):
        return Head(BLANK)
    try:
        value = loads(line)
    except BadJsonError:
        return Head(BROKEN)
    if not isinstance(value, dict) or not isinstance(kind := value.get("kind"), str):
        return Head(OTHER)
    turn, session = value.get("turn"), value.get("conversation_id")
    return Head(
        KINDS.get(kind.encode("utf-8", "replace"), OTHER),
        turn if type(turn) is int and 0 <= turn < 1 << 31 else NO_TURN,
        session.encode("utf-8", "surrogatepass") if isinstance(session, str) else None,
    )


def named(line: bytes) -> Head:
    """Tell the head of a line that may name a session anywhere."""
    times = line.count(SESSION_KEY)
    found = NAMED.match(line) if times == 1 else START.match(line) if times == 0 else None
    code = RECORDS.get(found[1]) if found is not None else None
    if found is None or code is None or (times and not _is_text(found[3])):
        return head(line)
    return Head(code, int(found[2]), found[3] if times else None)


def _is_text(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
