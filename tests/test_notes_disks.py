"""Real file systems that are full, read-only or another user's; and a file that may not grow."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from notes_samples import a_trace

import nalyqor_tui

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
HEAD = """
import os, subprocess, sys
from pathlib import Path
from nalyqor_tui.errors import NotesError
from nalyqor_tui.notes.drafts import Draft
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Anchor, Body, TraceIdentity

folder = Path(sys.argv[1])
trace = folder / "trace.jsonl"
anchor = Anchor(trace=TraceIdentity(name="trace.jsonl", bytes=1), turn=1)

def opened(author):
    return Journal.open(trace, author=author)

def texts(journal):
    return [note.body.text for note in journal.notes()]
"""
MOUNTED = """
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder], check=True)
trace.write_text('{"kind":"trace"}\\n')
"""


def run(folder: Path, script: str, *before: str) -> None:
    """Run a script of its own process; what it asserts must hold."""
    code = HEAD + textwrap.dedent(script)
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(nalyqor_tui.__file__).parents[1]),
        "XDG_STATE_HOME": str(folder.parent / "state"),
    }
    done = subprocess.run(
        [*before, sys.executable, "-c", code, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "disk"
    inside.mkdir()
    return inside


@pytest.fixture
def mountable() -> None:
    """Skip where no file system can be mounted, not even in a namespace of one's own."""
    try:
        able = subprocess.run(
            [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("unshare is not here")
    if able.returncode:
        pytest.skip("no file system can be mounted here")


@pytest.mark.usefixtures("mountable")
def test_on_a_disk_that_is_full_what_was_saved_stays_and_nothing_else_is_said_to_be(folder: Path) -> None:
    script = """
    journal = opened("Ada")
    saved = []
    while True:
        number = len(saved)
        before = journal.path.read_bytes() if saved else b""
        try:
            journal.create(anchor, Body(kind="mark", text=f"{number} " + "x" * 3000))
        except NotesError as error:
            assert "free some space" in error.remedy, error
            assert "No space left" in error.what or "bytes were taken" in error.what, error
            break
        saved.append(number)
    assert len(saved) > 20
    assert journal.path.read_bytes() == before
    assert [int(text.split()[0]) for text in texts(opened("Bob"))] == saved
    draft = Draft(author="Ada", anchor=anchor, body=Body(kind="mark", text="y" * 9000))
    try:
        journal.drafts.save(draft)
    except NotesError as error:
        assert "free some space" in error.remedy
    else:
        raise AssertionError("a draft was kept on a full disk")
    assert not list(folder.glob("*.tmp"))
    subprocess.run(["mount", "-o", "remount,size=512k", folder], check=True)
    journal.create(anchor, Body(kind="mark", text="room again"))
    journal.drafts.save(draft)
    after = opened("Bob")
    assert len(after.notes()) == len(saved) + 1
    assert after.problems == []
    """
    run(folder, MOUNTED + textwrap.dedent(script), *NAMESPACE)


@pytest.mark.usefixtures("mountable")
def test_on_a_read_only_file_system_notes_go_to_the_state_folder(folder: Path) -> None:
    script = """
    opened("Before").create(anchor, Body(kind="mark", text="before"))
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    journal = opened("Ada")
    assert "state folder" in journal.where, journal.where
    journal.create(anchor, Body(kind="mark", text="after"))
    journal.drafts.save(Draft(author="Ada", anchor=anchor, body=Body(kind="mark", text="half")))
    assert folder not in journal.path.parents
    again = opened("Ada")
    assert texts(again) == ["before", "after"]
    assert again.drafts.load(anchor).body.text == "half"
    """
    run(folder, MOUNTED + textwrap.dedent(script), *NAMESPACE)


def test_a_file_that_may_not_grow_is_left_as_it_was(folder: Path) -> None:
    a_trace(folder)
    script = """
    import resource
    journal = opened("Ada")
    journal.create(anchor, Body(kind="mark", text="one"))
    before = journal.path.read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 40, resource.RLIM_INFINITY))
    try:
        journal.create(anchor, Body(kind="mark", text="two"))
    except NotesError as error:
        assert error.remedy
    else:
        raise AssertionError("it was said to be saved")
    assert journal.path.read_bytes() == before
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    journal.create(anchor, Body(kind="mark", text="three"))
    assert texts(opened("Bob")) == ["one", "three"]
    """
    run(folder, script)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_two_users_of_one_folder_keep_their_notes_apart_and_read_what_they_may() -> None:
    script = """
    ada = opened("Ada")
    ada.create(anchor, Body(kind="mark", text="Ada's"))
    if os.fork() == 0:
        os.setuid(65534)
        bob = opened("Bob")
        assert ["cannot be read" in problem.what for problem in bob.problems] == [True], bob.problems
        bob.create(anchor, Body(kind="mark", text="Bob's"))
        assert "this writer alone" in bob.where, bob.where
        assert texts(opened("Bob")) == ["Bob's"]
        os._exit(0)
    assert os.wait()[1] == 0
    assert ada.refresh()
    assert sorted(texts(ada)) == ["Ada's", "Bob's"]
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        a_trace(folder).chmod(0o644)
        folder.chmod(0o777)
        run(folder, script)
