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
    about = "a trace, a folder of them, an address that fsspec knows, or what triage --json wrote"
    parser.add_argument("trace", metavar="TRACE", help=about)
    parser.add_argument(
        "--policy", metavar="FILE|NAME", help="a policy (default: nalyqor.toml in, beside or above)"
    )
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="processes (default: one a core, for large traces)"
    )
    about = "work on a Dask cluster: the address of its scheduler, such as tcp://host:8786"
    parser.add_argument("--scheduler", metavar="ADDRESS", default="", help=about)
    common.add_redaction(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="the runs and the tables for programs, one object a line"
    )
    form.add_argument("-o", "--output", type=Path, metavar="FILE.md", help="write a Markdown report")
    given = parser.parse_args(args)
    from nalyqor_tui.derive import survey
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.report import files, triage
    from nalyqor_tui.trace import remote

    far = remote.is_remote(given.trace)
    path = remote.fetched(given.trace) if far else common.trace_path(given.trace)
    found, redaction = triage.read(path), common.redaction_of(given)
    if found is None:
        trace, policy = common.open_trace(path), find(given.policy, path)
        redaction.heed(policy)
        address = given.trace if far else ""
        runs = survey.runs(trace, policy, given.jobs, scheduler=given.scheduler, address=address)
        skipped = tuple((each.name, each.why) for each in trace.skipped)
        found = triage.Triage(trace.name, policy.name if policy else None, tuple(runs), skipped)
    found = found.redacted(redaction)
    if given.output is not None:
        files.write(given.output, triage.markdown(found), {path: "the trace itself"})
        return 0
    return common.print_lines((triage.json if given.json else triage.lines)(found))
