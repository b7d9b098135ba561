"""Conversations in the style of OpenAI's chat API, one a line: the generated foreign trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from tests.bench.desk import Book
from tests.bench.texts import Texts

_ROUNDS = 8  # of a question, a call, its result and an answer


def write_runs(file: IO[bytes], book: Book, texts: Texts) -> Iterator[int]:
    """Write one conversation after the other; yield the bytes that were written so far."""
    written = 0
    while True:
        line = json.dumps(_run(book, texts), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        written += file.write(line)
        yield written


def _run(book: Book, texts: Texts) -> dict[str, object]:
    """Return one conversation; each of its messages counts as a record."""
    name = book.last_session = f"s{book.number + 1:07d}"
    book.sessions += 1
    messages = [_said("system", "Serve the customer by the rules.", book)]
    for turn in range(1, _ROUNDS + 1):
        messages += _round(book, texts, name, turn)
    return {"id": name, "model": "chance-1", "messages": messages}


def _round(book: Book, texts: Texts, session: str, turn: int) -> Iterator[dict[str, object]]:
    book.turns += 1
    question = _said("user", texts.said(), book)
    question["content"] = book.hide(str(question["content"]), session, turn)
    yield question
    order = f"K-{int(texts.chance.random() * 9000) + 1000}"
    tool = "get_record" if texts.chance.random() < 0.8 else "update_record"
    call = f"call_{book.next()}"
    function = {"name": tool, "arguments": json.dumps({"record_id": order})}
    asked = [{"id": call, "type": "function", "function": function}]
    yield {"role": "assistant", "content": None, "tool_calls": asked}
    yield {"role": "tool", "tool_call_id": call, "content": f"[{book.next()}] {texts.returned(1_000)}"}
    yield _said("assistant", texts.said(), book)


def _said(role: str, text: str, book: Book) -> dict[str, object]:
    return {"role": role, "content": f"[{book.next()}] {text}"}
