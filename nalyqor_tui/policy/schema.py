"""The policy language: what should hold, written by people in TOML.

Every key is checked: one that is not known is a mistake with a suggestion, never silently passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

VERSION = "1"
Severity = Literal["low", "medium", "high"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Globs = Annotated[list[str], BeforeValidator(_listed)]


class Table(BaseModel):
    """A table of a policy file; refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Ends(Table):
    """What ends a confirmation: each is None (never) unless the policy says it."""

    uses: int | None = Field(default=None, ge=1)
    turns: int | None = Field(default=None, ge=0)
    user_turns: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, gt=0)
    args_change: bool = True
    compaction: Literal["keep", "end"] = "keep"
    on_error: Literal["consume", "restore"] = "consume"


class ConfirmationType(Table):
    """A kind of agreement: who may give it, to what, what it covers, what ends it."""

    by: Globs = ["user"]
    answers: Literal["proposal", "elicitation", "any"] = "any"
    covers: list[str] = ["tool", "*"]
    ends: Ends = Ends()


class On(Table):
    """Which decisions a rule governs, by tool or effect; found without looking at the context."""

    tool: Globs | None = None
    effect: str | None = None
    except_: Globs = Field(default=[], alias="except")

    @model_validator(mode="after")
    def _some(self) -> On:
        if self.tool is None and self.effect is None:
            raise ValueError("say which tool or effect")
        return self


class Event(On):
    """An earlier act that a rule asks for; `confirmed` also asks that its own confirmation held."""

    status: Literal["ok", "error", "timeout"] | None = None
    confirmed: bool = False


class Need(Table):
    """What must hold at the decision: a live confirmation, an earlier act, or both."""

    confirmation: str | None = None
    before: Event | None = None
    same: list[str] = []
    since: Event | None = None
    each: bool = False
    within_turns: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Need:
        if self.confirmation is None and self.before is None:
            raise ValueError("say `confirmation` or `before`")
        if self.before is None and (self.same or self.since or self.each or self.within_turns is not None):
            raise ValueError("`same`, `since`, `each` and `within_turns` belong to `before`")
        return self


class Visible(Table):
    """The document that should stand in the context of the decision."""

    rule_doc: str | None = None
    required: bool = False


class Rule(Table):
    """One rule; every clause that it names must hold."""

    id: str
    text: str = ""
    severity: Severity = "medium"
    on: On
    need: Need | None = None
    visible: Visible | None = None

    @property
    def document(self) -> str | None:
        """The document that states this rule, where the policy names one."""
        return None if self.visible is None else self.visible.rule_doc or self.id


class RuleDocument(Table):
    """The text of a rule document, so that a missing one can be shown."""

    id: str
    text: str


class Bands(Table):
    """Where a margin stops being a tie and starts being clear, in the measure's own unit."""

    tie: float = Field(gt=0)
    narrow: float | None = Field(default=None, gt=0)


class PolicyFile(Table):
    """A whole policy file."""

    nalyqor_policy: Literal["1"]
    id: str
    version: str = ""
    effects: dict[str, Globs] = {}
    confirmation: dict[str, ConfirmationType] = {}
    rule: list[Rule] = []
    document: list[RuleDocument] = []
    margin: dict[str, Bands] = {}

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> PolicyFile:
        ids = [rule.id for rule in self.rule]
        for index, rule in enumerate(self.rule):
            if rule.id in ids[:index]:
                raise MistakeError(("rule", index, "id"), f"a second rule is called `{rule.id}`")
            self._check_rule(index, rule)
        return self

    def _check_rule(self, index: int, rule: Rule) -> None:
        need = rule.need
        for name, at in ((rule.on, "on"), (need and need.before, "need"), (need and need.since, "need")):
            if isinstance(name, On) and name.effect is not None and name.effect not in self.effects:
                raise MistakeError(
                    ("rule", index, at), f"no effect `{name.effect}`", name.effect, self.effects
                )
        wanted = need.confirmation if need else None
        if wanted is not None and wanted not in self.confirmation:
            raise MistakeError(
                ("rule", index, "need"), f"no confirmation type `{wanted}`", wanted, self.confirmation
            )


class MistakeError(ValueError):
    """A mistake that spans tables: where it is, and what was perhaps meant."""

    def __init__(
        self, loc: Sequence[str | int], what: str, given: str = "", known: Sequence[str] | dict[str, Any] = ()
    ) -> None:
        super().__init__(what)
        self.loc = tuple(loc)
        self.given = given
        self.known = list(known)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy file (TOML has the same shape)."""
    out = PolicyFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **out}
