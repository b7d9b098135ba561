"""Two writers, and everything that a disk can do to them, against a model of what was acknowledged."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from notes_samples import a_trace, anchor, body

from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes import files, merge, storage
from nalyqor_tui.notes.ids import ulid
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.lines import encode
from nalyqor_tui.notes.model import NoteRecord
from nalyqor_tui.notes.names import beside, files_of
from nalyqor_tui.notes.reader import Reader


class Killed(BaseException):
    """The process ends here."""


FAULTS = ("none", "none", "none", "short", "full", "eio on write", "eio on flush", "full on flush",
          "no way back", "killed in a write", "killed before the flush", "killed after it",
          "no lock here", "lock stays taken", "no name on disk")  # fmt: skip
NO_WAY_BACK = ("no way back",)
"""Faults after which a whole record may be in the file although it was not acknowledged, or a torn one."""

REFUSED = ("short", "full", "eio on write", "eio on flush", "full on flush", "no way back", "pages lost")
OPS = ("create", "create", "edit", "edit", "retract", "restore", "settle", "undo", "redo", "blind", "commit")


def raising(number: int) -> Callable[..., object]:
    def call(*_: object) -> object:
        raise OSError(number, os.strerror(number))

    return call


@contextmanager
def fault(name: str, part: float) -> Iterator[None]:
    """Let one thing go wrong; `part` is how much of a write is done before it does."""
    write, real = os.write, {"fsync": lambda _: None, "fdatasync": lambda _: None}
    calls: dict[str, Callable[..., object]] = dict(real)

    def some(descriptor: int, data: bytes) -> int:
        return write(descriptor, data[: int(len(data) * part)])

    def killed(descriptor: int, data: bytes) -> int:
        some(descriptor, data)
        raise Killed

    def die(*_: object) -> None:
        raise Killed

    if name == "short":
        calls["write"] = some
    elif name in ("full", "eio on write"):
        calls["write"] = raising(errno.ENOSPC if name == "full" else errno.EIO)
    elif name in ("eio on flush", "full on flush"):
        calls["fdatasync"] = raising(errno.EIO if name == "eio on flush" else errno.ENOSPC)
    elif name == "no way back":
        calls |= {"write": some, "fdatasync": raising(errno.ENOSPC), "ftruncate": raising(errno.EIO)}
    elif name == "killed in a write":
        calls |= {"write": killed, "ftruncate": die}
    elif name in ("pages lost", "power cut"):
        calls |= dict(zip(("write", "fdatasync"), _losing(name), strict=True))
    elif name == "killed before the flush":
        calls |= {"fdatasync": die, "ftruncate": die}
    elif name == "killed after it":
        calls |= {"ftruncate": die}
    elif name == "no name on disk":
        calls["fsync"] = raising(errno.EIO)
    locks: dict[str, Callable[..., object]] = {
        "no lock here": raising(errno.ENOLCK),
        "lock stays taken": raising(errno.EWOULDBLOCK),
    }
    with mock.patch.multiple("os", **calls), mock.patch.object(storage, "LOCK_WAIT", 0):
        if name in locks:
            with mock.patch.object(files.fcntl, "flock", locks[name]):
                yield
        else:
            yield


def _losing(name: str) -> tuple[Callable[..., object], Callable[..., object]]:
    """Return a write, and a flush that loses what was written, as a disk may: with an error, or with the power."""
    write, cut, sizes = os.write, os.ftruncate, {}

    def remember(descriptor: int, data: bytes) -> int:
        sizes[descriptor] = os.fstat(descriptor).st_size
        return write(descriptor, data)

    def lose(descriptor: int) -> None:
        cut(descriptor, sizes[descriptor])
        if name == "power cut":
            raise Killed
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    return remember, lose


THIRD = NoteRecord(
    id="01N", note="01N", op="edit", prev="01M", author="Cleo", ts="t", anchor=anchor(), body=body("c")
)


class TwoWriters(RuleBasedStateMachine):
    """Ada and Bob write to the notes of one trace, each in a program that may be killed and begun anew."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.trace = a_trace(self.folder)
        self.path = beside(self.trace)
        self.saved: dict[str, bytes] = {}
        """What was acknowledged: each record's line by its id."""
        self.tried = 0
        self.torn = 0
        self.held: dict[Path, bytes] = {}
        self.writers = [self._open(author) for author in ("Ada", "Bob")]

    def _open(self, author: str) -> Journal:
        return Journal.open(self.trace, notes_path=self.path, author=author)

    @rule(who=st.integers(0, 1), op=st.sampled_from(OPS), which=st.integers(0, 3),
          wrong=st.sampled_from(FAULTS), part=st.floats(0, 0.99))  # fmt: skip
    def write(self, who: int, op: str, which: int, wrong: str, part: float) -> None:
        """Do one thing; what came back without an error was acknowledged."""
        journal = self.writers[who]
        before = {record.id for record in journal._storage.records}
        self.tried += 1
        bytes_before = self._bytes()
        try:
            with fault(wrong, part):
                self._act(journal, op, which)
        except NotesError as error:
            assert error.what
            assert error.remedy
            if wrong == "no way back":
                self.torn += 1
            elif op not in ("undo", "redo"):  # which may have written the first of two records
                assert self._bytes() == bytes_before, "what was not saved was cut back"
            if wrong == "none":
                assert journal.path in journal._storage._failed, "only a disk that failed before is a reason"
            return
        except Killed:
            self.torn += 1
            self.writers[who] = self._open(journal.author)
            return
        if wrong in REFUSED:
            assert self._bytes() == bytes_before, "nothing is said to be saved that the disk refused"
        mine = [r for r in journal._storage.records if r.id not in before and r.author == journal.author]
        self.saved |= {record.id: encode(record) for record in mine}

    def _bytes(self) -> dict[Path, bytes]:
        return {path: data for path in files_of(self.path) if path.exists() and (data := path.read_bytes())}

    @staticmethod
    def _act(journal: Journal, op: str, which: int) -> None:
        notes = journal.notes()
        if op in ("undo", "redo"):
            getattr(journal, op)()
        elif op == "blind":
            journal.go_blind(anchor().trace)
        elif op == "commit":
            if journal.sight == "blind" and any(not note.retracted for note in notes):
                journal.commit(anchor().trace)
        elif op == "create" or not notes:
            journal.create(anchor(f"{which + 1}.1"), body(f"new {which}"))
        elif op in ("edit", "settle"):
            getattr(journal, op)(notes[which % len(notes)].id, body(f"{op} {which}"))
        else:
            getattr(journal, op)(notes[which % len(notes)].id)

    @rule(who=st.integers(0, 1))
    def look(self, who: int) -> None:
        """Take in what the other wrote."""
        self.writers[who].refresh()
        fresh = Journal.open(self.trace, notes_path=self.path, author=self.writers[who].author)
        assert self.writers[who].notes() == fresh.notes()
        assert self.writers[who].hidden == fresh.hidden

    @rule(who=st.integers(0, 1))
    def restart(self, who: int) -> None:
        """End a program and begin it anew."""
        self.writers[who] = self._open(self.writers[who].author)

    @rule(cut=st.floats(0, 1))
    def a_third_writer_was_killed_in_a_write(self, cut: float) -> None:
        """Leave a torn tail, as a program does that ends in the middle of a line: before it, it closes another's."""
        data = self.path.read_bytes() if self.path.exists() else b""
        line = encode(THIRD.model_copy(update={"id": ulid()}))
        line = line if data[-1:] in (b"", b"\n") else b"\n" + line
        self.path.write_bytes(data + line[: int(len(line) * cut)])
        self.torn += 1

    @precondition(lambda self: self.path.exists())
    @rule()
    def merge_into_another(self) -> None:
        """Unite all files into a new one: it must hold every acknowledged record."""
        if not any(Reader(path).read() and path.stat().st_size for path in files_of(self.path)):
            return
        try:
            source = merge.read(self.path)
        except NotesError:
            assert not self.saved
            return
        target = self.folder / "united"
        with fault("none", 1):
            merge.merge(target, [source])
        lines = target.read_bytes().split(b"\n")
        assert {line[:-1] for line in self.saved.values()} <= set(lines)
        target.unlink()

    @invariant()
    def nothing_acknowledged_is_lost_or_changed(self) -> None:
        """Hold a fresh reader against the model."""
        fresh = Journal.open(self.trace, notes_path=self.path, author="reader")
        found = {record.id: encode(record) for record in fresh._storage.records}
        assert self.saved.items() <= found.items()
        assert len(found) <= len(self.saved) + 2 * self.tried + self.torn
        shown = {version.id for note in fresh.notes() for version in note.versions}
        about = {r.id for r in fresh._storage.records if r.op in ("blind", "commit")}
        assert self.saved.keys() <= shown | about
        assert len(fresh.problems) <= self.torn

    @invariant()
    def what_was_acknowledged_stays_where_it_is(self) -> None:
        """Records are never rewritten: the bytes up to the last acknowledged one stay as they are."""
        for path in files_of(self.path):
            data = path.read_bytes() if path.exists() else b""
            assert data.startswith(self.held.get(path, b""))
            ends = [at + len(line) for line in self.saved.values() if (at := data.rfind(line)) >= 0]
            self.held[path] = data[: max(ends, default=0)]

    def teardown(self) -> None:
        """Remove the files."""
        shutil.rmtree(getattr(self, "folder", "/nonexistent"), ignore_errors=True)


TestTwoWriters = TwoWriters.TestCase
TestTwoWriters.settings = settings(
    max_examples=int(os.environ.get("NOTES_EXAMPLES", "60")),
    stateful_step_count=int(os.environ.get("NOTES_STEPS", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
