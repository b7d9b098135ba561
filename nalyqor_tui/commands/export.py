"""`nalyqor-tui export`: the report, in Markdown or as a page of HTML."""

from __future__ import annotations

from pathlib import Path

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Write a report."""
    parser = common.parser_for("nalyqor-tui export", "Write a report, with the truths apart.")
    common.add_selection(parser)
    common.add_redaction(parser)
    parser.add_argument(
        "--html", action="store_true", help="one page of HTML that needs nothing else (default: Markdown)"
    )
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
    from nalyqor_tui.report import html, markdown

    render = html.render if given.html else markdown.render
    lines = render(common.reviews_of(given), common.selection_of(given), redaction)
    return (
        common.print_lines(lines)
        if given.output is None or str(given.output) == "-"
        else common.write_lines(given, lines)
    )
