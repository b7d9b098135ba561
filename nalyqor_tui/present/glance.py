"""What can be seen of a file at a glance: how its first lines lie there, before anything of it is understood.

This is shown while the program itself is still being loaded, so it reads a small window and imports next to
nothing: the standard `json`, as `orjson` takes longer to load than all of this to run.
"""

from __future__ import annotations

import codecs
import json
import os
import stat

from nalyqor_tui.phrase import Phrase, own, phrase

WINDOW = 64 << 10
"""The bytes of a file that are looked at."""

_MOST_NAMES = 2000  # of a folder
_PACKED = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"PK", "zip"))
_WHAT = ("kind", "type", "role")
# Where the words of a record stand, in the formats there are; the first of them that has any is shown.
_WORDS = (
    "content",
    "text",
    "reply",
    "query",
    "message",
    "chosen",
    "name",
    "tool",
    "result",
    "output",
    "payload",
)
_DEEP = 4


class Row:
    """A line of the file: its number from 1, what it is called there, its turn if told, its first words.

    All but the number is data; `what` is empty where the line is no object or names no kind of its own.
    """

    __slots__ = ("number", "turn", "what", "words")

    def __init__(self, number: int, words: str, what: str = "", turn: str = "") -> None:
        self.number = number
        self.what = what
        self.turn = turn
        self.words = words


class Glance:
    """A file or folder as it lies there: `facts` is its name and size, `about` says what the rows are."""

    __slots__ = ("about", "facts", "names", "rows")

    def __init__(self, facts: Phrase, about: Phrase) -> None:
        self.facts = facts
        self.about = about
        self.rows: list[Row] = []
        self.names: list[str] = []


def look(path: str, most: int) -> Glance | None:
    """Look at the first `most` lines of a file or names of a folder; None where there is nothing to be seen."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
        if stat.S_ISDIR(mode):
            return _folder(path, most)
        return _file(path, most) if stat.S_ISREG(mode) else None
    except (OSError, ValueError):  # ValueError: a name with a NUL
        return None


def _folder(path: str, most: int) -> Glance:
    names: list[str] = []
    with os.scandir(path) as found:
        for entry in found:
            if len(names) == _MOST_NAMES:
                break
            names.append(entry.name + ("/" if entry.is_dir() else ""))
    about = "some of the names in this folder" if len(names) == _MOST_NAMES else "the names in this folder"
    glance = Glance((os.path.basename(os.path.abspath(path)),), own(about))  # noqa: PTH100, PTH119
    glance.names = sorted(names)[:most]
    return glance


def _file(path: str, most: int) -> Glance:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        data, size = file.read(WINDOW), os.fstat(file.fileno()).st_size
    facts = phrase("{name} · {size} bytes", name=os.path.basename(path), size=own(f"{size:,}"))  # noqa: PTH119
    packed = next((kind for magic, kind in _PACKED if data.startswith(magic)), "")
    if packed:
        return Glance(facts, own(f"a {packed} file: what is in it can be seen when it is unpacked"))
    if b"\0" in data:
        return Glance(facts, own("this does not look like text"))
    cut = len(data) < size
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    lines = [line.rstrip("\r") for line in decode(data.removeprefix(codecs.BOM_UTF8), not cut).split("\n")]
    if not cut and not lines[-1]:
        lines.pop()
    if len(lines) > 1 and isinstance(_value(lines[0]), dict):
        glance = Glance(facts, own("its first lines as they lie there, nothing of them judged yet"))
        glance.rows = [_row(number, line) for number, line in enumerate(lines[:most], 1)]
    else:
        glance = Glance(facts, own("how it begins, nothing of it judged yet"))
        glance.rows = [Row(number, line) for number, line in enumerate(lines[:most], 1)]
    return glance


def _value(line: str) -> object:
    """Return the value of a line of JSON; None where it is none, as when the window ends in it."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _row(number: int, line: str) -> Row:
    value = _value(line)
    if not isinstance(value, dict):
        return Row(number, line)
    told = [value[key] for key in _WHAT if isinstance(value.get(key), str)]
    turn = value.get("turn")
    numbered = isinstance(turn, int) and not isinstance(turn, bool)
    return Row(
        number, _words(value) or line, " ".join(dict.fromkeys(told)), f"turn {turn}" if numbered else ""
    )


def _words(value: object, deep: int = _DEEP) -> str:
    """Return the first words that a value holds where formats keep words; empty if there are none."""
    if isinstance(value, str):
        return value.strip()
    if not deep:
        return ""
    if isinstance(value, list):
        return next((words for item in value[:_DEEP] if (words := _words(item, deep - 1))), "")
    if isinstance(value, dict):
        return next((words for key in _WORDS if key in value and (words := _words(value[key], deep - 1))), "")
    return ""
