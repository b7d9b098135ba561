"""Bytes to JSON values and records: nothing is guessed, nothing is lost, nothing takes long."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import (
    BadJsonError,
    _depth,
    alike,
    canonical,
    dumps,
    duplicate_keys,
    loads,
    resolve,
)
from nalyqor_tui.trace.records import Unknown, Unparsed, extras
from nalyqor_tui.trace.validate import KINDS, read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
MINIMAL: dict[str, dict[str, Any]] = {
    "trace": {},
    "message": {"role": "user"},
    "proposal": {"tool": "t"},
    "confirmation": {"op": "given"},
    "retrieval": {"documents": []},
    "context": {"items": []},
    "decision": {"chosen": {"reply": "hi"}},
    "tool_call": {"name": "t"},
    "tool_result": {},
    "compaction": {},
    "outcome": {},
    "end": {},
}


def record(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, **({} if kind == "trace" else {"seq": 1, "turn": 1}), **MINIMAL[kind], **fields}


def _turned(value: Any) -> Any:
    """Return an equal value, with the keys of its objects the other way round."""
    if isinstance(value, dict):
        return {key: _turned(inner) for key, inner in reversed(value.items())}
    return [_turned(inner) for inner in value] if isinstance(value, list) else value


class TestJson:
    @given(JSON)
    def test_what_is_written_is_read(self, value: Any) -> None:
        assert loads(dumps(value).encode("utf-8", "surrogatepass")) == value
        assert loads(canonical(value)) == value

    @given(JSON, JSON)
    @example([2**64], [float(2**64)])
    @example("\ud800", "\\ud800")
    def test_values_are_alike_where_their_canonical_forms_are(self, one: Any, other: Any) -> None:
        assert (alike(one) == alike(other)) == (canonical(one) == canonical(other))
        assert alike(_turned(one)) == alike(one)

    @pytest.mark.parametrize("digits", ["18446744073709551615", "18446744073709551616", "-9" * 1 + "9" * 40])
    def test_integers_keep_every_digit(self, digits: str) -> None:
        assert dumps(loads(digits.encode())) == digits

    def test_two_great_ids_stay_two(self) -> None:
        assert len({loads(b"18446744073709551616"), loads(b"18446744073709551617")}) == 2

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "expecting value at column 1"),
            (b'{"a":1', "expecting ',' delimiter at column 7"),
            (b'{"a": NaN}', "NaN is not a JSON number"),
            (b"[-Infinity]", "-Infinity is not a JSON number"),
            (b"[1e999]", "1e999 is too large"),
            (b'"\xff"', "not UTF-8 at byte 1 (0xff)"),
            (b"[" * 201 + b"]" * 201, "nested deeper than 200 levels"),
            (b'{"a":' * 201 + b"1" + b"}" * 201, "nested deeper than 200 levels"),
            (b"1" * 5000, "limit"),
        ],
    )
    def test_what_is_wrong_is_said(self, data: bytes, says: str) -> None:
        with pytest.raises(BadJsonError) as caught:
            loads(data)
        assert says in str(caught.value)

    def test_two_hundred_levels_are_read(self) -> None:
        assert loads(b"[" * 200 + b"]" * 200)

    def test_brackets_in_a_string_are_no_levels(self) -> None:
        assert loads(b'"' + b'\\"[' * 300 + b'"') == '"[' * 300

    def test_a_long_string_that_was_cut_does_not_take_minutes(self) -> None:
        began = time.perf_counter()
        with pytest.raises(BadJsonError):
            loads(b'{"a":"' + b'\\"[' * 20_000)
        assert time.perf_counter() - began < 2

    @pytest.mark.parametrize(
        ("pointer", "value"), [("", {"a/b": [1, {"~": 2}]}), ("/a~1b/0", 1), ("/a~1b/1/~0", 2)]
    )
    def test_a_pointer_is_followed(self, pointer: str, value: Any) -> None:
        assert resolve({"a/b": [1, {"~": 2}]}, pointer) == value

    @pytest.mark.parametrize("pointer", ["/b", "/a~1b/2", "/a~1b/01", "/a~1b/²", "/a~1b/0/x", "/a~1b/-1"])
    def test_a_pointer_to_nothing_says_so(self, pointer: str) -> None:
        with pytest.raises(KeyError):
            resolve({"a/b": [1, {"~": 2}]}, pointer)


def nested(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(nested, inner), default=0)


class TestQuickLooks:
    """What is told of bytes without decoding them is what decoding them tells."""

    @given(JSON | st.text(alphabet='"\\\\[]{}a').map(lambda text: [[text]]))
    def test_the_depth_is_that_of_the_value(self, value: Any) -> None:
        assert _depth(dumps(value).encode("utf-8", "surrogatepass")) == nested(value)

    @given(
        st.dictionaries(
            st.sampled_from(['"', '\\\\"', "a", "a ", ":"]), st.text(alphabet='" :\\\\a'), max_size=4
        )
    )
    def test_a_value_at_hand_does_not_change_which_keys_are_doubled(self, value: dict[str, str]) -> None:
        for data in (dumps(value).encode(), json.dumps(value, separators=(" ,", " :")).encode()):
            twice = data[:-1] + b"," + data[1:] if value else data
            assert duplicate_keys(data) == duplicate_keys(data, loads(data)) == []
            assert sorted(duplicate_keys(twice, loads(twice))) == sorted(value)


class TestRecords:
    def test_the_minimal_records_are_all_the_kinds(self) -> None:
        assert MINIMAL.keys() == KINDS

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_a_kind_is_read_and_keeps_what_it_does_not_know(self, kind: str) -> None:
        found = read(record(kind, colour="red"))
        assert not isinstance(found, Unknown | Unparsed)
        assert found.kind == kind
        assert extras(found) == {"colour": "red"}

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_what_was_not_recorded_stays_unset(self, kind: str) -> None:
        found = read(record(kind))
        assert isinstance(found, rec.Part)
        assert found.model_fields_set == set(record(kind))

    def test_an_unknown_kind_is_kept(self) -> None:
        found = read({"kind": "weather", "sky": "blue"})
        assert isinstance(found, Unknown)
        assert (found.kind, found.turn, extras(found)) == ("weather", None, {"sky": "blue"})

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            ({"kind": "message", "seq": 1, "role": "user"}, "message: `turn` is missing"),
            (
                record("message", role=["user"]),
                "message: `role`: input should be a valid string (got an array)",
            ),
            (record("message", turn="9"), "message: `turn`: input should be a valid integer (got a string)"),
            (record("message", turn=9.0), "message: `turn`: input should be a valid integer (got a number)"),
            (
                record("message", turn=True),
                "message: `turn`: input should be a valid integer (got true or false)",
            ),
            (record("message", ts={}), "message: `ts`: input should be a string or a number (got an object)"),
            (
                record("outcome", grade=[]),
                "outcome: `grade`: input should be a string or a number (got an array)",
            ),
            (record("confirmation", op="maybe"), "confirmation: `op`: input should be 'requested', 'given'"),
            (
                record("context", items=[{"ref": "m", "tokens": [1]}]),
                "context: `items.0.tokens`: list should have",
            ),
            (
                record("decision", believes=[{"status": "live"}]),
                "decision: `believes.0.confirmation` is missing",
            ),
            (record("decision", chosen={}), "decision: `chosen`: a choice is either a tool or a reply"),
            (record("decision", chosen={"tool": "t", "reply": "r"}), "a choice is either a tool or a reply"),
            (
                record("trace", captures={"context": "most"}),
                "trace: `captures.context`: input should be 'all'",
            ),
            ([1], "a record is an object, not an array"),
            (None, "a record is an object, not null"),
            ({"seq": 1}, "no `kind`"),
            ({"kind": 7}, "no `kind`"),
            ({"kind": "finding", "seq": 1, "turn": 1}, "claims a verdict (`finding`)"),
            (record("message", verdict="fail"), "claims a verdict (`verdict`)"),
            ({"kind": "weather", "policy_status": "live"}, "claims a verdict (`policy_status`)"),
        ],
    )
    def test_a_wrong_record_is_unparsed_with_the_field_and_the_type(self, value: Any, says: str) -> None:
        found = read(value)
        assert isinstance(found, Unparsed)
        assert says in found.problem
        assert json.loads(found.text) == value, "the piece is kept"

    @given(JSON)
    def test_reading_never_raises(self, value: Any) -> None:
        read(value)

    @given(
        st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(rec.Decision.model_fields | {"ts": 0})), JSON
    )
    def test_no_value_of_a_field_raises(self, kind: str, name: str, value: Any) -> None:
        assert read(record(kind, **{name: value} if name not in ("kind",) else {})).kind in (kind, "unparsed")


def test_what_python_writes_and_json_does_not_have_is_kept_as_its_word() -> None:
    data = b'{"a": NaN, "b": [Infinity, -Infinity], "c": 1}'
    assert loads(data, constants=True) == {"a": "NaN", "b": ["Infinity", "-Infinity"], "c": 1}
