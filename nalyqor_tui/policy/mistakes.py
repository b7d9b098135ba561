"""Mistakes in a policy: all of them, each with its line and what was perhaps meant."""

from __future__ import annotations

import copy
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nalyqor_tui.errors import PolicyError
from nalyqor_tui.policy import positions
from nalyqor_tui.policy.rules import Rule
from nalyqor_tui.policy.schema import PolicyFile
from nalyqor_tui.policy.values import Place, Table

_QUOTED = re.compile(r"'([^']*)'")
_ROUNDS = 4  # of leaving out what is wrong: a test without its value, then the arguments without that test, …
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def read(
    text: str, path: str, found: dict[positions.Path, int]
) -> tuple[PolicyFile | None, list[PolicyError]]:
    """Read a policy; return it, or every mistake in it by line. `found` says where its keys stand."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(error, path)]
    except (RecursionError, ValueError) as error:  # nested without end, or a number of thousands of digits
        what = "nested too deep" if isinstance(error, RecursionError) else "a number is too long"
        return None, [PolicyError(f"not a policy: {what}", path=path, remedy="mend it")]
    errors: list[ErrorDetails] = []
    try:
        file = PolicyFile.model_validate(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        remainder = _remainder(raw, errors)
    else:
        remainder = file
    mistakes = [_explain(error, path, found) for error in errors]
    if remainder is not None:
        mistakes += _references(remainder, path, found)
    if not mistakes:
        return remainder, []
    return None, sorted(mistakes, key=lambda mistake: mistake.line or 0)


def meant(given: str, known: Iterable[str]) -> str:
    """Suggest what a name was perhaps meant to be."""
    known = list(known)
    return _close(given, known) or (f"known: {', '.join(known)}" if known else "")


def _close(given: str, known: list[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    return f"did you mean `{close[0]}`?" if close else ""


def _syntax(error: tomllib.TOMLDecodeError, path: str) -> PolicyError:
    where = _AT_LINE.search(str(error))
    what = _AT_LINE.sub(r" in column \2", str(error))
    line = int(where[1]) if where else None
    return PolicyError(
        f"not TOML: {what[:1].lower()}{what[1:]}", path=path, line=line, remedy="mend the syntax there"
    )


def _explain(error: ErrorDetails, path: str, found: dict[positions.Path, int]) -> PolicyError:
    loc, given = error["loc"], error["input"]
    where = ".".join(str(part) for part in loc if not isinstance(part, int)) or "policy"
    line = positions.line_of(loc, found)
    if error["type"] == "extra_forbidden":
        what, remedy = f"`{where}` is not understood", meant(str(loc[-1]), _keys(_table(loc[:-1])))
    elif error["type"] == "missing":
        what, remedy = f"`{where}` is missing", "add it"
    elif error["type"] == "list_type" and isinstance(given, dict):
        what, remedy = f"`{where}` is a list of tables", f"write [[{where}]]"
    elif error["type"] == "literal_error":
        known = _QUOTED.findall(error["ctx"]["expected"])
        what, remedy = f"`{where}` is one of {error['ctx']['expected']}", _close(str(given), known)
    else:
        message = error["msg"].removeprefix("Value error, ")
        what, remedy = f"`{where}`: {message[:1].lower()}{message[1:]}", ""
    return PolicyError(what, path=path, line=line, remedy=remedy)


def _table(loc: tuple[str | int, ...]) -> type[Table]:
    """Return the table that stands at `loc`, or the nearest one around it."""
    table: type[Table] = PolicyFile
    named = False  # the next part is a name of the writer's own, such as that of a confirmation type
    for part in loc:
        if isinstance(part, int) or named:
            named = False
            continue
        field = next((f for name, f in table.model_fields.items() if (f.alias or name) == part), None)
        inside = None if field is None else _inside(field.annotation)
        if field is None or inside is None:
            break
        table, named = inside, get_origin(field.annotation) is dict
    return table


def _inside(annotation: Any) -> type[Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inside(part)) is not None), None)


def _keys(table: type[Table]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]


def _remainder(raw: dict[str, Any], errors: list[ErrorDetails]) -> PolicyFile | None:
    """Return a policy without what is wrong in it, so that the references of all the rest can be checked."""
    kept = copy.deepcopy(raw)
    for _ in range(_ROUNDS):
        for error in errors:
            _drop(kept, error["loc"])
        try:
            return PolicyFile.model_validate(kept)
        except ValidationError as error:
            errors = error.errors(include_url=False)
    for detail in errors:  # a table that cannot do without what was wrong
        top, *rest = detail["loc"] or ("?",)
        stand_in = _stand_in(str(top), kept.get(str(top)), rest[0] if rest else None)
        kept[str(top)] = "1" if stand_in is None and top in ("id", "nalyqor_policy") else stand_in
    try:
        return PolicyFile.model_validate({key: value for key, value in kept.items() if value is not None})
    except ValidationError:
        return None


def _drop(table: Any, loc: tuple[str | int, ...]) -> None:
    """Delete a key; where it is an item of a list, the whole list, so that the places of others stay."""
    while loc and isinstance(loc[-1], int):
        loc = loc[:-1]
    for part in loc[:-1]:
        try:
            table = table[part]
        except (KeyError, IndexError, TypeError):
            return
    if loc and isinstance(table, dict) and (len(loc) > 1 or not isinstance(table.get(loc[-1]), list)):
        table.pop(loc[-1], None)


def _stand_in(top: str, tables: object, at: object) -> object:
    """Return the tables under `top` with a harmless one in place of that at `at`; its name stays known."""
    if isinstance(tables, dict) and at in tables and top in ("effects", "confirmation"):
        return {**tables, at: [] if top == "effects" else {}}
    if not isinstance(tables, list) or not isinstance(at, int) or top not in ("rule", "fact", "document"):
        return None
    key = "name" if top == "fact" else "id"
    own = tables[at].get(key) if isinstance(tables[at], dict) else None
    named = {key: own if isinstance(own, str) and own else f"?{at}"}
    rest: dict[str, dict[str, Any]] = {
        "rule": {"on": {"kind": "message"}, "check": "manual"},
        "fact": {"from": {"tool": "?"}},
        "document": {"text": ""},
    }
    return [*tables[:at], {**named, **rest[top]}, *tables[at + 1 :]]


def _references(file: PolicyFile, path: str, found: dict[positions.Path, int]) -> Iterator[PolicyError]:
    """Find names that stand twice and names that nothing bears."""

    def mistake(loc: positions.Path, what: str, remedy: str = "") -> PolicyError:
        return PolicyError(what, path=path, line=positions.line_of(loc, found), remedy=remedy)

    for top, names in (
        ("rule", [rule.id for rule in file.rule]),
        ("document", [d.id for d in file.document]),
    ):
        for index, name in enumerate(names):
            if name in names[:index]:
                yield mistake(
                    (top, index, "id"), f"a second {top} is called `{name}`", "give it another name"
                )
    keys: dict[str, list[str]] = {}
    for index, fact in enumerate(file.fact):
        if keys.setdefault(fact.name, fact.key) != fact.key:
            says = f"`{fact.name}` has another key than the fact of this name above"
            yield mistake(("fact", index, "key"), says, "give both the same key")
    for index, rule in enumerate(file.rule):
        for place, kind, given, known in _named(file, rule):
            if given is not None and given not in known:
                yield mistake(("rule", index, *place), f"no {kind} `{given}`", meant(given, known))


def _named(file: PolicyFile, rule: Rule) -> Iterator[tuple[Place, str, str | None, list[str]]]:
    """Yield what a rule refers to: where, the kind of thing, its name and the names that there are."""
    facts = list(dict.fromkeys(fact.name for fact in file.fact))
    for place, pattern in rule.patterns():
        yield place, "effect", pattern.effect, list(file.effects)
    for place, need in rule.needs():
        yield place, "confirmation type", need.confirmation, list(file.confirmation)
        yield place, "fact", need.fact, facts
    for place, tests in rule.tests():
        for test in tests.values():
            yield place, "fact", test.same_as_fact, facts
