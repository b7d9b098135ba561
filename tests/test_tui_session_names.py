"""What stands beside the id of a session: the file of a folder that it is in, and how it begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_tui_sessions import read, rows
from tui_samples import BOTH, HEADER, LARGE, SMALL, lines, replied, said, sitting

from nalyqor_tui.present import sessions as present
from nalyqor_tui.present.sessions import row_of
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.screens import reading
from nalyqor_tui.tui.widgets import sessions as widget


def many(folder: Path, *firsts: str) -> Path:
    """Write a session for each of these first words; without any, a session has no user."""
    path, out = folder / "t.jsonl", []
    for number, text in enumerate(firsts):
        out.append({**HEADER, "conversation_id": f"c{number}"})
        out += [said(1, 1, text)] if text else []
        out += replied(2, 1, "good day")
    path.write_text("".join(json.dumps(row) + "\n" for row in out))
    return path


@pytest.mark.parametrize("size", BOTH)
async def test_sessions_of_one_id_in_several_files_of_a_folder_show_their_file(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        lines(tmp_path, said(1, 1, "hello"), *replied(2, 1, "good day"), name=name)
    lines(tmp_path, '{"kind":"trace","schema":"nalyqor.trace/1","conversation_id":"alone"}', name="c.jsonl")
    text = (tmp_path / "c.jsonl").read_text().replace('"s1"', '"alone"')
    (tmp_path / "c.jsonl").write_text(text.split("\n")[0] + "\n")
    async with sitting(tmp_path, size) as s:
        await read(s)
        shown = [row.split("  ")[0].strip() for row in rows(s)]
        assert shown[:3] == ["s1 · a.jsonl", "s1 #2 · b.jsonl", "alone"]
        await s.ask("slash", "b.jsonl")
        await read(s)
        assert len(rows(s)) == 1 and "s1 #2" in rows(s)[0]


def test_files_that_are_read_as_one_are_told_apart_as_well(tmp_path: Path) -> None:
    talk = {
        "type": "user",
        "sessionId": "s1",
        "uuid": "u",
        "parentUuid": None,
        "timestamp": "2025-06-01T10:00:00Z",
    }
    for name in ("one", "two"):
        said = {**talk, "uuid": name, "message": {"role": "user", "content": f"I am {name}"}}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(said) + "\n")
    trace = Trace(tmp_path)
    assert {part.format.NAME for part in trace.parts} == {"claude-code"} and len(trace.parts) == 1
    named = dict(zip(trace.session_ids, map(trace.file, range(2)), strict=True))
    assert named == {"s1": "one.jsonl", "s1 #2": "two.jsonl"}


def test_in_one_file_a_session_needs_no_file_beside_it(tmp_path: Path) -> None:
    trace = Trace(many(tmp_path, "hello", "hello"))
    assert [trace.file(index) for index in range(2)] == ["", ""]


async def test_the_first_words_of_the_user_stand_where_there_is_room(tmp_path: Path) -> None:
    path = many(tmp_path, "Where is\nmy order K-1?", "Cancel it. " * 90, "")
    async with sitting(path, LARGE) as s:
        await read(s)
        assert "begins (observed)" in s.drawn().split("\n")[1]
        assert "c0 " in rows(s)[0] and "“Where is↵my order K-1?”" in rows(s)[0]
        assert "Cancel it. Cancel it." in rows(s)[1] and "…" in rows(s)[1]
        assert " not recorded " in rows(s)[2]
        await s.ask("slash", "my ORDER")
        await read(s)
        assert len(rows(s)) == 1
    async with sitting(path, SMALL) as s:
        await read(s)
        assert "begins" not in s.drawn() and "Where is" not in s.drawn()


async def test_of_very_many_sessions_they_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = many(tmp_path, "Where is my order?", "Cancel it.")
    monkeypatch.setattr(present, "MANY", 1)
    monkeypatch.setattr(widget, "MANY", 1)
    async with sitting(path, LARGE) as s:
        await read(s)
        assert not s.app.screen.list.rows[0].says  # type: ignore[attr-defined]
        assert "begins" not in s.drawn() and "Where is" not in s.drawn()


def test_rows_that_differ_in_nothing_but_their_first_words_are_kept_apart(tmp_path: Path) -> None:
    trace = Trace(many(tmp_path, "Where is my order?", "Cancel it."))
    kept = present.SessionRows(trace.session_ids)
    for row in present.read(trace, None, lambda: None):
        kept.put(row)
    assert [kept[index].says for index in range(2)] == ["Where is my order?", "Cancel it."]
    assert len(row_of(0, trace.session(0), None).says) < 100


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([{**said(1, 1, ""), "content": None}], id="not recorded"),
        pytest.param([said(1, 1, " \n ")], id="blank"),
        pytest.param([], id="no message"),
        pytest.param(['{"kind":"message","role":"user","seq":1,"turn":1,"cont'], id="unparsed"),
    ],
)
async def test_where_no_words_of_the_user_are_recorded_none_are_said_to_be_missing(
    tmp_path: Path, messages: list[Any]
) -> None:
    path = lines(tmp_path, *messages, *replied(2, 1, "good day"))
    other = {**HEADER, "conversation_id": "s2"}
    path.write_text(
        path.read_text() + json.dumps(other) + "\n" + json.dumps(said(1, 1, "not recorded")) + "\n"
    )
    async with sitting(path, LARGE) as s:
        await read(s)
        assert " not recorded " in rows(s)[0] and "“not recorded”" in rows(s)[1]


def test_the_first_message_that_has_words_is_the_one_that_is_told(tmp_path: Path) -> None:
    path = lines(
        tmp_path, {**said(1, 1, ""), "content": None}, *replied(2, 1, "yes?"),
        said(4, 2, " " * 200 + "Where is my order?" + " " * 200), *replied(5, 2, "here"),
    )  # fmt: skip
    assert row_of(0, Trace(path).session(0), None).says == "Where is my order?"


@pytest.mark.parametrize("width", [100, 109, 110, 111, 139, 140, 141, 160])
async def test_the_names_of_the_columns_stand_over_them(tmp_path: Path, width: int) -> None:
    path = many(tmp_path, *(["Where is my order K-1? " * 4] * 60))
    async with sitting(path, (width, 24)) as s:
        await read(s)
        head, row = s.drawn().split("\n")[1], rows(s)[0]
        assert head.index("output (observed)") == row.index("  not recorded")
        assert head.index("problems (derived)") == row.index("unknown: no policy")
        assert ("begins (observed)" in head) == ("“Where" in row) == (width >= 140)
        if width >= 140:
            assert head.index("begins") == row.index("“")


async def test_an_id_that_looks_like_an_id_with_a_file_is_told_from_one(tmp_path: Path) -> None:
    for name, session in (("a.jsonl", "c-1"), ("b.jsonl", "c-1"), ("c.jsonl", "c-1 · b.jsonl")):
        text = (
            json.dumps({**HEADER, "conversation_id": session}) + "\n" + json.dumps(said(1, 1, "hello")) + "\n"
        )
        (tmp_path / name).write_text(text)
    async with sitting(tmp_path, LARGE) as s:
        await read(s)
        drawn = [list(s.app.screen.list.render_line(y)) for y in range(1, 3)]  # type: ignore[attr-defined]
        with_file, without = ([(part.text.rstrip(), part.style.italic) for part in row] for row in drawn)
        assert with_file[:2] == [(" c-1 #2", None), (" · b.jsonl", True)]
        assert without[0] == (" c-1 · b.jsonl", None)


async def test_the_prompt_says_what_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        lines(tmp_path, said(1, 1, "hello"), name=name)
    async with sitting(tmp_path, LARGE) as s:
        await s.press("slash")
        assert "list sessions whose id, file, first words or outcome hold:" in s.drawn()
    inside = tmp_path / "one"
    inside.mkdir()
    monkeypatch.setattr(reading, "MANY", 1)
    async with sitting(many(inside, "hello", "hello"), LARGE) as s:
        await s.press("slash")
        assert "list sessions whose id or outcome hold:" in s.drawn()


WIDE = st.text(st.characters(codec="utf-8"), max_size=40) | st.text("会話記録abc", max_size=40)


@given(WIDE, st.text(st.characters(codec="utf-8"), max_size=20), st.integers(18, 30))
def test_a_name_and_its_file_fill_their_column(name: str, file: str, width: int) -> None:
    one, other = widget.name_cells(name, file, width)
    assert cell_len(one) + cell_len(other) == width
    assert not file or other.startswith(" · ")


def test_a_file_stands_beside_a_name_of_wide_letters_as_well() -> None:
    one, other = widget.name_cells("会話の記録の番号の一" * 3, "b.jsonl", 30)
    assert other.rstrip() == " · b.jsonl" and "…" in one and one.startswith("会話") and one.endswith("一")
