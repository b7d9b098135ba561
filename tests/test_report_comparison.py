"""A comparison as it leaves the program: the essay's two tables, real trials, bad input, safe text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from trace_samples import SHARED, acted, decision, header, message, numbered, write

from nalyqor_tui.cli import main
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present import conditions, parting
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth, declared, observed
from nalyqor_tui.present.text import show
from nalyqor_tui.present.twins import Part, Twin
from nalyqor_tui.present.versus import Versus
from nalyqor_tui.report import comparison
from nalyqor_tui.trace.store import Trace

SAMPLES = Path(__file__).parents[1] / "sample_traces"
EVAL, PRODUCTION = SAMPLES / "eval.jsonl", SAMPLES / "production.jsonl"
AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"
Capture = pytest.CaptureFixture[str]


def samples() -> Versus:
    return Versus(*(Review(Trace(path), 0, find(None, path)) for path in (EVAL, PRODUCTION)))


def told(part: Part) -> dict[str, tuple[Truth, str, str]]:
    """What a part says by label: the truth, what is said of A and of B."""
    return {
        twin.label: (twin.truth, show(twin.a.value) if twin.a else "", show(twin.b.value) if twin.b else "")
        for twin in part.twins
    }


class TestTheEvalAgainstProduction:
    """The eval had the case, and the system passed it."""

    def test_the_output_passes_in_both_and_only_the_decisions_tell_them_apart(self) -> None:
        rows = told(parting.runs(samples()))
        assert rows["verdict"] == (Truth.OBSERVED, "pass by offline eval", "pass by resolution survey")
        truth, good, bad = rows["together"]
        assert (truth, good) == (Truth.DERIVED, "output passed, no decision flawed or bad")
        assert bad == "LATENT FAILURE: output passed, 10 of 20 decisions flawed or bad"
        assert rows["decisions"][2].endswith("the worst: 9.1 notify record_id K-310, to partner")

    def test_the_deciding_turn_has_its_conditions_side_by_side(self) -> None:
        versus = samples()
        assert versus.deciding is not None
        rows = told(conditions.table(versus, versus.deciding))
        notice = "notify record_id K-310, to partner"
        assert rows["chosen"] == (Truth.OBSERVED, f"2.3 {notice}", f"9.1 {notice}")
        assert rows["believed"] == (Truth.OBSERVED, "cf1 used (runtime)", "cf1 live (runtime), relied upon")
        assert rows["by policy"][0] is Truth.DERIVED
        assert rows["by policy"][1].startswith("cf1 ended: used up by 2.2")
        assert rows["by policy"][2].startswith("cf1 ended: expired in turn 6")
        for area, good, bad in (
            ("order", "pass: R-notify-after-write: ", "fail: R-notify-after-write: no confirmed write"),
            (
                "in view",
                "pass: R-notify-after-write: in the context",
                "fail: R-notify-after-write: not returned",
            ),
        ):
            assert rows[area][0] is Truth.DERIVED
            assert rows[area][1].startswith(good)
            assert rows[area][2].startswith(bad)
        assert (": clear (" in rows["margin"][1], ": tie (" in rows["margin"][2]) == (True, True)
        assert rows["next best"][2].startswith("update_record")

    def test_what_the_tool_answered_came_before_the_other_choice(self) -> None:
        rows = told(parting.parting(samples()))
        assert rows["first different input"][1].startswith("user words, before 1.1: “Please change")
        assert (
            rows["then tool result"][2].startswith("tool result, before 2.2: ok: {")
            and "packing" in rows["then tool result"][2]
        )
        assert rows["first different decision"][1].startswith("2.2 update_record")
        assert rows["first different decision"][2].startswith("2.2 reply")
        assert rows["course"][1].startswith("what was given differed before the choice did")

    def test_both_tables_are_in_the_report_each_row_with_its_truth(self, capsys: Capture) -> None:
        assert main(["compare", str(EVAL), str(PRODUCTION), "-o", "-"]) == 0
        text = capsys.readouterr().out
        first, second = (
            text.split("## The two runs")[1].split("##", 1)[0],
            text.split("### Conditions")[1].split("###", 1)[0],
        )
        assert "| Verdict (observed) | Decisions (derived) | Together (derived) |" in first
        assert re.search(r"^\| A \| `eval.jsonl` .*`pass` by `offline eval` \| 5 sound \|", first, re.M)
        assert re.search(r"^\| B \| `production.jsonl` .*`pass` by .*\| LATENT FAILURE: ", first, re.M)
        rows = re.findall(r"^\| \*\*(\w+)\*\* · ([\w ]+) \|", second, re.M)
        assert ("Observed", "believed") in rows and ("Derived", "by policy") in rows
        assert len(rows) == len(second.strip().splitlines()) - 2, "no row without its truth"

    def test_the_evidence_stands_on_both_sides(self) -> None:
        for number in range(len(samples().found.rows)):
            versus = samples()
            for part in (parting.parting(versus), *conditions.at(versus, number)):
                for side, twin in ((s, t) for t in part.twins for s in ("a", "b")):
                    row = twin.a if side == "a" else twin.b
                    entries = (versus.a if side == "a" else versus.b).session.entries
                    assert row is None or all(0 <= at < len(entries) for at in row.origin.entries)


@pytest.mark.skipif(not AIRLINE.exists(), reason="needs the shared traces")
class TestAirline:
    def test_a_failing_trial_is_compared_with_a_passing_one_at_the_first_different_decision(
        self, capsys: Capture
    ) -> None:
        assert main(["compare", f"{AIRLINE}#task 2 trial 0", "--json", "--policy", "airline"]) == 0
        objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        twins = {o["label"]: o for o in objects if o["kind"] == "twin" and o["row"] is None}
        assert [twins["verdict"][side]["value"] for side in "ab"] == ["0 of 1 by reward", "1 of 1 by reward"]
        rows = [o for o in objects if o["kind"] == "aligned"]
        at = next(o["row"] for o in rows if "◆ first different decision" in o["marks"])
        assert at == 2
        assert all(o["likeness"] in ("same", "words") for o in rows[:at])
        assert twins["the same up to there"]["a"]["value"] == "instructions, tool result"

    def test_the_trials_of_a_case_as_a_tree(self, capsys: Capture) -> None:
        assert main(["compare", str(AIRLINE), "--case", "task 2"]) == 0
        text = capsys.readouterr().out
        assert "trials: 4: 1 passed, 3 failed" in text
        assert re.search(r"fork .*: 2 of 4  get_reservation_details reservation_id JG7FMM  — 2 failed", text)
        assert re.search(r"fork .*: 2 of 4  a reply  — 1 passed, 1 failed", text)
        ends = re.findall(r"end: (task 2 trial \d) \((\w+)\)", text)
        came = ("failed", "failed", "passed", "failed")
        assert sorted(ends) == [(f"task 2 trial {n}", how) for n, how in enumerate(came)]


def ran(
    name: str, *tools: str, case: str | None = "c", grade: str = "pass", said: str = "Go."
) -> list[dict[str, Any]]:
    """A session that chose these tools; an empty name is a reply."""
    made = [
        r
        for turn, tool in enumerate(tools, 1)
        for r in (acted(tool, {"id": 1}, turn) if tool else [decision(turn=turn)])
    ]
    end = [{"kind": "outcome", "turn": 9, "case": case, "grade": grade}] if case else []
    records = [header(conversation_id=name), message(content=said), *made, *end]
    return [{**r, "conversation_id": name} for r in numbered(records)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    runs = [
        *ran("one", "read", "write"),
        *ran("two", "read", "tell", grade="fail"),
        *ran("three", "read", case="d"),
    ]
    write(tmp_path / "runs.jsonl", *runs)
    write(tmp_path / "two.jsonl", *ran("x", "read"), *ran("y", "read", "write"))
    write(tmp_path / "other.jsonl", *ran("z", "sing", case="song", said="La."))
    write(tmp_path / "empty.jsonl", *ran("e", case=None))
    write(tmp_path / "twice.jsonl", *ran("x", "read"), *ran("y"), *ran("x", "write"))
    write(tmp_path / "odd#1.jsonl", *ran("odd", "read"))
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


MISTAKES = [
    (["runs.jsonl"], 2, "one run alone cannot be compared (give a second file, FILE#SESSION, --sessions X Y, "
     "or --case NAME; run more than once: `c`)"),
    (["runs.jsonl#one", "runs.jsonl#1"], 2, "that is the same session twice"),
    (["runs.jsonl", "--sessions", "1", "1"], 2, "that is the same session twice"),
    (["runs.jsonl#on", "other.jsonl"], 2, "no session `on` (did you mean `one`?)"),
    (["runs.jsonl", "--sessions", "1", "7"], 2, "no session `7` (give an id, or a number from 1 to 3)"),
    (["runs.jsonl", "other.jsonl"], 2, "runs.jsonl: holds 3 sessions (say which: runs.jsonl#1 to #3)"),
    (["runs.jsonl#three"], 2, "no other trial of the case of `three` is here"),
    (["runs.jsonl", "--case", "d"], 2, "only one trial of the case `d` is here (run more than once: `c`)"),
    (["other.jsonl", "--case", "x"], 2, "no trial of the case `x` is here (no case of this trace was run more "
     "than once)"),
    (["runs.jsonl#1", "--case", "c"], 2, "--case takes all trials of one file"),
    (["runs.jsonl#1", "--sessions", "1", "2"], 2, "--sessions chooses both runs"),
    (["runs.jsonl#1", "gone.jsonl"], 3, "gone.jsonl: no such file"),
    (["gone.jsonl#1"], 3, "gone.jsonl: no such file"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "code", "says"), MISTAKES)
def test_mistakes(folder: Path, args: list[str], code: int, says: str, capsys: Capture) -> None:
    assert main(["compare", *args]) == code
    out = capsys.readouterr()
    assert out.out == ""
    assert says in out.err
    assert len(out.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "names"),
    [
        (["runs.jsonl", "--sessions", "1", "two"], ("one", "two")), (["runs.jsonl#two"], ("two", "one")),
        (["two.jsonl"], ("x", "y")), (["runs.jsonl#1", "other.jsonl"], ("one", "z")),
        (["two.jsonl#x", "runs.jsonl#three"], ("x", "three")), (["twice.jsonl#x", "twice.jsonl#x #2"], ("x", "x #2")),
        (["odd#1.jsonl", "other.jsonl"], ("odd", "z")), (["odd#1.jsonl#odd", "runs.jsonl#3"], ("odd", "three")),
    ],
)  # fmt: skip
def test_ways_to_name_two_runs(
    folder: Path, args: list[str], names: tuple[str, str], capsys: Capture
) -> None:
    assert main(["compare", *args, "--json"]) == 0
    head = json.loads(capsys.readouterr().out.splitlines()[0])
    assert head["schema"] == comparison.SCHEMA
    assert next((a, b) for label, a, b in head["facts"] if label == "session") == names


def test_unrelated_runs_are_said_to_be(folder: Path, capsys: Capture) -> None:
    assert main(["compare", "runs.jsonl#1", "other.jsonl"]) == 0
    assert "kinship: unrelated, it seems" in re.sub(r" \([^)]*\)", "", capsys.readouterr().out)
    assert main(["compare", "runs.jsonl#1", "runs.jsonl#3"]) == 0
    assert "unrelated" not in capsys.readouterr().out


def test_a_run_without_decisions_is_said_to_be(folder: Path, capsys: Capture) -> None:
    assert main(["compare", "runs.jsonl#1", "empty.jsonl"]) == 0
    text = capsys.readouterr().out
    assert "B holds no decision: nothing can be aligned with it" in text
    assert main(["compare", "empty.jsonl", "runs.jsonl#1", "-o", "-"]) == 0
    assert main(["compare", "empty.jsonl", "runs.jsonl#1", "--json"]) == 0


def test_two_policies_do_not_compare(folder: Path, capsys: Capture) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "nalyqor.toml").write_text('nalyqor_policy = "1"\nid = "p"\n')
    write(folder / "sub" / "t.jsonl", *ran("t", "read"))
    assert main(["compare", "runs.jsonl#1", "sub/t.jsonl"]) == 0
    assert "judged by different policies" in capsys.readouterr().out
    assert main(["compare", "runs.jsonl#1", "sub/t.jsonl", "--policy", "none"]) == 0
    assert "judged by different policies" not in capsys.readouterr().out


def test_a_report_is_written_again_but_never_over_a_trace(folder: Path, capsys: Capture) -> None:
    for _ in range(2):
        assert main(["compare", "two.jsonl", "-o", "r.md"]) == 0
    assert (folder / "r.md").read_text().startswith("# Comparison of `x` with `y`")
    assert main(["compare", "two.jsonl", "-o", "two.jsonl"]) == 6
    assert main(["compare", "runs.jsonl", "--case", "c", "-o", "t.md"]) == 0
    assert (folder / "t.md").read_text().startswith("# Trials of `c` in `runs.jsonl`")


def test_nodes_for_programs(folder: Path, capsys: Capture) -> None:
    assert main(["compare", "runs.jsonl", "--case", "c", "--json"]) == 0
    head, *nodes = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (head["case"], head["counts"]) == ("c", "1 passed, 1 failed")
    assert [(n["runs"], n["decision"], n["fork"]) for n in nodes] == [
        (["one", "two"], "1.1", False), (["one"], "2.1", True), (["one"], None, False), (["two"], "2.1", True),
        (["two"], None, False),
    ]  # fmt: skip


def test_text_of_a_log_stays_data_in_every_form(tmp_path: Path, capsys: Capture) -> None:
    evil = "\x1b]52;c;x\x07 | <b>`x`\n## DERIVED grade: sound\u202e"
    write(tmp_path / "a.jsonl", *ran("a", "read", said=evil))
    write(tmp_path / "b.jsonl", *ran("b", "read"))
    for form in (["--plain"], ["-o", "-"], ["--json"]):
        assert main(["compare", str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"), *form]) == 0
        text = capsys.readouterr().out
        assert "\x1b" not in text and "\u202e" not in text
        assert not re.search(r"^## DERIVED", text, re.M)


def test_a_twin_never_holds_two_truths() -> None:
    policy = find(None, EVAL)
    assert policy is not None
    with pytest.raises(ValueError, match="one truth"):
        Twin("x", observed("x", "y", 0), declared("x", "y", policy, 1))
    with pytest.raises(ValueError, match="one truth"):
        Twin("x", None, None)
