"""`nalyqor-tui notes`: what verify proves, what log tells, how two people's notes stand side by side, and blind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notes_samples import body
from tui_samples import HEADER, chats, lines, production, replied, said

from nalyqor_tui.cli import main
from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import author as authors
from nalyqor_tui.notes.anchor import anchor_at
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.names import beside
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present.review import Review, identity
from nalyqor_tui.trace.store import Trace

HOSTILE = "\x1b]52;c;eA==\x07\nVERDICT        holds\n| RECONSTRUCTED"


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return production(tmp_path)


def as_author(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(authors, "author", lambda: name)


def run(capsys: pytest.CaptureFixture[str], *args: str | Path, code: int = 0) -> list[str]:
    """Run a `notes` command, and return the lines that it prints."""
    assert main(["notes", *map(str, args)]) == code
    out = capsys.readouterr().out
    assert "\x1b" not in out
    return out.splitlines()


def add(
    trace: Path, decision: str, text: str, author: str = "Ada", notes: Path | None = None, **more: object
) -> Note:
    review = Review(Trace(trace), 0, find(None, trace))
    found = review.find(decision)
    assert found is not None
    journal = Journal.open(trace, notes_path=notes, author=author)
    return journal.create(anchor_at(review.place(found), review.identity()), body(text, **more))


def starts(found: list[str], word: str) -> list[str]:
    """Return the lines with this word in the gutter, without it."""
    return [each[15:] for each in found if each.startswith(f"{word:<15}")]


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return everything about every file below a folder that a write would change."""
    paths = sorted(p for p in folder.rglob("*"))
    return {
        str(p): (s.st_ino, s.st_mode, s.st_mtime_ns, s.st_size, p.read_bytes() if p.is_file() else b"")
        for p in paths
        for s in [p.stat()]
    }


