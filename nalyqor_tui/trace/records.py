"""The record kinds of `nalyqor.trace/1`: what a log may say, and nothing that it may not.

Every model keeps the keys that it does not know. Types are strict: a wrong one makes the record an
`Unparsed` row, never a guess. Described for people in docs/trace-format.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

SCHEMA = "nalyqor.trace/1"

Json = Any  # a decoded JSON value
Coverage = Literal["all", "some", "none"]


class Part(BaseModel):
    """A part of a record; keeps what it does not know."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)


class Captures(Part):
    """Which facts the log claims to hold completely: the ground on which absence is evidence."""

    confirmation: Coverage = "none"
    retrieval: Coverage = "none"
    context: Coverage = "none"
    margin: Coverage = "none"


class Action(Part):
    """A tool with its arguments, or a reply; also what a proposal or a confirmation is about."""

    tool: str | None = None
    arguments: Json = None
    reply: str | None = None


class Chosen(Action):
    """What the agent chose: exactly a tool call or a reply."""

    @model_validator(mode="after")
    def _one(self) -> Chosen:
        if (self.tool is None) == (self.reply is None):
            raise ValueError("a choice is either a tool or a reply")
        return self


class Candidate(Action):
    """One alternative with its value in the margin's own measure."""

    value: float


class Margin(Part):
    """The recorded alternatives; `measure` is logprob, prob, votes, score, verbal or the log's own word."""

    measure: str
    k: int | None = None
    candidates: list[Candidate]


class Belief(Part):
    """What the agent's own log says it took a confirmation for."""

    confirmation: str
    status: str
    source: str | None = None


class Quote(Part):
    """Words of another record, as evidence."""

    ref: str
    quote: str | None = None


class Document(Part):
    """A document that a retrieval returned; `included` says whether it was put into the context."""

    id: str
    score: float | None = None
    rank: int | None = None
    included: bool | None = None
    version: str | None = None


class ContextItem(Part):
    """A thing that stood in the context; `tokens` is its span [from, to)."""

    ref: str
    tokens: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None


class Record(Part):
    """What every record but the header must carry; `ts` is RFC 3339 or Unix seconds."""

    seq: int
    turn: int
    id: str | None = None
    ts: str | float | None = None
    conversation_id: str | None = None


class Header(Part):
    """Starts a session."""

    kind: Literal["trace"]
    schema_: str | None = Field(default=None, alias="schema")
    id: str | None = None
    ts: str | float | None = None
    trace_id: str | None = None
    conversation_id: str | None = None
    agent_name: str | None = None
    agent_version: str | None = None
    request_model: str | None = None
    context_limit: int | None = None
    captures: Captures = Captures()


class Message(Record):
    """Something said, by whom; `content` is text or the parts that the log holds."""

    kind: Literal["message"]
    role: str
    content: Json = None
    reasoning: str | None = None
    agent: str | None = None


class Proposal(Record):
    """An action put to a principal for an answer."""

    kind: Literal["proposal"]
    tool: str
    arguments: Json = None
    text: str | None = None


class Confirmation(Record):
    """What a principal agreed to, asked for, declined or took back."""

    kind: Literal["confirmation"]
    type: str | None = None
    op: Literal["requested", "given", "declined", "revoked", "superseded"]
    by: str | None = None
    answers: str | None = None
    covers: Action | None = None
    scope: Literal["once", "turn", "session", "always"] | None = None
    decider: str | None = None
    source: str | None = None
    evidence: list[Quote] = []


class Retrieval(Record):
    """A query for rules or documents and what it returned."""

    kind: Literal["retrieval"]
    query: str | None = None
    documents: list[Document]


class Context(Record):
    """The window as it was sent for a decision."""

    kind: Literal["context"]
    input_tokens: int | None = None
    items: list[ContextItem]
    state: Json = None


class Decision(Record):
    """One choice of the agent, with what it believed and how close the others came."""

    kind: Literal["decision"]
    context: str | None = None
    agent: str | None = None
    parent: str | None = None
    tools_offered: list[Any] | None = None
    chosen: Chosen
    believes: list[Belief] | None = None
    relied_on: list[str] | None = None
    margin: Margin | None = None


class ToolCall(Record):
    """A call as it went out."""

    kind: Literal["tool_call"]
    decision: str | None = None
    name: str
    arguments: Json = None


class ToolResult(Record):
    """What came back; a `status` that was not recorded stays None."""

    kind: Literal["tool_result"]
    call: str | None = None
    status: Literal["ok", "error", "timeout"] | None = None
    result: Json = None


class Compaction(Record):
    """The window was shortened: what stayed, what went."""

    kind: Literal["compaction"]
    tokens_before: int | None = None
    tokens_after: int | None = None
    kept: list[str] = []
    dropped: list[str] = []


class Outcome(Record):
    """A verdict on the output from outside: an eval's grade, a reward, a user's word."""

    kind: Literal["outcome"]
    case: str | None = None
    expected: Json = None
    output: Json = None
    grade: str | float | None = None
    scale: list[float] | None = None
    by: str | None = None


class End(Record):
    """The log says that it ends here; without it, it may be cut."""

    kind: Literal["end"]
    status: str | None = None


class Unknown(Part):
    """A kind that this version has no word for: kept, and shown as it is."""

    kind: str
    seq: int | None = None
    turn: int | None = None
    id: str | None = None
    ts: str | float | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A piece of the file that is not a record: what is wrong with it, and its bytes as text."""

    problem: str
    text: str
    kind: str = "unparsed"
    id: None = None
    ts: None = None
    turn: None = None


Known = (
    Header
    | Message
    | Proposal
    | Confirmation
    | Retrieval
    | Context
    | Decision
    | ToolCall
    | ToolResult
    | Compaction
    | Outcome
    | End
)
AnyRecord = Known | Unknown | Unparsed
CODES: Final = {kind: code for code, kind in enumerate(get_args(AnyRecord))}
"""The classes of records, each with a number that fits into a byte."""


def class_of(record: AnyRecord) -> type[AnyRecord]:
    """Return the class of `CODES` that a record is of; a format of another package may have made a subclass."""
    kind = type(record)
    return kind if kind in CODES else next(base for base in kind.__mro__ if base in CODES)


def schema() -> dict[str, Json]:
    """Return the JSON Schema of one record (a line of the file)."""
    one: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="kind")])
    out = one.json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **out}


def extras(record: AnyRecord) -> Mapping[str, Json]:
    """Return the keys of a record that this version has no field for."""
    return {} if isinstance(record, Unparsed) else (record.model_extra or {})
