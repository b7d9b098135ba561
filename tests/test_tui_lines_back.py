"""From a line of the file to its session and decision: `D`, from wherever the lines were opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_tui_lines import Later, lines_of
from tui_samples import HEADER, LARGE, Sitting, opened, replied, said, sitting

from nalyqor_tui.present import find
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace import store
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.runs import Assigning
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.opening import Opened

NAMES = ("one", "two", "three")


def interleaved(folder: Path) -> Path:
    """Write three sessions whose records take turns: the n-th record of each, then the next of each."""
    talks = []
    for name in NAMES:
        rows = [{**HEADER, "conversation_id": name}, said(1, 1, "hello"), *replied(2, 1, f"I am {name}")]
        rows += replied(4, 2, f"still {name}")
        talks.append([{**row, "conversation_id": name} for row in rows])
    path = folder / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for rows in zip(*talks, strict=True) for row in rows))
    return path


def line_of(session: int, record: int) -> str:
    """Return the number of the line of a record of a session, as one types it."""
    return str(record * len(NAMES) + session + 1)


async def review(s: Sitting) -> Sitting:
    """Wait for the review of a session."""
    await s.app.workers.wait_for_complete()
    await s.until(lambda: s.top == "ReviewScreen")
    return s


@pytest.mark.parametrize("long", [False, True])
async def test_d_opens_the_session_and_the_decision_of_the_line_under_the_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: bool
) -> None:
    if long:
        monkeypatch.setattr(store, "LONG", 0)
    async with sitting(interleaved(tmp_path), LARGE) as s:
        await s.app.workers.wait_for_complete()
        await s.press("j", "L")
        assert s.top == "LinesScreen"
        await s.go(line_of(2, 4))
        await s.press("D")
        await review(s)
        assert (s.review.review.session.id, s.at) == ("three", "2.1")
        await s.press("L")
        await s.go(line_of(1, 2))
        await s.press("D")
        await s.pilot.pause()
        await review(s)
        await s.until(lambda: s.review.review.session.id == "two")
        assert s.at == "1.1"
        await s.press("q")
        assert s.top == "SessionsScreen", "the list still lies below"
        assert s.app.screen.list.current == 2  # type: ignore[attr-defined]


async def test_so_it_does_when_the_lines_came_first(tmp_path: Path) -> None:
    path = interleaved(tmp_path)
    opening = Later(lambda: Opened(opened(path)))
    async with lines_of(path, opening=opening) as s:
        await s.go(line_of(1, 4))
        opening.run()
        await s.press("D")
        await review(s)
        assert (s.review.review.session.id, s.at) == ("two", "2.1")
        await s.press("q")
        assert s.top == "SessionsScreen"


@pytest.mark.parametrize(("line", "session", "at"), [("1", "one", "2.1"), (line_of(2, 2), "three", "1.1")])
async def test_what_was_asked_for_at_the_start_is_shown_from_the_first_line_only(
    tmp_path: Path, line: str, session: str, at: str
) -> None:
    path = interleaved(tmp_path)
    opening = Later(lambda: Opened(opened(path), 0, "2.1"))
    async with lines_of(path, opening=opening) as s:
        await s.press("j")
        await s.go(line)
        opening.run()
        await s.press("D")
        await review(s)
        await s.until(lambda: s.review.review.session.id == session)
        assert s.at == at


async def test_a_foreign_file_of_many_runs(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Good day."}]
    runs = [{"task_id": n, "messages": talk} for n in range(4)]
    path = tmp_path / "runs.jsonl"
    path.write_text("".join(json.dumps(run) + "\n" for run in runs))
    async with sitting(path, LARGE) as s:
        await s.app.workers.wait_for_complete()
        await s.press("L")
        await s.go("3")
        await s.press("D")
        await review(s)
        assert s.review.review.session.id == "task 2"


async def test_where_records_have_no_lines_d_says_so(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(
        json.dumps([json.loads(line) for line in interleaved(tmp_path).read_text().splitlines()[::3]])
    )
    async with sitting(path, LARGE) as s:
        await s.press("L", "D")
        assert s.top == "ReviewScreen"
        assert s.told[-1] == "which record this line belongs to cannot be told"


def test_in_a_folder_the_file_tells_which_session_is_meant(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        interleaved(tmp_path / name)
    trace = Trace(tmp_path)
    offset = trace.session(1).entries[3].place.offset
    assert trace.session_at(Place(None, offset, 0, "", "a/t.jsonl")) == 1
    assert trace.session_at(Place(None, offset, 0, "", "b/t.jsonl")) == 4
    assert trace.session_at(Place(None, offset, 0, "", "c/t.jsonl")) is None


def test_no_record_is_read_to_find_the_session_of_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = Trace(interleaved(tmp_path))
    wanted = [(trace.session(n).entries[5].place, n) for n in range(3)]
    monkeypatch.setattr(Trace, "read", None)
    for place, session in wanted:
        assert trace.session_at(place) == session


def test_a_line_that_holds_no_record_means_the_one_before_it(tmp_path: Path) -> None:
    path = interleaved(tmp_path)
    review = Review(Trace(path), 1, None)
    second = review.session.entries[2].place.offset
    assert find.on_line(review, Place(None, second, 0)) == 2
    assert find.on_line(review, Place(None, second + 1, 0)) == 2
    assert find.on_line(review, Place(None, second, 0, "", "another file")) is None


@given(st.lists(st.tuples(st.booleans(), st.none() | st.sampled_from("abc")), min_size=1), st.integers(0, 3))
def test_the_owner_of_a_line_is_the_session_that_has_it(
    records: list[tuple[bool, str | None]], before: int
) -> None:
    found = Assigning()
    for at, (header, named) in enumerate(records):
        found.add(before + at, header, named)
    ids, runs = found.sorted(before + len(records))
    owners = {line: n for n in range(len(ids)) for start, stop in runs.of(n) for line in range(start, stop)}
    for line in range(before + len(records) + 1):
        assert runs.owner(line) == owners.get(line)
