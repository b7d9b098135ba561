"""`nalyqor-tui export`: the Markdown report."""

from __future__ import annotations

from pathlib import Path

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Write a Markdown report."""
    parser = common.parser_for("nalyqor-tui export", "Write a Markdown report, with the truths apart.")
    common.add_selection(parser)
    common.add_redaction(parser)
    parser.add_argument(
        "--redactions", action="store_true", help="list what would be taken out, and where; write no report"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write it (default: standard output)"
    )
    given = parser.parse_args(args)
    redaction = common.redaction_of(given)
    if given.redactions:
        from nalyqor_tui.report.redact import preview

        return common.print_lines(preview.render(common.reviews_of(given), redaction))
    from nalyqor_tui.report import markdown

    lines = markdown.render(common.reviews_of(given), common.selection_of(given), redaction)
    return (
        common.print_lines(lines)
        if given.output is None or str(given.output) == "-"
        else common.write_lines(given, lines)
    )
