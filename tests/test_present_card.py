"""The decision card: every area has its verdict in a word, and an unknown says what would settle it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nalyqor_tui.policy.loader import load, parse
from nalyqor_tui.present import card
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Truth, flat
from nalyqor_tui.present.text import show
from nalyqor_tui.trace.store import Trace

SAMPLES = Path(__file__).parents[1] / "sample_traces"
ASKS = b"""
nalyqor_policy = "1"
id = "asks"
[effects]
write = ["move"]
[confirmation.yes]
by = ["user"]
answers = "proposal"
[[rule]]
id = "R"
on = { effect = "write" }
need = { confirmation = "yes" }
"""
TALK = """{"messages": [
 {"role": "user", "content": "Please move the meeting."},
 {"role": "assistant", "content": "I will move the meeting 'Budget' to 15:00 on Friday. Shall I go ahead?"},
 {"role": "user", "content": "Yes, please."},
 {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
  "function": {"name": "move", "arguments": "{\\"meeting\\": \\"Budget\\", \\"time\\": \\"HOUR\\"}"}}]},
 {"role": "tool", "tool_call_id": "c1", "content": "moved"}]}"""


def _rows(review: Review, number: str) -> dict[str, list[str]]:
    decision = review.find(number)
    assert decision is not None
    out: dict[str, list[str]] = {}
    for row in flat(card.view(review, decision)):
        assert row.truth is Truth.DERIVED
        out.setdefault(row.label, []).append(show(row.value))
    return out


def test_the_incident_fails_in_every_area() -> None:
    review = Review(Trace(SAMPLES / "production.jsonl"), 0, load(SAMPLES / "nalyqor.toml"))
    rows = _rows(review, "9.1")
    assert [rows[area][0] for area in ("consent", "in view", "margin")] == ["FAIL"] * 3
    assert rows["order"][0] == "FAIL"
    assert any("nalyqor.toml:" in text for text in rows["order"])
    assert "to know" not in rows


@pytest.mark.parametrize(("hour", "verdict"), [("15:00", "PASS"), ("17:00", "FAIL")])
def test_consent_from_talk_stands_on_the_card_with_its_words(tmp_path: Path, hour: str, verdict: str) -> None:
    file = tmp_path / "talk.json"
    file.write_text(TALK.replace("HOUR", hour), encoding="utf-8")
    rows = _rows(Review(Trace(file), 0, parse(ASKS, "asks.toml")), "2.1")
    assert rows["consent"][0] == verdict
    assert any("Shall I go ahead?" in text for text in rows["proposed"])
    assert any("Yes, please." in text for text in rows["answered"])
    assert any("of 2 arguments as agreed" in text for text in rows["arguments"])


def test_a_yes_of_talk_ages_as_the_policy_says(tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    talk = TALK.replace("HOUR", "15:00").replace(
        '{"role": "assistant", "content": null',
        '{"role": "assistant", "content": "One moment."}, {"role": "user", "content": "What is the weather?"},'
        ' {"role": "assistant", "content": null',
    )
    file.write_text(talk, encoding="utf-8")
    limited = ASKS.replace(b'answers = "proposal"', b'answers = "proposal"\nends = { turns = 0 }')
    assert _rows(Review(Trace(file), 0, parse(ASKS, "asks.toml")), "3.1")["consent"][0] == "PASS"
    aged = _rows(Review(Trace(file), 0, parse(limited, "asks.toml")), "3.1")
    assert aged["consent"][0] == "FAIL"
    assert any("1 turns ago, 0 allowed" in text for text in aged["confirmed"])


def test_an_unknown_says_what_would_have_to_be_logged() -> None:
    policy = load(SAMPLES / "nalyqor.toml")
    review = Review(Trace(SAMPLES / "production.jsonl"), 0, policy)
    blind = review.session.header
    assert blind is not None
    captures = blind.captures.model_copy(
        update={"context": "none", "retrieval": "none", "confirmation": "none"}
    )
    object.__setattr__(review.session, "header", blind.model_copy(update={"captures": captures}))
    rows = _rows(review, "9.1")
    assert rows["in view"][0] == "UNKNOWN"
    assert any("captures.context = all" in text for text in rows["to know"])


def test_without_a_policy_it_says_how_to_get_one(tmp_path: Path) -> None:
    review = Review(Trace(SAMPLES / "production.jsonl"), 0, None)
    decision = review.session.decisions[0]
    lines = [line for line in card.view(review, decision) if isinstance(line, Row)]
    assert len(lines) == 1
    assert "no policy" in show(lines[0].value)
