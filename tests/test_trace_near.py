"""Lines around an offset, what a list holds of a file, a search by its bytes: each against reading all of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.trace.index import listing as listings
from nalyqor_tui.trace.index import near, search
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.trace.index.listing import Listing
from nalyqor_tui.trace.index.near import Spot, after, before, start_of
from nalyqor_tui.trace.index.search import Search, find, forms

OPEN = Path("/proc/self/fd")
LINES = st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b" ")), max_size=30)
PIECES = st.lists(st.sampled_from([b"a", b"A", b"ab", b"aB", b"\n", b"x", b'"']), max_size=60).map(b"".join)


@contextmanager
def held(folder: pytest.TempPathFactory, data: bytes) -> Iterator[tuple[int, Path]]:
    """Open a file that holds these bytes."""
    path = folder.mktemp("n") / "t.jsonl"
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    yield fd, path
    os.close(fd)


def spots(data: bytes) -> list[Spot]:
    """Return where the lines are, by splitting all of it."""
    out, at = [], 0
    for line in data.split(b"\n"):
        out.append(Spot(at, len(line)))
        at += len(line) + 1
    return out[:-1] if data.endswith(b"\n") or not data else out


@given(
    lines=LINES,
    ended=st.booleans(),
    count=st.integers(1, 9),
    window=st.integers(1, 40),
    where=st.floats(0, 1),
)
def test_lines_before_and_after_an_offset_are_those_of_the_file(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    ended: bool,
    count: int,
    window: int,
    where: float,
) -> None:
    data = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    every = spots(data)
    with held(tmp_path_factory, data) as (fd, _), pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "_WINDOW", window)
        assert before(fd, len(data), count) == every[-count:]
        assert after(fd, 0, len(data), count) == every[:count]
        if every:
            at = round(where * (len(every) - 1))
            offset, length, _ = every[at]
            assert after(fd, offset, len(data), count) == every[at : at + count]
            assert before(fd, offset, count) == every[max(0, at - count) : at]
            assert start_of(fd, offset + length) == offset


def test_a_line_that_is_too_long_is_shown_in_pieces_that_leave_nothing_out(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = b"first\n" + b"x" * 100 + b"\nlast\n"
    with held(tmp_path_factory, data) as (fd, _):
        end = before(fd, len(data), 5, most=10)
        assert end == [Spot(107, 4)]
        assert before(fd, 107, 5, most=10) == [Spot(97, 10, cut=True)]
        assert after(fd, 6, len(data), 5, most=10) == [Spot(6, 10, cut=True)]
        assert start_of(fd, 90, most=20) == 70


@given(
    data=PIECES,
    text=st.sampled_from(["a", "ab", "aba", '"', "xx"]),
    window=st.integers(1, 20),
    start=st.integers(0, 60),
)
def test_a_search_finds_each_line_that_holds_the_text_once(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, text: str, window: int, start: int
) -> None:
    every = spots(data)
    begin = max((offset for offset, _, _ in every if offset <= start), default=0)
    places = []
    for offset, length, _ in every:
        line = data[offset : offset + length].lower()
        found = [line.find(form) for form in forms(text) if form in line]
        places += [offset + min(found)] if found else []
    with held(tmp_path_factory, data) as (fd, _), pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "WINDOW", window)
        looked = Search(fd, len(data), text, begin)
        assert looked.next(0) is None
        looked.run()
        assert looked.done and len(looked) == len(places)
        for hit in places:
            assert looked.next(hit) == hit
            assert looked.previous(hit + 1) == hit
            assert looked.ordinal(hit) == places.index(hit) + 1
        if places:
            assert looked.next(len(data)) == places[0]
            assert looked.previous(0) == places[-1]


@pytest.mark.parametrize(
    "text", ["plain", 'say "yes"', "Zürich", "back\\slash", "tab\there", "日本", "ÉTÉ", "mixed CASE"]
)
@pytest.mark.parametrize("escaped", [True, False])
def test_a_text_is_found_as_json_writes_it(
    tmp_path_factory: pytest.TempPathFactory, text: str, escaped: bool
) -> None:
    record = json.dumps({"content": f"some {text} here"}, ensure_ascii=escaped).encode()
    with held(tmp_path_factory, b"{}\n" + record + b"\n") as (fd, _):
        for wanted in (text, text.lower(), text.upper()):
            looked = Search(fd, len(record) + 4, wanted)
            looked.run()
            assert len(looked) == 1, wanted


def test_a_stopped_search_keeps_what_it_found_and_knows_that_it_is_not_done(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WINDOW", 4)
    with held(tmp_path_factory, b"aa\n" * 10) as (fd, _):
        looked = Search(fd, 30, "aa")
        looked.stop()
        looked.run()
        assert (len(looked), looked.done, looked.stopped) == (2, False, True)
        assert 0 < looked.progress < 1
        assert looked.next(0) == 0
        assert looked.next(7) is None
        assert looked.ordinal(0) is None


def test_find_takes_a_window_without_the_common_piece_as_one_without_hits(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WINDOW", 4)
    with held(tmp_path_factory, b"ab\nxxxxxx\nab ab\nab") as (fd, _):
        found = [hit for _, hits in find(fd, 0, 18, [b"ab"], b"ab") for hit in hits]
        assert found == [0, 10, 16]


class TestListing:
    """A list whose file is known only at its start, as while a large one is being read."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> LineFile:
        path = tmp_path / "t.jsonl"
        path.write_bytes(b"".join(b'{"n": %d}\n' % n for n in range(1000)))
        file = LineFile.open(path, 0)
        assert file is not None
        return file

    @pytest.fixture
    def known(self, file: LineFile) -> tuple[LineFile, Listing]:
        """Let only the first hundred lines be known."""
        lines = file.lines
        self.rest = lines.offsets[100:]
        lines.offsets, lines.turns, lines.codes = lines.offsets[:100], lines.turns[:100], lines.codes[:100]
        lines._done = False
        return file, Listing(file)

    def test_its_end_is_there_before_it_has_numbers(self, known: tuple[LineFile, Listing]) -> None:
        file, listing = known
        row = listing.end()
        assert not listing.numbered
        assert file.read(*listing.spot(row)[:2]) == b'{"n": 999}'
        assert (listing.number(row), listing.from_end(row), listing.from_end(row - 3)) == (None, 0, 3)

    def test_it_goes_on_above_and_below(
        self, known: tuple[LineFile, Listing], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listings, "_STEP", 10)
        file, listing = known
        row = listing.to(self.rest[400] + 2)
        assert file.read(*listing.spot(row)[:2]) == b'{"n": 500}'
        assert listing.from_end(row) is None
        row += listing.extend(0, 5)
        assert file.read(*listing.spot(row)[:2]) == b'{"n": 500}'
        listing.extend(len(listing) - 1, 5)
        assert [file.read(*listing.spot(n)[:2]) for n in range(len(listing))] == [
            b'{"n": %d}' % n for n in range(480, 520)
        ]

    def test_it_has_numbers_as_soon_as_the_lines_have(self, known: tuple[LineFile, Listing]) -> None:
        file, listing = known
        row = listing.to(self.rest[400])
        assert listing.settle(row) is None
        file.lines.offsets.extend(self.rest)
        file.lines.turns.extend([-1] * 900)
        file.lines.codes.extend(bytes(900))
        assert listing.settle(row) == 500
        assert listing.numbered and listing.number(500) == 500

    def test_a_known_line_is_listed_by_its_number_at_once(self, known: tuple[LineFile, Listing]) -> None:
        file, listing = known
        assert listing.to(file.lines.offsets[7] + 3) == 7
        assert listing.numbered


