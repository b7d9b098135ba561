"""Arguments: whether what was given is what a rule allows."""

from __future__ import annotations

import re

from nalyqor_tui.derive.facts import Facts
from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.policy.schema import ArgTest
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import BadJsonError, dumps, resolve
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import arguments

_TEXT = 10_000  # characters that a pattern is tried on: a bound on its work
MISSING = object()


def check(tests: dict[str, ArgTest], action: rec.Action, facts: Facts, at: int) -> Answer | None:
    """Test every argument; None where none of them was given, so that there was nothing to test."""
    answers = [a for name, test in tests.items() if (a := _one(name, test, action, facts, at)) is not None]
    for verdict in ("fail", "unknown", "pass"):
        for answer in answers:
            if answer.verdict == verdict:
                return answer
    return None


def _one(name: str, test: ArgTest, action: rec.Action, facts: Facts, at: int) -> Answer | None:
    value = argument(action, name)
    given = value is not MISSING
    if test.exists is not None and test.exists != given:
        says = phrase("{name} is given" if given else "{name} is not given", name=name)
        return Answer("fail", says, (at,))
    if not given:
        return (
            Answer("pass", phrase("{name} is not given", name=name), (at,)) if test.exists is False else None
        )
    evidence: tuple[int, ...] = (at,)
    if test.same_as_fact is not None:
        fact = facts.get(test.same_as_fact, action)
        if fact is None:
            return Answer(
                "unknown", phrase("{fact} was not seen, or not for this one", fact=test.same_as_fact), (at,)
            )
        evidence = (fact.entry, at)
        if value != fact.value:
            says = phrase("{name} is {value}, {fact} is {other}", name=name, value=dumps(value),
                          fact=test.same_as_fact, other=dumps(fact.value))  # fmt: skip
            return Answer("fail", says, evidence)
    wrong = _wrong(test, value)
    if wrong is not None:
        says = phrase("{name} is {value}: {wrong}", name=name, value=_short(value), wrong=wrong)
        return Answer("fail", says, evidence)
    return Answer("pass", phrase("{name} is {value}", name=name, value=_short(value)), evidence)


def argument(action: rec.Action, name: str) -> Json:
    """Return an argument by its name or by a JSON Pointer; a value of its own where it was not given."""
    given = arguments(action)
    if not name.startswith("/"):
        return given.get(name, MISSING)
    try:
        return resolve(given, name)
    except (KeyError, BadJsonError):
        return MISSING


def _wrong(test: ArgTest, value: Json) -> Phrase | None:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if test.eq is not None and value != test.eq:
        return phrase("not {wanted}", wanted=dumps(test.eq))
    if test.ne is not None and value == test.ne:
        return phrase("which it must not be")
    if test.in_ is not None and value not in test.in_:
        return phrase("not one of {wanted}", wanted=dumps(test.in_))
    if test.lt is not None and (number is None or number >= test.lt):
        return phrase("not below {limit}", limit=f"{test.lt:g}")
    if test.gt is not None and (number is None or number <= test.gt):
        return phrase("not above {limit}", limit=f"{test.gt:g}")
    if test.max_len is not None and (not isinstance(value, str | list | dict) or len(value) > test.max_len):
        return phrase("longer than {limit}", limit=test.max_len)
    if test.matches is not None and not (isinstance(value, str) and re.search(test.matches, value[:_TEXT])):
        return phrase("does not match {pattern}", pattern=test.matches)
    return None


def _short(value: Json) -> str:
    text = dumps(value)
    return text if len(text) <= 80 else text[:79] + "…"
