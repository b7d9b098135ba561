"""`nalyqor-tui formats`: which formats are read, and how well."""

from __future__ import annotations

import argparse

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """List the formats."""
    parser = argparse.ArgumentParser(
        prog="nalyqor-tui formats", description="List the formats that are read, and what each can tell."
    )
    parser.add_argument("--markdown", action="store_true", help="a Markdown table of our own formats")
    given = parser.parse_args(args)
    from nalyqor_tui.report import formats

    return common.print_lines(formats.table() if given.markdown else formats.listing())
