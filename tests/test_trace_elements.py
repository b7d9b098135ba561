"""A large array is taken apart while it is read; what comes of it is what the whole would have given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from format_laws import check_places, counts
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import write

from nalyqor_tui.trace import recognise
from nalyqor_tui.trace.elements import elements
from nalyqor_tui.trace.records import Unparsed
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.store import Trace

ROOT = Path(__file__).parents[1]
TALK = [{"role": "user", "content": "hé \U0001f600"}, {"role": "assistant", "content": "x"}]
RUN = {"task_id": 1, "reward": 1.0, "traj": TALK}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def taken_apart(path: Path) -> list[Any]:
    found = elements(Source(path), "")
    return [] if found is None else [item.value for item in found.items()]


@given(st.lists(JSON, min_size=1, max_size=6), st.sampled_from([None, 1]))
def test_gives_the_elements_of_the_array(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], indent: int | None
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=False)
    if any(0xD800 <= ord(char) < 0xE000 for char in text):
        return  # JSON files are UTF-8
    assert taken_apart(write(tmp_path_factory.mktemp("e") / "t", text.encode())) == values


def test_a_large_array_opens_as_the_whole_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "t", json.dumps([RUN, {**RUN, "trial": 2}], indent=1).encode())
    whole = Trace(path)
    monkeypatch.setattr(recognise, "LARGE", 0)
    streamed = Trace(path)
    assert streamed.session_ids == whole.session_ids and counts(streamed) == counts(whole)
    check_places(streamed)
    for mine, theirs in zip(streamed.session(1).entries, whole.session(1).entries, strict=True):
        assert mine.record == theirs.record
        assert mine.place.pointer == theirs.place.pointer
        assert streamed.raw(mine.place) == whole.raw(theirs.place)
        if mine.place.pointer:
            assert streamed.record_sha256(mine.place) == whole.record_sha256(theirs.place)


def test_one_that_breaks_off_gives_what_there_is(tmp_path: Path) -> None:
    data = json.dumps([RUN, RUN, RUN]).encode()
    found = taken_apart(write(tmp_path / "t", data[: len(data) - 30]))
    assert found[:2] == [RUN, RUN]
    assert isinstance(found[2], Unparsed) and "breaks off here" in found[2].problem


@pytest.mark.parametrize("data", [b'{"a": [1]}', b"[", b"[}", b"[nonsense]", b"[1e400]", b"", b"[]"])
def test_what_is_no_array_is_left_to_others(tmp_path: Path, data: bytes) -> None:
    assert taken_apart(write(tmp_path / "t", data)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory holds on Linux")
def test_needs_no_more_memory_than_its_largest_element(tmp_path: Path) -> None:
    long = {**RUN, "traj": [{"role": "user", "content": "x" * 500_000}]}
    with (tmp_path / "t").open("w") as file:
        file.write("[\n" + ",\n".join(json.dumps(long) for _ in range(160)) + "\n]")  # 80 MB
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))\n"
        "from pathlib import Path; from nalyqor_tui.trace.elements import elements\n"
        "from nalyqor_tui.trace.source import Source\n"
        "print(sum(1 for _ in elements(Source(Path('t')), '').items()))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=env, check=False
    )
    assert done.stdout == "160\n", done.stderr[-500:]
