"""The rows of the list of sessions: what is kept of a session is small, and says what the session says."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import acted, header, message, numbered, policy, write
from trace_samples import given as agreed

from nalyqor_tui.derive import survey
from nalyqor_tui.derive.branches import Trial
from nalyqor_tui.derive.corpus import Made, Run
from nalyqor_tui.derive.grade import ORDER
from nalyqor_tui.derive.shared import Shared
from nalyqor_tui.derive.trials import Case, Runs
from nalyqor_tui.phrase import Words, own
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.present.across import Across
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.sessions import SessionRow, SessionRows, read, row_of, session_row
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

UNDER = policy("""
[confirmation.ok]
[[rule]]
id = "yes"
on = { tool = "write" }
need = { confirmation = "ok" }
""")
HELD = st.dictionaries(st.sampled_from(["stale", "narrow"]), st.sampled_from([True, False, None]))
MADE = st.builds(
    Made, st.sampled_from(["1.1", "1.2"]), st.sampled_from([None, "t"]), st.sampled_from(ORDER), HELD
)
TEXT = st.none() | st.sampled_from(["a", "b"])
RUN = st.builds(Run, st.just(0), st.just("s"), TEXT, TEXT, TEXT, TEXT, st.sampled_from([True, False, None]),
                st.integers(0, 3), st.integers(0, 3), st.sampled_from(["high", "medium", "low", None]),
                st.lists(MADE, max_size=4).map(tuple))  # fmt: skip


def calm() -> None:
    """Go on."""


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    records: list[Any] = []
    for number in range(9):
        covers = {"n": number % 2}
        records += [header(conversation_id=f"c{number}", captures={"confirmation": "all"}),
                    *numbered([message(), agreed("write", covers), *acted("write", {"n": 0}),
                               {"kind": "outcome", "case": f"k{number % 3}", "grade": "pass"}])]  # fmt: skip
    return Trace(write(tmp_path / "t.jsonl", *records))


@given(st.lists(RUN, max_size=6))
def test_runs_that_share_their_parts_are_the_runs_they_were(runs: list[Run]) -> None:
    shared = Shared()
    kept = [shared.run(run, "s") for run in runs]
    assert kept == runs
    made = [each for run in kept for each in run.decisions]
    assert len({id(one) for one in made}) == len({repr(one) for one in made})
    for one, other in zip(kept, runs, strict=True):
        assert [list(each.conditions) for each in one.decisions] == [
            list(each.conditions) for each in other.decisions
        ]


def test_words_of_ours_and_data_stay_apart_however_alike() -> None:
    shared = Shared()
    ours, data = shared.phrase(own("pass")), shared.phrase(("pass",))
    assert isinstance(ours[0], Words) and not isinstance(data[0], Words)
    assert shared.phrase(own("pass")) is ours


@given(RUN)
def test_a_row_ranks_as_its_run_does(run: Run) -> None:
    row = SessionRow(run, (), True, None, run.worst, run.problems)
    assert (row.rank, row.latent, row.problems) == (run.rank, run.latent, run.problems)


ROWS = st.lists(st.tuples(st.integers(0, 4), RUN, st.booleans()), max_size=8)


@given(ROWS, st.booleans())
def test_the_rows_read_so_far_are_a_mapping(read_so_far: list[tuple[int, Run, bool]], clear: bool) -> None:
    names = ["a", "b", "a #2", "c", "d"]
    rows, plain, shared = SessionRows(names), dict[int, SessionRow](), Shared()
    for index, drawn, tried in read_so_far:
        run = shared.run(replace(drawn, index=index), names[index])
        case = Case("case", None, None, None)
        row = SessionRow(run, (), True, Trial(index, case, None) if tried else None, run.worst, run.problems)
        rows.put(row)
        plain[index] = row
    if clear:
        rows.clear()
        plain.clear()
    assert dict(rows) == plain and len(rows) == len(plain)
    for index in range(-1, 6):
        assert (rows.get(index), index in rows) == (plain.get(index), index in plain)
    with pytest.raises(KeyError):
        rows[5]
    worst = sorted(range(5), key=lambda index: plain[index].rank if index in plain else (9, index))
    assert rows.worst_first(range(5)) == worst


@given(ROWS, st.lists(st.sampled_from("abcde"), max_size=7))
def test_rows_stay_where_their_session_stays(
    read_so_far: list[tuple[int, Run, bool]], ids: list[str]
) -> None:
    names = ["a", "b", "c", "d", "e"]
    rows = SessionRows(names)
    for index, drawn, _ in read_so_far:
        rows.put(SessionRow(replace(drawn, index=index, id=names[index]), (), True, None, "sound", 0))
    same = {n: row for n, row in rows.items() if n < len(ids) and ids[n] == names[n]}
    again = rows.of(ids)
    assert dict(again) == same and len(again) == len(same)
    assert [index for index, _ in again.alike()] == list(same)


def test_sessions_are_sorted_while_others_are_taken_in() -> None:
    rows = SessionRows([f"s{number}" for number in range(300)])

    class Listed(list[int]):
        def __iter__(self) -> Iterator[int]:
            for number in super().__iter__():
                made = tuple(Made(str(at), None, "bad", {}) for at in range(9))
                run = Run(number, f"s{number}", None, None, None, None, None, 1, 0, "high", made)
                rows.put(SessionRow(run, (), True, None, "bad", 9))
                yield number

    assert sorted(rows.worst_first(Listed(range(300)))) == list(range(300))


def test_rows_that_say_the_same_are_kept_once() -> None:
    shared, rows = Shared(), SessionRows([f"s{number}" for number in range(1000)])
    for number in range(1000):
        made = (Made("1.1", "t", "sound", {"stale": False}),)
        run = Run(number, "", None, None, None, None, True, 1, 0, None, made)
        rows.put(SessionRow(shared.run(run, f"s{number}"), (), True, None, "sound", 0))
    assert len({id(row) for _, row in rows.alike()}) == 1
    assert rows[7].run.id == "s7" and rows[7].run.index == 7


@pytest.mark.parametrize("worth", [0, 1 << 40])
def test_rows_are_the_same_from_one_process_and_from_several(
    trace: Trace, worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_WORTH", worth)
    monkeypatch.setattr(survey, "CHUNK", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    rows = list(read(trace, UNDER, calm))
    assert rows == [session_row(Review(trace, n, UNDER)) for n in range(9)]
    assert {row.worst for row in rows} == {"sound", "bad"} or len({row.worst for row in rows}) > 1
    assert [row.run.id for row in rows] == trace.session_ids


def test_who_stops_waits_for_no_process(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "CHUNK", 1)
    before = set(multiprocessing.active_children())
    rows = survey.each(trace, UNDER, row_of, 2)
    assert next(rows).run.index == 0
    mine = set(multiprocessing.active_children()) - before
    assert mine
    rows.close()
    for _ in range(
        1000
    ):  # the pool may be waiting for them, too: whoever comes second is told nothing at first
        if not any(process.is_alive() for process in mine):
            break
        sleep(0.02)
    assert not any(process.is_alive() for process in mine)


ON_A_SCREEN = """
import io, sys
class Captured(io.StringIO):
    def fileno(self):
        return -1
