"""Every screen with every hostile string, in a real terminal: `python -m tests.bench.egress --strings FILE`.

Each string (a JSON line with a `text`; ours are always among them) stands everywhere in a trace of two sessions: in
names, ids, tools, arguments, results, states and pieces that cannot be read, in its policy and in another's note. The
program is led through all of its screens. What it writes must be text and sequences of an allow-list, the
program must still be there at the end, and the terminal as it was found. What is not so is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import test_tui_pty as real
from report_samples import a_policy
from tui_samples import LARGE, SMALL, a_note, lines, replied

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body

_ESC = real.ESCAPE
KEYS = (
    "j", "\r", "2", "\r", _ESC, "3", "\r", _ESC, "4", "\r", _ESC, "5", "\r", _ESC, "6", "\r", _ESC, "7", "\r", _ESC,
    _ESC, "2+", "G", "g", "+", "c", "j", "\r", _ESC, _ESC, "v", "j", "l", _ESC, "?", "G", _ESC, "y", _ESC,
    "a", "\t\t\t\t", _ESC, "z", "d1.1\r", "e", "E", "u", "t", "p", "x", _ESC,
)  # fmt: skip
"""What leads through the panes, full views, the card, the tracks, help, the copy menu, the editor and messages."""
ASKED = ("/", ":", "f", "B", "x")
"""What asks for a text; the string is pasted there, and comes back in a message."""


FROM_THE_LIST = (
    "I", _ESC, "o", "\t", "j", "\t", "?", _ESC, "x", _ESC, "\t", "q", "m", "j", "c", "j", "2", "j", "3", "f", "d", "x",
    _ESC, "?", _ESC, "v", "j", "e", "x", _ESC, "q", "q", "s", "g",
)  # fmt: skip
"""What leads through the overview, a comparison and the trials, and back to the list of sessions."""
IN_A_SESSION = (
    "I", _ESC, "W", "j", " ", "?", _ESC, _ESC, "q", ":1.1\r", "w", _ESC, _ESC,
)  # fmt: skip
"""What leads through the information, the chains of what things came from, and a note in conflict."""
PASTED = "\0"
"""Stands for the string, pasted."""
IN_THE_FILE = (
    "L", "j", "j", "\t", "j", " ", "\t", "\r", " ", _ESC, "y", _ESC, "?", _ESC, ":", PASTED, "\r", "/", PASTED, "\r",
    "n", _ESC, "G", "g", "q",
)  # fmt: skip
"""What leads through the lines of the file, where it is searched for the string."""
SEEN = (
    "opening …", "What this trace is", "trials of", "choice by choice", "Decisions, aligned", "write the figures to",
    "why · 1.1", "versions of the note", "stop where", "list only", "go to line", "Was this decision sound?", "Note on",
)  # fmt: skip
"""What these screens show, so that it is known that they were visited."""

OWN = (".notes.jsonl", ".lock", ".draft.json", "nalyqor-tui")
"""How the files end that the program makes beside a trace, and its folder of settings."""


def settle(t: real.Terminal, most: int = 60) -> None:
    """Take in what is written, until nothing comes any more; a slow screen has a while to begin."""
    t._take(0.4)
    for _ in range(most):
        if not t._take(0.05):
            return


def trace_of(folder: Path, text: str) -> Path:
    """Write the trace, its policy and a note of another person."""
    head = {"kind": "trace", "schema": "nalyqor.trace/1", "conversation_id": f"s2{text}", "agent_name": text}
    outcome = {"kind": "outcome", "seq": 20, "turn": 1, "case": text, "expected": text, "output": text,
               "grade": text, "by": text}  # fmt: skip
    again = {**outcome, "seq": 3, "output": f"other{text}"}
    safe = "".join(c for c in text if c not in "/\0").encode("utf-8", "ignore")[:80].decode("utf-8", "ignore")
    path = lines(
        folder,
        *real._hostile_turn(0, text),
        outcome,
        head,
        *replied(1, 1, text),
        again,
        name=f"t{safe}.jsonl",
    )
    a_policy(folder, text)
    (folder / "rules.toml").rename(folder / "nalyqor.toml")
    clean = text.encode("utf-8", "replace").decode()
    a_note(path, "1.1", Body(kind="hypothesis", text=clean, tags=(clean or "x",)), author=f"Eve{clean}")
    both = [Journal.open(path, author=f"{name}{clean}") for name in ("Eve", "Bob")]
    (note,) = both[0].notes()
    for journal in both:  # neither knows of the other's, so that the two are in conflict
        journal.edit(note.id, Body(kind="question", text=f"{journal.author}: {clean}"))
    return path


def violations(text: str, size: tuple[int, int]) -> list[str]:
    """Lead the program through its screens and return what it did that it may not."""
    with tempfile.TemporaryDirectory() as folder:
        path = trace_of(Path(folder), text)
        before = sorted(Path(folder).iterdir())
        with real.terminal(
            str(path), size=size, env={"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        ) as t:
            t.until("output (observed)", 30)
            pasted = f"\x1b[200~{text.encode('utf-8', 'ignore').decode().replace(chr(27), '')}\x1b[201~"
            for key in (*FROM_THE_LIST, "\r", *IN_A_SESSION, *IN_THE_FILE, *KEYS):
                t.type(pasted if key == PASTED else key)
                settle(t)
            for key in ASKED:
                t.type(key)
                settle(t)
                t.type(pasted + _ESC)
                settle(t)
                t.type(_ESC)  # the one before may have closed suggestions
                settle(t)
            out = [] if t.process.poll() is None else [f"it ended: {t.process.returncode}"]
            t.type(4 * _ESC + "qq")
            out += _left(t)
            shown = t.written.decode("utf-8", "replace")
            out += [f"never showed {what!r}" for what in SEEN if what not in shown]
            made = [p.name for p in Path(folder).iterdir() if p not in before]
    made = [name for name in made if not name.endswith(OWN)]
    return out + ([f"made {made}"] if made else [])


def _left(t: real.Terminal) -> list[str]:
    out = []
    try:
        code = t.ended(60)
        out += [f"it ended with {code}"] if code else []
    except AssertionError as error:
        out.append(str(error))
    rest = real._ALLOWED.sub("", t.written.decode("utf-8", "backslashreplace"))
    at = next((at for at, char in enumerate(rest) if not char.isprintable()), None)
    out += [] if at is None else [f"wrote {rest[max(0, at - 30) : at + 30]!a}"]
    return out + ([] if t.sane else ["the terminal is not as it was"])


def main() -> int:
    """Try the strings at both sizes."""
    parser = argparse.ArgumentParser(description="Hold what reaches the terminal to an allow-list.")
    parser.add_argument("--strings", type=Path, help="JSON Lines with a `text`, beside our own")
    parser.add_argument("--ids", nargs="*", help="of the file only the strings with these ids, before ours")
    parser.add_argument("--size", choices=["small", "large", "both"], default="both")
    parser.add_argument(
        "--part", default="1/1", help="one of several parts, such as 2/4, to be run side by side"
    )
    given = parser.parse_args()
    part, parts = map(int, given.part.split("/"))
    more = given.strings.read_text("utf-8").splitlines() if given.strings else []
    rows = [json.loads(row) for row in more]
    chosen = [row["text"] for row in rows if given.ids is None or row["id"] in given.ids]
    texts = [*chosen, *real.HOSTILE][part - 1 :: parts]
    sizes = {"small": [SMALL], "large": [LARGE], "both": [SMALL, LARGE]}[given.size]
    bad = 0
    for size in sizes:
        for text in texts:
            try:
                found = violations(text, size)
            except Exception as error:  # noqa: BLE001 — the others are to be tried, too
                found = [f"{type(error).__name__}: {ascii(str(error))[:300]}"]
            for what in found:
                bad += 1
                print(f"{size[0]}x{size[1]} {text[:80]!a}: {what}", flush=True)  # noqa: T201
    steps = len(FROM_THE_LIST) + len(IN_A_SESSION) + len(IN_THE_FILE) + len(KEYS) + len(ASKED) + 1
    print(f"{len(texts)} strings, {len(sizes)} sizes, {steps} steps each: {bad} violations")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
