"""What comes compressed, in an archive, in a folder or through a pipe reads as the file itself would."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from trace_samples import decision, header, lines, message, numbered, opened, write

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import plain
from nalyqor_tui.trace import unpack
from nalyqor_tui.trace.archive import Archive
from nalyqor_tui.trace.index.spill import Spill, descriptor
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.store import STDIN, Trace

RECORDS = numbered([header(conversation_id="c"), message(id="m1"), decision(id="d1")])
DATA = lines(RECORDS)
CHAT = {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]}


def kinds(trace: Trace, index: int = 0) -> list[str]:
    return [entry.record.kind for entry in trace.session(index).entries]


class TestCompressed:
    @pytest.mark.parametrize("pack", [gzip.compress, unpack.zstd.compress], ids=["gzip", "zstd"])
    def test_reads_as_the_file_itself(self, tmp_path: Path, pack: object) -> None:
        packed = pack(DATA)  # type: ignore[operator]
        trace = opened(tmp_path / "t", packed)
        assert kinds(trace) == ["trace", "message", "decision"]
        place = trace.session(0).entries[1].place
        assert json.loads(trace.raw(place)) == RECORDS[1]
        assert trace.sha256() == hashlib.sha256(packed).hexdigest() and trace.size == len(packed)
        assert trace.warnings == []

    def test_who_moves_about_in_it_meanwhile_does_not_disturb_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, data, spill = tmp_path / "t.gz", random.Random(1).randbytes(3 << 20), Spill()
        path.write_bytes(gzip.compress(data))
        looking = descriptor(spill)
        room = unpack._check_room

        def look(*given: Any) -> None:
            room(*given)
            os.lseek(looking, 5, os.SEEK_SET)

        monkeypatch.setattr(unpack, "_check_room", look)
        source, problem = unpack.unpack(Source(path), spill)
        assert (source.read(0, source.size), problem) == (data, "")
        os.close(looking)

    def test_a_stream_of_several_members(self, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", b"".join(gzip.compress(lines([record])) for record in RECORDS))
        assert kinds(trace) == ["trace", "message", "decision"]

    def test_one_that_ends_early_gives_what_there_is(self, tmp_path: Path) -> None:
        records = [header(), *(message(seq=n, content=os.urandom(99).hex()) for n in range(500))]
        packed = gzip.compress(lines(records))
        trace = opened(tmp_path / "t", packed[: len(packed) // 2])
        assert 100 < len(trace.session(0).entries) < 500
        assert "the gzip stream ends early" in plain(trace.warnings[0])

    def test_one_without_anything_readable_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TraceError, match="this gzip file cannot be unpacked"):
            opened(tmp_path / "t", gzip.compress(DATA)[:9])

    def test_a_bomb_is_stopped(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unpack, "_FREE", 1000)
        bomb = gzip.compress(DATA + b" " * 10_000_000)
        with pytest.raises(TraceError, match="more than 200 times its size"):
            opened(tmp_path / "t", bomb)

    def test_a_pipe_that_gives_more_than_can_be_kept_is_stopped(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unpack, "MOST", 5 << 20)
        with (
            pytest.raises(TraceError, match="more than can be kept"),
            Path("/dev/zero").open("rb") as endless,
        ):
            unpack.from_pipe(endless, STDIN)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DATA)))
    trace = Trace(STDIN)
    assert trace.name == "standard input"
    assert kinds(trace) == ["trace", "message", "decision"]
    assert trace.sha256() == hashlib.sha256(DATA).hexdigest()


class TestArchive:
    def archive(self, path: Path, method: int, members: dict[str, bytes]) -> Archive:
        with zipfile.ZipFile(path, "w", method) as packed:
            for name, data in members.items():
                packed.writestr(name, data)
        return Archive(path, Source(path))

    def read(self, archive: Archive, name: str) -> bytes:
        source = archive.source(name)
        return source.read(0, source.size)

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_members(self, tmp_path: Path, method: int) -> None:
        archive = self.archive(tmp_path / "a", method, {"x/1.json": b"{}", "2.json": b"[1]"})
        assert archive.names == ["x/1.json", "2.json"] and archive.problem == ""
        assert self.read(archive, "2.json") == b"[1]"
        with pytest.raises(KeyError):
            archive.source("3.json")

    def test_one_that_is_cut_short_gives_what_was_written(self, tmp_path: Path) -> None:
        members = {f"{n}.json": json.dumps([n, os.urandom(500).hex()]).encode() for n in range(6)}
        self.archive(tmp_path / "a", zipfile.ZIP_DEFLATED, members)
        data = (tmp_path / "a").read_bytes()
        cut = write(tmp_path / "cut", data[: len(data) // 2])
        archive = Archive(cut, Source(cut))
        assert "cut short" in archive.problem
        assert 2 <= len(archive.names) < 6
        whole = [name for name in archive.names if self.read(archive, name) == members[name]]
        assert whole == archive.names[: len(whole)] and len(whole) >= len(archive.names) - 1

    def test_a_member_that_grows_out_of_all_bounds(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nalyqor_tui.trace.archive._FREE", 1000)
        archive = self.archive(tmp_path / "a", zipfile.ZIP_DEFLATED, {"1.json": b" " * 50_000_000})
        with pytest.raises(TraceError, match="out of all bounds"):
            archive.source("1.json")

    def test_no_archive_of_traces(self, tmp_path: Path) -> None:
        self.archive(tmp_path / "a", zipfile.ZIP_DEFLATED, {"1.txt": b"hello"})
        with pytest.raises(TraceError, match="a zip archive without a trace"):
            Trace(tmp_path / "a")


class TestFolder:
    def folder(self, path: Path) -> Path:
        (path / "below").mkdir(parents=True)
        write(path / "a.jsonl", *RECORDS)
        write(path / "below" / "b.json", CHAT)
        write(path / "broken.json", b'{"messages": [')
        write(path / "empty.jsonl", b"")
        write(path / "README.md", b"# Runs\n")
        write(path / "a.jsonl.notes.jsonl", {"kind": "trace"})
        write(path / ".hidden.jsonl", *RECORDS)
        return path

    def test_every_trace_in_it_is_a_session(self, tmp_path: Path) -> None:
        trace = Trace(self.folder(tmp_path / "runs"))
        assert trace.session_ids == ["c", "conversation 1"]
        assert kinds(trace, 0) == ["trace", "message", "decision"]
        assert trace.session(1).entries[1].place.file == "below/b.json"
        assert json.loads(trace.raw(trace.session(1).entries[1].place)) == CHAT["messages"][0]
        assert "(1 file)" in trace.format_title

    def test_what_is_not_read_is_counted_and_named(self, tmp_path: Path) -> None:
        trace = Trace(self.folder(tmp_path / "runs"))
        assert [skipped.name for skipped in trace.skipped] == ["README.md", "broken.json", "empty.jsonl"]
        assert "3 files of this folder not read: README.md, broken.json, empty.jsonl" in plain(
            trace.warnings[0]
        )

    def test_equal_names_are_told_apart(self, tmp_path: Path) -> None:
        for name in "ab":
            write(tmp_path / f"{name}.jsonl", *RECORDS)
        assert Trace(tmp_path).session_ids == ["c", "c #2"]

    def test_its_hash_is_that_of_its_files(self, tmp_path: Path) -> None:
        before = Trace(self.folder(tmp_path / "runs")).sha256()
        assert Trace(tmp_path / "runs").sha256() == before
        write(tmp_path / "runs" / "a.jsonl", *RECORDS, message(seq=9))
        assert Trace(tmp_path / "runs").sha256() != before

    def test_a_file_that_was_replaced_since_is_told(self, tmp_path: Path) -> None:
        trace = Trace(self.folder(tmp_path / "runs"))
        write(tmp_path / "new", *RECORDS).replace(tmp_path / "runs" / "a.jsonl")
        with pytest.raises(TraceError, match="was replaced since it was opened"):
            trace.session(0)

    def test_many_files_need_no_more_than_one_open_at_a_time(self, tmp_path: Path) -> None:
        import resource

        for number in range(80):
            write(tmp_path / f"{number:03}.jsonl", *RECORDS)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        used = len(list(Path("/proc/self/fd").iterdir()))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, used + 20), hard))
        try:
            assert len(Trace(tmp_path).session_ids) == 80
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
