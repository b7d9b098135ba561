"""`nalyqor-tui why`: where an argument, a confirmation or a rule came from."""

from __future__ import annotations

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Print the chain back from a decision."""
    parser = common.parser_for(
        "nalyqor-tui why", "Say where the arguments of a decision, a confirmation or a rule came from."
    )
    parser.add_argument(
        "--at", metavar="SPOT", required=True, help="the decision (10.2), turn, clock or record"
    )
    about = parser.add_mutually_exclusive_group()
    about.add_argument(
        "--arg", metavar="PATH", help="one argument: change.address, or a JSON Pointer (default: all)"
    )
    about.add_argument(
        "--confirmation",
        metavar="ID",
        nargs="?",
        const="",
        help="a recorded confirmation; without an ID, what was read from the talk",
    )
    about.add_argument("--rule", metavar="ID", help="a rule of the policy, or a document by its id")
    common.add_redaction(parser)
    given = parser.parse_args(args)
    from nalyqor_tui.present.why import Subject
    from nalyqor_tui.report import why

    subject = Subject("argument", given.arg or "")
    if given.confirmation is not None:
        subject = Subject("confirmation", given.confirmation)
    elif given.rule is not None:
        subject = Subject("rule", given.rule)
    lines = list(why.render(common.reviews_of(given), given.at, subject, common.redaction_of(given)))
    return common.print_lines(lines)
