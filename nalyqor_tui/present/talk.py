"""The conversation around a decision: who said and did what, in full, never rendered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nalyqor_tui.phrase import counted, own, phrase
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Line, Row, Tone, derived, observed
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import BadJsonError, dumps, loads
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Decision, Entry

_BACK = 12  # records before the decision that are shown at the least
_TURNS = 2  # and at the least so many turns
_ROLES = frozenset({"system", "developer", "user", "assistant"})
_SHORT = 64  # characters of JSON that are shown on one line
_KEPT = 600  # characters of what is kept raw that are shown in the conversation
_WHOLE = 2000  # records that the whole conversation may have to be shown at once


def around(review: Review, decision: Decision, *, whole: bool = False, also: int | None = None) -> list[Line]:
    """Return what was said and done around a decision, from two turns before to the end of its turn.

    `whole` asks for all of the session (up to a bound), `also` for a record that must be among them.
    """
    first, last = _range(review, decision, whole)
    if also is not None and abs(also - decision.entry) < _WHOLE:
        first, last = min(first, also), max(last, also + 1)
    out: list[Line] = []
    if first > 1:
        out.append(Heading(phrase("{n} earlier records are not shown here", n=first)))
    marked = {decision.entry, decision.call, decision.result, decision.text}
    for entry in review.session.entries[first:last]:
        for row in _rows(review, entry, decision):
            strong = entry.index in marked and row.tone == "plain"
            out.append(replace(row, tone="strong") if strong else row)
    rest = len(review.session.entries) - last
    if rest:
        out.append(Heading(phrase("{n} later records are not shown here", n=rest)))
    return out


def everything(review: Review) -> list[Line]:
    """Return all that a session without decisions holds."""
    return [row for entry in review.session.entries[:_WHOLE] for row in _rows(review, entry, None)]


def _range(review: Review, decision: Decision, whole: bool) -> tuple[int, int]:
    entries = review.session.entries
    if whole:
        half = _WHOLE // 2
        return max(0, decision.entry - half), min(len(entries), decision.entry + half)
    first = decision.entry
    turns = {decision.turn}
    while first > 0:
        turns.add(entries[first - 1].turn)
        if len(turns) > _TURNS and decision.entry - first >= _BACK:
            break
        first -= 1
    last = decision.entry
    while last < len(entries) and entries[last].turn == decision.turn:
        last += 1
    return first, last


def _rows(review: Review, entry: Entry, decision: Decision | None) -> Iterator[Row]:
    at, record = entry.index, entry.record
    match record:
        case rec.Message():
            known = record.role in _ROLES
            label, role = (record.role, "") if known else ("message", record.role)
            yield observed(label, role, at, body=words.text_of(record.content))
            if record.reasoning:
                yield observed("reasoning", "", at, body=record.reasoning, indent=1)
        case rec.Decision():
            yield from _choice(review, entry, decision)
        case rec.ToolCall():
            yield observed("call", record.name, at, body=pretty(record.arguments))
        case rec.ToolResult():
            yield observed("result", _status(record), at, body=pretty(record.result))
        case rec.Header():
            return
        case _:
            yield _event(entry)


def _event(entry: Entry) -> Row:
    """Return the row of what was neither said nor done, but belongs to the story."""
    at, record = entry.index, entry.record
    match record:
        case rec.Proposal():
            what = words.action(rec.Action(tool=record.tool, arguments=record.arguments), 200)
            return observed(
                "proposal", phrase("{id} ", id=record.id or "") + what, at, body=record.text or ""
            )
        case rec.Confirmation():
            return _confirmation(record, at)
        case rec.Retrieval():
            names = ", ".join(d.id for d in record.documents) or phrase("nothing")
            return observed("look-up", words.query(record) + phrase(" returned {docs}", docs=names), at)
        case rec.Context():
            says = phrase(
                "{n}, {t}", n=counted(len(record.items), "item"), t=words.tokens(record.input_tokens)
            )
            return observed("context", says, at, tone="dim")
        case rec.Compaction():
            return _compaction(record, at)
        case rec.Outcome():
            return observed(
                "outcome", words.outcome(record) + phrase(" by {by}", by=record.by or words.UNRECORDED), at
            )
        case rec.Unparsed():
            says = phrase("{place}: {what}", place=str(entry.place), what=record.problem)
            return observed("unparsed", says, at, tone="fail", body=record.text)
        case rec.End():
            return observed("end", record.status or "", at, tone="dim")
    assert isinstance(record, rec.Unknown)
    return _kept(record, at)


def _kept(record: rec.Unknown, at: int) -> Row:
    """Return the row of a kind that we have no word for; of what a format kept, only what the source holds."""
    more = rec.extras(record)
    if set(more) != {"source"}:
        body = dumps(record.model_dump(exclude_unset=True), indent=True)
        return observed("unknown kind", record.kind, at, body=body)
    source = more["source"]
    name = source.get("name") if isinstance(source, dict) else None
    says = phrase("{kind} {name}", kind=record.kind, name=name) if isinstance(name, str) else record.kind
    body = dumps(_filled(source))
    if len(body) > _KEPT:
        says = phrase("{says}: the first {n} of {all} characters", says=says, n=_KEPT, all=len(body))
    return observed("kept as it is", says, at, body=body[:_KEPT])


def _filled(value: rec.Json) -> rec.Json:
    """Return a value without the keys that hold nothing."""
    if isinstance(value, dict):
        return {key: _filled(part) for key, part in value.items() if part not in (None, "", [], {})}
    return [_filled(part) for part in value] if isinstance(value, list) else value


def _compaction(record: rec.Compaction, at: int) -> Row:
    summary = rec.extras(record).get("summary")
    before, after = record.tokens_before, record.tokens_after
    says = phrase("{a} before, {b} after, ", a=words.tokens(before), b=words.tokens(after))
    if before is not None and after is not None:
        says = phrase("{a} to {b} tokens, ", a=before, b=after)
    elif before is None and after is None:
        says = phrase("tokens not recorded, ")
    if "dropped" in record.model_fields_set:
        says += phrase("dropped {refs}", refs=", ".join(record.dropped) or phrase("nothing"))
    else:
        says += phrase("what was dropped was not recorded")
    return observed("compaction", says, at, body=summary if isinstance(summary, str) else "")


def _choice(review: Review, entry: Entry, current: Decision | None) -> Iterator[Row]:
    here = review.session.made_at(entry.index)
    if here is None:
        return
    present = current is not None and here.index == current.index
    tool = review.session.chosen(here).tool
    what = phrase("{number} {what}", number=here.number, what=phrase("reply") if tool is None else tool)
    yield observed("▶ decision" if present else "decision", what, entry.index)
    if present and review.policy is not None:
        word = review.judgement.grades[here.index].word
        tone: Tone = "fail" if word in ("bad", "flawed") else "plain"
        yield derived("grade", own(word), "grade", (entry.index,), tone=tone, indent=1)


def _confirmation(record: rec.Confirmation, at: int) -> Row:
    covers = words.action(record.covers, 200) if record.covers else words.NOT_RECORDED
    says = phrase(
        "{id} {op} by {by}: {covers}",
        id=record.id or "",
        op=record.op,
        by=record.by or words.UNRECORDED,
        covers=covers,
    )
    return observed("confirmation", says, at, body="\n".join(q.quote for q in record.evidence if q.quote))


def _status(record: rec.ToolResult) -> tuple[str, ...]:
    return phrase("{status}", status=record.status) if record.status else phrase("status not recorded")


def pretty(value: Json) -> str:
    """Write a value for reading: JSON on one line where it is short, else indented, also where it came as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        if value[:1] not in ("{", "["):
            return value
        try:
            value = loads(value.encode("utf-8", "surrogatepass"))
        except BadJsonError:
            return str(value)
    short = dumps(value)
    return short if len(short) <= _SHORT else dumps(value, indent=True)
