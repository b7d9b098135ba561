"""The index of a file: the same lines as reading it whole, by whichever way they are found."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.index import lines as index
from nalyqor_tui.trace.index import scan as scanning
from nalyqor_tui.trace.index.heads import NO_TURN, WORDS, head
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.index.scan import scan
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.store import Trace

SAMPLES = Path(__file__).parents[1] / "sample_traces"
RECORD = st.fixed_dictionaries(
    {"kind": st.sampled_from(["message", "decision", "end", "other", "trace", "x"])},
    optional={
        "seq": st.integers(0, 99),
        "turn": st.integers(-1, 1 << 33) | st.none() | st.booleans(),
        "id": st.text(max_size=5),
        "ts": st.floats(allow_nan=False, allow_infinity=False) | st.just("2026"),
        "conversation_id": st.text(max_size=4),
        "role": st.just("user"),
        "content": st.text(max_size=20) | st.just({"conversation_id": "inner"}),
    },
)
LINE = st.one_of(
    RECORD.map(lambda r: json.dumps(r, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")),
    RECORD.map(lambda r: json.dumps(dict(reversed(r.items()))).encode()),
    st.binary(max_size=20).filter(lambda b: b"\n" not in b),
    st.just(b""),
    st.just(b"\r"),
)


def opened(path: Path, *, heads: bool = True) -> tuple[int, Lines]:
    fd = os.open(path, os.O_RDONLY)
    lines = Lines(fd, os.fstat(fd).st_size, heads=heads)
    return fd, lines


def everything(lines: Lines) -> tuple[object, ...]:
    spans = [lines.span(n) for n in range(len(lines))]
    return spans, lines.codes, lines.turns, list(lines.named())


@given(lines=st.lists(LINE, max_size=30), ended=st.booleans(), bom=st.booleans(), window=st.integers(4, 400))
def test_scanning_finds_what_reading_each_line_tells(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ended: bool, bom: bool, window: int
) -> None:
    assume(not bom or any(lines))  # a mark alone is no line
    path = tmp_path_factory.mktemp("i") / "t.jsonl"
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + b"\n".join(lines) + (b"\n" if ended else b""))
    source = list(Source(path).lines())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "WINDOW", window)
        fd, found = opened(path)
        found.start()
    try:
        assert [found.span(n) for n in range(len(found))] == [(line.offset, line.length) for line in source]
        named = dict(found.named())
        for number, line in enumerate(source):
            told = head(line.data)
            word = WORDS[told.code]
            if word not in (
                "broken",
                "other",
            ):  # a broken line may begin as a good one, and then is told by that
                assert (found.codes[number], found.turns[number]) == (told.code, told.turn)
                assert named.get(number) == told.session
    finally:
        os.close(fd)


@pytest.mark.parametrize("name", sorted(p.name for p in SAMPLES.glob("*.jsonl") if "notes" not in p.name))
def test_workers_find_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fd, here = opened(SAMPLES / name)
    here.start()
    monkeypatch.setattr(index, "_WORTH", 0)
    other, there = opened(SAMPLES / name)
    there.start()
    assert there.wait(60)
    for lines in (here, there):
        assert len(lines.offsets) == len(lines.codes) == len(lines.turns)
    assert everything(there) == everything(here)
    assert there.progress == 1
    os.close(fd)
    os.close(other)


def test_a_worker_that_fails_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1}\n' * 500)
    monkeypatch.setattr(index, "_WORTH", 0)
    monkeypatch.setattr(index.sys, "executable", str(tmp_path / "none"))
    fd, lines = opened(path)
    lines.start()
    assert lines.wait(60)
    assert len(lines) == 500
    assert set(lines.turns) == {1}
    os.close(fd)


def test_what_was_stopped_keeps_what_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1}\n' * 500)
    monkeypatch.setattr(index, "_WORTH", 0)
    fd, lines = opened(path)
    lines.stop()
    lines.start()
    assert not lines.wait(5)
    assert len(lines.offsets) >= len(lines)
    os.close(fd)


@given(first=st.lists(LINE, max_size=8), more=st.lists(LINE, max_size=8), cut=st.integers(0, 200))
def test_a_file_that_has_grown_is_as_if_read_anew(
    tmp_path_factory: pytest.TempPathFactory, first: list[bytes], more: list[bytes], cut: int
) -> None:
    whole = b"\n".join([*first, *more])
    path = tmp_path_factory.mktemp("i") / "t.jsonl"
    path.write_bytes(whole[:cut])
    fd, lines = opened(path)
    lines.start()
    with path.open("ab") as file:
        file.write(whole[cut:])
    lines.grow(len(whole))
    other, anew = opened(path)
    anew.start()
    assert everything(lines) == everything(anew)
    os.close(fd)
    os.close(other)


def test_a_line_longer_than_a_window_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl"
    record = json.dumps({"kind": "message", "seq": 1, "turn": 3, "role": "user", "content": "x" * 5000})
    path.write_text(f"{record}\n{record}\n")
    monkeypatch.setattr(scanning, "WINDOW", 512)
    monkeypatch.setattr(scanning, "LONGEST", 1000)
    fd = os.open(path, os.O_RDONLY)
    pieces = list(scan(fd, 0, path.stat().st_size, path.stat().st_size, heads=True))
    assert [WORDS[c] for p in pieces for c in p.codes] == ["broken", "broken"]
    assert [t for p in pieces for t in p.turns] == [NO_TURN, NO_TURN]
    os.close(fd)


def test_a_hole_of_gigabytes_is_passed_over_and_what_stands_behind_it_is_found(tmp_path: Path) -> None:
    path, behind = tmp_path / "t", 10 << 30
    with path.open("wb") as file:
        file.write(b"1\n\0\0")
        file.seek(behind)
        file.write(b"\0\n2\n")
    with path.open("rb") as file:
        size = path.stat().st_size
        found = [at for piece in scan(file.fileno(), 0, size, size, heads=False) for at in piece.offsets]
        assert found == [0, 2, behind + 2]
        assert scanning.newline(file.fileno(), 2, size) == behind + 1
        os.truncate(path, behind + (1 << 30))  # it ends in a hole, too
        size = path.stat().st_size
        assert scanning.newline(file.fileno(), behind + 4, size) == size


def test_what_was_written_since_is_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"1\n22")
    with path.open("rb") as file:
        os.truncate(path, 10 << 30)  # by a writer that makes room ahead
        assert scanning.newline(file.fileno(), 2, 4) == 4
        assert scanning.newline(file.fileno(), 2, 3 << 20) == 3 << 20
        with path.open("ab") as writer:
            writer.write(b"\n")
        assert scanning.newline(file.fileno(), 2, 4) == 4


def test_a_name_that_is_no_text_is_not_told_by_the_start_of_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    bad = b'{"kind":"message","seq":1,"turn":1,"conversation_id":"a\xff","role":"user"}\n'
    path.write_bytes(b'{"kind":"trace","schema":"nalyqor.trace/1","conversation_id":"s"}\n' + bad)
    trace = Trace(path)
    assert trace.session_ids == ["s"]
    assert next(trace.session(0).ordinals(rec.Unparsed)) == 1


def test_half_a_header_starts_no_session(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"trace","schema":"nalyqor.trace/1"}\n{"kind":"trace","seq":2,"turn":1,"conv\n')
    assert len(Trace(path).session_ids) == 1


def test_a_line_over_the_edge_of_a_part_names_its_session(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    one = b'{"kind":"message","seq":1,"turn":1,"conversation_id":"s1","role":"user"}\n'
    two = b'{"seq":1,"kind":"message","turn":1,"conversation_id":"s2","role":"user"}\n'
    path.write_bytes(one + two)
    size = len(one + two)
    fd = os.open(path, os.O_RDONLY)
    (piece,) = scan(fd, 0, len(one) + 20, size, heads=True)
    assert piece.named == {0: b"s1", 1: b"s2"}
    os.close(fd)


def test_no_code_of_the_readers_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pickle.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\nraise SystemExit\n")
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1}\n' * 50)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(index, "_WORTH", 0)
    fd, lines = opened(path)
    lines.start()
    assert lines.wait(60)
    assert len(lines) == 50
    assert not (tmp_path / "run").exists()
    os.close(fd)


def test_the_lines_of_a_file_that_was_replaced_are_not_taken_for_those_of_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1}\n' * 9)
    fd, lines = opened(path)
    lines.start()
    (tmp_path / "new").write_bytes(b'{"kind":"trace","schema":"nalyqor.trace/1"}\n')
    (tmp_path / "new").replace(path)
    assert len(Trace(path, lines).session(0).entries) == 1
    os.close(fd)
