"""Rules in view: a word for each way in which a document can be missing, and none where nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest
from trace_samples import ALL, decision, findings, message, policy, session

POLICY = policy(
    '[[rule]]\nid = "R"\non = { tool = "tell" }\nvisible = { rule_doc = "doc", required = true }\n'
)
ACT = decision("tell", context="x")


def shown(*refs: str, name: str = "x", turn: int = 1) -> dict[str, Any]:
    return {"kind": "context", "id": name, "turn": turn, "items": [{"ref": ref} for ref in refs]}


def look_up(*documents: str) -> dict[str, Any]:
    return {"kind": "retrieval", "query": "q", "documents": [{"id": name} for name in documents]}


CUT = {"kind": "compaction", "dropped": ["doc"]}
PART = {"context": "all", "retrieval": "some"}


@pytest.mark.parametrize(
    ("records", "captures", "word", "verdict"),
    [
        ([shown("doc"), ACT], ALL, "in_context", "pass"),
        ([shown("doc"), ACT], {}, "in_context", "pass"),
        ([shown("m"), ACT], ALL, "not_queried", "fail"),
        ([look_up("tone"), shown("m"), ACT], ALL, "not_returned", "fail"),
        ([look_up(), shown("m"), ACT], ALL, "not_returned", "fail"),
        ([shown("m"), ACT], PART, "not_returned", "fail"),
        ([look_up("doc"), shown("m"), ACT], ALL, "retrieved_not_included", "fail"),
        ([look_up("doc"), shown("m"), ACT], PART, "retrieved_not_included", "fail"),
        ([shown("doc", name="x0"), CUT, shown("m"), ACT], ALL, "evicted", "fail"),
        ([shown("doc", name="x0"), shown("m"), ACT], ALL, "evicted", "fail"),
        ([shown("m"), ACT], {}, "unknown", "unknown"),
        ([shown("m"), ACT], {"context": "some"}, "unknown", "unknown"),
        ([decision("tell")], ALL, "unknown", "unknown"),
        ([look_up("doc"), decision("tell")], ALL, "unknown", "unknown"),
        ([message(), decision("tell", context="gone")], ALL, "unknown", "unknown"),
    ],
)
def test_each_word(records: list[Any], captures: Any, word: str, verdict: str) -> None:
    (found,) = findings(session(*records, captures=captures), POLICY, "1.1")
    assert (found.area, found.check, found.verdict) == ("visible", word, verdict)


def test_evidence_is_the_records_that_show_it() -> None:
    (found,) = findings(session(shown("doc", name="x0"), CUT, shown("m"), ACT, captures=ALL), POLICY)
    assert found.evidence == (1, 2, 3)
    assert found.line == POLICY.line("rule", 0, "visible")


def test_what_need_not_be_in_view_is_a_remark() -> None:
    under = policy('[[rule]]\nid = "R"\non = { tool = "tell" }\nvisible = { rule_doc = "doc" }\n')
    (found,) = findings(session(shown("m"), ACT, captures=ALL), under)
    assert found.verdict == "remark"


def test_the_last_look_up_is_named() -> None:
    (found,) = findings(
        session(look_up("a"), look_up("tone", "channel"), shown("m"), ACT, captures=ALL), POLICY
    )
    assert "".join(found.says).endswith("the last returned tone, channel")
