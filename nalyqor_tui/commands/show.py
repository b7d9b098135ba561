"""`nalyqor-tui show`: every decision in lines."""

from __future__ import annotations

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Print every decision in lines."""
    parser = common.parser_for(
        "nalyqor-tui show", "Print every decision in lines: for pipes, programs and screen readers."
    )
    common.add_selection(parser)
    common.add_redaction(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--plain", action="store_true", help="linear text, each line with its truth (the default)"
    )
    form.add_argument("--json", action="store_true", help="the same rows for programs, one object a line")
    given = parser.parse_args(args)
    from nalyqor_tui.report import json, plain

    render = json.render if given.json else plain.render
    return common.print_lines(
        render(common.reviews_of(given), common.selection_of(given), common.redaction_of(given))
    )
