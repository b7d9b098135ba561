"""The index that is kept of a file: taken over when the file is as it was, and never when it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nalyqor_tui.trace.index import cache
from nalyqor_tui.trace.index import lines as index
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.store import Trace

HEADER = '{"kind":"trace","schema":"nalyqor.trace/1","conversation_id":"c%d"}\n'
LINE = '{"kind":"message","seq":%d,"turn":%d,"role":"user","content":"x","conversation_id":"c%d"}\n'


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep indexes in a place of the test's own, also of small files and of new ones."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(index, "_WORTH", 0)
    monkeypatch.setattr(cache, "_SETTLED", 0)
    return tmp_path / "cache" / "nalyqor-tui" / "index"


def a_file(folder: Path, count: int = 50) -> Path:
    path = folder / "t.jsonl"
    path.write_text("".join([HEADER % 1, HEADER % 2, *(LINE % (n, n, n % 3) for n in range(count))]))
    return path


def found(path: Path) -> tuple[object, ...]:
    fd = os.open(path, os.O_RDONLY)
    lines = Lines(fd, os.fstat(fd).st_size, heads=True)
    lines.start()
    assert lines.wait(60)
    spans = [lines.span(n) for n in range(len(lines))]
    told = spans, bytes(lines.codes), list(lines.turns), list(lines.named())
    lines.settle()
    os.close(fd)
    return told


def scans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often a file is scanned."""
    done: list[int] = []
    plain = Lines._worker
    monkeypatch.setattr(Lines, "_worker", lambda self, a, b: (done.append(a), plain(self, a, b))[1])
    return done


def test_a_second_opening_takes_over_what_was_kept(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path)
    first = found(path)
    (file,) = kept.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    scanned = scans(monkeypatch)
    assert found(path) == first
    assert not scanned
    assert [len(Trace(path).session(n).entries) for n in range(3)] == [18, 17, 17]


@pytest.mark.parametrize("how", ["longer", "other", "replaced", "touched"])
def test_a_file_that_has_changed_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    path = a_file(tmp_path)
    found(path)
    data = path.read_bytes()
    if how == "longer":
        path.write_bytes(data + (LINE % (99, 9, 9)).encode())
    elif how == "other":  # the same size, and the time of the last change put back
        info = path.stat()
        path.write_bytes(data.replace(b'"turn":7,', b'"turn":8,'))
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    elif how == "replaced":
        (tmp_path / "new").write_bytes(data[::1])
        (tmp_path / "new").replace(path)
    else:
        os.utime(path, ns=(1, 1))
    scanned = scans(monkeypatch)
    told = found(path)
    assert scanned
    monkeypatch.setattr(cache, "load", lambda *a, **k: None)
    assert told == found(path)


@pytest.mark.parametrize("at", [0, 30, -1, None], ids=["head", "identity", "body", "cut"])
def test_what_is_damaged_is_done_without(tmp_path: Path, kept: Path, at: int | None) -> None:
    path = a_file(tmp_path)
    first = found(path)
    (file,) = kept.iterdir()
    data = bytearray(file.read_bytes())
    if at is None:
        data = data[: len(data) // 2]
    else:
        data[at] ^= 0xFF
    file.write_bytes(data)
    assert found(path) == first


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True)
    kept.write_text("a file where the folder should be")
    path = a_file(tmp_path)
    assert found(path) == found(path)


def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "fdopen", full)
    found(a_file(tmp_path))
    assert not list(kept.iterdir())


def test_a_file_that_is_being_written_is_not_kept(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_SETTLED", 3600)
    found(a_file(tmp_path))
    assert not kept.exists()


def test_the_oldest_make_room(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(a_file(tmp_path))
    (old,) = kept.iterdir()
    os.utime(old, (1, 1))
    monkeypatch.setattr(cache, "_MOST", old.stat().st_size + 10)
    (tmp_path / "b").mkdir()
    found(a_file(tmp_path / "b"))
    (new,) = kept.iterdir()
    assert new != old


def test_an_index_of_a_part_of_the_file_is_not_kept(tmp_path: Path, kept: Path) -> None:
    path = a_file(tmp_path)
    fd = os.open(path, os.O_RDONLY)
    lines = Lines(fd, os.fstat(fd).st_size, heads=True)
    with path.open("ab") as file:
        file.write((LINE % (99, 9, 9)).encode())
    lines.start()
    assert lines.wait(60)
    lines.settle()
    os.close(fd)
    assert not kept.exists() or not list(kept.iterdir())


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path, kept: Path) -> None:
    kept.mkdir(parents=True)
    (kept / "1-2-heads.99").write_bytes(b"half")
    os.utime(kept / "1-2-heads.99", (1, 1))
    found(a_file(tmp_path))
    assert [file.suffix for file in kept.iterdir()] == [""]
