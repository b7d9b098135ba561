"""Every screen with every hostile string, in a real terminal: `python -m tests.bench.egress --strings FILE`.

Each string (a JSON line with a `text`; ours are always among them) stands everywhere in a trace of two sessions: in
names, ids, tools, arguments, results, states, pieces that cannot be read and lines as they lie there, in its policy and
in another's note. The program is led through all of its screens, its pager, and a file that grows, is cut, replaced
and deleted. What it writes must be text and sequences of an allow-list, what it gives the pager text alone; the program
must still be there at the end, and the terminal as it was found. What is not so is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import test_tui_pty as real
from tui_samples import LARGE, SMALL

from tests.bench.following import follow
from tests.bench.walk import Walk, pager_of, trace_of

_ESC = real.ESCAPE
PASTED, PAGED = "\0", "\1"
"""Stand for the string, pasted, and for a record that is shown in the pager."""
FROM_THE_LIST = (
    "I", _ESC, "o", "\t", "j", "\t", "?", _ESC, "x", _ESC, "\t", "q", "m", "j", "c", "j", "2", "j", "3", "f", "d", "x",
    _ESC, "?", _ESC, "v", "j", "e", "x", _ESC, "q", "q", "s", "g",
)  # fmt: skip
"""What leads through the overview, a comparison and the trials, and back to the list of sessions."""
IN_A_SESSION = (
    "I", _ESC, "W", "j", " ", "?", _ESC, _ESC, "q", ":1.1\r", "w", _ESC, _ESC,
)  # fmt: skip
"""What leads through the information, the chains of what things came from, and a note in conflict."""
IN_THE_FILE = (
    "L", "j", "j", "\t", "j", " ", "\t", "\r", " ", _ESC, "y", _ESC, "?", _ESC, ":", PASTED, "\r", "/", PASTED, "\r",
    "n", _ESC, "G", PAGED, "g", PAGED, "\t", PAGED, "\t", "q",
)  # fmt: skip
"""What leads through the lines of the file, where it is searched for the string; its last line holds it as it is."""
KEYS = (
    "j", "\r", "2", "\r", _ESC, "3", "\r", _ESC, "4", "\r", _ESC, "5", "\r", _ESC, "6", "\r", _ESC, "7", "\r", _ESC,
    _ESC, "2+", "G", "g", "+", "c", "j", "\r", _ESC, _ESC, "v", "j", "l", _ESC, "?", "G", _ESC, "y", _ESC,
    "a", "\t\t\t\t", _ESC, "z", "d1.1\r", "e", "E", "u", "t", "p", "x", _ESC,
    "1", PAGED, "2", PAGED, "3", PAGED, "4", PAGED, "5", PAGED, "6", PAGED, "7", PAGED,
)  # fmt: skip
"""What leads through the panes, full views, the card, tracks, help, the copy menu, the editor, messages, the pager."""
ASKED = ("/", ":", "f", "B", "x")
"""What asks for a text; the string is pasted there, and comes back in a message."""
SEEN = (
    "opening …", "What this trace is", "trials of", "choice by choice", "Decisions, aligned", "write the figures to",
    "why · 1.1", "versions of the note", "stop where", "list only", "go to line", "Was this decision sound?", "Note on",
)  # fmt: skip
"""What these screens show, so that it is known that they were visited."""

OWN = (".notes.jsonl", ".lock", ".draft.json", "nalyqor-tui")
"""How the files end that the program makes beside a trace, and its folder of settings."""


def walked(
    text: str, size: tuple[int, int], program: tuple[str, ...] = ("-m", "nalyqor_tui")
) -> tuple[int, list[str]]:
    """Lead the program through its screens; return how many steps that took, and what it did that it may not."""
    with tempfile.TemporaryDirectory() as folder:
        trace = trace_of(Path(folder), text)
        before = sorted(Path(folder).iterdir())
        homes = {f"XDG_{what}_HOME": folder for what in ("CONFIG", "STATE", "CACHE")}
        pager = {"PAGER": f"sh '{pager_of(trace)}'"}
        with real.terminal(str(trace), size=size, env=homes | pager, program=program) as t:
            walk = Walk(t, trace, text)
            walk.do(lambda: None, "output (observed)")
            _lead(walk)
            follow(walk)
            out = walk.wrong + ([] if t.process.poll() is None else [f"it ended: {t.process.returncode}"])
            walk.press(4 * _ESC + "qq")
            out += _left(t)
            shown = t.written.decode("utf-8", "replace")
            out += [f"never showed {what!r}" for what in SEEN if what not in shown]
            made = [p.name for p in Path(folder).iterdir() if p not in before]
    made = [name for name in made if not name.endswith(OWN)]
    return walk.steps, out + ([f"made {made}"] if made else [])


def _lead(walk: Walk) -> None:
    """Go through all screens; in the end, ask for what the string may be an answer to."""
    for key in (*FROM_THE_LIST, "\r", *IN_A_SESSION, *IN_THE_FILE, *KEYS):
        if key == PASTED:
            walk.paste()
        elif key == PAGED:
            walk.page()
        else:
            walk.press(key)
    for key in ASKED:
        walk.press(key)
        walk.paste()
        walk.press(_ESC)
        walk.press(_ESC)  # the one before may have closed suggestions


def _left(t: real.Terminal) -> list[str]:
    out = []
    try:
        code = t.ended(60)
        out += [f"it ended with {code}"] if code else []
    except AssertionError as error:
        out.append(str(error))
    rest = real._ALLOWED.sub("", t.written.decode("utf-8", "backslashreplace"))
    texts = rest.isprintable()  # at once, as there are millions
    at = None if texts else next(at for at, char in enumerate(rest) if not char.isprintable())
    out += [] if at is None else [f"wrote {rest[max(0, at - 30) : at + 30]!a}"]
    return out + ([] if t.sane else ["the terminal is not as it was"])


def _tried(case: tuple[tuple[int, int], str]) -> tuple[int, list[str]]:
    """Walk with one string at one size; what goes wrong with the walk itself is told, too."""
    size, text = case
    try:
        return walked(text, size)
    except Exception as error:  # noqa: BLE001 — the others are to be tried, too
        return 0, [f"{type(error).__name__}: {ascii(str(error))[:300]}"]


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold what reaches the terminal to an allow-list.")
    parser.add_argument("--strings", type=Path, help="JSON Lines with a `text`, beside our own")
    parser.add_argument("--ids", nargs="*", help="of the file only the strings with these ids, before ours")
    parser.add_argument("--only", type=int, help="so many strings, spread over all of them")
    parser.add_argument("--size", choices=["small", "large", "both"], default="both")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), help="walks at a time")
    return parser.parse_args()


def main() -> int:
    """Try the strings at the sizes asked for, several at a time."""
    given = _given()
    more = given.strings.read_text("utf-8").splitlines() if given.strings else []
    rows = [json.loads(row) for row in more]
    chosen = [row["text"] for row in rows if given.ids is None or row["id"] in given.ids]
    texts = [*chosen, *real.HOSTILE]
    texts = texts[:: max(1, len(texts) // given.only)][: given.only] if given.only else texts
    sizes = {"small": [SMALL], "large": [LARGE], "both": [SMALL, LARGE]}[given.size]
    began, bad, steps = time.monotonic(), 0, set()
    cases = list(product(sizes, texts))
    with ProcessPoolExecutor(given.jobs) as pool:
        for (size, text), (taken, found) in zip(cases, pool.map(_tried, cases), strict=True):
            steps |= {taken} - {0}
            for what in found:
                bad += 1
                print(f"{size[0]}x{size[1]} {text[:80]!a}: {what}", flush=True)  # noqa: T201
    shown = " and ".join(f"{columns}×{rows}" for columns, rows in sizes)
    each = "–".join(map(str, sorted({min(steps), max(steps)}))) if steps else "no"
    print(  # noqa: T201
        f"{len(texts)} strings at {shown}, {each} steps with each: {bad} violations "
        f"({len(cases)} walks, {time.monotonic() - began:.0f} s)"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
