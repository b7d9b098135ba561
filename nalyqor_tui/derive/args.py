"""Arguments: whether what was given is what a rule allows.

An argument that was not given is not tested, as there is nothing to test; where the arguments were not
recorded at all, nothing can be told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nalyqor_tui.derive.equal import among, equal
from nalyqor_tui.derive.facts import Facts
from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import Phrase, join, phrase
from nalyqor_tui.policy.rules import ArgTest
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import BadJsonError, dumps, resolve
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import arguments

_TEXT = 10_000  # characters that a pattern is tried on: a bound on its work
_MISSING = object()


def check(tests: dict[str, ArgTest], action: rec.Action, facts: Facts, at: int) -> Answer | None:
    """Test every argument that was given; None where none was, so that there was nothing to test."""
    return _worst([_one(name, test, action, facts, at) for name, test in tests.items()])


def fits(tests: dict[str, ArgTest], action: rec.Action, facts: Facts, at: int) -> Answer:
    """Say whether an action is one that the tests describe: an argument that was not given does not fit."""
    answers = [
        _one(name, test, action, facts, at) or Answer("fail", phrase("{name} is not given", name=name), (at,))
        for name, test in tests.items()
    ]
    return _worst(answers) or Answer("pass", phrase("no arguments are asked for"), (at,))


def _worst(answers: Sequence[Answer | None]) -> Answer | None:
    """Join answers that must all hold; what held is said of each."""
    for verdict in ("fail", "unknown"):
        for answer in answers:
            if answer is not None and answer.verdict == verdict:
                return answer
    held = [answer for answer in answers if answer is not None]
    if not held:
        return None
    evidence = dict.fromkeys(e for answer in held for e in answer.evidence)
    return Answer("pass", join("; ", [answer.says for answer in held]), tuple(evidence))


def _one(name: str, test: ArgTest, action: rec.Action, facts: Facts, at: int) -> Answer | None:
    if not isinstance(action.arguments, dict):
        return Answer("unknown", phrase("the arguments of the call were not recorded"), (at,))
    value = _argument(action, name)
    given = value is not _MISSING
    if test.exists is not None and test.exists != given:
        says = phrase("{name} is given" if given else "{name} is not given", name=name)
        return Answer("fail", says, (at,))
    if not given:
        says = phrase("{name} is not given", name=name)
        return Answer("pass", says, (at,)) if test.exists is False else None
    wrong = _wrong(test, value)
    if wrong is not None:
        says = phrase("{name} is {value}: {wrong}", name=name, value=_short(value), wrong=wrong)
        return Answer("fail", says, (at,))
    if (unclear := _unclear(test, value)) is not None:
        says = phrase("{name} is {value}: {why}", name=name, value=_short(value), why=unclear)
        return Answer("unknown", says, (at,))
    if test.same_as_fact is not None:
        return _same(name, value, test.same_as_fact, facts, action, at)
    return Answer("pass", phrase("{name} is {value}", name=name, value=_short(value)), (at,))


def _same(name: str, value: Json, fact: str, facts: Facts, action: rec.Action, at: int) -> Answer:
    known = facts.get(fact, action)
    if known is None:
        return facts.unseen(fact, action, at)
    evidence = (known.entry, at)
    if equal(value, known.value):
        return Answer("pass", phrase("{name} is {value}, as {fact}", name=name, value=_short(value), fact=fact),
                      evidence)  # fmt: skip
    says = phrase("{name} is {value}, {fact} is {other}", name=name, value=_short(value), fact=fact,
                  other=_short(known.value))  # fmt: skip
    return Answer("fail", says, evidence)


def _argument(action: rec.Action, name: str) -> Json:
    """Return an argument by its name or by a JSON Pointer; a value of its own where it was not given."""
    given = arguments(action)
    if not name.startswith("/"):
        return given.get(name, _MISSING)
    try:
        return resolve(given, name)
    except (KeyError, BadJsonError):
        return _MISSING


def _wrong(test: ArgTest, value: Json) -> Phrase | None:
    """Say what a value surely fails."""
    number = _number(value)
    if test.eq is not None and not equal(value, test.eq):
        return phrase("not {wanted}", wanted=dumps(test.eq))
    if test.ne is not None and equal(value, test.ne):
        return phrase("which it must not be")
    if test.in_ is not None and not among(value, test.in_):
        return phrase("not one of {wanted}", wanted=dumps(test.in_))
    if test.lt is not None and number is not None and number >= test.lt:
        return phrase("not below {limit}", limit=f"{test.lt:g}")
    if test.gt is not None and number is not None and number <= test.gt:
        return phrase("not above {limit}", limit=f"{test.gt:g}")
    if test.max_len is not None and isinstance(value, str | list | dict) and len(value) > test.max_len:
        return phrase("longer than {limit}", limit=test.max_len)
    if test.matches is not None and _readable(value) and not re.search(test.matches, value):
        return phrase("does not match {pattern}", pattern=test.matches)
    return None


def _unclear(test: ArgTest, value: Json) -> Phrase | None:
    """Say which test a value cannot be put to: a text is neither above nor below 3."""
    if (test.lt is not None or test.gt is not None) and _number(value) is None:
        return phrase("no number to compare")
    if test.max_len is not None and not isinstance(value, str | list | dict):
        return phrase("it has no length")
    if test.matches is not None and not _readable(value):
        return phrase("too long for a pattern" if isinstance(value, str) else "no text for a pattern")
    return None


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _readable(value: Json) -> bool:
    return isinstance(value, str) and len(value) <= _TEXT


def _short(value: Json) -> str:
    text = dumps(value)
    return text if len(text) <= 80 else text[:79] + "…"
