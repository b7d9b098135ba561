"""From a decoded JSON value to a record, or to what is wrong with it, said in words.

What is wrong comes back as an `Unparsed` record: nothing is guessed, nothing is lost.
"""

from __future__ import annotations

from pydantic import ValidationError

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.records import SCHEMA, AnyRecord, Json, Unparsed

_MODELS: dict[str, type[rec.Part]] = {
    "trace": rec.Header,
    "message": rec.Message,
    "proposal": rec.Proposal,
    "confirmation": rec.Confirmation,
    "retrieval": rec.Retrieval,
    "context": rec.Context,
    "decision": rec.Decision,
    "tool_call": rec.ToolCall,
    "tool_result": rec.ToolResult,
    "compaction": rec.Compaction,
    "outcome": rec.Outcome,
    "end": rec.End,
}
KINDS = frozenset(_MODELS)
_BRANCHES = frozenset({"str", "float"})  # pydantic's names for the types of `ts` and `grade`
# Kinds and keys by which a record would claim to be a conclusion instead of an observation.
VERDICT_KINDS = frozenset({"finding", "verdict", "derived", "reconstruction", "note", "judgement"})
VERDICT_KEYS = frozenset({"verdict", "finding", "findings", "policy_status", "soundness", "truth"})


def read(value: Json) -> AnyRecord:
    """Turn a decoded JSON value into a record; what is wrong with it comes back as `Unparsed`."""
    if not isinstance(value, dict):
        return _unparsed(f"a record is an object, not {_json_type(value)}", value)
    kind = value.get("kind")
    if not isinstance(kind, str):
        return _unparsed("no `kind`: not a record of nalyqor.trace/1", value)
    written = value.get("schema")
    if kind == "trace" and isinstance(written, str) and written != SCHEMA:
        return _unparsed(f"a header of `{written}`: this program reads {SCHEMA}", value)
    if kind in VERDICT_KINDS or not VERDICT_KEYS.isdisjoint(value):
        claim = kind if kind in VERDICT_KINDS else next(k for k in value if k in VERDICT_KEYS)
        return _unparsed(f"claims a verdict (`{claim}`): a trace holds only what was observed", value)
    try:
        return _MODELS.get(kind, rec.Unknown).__pydantic_validator__.validate_python(value)  # type: ignore[no-any-return]
    except ValidationError as error:
        return _unparsed(_complaint(kind, error), value)


def _json_type(value: Json) -> str:
    """Name the JSON type of a decoded value."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "an array"}
    return "null" if value is None else names.get(type(value), "an object")


def _complaint(kind: str, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    path = [str(p) for p in first["loc"] if p != kind and p not in _BRANCHES]
    where = ".".join(path) or "the record"
    if first["type"] == "missing":
        return f"{kind}: `{where}` is missing"
    what = first["msg"].removeprefix("Value error, ")
    if first["loc"] and first["loc"][-1] in _BRANCHES:  # one of several types, and it is none of them
        what = "input should be a string or a number"
    return f"{kind}: `{where}`: {what[:1].lower()}{what[1:]} (got {_json_type(first['input'])})"


def _unparsed(problem: str, value: Json) -> Unparsed:
    import json

    return Unparsed(problem, json.dumps(value, ensure_ascii=False))
