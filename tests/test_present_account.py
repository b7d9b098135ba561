"""The rows of one decision, and of a session as a whole, away from the screen."""

from __future__ import annotations

import json
from pathlib import Path

from report_samples import reviewed

from nalyqor_tui.phrase import plain
from nalyqor_tui.present import account, whole
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Truth
from nalyqor_tui.trace.store import Trace


def said(rows: list[Row]) -> list[tuple[str, str, str]]:
    return [(row.truth.value, row.label, plain(row.value)) for row in rows]


def chat(folder: Path) -> Review:
    """Open a chat log: it records no confirmation, no look-up, no margin and no time."""
    path = folder / "chat.json"
    call = {"id": "c", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    path.write_text(json.dumps({"messages": [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Let me look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "found"},
    ]}))  # fmt: skip
    return Review(Trace(path), 0, None)


def test_pairs_become_two_rows_that_name_their_confirmation(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    rows = said(account.account(review, review.session.decisions[0]))
    at = rows.index(("observed", "believed", "c1: live (run), relied upon"))
    assert rows[at + 1][:2] == ("derived", "policy") and rows[at + 1][2].startswith("c1: ended")


def test_all_four_truths_are_there(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    assert {row.truth for row in account.account(review, review.session.decisions[0])} == set(Truth)


def test_what_was_not_recorded_is_said_row_by_row(tmp_path: Path) -> None:
    review = chat(tmp_path)
    rows = said(account.account(review, review.session.decisions[0]))
    for label in ("confirmations", "look-up", "margin"):
        assert ("observed", label, "not recorded") in rows
    assert ("derived", "rules", "unknown: no policy") in rows
    assert not any(label == "clock" for _, label, _ in rows)


def test_the_words_beside_a_call_and_a_long_reply_are_there_in_full(tmp_path: Path) -> None:
    review = chat(tmp_path)
    (row,) = account.said(review, review.session.decisions[0])
    assert (row.label, row.body) == ("said", "Let me look.")
    (long,) = reviewed(tmp_path)
    bodies = {row.label: row.body for row in account.account(long, long.session.decisions[1]) if row.body}
    assert bodies["chosen"] == "gladly" + " and more" * 60
    assert bodies["reasoning"] == "polite "
    assert "said" not in bodies  # the reply is what was said


def test_the_times_are_there(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    rows = said(account.account(review, review.session.decisions[1]))
    assert ("observed", "clock", "09:20:00") in rows
    assert ("derived", "elapsed", "20 m 00 s into the session, 16 m 00 s after the decision before") in rows


def test_the_user_is_quoted_from_the_same_turn_only(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    (asked,) = account.asked(review, review.session.decisions[0])
    assert asked.body == "well? "
    path = tmp_path / "alone.jsonl"
    lines = [{"kind": "trace", "schema": "nalyqor.trace/1"},
             {"kind": "message", "seq": 1, "turn": 1, "role": "user", "content": "hi"},
             {"kind": "decision", "seq": 2, "turn": 2, "chosen": {"reply": "ho"}}]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    alone = Review(Trace(path), 0, None)
    (nobody,) = account.asked(alone, alone.session.decisions[0])
    assert plain(nobody.value) == "no user input in this turn" and nobody.body == ""


def test_a_latent_failure_names_its_decisions_and_their_records(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    (row,) = whole.latent(review)
    assert row.truth is Truth.DERIVED and plain(row.value).endswith(
        "1 of 2 decisions were flawed or bad: 6.1 bad"
    )
    assert [review.session.record(at).id for at in row.origin.entries] == ["o1", "d1"]
    (unjudged,) = reviewed(tmp_path, policy=False)
    assert whole.latent(unjudged) == []


def test_pieces_that_could_not_be_read_are_there_as_they_stand(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    (row,) = whole.unread(review)
    assert plain(row.value).startswith("line 16: tool_call") and "not a number" in row.body


def test_null_empty_and_not_recorded_are_different_words(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    rows = {row.label: plain(row.value) for row in whole.outcomes(review)}
    assert (rows["output"], rows["expected"]) == ("null", "B")
    bare = chat(tmp_path)
    (nothing,) = whole.outcomes(bare)
    assert plain(nothing.value) == "not recorded"
