"""The ledger: what the policy makes of each confirmation, and the record that ends it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from trace_samples import ALL, acted, decision, found, given, header, message, policy, result, session

from nalyqor_tui.derive.confirmations import Ledger
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.derive.life import Standing
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace.session import Session

X = {"x": 1}
CONFIRMATION = '[confirmation.ok]\nby = ["user"]\ncovers = ["tool", "x"]\nends = {{ {} }}\n'
RULE = '[[rule]]\nid = "R"\non = { tool = "write" }\nneed = { confirmation = "ok" }\n'


def ends(how: str = "") -> Policy:
    return policy(CONFIRMATION.format(how) + RULE)


def standing(how: str, *records: Any, captures: Any = ALL, name: str = "cf1") -> Standing:
    """How a confirmation stands just before the last decision."""
    of = session(*records, decision("write", X, turn=records[-1].get("turn", 1)), captures=captures)
    return at_last_decision(of, ends(how), name)


def at_last_decision(of: Session, under: Policy | None, name: str = "cf1") -> Standing:
    at = of.decisions[-1].entry
    life = judge(of, under).ledger.find(name, at)
    assert life is not None
    return life.at(at)


def op(what: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "confirmation", "op": what, **fields}


CUT = {"kind": "compaction", "turn": 1, "id": "k"}
YES = given("write", X)
LATER = "2026-03-01T10:{}Z"


class TestEndings:
    @pytest.mark.parametrize(
        ("how", "records", "status", "because"),
        [
            ("", [YES], "live", None),
            ("", [YES, message(turn=50)], "live", None),
            ("uses = 1", [YES, *acted("write", X)], "ended", "consumed"),
            ("uses = 2", [YES, *acted("write", X)], "live", None),
            ("uses = 2", [YES, *acted("write", X), *acted("write", X)], "ended", "consumed"),
            ("uses = 1", [YES, *acted("write", {"x": 2})], "live", None),
            ("uses = 1", [YES, *acted("read", X)], "live", None),
            ("uses = 1", [YES, decision("write", X)], "live", None),
            ("uses = 1", [YES, *acted("write", X, status="error")], "ended", "consumed"),
            ("turns = 3", [YES, message(turn=4)], "live", None),
            ("turns = 3", [YES, message(turn=5)], "ended", "expired"),
            ("turns = 0", [YES], "live", None),
            ("turns = 0", [YES, message(turn=2)], "ended", "expired"),
            ("user_turns = 1", [YES, message(turn=2)], "live", None),
            ("user_turns = 1", [YES, message(turn=2), message(turn=3)], "ended", "expired"),
            ("user_turns = 1", [YES, message(), message()], "ended", "expired"),
            ("user_turns = 1", [YES, message("system", turn=2), message("assistant", turn=9)], "live", None),
            ("seconds = 60", [YES | {"ts": 100}, message(ts=160)], "live", None),
            ("seconds = 60", [YES | {"ts": 100}, message(ts=160.5)], "ended", "expired"),
            ("seconds = 60", [YES | {"ts": LATER.format("00:00")}, message(ts=LATER.format("01:01"))],
             "ended", "expired"),
            ("seconds = 60", [YES, message(ts=10_000)], "live", None),
            ("seconds = 60", [YES | {"ts": 100}, message(turn=9)], "live", None),
            ('compaction = "end"', [YES, CUT], "ended", "compacted"),
            ('compaction = "keep"', [YES, CUT], "live", None),
            ("", [YES, op("revoked", answers="cf1")], "ended", "revoked"),
            ("", [YES, op("revoked", id="cf1")], "ended", "revoked"),
            ("", [YES, op("revoked", type="ok")], "ended", "revoked"),
            ("", [YES, op("revoked", type="other")], "live", None),
            ("", [YES, op("revoked", answers="other")], "live", None),
            ("", [YES | {"answers": "p"}, op("declined", answers="p")], "ended", "revoked"),
            ("", [YES | {"type": None}, op("revoked", type="ok")], "ended", "revoked"),
            ("", [YES, op("superseded", answers="cf1")], "ended", "superseded"),
            ("", [YES, op("requested", answers="cf1")], "live", None),
            ("", [YES, op("declined")], "live", None),
            ("", [YES, {"kind": "end", "turn": 1}], "ended", "session_end"),
            ("", [YES, op("revoked", answers="cf1"), YES | {"turn": 2}], "live", None),
        ],
    )  # fmt: skip
    def test_each_with_what_ended_it(
        self, how: str, records: list[Any], status: str, because: str | None
    ) -> None:
        found = standing(how, *records)
        assert (found.status, found.because) == (status, because)

    def test_the_record_that_ended_it_is_named(self) -> None:
        assert standing("turns = 3", YES, message(turn=4), message(turn=5), message(turn=6)).since == 3

    @pytest.mark.parametrize(
        ("how", "last"),
        [("turns = 1", {"turn": 9}), ("seconds = 60", {"ts": 999}), ("user_turns = 0", {"turn": 2})],
    )
    def test_what_has_aged_by_the_decision_itself_had_ended_before_it(self, how: str, last: Any) -> None:
        records = [YES | {"ts": 100}, *([message(turn=2)] if "user" in how else [])]
        of = session(*records, {**decision("write", X), **last}, captures=ALL)
        assert at_last_decision(of, ends(how)).because == "expired"

    def test_other_arguments_do_not_end_it(self) -> None:
        records = [YES, *acted("write", {"x": 2}), *acted("write", X)]
        assert standing("uses = 1, args_change = true", *records).because == "consumed", "its own use did"

    def test_two_for_the_same_are_used_up_one_after_the_other(self) -> None:
        records = [YES, YES | {"id": "cf2"}, *acted("write", X)]
        assert standing("uses = 1", *records).because == "consumed"
        assert standing("uses = 1", *records, name="cf2").status == "live"

    @pytest.mark.parametrize(
        ("scope", "records", "because"),
        [
            ("once", acted("write", X), "consumed"),
            ("turn", [message()], None),
            ("turn", [message(turn=2)], "expired"),
            ("session", [message(turn=2)], None),
            ("always", [message(turn=2)], None),
        ],
    )
    def test_what_the_record_says_of_its_scope_counts_too(
        self, scope: str, records: list[Any], because: Any
    ) -> None:
        assert standing("", YES | {"scope": scope}, *records).because == because


class TestResults:
    @pytest.mark.parametrize(
        ("how", "status", "expected"),
        [
            ("uses = 1", "ok", "ended"),
            ("uses = 1", "error", "ended"),
            ("uses = 1", None, "ended"),
            ("uses = 1", "timeout", "unknown"),
            ('uses = 1, on_error = "restore"', "error", "live"),
            ('uses = 1, on_error = "restore"', "ok", "ended"),
            ('uses = 1, on_error = "restore"', "timeout", "unknown"),
            ('uses = 1, on_error = "restore"', None, "unknown"),
        ],
    )
    def test_a_use_is_settled_by_its_result(self, how: str, status: str | None, expected: str) -> None:
        assert standing(how, YES, *acted("write", X, status=status)).status == expected

    def test_what_was_given_back_can_be_used_again_and_once_only(self) -> None:
        records = [YES, *acted("write", X, status="error"), *acted("write", X)]
        assert standing('uses = 1, on_error = "restore"', *records).because == "consumed"

    @pytest.mark.parametrize(
        ("last", "because"), [(message(turn=9), "expired"), (op("revoked", answers="cf1"), "revoked")]
    )
    def test_what_may_still_be_live_can_end(self, last: Any, because: str) -> None:
        records = [YES, *acted("write", X, status="timeout"), last]
        assert standing("uses = 1, turns = 3", *records).because == because


class TestNeverValid:
    @pytest.mark.parametrize(
        ("record", "captures", "status"),
        [
            (YES | {"by": "agent"}, ALL, "never valid"),
            (YES | {"by": None}, ALL, "unknown"),
            (YES | {"answers": "p"}, ALL, "live"),
            (YES, ALL, "never valid"),
            (YES | {"answers": "gone"}, ALL, "never valid"),
            (YES | {"answers": "m"}, ALL, "never valid"),
            (YES | {"answers": "m"}, {}, "never valid"),
            (YES, {}, "unknown"),
            (YES | {"answers": "gone"}, {}, "unknown"),
            (YES | {"type": "other"}, ALL, "unknown"),
        ],
    )
    def test_by_whom_and_to_what(self, record: Any, captures: Any, status: str) -> None:
        asked = policy('[confirmation.ok]\nby = ["user"]\nanswers = "proposal"\ncovers = ["tool"]\n')
        proposal = {"kind": "proposal", "id": "p", "tool": "write"}
        of = session(message(id="m"), proposal, record, decision("write", X), captures=captures)
        assert at_last_decision(of, asked).status == status

    def test_without_a_policy_nothing_is_known(self) -> None:
        of = session(YES, {"kind": "end"}, decision("write", X), captures=ALL)
        assert at_last_decision(of, None) == Standing("unknown", None, 1, ("no policy",))

    def test_a_revocation_that_does_not_say_of_what_leaves_all_in_doubt(self) -> None:
        assert standing("", YES, op("revoked")).status == "unknown"

    def test_before_it_is_given_it_is_not_there(self) -> None:
        of = session(decision("write", X), YES, captures=ALL)
        ledger = judge(of, ends()).ledger
        assert ledger.known_at(1) == []
        assert ledger.lives[0].at(1).status == "not given"


class TestCovers:
    @pytest.mark.parametrize(
        ("covers", "agreed", "done", "verdict"),
        [
            (["tool", "x"], {"tool": "t", "arguments": {"x": 1, "y": 1}}, {"x": 1, "y": 2}, "covers"),
            (["tool", "x"], {"tool": "t", "arguments": {"x": 1}}, {"x": 2}, "arguments"),
            (["tool", "x"], {"tool": "t", "arguments": {"x": 1}}, {}, "arguments"),
            (["tool", "x"], {"tool": "t", "arguments": {"x": None}}, {}, "arguments"),
            (["tool", "x"], {"tool": "t", "arguments": {"x": 1}}, None, "unknown"),
            (["tool", "x"], {"tool": "t", "arguments": {"x": 1}}, "broken {", "unknown"),
            (["tool", "x"], {"tool": "t"}, {"x": 1}, "unknown"),
            (["tool", "x"], {"tool": "u", "arguments": {"x": 1}}, {"x": 1}, "tool"),
            (["tool", "x"], {"reply": "hi"}, {"x": 1}, "tool"),
            (["tool", "x"], {"arguments": {"x": 1}}, {"x": 1}, "unknown"),
            (["tool", "x"], None, {"x": 1}, "unknown"),
            (["x"], {"tool": "u", "arguments": {"x": 1}}, {"x": 1}, "covers"),
            (["tool", "*"], {"tool": "t", "arguments": {"x": 1}}, {"x": 1}, "covers"),
            (["tool", "*"], {"tool": "t", "arguments": {"x": 1}}, {"x": 1, "y": 2}, "unknown"),
            (["tool", "*"], {"tool": "t", "arguments": {"x": 1, "y": 2}}, {"x": 1}, "arguments"),
            (["tool"], {"tool": "t"}, None, "covers"),
        ],
    )
    def test_what_was_agreed_is_compared_with_what_was_done(
        self, covers: list[str], agreed: Any, done: Any, verdict: str
    ) -> None:
        under = policy(f"[confirmation.ok]\ncovers = {covers}")
        act = decision("t")
        act["chosen"]["arguments"] = done
        of = session(YES | {"covers": agreed}, act)
        life = judge(of, under).ledger.lives[0]
        assert life.covers(of.chosen(of.decisions[0])).verdict == verdict

    def test_where_changed_arguments_do_not_matter(self) -> None:
        under = policy('[confirmation.ok]\ncovers = ["tool", "x"]\nends = { args_change = false }')
        of = session(YES, decision("write", {"x": 2}))
        assert judge(of, under).ledger.lives[0].covers(of.chosen(of.decisions[0])).verdict == "covers"

    def test_the_difference_tells_null_from_nothing(self) -> None:
        of = session(given("write", {"x": 1, "y": 2}), decision("write", {"y": None}))
        under = policy('[confirmation.ok]\ncovers = ["tool", "x", "y"]')
        changed = judge(of, under).ledger.lives[0].covers(of.chosen(of.decisions[0])).changed
        assert [(d.name, d.agreed, d.done, d.given) for d in changed] == [
            ("x", 1, None, False),
            ("y", 2, None, True),
        ]


class TestApproved:
    """What `need.confirmation` makes of the ledger."""

    @pytest.mark.parametrize(
        ("records", "captures", "verdict"),
        [
            ([YES], ALL, "pass"),
            ([YES], {}, "pass"),
            ([], ALL, "fail"),
            ([], {}, "unknown"),
            ([], {"confirmation": "some"}, "unknown"),
            ([given("write", {"x": 2})], ALL, "fail"),
            ([given("write", {"x": 2})], {}, "unknown"),
            ([given("read", X)], ALL, "fail"),
            ([YES | {"covers": None}], ALL, "unknown"),
            ([YES | {"by": None}], ALL, "unknown"),
            ([YES | {"by": None, "type": None}], ALL, "unknown"),
            ([YES | {"type": None}], ALL, "pass"),
            ([YES | {"type": "other"}], ALL, "fail"),
            ([YES | {"by": "agent"}], ALL, "fail"),
            ([YES, *acted("write", X)], ALL, "fail"),
            ([YES, *acted("write", X), YES | {"id": "cf2"}], ALL, "pass"),
            ([YES, *acted("write", X, status="timeout")], ALL, "unknown"),
        ],
    )
    def test_a_live_one_that_covers(self, records: list[Any], captures: Any, verdict: str) -> None:
        of = session(*records, decision("write", X), captures=captures)
        assert ("need.confirmation", "R", verdict) in found(of, ends("uses = 1"))

    def test_what_went_out_uses_it_up_and_not_what_was_chosen(self) -> None:
        sent = {"kind": "tool_call", "name": "write", "arguments": {"x": 2}, "decision": "d"}
        of = session(YES, decision("write", X, id="d"), sent, decision("write", X), captures=ALL)
        assert at_last_decision(of, ends("uses = 1")).status == "live"


BELIEF = st.fixed_dictionaries(
    {"confirmation": st.sampled_from(["cf1", "cf9"]), "status": st.sampled_from(["live", "ended", "?"])}
)


@drawn(
    st.lists(st.lists(BELIEF, max_size=2) | st.none(), min_size=3, max_size=3),
    st.sampled_from([None, [], ["cf1"]]),
)
def test_what_the_agent_believed_never_changes_the_ledger(beliefs: list[Any], relied: Any) -> None:
    def ledger(said: list[Any], relied_on: Any) -> list[Any]:
        records = [
            YES,
            *(r for turn, b in enumerate(said, start=1) for r in acted("write", X, turn, believes=b)),
        ]
        records[1] = records[1] | {"relied_on": relied_on}
        of = session(*records, result("error"), captures=ALL)
        return [(life.id, life.changes) for life in judge(of, ends("uses = 1, turns = 1")).ledger.lives]

    assert ledger(beliefs, relied) == ledger([None] * 3, None)


def test_the_ledger_can_be_read_by_itself() -> None:
    of = session(header(), YES, message(turn=9))
    ledger = Ledger(of, ends("turns = 1"))
    for entry in of.entries:
        ledger.observe(entry)
    assert [life.latest.because for life in ledger.lives] == ["expired"]