class TestFile:
    """What becomes of a file while it is open."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "t.jsonl"
        path.write_bytes(b'{"a": 1}\n{"a": 2}\n')
        return path

    def open(self, path: Path) -> LineFile:
        file = LineFile.open(path, 0)
        assert file is not None
        return file

    def test_one_that_stays_as_it_is(self, path: Path) -> None:
        assert self.open(path).look() == "same"

    def test_one_that_grows(self, path: Path) -> None:
        file = self.open(path)
        with path.open("ab") as more:
            more.write(b'{"a": 3}\n{"a"')
        assert file.look() == "grown"
        file.grow()
        assert [file.lines.data(n) for n in range(len(file.lines))] == [
            b'{"a": 1}',
            b'{"a": 2}',
            b'{"a": 3}',
            b'{"a"',
        ]
        assert file.look() == "same"

    @pytest.mark.parametrize("data", [b'{"a": 1}\n', b"", b'{"b": 1}\n{"b": 2}\n{"b": 3}\n'])
    def test_one_that_is_cut_or_written_anew(self, path: Path, data: bytes) -> None:
        file = self.open(path)
        with path.open("r+b") as other:
            other.truncate(0)
            other.write(data)
        assert file.look() == "cut"
        assert file.again()
        assert len(file.lines) == data.count(b"\n")

    def test_one_that_is_replaced_and_one_that_is_deleted(self, path: Path) -> None:
        file = self.open(path)
        path.rename(path.with_suffix(".1"))
        assert file.look() == "gone"
        assert not file.again()
        path.write_bytes(b"{}\n")
        assert file.look() == "replaced"
        assert file.again()
        assert (len(file.lines), file.look()) == (1, "same")

    def test_what_is_no_file_of_lines_is_left_alone(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "packed.gz").write_bytes(b"\x1f\x8b and more")
        for name in ("pipe", "packed.gz", "none", "."):
            assert LineFile.open(tmp_path / name, 0) is None
        assert LineFile.open(Path("/dev/zero"), 0) is None

    def test_a_small_file_is_not_large(self, path: Path) -> None:
        assert LineFile.open(path) is None


def test_a_first_line_that_was_half_written_is_told_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"trace","sch')
    file = LineFile.open(path, 0)
    assert file is not None
    assert not file.lines.heads
    with path.open("ab") as out:
        out.write(b'ema":"nalyqor.trace/1"}\n{"kind":"end","seq":1,"turn":1}\n')
    file.grow()
    assert file.lines.heads
    assert len(file.lines) == 2
    file.close()


@pytest.mark.skipif(not OPEN.exists(), reason="open files cannot be counted here")
def test_a_file_that_is_replaced_again_and_again_does_not_take_all_descriptors(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"kind":"end","seq":1,"turn":1}\n')
    file = LineFile.open(path, 0)
    assert file is not None
    count = len(list(OPEN.iterdir()))
    for _ in range(30):
        assert file.again()
    assert len(list(OPEN.iterdir())) <= count + 5
    file.close()
