"""The part of the policy language in which rules are written: what they govern, and what they ask for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from nalyqor_tui.policy.values import Globs, Name, Pattern, Place, Table, Value

Severity = Literal["low", "medium", "high"]


class ArgTest(Table):
    """What must be true of one argument; every key that is given must hold."""

    eq: Value = None
    ne: Value = None
    in_: list[Value] | None = Field(default=None, alias="in")
    lt: float | None = None
    gt: float | None = None
    matches: Pattern | None = None
    max_len: int | None = Field(default=None, ge=0)
    exists: bool | None = None
    same_as_fact: str | None = None

    @model_validator(mode="after")
    def _sensible(self) -> ArgTest:
        if not self.model_fields_set:
            raise ValueError(
                "say what must hold: eq, ne, in, lt, gt, matches, max_len, exists or same_as_fact"
            )
        return self


class On(Table):
    """Which decisions a rule governs, by tool, effect, arguments or kind; found without looking at the context."""

    tool: Globs | None = None
    effect: str | None = None
    kind: Literal["message", "tool"] | None = None
    except_: Globs = Field(default=[], alias="except")
    args: dict[str, ArgTest] = {}

    @model_validator(mode="after")
    def _some(self) -> On:
        if self.tool is None and self.effect is None and self.kind is None:
            raise ValueError("say which tool, effect or kind")
        if self.kind == "message" and (self.tool is not None or self.effect is not None or self.args):
            raise ValueError("a message has no `tool`, `effect` or `args`")
        return self


class Event(On):
    """An act that a rule looks for; `confirmed` also asks that its own confirmation held."""

    status: Literal["ok", "error", "timeout"] | None = None
    confirmed: bool = False

    @model_validator(mode="after")
    def _answered(self) -> Event:
        if self.kind == "message" and self.status is not None:
            raise ValueError("a message has no `status`: only a call is answered")
        return self


class Need(Table):
    """What must hold at the decision: a live confirmation, an earlier act, a fact, or several of them."""

    confirmation: str | None = None
    before: Event | None = None
    same: list[str] = []
    since: Event | None = None
    each: bool = False
    within_turns: int | None = Field(default=None, ge=0)
    fact: str | None = None
    eq: Value = None
    ne: Value = None
    in_: list[Value] | None = Field(default=None, alias="in")

    @model_validator(mode="after")
    def _consistent(self) -> Need:
        if self.confirmation is None and self.before is None and self.fact is None and not self._others():
            raise ValueError("say `confirmation`, `before` or `fact`")
        if self.before is None and (self.same or self.since or self.each or self.within_turns is not None):
            raise ValueError("`same`, `since`, `each` and `within_turns` belong to `before`")
        tested = self.eq is not None or self.ne is not None or self.in_ is not None
        if (self.fact is None) == tested:
            raise ValueError("a `fact` is tested by `eq`, `ne` or `in`, and these belong to a `fact`")
        return self

    def _others(self) -> bool:
        return False


class Alternative(Need):
    """One of several ways to satisfy a rule: whatever `need` may say, or tests of arguments."""

    args: dict[str, ArgTest] = {}

    def _others(self) -> bool:
        return bool(self.args)


class Forbid(Table):
    """What must not have happened before, for equal arguments `same`."""

    after: Event
    same: list[str] = []


class Limit(Table):
    """How many such calls there may be in a message, a turn or the session; `alone` forbids words beside one."""

    max: int = Field(default=1, ge=0)
    per: Literal["message", "turn", "session"] = "session"
    same: list[str] = []
    alone: bool = False


class Then(Table):
    """What must follow: an act, or words that a message of the agent must hold, within so many turns."""

    tool: Globs | None = None
    effect: str | None = None
    status: Literal["ok", "error", "timeout"] | None = None
    message: str | None = None
    within_turns: int = Field(ge=0)

    @model_validator(mode="after")
    def _some(self) -> Then:
        if self.tool is None and self.effect is None and self.message is None:
            raise ValueError("say which tool, effect or message must follow")
        if self.message is not None and (self.tool or self.effect or self.status):
            raise ValueError("`message` waits for words: `tool`, `effect` and `status` are of calls")
        return self


class Buried(Table):
    """When an item counts as buried: between two shares of the window, `min_tokens` or more before its end."""

    from_: float = Field(alias="from", ge=0, le=1)
    to: float = Field(ge=0, le=1)
    min_tokens: int = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Buried:
        if self.from_ > self.to:
            raise ValueError("`from` lies after `to`")
        return self


class Visible(Table):
    """The document that should stand in the context of the decision; `after` asks so only after a compaction."""

    rule_doc: str | None = None
    required: bool = False
    after: Literal["compaction"] | None = None
    buried: Buried | None = None


class Rule(Table):
    """One rule; every clause that it names must hold."""

    id: Name
    text: str = ""
    severity: Severity = "medium"
    on: On
    need: Need | None = None
    forbid: Forbid | None = None
    limit: Limit | None = None
    args: dict[str, ArgTest] = {}
    any: list[Alternative] = []
    then: Then | None = None
    visible: Visible | None = None
    check: Literal["manual"] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Rule:
        clauses = (
            self.need,
            self.forbid,
            self.limit,
            self.args,
            self.any,
            self.then,
            self.visible,
            self.check,
        )
        if not any(clauses):
            raise ValueError(
                "a rule asks for something: need, forbid, limit, args, any, then, visible or check"
            )
        if self.on.kind == "message" and self.args:
            raise ValueError("a message has no `args`")
        return self

    @property
    def document(self) -> str | None:
        """The document that states this rule, where the policy names one."""
        return None if self.visible is None else self.visible.rule_doc or self.id

    def needs(self) -> list[tuple[Place, Need]]:
        """Return the need of this rule and its alternatives, each with where it stands in the rule."""
        own: list[tuple[Place, Need]] = [(("need",), self.need)] if self.need is not None else []
        return own + [(("any", index), alternative) for index, alternative in enumerate(self.any)]

    def patterns(self) -> list[tuple[Place, On | Then]]:
        """Return every pattern of tools in this rule with where it stands."""
        out: list[tuple[Place, On | Then]] = [(("on",), self.on)]
        for place, need in self.needs():
            out += [(place, event) for event in (need.before, need.since) if event is not None]
        if self.forbid is not None:
            out.append((("forbid",), self.forbid.after))
        return out if self.then is None else [*out, (("then",), self.then)]

    def tests(self) -> list[tuple[Place, dict[str, ArgTest]]]:
        """Return every set of tests of arguments with where it stands."""
        out = [(place, pattern.args) for place, pattern in self.patterns() if isinstance(pattern, On)]
        return [
            *out,
            (("args",), self.args),
            *((("any", n), choice.args) for n, choice in enumerate(self.any)),
        ]
