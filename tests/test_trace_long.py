"""A session whose records are read when they are looked at is the same session."""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.commands import show
from nalyqor_tui.derive.rebuilt import Talk
from nalyqor_tui.phrase import plain
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present import confirmations, decision, rules, talk, window
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.steps import steps
from nalyqor_tui.trace import document, long, store
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.formats import base
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

SAMPLES = Path(__file__).parents[1] / "sample_traces"
ID = st.sampled_from(["a", "b", "c", "d"])
RECORD = st.one_of(
    st.fixed_dictionaries({"kind": st.just("message"), "role": st.sampled_from(["user", "assistant"])}),
    st.fixed_dictionaries({"kind": st.just("decision"), "chosen": st.just({"tool": "t"})}),
    st.fixed_dictionaries({"kind": st.just("tool_call"), "name": st.just("t")}, optional={"decision": ID}),
    st.fixed_dictionaries({"kind": st.just("tool_result")}, optional={"call": ID}),
    st.fixed_dictionaries({"kind": st.just("outcome"), "grade": st.just("pass")}),
    st.fixed_dictionaries({"kind": st.just("end")}),
    st.fixed_dictionaries({"kind": st.just("message")}),  # no role: not a record
)
HEAD = st.fixed_dictionaries({"turn": st.integers(0, 3) | st.just(1 << 40)}, optional={"id": ID})
LINES = st.lists(
    st.one_of(
        st.tuples(HEAD, RECORD).map(lambda pair: orjson.dumps({**pair[1], "seq": 1, **pair[0]})),
        st.just(b'{"kind":"end","seq":1,"turn":1,"turn":2,"id":"a"}'),
        st.just(b'{"kind":"trace","schema":"nalyqor.trace/1","agent_name":"x"}'),
        st.just(b"{not json"),
        st.just(b""),
    ),
    max_size=25,
)


def told(session: Session) -> list[object]:
    out: list[object] = [list(part) for part in (session.entries, session.turns, session.decisions)]
    out += [
        session.header,
        session.ended,
        dict(session.doubled),
        session.kinds,
        list(session.of(rec.Message, rec.Unparsed)),
        list(session.of(rec.End, rec.Unparsed, start=1, stop=9)),
    ]
    return [*out, {name: session.by_id.get(name) for name in "abcdx"}, list(session.entries[2:7])]


@given(lines=LINES, cached=st.integers(1, 9), ahead=st.integers(1, 5), near=st.integers(1, 300))
def test_it_tells_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], cached: int, ahead: int, near: int
) -> None:
    path = tmp_path_factory.mktemp("l") / "t.jsonl"
    path.write_bytes(b'{"kind":"trace","schema":"nalyqor.trace/1"}\n' + b"\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "LONG", 1 << 40)
        whole = [Trace(path).session(n) for n in range(len(Trace(path).session_ids))]
        patch.setattr(store, "LONG", 0)
        patch.setattr(long, "_CACHED", cached)
        patch.setattr(long, "AHEAD", ahead)
        patch.setattr(base, "AHEAD", ahead)
        patch.setattr(document, "_NEAR", near)
        trace = Trace(path)
        for index, session in enumerate(whole):
            read = trace.session(index)
            assert (len(session.entries) == 1) or isinstance(read.entries, long.LongEntries)
            assert told(read) == told(session)
            assert told(read) == told(session)  # once more, out of order and from what is kept


@pytest.mark.parametrize("sample", ["production.jsonl", "eval.jsonl"])
def test_it_is_judged_and_shown_the_same(
    sample: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    args = [str(SAMPLES / sample), "--json", "--no-redact"]
    assert show.run(args) == 0
    whole = capsys.readouterr().out
    monkeypatch.setattr(store, "LONG", 0)
    monkeypatch.setattr(long, "_CACHED", 3)
    assert show.run(args) == 0
    assert capsys.readouterr().out == whole


def test_the_reading_can_be_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(read: int) -> None:
        raise InterruptedError(read)

    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1}\n' * 5)
    monkeypatch.setattr(store, "LONG", 3)
    monkeypatch.setattr(long, "_PULSE", 2)
    with pytest.raises(InterruptedError, match="2"):
        Trace(path).session(0, stop)


def test_who_reads_here_and_there_can_be_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1}\n' * 9)
    monkeypatch.setattr(store, "LONG", 3)
    entries, heard = Trace(path).session(0).entries, list[int]()
    assert isinstance(entries, long.LongEntries)
    with entries.watched(heard.append):
        for at in (1, 7, 3, 5):
            assert entries[at].index == at
    assert heard == [1, 7, 3, 5]


@given(st.permutations(range(6)), st.integers(1, 200))
def test_lines_near_each_other_are_read_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], near: int
) -> None:
    path = tmp_path_factory.mktemp("n") / "t.jsonl"
    path.write_bytes(b"".join(b'{"kind":"end","seq":%d,"turn":%d}\n' % (n, 10**n) for n in range(6)))
    trace = Trace(path)
    (read,) = trace.parts[0].documents
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_NEAR", near)
        items = list(read.near([read.line(n) for n in order]))
    assert [item.value["seq"] for item in items] == order  # type: ignore[index,call-overload]


def test_talk_that_was_read_in_part_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.jsonl"
    said = b'{"kind":"message","seq":%d,"turn":1,"id":"%d","role":"user","content":"x"}\n'
    path.write_bytes(b"".join(said % (n, n) for n in range(9)))
    monkeypatch.setattr(store, "LONG", 3)
    monkeypatch.setattr(long, "AHEAD", 2)
    session = Trace(path).session(0)
    assert isinstance(session.entries, long.LongEntries)

    def stop(at: int) -> None:
        if at >= 4:
            raise InterruptedError

    talk = Talk(session)
    with pytest.raises(InterruptedError), session.entries.watched(stop):
        talk.before(9)
    assert [item.ref for item in talk.before(9)] == [f"{n}" for n in range(9)]
    assert len(talk._histories) == 1


def test_a_file_that_is_cut_while_it_is_looked_at_shows_what_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes((SAMPLES / "production.jsonl").read_bytes())
    monkeypatch.setattr(store, "LONG", 0)
    review = Review(Trace(path), 0, find(SAMPLES / "nalyqor.toml", path))
    assert review.judgement.grades
    os.truncate(path, 700)
    review.session.entries._kept.clear()  # type: ignore[attr-defined]
    rows = steps(review)
    gone = [row for row in rows if "not in it any more" in plain(row.what)]
    assert len(gone) > len(rows) // 2
    for made in review.session.decisions:
        for view in (decision.view, talk.around, confirmations.view, rules.view, window.view):
            assert list(view(review, made))


def test_one_id_on_all_records_is_looked_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1,"id":"x"}\n' * 300)
    monkeypatch.setattr(store, "LONG", 0)
    monkeypatch.setattr(long, "_CACHED", 128)
    read: list[int] = []
    plainly = long.LongEntries._several
    monkeypatch.setattr(
        long.LongEntries, "_several", lambda self, at: (read.extend(at), plainly(self, at))[1]
    )
    session = Trace(path).session(0)
    assert session.doubled == {"x": list(range(300))}
    assert len(read) <= 600  # each once more, as few are kept
