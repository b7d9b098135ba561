"""Where the keys of a TOML file stand: the standard parser gives values without lines."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_TEXT = re.compile(r'''"""|\'\'\'''')  # what a text of several lines begins and ends with
_OPEN = re.compile(r"=\s*\[\s*(#.*)?$")
_ITEM = re.compile(r"^\s*\{")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def lines(text: str) -> dict[Path, int]:
    """Map the path of each table and key to its line (from 1); good for the layouts that people write."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    array: Path | None = None  # the key whose list of inline tables is open
    inside = ""  # the quotes of the text of several lines that the line stands in
    for number, line in enumerate(text.split("\n"), start=1):
        within, inside = bool(inside), _inside(line, inside)
        if within:
            continue
        if array is not None and _ITEM.match(line):
            counts[array] = counts.get(array, -1) + 1
            found[(*array, counts[array])] = number
        elif match := _HEADER.match(line):
            table = _indexed(_parts(match[2]), counts, own=match[1] == "[[")
            if match[1] == "[[":
                found.setdefault(table, number)
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif match := _KEY.match(line):
            key = (*table, *_parts(match[1]))
            found.setdefault(key, number)
            array = key if _OPEN.search(line) else None
    return found


def _inside(line: str, inside: str) -> str:
    """Return the quotes of the text of several lines that is open at the end of a line."""
    for match in _TEXT.finditer(line):
        if not inside:
            inside = match[0]
        elif inside == match[0]:
            inside = ""
    return inside


def line_of(path: Path, found: dict[Path, int]) -> int | None:
    """Return the line of a path, or of the nearest table around it."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path)


def _indexed(parts: Path, counts: dict[Path, int], *, own: bool) -> Path:
    """Name the table that a header means: `[rule.on]` belongs to the latest `[[rule]]`."""
    out: Path = ()
    for index, part in enumerate(parts):
        out = (*out, part)
        if out in counts and not (own and index == len(parts) - 1):
            out = (*out, counts[out])
    return out


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
