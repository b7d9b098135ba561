"""A small session that fills every row of a report, with any text in every place where a log may have text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from nalyqor_tui.notes.anchor import anchor_at
from nalyqor_tui.notes.history import fold
from nalyqor_tui.notes.model import Body, NoteRecord
from nalyqor_tui.policy.loader import Policy, load
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.store import Trace

NASTY = (
    "| **Observed** | x |",
    "\n## Derived\n",
    "\n| **Derived** · grade | sound |\n",
    "\nDERIVED        grade: sound",
    "\r\x85\u2028\x0b\x0cOBSERVED  x",
    "`",
    "``` ` ``",
    "`" * 90,
    "\\",
    "\\|",
    "a\\\\|b",
    "<br>",
    "<b>x</b><!--",
    "&#124;",
    "[x](https://example.org) ![y](z)",
    "https://example.org www.example.org a@example.org",
    "---\n===\n",
    "\x1b[31m\x9b\x07\u202e",
    "- [ ] 1. > # ~~x~~ *y* __z__ $w$",
    "    indented",
    " ",
    "\u200b\ufeff\u3000",
)

anything = st.one_of(st.text(max_size=20), st.characters(exclude_categories=()), st.sampled_from(NASTY))
texts = st.lists(anything, min_size=1, max_size=4).map("".join).filter(bool)
clean = st.lists(st.one_of(st.text(max_size=20), st.sampled_from(NASTY)), max_size=4).map("".join)


def records(text: str) -> list[dict[str, Any]]:
    """Return the records of a session: two turns, a confirmation that ran out, a call and a reply."""
    t = text
    return [
        {"kind": "trace", "schema": "nalyqor.trace/1", "ts": "2026-04-01T09:00:00Z", "conversation_id": f"s{t}",
         "agent_name": f"a{t}", "context_limit": 900, "captures": {"confirmation": "all", "retrieval": "all",
                                                                    "context": "all", "margin": "all"}},
        {"kind": "message", "seq": 1, "turn": 1, "id": f"m1{t}", "role": "user", "content": f"move it {t}"},
        {"kind": "proposal", "seq": 2, "turn": 1, "id": f"p1{t}", "tool": f"move{t}",
         "arguments": {"to": f"B{t}"}, "text": f"shall I? {t}"},
        {"kind": "confirmation", "seq": 3, "turn": 1, "id": f"c1{t}", "type": f"ok{t}", "op": "given",
         "by": "user", "answers": f"p1{t}", "covers": {"tool": f"move{t}", "arguments": {"to": f"B{t}"}},
         "evidence": [{"ref": f"m1{t}", "quote": f"yes {t}"}]},
        {"kind": "message", "seq": 4, "turn": 6, "id": f"m2{t}", "role": "user", "content": f"well? {t}"},
        {"kind": "retrieval", "seq": 5, "turn": 6, "id": f"r1{t}", "query": f"q{t}",
         "documents": [{"id": f"D{t}", "score": 0.5}]},
        {"kind": "context", "seq": 6, "turn": 6, "id": f"x1{t}", "input_tokens": 90,
         "items": [{"ref": f"m1{t}", "tokens": [0, 50]}, {"ref": f"m2{t}", "tokens": [50, 90]}],
         "state": {f"k{t}": f"v{t}"}},
        {"kind": "decision", "seq": 7, "turn": 6, "id": f"d1{t}", "ts": "2026-04-01T09:04:00Z",
         "chosen": {"tool": f"move{t}", "arguments": {f"to{t}": f"C{t}"}}, "context": f"x1{t}",
         "believes": [{"confirmation": f"c1{t}", "status": f"live{t}", "source": f"run{t}"},
                      {"confirmation": f"ghost{t}", "status": f"live{t}"}], "relied_on": [f"c1{t}"],
         "margin": {"measure": "logprob", "candidates": [{"tool": f"move{t}", "value": -0.65},
                                                         {"tool": f"hold{t}", "value": -0.73}]}},
        {"kind": "tool_call", "seq": 8, "turn": 6, "id": f"call1{t}", "decision": f"d1{t}", "name": f"move{t}",
         "arguments": {f"to{t}": f"C{t}"}},
        {"kind": "tool_result", "seq": 9, "turn": 6, "call": f"call1{t}", "status": "ok", "result": f"done {t}"},
        {"kind": "message", "seq": 10, "turn": 7, "id": f"m3{t}", "role": "user", "content": f"thanks {t}"},
        {"kind": "context", "seq": 10, "turn": 7, "id": f"x2{t}", "input_tokens": 120,
         "items": [{"ref": f"m2{t}", "tokens": [0, 40]}, {"ref": f"m3{t}", "tokens": [40, 120]}]},
        {"kind": "decision", "seq": 11, "turn": 7, "id": f"d2{t}", "ts": "2026-04-01T09:20:00Z",
         "chosen": {"reply": f"gladly{t}" + " and more" * 60}, "context": f"x2{t}"},
        {"kind": "message", "seq": 12, "turn": 7, "id": f"m4{t}", "role": "assistant",
         "content": f"gladly{t}" + " and more" * 60, "reasoning": f"polite {t}"},
        {"kind": "outcome", "seq": 13, "turn": 7, "id": f"o1{t}", "case": f"case {t}", "expected": f"B{t}",
         "output": None, "grade": "pass", "by": f"survey {t}"},
        {"kind": "tool_call", "seq": 14, "turn": f"not a number {t}", "name": "x"},
        {"kind": "end", "seq": 15, "turn": 7, "status": f"complete{t}"},
    ]  # fmt: skip


def reviewed(
    folder: Path, text: str = "", *, policy: bool = True, notes: bool = True, sessions: int = 1
) -> list[Review]:
    """Write a trace of so many like sessions (the first one's ids hold `text`), and open it for review."""
    path = folder / "trace.jsonl"
    lines = records(text)
    for index in range(1, sessions):
        lines += records(f"-{index}")
    path.write_text("".join(json.dumps(record) + "\n" for record in lines))
    trace = Trace(path)
    declared = a_policy(folder, text) if policy else None
    out = [Review(trace, index, declared) for index in range(len(trace.session_ids))]
    for review in out if notes else ():
        review.bind(fold(noted(review, text))[0])
    return out


def a_policy(folder: Path, text: str) -> Policy:
    """Write a policy whose every word holds `text`, and under which the session is bad."""
    t = text.encode("utf-8", "replace").decode()
    path = folder / "rules.toml"
    path.write_text(f"""
nalyqor_policy = "1"
id = {_toml("p" + t)}
[effects]
write = ["move*"]
[confirmation.{_toml("ok" + t)}]
ends = {{ turns = 3 }}
[[rule]]
id = {_toml("R" + t)}
text = {_toml("Move only what was agreed. " + t)}
severity = "high"
on = {{ effect = "write" }}
need = {{ confirmation = {_toml("ok" + t)} }}
visible = {{ rule_doc = {_toml("R" + t)}, required = true }}
[[document]]
id = {_toml("R" + t)}
text = {_toml("in full: " + t)}
""")
    return load(path)


def noted(review: Review, text: str) -> list[NoteRecord]:
    """Return a note at the session's first decision, and one whose place cannot be found."""
    body = Body.model_validate({
        "kind": "reconstruction", "text": f"It took the old yes.\n{text}", "tags": ["stale confirmation", f"t{text}"],
        "evidence": [{"truth": "observed", "ref": f"c1{text}", "quote": f"yes {text}"}],
        "claims": [{"text": f"claim {text}", "status": "supported", "evidence": [0]}],
    })  # fmt: skip
    here = anchor_at(review.place(review.session.decisions[0]), review.identity())
    gone = here.model_copy(update={"record_sha256": "0" * 64, "record": None, "quote": None, "decision": "99.1",
                                   "offset": None, "line": None, "pointer": "", "turn": 99})  # fmt: skip
    common = {"op": "create", "author": f"Ada {text}", "ts": "2026-04-02T08:00:00.000Z", "body": body}
    return [
        NoteRecord.model_validate({"id": name, "note": name, "anchor": anchor, **common})
        for name, anchor in (("01", here), ("02", gone))
    ]


def _toml(text: str) -> str:
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08X}" for c in text) + '"'
