"""`nalyqor-tui triage`: from many sessions to the worst decisions, without a screen."""

from __future__ import annotations

import argparse
from pathlib import Path

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Sum up all sessions of a trace."""
    parser = argparse.ArgumentParser(
        prog="nalyqor-tui triage", description="Sum up many sessions: the worst first, and what they share."
    )
    common.add_trace(parser)
    parser.add_argument(
        "--policy", metavar="FILE|NAME", help="a policy (default: nalyqor.toml in, beside or above)"
    )
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="processes (default: one a core, for large traces)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="the runs and the tables for programs, one object a line"
    )
    form.add_argument("-o", "--output", type=Path, metavar="FILE.md", help="write a Markdown report")
    given = parser.parse_args(args)
    from nalyqor_tui.derive import survey
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.report import files, triage

    trace = common.open_trace(given.trace)
    policy = find(given.policy, given.trace)
    runs = list(survey.runs(trace, policy, given.jobs))
    if given.output is not None:
        files.write(
            given.output, triage.markdown(trace.name, runs, policy), {given.trace: "the trace itself"}
        )
        return 0
    render = triage.json if given.json else triage.lines
    return common.print_lines(render(trace.name, runs, policy))
