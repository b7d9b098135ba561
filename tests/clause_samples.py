"""Rules for a tool `tell`, and what happens before it is told: for the tests of the clauses."""

from __future__ import annotations

from itertools import count
from typing import Any

from trace_samples import ALL, Raw, call, decision, findings, policy, result, session

from nalyqor_tui.policy.loader import Policy

_NUMBERS = count()
STATE = '[[fact]]\nname = "state"\nkey = ["id"]\nfrom = { tool = "look", at = "/state" }\n'


def rule(clauses: str, on: str = '{ tool = "tell" }', tables: str = STATE) -> Policy:
    """A policy of one rule R."""
    return policy(f'[effects]\nwrite = ["write"]\n{tables}[[rule]]\nid = "R"\non = {on}\n{clauses}\n')


def did(
    tool: str, arguments: Any = None, answer: Any = None, turn: int = 1, status: str | None = "ok"
) -> list[Raw]:
    """A decision with its call and the result that answers it (an `answer` of ... is never recorded)."""
    name = f"{tool}-{next(_NUMBERS)}"
    out = [
        decision(tool, arguments, turn, id=f"d{name}"),
        call(tool, arguments, turn, id=f"c{name}", decision=f"d{name}"),
    ]
    return out if answer is ... else [*out, result(status, turn, call=f"c{name}", result=answer)]


def looked(name: Any, state: Any, **more: Any) -> list[Raw]:
    """A look at a thing that was found in a state."""
    return did("look", {"id": name}, {"state": state}, **more)


def tell(arguments: Any = None, turn: int = 1, **fields: Any) -> Raw:
    """The decision that is judged."""
    return decision("tell", {"id": "a"} if arguments is None else arguments, turn, **fields)


def verdicts(under: Policy, *records: Any, captures: Any = ALL) -> list[str]:
    """The verdicts of the rule on the last decision."""
    found = findings(session(*records, captures=captures), under)
    return [finding.verdict for finding in found if finding.subject == "R"]


def says(under: Policy, *records: Any) -> str:
    """The words of the finding on the last decision."""
    (finding,) = findings(session(*records, captures=ALL), under)
    return "".join(finding.says)
