"""`nalyqor-tui check`: fail a pipeline on decisions, not only on outputs."""

from __future__ import annotations

import argparse
from pathlib import Path

from nalyqor_tui.commands import common
from nalyqor_tui.errors import FoundError, UnjudgedError
from nalyqor_tui.phrase import counted, plain


def run(args: list[str]) -> int:
    """Hold a condition against traces; an exit code of its own where it holds, another where nothing can be told."""
    given = _parser().parse_args(args)
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.report import check, files

    known = check.baseline(given.baseline) if given.baseline else frozenset()
    traces = [common.open_trace(path) for path in given.traces]
    policy = find(given.policy, given.traces[0])
    redaction = common.redaction_of(given)
    redaction.heed(policy)
    found = check.redacted(check.check(traces, policy, given.fail_on, known, redaction), redaction)
    never = dict.fromkeys(given.traces, "the trace itself")
    wanted = {
        given.output: check.markdown,
        given.junit: check.junit,
        given.write_baseline: check.baseline_lines,
    }
    for path, render in wanted.items():
        if path is not None:
            files.write(path, render(found), never)
    common.print_lines(check.github(found) if given.github else check.lines(found))
    if found.fresh:
        what = f"{plain(counted(len(found.fresh), 'decision'))} must not be: {given.fail_on}"
        raise FoundError(what, remedy="open the trace at one of them: nalyqor-tui TRACE --at NUMBER")
    if not found.judged or (given.strict and found.unknown):
        what = f"{len(found.unknown)} of {found.decisions} decisions cannot be told: {given.fail_on}"
        remedy = (
            "give --policy FILE"
            if policy is None
            else "see: nalyqor-tui info TRACE, what its format can tell"
        )
        raise UnjudgedError(what, remedy=remedy)
    return 0


def _parser() -> argparse.ArgumentParser:
    about = "Fail where a condition holds of a decision: certify decisions, not only outputs."
    parser = argparse.ArgumentParser(prog="nalyqor-tui check", description=about)
    parser.add_argument("traces", nargs="+", type=common.trace_path, metavar="TRACE", help="files or folders")
    parser.add_argument(
        "--policy", metavar="FILE|NAME", help="a policy (default: nalyqor.toml beside the first trace)"
    )
    about = "what must not be (default: problem); the help in the program lists the words"
    parser.add_argument("--fail-on", default="problem", metavar="CONDITION", help=about)
    parser.add_argument(
        "--strict", action="store_true", help="fail, too, where it cannot be told of a decision"
    )
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="failures that are known do not fail")
    parser.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="write all failures down as known"
    )
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    parser.add_argument("--github", action="store_true", help="print annotations for GitHub instead of lines")
    common.add_redaction(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.md", help="write a summary in Markdown")
    return parser
