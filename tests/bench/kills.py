"""Kill writers of notes and count what is lost: `python -m tests.bench.kills --kills 10000`.

Two writers at a time append to the notes of one trace and say which records were acknowledged; each is killed
with SIGKILL at a moment that chance chooses. A share of them is killed in the middle of a line instead: the
write stops after some bytes, and the process with it. Every hundred kills a fresh reader holds the files
against what was acknowledged, and another trace is begun. A kill takes no page out of the system's memory, so
that this says nothing of a power cut; that `fdatasync` comes before the acknowledgement is tested elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.lines import encode
from nalyqor_tui.notes.model import Anchor, Body, NoteRecord, TraceIdentity

_ROUND = 100  # kills before the files are read and another trace is begun
_LONGEST = 0.03  # seconds that a writer lives at most, from its beginning or its first acknowledgement


@dataclass(slots=True)
class Count:
    """What was seen; `lost` and `changed` hold ids of acknowledged records."""

    kills: int = 0
    torn: int = 0
    acknowledged: int = 0
    set_aside: int = 0
    unacknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Writer:
    """A process that writes, and the pipe on which it says what was acknowledged."""

    pid: int
    said: int
    heard: bytes = b""

    def hear(self, seconds: float) -> bool:
        """Take in what was said within a time; False at the end of it all."""
        if not select.select([self.said], [], [], seconds)[0]:
            return True
        more = os.read(self.said, 65536)
        self.heard += more
        return bool(more)

    @property
    def acknowledged(self) -> dict[str, str]:
        """The records that were acknowledged: a digest of each by its id."""
        return dict(line.decode().split() for line in self.heard.split(b"\n")[:-1])


def run(kills: int, writers: int, torn: float, folder: Path, seed: int) -> Count:
    """Kill so many writers, so many at a time, a share `torn` of them in the middle of a line."""
    chance, count, number = random.Random(seed), Count(), 0
    while count.kills < kills:
        trace = folder / f"trace-{number}.jsonl"
        trace.write_text('{"kind":"trace"}\n')
        _storm(trace, min(_ROUND, kills - count.kills), writers, torn, chance, count)
        for path in folder.glob(f"{trace.name}*"):
            if not count.lost and not count.changed:
                path.unlink()
        number += 1
    return count


def _storm(trace: Path, kills: int, writers: int, torn: float, chance: random.Random, count: Count) -> None:
    """Kill writers of one trace, then hold its notes against what they acknowledged."""
    acknowledged: dict[str, str] = {}
    left = kills
    while left:
        some = [_start(trace, f"writer {n}", _cut(torn, chance)) for n in range(min(writers, left))]
        if chance.random() < 0.5:  # the others may be killed before they have written anything
            for writer in some:
                writer.hear(10)
        time.sleep(chance.random() * _LONGEST)
        for writer in some:
            with contextlib.suppress(ProcessLookupError):
                os.kill(writer.pid, signal.SIGKILL)
        for writer in some:
            while writer.hear(10):
                pass
            os.close(writer.said)
            _, status = os.waitpid(writer.pid, 0)
            if not os.WIFSIGNALED(status):
                raise RuntimeError(f"a writer ended by itself: {status}")
            acknowledged |= writer.acknowledged
        left -= len(some)
        count.kills += len(some)
    _compare(trace, acknowledged, count)


def _compare(trace: Path, acknowledged: dict[str, str], count: Count) -> None:
    journal = Journal.open(trace, author="reader")
    found = {record.id: _digest(record) for note in journal.notes() for record in note.versions}
    count.acknowledged += len(acknowledged)
    count.lost += sorted(acknowledged.keys() - found.keys())
    count.changed += sorted(i for i in acknowledged.keys() & found.keys() if acknowledged[i] != found[i])
    count.unacknowledged += len(found.keys() - acknowledged.keys())
    count.set_aside += len(journal.problems)
    count.torn += sum("torn" in problem.what or "cut off" in problem.what for problem in journal.problems)


def _cut(torn: float, chance: random.Random) -> tuple[int, float] | None:
    """Choose in which of its writes a writer dies, and after which part of it; None for one killed from outside."""
    return (chance.randint(1, 6), chance.random()) if chance.random() < torn else None


def _start(trace: Path, author: str, cut: tuple[int, float] | None) -> Writer:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            _write(trace, author, cut, writing)
        finally:
            os._exit(70)
    os.close(writing)
    return Writer(pid, reading)


def _write(trace: Path, author: str, cut: tuple[int, float] | None, said: int) -> None:
    """Write notes for ever, and say of each record when it was acknowledged."""
    if cut is not None:
        _die_in_a_write(*cut, but=said)
    journal = Journal.open(trace, author=author)
    anchor = Anchor(trace=TraceIdentity(name=trace.name, bytes=17), turn=1)
    for number in range(sys.maxsize):
        note = journal.create(anchor, Body(kind="mark", text=f"{author} {number} " + "x" * 500))
        _say(said, note.head)
        _say(said, journal.edit(note.id, Body(kind="mark", text="y")).head)


def _say(said: int, record: NoteRecord) -> None:
    os.write(said, f"{record.id} {_digest(record)}\n".encode())


def _die_in_a_write(which: int, part: float, *, but: int) -> None:
    real, seen = os.write, 0

    def write(descriptor: int, data: bytes) -> int:
        nonlocal seen
        seen += descriptor != but
        if descriptor != but and seen == which:
            real(descriptor, data[: int(len(data) * part)])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(descriptor, data)

    os.write = write  # type: ignore[assignment]


def _digest(record: NoteRecord) -> str:
    return hashlib.sha256(encode(record)).hexdigest()[:16]


def main() -> int:
    """Run it, and return 1 if anything acknowledged was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.kills", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--writers", type=int, default=2, help="how many write at a time")
    parser.add_argument("--torn", type=float, default=0.3, help="the share that dies in the middle of a line")
    parser.add_argument("--folder", type=Path, help="where the files go (default: a temporary folder)")
    parser.add_argument("--seed", type=int, default=9)
    given = parser.parse_args()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(dir=given.folder))
    count = run(given.kills, given.writers, given.torn, folder, given.seed)
    bad = bool(count.lost or count.changed)
    sys.stdout.write(
        f"{count.kills} kills of {given.writers} writers at a time, {time.monotonic() - began:.0f} s\n"
        f"{count.acknowledged} records acknowledged, {len(count.lost)} lost, {len(count.changed)} changed\n"
        f"{count.set_aside} lines set aside ({count.torn} torn), "
        f"{count.unacknowledged} records whole but unacknowledged\n"
    )
    if bad:
        sys.stdout.write(
            f"the files are kept in {folder}; for example record {(count.lost + count.changed)[0]}\n"
        )
    else:
        shutil.rmtree(folder)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
