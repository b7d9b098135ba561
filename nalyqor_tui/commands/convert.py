"""`nalyqor-tui convert`: any trace in the native format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Write a trace in the native format; what it could not carry is counted on standard error."""
    parser = argparse.ArgumentParser(
        prog="nalyqor-tui convert",
        description="Write a trace in the native format, and count aloud what it could not carry.",
    )
    common.add_trace(parser)
    parser.add_argument("--session", metavar="ID", help="only this session, by its id or its number from 1")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write it (default: standard output)"
    )
    given = parser.parse_args(args)
    from nalyqor_tui.report import files, native

    trace = common.open_trace(given.trace)
    every = range(len(trace.session_ids))
    wanted = every if given.session is None else [common.session_index(trace, given.session)]
    left = native.Left()
    lines = native.render(trace, wanted, left)
    if given.output is None or str(given.output) == "-":
        common.print_lines(lines)
    else:
        files.write(given.output, lines, {given.trace: "the trace itself"})
    sys.stderr.writelines(f"nalyqor-tui: {line}\n" for line in left.says())
    return 0
