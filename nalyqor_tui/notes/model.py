"""What a note is: the records of the notes file, and the JSON Schema they are published with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

SUGGESTED_TAGS: Final = (
    "stale confirmation",
    "missing rule",
    "narrow margin",
    "wrong order",
    "changed arguments",
    "lost context",
    "wrong tool",
    "unverified claim",
)
"""Tags the editor offers; free ones are as good."""

Kind = Literal["reconstruction", "hypothesis", "question", "mark"]
Op = Literal["create", "edit", "retract", "restore", "blind", "commit"]
"""What was done to a note; `blind` and `commit` are about the author's own reading, and no note."""

Status = Literal["asserted", "supported", "contradicted"]
SourceTruth = Literal["observed", "declared", "derived"]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _encodable(value: object) -> object:
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_encodable)]
"""A string that UTF-8 can hold: half a surrogate pair, which a log may contain, becomes U+FFFD."""


class _Model(BaseModel):
    """Frozen; fields of a later version are passed over (the file itself is never rewritten)."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Evidence(_Model):
    """One thing a note points at, with the truth that thing has."""

    truth: SourceTruth
    ref: Text
    """A record id, a rule id or the name of a check."""
    quote: Text = ""
    pointer: Text = ""
    """A JSON Pointer (RFC 6901) into what `ref` names."""
    line: int | None = None
    """The line of the trace or the policy, from 1."""


class Claim(_Model):
    """One statement of a note, and how it stands."""

    text: Text
    status: Status = "asserted"
    evidence: tuple[Annotated[int, Field(ge=0)], ...] = ()
    """Indexes into the body's evidence, from 0."""


class Body(_Model):
    """What the engineer wrote."""

    kind: Kind
    text: Text = ""
    tags: tuple[Text, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[Claim, ...] = ()

    @model_validator(mode="after")
    def _claims_cite_what_is_there(self) -> Self:
        for claim in self.claims:
            for index in claim.evidence:
                if index >= len(self.evidence):
                    raise ValueError(f"a claim cites evidence {index} of {len(self.evidence)}")
        return self


class TraceIdentity(_Model):
    """The file a note is about, as it was when the note was made."""

    name: Text
    sha256: str = ""
    """Of the whole file, hex; empty while it is not yet known."""
    bytes: int


class Quote(_Model):
    """A W3C Web Annotation text quote: the words, and the words on either side."""

    exact: Text
    prefix: Text = ""
    suffix: Text = ""


class Anchor(_Model):
    """Where in the trace a note belongs, said in enough ways to find the place again."""

    trace: TraceIdentity
    session: Text = ""
    turn: int | None = None
    decision: Text | None = None
    """Such as "9.1"."""
    record: Text | None = None
    """The id that the trace gives the record."""
    line: int | None = None
    offset: int | None = None
    """Bytes from the start of the file to the record."""
    pointer: Text = ""
    """A JSON Pointer to where the record stood in the source."""
    record_sha256: str = ""
    ordinal: Annotated[int, Field(ge=0)] = 0
    """The place among records with the same hash, from 0."""
    quote: Quote | None = None


class NoteRecord(_Model):
    """One line of the notes file: one thing one person did to one note."""

    v: Literal[1] = 1
    id: Annotated[str, Field(min_length=1)]
    """ULID of this record."""
    note: str
    """Id of the note, which is the id of its first record."""
    op: Op
    prev: str | None = None
    """The record that this one supersedes."""
    settles: tuple[str, ...] = ()
    """Other heads of a conflict, which the author saw and settled by this record."""
    covers: tuple[str, ...] = ()
    """Of a commit: the author's own records that stood when the notes of others were still hidden."""
    author: Text
    ts: str
    """RFC 3339, UTC."""
    anchor: Anchor
    body: Body | None = None
    """What was written; only create and edit have one."""
    crc: str = ""
    """zlib.crc32, eight hex digits, over the canonical JSON of the record without this field."""

    @model_validator(mode="after")
    def _op_has_what_it_needs(self) -> Self:
        first = self.op in ("create", "blind", "commit")
        if first and (self.prev is not None or self.note != self.id):
            raise ValueError(f"a {self.op} starts its own note and supersedes nothing")
        if not first and self.prev is None:
            raise ValueError(f"a record of op {self.op} must name the one it supersedes")
        if (self.body is None) == (self.op in ("create", "edit")):
            raise ValueError(f"a record of op {self.op} {'needs a' if self.body is None else 'has no'} body")
        return self


def now() -> str:
    """Return the time as RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def schema() -> Mapping[str, Any]:
    """Return the JSON Schema (2020-12) of one line of a notes file."""
    published = NoteRecord.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **published,
        "title": "nalyqor-tui notes, one JSON object a line",
    }
