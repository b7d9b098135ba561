"""The malformed files that people have met: each opens with what can be read of it, or is refused in a clear line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from trace_samples import SHARED, decision, header, message, numbered, opened, write

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import plain
from nalyqor_tui.present import whole
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace import source
from nalyqor_tui.trace.parse import duplicate_keys, loads
from nalyqor_tui.trace.recognise import _whole
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.store import Trace

BAD = SHARED / "hostile" / "bad_traces"
ROOT = Path(__file__).parents[1]

# What each of the shared files must give: (records other than the header, unparsed ones among them), or the refusal.
EXPECTED: dict[str, tuple[int, int] | str] = {
    "ok.jsonl": (9, 0),
    "ok.jsonl.gz": (9, 0),
    "gz_but_named.jsonl": (9, 0),
    "not_really.gz": (9, 0),
    "bom.jsonl": (9, 0),
    "crlf.jsonl": (9, 0),
    "no_final_newline.jsonl": (9, 0),
    "single_array.json": (9, 0),
    "out_of_order.jsonl": (9, 0),
    "dup_lines.jsonl": (18, 0),
    "truncated_last.jsonl": (8, 1),
    "torn_mid.jsonl": (7, 1),
    "bad_utf8.jsonl": (10, 1),
    "nul_tail.jsonl": (10, 1),
    "nul_mid.jsonl": (9, 1),
    "u2028.jsonl": (10, 1),
    "deep_200.jsonl": (10, 1),
    "deep_1024.jsonl": (10, 1),
    "deep_1025.jsonl": (10, 1),
    "deep_10000.jsonl": (10, 1),
    "deep_200000.jsonl": (10, 1),
    "dup_keys.jsonl": (3, 1),
    "missing_fields.jsonl": (3, 2),
    "empty.jsonl": "no records: the file is empty",
    "only_newlines.jsonl": "no records: the file holds only blank lines",
    "cr_only.jsonl": "its lines end in CR alone",
    "utf16le.jsonl": "UTF-16 text (little-endian)",
    "nan.jsonl": "NaN is not a JSON number",
    "html_not_json.jsonl": "looks like HTML",
    "concat.json": "extra data at column 68",
    "py_repr.txt": "looks like Python's repr",
    "trailing_comma.json": "not JSON: expecting value at column 13",
    "truncated.jsonl.gz": "the gzip stream ends early",
    "bomb_1GiB_spaces.jsonl.gz": "more than 200 times its size",
    "zip.zip": "this zip archive holds no readable file",
    "elf.jsonl": "a binary file (ELF)",
}


@pytest.mark.skipif(not BAD.exists(), reason="the shared bad traces are not here")
@pytest.mark.parametrize("name", EXPECTED)
def test_a_shared_bad_trace(name: str) -> None:
    expected = EXPECTED[name]
    if isinstance(expected, str):
        with pytest.raises(TraceError) as caught:
            Trace(BAD / name)
        assert expected in str(caught.value) and caught.value.remedy
        return
    trace = Trace(BAD / name)
    entries = trace.session(0).entries
    assert len(trace.session_ids) == 1
    unparsed = sum(isinstance(entry.record, rec.Unparsed) for entry in entries)
    assert (len(entries) - 1, unparsed) == expected


class TestDigits:
    def test_two_ids_beyond_64_bits_stay_two(self, tmp_path: Path) -> None:
        big = 2**64
        said = (message(content={"a": big}), message(content={"a": big + 1}))
        trace = opened(tmp_path / "t", *numbered([header(), *said]))
        first, second = (trace.session(0).record(at) for at in (1, 2))
        assert isinstance(first, rec.Message) and isinstance(second, rec.Message)
        assert (first.content["a"], second.content["a"]) == (big, big + 1)
        assert str(big + 1) in trace.raw(trace.session(0).entries[2].place)


class TestDoubledKeys:
    @pytest.mark.parametrize(
        ("data", "keys"),
        [
            (b'{"a": 1}', []),
            (b'{"a": 1, "a": 2}', ["a"]),
            (b'{"a" : 1, "a" :2, "b": {"c": 1, "c": 2}}', ["c", "a"]),
            (b'[{"a": 1}, {"a": 2}]', []),
            (b'{"a": "x\\":y", "b": 1}', []),
            (b'{"a": "\\u0022:", "b": 1, "b": 2}', ["b"]),
            (b'{"a": "\\ud800", "b": 1, "b": 2}', ["b"]),
            (b'{"a": 123456789012345678901234567890, "a": 2}', ["a"]),
            (b"not json", []),
            (b"", []),
        ],
    )
    def test_are_found(self, data: bytes, keys: list[str]) -> None:
        assert duplicate_keys(data) == keys

    def test_a_line_that_has_them_is_followed_by_a_row_that_says_so(self, tmp_path: Path) -> None:
        line = (
            b'{"kind": "message", "seq": 1, "turn": 1, "role": "user", "content": "no", "content": "yes"}\n'
        )
        trace = opened(tmp_path / "t", header(), line)
        shown = trace.session(0).record(2)
        assert isinstance(shown, rec.Unparsed)
        assert "a key stands twice here (content): its last value was read" in shown.problem
        assert '"no"' in shown.text and '"yes"' in shown.text

    def test_a_whole_document_that_has_them_opens_with_a_warning(self, tmp_path: Path) -> None:
        data = b'{"messages":\n [{"role": "user", "content": "no", "content": "yes"}]}'
        assert "stands twice in one object (content)" in plain(opened(tmp_path / "t", data).warnings[0])


def test_an_id_of_two_records_is_told(tmp_path: Path) -> None:
    records = numbered([header(), message(id="m1"), message(id="m1"), decision(id="d1")])
    (row,) = whole.doubled(Review(opened(tmp_path / "t", *records), 0, None))
    assert plain(row.value) == "m1 is the id of 2 records; what refers to it means the first"
    assert row.origin.entries == (1, 2)


class TestSize:
    def test_of_a_line_that_is_too_long_the_beginning_is_shown(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("source", "document"):
            monkeypatch.setattr(f"nalyqor_tui.trace.{module}.LONGEST", 3 << 20)
        long = {**message(seq=1), "content": "x" * (4 << 20)}
        trace = opened(tmp_path / "t", header(), long, message(seq=2, turn=1))
        shown, after = trace.session(0).record(1), trace.session(0).record(2)
        assert isinstance(shown, rec.Unparsed) and isinstance(after, rec.Message)
        assert "longer than 3 MiB" in shown.problem and len(shown.text) < 5000
        assert len(trace.raw(trace.session(0).entries[1].place)) < 5000
        assert source.LONGEST == 3 << 20

    def test_of_what_is_no_trace_the_line_that_is_too_long_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("source", "recognise", "index.scan"):
            monkeypatch.setattr(f"nalyqor_tui.trace.{module}.LONGEST", 3 << 20)
        long = b'{"id": "big", "content": "' + b"x" * (4 << 20) + b'"}\n'
        write(tmp_path / "t", long, b'{"id": "after"}\n')
        with pytest.raises(TraceError, match=r"a line of 4,194,332 bytes: longer than 3 MiB"):
            Trace(tmp_path / "t")

    @pytest.mark.parametrize(
        "last",
        [
            '{"a": 1}',
            "[1]",
            "]}",
            "}",
            '"x"',
            "7",
            "",
            " ",
            "2]}",
            '{"a": 1}]}',
            '{"a": 1}\n]}',
            '{"b": [1]}\n\n',
            "{",
        ],
    )
    def test_a_large_file_that_is_one_value_is_not_taken_for_lines(self, tmp_path: Path, last: str) -> None:
        text = '{"pad": "' + "x" * (3 << 20) + '", "more": [1,\n' + last
        write(tmp_path / "t", text.encode())
        try:
            expected = json.loads(text)
        except ValueError:
            expected = None
        assert _whole(Source(tmp_path / "t")) == expected

    @pytest.mark.parametrize("at", range((1 << 20) - 24, (1 << 20) + 4))
    def test_a_large_value_keeps_the_digits_of_its_integers(self, at: int) -> None:
        data = b'["' + b"x" * (at - 4) + b'",12345678901234567890123]'
        assert data.index(b"1") == at
        assert loads(data) == ["x" * (at - 4), 12345678901234567890123]

    def test_a_sparse_file_is_refused_at_once(self, tmp_path: Path) -> None:
        with (tmp_path / "t").open("wb") as file:
            file.truncate(10 << 30)
        with pytest.raises(TraceError, match="begins with a megabyte of NUL bytes"):
            Trace(tmp_path / "t")

    @pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory holds on Linux")
    def test_a_large_line_needs_bounded_memory(self, tmp_path: Path) -> None:
        long = b'{"kind":"message","content":"' + b"x" * (100 << 20) + b'"}\n'
        write(tmp_path / "t", header(), long, message(seq=2, turn=1))
        code = (
            "import resource; resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))\n"
            "from pathlib import Path; from nalyqor_tui.trace.store import Trace\n"
            "print(len(Trace(Path('t')).session(0).entries))"
        )
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
        assert done.stdout == "3\n", done.stderr[-500:]


def test_a_mistake_in_a_document_of_many_lines_is_told_with_its_line(tmp_path: Path) -> None:
    text = json.dumps({"messages": [{"role": "user", "content": "a"}, 1]}, indent=1).replace("1\n", "1,\n")
    with pytest.raises(TraceError) as caught:
        opened(tmp_path / "t", text.encode())
    assert caught.value.line == text.count("\n", 0, text.index("1,")) + 2 and "not JSON" in caught.value.what
