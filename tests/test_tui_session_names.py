"""What stands beside the id of a session: the file of a folder that it is in, and how it begins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_tui_sessions import read, rows
from tui_samples import BOTH, HEADER, LARGE, SMALL, lines, replied, said, sitting

from nalyqor_tui.present import sessions as present
from nalyqor_tui.present.sessions import row_of
from nalyqor_tui.trace.store import Trace
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
        assert "c0 " in rows(s)[0] and "Where is↵my order K-1?" in rows(s)[0]
        assert "Cancel it. Cancel it." in rows(s)[1] and "…" in rows(s)[1]
        assert "no words of a user" in rows(s)[2]
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
