"""The front door: reads the command line; the screen is imported only when one is wanted."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nalyqor_tui import __version__
from nalyqor_tui.errors import NalyqorError, UsageError

if TYPE_CHECKING:
    from nalyqor_tui.notes.history import Note
    from nalyqor_tui.present.review import Review
    from nalyqor_tui.report.selection import Selection
    from nalyqor_tui.trace.store import Trace

EPILOG = """\
commands:
  nalyqor-tui TRACE                        step through the decisions of a trace
  nalyqor-tui export TRACE -o report.md    write a Markdown report
  nalyqor-tui show TRACE --plain|--json    print everything in lines, for pipes and programs
  nalyqor-tui tracks TRACE [-o FILE.svg]   draw confirmations, rules and margins along the turns
  nalyqor-tui schema trace|notes|policy    print a JSON Schema
  nalyqor-tui policy check FILE            explain every mistake in a policy, or hold it against a trace
  nalyqor-tui policy diff OLD NEW TRACE    list the decisions whose grade changes
  nalyqor-tui policy list | show NAME      name or print the policies that come with the program

exit codes: 0 fine, 2 usage, 3 trace, 4 policy, 5 notes, 6 export, 70 a defect of ours
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; an expected error is one line, never a traceback."""
    args = list(sys.argv[1:] if argv is None else argv)
    commands: dict[str, Callable[[list[str]], int]] = {
        "export": _export,
        "show": _show,
        "tracks": _tracks,
        "schema": _schema,
        "policy": _policy,
    }
    try:
        if args and args[0] in commands:
            return commands[args[0]](args[1:])
        return _open(args)
    except NalyqorError as error:
        from nalyqor_tui.present.text import literal

        print(f"nalyqor-tui: {literal(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe has seen enough; keep Python from complaining again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # the last edge: no traceback, which could show a trace, goes further
        from nalyqor_tui import crash

        return crash.say(error)


def _parser(name: str, about: str, *, epilog: str = "") -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name, description=about, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trace", type=Path, metavar="TRACE", help="the trace file; recognised by its content")
    parser.add_argument(
        "--policy",
        metavar="FILE|NAME",
        help="a policy, or `none` (default: nalyqor.toml beside or above the trace)",
    )
    parser.add_argument("--session", metavar="ID", help="the session, by its id or its number from 1")
    parser.add_argument(
        "--notes", type=Path, metavar="FILE", help="the notes file (default: TRACE.notes.jsonl)"
    )
    return parser


def _open(args: list[str]) -> int:
    parser = _parser("nalyqor-tui", "Step through the decisions of an AI agent.", epilog=EPILOG)
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

    trace = _trace(given.trace)
    policy = find(given.policy, given.trace)
    journal = Journal.open(given.trace, notes_path=given.notes, author=author())
    chosen = None if given.session is None else _session(trace, given.session)
    from nalyqor_tui.tui.case import Case
    from nalyqor_tui.tui.run import run

    return run(Case(trace, policy, journal, given.policy or ""), session=chosen, at=given.at)


def _export(args: list[str]) -> int:
    parser = _parser("nalyqor-tui export", "Write a Markdown report, with the truths apart.")
    _selecting(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write it (default: standard output)"
    )
    given = parser.parse_args(args)
    from nalyqor_tui.report import markdown

    lines = markdown.render(_reviews(given), _selection(given))
    return _print(lines) if given.output is None or str(given.output) == "-" else _write(given, lines)


def _show(args: list[str]) -> int:
    parser = _parser(
        "nalyqor-tui show", "Print every decision in lines: for pipes, programs and screen readers."
    )
    _selecting(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--plain", action="store_true", help="linear text, each line with its truth (the default)"
    )
    form.add_argument("--json", action="store_true", help="the same rows for programs, one object a line")
    given = parser.parse_args(args)
    from nalyqor_tui.report import json, plain

    render = json.render if given.json else plain.render
    return _print(render(_reviews(given), _selection(given)))


def _tracks(args: list[str]) -> int:
    parser = _parser("nalyqor-tui tracks", "Draw confirmations, rules and margins as lines along the turns.")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE.svg", help="a picture (default: text, to standard output)"
    )
    given = parser.parse_args(args)
    from nalyqor_tui.report import tracks, tracks_svg

    if given.output is None:
        return _print(tracks.render(_reviews(given)))
    if given.output.suffix.lower() != ".svg":
        raise UsageError(
            "a picture is written as SVG", path=given.output, remedy="give a name that ends in .svg"
        )
    review, *others = _reviews(given)
    if others:
        raise UsageError(
            "one picture shows one session", path=given.trace, remedy="choose one with --session"
        )
    return _write(given, tracks_svg.render(review))


def _schema(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nalyqor-tui schema", description="Print a JSON Schema.")
    parser.add_argument("what", choices=["trace", "notes", "policy"])
    what = parser.parse_args(args).what
    from nalyqor_tui.notes import model
    from nalyqor_tui.policy import schema as policy
    from nalyqor_tui.trace import records
    from nalyqor_tui.trace.parse import dumps

    schemas = {"trace": records.schema, "notes": model.schema, "policy": policy.schema}
    return _print([dumps(schemas[what](), indent=True)])


def _policy(args: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="nalyqor-tui policy", description="Check, compare and print policies."
    )
    jobs = parser.add_subparsers(dest="job", required=True, metavar="check|diff|list|show")
    check = jobs.add_parser("check", help="explain every mistake, and say what passes a trace by")
    check.add_argument("file", metavar="FILE|NAME")
    check.add_argument("--against", type=Path, metavar="TRACE", help="a trace to hold the policy against")
    diff = jobs.add_parser("diff", help="list the decisions whose grade changes from one policy to another")
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    diff.add_argument("trace", type=Path, metavar="TRACE")
    jobs.add_parser("list", help="name the policies that come with the program")
    jobs.add_parser("show", help="print one of them").add_argument("name", metavar="NAME")
    given = parser.parse_args(args)
    from nalyqor_tui.policy import loader
    from nalyqor_tui.report import policies

    if given.job == "list":
        return _print(policies.names())
    if given.job == "show":
        return _print(policies.text(loader.builtin(given.name)))
    if given.job == "diff":
        return _print(
            policies.difference(loader.named(given.old), loader.named(given.new), _trace(given.trace))
        )
    policy, mistakes = loader.check(given.file)
    if policy is None:
        _print(policies.mistakes(mistakes))
        return mistakes[0].exit_code
    _print([policies.summary(policy)])
    return _print(policies.against(policy, _trace(given.against))) if given.against else 0


def _selecting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--turns", metavar="A-B", help="only these turns")
    parser.add_argument("--problems", action="store_true", help="only decisions that are flawed or bad")
    parser.add_argument("--noted", action="store_true", help="only decisions with a note")
    parser.add_argument("--at", metavar="SPOT", help="only this decision (9.1), turn, clock, record or rule")


def _selection(given: argparse.Namespace) -> Selection:
    from nalyqor_tui.report.selection import Selection, parse_turns

    turns = parse_turns(given.turns) if given.turns else None
    return Selection(turns=turns, problems=given.problems, noted=given.noted, at=given.at)


def _reviews(given: argparse.Namespace) -> Iterator[Review]:
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.journal import Journal
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.present.across import Across
    from nalyqor_tui.present.review import Review

    trace = _trace(given.trace)
    policy = find(given.policy, given.trace)
    notes = Journal.open(given.trace, notes_path=given.notes, author=author()).notes()
    every = range(len(trace.session_ids))
    wanted = every if given.session is None else [_session(trace, given.session)]
    across = Across(trace)
    reviews = (_bound(Review(trace, index, policy, across), notes) for index in wanted)
    return _with_spot(given, reviews) if getattr(given, "at", None) else reviews


def _with_spot(given: argparse.Namespace, reviews: Iterator[Review]) -> Iterator[Review]:
    """Keep the sessions that hold the spot that was asked for; none at all is a mistake of the one who asked."""
    from nalyqor_tui.report.selection import spot

    found = [review for review in reviews if spot(review, given.at)]
    if not found:
        raise UsageError(
            f"nothing here is called `{given.at}`", path=given.trace, remedy="see: show TRACE --plain"
        )
    return iter(found)


def _bound(review: Review, notes: list[Note]) -> Review:
    review.bind(notes)
    return review


def _trace(path: Path) -> Trace:
    from nalyqor_tui.errors import TraceError
    from nalyqor_tui.notes.names import is_sidecar
    from nalyqor_tui.trace.store import Trace

    if is_sidecar(path) and path.exists():
        raise TraceError("these are notes, not a trace", path=path, remedy="give the trace file beside them")
    return Trace(path)


def _session(trace: Trace, wanted: str) -> int:
    ids = trace.session_ids
    if wanted in ids:
        return ids.index(wanted)
    by_number = {str(number): number - 1 for number in range(1, len(ids) + 1)}
    if wanted in by_number:
        return by_number[wanted]
    import difflib

    close = difflib.get_close_matches(wanted, ids, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"give an id, or a number from 1 to {len(ids)}"
    raise UsageError(f"no session `{wanted}`", path=trace.path, remedy=hint)


def _write(given: argparse.Namespace, lines: Iterable[str]) -> int:
    """Write lines to the file that the command line gave; it appears whole, and never in the place of another's."""
    from nalyqor_tui.report import files

    never = {given.trace: "the trace itself"}
    if given.notes:
        never[given.notes] = "where notes are kept"
    if given.policy:
        never[Path(given.policy)] = "the policy"
    files.write(given.output, lines, never)
    return 0


def _print(lines: Iterable[str]) -> int:
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(encoding="utf-8", errors="backslashreplace")
    for line in lines:
        out.write(f"{line}\n")
    out.flush()
    return 0
