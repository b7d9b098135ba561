"""The policy language: what should hold, written by people in TOML.

Every key is checked: one that is not known is a mistake with a suggestion, never silently passed over.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nalyqor_tui.policy.rules import Rule
from nalyqor_tui.policy.values import Globs, MarkerName, Name, Pattern, Pointer, Table


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


class FactFrom(Table):
    """Where a fact is read: the results of a tool, at a JSON Pointer."""

    tool: Globs
    at: Pointer = ""


class Fact(Table):
    """A value out of tool results, told apart by the arguments `key` of the call."""

    name: Name
    key: list[str] = []
    from_: FactFrom = Field(alias="from")


class Results(Table):
    """How results are read that carry no status: `error` is a pattern that marks one as an error."""

    error: Pattern


class RuleDocument(Table):
    """The text of a rule document, so that a missing one can be shown."""

    id: Name
    text: str


class Bands(Table):
    """Where a margin stops being a tie and starts being clear, in the measure's own unit."""

    tie: float = Field(gt=0)
    narrow: float | None = Field(default=None, gt=0)


class Comparing(Table):
    """What may be said of comparable margins: from how many on, how surely, and what a CUSUM allows and bears.

    `least` is a number of margins, `p` a two-sided level; `k` (slack) and `h` (limit) are in standard
    deviations of the margins that are compared with.
    """

    least: int = Field(ge=2)
    p: float = Field(gt=0, lt=1)
    k: float = Field(ge=0)
    h: float = Field(gt=0)


class Redact(Table):
    """What a report leaves out beside what looks like a secret: patterns by the name that their marker bears."""

    patterns: dict[MarkerName, Pattern] = {}


class PolicyFile(Table):
    """A whole policy file; what its tables refer to is checked by `mistakes`, which knows their lines."""

    nalyqor_policy: Literal["1"]
    id: Name
    version: str = ""
    effects: dict[str, Globs] = {}
    confirmation: dict[str, ConfirmationType] = {}
    result: Results | None = None
    fact: list[Fact] = []
    rule: list[Rule] = []
    document: list[RuleDocument] = []
    margin: dict[str, Bands] = {}
    series: Comparing | None = None
    redact: Redact | None = None


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy file (TOML has the same shape)."""
    out = PolicyFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **out}
