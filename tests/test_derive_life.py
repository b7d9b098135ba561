"""The lives of confirmations are found by an index as by looking at all of them, while they are read and after."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from trace_samples import ALL, acted, decision, message, policy, session
from trace_samples import given as agreed

from nalyqor_tui.derive.approval import approved, covered
from nalyqor_tui.derive.confirmations import Ledger
from nalyqor_tui.derive.judge import _Run, judge
from nalyqor_tui.derive.life import Life, Lives
from nalyqor_tui.trace.session import Session

UNDER = [
    policy(f"""
[confirmation.ok]
covers = ["tool", "n"]
ends = {{ {ends} }}
[confirmation.asked]
answers = "elicitation"
[[rule]]
id = "yes"
on = {{ tool = "write" }}
need = {{ before = {{ tool = "write", confirmed = true }}, confirmation = "ok" }}
""")
    for ends in (
        "",
        "uses = 1",
        'uses = 1, on_error = "restore"',
        "turns = 1",
        "seconds = 2",
        "user_turns = 1",
    )
]
NAMES, NUMBERS = st.sampled_from(["c1", "c2", "c3"]), st.sampled_from([0, 1])
GIVEN = st.builds(
    lambda name, n, of, by: [agreed("write", {"n": n}, id=name, type=of, by=by)],
    NAMES,
    NUMBERS,
    st.sampled_from(["ok", "ok", "asked", "other", None]),
    st.sampled_from(["user", "user", "tool", None]),
)
CALL = st.builds(
    lambda n, names, status: acted("write", {"n": n}, status=status, relied_on=names),
    NUMBERS,
    st.none() | st.lists(NAMES, max_size=2),
    st.sampled_from(["ok", "error", "timeout", None]),
)
STEP = st.one_of(
    GIVEN,
    GIVEN,
    CALL,
    CALL,
    st.builds(
        lambda op, name: [{"kind": "confirmation", "op": op, "answers": name}],
        st.sampled_from(["revoked", "superseded", "declined"]),
        st.none() | NAMES,
    ),
    st.just([message()]),
    st.just([{"kind": "compaction"}]),
    st.builds(lambda: [decision("write", {"n": 0}), decision("write", {"n": 1})]),
)


def told(steps: list[Any], turns: list[int]) -> Session:
    """A session of steps; the turns go on as the numbers say."""
    out, turn = [], 1
    for at, step in enumerate(steps):
        turn += turns[at % len(turns)]
        out += [{**record, "turn": turn, "ts": turn} for record in step]
    return session(*out, captures=ALL)


STORIES = st.builds(told, st.lists(STEP, max_size=16), st.lists(st.integers(0, 1), min_size=1, max_size=5))


def standing(life: Life, index: int) -> str:
    return life.at(index).status


def hold(lives: Lives, index: int) -> None:
    """Compare what an index says with what all lives say, for the record with this ordinal."""
    known = [life for life in lives.all if life.entry < index]
    began = [life for life in known if life.changes[0].status == "live"]
    wanted = [life for life in began if standing(life, index) in ("live", "unknown")]
    current = lives.current(index)
    assert [life for life in current if standing(life, index) in ("live", "unknown")] == wanted
    assert current == sorted(current, key=lambda life: life.entry)
    doubtful = [life for life in known if life.changes[0].status == "unknown"]
    first = {life.type_name: life for life in reversed(doubtful)}
    assert {life.type_name: life for life in lives.doubtful(index)} == first
    assert lives.before(index) == known
    assert lives.untyped(index) == [life for life in known if life.type_name is None]
    for name in ("c1", "c2", "c3"):
        assert lives.named(name, index) is next((c for c in reversed(known) if c.id == name), None)
    assert lives.last("ok", index) is next((c for c in reversed(known) if c.type_name == "ok"), None)


def open_(lives: Lives) -> list[Life]:
    began = [life for life in lives.all if life.changes[0].status == "live"]
    return [life for life in began if life.latest.status in ("live", "unknown")]


class _Checked(Ledger):
    """A ledger that compares its index after each record."""

    def observe(self, entry: Any) -> None:
        super().observe(entry)
        assert list(self.given.open.values()) == open_(self.given)
        assert list(self.given.aging.values()) == [life for life in open_(self.given) if life.ages]
        for index in range(max(0, entry.index - 3), entry.index + 1):
            hold(self.given, index)


@given(STORIES, st.sampled_from(UNDER))
def test_while_records_are_read_and_after(of: Session, under: Any) -> None:
    run = _Run(of, under)
    run.ledger = _Checked(of, under)
    run.clauses.approvals._ledger = run.ledger
    run.read()
    for index in range(len(of.entries) + 1):
        hold(run.ledger.given, index)
    assert run.findings == [list(found) for found in judge(of, under).findings]


@given(STORIES, st.sampled_from(UNDER))
def test_an_action_is_approved_as_all_lives_have_it(of: Session, under: Any) -> None:
    ledger = judge(of, under).ledger
    for one in of.decisions:
        at, action = one.entry, of.chosen(one)
        all_ = [(life, standing(life, at), life.covers(action).verdict) for life in ledger.known_at(at)]
        live = [life for life, status, covers in all_ if (status, covers) == ("live", "covers")]
        unsure = any(s == "unknown" or (s == "live" and c == "unknown") for _, s, c in all_)
        assert covered(of, ledger, one, action) == ("yes" if live else "unknown" if unsure else "no")
        answer = approved(of, ledger, one, "ok")
        of_type = [life for life in live if life.type_name == "ok"]
        assert (answer.verdict == "pass") == bool(of_type)
        if of_type:
            assert answer.evidence == (of_type[0].entry, at)
        elif not any(life.type_name in ("ok", None) for life, _, _ in all_):
            assert answer.verdict == "fail"


@given(STORIES, st.sampled_from(UNDER))
def test_a_later_yes_is_found_as_by_reading_on(of: Session, under: Any) -> None:
    ledger = Ledger(of, under)
    for index in range(len(of.entries) + 1):
        for name in ("c1", "c2"):
            later = (e.index for e in of.entries[index:] if _gives(e.record, name))
            assert ledger.given_after(name, index) == next(later, None)


def _gives(record: Any, name: str) -> bool:
    return bool(record.kind == "confirmation" and record.op == "given" and record.id == name)
