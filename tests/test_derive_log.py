"""What is found of a log in one pass is what looking at each record would find."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from trace_samples import acted, call, decision, message, result, session
from trace_samples import given as agreed

from nalyqor_tui.derive.log import Log, called
from nalyqor_tui.present.clock import Moment, Moments, clock, stamp
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session, seconds

ID = st.none() | st.sampled_from(["a", "b", "c"])
TS = st.none() | st.sampled_from([5, 7.5, "2026-01-01T00:00:00Z", "no time"])
RECORD = st.one_of(
    st.builds(lambda i, ts, role: message(role, id=i, ts=ts), ID, TS, st.sampled_from(["user", "assistant"])),
    st.builds(lambda i, op, tool: agreed(tool, id=i, op=op), ID, st.sampled_from(["given", "requested", "declined"]),
              st.sampled_from(["t", "u"])),
    st.builds(lambda i, ts: decision("t", id=i, ts=ts), ID, TS),
    st.builds(lambda i, d, ts: call("t", id=i, decision=d, ts=ts), ID, ID, TS),
    st.builds(lambda c: result(call=c), ID),
    st.builds(lambda i: {"kind": "retrieval", "documents": [{"id": i}]}, st.sampled_from(["a", "z"])),
    st.builds(lambda: acted("u")),
)  # fmt: skip


def told(records: list[Any]) -> Session:
    return session(*(one for step in records for one in (step if isinstance(step, list) else [step])))


def moments(of: Session) -> list[Moment | None]:
    """The moment of each decision, in one pass."""
    start = next((s for e in of.entries if (s := seconds(e.record.ts)) is not None), None)
    out: list[Moment | None] = []
    previous = None
    for one in of.decisions:
        ts = stamp(of, one)
        now = seconds(ts)
        if ts is None or now is None:
            out.append(None)
            continue
        assert start is not None
        out.append(Moment(clock(ts), now - start, None if previous is None else now - previous))
        previous = now
    return out


@given(st.lists(RECORD, max_size=14).map(told))
def test_one_pass_finds_what_each_record_says(of: Session) -> None:
    log, entries = Log(of), of.entries
    asked = [e.index for e in entries if isinstance(e.record, rec.Confirmation) and e.record.op != "given"]
    assert log.confirms == any(isinstance(e.record, rec.Confirmation) for e in entries)
    returned = [d.id for e in entries if isinstance(e.record, rec.Retrieval) for d in e.record.documents]
    assert log.documents == set(returned)
    for name in ("a", "b", "z"):
        assert list(called(of, name)) == [e.record for e in entries if e.record.id == name]
    for at in range(len(entries)):
        assert list(log.asked_after(at)) == [index for index in asked if index > at]
        parts = (d for d in of.decisions if at in (d.entry, d.call, d.result, d.text))
        assert log.owner(at) == next(parts, None)


@given(st.lists(RECORD, max_size=14).map(told), st.data())
def test_a_moment_by_itself_is_the_one_of_the_whole_pass(of: Session, data: st.DataObject) -> None:
    found = moments(of)
    assert list(Moments(of)) == found
    assert Moments(of)[1:4] == found[1:4]
    if found:
        at = data.draw(st.integers(-len(found), len(found) - 1))
        assert Moments(of)[at] == found[at]
