"""Discrepancies: what the agent took for live, held against the policy. Each with the least trace that shows it."""

from __future__ import annotations

from typing import Any

import pytest
from trace_samples import ALL, acted, decision, findings, found, given, message, policy, session

POLICY = policy(
    """
[confirmation.ok]
by = ["user"]
covers = ["tool", "x"]
ends = { uses = 1, turns = 3 }
[confirmation.asked]
by = ["user"]
answers = "proposal"
covers = ["tool"]
"""
)
X = {"x": 1}
YES = given("write", X)
LIVE = [{"confirmation": "cf1", "status": "live", "source": "runtime"}]


def act(tool: str = "write", arguments: Any = None, turn: int = 1, **fields: Any) -> dict[str, Any]:
    """A decision that relies on cf1."""
    return decision(tool, X if arguments is None else arguments, turn, **{"relied_on": ["cf1"], **fields})


def op(what: str) -> dict[str, Any]:
    return {"kind": "confirmation", "op": what, "answers": "cf1"}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([YES, act()], {("relied-upon", "pass")}),
        ([act()], {("never-given", "fail")}),
        ([YES | {"by": "agent"}, act()], {("not-authorised-giver", "fail")}),
        ([YES | {"type": "asked"}, act()], {("yes-to-nothing", "fail")}),
        ([YES, act(turn=4)], {("relied-upon", "pass")}),
        ([YES, act(turn=5)], {("stale-relied-upon", "fail")}),
        ([YES, act("read")], {("scope-tool", "fail")}),
        ([YES, act(arguments={"x": 2})], {("scope-arguments", "fail")}),
        ([YES | {"covers": None}, act()], {("scope", "unknown")}),
        ([YES | {"covers": {"arguments": X}}, act()], {("scope", "unknown")}),
        ([YES, act(turn=5, arguments={"x": 2})], {("stale-relied-upon", "fail"), ("scope-arguments", "fail")}),
        ([YES, *acted("write", X), act()], {("consumed-twice", "fail")}),
        ([YES, op("revoked"), act()], {("revoked-relied-upon", "fail")}),
        ([YES, op("superseded"), act()], {("superseded-relied-upon", "fail")}),
        ([YES, {"kind": "end"}, act()], {("stale-relied-upon", "fail")}),
        ([act(), YES], {("given-after-use", "fail")}),
        ([op("requested") | {"id": "cf1"}, act(), YES], {("given-after-use", "fail")}),
        ([YES, act(turn=9), YES | {"turn": 9}, act(turn=9)], {("relied-upon", "pass")}),
        ([YES | {"type": "other"}, act()], {("relied-upon", "unknown")}),
        ([YES | {"by": None}, act()], {("relied-upon", "unknown")}),
        ([YES, *acted("write", X, status="timeout"), act()], {("relied-upon", "unknown")}),
        ([YES, act(turn=5, relied_on=[], believes=LIVE)], {("stale-believed", "fail")}),
        ([YES, act(turn=5, believes=LIVE)], {("stale-relied-upon", "fail")}),
        ([YES, act(relied_on=None, believes=LIVE)], set()),
        ([YES, act(relied_on=[], believes=[LIVE[0] | {"status": "ended"}])], {("live-not-believed", "remark")}),
        ([YES, act(turn=5, relied_on=[], believes=[LIVE[0] | {"status": "ended"}])], set()),
        ([YES | {"type": "other"}, act(relied_on=[], believes=LIVE)], set()),
        ([YES, act(turn=9, relied_on=None)], set()),
    ],
)  # fmt: skip
def test_each_discrepancy(records: list[Any], expected: set[tuple[str, str]]) -> None:
    of = session(*records, captures=ALL)
    number = of.decisions[-1].number
    assert {(check, verdict) for check, _, verdict in found(of, POLICY, number)} == expected


def test_what_a_log_does_not_claim_to_hold_may_have_been_given() -> None:
    assert found(session(act()), POLICY) == {("never-given", "cf1", "unknown")}


def test_every_fail_names_records_and_the_line_of_the_policy() -> None:
    of = session(YES, message(turn=5), act(turn=5, arguments={"x": 2}), captures=ALL)
    for finding in findings(of, POLICY):
        assert 1 in finding.evidence, "the record that gave it"
        assert finding.line == POLICY.line("confirmation", "ok") is not None


def test_how_old_it_was_is_said() -> None:
    of = session(YES, message(turn=6), act(turn=9), captures=ALL)
    says = {f.check: "".join(f.says) for f in findings(of, POLICY)}
    assert says == {"stale-relied-upon": "8 turns > 3, ended in turn 5"}


def test_evidence_that_was_dropped_is_a_remark() -> None:
    yes = YES | {"evidence": [{"ref": "m1", "quote": "yes"}]}
    cut = {"kind": "compaction", "id": "k1", "dropped": ["m1"]}
    assert found(session(message(id="m1"), yes, cut, act(), captures=ALL), POLICY) == {
        ("relied-upon", "cf1", "pass"),
        ("evidence-evicted", "cf1", "remark"),
    }


def test_a_log_without_decision_records_says_nothing_of_beliefs() -> None:
    assert found(session(YES, message("assistant"), captures=ALL), POLICY) == set()


def test_an_act_under_a_rule_says_on_what_it_relied_or_it_is_unknown() -> None:
    asks = policy(
        """
[confirmation.ok]
by = ["user"]
covers = ["tool"]
[[rule]]
id = "R"
on = { tool = "write" }
need = { confirmation = "ok" }
"""
    )

    def says(tool: str, relied_on: Any) -> set[tuple[str, str]]:
        of = session(YES, act(tool, relied_on=relied_on), captures=ALL)
        return {(check, verdict) for check, _, verdict in found(of, asks, of.decisions[-1].number)}

    assert ("reliance-unrecorded", "unknown") in says("write", None)
    assert ("reliance-unrecorded", "unknown") not in says("write", [])
    assert ("reliance-unrecorded", "unknown") not in says("read", None)
