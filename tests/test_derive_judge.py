"""Judging a session: the grade, the incident and the sample with exactly what is wrong in them, and one law.

The law: to log less never turns what was no pass into a pass.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import SHARED, acted, call, decision, found, message, policy, session
from trace_samples import given as agreed

from nalyqor_tui.derive.finding import Finding, Verdict
from nalyqor_tui.derive.grade import Grade, grade, passed
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.policy.loader import Policy, find, load
from nalyqor_tui.policy.rules import Severity
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

SAMPLES = Path(__file__).parents[1] / "sample_traces"
PRODUCTION = SAMPLES / "production.jsonl"
EXAMPLES = SHARED / "examples"
needs_incident = pytest.mark.skipif(not EXAMPLES.exists(), reason="the shared examples are not here")


def finding(verdict: Verdict, severity: Severity = "medium") -> Finding:
    return Finding("rule", "c", "R", verdict, (), severity)


class TestGrade:
    @pytest.mark.parametrize(
        ("verdicts", "word"),
        [
            ([], "not judged"),
            (["n/a"], "not judged"),
            (["remark"], "not judged"),
            (["n/a", "remark"], "not judged"),
            (["pass"], "sound"),
            (["pass", "n/a"], "sound"),
            (["pass", "remark"], "sound"),
            (["unknown"], "unproven"),
            (["pass", "unknown"], "unproven"),
            (["fail"], "flawed"),
            (["fail", "pass", "unknown"], "flawed"),
            (["n/a", "fail"], "flawed"),
        ],
    )
    def test_strong_kleene(self, verdicts: list[Verdict], word: str) -> None:
        assert grade(map(finding, verdicts)).word == word
        assert grade(map(finding, reversed(verdicts))).word == word

    @pytest.mark.parametrize(("severity", "word"), [("low", "flawed"), ("medium", "flawed"), ("high", "bad")])
    def test_one_fail_of_high_severity_is_bad(self, severity: Severity, word: str) -> None:
        assert grade([finding("pass"), finding("fail", severity), finding("fail", "low")]).word == word

    def test_high_severity_counts_only_where_it_failed(self) -> None:
        assert grade([finding("unknown", "high"), finding("fail", "low")]).word == "flawed"

    def test_its_coverage_stands_beside_it(self) -> None:
        every: list[Verdict] = ["pass", "fail", "fail", "unknown", "n/a", "remark"]
        assert grade(map(finding, every)) == Grade("flawed", judged=3, checks=4, failed=2)


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [("pass", None, True), ("FAIL", None, False), ("good", None, None), (1.0, [0, 1], True), (0.0, [0, 1], False),
     (0.5, [0, 1], None), (1.0, None, None), (1.0, [1], None), (None, [0, 1], None), (None, None, None)],
)  # fmt: skip
def test_a_recorded_outcome_is_read_only_where_it_says_so(
    value: Any, scale: Any, expected: bool | None
) -> None:
    outcome = rec.Outcome(kind="outcome", seq=1, turn=1, grade=value, scale=scale)
    assert passed(outcome) is expected


def verdicts(of: Session, under: Policy, number: str) -> dict[str, set[tuple[str, str]]]:
    """The findings of a decision by verdict, as (check, subject)."""
    out: dict[str, set[tuple[str, str]]] = {}
    for check, subject, verdict in found(of, under, number):
        out.setdefault(verdict, set()).add((check, subject))
    return out


@needs_incident
class TestIncident:
    """Exactly what the description of the format says must be found."""

    trace = staticmethod(lambda: Trace(EXAMPLES / "incident.jsonl").session(0))
    policy = staticmethod(lambda: load(EXAMPLES / "support.toml"))

    def test_the_notice(self) -> None:
        assert verdicts(self.trace(), self.policy(), "9.1") == {
            "fail": {
                ("stale-relied-upon", "cf1"),
                ("scope-tool", "cf1"),
                ("need.before", "R-notify-after-write"),
                ("not_returned", "R-notify-after-write"),
                ("tie", "margin"),
            },
            "remark": {("evidence-evicted", "cf1")},
        }

    def test_the_write(self) -> None:
        assert verdicts(self.trace(), self.policy(), "10.1") == {
            "fail": {
                ("stale-relied-upon", "cf1"),
                ("scope-arguments", "cf1"),
                ("need.confirmation", "R-write-confirm"),
            },
            "pass": {("clear", "margin")},
            "remark": {("evidence-evicted", "cf1")},
        }

    def test_the_grades(self) -> None:
        assert [g.word for g in judge(self.trace(), self.policy()).grades] == ["bad", "flawed"]

    def test_every_fail_names_its_records_and_all_but_the_margin_a_line_of_the_policy(self) -> None:
        for findings in judge(self.trace(), self.policy()).findings:
            for one in findings:
                assert one.evidence
                assert one.line or one.area == "margin" or one.verdict != "fail"

    def test_the_words(self) -> None:
        of, under = self.trace(), self.policy()
        says = {f.check: "".join(f.says) for findings in judge(of, under).findings for f in findings}
        assert says["scope-arguments"] == 'change: {"address":"12 Elm"} agreed, {"address":"21 Oak"} done'
        assert says["not_returned"].endswith("the last returned R-tone, R-channel")
        assert says["evidence-evicted"] == "its evidence (m3, p1) was dropped by k1"


class TestProduction:
    """The sample has the same incident, made by its mechanics."""

    def test_the_notice_ahead_of_the_write(self) -> None:
        under = find(None, PRODUCTION)
        assert under is not None
        of = Trace(PRODUCTION).session(0)
        assert verdicts(of, under, "9.1") == {
            "fail": {
                ("stale-relied-upon", "cf1"),
                ("scope-tool", "cf1"),
                ("need.before", "R-notify-after-write"),
                ("not_returned", "R-notify-after-write"),
                ("tie", "margin"),
            },
            "remark": {("evidence-evicted", "cf1")},
        }
        grades = {d.number: g.word for d, g in zip(of.decisions, judge(of, under).grades, strict=True)}
        assert [number for number, word in grades.items() if word == "bad"] == ["9.1"]


def test_without_a_policy_there_is_no_finding_and_no_grade() -> None:
    judged = judge(Trace(PRODUCTION).session(0), None)
    assert not any(judged.findings)
    assert {g.word for g in judged.grades} == {"not judged"}


def test_a_decision_that_no_rule_governs_is_not_judged() -> None:
    under = policy('[[rule]]\nid = "R"\non = { tool = "write" }\nneed = { before = { tool = "read" } }\n')
    of = session(message(), decision("read"), decision("write"))
    assert [g.word for g in judge(of, under).grades] == ["not judged", "flawed"]


MIXED = """
[confirmation.ok]
by = ["user"]
covers = ["tool", "x"]
ends = { uses = 1, turns = 2, seconds = 60 }
[[rule]]
id = "R-ok"
on = { tool = "write" }
need = { confirmation = "ok" }
visible = { rule_doc = "doc", required = true }
[[rule]]
id = "R-before"
on = { tool = "tell" }
need = { before = { tool = "write", status = "ok", confirmed = true }, same = ["x"], each = true }
visible = { rule_doc = "doc", required = true }
"""


def mixed() -> list[dict[str, Any]]:
    """Records in which checks of every kind pass and fail."""

    def shown(turn: int, *refs: str) -> dict[str, Any]:
        return {"kind": "context", "id": f"x{turn}", "turn": turn, "items": [{"ref": ref} for ref in refs]}

    margin = {
        "measure": "logprob",
        "candidates": [{"tool": "write", "value": -1}, {"tool": "tell", "value": -1.01}],
    }
    said: dict[str, Any] = {"believes": [{"confirmation": "cf1", "status": "live"}], "relied_on": ["cf1"]}
    x = {"x": 1}
    return [
        {
            "kind": "trace",
            "captures": {"confirmation": "all", "retrieval": "all", "context": "all", "margin": "all"},
        },
        message(content="yes", id="m1", ts=100),
        agreed("write", x, ts=100),
        shown(1, "m1", "doc"),
        *acted("write", x, context="x1", margin=margin, **said),
        *acted("tell", x, context="x1", **said),
        shown(2, "m1"),
        *acted("write", x, 2, context="x2", **said),
        *acted("tell", x, 2, context="x2", status=None),
        agreed("write", x, 3, id="cf2", ts=130),
        {"kind": "retrieval", "turn": 3, "documents": [{"id": "doc"}]},
        shown(6, "m1"),
        *acted("write", x, 6, context="x6", status="timeout", **said | {"relied_on": ["cf2"]}),
        decision("tell", x, 6, context="x6", id="last"),
        call("tell", x, 6, decision="last", ts=500),
    ]


def raw(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def traces() -> dict[str, tuple[list[dict[str, Any]], Policy]]:
    under = find(None, PRODUCTION)
    assert under is not None
    out = {"mixed": (mixed(), policy(MIXED)), "production": (raw(PRODUCTION), under)}
    if EXAMPLES.exists():
        out["incident"] = (raw(EXAMPLES / "incident.jsonl"), load(EXAMPLES / "support.toml"))
    return out


TRACES = traces()


def passes(records: list[dict[str, Any]], under: Policy) -> list[set[tuple[str, str]]]:
    """What passes at each decision, as (area, subject)."""
    judged = judge(session(*records), under)
    return [{(f.area, f.subject) for f in findings if f.verdict == "pass"} for findings in judged.findings]


def less(
    records: list[dict[str, Any]], drop: frozenset[tuple[int, str]], captured: dict[str, str]
) -> list[Any]:
    """The records with some things not logged: whole records, or keys of decisions."""
    out = []
    for number, record in enumerate(records):
        if record["kind"] == "trace":
            record = {**record, "captures": captured}  # noqa: PLW2901
        if (number, "record") in drop and record["kind"] in (
            "confirmation",
            "context",
            "retrieval",
            "proposal",
        ):
            continue
        if record["kind"] == "decision":
            record = {k: v for k, v in record.items() if (number, k) not in drop}  # noqa: PLW2901
        out.append(record)
    return out


KEYS = st.sampled_from(["record", "believes", "margin", "context", "relied_on"])


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(sorted(TRACES)))
def test_to_log_less_never_makes_a_pass(data: st.DataObject, name: str) -> None:
    records, under = TRACES[name]
    drop = data.draw(st.frozensets(st.tuples(st.integers(0, len(records) - 1), KEYS), max_size=40))
    kept = data.draw(st.sets(st.sampled_from(["confirmation", "retrieval", "context", "margin"])))
    before = passes(records, under)
    after = passes(less(records, drop, dict.fromkeys(kept, "all")), under)
    assert all(b >= a for a, b in zip(after, before, strict=True))


def test_talk_does_not_answer_for_a_confirmation_that_is_missing_from_the_log() -> None:
    records, under = TRACES["production"]
    of = session(*less(records, frozenset((n, "record") for n in range(len(records))), {}))
    (held,) = (
        f for findings in judge(of, under).findings for f in findings if f.check == "need.confirmation"
    )
    assert held.verdict == "unknown"


def test_the_mixed_records_do_pass_and_fail() -> None:
    judged = judge(session(*mixed()), policy(MIXED))
    seen = {(f.area, f.verdict) for findings in judged.findings for f in findings}
    assert {(area, v) for area in ("confirmation", "rule", "visible") for v in ("pass", "fail")} <= seen
