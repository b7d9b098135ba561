"""`nalyqor-tui tracks`: the lines along the turns."""

from __future__ import annotations

from pathlib import Path

from nalyqor_tui.commands import common
from nalyqor_tui.errors import UsageError


def run(args: list[str]) -> int:
    """Draw the tracks, as text or as a picture."""
    parser = common.parser_for(
        "nalyqor-tui tracks", "Draw confirmations, rules and margins as lines along the turns."
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE.svg", help="a picture (default: text, to standard output)"
    )
    common.add_redaction(parser)
    given = parser.parse_args(args)
    from nalyqor_tui.report import tracks, tracks_svg

    if given.output is None:
        return common.print_lines(tracks.render(common.reviews_of(given), common.redaction_of(given)))
    if given.output.suffix.lower() != ".svg":
        raise UsageError(
            "a picture is written as SVG", path=given.output, remedy="give a name that ends in .svg"
        )
    review, *others = common.reviews_of(given)
    if others:
        raise UsageError(
            "one picture shows one session", path=given.trace, remedy="choose one with --session"
        )
    return common.write_lines(given, tracks_svg.render(review, common.redaction_of(given)))
