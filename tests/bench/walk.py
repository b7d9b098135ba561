"""The way through every screen, in a real terminal, with a hostile string in every place: what `egress.py` walks.

A step is a key, or something that is done to the program or its file, and is over when the program is at rest: it has
read what was typed, none of its threads works, and it writes nothing. So a busy machine makes a walk slower and no
screen is passed over.
"""

from __future__ import annotations

import fcntl
import json
import re
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path

import test_tui_pty as real
from report_samples import a_policy
from tui_samples import a_note, lines, replied, said

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body
from nalyqor_tui.present.text import literal, literal_lines
from tests.bench.size.memory import Memory

_ESC = real.ESCAPE
_PATIENCE = 30.0  # seconds that anything may take; all of them only where something is wrong
_LOOK = 0.012  # seconds between two looks at the program; Textual draws 60 times a second, so two are enough
_PAGER = """#!/bin/sh
# Keeps what it is given and shows nothing, as another program's output is not ours to answer for.
echo "$# $LESSSECURE" > "$0.$$.how" && cat > "$0.$$.part" && mv "$0.$$.part" "$0.$$.given"
"""


class Walk:
    """A walk that has begun: the terminal, the trace and the string in it; `wrong` is what was not as it must be."""

    def __init__(self, terminal: real.Terminal, trace: Path, text: str) -> None:
        self.terminal = terminal
        self.trace = trace
        self.text = text
        self.steps = 0
        self.wrong: list[str] = []
        self._memory = Memory(terminal.process.pid)

    def press(self, keys: str, shows: str = "") -> None:
        """Press keys; `shows` is what the program must write then."""
        self.do(lambda: self.terminal.type(keys), shows, after=keys)

    def paste(self) -> None:
        """Paste the string."""
        clean = self.text.encode("utf-8", "ignore").decode().replace("\x1b", "")
        self.press(f"\x1b[200~{clean}\x1b[201~")

    def do(self, what: Callable[[], object], shows: str = "", after: str = "") -> None:
        """Do something and wait for what comes of it."""
        start, end = len(self.terminal.written), time.monotonic() + _PATIENCE
        what()
        self.steps += 1
        while shows and shows not in self._words_since(start):
            if time.monotonic() > end or self.terminal.process.poll() is not None:
                self.wrong.append(f"never showed {shows!r} after {after!r}")
                break
            self.terminal._take(_LOOK)
        self._settle()

    def _words_since(self, start: int) -> str:
        """Return what was written since: a text may be in pieces, where borders lie under it."""
        return real._ALLOWED.sub("", self.terminal.written[start:].decode("utf-8", "replace"))

    def page(self, line: int | None = None) -> None:
        """Show a record in the pager: it must be given the visible form of a line of the file, of this one if any."""
        folder = pager_of(self.trace).parent
        before = set(folder.glob("*.given"))
        self.do(lambda: self.terminal.type("o"), after="o")
        end = time.monotonic() + _PATIENCE
        while not (new := set(folder.glob("*.given")) - before) and time.monotonic() < end:
            self.terminal._take(_LOOK)
        self._settle()
        if not new:
            self.wrong.append("no pager was started by 'o'")
        for path in new:
            self.wrong += _paged(path, self.trace, line)

    def _settle(self) -> None:
        """Take in what is written until the program has been at rest for as long as it takes to draw."""
        end, quiet = time.monotonic() + _PATIENCE, 0
        while quiet < 2 and time.monotonic() < end:
            quiet = 0 if self.terminal._take(_LOOK) or self._busy() else quiet + 1

    def _busy(self) -> bool:
        """Whether keys wait to be read, or a thread of the program or of its children works or waits for a disk."""
        waiting = fcntl.ioctl(self.terminal._slave, termios.FIONREAD, bytes(4))
        return bool(struct.unpack("i", waiting)[0]) or any(map(_works, self._memory.tree()))


def _works(process: int) -> bool:
    try:
        tasks = [task / "stat" for task in Path(f"/proc/{process}/task").iterdir()]
        return any(task.read_text().rpartition(")")[2].split()[0] in "RD" for task in tasks)
    except OSError:  # it has ended meanwhile
        return False


def pager_of(trace: Path) -> Path:
    """Return the pager that stands beside a trace, in a folder of its own."""
    return trace.parent / "pager" / "pager"


def _paged(path: Path, trace: Path, line: int | None) -> list[str]:
    """Say what is wrong with what the pager was given."""
    out = []
    how = path.with_suffix(".how").read_text().split()
    out += [] if how == ["0", "1"] else [f"the pager was started with {how}"]
    given = path.read_bytes().decode("utf-8", "replace")
    acts = not given.replace("\n", "").isprintable()
    out += [f"gave the pager what is no text: {given[:200]!a}"] if acts else []
    name = "\n".join(literal_lines(trace.name))
    out += [] if given.startswith(name) else [f"titled the pager {given[:200]!a}"]
    there = [each.decode("utf-8", "surrogateescape") for each in trace.read_bytes().split(b"\n")]
    if line is None and (told := re.match(r" line (\d+)\n\n", given.removeprefix(name))):
        line = int(told[1])
    wanted = list(filter(None, there)) if line is None else [there[line - 1]]
    if not any(given.endswith(f"\n\n{literal(each)}") for each in wanted):
        out.append(f"gave the pager what is no such line: {given[-200:]!a}")
    return out


def trace_of(folder: Path, text: str) -> Path:
    """Write the trace, its policy, a note of another person, and the pager."""
    head = {"kind": "trace", "schema": "nalyqor.trace/1", "conversation_id": f"s2{text}", "agent_name": text}
    outcome = {"kind": "outcome", "seq": 20, "turn": 1, "case": text, "expected": text, "output": text,
               "grade": text, "by": text}  # fmt: skip
    again = {**outcome, "seq": 3, "output": f"other{text}"}
    safe = "".join(c for c in text if c not in "/\0").encode("utf-8", "ignore")[:80].decode("utf-8", "ignore")
    records = (*real._hostile_turn(0, text), outcome, head, *replied(1, 1, text), again)
    path = lines(folder, *records, name=f"t{safe}.jsonl")
    write(path, *raw(text, 30))
    a_policy(folder, text)
    (folder / "rules.toml").rename(folder / "nalyqor.toml")
    clean = text.encode("utf-8", "replace").decode()
    a_note(path, "1.1", Body(kind="hypothesis", text=clean, tags=(clean or "x",)), author=f"Eve{clean}")
    both = [Journal.open(path, author=f"{name}{clean}") for name in ("Eve", "Bob")]
    (note,) = both[0].notes()
    for journal in both:  # neither knows of the other's, so that the two are in conflict
        journal.edit(note.id, Body(kind="question", text=f"{journal.author}: {clean}"))
    pager_of(path).parent.mkdir()
    pager_of(path).write_text(_PAGER)
    pager_of(path).chmod(0o700)
    return path


def raw(text: str, seq: int) -> list[bytes]:
    """Return lines in which the string stands as it is: in a record, as far as JSON can, and in what is no record."""
    record = json.dumps(said(seq, 1, text), ensure_ascii=False)
    return [line.encode("utf-8", "surrogatepass") for line in (record, f"no JSON: {text}")]


def write(path: Path, *added: bytes) -> None:
    """Write lines at the end of a file."""
    with path.open("ab") as file:
        file.write(b"".join(line + b"\n" for line in added))
