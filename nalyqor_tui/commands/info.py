"""`nalyqor-tui info`: what a trace was recognised as, and what it can tell."""

from __future__ import annotations

import argparse

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Say what a trace is."""
    parser = argparse.ArgumentParser(
        prog="nalyqor-tui info",
        description="Say what a trace was recognised as, how surely, what its format can tell, and what it holds.",
    )
    common.add_trace(parser)
    common.add_redaction(parser)
    given = parser.parse_args(args)
    from nalyqor_tui.report import formats

    redaction = common.redaction_of(given, given.trace)
    return common.print_lines(formats.info(common.open_trace(given.trace), redaction))
