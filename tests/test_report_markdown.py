"""The Markdown report: what it says, and that no text can make it say anything else."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from report_samples import NASTY, clean, reviewed, texts

from nalyqor_tui.errors import ExportError
from nalyqor_tui.phrase import Phrase, Words
from nalyqor_tui.present import account
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Origin, Row, Truth
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.report import gfm, markdown
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection

EVERYTHING = Selection()
PARSER = MarkdownIt("gfm-like", {"linkify": False})
PEOPLE = (Truth.DECLARED, Truth.RECONSTRUCTED)
words = st.sampled_from(["a ", " b", ": ", "*x*", "[1]", "a|b", "`", "\\", "<br>", "…", "_y_ &amp;"]).map(
    Words
)
phrases = st.lists(st.one_of(words, texts), max_size=5).map(tuple)
rows = st.builds(
    Row,
    st.sampled_from(Truth),
    texts,
    phrases,
    st.builds(Origin, phrases),
    st.just("plain"),
    st.just("") | texts,
)


def report(reviews: Iterable[Review], selection: Selection = EVERYTHING) -> str:
    lines = list(markdown.render(reviews, selection))
    assert all("\n" not in line for line in lines)
    return "\n".join(lines) + "\n"


def tables(text: str) -> list[list[list[Token]]]:
    """Return the inline token of every cell, table by table and row by row."""
    out: list[list[list[Token]]] = []
    for token, after in zip(tokens := PARSER.parse(text), tokens[1:], strict=False):
        if token.type == "table_open":
            out.append([])
        elif token.type == "tr_open":
            out[-1].append([])
        elif token.type in ("td_open", "th_open"):
            out[-1][-1].append(after)
    return out


def codes(cell: Token) -> list[str]:
    return [child.content for child in cell.children or () if child.type == "code_inline"]


def reads(cell: Token) -> str:
    """Return what a reader sees of a cell."""
    html = {gfm.BREAK: "\n", gfm.APART: ""}
    seen = [html[c.content] if c.type == "html_inline" else c.content for c in cell.children or ()]
    return "".join(seen)


def skeleton(text: str) -> list[str]:
    """Return all that gives a document its shape: its blocks, and what is strong; fail at any other markup."""
    out: list[str] = []
    for token in PARSER.parse(text):
        out.append(token.type)
        strong = False
        for child in token.children or ():
            assert child.type in ("text", "code_inline", "html_inline", "strong_open", "strong_close")
            assert child.type != "html_inline" or child.content in (gfm.BREAK, gfm.APART)
            strong = (strong or child.type == "strong_open") and child.type != "strong_close"
            if strong and child.type != "strong_open":
                out.append(child.content)
    return out


def visible(text: str) -> str:
    """Return the form in which a report shows data; long runs of backticks are spelled out."""
    return re.sub(r"(\\*)(`{41,})", lambda m: m[1] * 2 + "\\u{60}" * len(m[2]), literal(text))


def data(value: Phrase) -> list[str]:
    return [visible(piece) for piece in value if piece and not isinstance(piece, Words)]


def check(cell: Token, row: Row) -> None:
    """Check that a value cell holds just what its row does."""
    lines = row.body.split("\n") if row.body else []
    if row.truth not in PEOPLE:
        assert codes(cell) == data(row.value) + [visible(line) for line in lines if line]
    else:
        assert codes(cell) == []
        shown = [show(row.value)] if any(row.value) else []
        shown += [literal(line) for line in lines]
        assert reads(cell).strip() == ("\n".join(shown) if shown else gfm.EMPTY).strip()


@given(rows=st.lists(rows, min_size=1, max_size=3))
@settings(max_examples=300)
def test_every_cell_equals_its_source(rows: list[Row]) -> None:
    cells = [(gfm.field(row, row.origin.says), gfm.body(row)) for row in rows]
    (found,) = tables("\n".join(gfm.table(("Field", "Value"), cells)))
    assert [len(row) for row in found] == [2] * (len(rows) + 1)
    for (field, value), row in zip(found[1:], rows, strict=True):
        assert field.children is not None
        assert [child.type for child in field.children][:3] == ["text", "strong_open", "text"]
        assert field.children[2].content == row.truth.value.capitalize()
        assert sum(child.type == "strong_open" for child in field.children) == 1
        check(value, row)


@given(text=texts)
def test_code_outside_a_table_is_one_span_too(text: str) -> None:
    (_, inline, _) = PARSER.parse(f"x {gfm.code(text, table=False)} y")
    assert [child.type for child in inline.children or ()] == ["text", "code_inline", "text"]
    assert codes(inline) == [visible(text)]


@given(one=texts, other=texts)
def test_different_texts_never_read_alike(one: str, other: str) -> None:
    assert (gfm.code(one) == gfm.code(other)) == (one == other)


def test_runs_of_backticks_that_a_parser_would_give_up_on_are_spelled_out() -> None:
    shown = gfm.code("\\" + "`" * 90 + "``")
    assert shown == "`" + "\\\\" + "\\u{60}" * 92 + "`"
    assert gfm.code("`" * 40) == "`" * 41 + " " + "`" * 40 + " " + "`" * 41


@given(text=clean)
@settings(max_examples=40, deadline=None)
@example("| **Observed** | x |")
@example("\n## Derived\n")
def test_no_text_changes_the_shape_of_a_report(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        benign = report(reviewed(Path(folder), "x"))
        hostile = report(reviewed(Path(folder), f"h{text}"))
    assert skeleton(hostile) == skeleton(benign)
    assert all(len({len(row) for row in table}) == 1 for table in tables(hostile))


@pytest.mark.parametrize("text", ["", *NASTY])
def test_every_row_of_a_decision_is_there_as_it_is(tmp_path: Path, text: str) -> None:
    (review,) = reviewed(tmp_path, text)
    for decision in review.session.decisions:
        expected = account.account(review, decision)
        assert {row.truth for row in expected} >= {Truth.OBSERVED, Truth.DERIVED}
        (found,) = tables("\n".join(markdown.decision(review, decision, Redaction())))
        assert len(found) == len(expected) + 1
        for (field, value), row in zip(found[1:], expected, strict=True):
            assert reads(field).startswith(f"{row.truth.value.capitalize()} · {row.label}")
            check(value, row)


def test_the_head_names_the_file_and_the_policy(tmp_path: Path) -> None:
    (review,) = reviewed(tmp_path)
    head = {reads(field): reads(value) for field, value in tables(report([review]))[0]}
    assert head["trace"] == "trace.jsonl"
    assert head["sha256"] == review.trace.sha256()
    assert review.policy is not None
    assert head["policy sha256"] == review.policy.sha256
    assert (head["policy"], head["policy file"]) == ("p", "rules.toml")
    assert head["shown"] == "1 of 1 sessions, 2 of 2 decisions"
    assert head["selection"] == "everything"


def test_a_latent_failure_is_said_first(tmp_path: Path) -> None:
    text = report(reviewed(tmp_path))
    assert re.search(
        r"## Session `s`\n\n\| Field.*\n.*\n\| \*\*Derived\*\* · latent failure .*`6\.1` bad", text
    )


def test_the_outcome_stands_in_its_own_table_with_words_for_what_is_missing(tmp_path: Path) -> None:
    found = [[reads(cell) for cell in row] for table in tables(report(reviewed(tmp_path))) for row in table]
    at = found.index(["Record", "Case", "Expected", "Output", "Grade", "By"])
    assert found[at + 1] == ["o1", "case ", "B", "null", "pass", "survey "]


def test_the_turn_table_keeps_believed_and_policy_apart(tmp_path: Path) -> None:
    found = tables(report(reviewed(tmp_path)))
    (turns,) = [table for table in found if reads(table[0][0]) == "Decision"]
    head = [reads(cell) for cell in turns[0]]
    assert head == ["Decision", "Clock (observed)", "Grade (derived)", "Chosen (observed)", "Believed (observed)",
                    "Policy (derived)", "Rules (derived)", "Margin (derived)"]  # fmt: skip
    first = dict(zip(head, map(reads, turns[1]), strict=True))
    assert first["Decision"] == "6.1"
    assert first["Clock (observed)"] == "09:04:00"
    assert first["Believed (observed)"] == "c1 live (run), relied upon; ghost live, never given in this log"
    assert first["Policy (derived)"].startswith("c1 ended (stale-relied-upon, scope-arguments)")
    assert first["Rules (derived)"] == "R need.confirmation: fail; R not returned: fail"
    assert first["Margin (derived)"] == "0.080 nat tie"
    assert reads(turns[2][-1]) == "not recorded"


def test_without_a_policy_nothing_is_held_against_anybody(tmp_path: Path) -> None:
    text = report(reviewed(tmp_path, policy=False))
    assert "latent failure" not in text
    assert "none: give --policy FILE" in text
    (turns,) = [table for table in tables(text) if reads(table[0][0]) == "Decision"]
    for row in turns[1:]:
        assert {reads(row[column]) for column in (2, 5, 6)} == {"unknown: no policy"}


def test_a_note_is_there_in_full_with_author_time_and_evidence(tmp_path: Path) -> None:
    long = "so long " * 1000
    text = report(reviewed(tmp_path, long))
    at = text.index("**Reconstructed** · reconstruction")
    note = text[at : text.index("\n", at)]
    assert long.strip() in note.replace("\\", "")
    assert "Ada so long" in note and "2026\\-04\\-02" in note
    assert "**Reconstructed** · evidence" in text
    assert "### Notes whose place in the trace was not found" in text


def test_a_long_value_is_cut_with_the_number_of_characters_that_are_missing(tmp_path: Path) -> None:
    found = tables(report(reviewed(tmp_path, "y" * 5000)))
    (result,) = [row[1] for table in found for row in table if reads(row[0]).startswith("Observed · result")]
    assert codes(result) == ["ok", "done " + "y" * (gfm.LIMIT - 5)]
    assert reads(result).endswith("…(+1005 characters)")


def test_several_sessions_start_with_a_list_of_them(tmp_path: Path) -> None:
    text = report(reviewed(tmp_path, sessions=3), Selection(problems=True))
    assert text.count("\n## Session ") == 3 and "3 of 3 sessions, 3 of 6 decisions" in text.replace("`", "")
    sessions = tables(text)[1]
    assert [reads(cell) for cell in sessions[1]] == ["s", "2", "pass", "1, latent failure", "bad"]


def test_a_selection_leaves_out_sessions_and_says_so(tmp_path: Path) -> None:
    text = report(reviewed(tmp_path, policy=False), Selection(problems=True))
    assert "## Session" not in text
    assert "graded flawed or bad (nothing could be graded without a policy)" in text


def test_no_session_is_an_error_with_a_remedy() -> None:
    with pytest.raises(ExportError, match="no session"):
        list(markdown.render([], EVERYTHING))


def test_the_sample_of_the_readme_shows_its_failure_with_the_truths_apart() -> None:
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.trace.store import Trace

    path = Path(__file__).parents[1] / "sample_traces" / "production.jsonl"
    text = report([Review(Trace(path), 0, find(None, path))], Selection(turns=(9, 9)))
    assert re.search(r"\*\*Observed\*\* · believed · .* \| `cf1`: `live`", text)
    assert re.search(r"\*\*Derived\*\* · policy · .* \| `cf1`: ended", text)
    assert re.search(r"\*\*Derived\*\* · margin · .*: tie", text)
    assert re.search(r"\*\*Derived\*\* · in view · .* \| not returned", text)
    assert re.search(r"\*\*Declared\*\* · rule · .* \| R\\-notify\\-after\\-write", text)
