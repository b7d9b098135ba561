"""Writing down why: saved before it is said so, never lost, never alone in the file."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, TextArea
from tui_samples import BOTH, LARGE, SMALL, Sitting, a_note, opened, production, sitting

from nalyqor_tui.notes import storage
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body
from nalyqor_tui.tui.screens.view import ReviewView
from nalyqor_tui.tui.widgets.choices import OneOf


def on_disk(trace: Path) -> list[dict[str, object]]:
    """Return the records of the notes file as it stands."""
    notes = Path(f"{trace}.notes.jsonl")
    return [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []


def drafts(trace: Path) -> list[Path]:
    """Return the drafts that lie beside a trace."""
    return sorted(trace.parent.glob("*.draft.json"))


async def write(s: Sitting, text: str, *, claims: str = "", tags: str = "") -> None:
    """Open the editor and fill it in, without leaving it."""
    await s.press("a")
    fill(s, text, claims=claims, tags=tags)


def fill(s: Sitting, text: str, *, claims: str = "", tags: str = "") -> None:
    """Put texts into the fields of the open editor."""
    s.app.screen.query_one("#text", TextArea).text = text
    s.app.screen.query_one("#claims", TextArea).text = claims
    s.app.screen.query_one("#tags", Input).value = tags


@pytest.mark.parametrize("size", BOTH)
async def test_a_note_is_written_by_keys_alone_with_kind_tags_evidence_and_claims(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    trace = production(tmp_path)
    async with sitting(trace, size, at="9.1") as s:
        await s.press("a")
        assert "Note on 9.1 notify record_id K-310, to partner" in s.drawn()
        await s.type("Old yes.")
        await s.press("shift+tab", "right", "right", "left")
        assert s.app.screen.query_one("#kind", OneOf).chosen == "hypothesis"
        assert "[hypothesis]" in s.drawn()
        await s.press("tab", "tab")
        await s.type("stale confirmation, mine")
        await s.press("tab")
        await s.type("supported: it had run out [4] [5]\nnobody asked")
        await s.press("tab", "down", "down", "down", "space", "down", "space")
        if size == LARGE:
            assert "[x] [4] derived   policy: ended: expired in turn 6" in s.drawn()
        await s.press("escape")
        assert s.top == "ReviewScreen"
        (record,) = on_disk(trace)
        body = record["body"]
        assert isinstance(body, dict)
        assert (body["kind"], body["text"], body["tags"]) == (
            "hypothesis",
            "Old yes.",
            ["stale confirmation", "mine"],
        )
        assert [e["truth"] for e in body["evidence"]] == ["derived", "derived"]
        assert body["evidence"][0]["quote"].startswith("ended: expired in turn 6")
        assert [(c["status"], c["text"], c["evidence"]) for c in body["claims"]] == [
            ("supported", "it had run out", [0, 1]), ("asserted", "nobody asked", [])]  # fmt: skip
        assert record["author"] == "Ada"
        assert s.told[-1].startswith("saved: production.jsonl.notes.jsonl, ")
        assert s.step().endswith("✎")
        await s.press("7")
        shown = s.pane_text("notes")
        assert "REC │ hypothesis Ada, 20" in shown
        assert "Old yes." in shown
        assert "supported: it had run out [1] [2]" in " ".join(shown.split())
        assert "✎ 1 saved" in s.drawn().split("\n")[0]


async def test_the_note_is_on_the_disk_before_the_screen_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = production(tmp_path)
    events: list[str] = []
    create, sync, tell = Journal.create, os.fdatasync, ReviewView.tell

    def created(self: Journal, *args: object) -> object:
        note = create(self, *args)  # type: ignore[arg-type]
        events.append(f"created, {len(on_disk(trace))} on the disk")
        return note

    def told(self: ReviewView, says: object, **more: bool) -> None:
        events.append("told")
        tell(self, says, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fdatasync", lambda fd: (events.append("synced"), sync(fd))[1])
    monkeypatch.setattr(Journal, "create", created)
    monkeypatch.setattr(ReviewView, "tell", told)
    async with sitting(trace, SMALL) as s:
        await write(s, "why")
        assert events == []
        await s.press("escape")
        assert events == ["synced", "created, 1 on the disk", "told"]
        assert s.told[-1].startswith("saved: ")


async def test_a_failed_save_says_unsaved_and_keeps_the_text_as_a_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = production(tmp_path)
    with monkeypatch.context() as full:
        async with sitting(trace, SMALL, at="9.1") as s:
            await write(s, "half an hour of thought")
            full.setattr(storage.Storage, "_append_to", _no_space)
            await s.press("escape")
            assert any(t.startswith("UNSAVED: ") for t in s.told)
            assert not any(t.startswith("saved") for t in s.told)
            assert on_disk(trace) == []
            assert not s.step().endswith("✎")
            assert len(drafts(trace)) == 1
            assert s.top == "ReviewScreen"
            assert s.at == "9.1"
    async with sitting(trace, SMALL, at="9.1") as s:
        await s.press("a")
        assert "A draft from an earlier session" in s.drawn()
        assert "half an hour of thought" in s.drawn()
        await s.press("escape")
        assert s.told[-1].startswith("saved: ")
        assert [r["body"]["text"] for r in on_disk(trace)] == ["half an hour of thought"]  # type: ignore[index]
        assert drafts(trace) == []


async def test_where_not_even_the_draft_can_be_kept_the_text_stays_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nalyqor_tui.notes import files

    trace = production(tmp_path)
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "half an hour of thought")
        with monkeypatch.context() as full:
            full.setattr(storage.Storage, "_append_to", _no_space)
            full.setattr(files, "replace", _no_space)
            await s.press("escape")
            assert any(t.startswith("UNSAVED: ") for t in s.told)
            assert s.top == "Editor"
            assert s.app.screen.query_one("#text", TextArea).text == "half an hour of thought"
        await s.press("escape")
        assert s.told[-1].startswith("saved: ")
        assert len(on_disk(trace)) == 1


def _no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_ctrl_q_keeps_a_draft_which_is_offered_at_its_own_decision_only(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "not sure yet", tags="one")
        await s.press("ctrl+q")
        assert s.top == "ReviewScreen"
        assert on_disk(trace) == []
        assert len(drafts(trace)) == 1
    async with sitting(trace, SMALL, at="9.2") as s:
        await s.press("a")
        assert "A draft" not in s.drawn()
        await s.press("escape")
        assert on_disk(trace) == [], "an empty note is none"
        await s.press("k", "a")
        assert "A draft from an earlier session" in s.drawn()
        assert s.app.screen.query_one("#text", TextArea).text == "not sure yet"
        await s.press("escape")
        assert len(on_disk(trace)) == 1
        assert drafts(trace) == []


async def test_ctrl_c_leaves_from_anywhere_and_keeps_what_stands_in_the_editor(tmp_path: Path) -> None:
    trace = production(tmp_path)
    for first in ((), ("slash",), ("question_mark",), ("5", "W"), ("L",)):
        async with sitting(trace, SMALL, at="9.1") as s:
            await s.press(*first, "ctrl+c")
            assert s.app.return_code == 130
            assert not s.told
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "not sure yet")
        await s.press("ctrl+c")
        assert s.app.return_code == 130
    (draft,) = drafts(trace)
    assert json.loads(draft.read_text())["body"]["text"] == "not sure yet"


@pytest.mark.parametrize(("key", "filled"), [("slash", "order"), ("x", "production.report.md")])
async def test_ctrl_c_leaves_from_a_prompt_that_is_filled_in(tmp_path: Path, key: str, filled: str) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.ask("slash", "order")
        await s.press(key)
        assert s.app.screen.query_one("#prompt-input", Input).value == filled
        await s.press("ctrl+c")
        assert s.app.return_code == 130
        assert not s.app.clipboard


async def test_what_a_prompt_is_filled_in_with_gives_way_or_is_gone_on_with(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.ask("slash", "order")
        for keys, found in ((("x",), "x"), (("end", "s"), "orders"), ((), "order")):
            await s.press("slash", *keys)
            field = s.app.screen.query_one("#prompt-input", Input)
            assert (field.value, field.cursor_position) == (found, len(found))
            await s.press("escape")


async def test_ctrl_c_copies_what_one_selects_in_a_prompt(tmp_path: Path) -> None:
    async with sitting(production(tmp_path), SMALL, at="9.1") as s:
        await s.ask("slash", "order")
        await s.press("slash", "end", "shift+left", "shift+left", "ctrl+c")
        assert s.app.return_code is None
        assert s.app.clipboard == "er"


async def test_ctrl_c_copies_what_is_selected_and_does_not_leave(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "not sure yet")
        s.app.screen.query_one("#text", TextArea).focus()
        s.app.screen.query_one("#text", TextArea).select_all()
        await s.press("ctrl+c")
        assert s.app.return_code is None
        assert s.app.clipboard == "not sure yet"
        assert s.told[-1].startswith("selection: ")


async def test_ctrl_c_does_not_leave_where_the_draft_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nalyqor_tui.notes import files

    trace = production(tmp_path)
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "half an hour of thought")
        with monkeypatch.context() as disk:
            disk.setattr(files, "replace", _no_space)
            await s.press("ctrl+c")
            assert s.told[-1].startswith("UNSAVED: ")
            assert s.top == "Editor"
            assert s.app.return_code is None
        await s.press("ctrl+c")
        assert s.app.return_code == 130
    assert len(drafts(trace)) == 1


async def test_a_draft_is_kept_while_one_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nalyqor_tui.tui.screens import editor

    assert editor._DRAFT_EVERY <= 2
    monkeypatch.setattr(editor, "_DRAFT_EVERY", 0.02)
    trace = production(tmp_path)
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "while one types")
        await s.pilot.pause(0.1)
        (draft,) = drafts(trace)
        assert json.loads(draft.read_text())["body"]["text"] == "while one types"


async def test_a_claim_that_cites_what_was_not_taken_is_refused_in_words(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "text", claims="supported: so it was [3]")
        await s.press("escape")
        assert s.top == "Editor"
        assert "A claim cites [3], which is not taken as evidence" in " ".join(
            s.drawn().replace("│", " ").split()
        )
        assert s.focus == "claims"
        assert on_disk(trace) == []
        await s.press("tab")
        s.app.screen.query_one("#evidence", OptionList).highlighted = 2
        await s.press("space", "escape")
        assert s.top == "ReviewScreen"
        (record,) = on_disk(trace)
        assert record["body"]["claims"][0]["evidence"] == [0]  # type: ignore[index]


async def test_a_note_whose_claim_is_not_right_yet_is_kept_as_a_draft_all_the_same(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(trace, SMALL, at="9.1") as s:
        await write(s, "the text", claims="supported: so it was [3]")
        await s.press("ctrl+q")
        assert s.top == "ReviewScreen"
        assert len(drafts(trace)) == 1
        await s.press("a")
        assert s.app.screen.query_one("#text", TextArea).text == "the text"
        claim = s.app.screen.query_one("#claims", TextArea).text
        assert claim == "supported: so it was [?]", (
            "a number would mean another row once the order has changed"
        )


async def test_enter_on_a_note_edits_it_and_what_it_cites_stays_cited(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(trace, at="9.1") as s:
        await write(s, "first words", claims="contradicted: so it was [6]")
        s.app.screen.query_one("#claims").focus()
        await s.press("tab")
        s.app.screen.query_one("#evidence", OptionList).highlighted = 5
        await s.press("space", "escape")
        quote = on_disk(trace)[0]["body"]["evidence"][0]["quote"]  # type: ignore[index]
        await s.press("7", "enter")
        assert s.top == "Editor"
        assert s.app.screen.query_one("#claims", TextArea).text == "contradicted: so it was [1]"
        s.app.screen.query_one("#text", TextArea).text = "better words"
        await s.press("escape")
        assert "better words" in s.pane_text("notes")
        assert "first words" not in s.pane_text("notes")
        create, edit = on_disk(trace)
        assert (create["op"], edit["op"], edit["prev"]) == ("create", "edit", create["id"])
        assert edit["body"]["evidence"][0]["quote"] == quote  # type: ignore[index]
        assert edit["body"]["claims"][0]["evidence"] == [0]  # type: ignore[index]
        await s.press("7", "enter", "escape")
        assert len(on_disk(trace)) == 2, "the same words over again write nothing"


async def test_a_mark_comes_and_goes_and_undo_leads_back_and_forth(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(trace, at="9.1") as s:
        await s.press("m")
        assert s.told[-1] == "marked"
        assert s.step().endswith("✎")
        await s.press("m")
        assert s.told[-1] == "mark taken back"
        assert not s.step().endswith("✎")
        await s.press("z")
        assert s.told[-1].startswith("Undone: the retraction of the note")
        assert s.step().endswith("✎")
        await s.press("Z")
        assert s.told[-1].startswith("Redone: ")
        assert not s.step().endswith("✎")
        await s.press("z", "z")
        assert not s.step().endswith("✎")
        await s.press("z")
        assert s.told[-1] == "nothing to undo in this session of the program"
        await s.press("Z", "Z", "Z")
        assert s.told[-1] == "nothing to redo"
        assert [r["op"] for r in on_disk(trace)] == ["create", "retract", "restore", "retract", "restore", "retract",
                                                     "restore", "retract"]  # fmt: skip


async def test_a_note_is_retracted_where_the_cursor_of_the_notes_stands(tmp_path: Path) -> None:
    trace = production(tmp_path)
    for text in ("one", "two"):
        a_note(trace, "9.1", Body(kind="question", text=text))
    async with sitting(trace, at="9.1") as s:
        await s.press("7", "down", "r")
        assert s.told[-1].endswith("is retracted; z brings it back")
        assert "one" in s.pane_text("notes")
        assert "two" not in s.pane_text("notes")
        await s.press("z")
        assert "two" in s.pane_text("notes")
    async with sitting(production(tmp_path), at="1.1") as s:
        await s.press("r")
        assert s.told == ["no note is under the cursor: focus the notes with 7, and choose one"]


@pytest.mark.parametrize("key", ["u", "7", "j"])
async def test_two_programs_on_one_file_see_each_others_notes_with_the_next_action(
    tmp_path: Path, key: str
) -> None:
    trace = production(tmp_path)
    async with sitting(trace, at="8.2") as s:
        other = opened(trace, author="Bert")
        a_note(trace, "9.1", Body(kind="question", text="from the other desk"), author="Bert")
        await s.press(key)
        await s.go("9.1")
        assert s.step().endswith("✎")
        assert "from the other desk" in s.pane_text("notes")
        await s.press("m")
        assert other.journal.refresh()
        assert [(n.author, n.body.kind) for n in other.journal.notes()] == [
            ("Bert", "question"),
            ("Ada", "mark"),
        ]


async def test_coming_back_to_the_window_shows_what_others_wrote_meanwhile(tmp_path: Path) -> None:
    from textual.events import AppBlur, AppFocus

    trace = production(tmp_path)
    async with sitting(trace, at="9.1") as s:
        await s.at_once(AppBlur())
        a_note(trace, "9.1", Body(kind="question", text="from the other desk"), author="Bert")
        await s.at_once(AppFocus())
        assert s.step().endswith("✎")
        assert "from the other desk" in s.pane_text("notes")
        assert "✎ 1 saved" in s.drawn().split("\n")[0]


async def test_the_trace_is_neither_written_nor_touched(tmp_path: Path) -> None:
    trace = production(tmp_path)
    trace.chmod(0o444)

    def state() -> tuple[object, ...]:
        stat = trace.stat()
        return (
            hashlib.sha256(trace.read_bytes()).hexdigest(),
            stat.st_mtime_ns,
            stat.st_ino,
            stat.st_size,
            stat.st_mode,
        )

    before = state()
    async with sitting(trace, at="9.1") as s:
        await write(s, "a note", tags="x")
        await s.press("escape", "m", "m", "z", "Z", "7", "enter")
        s.app.screen.query_one("#text", TextArea).text = "another"
        await s.press("escape", "j", "e", "x")
        s.app.focused.value = str(tmp_path / "r.md")  # type: ignore[union-attr]
        await s.press("enter")
        assert all(mode == os.O_RDONLY for mode in modes(trace))
    assert state() == before
    assert len(on_disk(trace)) >= 5
    assert (tmp_path / "r.md").exists()


def modes(path: Path) -> Iterator[int]:
    """Yield how this process has a file open, for each time that it has."""
    for descriptor in Path("/proc/self/fd").iterdir() if Path("/proc/self/fd").exists() else ():
        with suppress(OSError):
            if descriptor.readlink() == path:
                yield fcntl.fcntl(int(descriptor.name), fcntl.F_GETFL) & os.O_ACCMODE


async def test_notes_lie_elsewhere_where_they_were_told_to(tmp_path: Path) -> None:
    trace = production(tmp_path)
    async with sitting(opened(trace, notes=tmp_path / "else.jsonl"), at="9.1") as s:
        await s.press("m")
    assert (tmp_path / "else.jsonl").exists()
    assert on_disk(trace) == []


async def test_a_note_keeps_its_place_and_its_hostile_text_is_shown_harmless(tmp_path: Path) -> None:
    trace = production(tmp_path)
    a_note(
        trace,
        "9.1",
        Body(kind="question", text="\x1b]52;c;eA==\x07 [@click=app.quit]x[/]", tags=("\x1b[5n",)),
    )
    async with sitting(trace, at="9.1") as s:
        shown = " ".join(s.pane_text("notes").replace("REC │", "").split())
        assert "\\u{1b}]52;c;eA==\\u{7} [@click=app.quit]x[/] tags \\u{1b}[5n" in shown
        await s.press("7", "enter")
        assert s.app.screen.query_one("#text", TextArea).text.startswith("\x1b]52"), (
            "the editor edits what was written"
        )
