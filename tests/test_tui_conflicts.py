"""Two people on one file, on the screen: versions side by side and settled by a key; and a reader who reads blind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import TextArea
from tui_samples import BOTH, SMALL, Sitting, a_note, opened, production, sitting

from nalyqor_tui.notes.drafts import Draft
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body
from nalyqor_tui.present.review import identity
from nalyqor_tui.trace.store import Trace


def disputed(trace: Path, *, bert: str | None = "Bert's words") -> str:
    """Write a note that Ada and Bert superseded at once (Bert by a retraction where he has no words); return its id."""
    a_note(trace, "9.1", Body(kind="question", text="first words"))
    ada, other = (Journal.open(trace, author=name) for name in ("Ada", "Bert"))
    (note,) = ada.notes()
    ada.edit(note.id, Body(kind="question", text="Ada's words", tags=("mine",)))
    if bert is None:
        other.retract(note.id)
    else:
        other.edit(note.id, Body(kind="question", text=bert))
    return note.id


def stands(trace: Path) -> list[tuple[str, str]]:
    """Return what stands of the only note: the op and the text of each version."""
    (note,) = Journal.open(trace, author="reader").notes()
    return [(r.op, r.body.text if r.body else "") for r in (note.head, *note.conflict)]


def column(s: Sitting, number: int) -> str:
    rows = s.app.screen.query_one(f"#version-{number}")
    return "\n".join(strip.text.rstrip() for _, strip in rows._strips)  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", BOTH)
async def test_versions_stand_side_by_side_and_one_is_taken_by_a_key(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    trace = production(tmp_path)
    disputed(trace)
    async with sitting(trace, size, at="9.1") as s:
        if size != SMALL:
            assert "1 in conflict" in s.drawn().split("\n")[0]
        await s.press("w")
        assert s.top == "ConflictScreen"
        drawn = s.drawn().split("\n")
        assert any("Bert's words" in row and "Ada's words" in row for row in drawn), (
            "in one row, beside each other"
        )
        assert "2 versions of the note at 9.1" in s.drawn()
        assert "REC │ version    changes text" in column(s, 0)
        assert "changes text, tags" in " ".join(column(s, 1).split())
        await s.press("right", "enter")
        assert s.top == "ReviewScreen"
        assert s.told[-1].startswith("settled: ")
        assert stands(trace) == [("edit", "Ada's words")]
        await s.press("w")
        assert s.told[-1] == "no note is in conflict"


async def test_another_text_is_written_from_a_version_and_supersedes_both(tmp_path: Path) -> None:
    trace = production(tmp_path)
    disputed(trace)
    async with sitting(trace, at="9.1") as s:
        await s.press("w", "a")
        assert s.app.screen.query_one("#text", TextArea).text == "Bert's words"
        s.app.screen.query_one("#text", TextArea).text = "what both say"
        await s.press("escape")
        assert stands(trace) == [("edit", "what both say")]
        assert list(trace.parent.glob("*.draft.json")) == []


async def test_a_retraction_is_a_version_like_any_other(tmp_path: Path) -> None:
    trace = production(tmp_path)
    disputed(trace, bert=None)
    assert stands(trace) == [("edit", "Ada's words"), ("retract", "")]
    async with sitting(trace, at="9.1") as s:
        await s.press("w")
        assert "retracts the note" in column(s, 1)
        await s.press("right", "enter")
        assert s.told[-1] == "retracted"
        assert stands(trace) == [("retract", "")]
        assert not s.step().endswith("✎")
        await s.press("z")
        assert s.step().endswith("✎")


async def test_to_leave_it_writes_nothing_and_what_came_meanwhile_stays_in_conflict(tmp_path: Path) -> None:
    trace = production(tmp_path)
    name = disputed(trace)
    before = Path(f"{trace}.notes.jsonl").read_bytes()
    async with sitting(trace, at="9.1") as s:
        await s.press("w", "escape")
        assert Path(f"{trace}.notes.jsonl").read_bytes() == before
        await s.press("w")
        Journal.open(trace, author="Cleo").edit(name, Body(kind="question", text="Cleo's words"), base=name)
        await s.press("enter")
        assert set(stands(trace)) == {("edit", "Bert's words"), ("edit", "Cleo's words")}


async def test_more_versions_than_fit_are_reached_by_the_same_key(tmp_path: Path) -> None:
    trace = production(tmp_path)
    name = disputed(trace)
    for author in ("Cleo", "Dan"):
        Journal.open(trace, author=author).edit(
            name, Body(kind="question", text=f"{author}'s words"), base=name
        )
    async with sitting(trace, SMALL, at="9.1") as s:
        await s.press("w", "left")
        assert "Cleo's words" in column(s, 3)
        assert s.focus == "version-3"
        await s.press("tab", "tab", "enter")
        assert len(stands(trace)) == 1
        assert stands(trace) == [("edit", "Bert's words")] or stands(trace) == [("edit", "Ada's words")]


async def test_a_conflict_elsewhere_is_named(tmp_path: Path) -> None:
    trace = production(tmp_path)
    disputed(trace)
    async with sitting(trace, at="1.1") as s:
        await s.press("w")
        assert s.told[-1] == "no note is in conflict here, but at 9.1"


def blind(trace: Path) -> None:
    Journal.open(trace, author="Ada").go_blind(identity(Trace(trace)))


@pytest.mark.parametrize("size", BOTH)
async def test_a_blind_reader_sees_nothing_of_others_until_they_commit(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    trace = production(tmp_path)
    a_note(trace, "9.1", Body(kind="question", text="Bert's words", tags=("berts-tag",)), author="Bert")
    Journal.open(trace, author="Bert").drafts.save(
        Draft(
            author="Bert",
            anchor=Journal.open(trace, author="x").notes()[0].anchor,
            body=Body(kind="mark", text="Bert's draft"),
        )
    )
    blind(trace)
    async with sitting(trace, size, at="9.1") as s:
        seen = [s.drawn(), s.pane_text("notes"), s.step()]
        assert not s.step().endswith("✎")
        await s.press("7")
        seen += [s.drawn(), s.pane_text("notes")]
        assert "1 note of others is hidden until you commit yours" in " ".join(
            s.pane_text("notes").replace("─", "").split()
        )
        await s.press("1", "u")
        assert "no notes" in s.told[-1]
        await s.press("b")
        assert s.told[-1].startswith("there is no note of yours to commit")
        await s.press("a")
        seen.append(s.drawn())
        assert "A draft from" not in s.drawn()
        await s.type("my own")
        await s.press("escape", "c")
        seen.append(s.drawn())
        await s.press("escape", "slash")
        await s.type("Bert's words")
        await s.press("enter")
        seen.append(s.drawn())
        await s.press("escape")
        a_note(trace, "8.2", Body(kind="question", text="Bert's more"), author="Bert")
        await s.press("k", "j", "7")
        seen += [s.drawn(), *s.told]
        assert not [
            text for text in seen if "Bert's words\n" in text or "Bert's more" in text or "berts-tag" in text
        ]
        await s.press("1", "b", "n", "enter")
        assert "stay hidden" in s.told[-1]
        assert "Bert's words" not in s.pane_text("notes")
        await s.press("b", "y", "enter")
        assert s.told[-1] == "1 of your notes are committed; 2 of others are shown now"
        await s.press("7")
        assert "Bert's words" in s.pane_text("notes")
    written = [json.loads(line) for line in Path(f"{trace}.notes.jsonl").read_text().splitlines()]
    assert [r["op"] for r in written] == ["create", "blind", "create", "create", "commit"]
    assert written[-1]["covers"] == [written[2]["id"]]


async def test_who_does_not_read_blind_has_nothing_to_commit(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(opened(trace), at="9.1") as s:
        await s.press("b")
        assert s.told[-1].startswith("you do not read blind")
        assert not Path(f"{trace}.notes.jsonl").exists()
