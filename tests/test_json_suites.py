"""The decoder held to the suites of others: JSONTestSuite by its names, UTF-8 byte by byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from trace_samples import SHARED

from nalyqor_tui.errors import TraceError
from nalyqor_tui.trace.parse import MAX_DEPTH, BadJsonError, dumps, loads
from nalyqor_tui.trace.store import Trace

SUITE = SHARED / "hostile" / "jsontestsuite" / "test_parsing"
VECTORS = SHARED / "hostile" / "utf8_vectors.json"
needs_suite = pytest.mark.skipif(not SUITE.exists(), reason="the shared suites are not here")


def files(begins: str) -> list[Path]:
    return sorted(SUITE.glob(f"{begins}_*.json")) if SUITE.exists() else []


@needs_suite
@pytest.mark.parametrize("path", files("y"), ids=lambda path: path.stem)
def test_what_must_be_read_is_read_and_written_again(path: Path) -> None:
    value = loads(path.read_bytes().strip(b" \t\r\n"))
    assert loads(dumps(value).encode("utf-8", "surrogatepass")) == value


@needs_suite
@pytest.mark.parametrize("path", files("n"), ids=lambda path: path.stem)
def test_what_must_be_refused_is_refused_in_words(path: Path) -> None:
    with pytest.raises(BadJsonError) as caught:
        loads(path.read_bytes())
    assert str(caught.value) and caught.value.line >= 1


@needs_suite
@pytest.mark.parametrize("path", files("i"), ids=lambda path: path.stem)
def test_what_may_go_either_way_is_read_or_refused_in_words(path: Path) -> None:
    try:
        loads(path.read_bytes())
    except BadJsonError as error:
        assert str(error)


@needs_suite
@pytest.mark.parametrize("begins", ["i", "n", "y"])
def test_as_files_they_are_opened_or_refused_in_a_line(begins: str) -> None:
    for path in files(begins):
        try:
            Trace(path)
        except TraceError as error:
            assert error.remedy, path


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared vectors are not here")
def test_utf8() -> None:
    for vector in json.loads(VECTORS.read_text("utf-8")):
        data = bytes.fromhex(vector["hex"])
        if any(byte < 0x20 or byte in b'"\\' for byte in data):
            continue  # JSON allows these in no string
        text = b'"' + data + b'"'
        if vector["valid"]:
            assert loads(text) == data.decode("utf-8"), vector
        else:
            with pytest.raises(BadJsonError, match=r"not UTF-8 at byte|not JSON"):
                loads(text)


def test_the_bound_on_depth_is_the_one_that_is_said() -> None:
    assert loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(BadJsonError, match=f"deeper than {MAX_DEPTH} levels"):
        loads(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
