"""`nalyqor-tui TRACE`: the screen."""

from __future__ import annotations

import sys

from nalyqor_tui import __version__
from nalyqor_tui.commands import common, epilog
from nalyqor_tui.errors import UsageError


def run(args: list[str]) -> int:
    """Open a trace on the screen."""
    parser = common.parser_for("nalyqor-tui", "Step through the decisions of an AI agent.", epilog=epilog())
    parser.add_argument(
        "--at", metavar="SPOT", help="open at a decision (9.1), turn, clock (:14:32), record or rule"
    )
    parser.add_argument("--version", action="version", version=f"nalyqor-tui {__version__}")
    given = parser.parse_args(args)
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        raise UsageError("this is no terminal", remedy="for pipes: nalyqor-tui show TRACE --plain")
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.journal import Journal
    from nalyqor_tui.policy.loader import find

    trace = common.open_trace(given.trace)
    policy = find(given.policy, given.trace)
    journal = Journal.open(given.trace, notes_path=given.notes, author=author())
    chosen = None if given.session is None else common.session_index(trace, given.session)
    from nalyqor_tui.tui.case import Case
    from nalyqor_tui.tui.run import run as show

    return show(Case(trace, policy, journal, given.policy or ""), session=chosen, at=given.at)
