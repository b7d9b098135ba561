"""`nalyqor-tui policy`: check, compare and print policies."""

from __future__ import annotations

import argparse
from pathlib import Path

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Do one of the jobs with policies."""
    parser = argparse.ArgumentParser(
        prog="nalyqor-tui policy", description="Check, compare and print policies."
    )
    jobs = parser.add_subparsers(dest="job", required=True, metavar="check|diff|list|show")
    check = jobs.add_parser("check", help="explain every mistake, and say what passes a trace by")
    check.add_argument("file", metavar="FILE|NAME")
    check.add_argument("--against", type=Path, metavar="TRACE", help="a trace to hold the policy against")
    common.add_redaction(check)
    diff = jobs.add_parser("diff", help="list the decisions whose grade changes from one policy to another")
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    diff.add_argument("trace", type=Path, metavar="TRACE")
    common.add_redaction(diff)
    jobs.add_parser("list", help="name the policies that come with the program")
    jobs.add_parser("show", help="print one of them").add_argument("name", metavar="NAME")
    given = parser.parse_args(args)
    from nalyqor_tui.policy import loader
    from nalyqor_tui.report import policies

    if given.job == "list":
        return common.print_lines(policies.names())
    if given.job == "show":
        return common.print_lines(policies.text(loader.builtin(given.name)))
    if given.job == "diff":
        old, new, trace = loader.named(given.old), loader.named(given.new), common.open_trace(given.trace)
        return common.print_lines(policies.difference(old, new, trace, common.redaction_of(given)))
    policy, mistakes = loader.check(given.file)
    if policy is None:
        common.print_lines(policies.mistakes(mistakes))
        return mistakes[0].exit_code
    common.print_lines([policies.summary(policy)])
    if given.against is None:
        return 0
    trace = common.open_trace(given.against)
    return common.print_lines(policies.against(policy, trace, common.redaction_of(given)))
