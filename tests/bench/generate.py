"""Make a trace of any size, the same one every time: `python -m tests.bench.generate KIND SIZE -o FILE`.

KIND is one of

    native       sessions of about 200 turns, one after the other; SIZE in bytes (1MB, 100MB, 1GB)
    interleaved  the same, eight at a time in one file; SIZE in bytes
    long         one session; SIZE in turns (200000)
    tiny         sessions of one turn; SIZE in sessions (1000000)
    chat         a foreign one: a conversation a line, in the style of OpenAI; SIZE in bytes

Every record holds its number in the file, in seven digits: in its id and at the beginning of what was said.
FILE.meta.json says how many there are, which stand first and last, and where the needle is: a text that stands in the
file once, at nine tenths of it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.chat import write_runs
from tests.bench.desk import Book, Desk
from tests.bench.texts import Texts

NEEDLE = "quokka-7731-lighthouse"
TURNS = 200
"""The turns of a native session."""

_AT_ONCE = 8  # interleaved sessions
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


def native(path: Path, size: int, book: Book, texts: Texts) -> None:
    """Write sessions one after the other until the file has so many bytes."""
    while _left(path, size, book):
        desk = Desk(path, book, texts)
        desk.greet()
        for _ in itertools.takewhile(lambda _: _left(path, size, book), range(TURNS)):
            for _ in desk.turn():
                pass
        desk.end()


def interleaved(path: Path, size: int, book: Book, texts: Texts) -> None:
    """Write sessions that take turns by chance, until the file has so many bytes."""
    open_ones: list[tuple[Desk, Iterator[None]]] = []
    while _left(path, size, book):
        if len(open_ones) < _AT_ONCE:
            desk = Desk(path, book, texts, interleaved=True)
            desk.greet()
            open_ones.append((desk, itertools.chain.from_iterable(desk.turn() for _ in range(TURNS))))
        at = int(texts.chance.random() * len(open_ones))
        desk, steps = open_ones[at]
        if next(steps, steps) is steps:
            desk.end()
            del open_ones[at]
    for desk, _ in open_ones:
        desk.end()


def long(path: Path, size: int, book: Book, texts: Texts) -> None:
    """Write one session of so many turns."""
    desk = Desk(path, book, texts)
    desk.greet()
    for turn in range(size):
        _hide(book, turn, size)
        desk.small_change()
    desk.end()


def tiny(path: Path, size: int, book: Book, texts: Texts) -> None:
    """Write so many sessions of one turn."""
    for number in range(size):
        _hide(book, number, size)
        desk = Desk(path, book, texts)
        desk.small_talk()
        desk.end()


def chat(path: Path, size: int, book: Book, texts: Texts) -> None:
    """Write conversations a line each until the file has so many bytes."""
    with path.open("wb", buffering=1 << 20) as file:
        for done in write_runs(file, book, texts):
            _hide(book, done, size)
            if done >= size:
                break


KINDS: dict[str, Callable[[Path, int, Book, Texts], None]] = {
    "native": native,
    "interleaved": interleaved,
    "long": long,
    "tiny": tiny,
    "chat": chat,
}


def generate(kind: str, size: int, path: Path, seed: int = 0) -> dict[str, object]:
    """Write a trace and what is to be known of it; return the latter."""
    path.unlink(missing_ok=True)
    book = Book()
    KINDS[kind](path, size, book, Texts(seed))
    meta = {
        "kind": kind,
        "bytes": path.stat().st_size,
        "records": book.number,
        "sessions": book.sessions,
        "turns": book.turns,
        "first": [f"{number:07d}" for number in range(1, 9)],
        "last": [f"{number:07d}" for number in range(book.number - 7, book.number + 1)],
        "last_session": book.last_session,
        "needle": NEEDLE,
        "needle_at": book.found | {"line": _line(path, NEEDLE)},
        "seed": seed,
    }
    path.with_name(path.name + ".meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    return meta


def number_of(text: str) -> int:
    """Read a size: a number, or one with KB, MB or GB behind it."""
    unit = text[-2:].upper()
    return int(float(text[:-2]) * _UNITS[unit]) if unit in _UNITS else int(text)


def _left(path: Path, size: int, book: Book) -> bool:
    """Say whether a file is still to grow; hide the needle when the time has come."""
    done = path.stat().st_size if path.exists() else 0
    _hide(book, done, size)
    return done < size


def _hide(book: Book, done: int, size: int) -> None:
    if not book.found and done >= size * 0.9:
        book.needle = NEEDLE


def _line(path: Path, needle: str) -> int:
    """Return the number of the line that holds the needle, from 1; 0 where none does."""
    wanted = needle.encode()
    with path.open("rb") as file:
        return next((number for number, line in enumerate(file, start=1) if wanted in line), 0)


def main() -> None:
    """Make the trace that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("size", type=number_of)
    parser.add_argument("-o", dest="out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    meta = generate(given.kind, given.size, given.out, given.seed)
    print(f"{os.fspath(given.out)}: {meta['bytes']:,} bytes, {meta['records']:,} records")


if __name__ == "__main__":
    main()
