"""Laws of the clauses: to log less makes no pass, memory grows with distinct arguments, work with the records."""

from __future__ import annotations

import copy
import sys
from collections import deque
from typing import Any

from clause_samples import did, looked
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import ALL, Raw, message, policy, session
from trace_samples import given as confirmed

from nalyqor_tui.derive.acts import Act
from nalyqor_tui.derive.judge import _Run, judge

EVERY_CLAUSE = policy("""
[effects]
write = ["write"]
[confirmation.ok]
covers = ["tool", "id"]
[[fact]]
name = "state"
key = ["id"]
from = { tool = "look", at = "/state" }
[[rule]]
id = "fact"
on = { tool = "tell" }
need = { fact = "state", eq = "open" }
[[rule]]
id = "order"
on = { tool = "tell" }
[rule.need]
before = { effect = "write", status = "ok", confirmed = true, args = { n = { gt = 0 } } }
same = ["id"]
within_turns = 2
[[rule]]
id = "since"
on = { tool = "tell" }
[rule.need]
before = { tool = "look" }
since = { effect = "write", status = "ok", args = { n = { gt = 1 } } }
same = ["id"]
[[rule]]
id = "ban"
on = { tool = "tell", args = { n = { exists = true } } }
forbid = { after = { effect = "write", status = "error", args = { n = { lt = 2 } } }, same = ["id"] }
[[rule]]
id = "limit"
on = { tool = ["tell", "write"], args = { n = { same_as_fact = "state" } } }
limit = { max = 1, per = "turn", same = ["id"] }
[[rule]]
id = "args"
on = { effect = "write" }
args = { n = { in = [0, 1] }, id = { exists = true }, x = { exists = false } }
any = [{ fact = "state", in = ["open", 1] }, { args = { n = { eq = 1 } } }, { before = { tool = "tell" } }]
[[rule]]
id = "then"
on = { effect = "write" }
then = { tool = "look", status = "ok", within_turns = 1 }
[[rule]]
id = "yes"
on = { effect = "write" }
need = { confirmation = "ok" }
""")  # fmt: skip

names, numbers = st.sampled_from(["a", "b"]), st.sampled_from([0, 1, 2])
steps = st.one_of(
    st.tuples(st.just("look"), names, st.sampled_from(["open", "shut", 1])),
    st.tuples(st.just("write"), names, numbers),
    st.tuples(st.just("tell"), names, numbers),
    st.tuples(st.just("yes"), names, st.none()),
    st.tuples(st.just("user"), st.none(), st.none()),
)
statuses = st.sampled_from(["ok", "ok", "error", "timeout"])
stories = st.lists(st.tuples(steps, statuses), max_size=14)
WAYS = ("arguments", "result", "status", "answer", "type", "by", "covers", "call")


def told(story: list[Any]) -> list[list[Raw]]:
    """The records of each step of a story."""
    out, turn = [], 1
    for (what, name, value), status in story:
        if what == "user":
            turn += 1
            out.append([message("user", "and?", turn)])
        elif what == "yes":
            out.append([confirmed("write", {"id": name}, turn, id=f"yes{len(out)}")])
        elif what == "look":
            answer = {"state": value} if status == "ok" else "it broke"
            out.append(did("look", {"id": name}, answer, turn, status))
        else:
            out.append(did(what, {"id": name, "n": value}, "done", turn, status))
    return out


def less(step: list[Raw], way: str) -> list[Raw]:
    """A step of which something was not logged."""
    step = copy.deepcopy(step)
    if way == "arguments":
        for record in step:
            record.get("chosen", record).pop("arguments", None)
    elif way == "result":
        step = [record for record in step if record["kind"] != "tool_result"]
    elif way == "call" and step[0]["kind"] == "decision":
        step = step[:1]
    elif way in ("status", "type", "by", "covers"):
        for record in step:
            record.pop(way, None)
    elif way == "answer":
        for record in step:
            record.pop("result", None)
    return step


def passing(steps: list[list[Raw]], captures: Any) -> list[set[tuple[str, str]]]:
    of = session(*(record for step in steps for record in step), captures=captures)
    return [
        {(f.check, f.subject) for f in found if f.verdict == "pass"}
        for found in judge(of, EVERY_CLAUSE).findings
    ]


@settings(max_examples=300, deadline=None)
@given(stories, st.lists(st.tuples(st.integers(0, 13), st.sampled_from(WAYS)), max_size=4), st.booleans())
def test_to_log_less_makes_no_pass(story: list[Any], gaps: list[tuple[int, str]], complete: bool) -> None:
    whole = told(story)
    holed = list(whole)
    for at, way in gaps:
        if at < len(holed):
            holed[at] = less(holed[at], way)
    before, after = passing(whole, ALL), passing(holed, ALL if complete else {"context": "all"})
    for number, (had, has) in enumerate(zip(before, after, strict=True)):
        assert has <= had, (number, has - had)


def remembered(keys: int, rounds: int) -> int:
    """How many things are remembered after the same calls, round after round, for so many different things."""
    made = [
        record
        for key in range(keys)
        for step in (looked(key, "open"), did("write", {"id": key, "n": 1}), did("tell", {"id": key, "n": 1}))
        for record in step
    ]
    run = _Run(session(*(made * rounds), captures=ALL), EVERY_CLAUSE)
    run.read()
    watchers = (run.clauses._monitors, run.clauses._bans, run.clauses._tallies, run.clauses.facts)
    return sum(items(watcher) for watcher in watchers)


def items(value: Any) -> int:
    """Count the items of all containers that a watcher holds, acts and policies aside."""
    if isinstance(value, dict):
        return len(value) + sum(items(one) for one in value.values())
    if isinstance(value, list | tuple | set | deque):
        return len(value) + sum(items(one) for one in value)
    module = type(value).__module__
    if isinstance(value, Act) or module not in WATCHING:
        return 0
    return sum(items(getattr(value, name)) for name in attributes(value))


def attributes(value: Any) -> list[str]:
    return list(getattr(value, "__dict__", {})) or list(getattr(value, "__slots__", ()))


WATCHING = {f"nalyqor_tui.derive.{name}" for name in ("acts", "order", "limits", "facts")}


def test_memory_grows_with_distinct_arguments_only() -> None:
    once, often = remembered(keys=5, rounds=2), remembered(keys=5, rounds=20)
    assert often == once
    assert remembered(keys=20, rounds=2) > once > 5 * len(EVERY_CLAUSE.rules) / 2


def test_work_grows_with_the_records_only() -> None:
    def checks(rounds: int) -> int:
        made = [
            r
            for k in range(rounds)
            for r in [*did("write", {"id": k, "n": 1}), *did("tell", {"id": k, "n": 1})]
        ]
        of = session(*made, captures=ALL)
        calls = 0

        def count(frame: Any, event: str, _: Any) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(count)
        try:
            judge(of, EVERY_CLAUSE)
        finally:
            sys.setprofile(None)
        return calls

    few, many = checks(50), checks(200)
    assert many < 4.4 * few
