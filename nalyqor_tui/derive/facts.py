"""Facts: keyed values out of tool results, as a policy says where to read them.

The latest result wins. A fact whose key the decision does not name takes any value seen in the session, and
is unknown where the values differ.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from nalyqor_tui.derive.equal import among, equal
from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.phrase import phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.rules import Need
from nalyqor_tui.policy.schema import Fact
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import BadJsonError, alike, dumps, loads, resolve
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import arguments


@dataclass(frozen=True, slots=True)
class Value:
    """What a fact was last seen to be, and the result that said it."""

    value: Json
    entry: int


@dataclass(slots=True)
class _Seen:
    """The values of one fact: the last for each key (None: not recorded), and how many keys have each value now.

    `loose` are the values that cannot be told by a key and may be of any, `loose_at` is the record of the last.
    """

    by_key: dict[bytes, Value | None] = field(default_factory=dict)
    holders: Counter[bytes] = field(default_factory=Counter)
    last: Value | None = None
    loose: set[bytes] = field(default_factory=set)
    loose_at: int = -1

    def put(self, key: bytes | None, value: Value | None, entry: int) -> None:
        """Keep a value for a key; without a key every other value counts as another thing's."""
        form = b"" if value is None else alike(value.value)
        if key is None:
            self.loose.add(form)
            self.loose_at = entry
            key = b"?" + form
        if key in self.by_key:
            old = self.by_key[key]
            self.holders -= Counter([b"" if old is None else alike(old.value)])
        self.holders[form] += 1
        self.by_key[key] = self.last = value

    def of(self, key: bytes) -> Value | None:
        """Return the value for a key, unless a later one with another value may be of the same thing."""
        value = self.by_key.get(key)
        if value is None or self.loose_at < value.entry or self.loose == {alike(value.value)}:
            return value
        return None

    def only(self) -> Value | None:
        """Return the value that every key has."""
        return self.last if len(self.holders) == 1 else None


class Facts:
    """The facts known so far; constant work for each result, memory in the number of distinct keys."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._keys = {fact.name: fact.key for fact in policy.file.fact}
        self._seen: dict[str, _Seen] = {}

    def observe(self, action: rec.Action, record: rec.ToolResult, entry: int) -> None:
        """Read a result for the facts that the policy wants of its tool."""
        status = self._policy.status(record)
        if status == "error":
            return
        if status == "timeout" or record.result is None:
            self.lost(action, entry)
            return
        result = _decoded(record.result)
        for fact in self._wanted(action):
            try:
                value = resolve(result, fact.from_.at)
            except KeyError:
                if status is None:  # it may have timed out
                    self._lost(fact, action, entry)
                continue
            key = _key(fact, arguments(action), result if isinstance(result, dict) else {})
            self._seen.setdefault(fact.name, _Seen()).put(key, Value(value, entry), entry)

    def lost(self, action: rec.Action, entry: int) -> None:
        """Reckon with a result that was not recorded: what it would have said nobody knows."""
        for fact in self._wanted(action):
            self._lost(fact, action, entry)

    def _lost(self, fact: Fact, action: rec.Action, entry: int) -> None:
        key = _key(fact, arguments(action), {})
        self._seen.setdefault(fact.name, _Seen()).put(key, None, entry)

    def _wanted(self, action: rec.Action) -> list[Fact]:
        return [f for f in self._policy.file.fact if self._policy.named(f.from_.tool, action.tool)]

    @property
    def names(self) -> frozenset[str]:
        """The names of the facts that were seen."""
        return frozenset(name for name, seen in self._seen.items() if any(seen.by_key.values()))

    def get(self, name: str, action: rec.Action) -> Value | None:
        """Return a fact for a decision; None where it was not seen, or seen with different values."""
        seen = self._seen.get(name)
        if seen is None:
            return None
        given, key = arguments(action), self._keys[name]
        if all(part in given for part in key):
            return seen.of(alike([given[part] for part in key]))
        if action.tool is not None and not isinstance(action.arguments, dict):
            return None  # the call may well have named it
        return seen.only()

    def unseen(self, name: str, action: rec.Action, at: int) -> Answer:
        """Say why a fact that `get` did not return is unknown."""
        named = [part for part in self._keys[name] if part not in arguments(action)]
        if name not in self.names:
            says = phrase("{fact} was not seen", fact=name)
        elif named:
            says = phrase("{fact} was seen with different values, and the call names no {key} to tell by",
                          fact=name, key=", ".join(named))  # fmt: skip
        else:
            says = phrase("{fact} was not seen for this one, or not for sure", fact=name)
        return Answer("unknown", says, (at,))

    def check(self, need: Need, action: rec.Action, at: int) -> Answer:
        """Answer a `need.fact`."""
        name = need.fact or ""
        known = self.get(name, action)
        if known is None:
            return self.unseen(name, action, at)
        holds = (
            (need.eq is None or equal(known.value, need.eq))
            and (need.ne is None or not equal(known.value, need.ne))
            and (need.in_ is None or among(known.value, need.in_))
        )
        says = phrase("{fact} is {value}", fact=name, value=dumps(known.value))
        return Answer("pass" if holds else "fail", says, (known.entry, at))


def _key(fact: Fact, given: dict[str, Json], members: dict[str, Json]) -> bytes | None:
    """Tell one thing's fact from another's by the call's arguments, else by the result's own members."""
    if not all(part in given or part in members for part in fact.key):
        return None
    return alike([given[part] if part in given else members[part] for part in fact.key])


def _decoded(result: Json) -> Json:
    if not isinstance(result, str):
        return result
    try:
        return loads(result.encode("utf-8", "surrogatepass"))
    except BadJsonError:
        return result
