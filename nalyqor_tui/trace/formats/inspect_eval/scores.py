"""Scores become outcomes: C and I are a pass and a fail; a number has a scale only where the log makes it plain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nalyqor_tui.trace.formats.pick import arr, at, num, obj, rest, txt
from nalyqor_tui.trace.records import Json

_GRADES = {"C": "pass", "I": "fail"}
_SCORE = frozenset({"value", "answer"})


def outcomes(
    name: str, score: Json, sample: dict[str, Any], log: dict[str, Any]
) -> Iterator[dict[str, Json]]:
    """Yield the fields of an outcome for each value of a score; several values are named by their keys."""
    body = obj(score)
    value = body.get("value", None if body else score)
    common: dict[str, Json] = {
        "case": str(sample["id"]) if isinstance(sample.get("id"), str | int) else None,
        "expected": sample.get("target"),
        "output": body.get("answer"),
    }
    more = {key: part for key, part in rest(body, _SCORE).items() if part not in (None, [], {})}
    many = value if isinstance(value, dict) and value else {"": value}
    for number, (key, one) in enumerate(many.items()):
        by = f"{name}/{key}" if key else name
        yield common | {"by": by, **grade(one, name, log), "source": None if number else more or None}


def grade(value: Json, scorer: str, log: dict[str, Any]) -> dict[str, Json]:
    """Return a grade of ours, or what the scorer wrote where it is neither a pass nor a fail nor a number."""
    if isinstance(value, bool):
        return {"grade": "pass" if value else "fail"}
    if isinstance(value, str):
        return {"grade": _GRADES.get(value, value)} if value not in ("", "NaN") else {"value": value}
    number = num(value)
    if number is None:
        return {} if value is None else {"value": value}
    if 0 <= number <= 1 and _is_share(scorer, log):
        return {"grade": number, "scale": [0.0, 1.0]}
    return {"grade": number}


def _is_share(scorer: str, log: dict[str, Any]) -> bool:
    """Whether a scorer's values are shares of correct answers: those that its accuracy is taken of."""
    for listed in (*arr(at(log, "eval", "scorers")), *arr(at(log, "results", "scores"))):
        if scorer not in (at(listed, "name"), at(listed, "scorer")):
            continue
        metrics = at(listed, "metrics")
        names = [txt(at(one, "name")) for one in metrics] if isinstance(metrics, list) else list(obj(metrics))
        if any((name or "").rpartition("/")[2] == "accuracy" for name in names):
            return True
    return False
