"""The visible form of untrusted text: nothing acts on a terminal, nothing hides, and no two texts look alike."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import SHARED

from nalyqor_tui.phrase import Words, join, own, phrase, plain
from nalyqor_tui.present import text as text_form
from nalyqor_tui.present.text import MAX_MARKS, literal, literal_lines, literal_parts, show

HOSTILE = SHARED / "hostile" / "hostile_strings.jsonl"
# Text in which backslashes, escapes of ours, marks and invisible characters meet.
TRICKY = st.text(
    st.sampled_from('\\u{}10aé"\n\t\r\x00\x1b\x7f\x9b↵⇥\u200b\u202e\u0301\u0e47\u2028\xa0\ufe0f\ud800😀')
    | st.characters(codec=None)
)
_ESCAPE = re.compile(r"(\\*)(u\{([0-9a-f]+)\}|↵|⇥|u\{)?", re.DOTALL)


def inverse(shown: str) -> str:
    """Recover the text from its form, by the rule that the form is written by and nothing else."""
    out, at = [], 0
    while at < len(shown):
        match = _ESCAPE.match(shown, at)
        assert match is not None
        slashes, what, code = match.groups()
        if code is not None and len(slashes) % 2:
            out.append("\\" * (len(slashes) // 2) + chr(int(code, 16)))
            at = match.end()
        elif what is not None and what.startswith("u{") and slashes:
            assert len(slashes) % 2 == 0
            out.append("\\" * (len(slashes) // 2) + "u{")
            at = match.end(1) + 2
        elif what in ("↵", "⇥"):
            out.append(slashes + {"↵": "\n", "⇥": "\t"}[what])
            at = match.end()
        else:
            out.append(slashes + shown[match.end(1) : match.end(1) + 1])
            at = match.end(1) + 1
    return "".join(out)


@settings(max_examples=1000)
@given(TRICKY)
def test_the_text_can_be_recovered(text: str) -> None:
    assert inverse(literal(text)) == text


@settings(max_examples=300)
@given(TRICKY, TRICKY)
def test_different_texts_never_share_a_form(one: str, other: str) -> None:
    assert (literal(one) == literal(other)) == (one == other)


@settings(max_examples=500)
@given(TRICKY)
def test_nothing_that_acts_or_hides_is_let_through(text: str) -> None:
    shown = literal(text)
    assert all(char == " " or unicodedata.category(char)[0] not in "CZ" for char in shown)
    marks = re.sub(r"[^\0]", lambda m: "M" if unicodedata.category(m[0])[0] == "M" else "-", shown)
    assert "M" * (MAX_MARKS + 1) not in marks


@settings(max_examples=1000)
@given(TRICKY, st.integers(0, 12))
def test_the_beginning_of_a_form_is_how_the_form_begins(text: str, most: int) -> None:
    whole, begins = literal(text), literal(text, most)
    assert whole.startswith(begins)
    assert len(begins) >= min(most, len(whole))
    said = phrase("a {text}, {text}", text=text)
    assert show(said).startswith(show(said, most))
    assert len(show(said, most)) >= min(most, len(show(said)))


@settings(max_examples=500)
@given(TRICKY, st.integers(1, 12))
def test_the_parts_of_a_form_are_the_form(text: str, size: int) -> None:
    parts = list(literal_parts(text, size))
    assert "".join(parts) == literal(text)
    assert all(len(part) <= size * len("\\u{10ffff}") + len(text) for part in parts)


def test_of_a_long_text_only_the_beginning_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    form = text_form._form
    monkeypatch.setattr(text_form, "_form", lambda char, marks: (looked.append(char), form(char, marks))[1])
    assert literal("\x1b" * 100_000, 20) == "\\u{1b}\\u{1b}\\u{1b}\\u"
    assert len(looked) == 21
    assert next(literal_parts("\x1b" * 100_000, 20)) == "\\u{1b}" * 20
    assert len(looked) == 41
    assert show(("\x1b" * 100_000, "\x1b" * 100_000), 20) == "\\u{1b}\\u{1b}\\u{1b}\\u"
    assert len(looked) == 62


def test_every_code_point_by_itself() -> None:
    for code in range(0x110000):
        shown = literal(chr(code))
        assert shown.isprintable(), hex(code)
    assert len({literal(chr(code)) for code in range(0x3000)}) == 0x3000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("", ""),
        ("a\nb\tc", "a↵b⇥c"),
        ("\x1b[31m", "\\u{1b}[31m"),
        ("C:\\users", "C:\\users"),
        ("\\u{1b}", "\\\\u{1b}"),
        ("\\\x1b", "\\\\\\u{1b}"),
        ("\\↵", "\\\\\\u{21b5}"),
        ("a\xa0b", "a\\u{a0}b"),
        ("\u202eabc", "\\u{202e}abc"),
        ("\r\n", "\\u{d}↵"),
        ("\udcff", "\\u{dcff}"),
        ("é", "é"),
        ("e\u0301", "e\u0301"),
        ("x" + "\u0301" * 6, "x" + "\u0301" * 4 + "\\u{301}" * 2),
        ("ก" + "\u0e47" * 6, "ก" + "\u0e47" * 4 + "\\u{e47}" * 2),
        ("\u1100" + "\u1161" * 6, "\u1100" + "\u1161" * 4 + "\\u{1161}" * 2),
        ("👍" + "\U0001f3fb" * 5, "👍" + "\U0001f3fb" * 4 + "\\u{1f3fb}"),
        ("한국", "한국"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("日本 😀", "日本 😀"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("\u2800\u3164", "\\u{2800}\\u{3164}"),
    ],
)
def test_how_it_looks(text: str, shown: str) -> None:
    assert literal(text) == shown


def test_lines_are_split_at_newlines_only() -> None:
    assert literal_lines("a\nb\u2028c\r\n") == ["a", "b\\u{2028}c\\u{d}", ""]


@pytest.mark.skipif(not HOSTILE.exists(), reason="the shared strings are not here")
def test_the_hostile_strings() -> None:
    texts = [json.loads(line)["text"] for line in HOSTILE.read_text().splitlines()]
    assert len({literal(text) for text in texts}) == len(set(texts))
    for text in texts:
        assert literal(text).isprintable()
        assert inverse(literal(text)) == text


class TestPhrases:
    def test_what_is_not_ours_is_shown_in_its_visible_form(self) -> None:
        said = phrase("✓ {name}: {n}", name="\x1b[1m✓ sound", n=3)
        assert show(said) == "✓ \\u{1b}[1m✓ sound: 3"
        assert [isinstance(piece, Words) for piece in said] == [True, False, True, False]

    def test_slots_in_data_are_not_filled(self) -> None:
        assert plain(phrase("{a} {b}", a="{b}", b="x")) == "{b} x"

    def test_phrases_in_phrases_keep_whose_they_are(self) -> None:
        said = phrase("{a}!", a=join(", ", [own("\n"), phrase("{x}", x="\n")]))
        assert show(said) == "\n, ↵!"

    def test_a_slot_without_a_value_is_a_mistake_of_ours(self) -> None:
        with pytest.raises(KeyError):
            phrase("{a}")