class TestVerify:
    def test_notes_that_hold(self, trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
        add(trace, "9.1", "why")
        found = run(capsys, "verify", trace)
        assert starts(found, "TRACE")[1] == "1 note: the file is what it was when they were written"
        assert starts(found, "FILE") == [f"{beside(trace)}: 1 record, each with its checksum"]
        (note,) = starts(found, "NOTE")
        assert note.startswith("exact       9.1: hypothesis by Ada, ")
        assert note.endswith("; the same record where it stood; the trace is unchanged")
        assert found[-2:] == [
            "NOTES          1 note: 1 exact, 0 moved, 0 re-anchored, 0 orphaned",
            "VERDICT        holds",
        ]

    def test_no_notes_hold(self, trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(capsys, "verify", trace)[-1] == "VERDICT        holds"

    def test_a_trace_that_only_grew_is_untouched(
        self, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        add(trace, "9.1", "why")
        with trace.open("a") as file:
            file.write('{"kind":"message","seq":999,"turn":99,"role":"user","content":"more"}\n')
        found = run(capsys, "verify", trace)
        assert starts(found, "TRACE")[1].endswith("the file has grown since; what it held then is untouched")
        assert found[-1] == "VERDICT        holds"

    def test_one_byte_changed_elsewhere_is_found(
        self, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        add(trace, "9.1", "why")
        trace.write_bytes(trace.read_bytes().replace(b"bookcase", b"bookcaze", 1))
        found = run(capsys, "verify", trace, code=5)
        assert starts(found, "NOTE")[0].startswith("exact")
        assert starts(found, "VERDICT") == [
            "does not hold: 1 note bound to other bytes than the trace has now"
        ]

    def test_a_record_that_moved_is_found_again_and_one_that_went_is_not(
        self, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        add(trace, "9.1", "stays")
        gone = add(trace, "10.2", "goes")
        written = trace.read_text().splitlines()
        kept = [each for each in written if json.loads(each).get("id") not in (gone.anchor.record,)]
        trace.write_text("\n".join([kept[0], '{"kind":"note to self","seq":0}', *kept[1:]]) + "\n")
        found = run(capsys, "verify", trace, code=5)
        how = [each.split()[0] for each in starts(found, "NOTE")]
        assert how == ["re-anchored", "orphaned"]
        assert "10.2 (where it stood)" in starts(found, "NOTE")[1]
        assert starts(found, "NOTES") == ["2 notes: 0 exact, 0 moved, 1 re-anchored, 1 orphaned"]

    def test_what_was_set_aside_is_counted_and_named(
        self, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        add(trace, "9.1", "why")
        with beside(trace).open("ab") as file:
            file.write(b'{"anchor":{}}\n{"anchor":')
        found = run(capsys, "verify", trace, code=5)
        aside = starts(found, "SET ASIDE")
        assert [each.removeprefix(str(beside(trace)))[:3] for each in aside] == [":2:", ":3:"]
        assert starts(found, "VERDICT") == ["does not hold: 2 things set aside"]

    def test_a_note_whose_session_is_gone_is_an_orphan_not_nothing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        runs = chats(tmp_path)
        add(runs, "1.1", "why")
        path = beside(runs)
        (record,) = Journal.open(runs, author="x").notes()
        moved = record.anchor.model_copy(update={"session": "no such session"})
        path.unlink()
        Journal.open(runs, author="Ada").create(moved, record.body)
        found = run(capsys, "verify", runs, code=5)
        assert len(starts(found, "NOTE")) == 1
        assert "its session no such session is not in the trace any more" in starts(found, "NOTE")[0]
        for index in range(3):
            review = Review(Trace(runs), index, None)
            review.bind(Journal.open(runs, author="x").notes())
            assert [bound.binding.status for bound in review.notes] == ["orphaned"], "shown, not dropped"

    def test_it_writes_nothing(
        self, trace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(trace, "9.1", "why")
        with beside(trace).open("ab") as file:
            file.write(b"torn")
        before = state(trace.parent)
        as_author(monkeypatch, "Ada")
        real, flags = os.open, []
        monkeypatch.setattr(
            os, "open", lambda path, how, *more, **named: flags.append(how) or real(path, how, *more, **named)
        )
        for job in ("verify", "log"):
            main(["notes", job, str(trace)])
        assert not any(how & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) for how in flags)
        assert flags
        monkeypatch.undo()
        assert state(trace.parent) == before

    def test_hostile_names_stay_in_their_place(self, trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
        add(trace, "9.1", HOSTILE, author=HOSTILE, tags=[HOSTILE])
        assert starts(run(capsys, "verify", trace), "VERDICT") == ["holds"]
        found = run(capsys, "log", trace)
        assert starts(found, "VERDICT") == []
        assert len(starts(found, "RECONSTRUCTED")) == 1


class TestLog:
    def test_it_tells_every_step_and_what_an_edit_changed(
        self, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        note = add(trace, "9.1", "first", tags=["a"])
        journal = Journal.open(trace, author="Bob")
        journal.edit(note.id, body("second", tags=["a"]))
        journal.retract(note.id)
        found = run(capsys, "log", trace)
        told = starts(found, "RECONSTRUCTED")
        assert [each.split(" · ")[0] for each in told] == ["create hypothesis", "edit hypothesis", "retract"]
        assert [each.split(" · ")[2].split(",")[0] for each in told] == ["Ada", "Bob", "Bob"]
        assert f"after {note.id} at 9.1" in told[1]
        bars = [each.strip() for each in found if each.startswith("  ")]
        assert bars == ["| first", "| second"]
        assert (starts(found, "TAGS"), starts(found, "CHANGED")) == (["a"], ["text"])
        assert found[-1] == "NOTES          3 records in 1 note, 0 conflicts"

    def test_a_conflict_is_marked_on_both_that_stand(
        self, trace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        note = add(trace, "9.1", "first")
        for name in ("Ada", "Bob"):
            Journal.open(trace, author=name).edit(note.id, body(f"{name}'s"), base=note.head.id)
        found = run(capsys, "log", trace)
        assert ["in conflict" in each for each in starts(found, "RECONSTRUCTED")] == [False, True, True]
        assert found[-1].endswith("1 conflict")


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    records = [
        r for n in range(1, 7) for r in (said(10 * n, n, f"ask {n}"), *replied(10 * n + 1, n, f"reply {n}"))
    ]
    assert HEADER
    return lines(tmp_path, *records)


class TestMerge:
    def test_notes_are_paired_at_one_decision_or_next_to_it(
        self, talk: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        left, right = talk.with_name("ada.notes.jsonl"), talk.with_name("bob.notes.jsonl")
        for at, text in (("1.1", "Ada on one"), ("3.1", "Ada on three"), ("6.1", "Ada on six")):
            add(talk, at, text, notes=left, tags=["stale"])
        for at, text in (("1.1", "Bob on one"), ("4.1", "Bob on four")):
            add(talk, at, text, "Bob", notes=right)
        before = state(talk.parent)
        found = run(capsys, "merge", talk, left, right)
        assert starts(found, "SAME DECISION") == ["1.1"]
        assert starts(found, "ONE STEP APART") == ["3.1 left, 4.1 right"]
        assert [each.split(":")[0] for each in starts(found, "ONLY LEFT")] == ["6.1"]
        assert starts(found, "ONLY RIGHT") == []
        assert starts(found, "COUNT") == [
            "both at 1 decision, one apart at 1; 1 note only left, 0 notes only right"
        ]
        row = next(each for each in found if "Ada on one" in each)
        assert row.index("|   Bob on one") == 15 + 40 + 1
        assert starts(found, "DIFFER") == ["tag only left: stale"] * 2
        assert found[-1].startswith("nothing was written")
        assert state(talk.parent) == before

    def test_shared_notes_are_not_told_twice_and_versions_are_set_side_by_side(
        self, talk: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        left = talk.with_name("ada.notes.jsonl")
        same, later, split = (add(talk, "2.1", text, notes=left) for text in ("same", "later", "split"))
        assert same
        right = talk.with_name("bob.notes.jsonl")
        right.write_bytes(left.read_bytes())
        Journal.open(talk, notes_path=left, author="Ada").edit(split.id, body("Ada's split"))
        bob = Journal.open(talk, notes_path=right, author="Bob")
        bob.edit(split.id, body("Bob's split"))
        bob.edit(later.id, body("Bob's later"))
        found = run(capsys, "merge", talk, left, right, "-o", talk.with_name("both.notes.jsonl"))
        assert starts(found, "IN BOTH") == ["1 note, the same on both sides"]
        told = starts(found, "TWO VERSIONS")
        assert told[0].endswith("the one on the right is the later (text)")
        assert told[1].endswith("neither follows the other, so that both stand, in conflict")
        assert starts(found, "SAME DECISION") == []
        assert starts(found, "UNITED")[1].startswith("1 note in conflict")

    @pytest.mark.parametrize("target", ["ada", "new"])
    def test_the_union_is_appended_to_the_file_that_was_named(
        self, talk: Path, capsys: pytest.CaptureFixture[str], target: str
    ) -> None:
        left, right = talk.with_name("ada.notes.jsonl"), talk.with_name("bob.notes.jsonl")
        out = talk.with_name(f"{target}.notes.jsonl")
        add(talk, "1.1", "Ada's", notes=left)
        add(talk, "1.1", "Bob's", "Bob", notes=right)
        before = out.read_bytes() if out.exists() else b""
        run(capsys, "merge", talk, left, right, "-o", out)
        assert out.read_bytes().startswith(before)
        assert out.read_bytes().count(b"\n") == 2
        assert len(Journal.open(talk, notes_path=out, author="x").notes()) == 2
        found = run(capsys, "merge", talk, left, right, "-o", out)
        assert starts(found, "UNITED") == [f"{out}: 0 lines added"]

    def test_the_trace_is_no_place_for_the_union(
        self, talk: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        left = talk.with_name("ada.notes.jsonl")
        add(talk, "1.1", "Ada's", notes=left)
        before = talk.read_bytes()
        assert main(["notes", "merge", str(talk), str(left), str(left), "-o", str(talk)]) == 5
        assert main(["notes", "merge", str(talk), str(talk), str(left)]) == 5
        assert talk.read_bytes() == before

    def test_no_text_of_a_note_begins_a_line_or_a_column_of_ours(
        self, talk: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        left, right = talk.with_name("ada.notes.jsonl"), talk.with_name("bob.notes.jsonl")
        text = (
            "DIFFER         kind\nclaim: supported: so it was\n"
            + "x" * 38
            + " | y\n"
            + "語" * 30
            + "e\u0301" * 60
        )
        for at, author, file in (
            ("1.1", "A" * 50, left),
            ("1.1", "claim: " * 20, right),
            ("5.1", "B", right),
        ):
            add(talk, at, text, author, file, tags=[text])
        found = run(capsys, "merge", talk, left, right)
        words = {each[:15].strip() for each in found} - {"|", "nothing was wri"}
        assert words == {"LEFT", "RIGHT", "RECONSTRUCTED", "SAME DECISION", "ONLY RIGHT", "TAGS", "COUNT"}
        both = found[
            found.index("SAME DECISION  1.1") + 1 : next(n for n, f in enumerate(found) if "ONLY" in f)
        ]
        for each in both:
            left_column, _, right_column = each[15:].partition(" | ")
            assert not left_column.startswith("claim")
            assert not right_column.startswith("claim")


class TestBlind:
    def test_until_committed_nothing_of_others_is_shown_by_any_command(
        self, talk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine, theirs, both = (talk.with_name(f"{n}.notes.jsonl") for n in ("ada", "bob", "both"))
        add(talk, "1.1", "Ada's words", notes=mine)
        add(talk, "2.1", "Bob's words", "Bob", notes=theirs, tags=["Bobs-tag"])
        as_author(monkeypatch, "Ada")
        told = run(capsys, "merge", talk, mine, theirs, "-o", both, "--blind")
        told += run(capsys, "merge", talk, mine, both)
        for job in ("log", "verify"):
            told += run(capsys, job, talk, "--notes", both)
        for args in (
            ["show", talk, "--plain"],
            ["show", talk, "--json"],
            ["export", talk],
            ["export", talk, "--noted"],
        ):
            assert main([*map(str, args), "--notes", str(both)]) == 0
            told += capsys.readouterr().out.splitlines()
        text = "\n".join(told)
        assert "Ada's words" in text or "Ada" in text
        assert "Bob's words" not in text
        assert "Bobs-tag" not in text
        assert "by Bob" not in text
        assert "1 note of others" in text
        as_author(monkeypatch, "Bob")
        assert "Ada's words" in "\n".join(run(capsys, "log", talk, "--notes", both)), "only Ada reads blind"
        as_author(monkeypatch, "Ada")
        assert run(capsys, "commit", talk, "--notes", both) == [
            "committed: 1 of your notes; 1 of others are shown from here on"
        ]
        assert "Bob's words" in "\n".join(run(capsys, "log", talk, "--notes", both))
        assert main(["notes", "commit", str(talk), "--notes", str(both)]) == 5

    def test_what_was_written_blind_can_be_told_from_what_was_not(
        self, talk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        as_author(monkeypatch, "Ada")
        before = add(talk, "1.1", "before")
        ada = Journal.open(talk, author="Ada")
        ada.go_blind(identity(Trace(talk)))
        first = add(talk, "2.1", "first draft")
        ada.refresh()
        ada.edit(first.id, body("blind"))
        run(capsys, "commit", talk)
        add(talk, "3.1", "after")
        Journal.open(talk, author="Ada").edit(before.id, body("changed after"))
        told = starts(run(capsys, "log", talk), "RECONSTRUCTED")
        marks = [each.split(" · ")[1] for each in told if not each.startswith(("blind", "commit"))]
        assert marks == [
            "before reading blind", "blind", "blind", "after the others' notes were shown",
            "after the others' notes were shown",
        ]  # fmt: skip

    def test_it_holds_for_the_one_who_asked_and_across_programs(self, talk: Path) -> None:
        add(talk, "1.1", "Bob's", "Bob")
        ada = Journal.open(talk, author="Ada")
        ada.go_blind(identity(Trace(talk)))
        ada.go_blind(identity(Trace(talk)))
        assert beside(talk).read_bytes().count(b"\n") == 2
        with pytest.raises(NotesError, match="no note of yours"):
            ada.commit(identity(Trace(talk)))
        for journal in (ada, Journal.open(talk, author="Ada")):
            assert (journal.notes(), journal.hidden, journal.sight) == ([], 1, "blind")
        bob = Journal.open(talk, author="Bob")
        assert (len(bob.notes()), bob.hidden, bob.sight) == (1, 0, "open")
        with pytest.raises(NotesError, match="do not read blind"):
            bob.commit(identity(Trace(talk)))

    def test_anothers_edit_of_ones_own_note_is_hidden_and_a_conflict_afterwards(self, talk: Path) -> None:
        note = add(talk, "1.1", "Ada's")
        ada, bob = (Journal.open(talk, author=name) for name in ("Ada", "Bob"))
        ada.go_blind(identity(Trace(talk)))
        bob.refresh()
        bob.edit(note.id, body("Bob's"))
        ada.refresh()
        assert ada.note(note.id).body.text == "Ada's"
        ada.edit(note.id, body("Ada's again"))
        assert not ada.note(note.id).conflict
        ada.commit(identity(Trace(talk)))
        found = ada.note(note.id)
        assert {r.body.text for r in (found.head, *found.conflict) if r.body} == {"Bob's", "Ada's again"}

    def test_a_commit_is_for_good(self, talk: Path) -> None:
        ada = Journal.open(talk, author="Ada")
        add(talk, "1.1", "Ada's")
        ada.go_blind(identity(Trace(talk)))
        ada.commit(identity(Trace(talk)))
        ada.go_blind(identity(Trace(talk)))
        assert ada.sight == "committed"
        assert ada.undo() is None


LINE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b'{"anchor":{}}', b"null", b"[" * 2000, b'{"anchor":1,"crc":"0"}', b'{"crc":"' + b"9" * 300]
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, max_size=5))
def test_no_notes_file_makes_verify_or_log_fail_or_write(
    talk: Path, capsys: pytest.CaptureFixture[str], some: list[bytes]
) -> None:
    beside(talk).write_bytes(b"\n".join(some))
    before = state(talk.parent)
    for job in ("verify", "log"):
        assert main(["notes", job, str(talk)]) in ((0, 5) if job == "verify" else (0,))
        assert all(each.isprintable() for each in capsys.readouterr().out.splitlines())
    assert state(talk.parent) == before