sys.stderr = Captured()
from nalyqor_tui.derive import survey
from nalyqor_tui.trace.store import Trace
from pathlib import Path
print([run.index for run in survey.runs(Trace(Path(sys.argv[1])), None, 2)])
"""


def test_processes_can_be_started_from_behind_a_screen(trace: Trace) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ON_A_SCREEN, str(trace.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(list(range(9)))


def test_a_file_that_changed_is_read_by_who_opened_it(tmp_path: Path) -> None:
    records = [header(conversation_id="a"), *numbered([message()]), header(conversation_id="b")]
    path = write(tmp_path / "t.jsonl", *records)
    work = survey.Work(str(path), None, range(1), _name, path.stat().st_size)
    assert work() == ["a"]
    assert survey.Work(str(path), None, range(1), _name, path.stat().st_size - 1)() is None
    assert survey.Work(str(tmp_path / "gone"), None, range(1), _name)() is None


def _name(index: int, session: Session, policy: Policy | None) -> str:
    return session.id


def test_who_waits_is_asked_whether_to_go_on(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    class StopError(Exception):
        pass

    def stop() -> None:
        raise StopError

    monkeypatch.setattr(survey, "CHUNK", 1)
    with pytest.raises(StopError):
        list(survey.each(trace, UNDER, row_of, 2, pulse=stop))
    with pytest.raises(StopError):
        list(read(trace, UNDER, stop))


@pytest.mark.parametrize("worth", [0, 1 << 40])
def test_what_the_others_say_is_the_same_from_several_processes(
    trace: Trace, worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_WORTH", worth)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    plain = Runs()
    for index in range(9):
        plain.add(index, trace.read(index))
    found = Across(trace, patience=60).sessions()
    assert found is not None
    assert found.runs.repeated() == plain.repeated() and len(plain.repeated()) == 3
    assert all(found.runs.at(run, at, None) == plain.at(run, at, None) for run in range(9) for at in (0,))
