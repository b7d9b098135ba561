"""The record of a note: its shape, its checksum, its identifiers."""

from __future__ import annotations

import json
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notes_samples import anchor, body
from pydantic import ValidationError

from nalyqor_tui.notes.ids import ulid
from nalyqor_tui.notes.lines import BadLineError, checksum, decode, encode
from nalyqor_tui.notes.model import Body, NoteRecord, now, schema


def record(text: str = "why", **fields: object) -> NoteRecord:
    """Return the first record of a note."""
    new = ulid()
    whole = {"id": new, "note": new, "op": "create", "author": "Ada", "ts": now()}
    return NoteRecord.model_validate({**whole, "anchor": anchor(), "body": body(text), **fields})


def line_of(fields: dict[str, object]) -> bytes:
    """Return a line with a right checksum, whatever it holds."""
    return json.dumps({**fields, "crc": checksum(fields)}).encode()


def fields_of(whole: NoteRecord) -> dict[str, object]:
    """Return the fields of a record as they stand in the file, without the checksum."""
    fields = json.loads(encode(whole))
    del fields["crc"]
    return fields


@given(st.text(st.characters(exclude_categories=()), max_size=40), st.text(max_size=10))
def test_any_text_survives_the_file_as_one_ascii_line(text: str, author: str) -> None:
    whole = record(text, author=author)
    line = encode(whole)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    back = decode(line)
    assert (back.body, back.author, back.anchor) == (whole.body, whole.author, whole.anchor)


def test_half_a_surrogate_pair_becomes_the_replacement_character() -> None:
    assert body("a\ud800b").text == "a\ufffdb"


def test_every_changed_byte_is_noticed() -> None:
    line = encode(record())[:-1]
    for at in range(len(line)):
        damaged = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
        with pytest.raises(BadLineError):
            decode(damaged)


def test_every_cut_is_noticed() -> None:
    line = encode(record())[:-1]
    for end in range(len(line)):
        with pytest.raises(BadLineError):
            decode(line[:end])


def test_fields_of_a_later_version_are_under_the_checksum_and_passed_over() -> None:
    whole = record()
    later = {**fields_of(whole), "mood": {"x": 1.5}}
    assert decode(line_of(later)).id == whole.id
    with pytest.raises(BadLineError, match="checksum"):
        decode(line_of(later).replace(b"1.5", b"2.5"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        (b'{"v": ' + b"1" * 5000 + b"}", "not JSON"),
        (b"{}", "no checksum"),
        (line_of({"v": 2}), "version 2"),
        (line_of({"v": 1}), "id: Field required"),
    ],
)
def test_a_line_that_is_no_record_says_why(line: bytes, why: str) -> None:
    with pytest.raises(BadLineError, match=why):
        decode(line)


@pytest.mark.parametrize(
    "fields",
    [
        {"prev": "X"},
        {"note": "another"},
        {"body": None},
        {"op": "retract", "prev": "X"},
        {"op": "edit"},
        {"op": "rename", "prev": "X"},
        {"v": 2},
    ],
)
def test_a_record_whose_op_and_fields_disagree_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        record(**fields)


def test_a_claim_cites_only_evidence_that_is_there() -> None:
    evidence = [{"truth": "observed", "ref": "cf1"}]
    assert (
        body("x", evidence=evidence, claims=[{"text": "c", "evidence": [0]}]).claims[0].status == "asserted"
    )
    for index in (1, -1):
        with pytest.raises(ValidationError):
            body("x", evidence=evidence, claims=[{"text": "c", "evidence": [index]}])


def test_a_note_cannot_claim_to_be_observed_by_itself() -> None:
    with pytest.raises(ValidationError):
        Body.model_validate({"kind": "observed", "text": "x"})
    with pytest.raises(ValidationError):
        body("x", evidence=[{"truth": "reconstructed", "ref": "n1"}])


def test_the_schema_names_every_field_of_a_line() -> None:
    published = schema()
    assert published["properties"].keys() == json.loads(encode(record())).keys()
    assert published["$schema"].endswith("2020-12/schema")
    json.dumps(published)


def test_identifiers_sort_by_time_also_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = [ulid() for _ in range(500)]
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    made = first + [ulid() for _ in range(500)]
    assert made == sorted(set(made))
    assert {len(one) for one in made} == {26}


def test_an_identifier_begins_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    year_9999 = 253370764800000  # later than any made before, so that order does not push it on
    monkeypatch.setattr(time, "time_ns", lambda: year_9999 * 1_000_000)
    monkeypatch.setattr("nalyqor_tui.notes.ids._last", (0, 0))
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value = 0
    for digit in ulid()[:10]:
        value = value * 32 + digits.index(digit)
    assert value == year_9999


def test_identifiers_of_many_threads_differ() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(ulid() for _ in range(300))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1200
