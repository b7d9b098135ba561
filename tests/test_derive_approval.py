"""An approval that a runtime asks for after the choice and before the call answers that call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trace_samples import (
    call,
    decision,
    found,
    given,
    header,
    message,
    numbered,
    opened,
    policy,
    result,
    session,
)

from nalyqor_tui.phrase import plain
from nalyqor_tui.present import confirmations
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Row
from nalyqor_tui.trace.session import Session

RULES = policy("""
[confirmation.ok]
by = ["user"]
answers = "any"
covers = ["tool", "*"]
ends = { uses = 1 }
[[rule]]
id = "R"
on = { tool = "write" }
need = { confirmation = "ok" }
""")


def run(*between: Any, arguments: Any = None, after: Any = ()) -> Session:
    """A write that was chosen, with these records before it went out."""
    made = decision("write", {"a": 1}, id="d")
    sent = [call("write", arguments or {"a": 1}, id="c", decision="d"), result(call="c")]
    return session(message(), made, *between, *sent, *after)


def verdict(of: Session, number: str = "1.1") -> str:
    (answer,) = [v for check, _, v in found(of, RULES, number) if check == "need.confirmation"]
    return answer


def test_a_yes_to_a_call_that_waited_counts() -> None:
    assert verdict(run(given(arguments={"a": 1}))) == "pass"


def test_it_is_used_by_that_call() -> None:
    again = [decision("write", {"a": 1}, id="e"), call("write", {"a": 1}, id="f", decision="e")]
    whole = run(given(arguments={"a": 1}), after=again)
    assert verdict(whole) == "pass" and verdict(whole, "1.2") == "unknown"


def test_a_yes_to_a_changed_call_covers_what_went_out() -> None:
    assert verdict(run(given(arguments={"a": 2}), arguments={"a": 2})) == "pass"
    assert verdict(run(given(arguments={"a": 2}))) != "pass"


def test_a_no_and_a_request_are_no_yes() -> None:
    for op in ("declined", "requested"):
        assert verdict(run({**given(arguments={"a": 1}), "op": op})) == "unknown"


def test_a_yes_after_the_call_is_none() -> None:
    assert verdict(run(after=[given(arguments={"a": 1})])) == "unknown"


def test_the_pane_shows_what_was_asked_and_answered(tmp_path: Path) -> None:
    no = {**given(arguments={"a": 1}), "op": "declined", "id": "no", "by": "human"}
    records = [decision("write", {"a": 1}, id="d"), no, decision("write", {"a": 1}, id="e")]
    review = Review(opened(tmp_path / "t", header(), *numbered(records)), 0, RULES)
    first, second = (confirmations.view(review, one) for one in review.session.decisions)
    assert [line.label for line in first if isinstance(line, Row)] == ["declined"]
    (line,) = second
    assert isinstance(line, Heading) and "none is recorded before" in plain(line.says)
