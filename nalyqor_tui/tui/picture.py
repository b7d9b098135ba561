"""Draw the screen into an SVG file: `python -m nalyqor_tui.tui.picture TRACE --at 9.1 -o picture.svg`.

The picture is of the program itself, as it opens on the trace with its policy and its notes. It refers to
nothing outside itself: no font is fetched when it is looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from nalyqor_tui.errors import ExportError, NalyqorError, UsageError
from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.policy.loader import find
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.case import Case

FONTS = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}\s*")
_FONT_NAME = re.compile(r"font-family:\s*Fira Code[^;]*;")
_SIZE = re.compile(r"([0-9]{2,3})x([0-9]{2,3})")


async def draw(trace: Path, at: str, size: tuple[int, int]) -> str:
    """Return the screen as SVG: opened on `trace` at the spot `at`, `size` columns by lines."""
    case = Case(Trace(trace), find(None, trace), Journal.open(trace, author="nobody"))
    app = NalyqorApp(case, at=at)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        svg = app.export_screenshot(title=f"nalyqor-tui {trace.name} --at {at}", simplify=True)
    return _FONT_NAME.sub(f"font-family: {FONTS};", _FONT_FACE.sub("", svg))


def main(argv: Sequence[str] | None = None) -> int:
    """Draw what the command line asks for; an expected error is one line."""
    parser = argparse.ArgumentParser(
        prog="python -m nalyqor_tui.tui.picture", description="Draw the screen into an SVG file."
    )
    parser.add_argument("trace", type=Path, metavar="TRACE")
    parser.add_argument("--at", default="1", metavar="SPOT", help="the decision in view, such as 9.1")
    parser.add_argument("--size", default="160x44", metavar="WxH", help="columns and lines")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    given = parser.parse_args(argv)
    try:
        _write(given.output, asyncio.run(draw(given.trace, given.at, _size(given.size))))
    except NalyqorError as error:
        print(f"picture: {error}", file=sys.stderr)  # noqa: T201  # a command of its own
        return error.exit_code
    return 0


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError(f"`{text}` is no size", remedy="write it like 160x44")
    return int(match[1]), int(match[2])


def _write(path: Path, svg: str) -> None:
    try:
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        what = (error.strerror or os.strerror(error.errno or 0)).lower()
        raise ExportError(f"could not be written: {what}", path=path, remedy="give another place") from None


if __name__ == "__main__":
    sys.exit(main())
