"""Order: what must have happened before, with what nobody recorded kept unknown."""

from __future__ import annotations

from typing import Any

import pytest
from trace_samples import ALL, acted, call, decision, findings, given, policy, result, session

from nalyqor_tui.policy.loader import Policy

X, Y = {"x": 1}, {"x": 2}


def rule(need: str, clause: str = "need") -> Policy:
    return policy(
        '[confirmation.ok]\ncovers = ["tool", "x"]\nends = { uses = 1 }\n'
        f'[[rule]]\nid = "R"\non = {{ tool = "tell" }}\n{clause} = {need}\n'
    )


def verdict(under: Policy, *records: Any, captures: Any = ALL) -> tuple[str, str]:
    """The verdict of the rule on the last decision, and its words."""
    (finding,) = (f for f in findings(session(*records, captures=captures), under) if f.subject == "R")
    return finding.verdict, "".join(finding.says)


def wrote(status: str | None = "ok", arguments: Any = None, turn: int = 1) -> list[Any]:
    return acted("write", X if arguments is None else arguments, turn, status=status)


def told(arguments: Any = None, turn: int = 1) -> list[Any]:
    return acted("tell", X if arguments is None else arguments, turn)


BEFORE = '{ before = { tool = "write" } }'
OK = '{ before = { tool = "write", status = "ok" } }'
SAME = '{ before = { tool = "write", status = "ok" }, same = ["x"] }'
EACH = '{ before = { tool = "write", status = "ok" }, same = ["x"], each = true }'
ANY_EACH = '{ before = { tool = "write" }, each = true }'
SINCE = '{ before = { tool = "test", status = "ok" }, since = { tool = "write" } }'
SINCE_SAME = '{ before = { tool = "test", status = "ok" }, since = { tool = "write" }, same = ["x"] }'
SINCE_OK = '{ before = { tool = "test", status = "ok" }, since = { tool = "write", status = "ok" } }'
WITHIN = '{ before = { tool = "write", status = "ok" }, within_turns = 2 }'
CONFIRMED = '{ before = { tool = "write", confirmed = true } }'
TESTED = acted("test", X)
YES = given("write", X)
PENDING = [decision("write", X, id="d1"), call("write", X, id="c1", decision="d1")]
PARALLEL = [*PENDING, *told(), result(call="c1")]


@pytest.mark.parametrize(
    ("need", "records", "expected"),
    [
        (BEFORE, [], "fail"),
        (BEFORE, wrote(), "pass"),
        (BEFORE, wrote("error"), "pass"),
        (BEFORE, wrote(None), "pass"),
        (BEFORE, [decision("write", X)], "fail"),
        (OK, wrote(), "pass"),
        (OK, wrote("error"), "fail"),
        (OK, [*wrote("error"), *wrote()], "pass"),
        (OK, [*wrote(), *wrote("error")], "pass"),
        (OK, wrote(None), "unknown"),
        (OK, wrote("timeout"), "unknown"),
        (OK, [*wrote("timeout"), *wrote()], "pass"),
        (OK, [*wrote("error"), *wrote(None)], "unknown"),
        (OK, PENDING, "unknown"),
        (OK, wrote(turn=1), "pass"),
        (SAME, wrote(), "pass"),
        (SAME, wrote(arguments=Y), "fail"),
        (SAME, wrote(arguments={"y": 1}), "unknown"),
        (SAME, wrote("error", arguments={"y": 1}), "fail"),
        (EACH, wrote(), "pass"),
        (EACH, [*wrote(), *told()], "fail"),
        (EACH, [*wrote(), *told(), *wrote()], "pass"),
        (EACH, [*wrote(), *told(Y)], "pass"),
        (EACH, [*wrote(), *acted("tell", {"y": 1})], "unknown"),
        (EACH, [*wrote(), decision("tell", X)], "pass"),
        (ANY_EACH, PARALLEL, "fail"),
        (SINCE, TESTED, "pass"),
        (SINCE, [*TESTED, *wrote()], "fail"),
        (SINCE, [*TESTED, *wrote("error")], "fail"),
        (SINCE, [*TESTED, *wrote(), *TESTED], "pass"),
        (SINCE_SAME, [*TESTED, *wrote(arguments=Y)], "pass"),
        (SINCE_SAME, [*TESTED, *wrote()], "fail"),
        (SINCE_SAME, [*TESTED, *wrote(arguments={"y": 1})], "unknown"),
        (SINCE_OK, [*TESTED, *wrote("error")], "pass"),
        (SINCE_OK, [*TESTED, *wrote("ok")], "fail"),
        (SINCE_OK, [*TESTED, *wrote(None)], "unknown"),
        (SINCE_OK, [*TESTED, *PENDING], "unknown"),
        (SINCE_OK, [*PENDING, *TESTED, result(call="c1")], "pass"),
        (WITHIN, wrote(turn=7), "pass"),
        (WITHIN, wrote(turn=6), "fail"),
        (CONFIRMED, wrote(), "fail"),
        (CONFIRMED, [YES, *wrote()], "pass"),
        (CONFIRMED, [*wrote(), YES], "fail"),
        (CONFIRMED, [YES, *wrote(), *wrote()], "pass"),
        (CONFIRMED, [YES | {"covers": None}, *wrote()], "unknown"),
        (CONFIRMED, [YES, *wrote(arguments=Y)], "fail"),
    ],
)  # fmt: skip
def test_what_must_have_happened_before(need: str, records: list[Any], expected: str) -> None:
    last = decision("tell", X, 9 if "within" in need else 1)
    assert verdict(rule(need), *records, last)[0] == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "pass"),
        (wrote(), "fail"),
        (wrote("error"), "pass"),
        (wrote(None), "unknown"),
        (wrote(arguments=Y), "pass"),
        (wrote(arguments={"y": 1}), "unknown"),
    ],
)
def test_what_must_not_have_happened_before(records: list[Any], expected: str) -> None:
    under = rule('{ after = { tool = "write", status = "ok" }, same = ["x"] }', "forbid")
    assert verdict(under, *records, decision("tell", X))[0] == expected


def test_a_call_that_lacks_the_argument_cannot_be_compared() -> None:
    assert verdict(rule(SAME), *wrote(), decision("tell", {"y": 1}))[0] == "unknown"


def test_without_complete_confirmations_nobody_knows_whether_one_held() -> None:
    assert verdict(rule(CONFIRMED), *wrote(), decision("tell", X), captures={})[0] == "unknown"


@pytest.mark.parametrize(
    ("need", "records", "says"),
    [
        (SAME, [], "no write with status ok for x 1 before"),
        (SAME, wrote("error"), "no write with status ok for x 1 before; 1.1 was answered error"),
        (CONFIRMED, wrote(), "no confirmed write before; 1.1 was acknowledged, but not confirmed"),
        (OK, wrote(), "1.1 write: happened before"),
        (OK, wrote(None), "1.1 write: cannot be told for sure"),
    ],
)
def test_what_is_missing_is_said(need: str, records: list[Any], says: str) -> None:
    assert verdict(rule(need), *records, decision("tell", X))[1] == says
