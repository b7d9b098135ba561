"""Facts: keyed values out of tool results, as a policy says where to read them.

The latest result wins. A fact whose key the decision does not name takes any value seen in the session, and
is unknown where the values differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.schema import Need
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import BadJsonError, canonical, dumps, loads, resolve
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import arguments


@dataclass(frozen=True, slots=True)
class Value:
    """What a fact was last seen to be, and the result that said it."""

    value: Json
    entry: int


@dataclass(slots=True)
class Facts:
    """The facts known so far; constant work for each result."""

    policy: Policy
    _known: dict[str, dict[bytes, Value]] = field(default_factory=dict)

    def observe(self, action: rec.Action, record: rec.ToolResult, entry: int) -> None:
        """Read a result for the facts that the policy wants of its tool."""
        wanted = [f for f in self.policy.file.fact if self.policy.named(f.from_.tool, action.tool)]
        if not wanted or self.policy.status(record) in ("error", "timeout"):
            return
        found = _decoded(record.result)
        for fact in wanted:
            try:
                value = resolve(found, fact.from_.at)
            except KeyError:
                continue
            given = arguments(action)
            key = canonical([given.get(name, resolved(found, name)) for name in fact.key])
            self._known.setdefault(fact.name, {})[key] = Value(value, entry)

    def get(self, name: str, action: rec.Action) -> Value | None:
        """Return a fact for a decision; None where it was not seen, or seen with different values."""
        fact = next(f for f in self.policy.file.fact if f.name == name)
        known = self._known.get(name, {})
        given = arguments(action)
        if all(key in given for key in fact.key):
            return known.get(canonical([given[key] for key in fact.key]))
        values = list(known.values())
        return values[-1] if values and all(v.value == values[0].value for v in values) else None

    def check(self, need: Need, action: rec.Action, at: int) -> Answer:
        """Answer a `need.fact`."""
        name = need.fact or ""
        value = self.get(name, action)
        if value is None:
            return Answer("unknown", phrase("{fact} was not seen, or not for this one", fact=name), (at,))
        holds = all(
            (
                need.eq is None or value.value == need.eq,
                need.ne is None or value.value != need.ne,
                need.in_ is None or value.value in need.in_,
            )
        )
        says = phrase("{fact} is {value}", fact=name, value=dumps(value.value))
        return Answer("pass" if holds else "fail", says, (value.entry, at))


def resolved(found: Json, name: str) -> Json:
    """Return a member of a result by its name, None where there is none: the key when the call did not name it."""
    return found.get(name) if isinstance(found, dict) else None


def _decoded(result: Json) -> Json:
    if not isinstance(result, str):
        return result
    try:
        return loads(result.encode("utf-8", "surrogatepass"))
    except BadJsonError:
        return result
