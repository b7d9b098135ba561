"""What the commands share: their arguments, the trace and its reviews, where the lines go."""

from __future__ import annotations

import argparse
import sys

from nalyqor_tui.errors import UsageError

TYPE_CHECKING = (
    False  # as in `typing`, which with `pathlib` takes as long to import as a first frame to paint
)
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from nalyqor_tui.notes.history import Note
    from nalyqor_tui.present.review import Review
    from nalyqor_tui.report.redact.redaction import Redaction
    from nalyqor_tui.report.selection import Selection
    from nalyqor_tui.trace.index.file import LineFile
    from nalyqor_tui.trace.store import Trace


def parser_for(name: str, about: str, *, epilog: str = "") -> argparse.ArgumentParser:
    """Return a parser for what every command on a trace takes."""
    parser = argparse.ArgumentParser(
        prog=name, description=about, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_trace(parser)
    parser.add_argument(
        "--policy",
        metavar="FILE|NAME",
        help="a policy, or `none` (default: nalyqor.toml beside or above the trace)",
    )
    parser.add_argument("--session", metavar="ID", help="the session, by its id or its number from 1")
    parser.add_argument(
        "--notes", type=_path, metavar="FILE", help="the notes file (default: TRACE.notes.jsonl)"
    )
    return parser


def add_trace(parser: argparse.ArgumentParser) -> None:
    """Let a command take a trace: a file, a folder, or `-` for standard input."""
    about = "a trace file, recognised by its content; a folder of them; - for standard input"
    parser.add_argument("trace", type=trace_path, metavar="TRACE", help=about)


def trace_path(text: str) -> Path:
    """Return the path that a command line names."""
    path = _path(text)
    try:
        folder = path.is_dir()
    except OSError:  # a name that is too long: opening it says so
        folder = False
    return path.resolve() if folder else path  # a folder has its notes beside it, so it needs its name


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Let a command choose decisions."""
    parser.add_argument("--turns", metavar="A-B", help="only these turns")
    parser.add_argument("--problems", action="store_true", help="only decisions that are flawed or bad")
    parser.add_argument("--noted", action="store_true", help="only decisions with a note")
    parser.add_argument("--at", metavar="SPOT", help="only this decision (9.1), turn, clock, record or rule")


def add_redaction(parser: argparse.ArgumentParser) -> None:
    """Let a command leave in what looks like a secret."""
    parser.add_argument(
        "--no-redact", action="store_true", help="leave in what looks like a secret; a report says so"
    )


def redaction_of(given: argparse.Namespace, beside: Path | None = None) -> Redaction:
    """Return what takes the secrets out, with the patterns of one's own; raises UsageError where those are wrong.

    `beside` is a trace of which nothing is judged: the policy that is found for it may have patterns, too.
    """
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.report.redact import config
    from nalyqor_tui.report.redact.redaction import Redaction

    redaction = Redaction(config.patterns(), off=given.no_redact)
    if beside is not None and not redaction.off:
        redaction.heed(find(getattr(given, "policy", None), beside))
    return redaction


def selection_of(given: argparse.Namespace) -> Selection:
    """Return the decisions that the command line chose."""
    from nalyqor_tui.report.selection import Selection, parse_turns

    turns = parse_turns(given.turns) if given.turns else None
    return Selection(turns=turns, problems=given.problems, noted=given.noted, at=given.at)


def reviews_of(given: argparse.Namespace) -> Iterator[Review]:
    """Yield the reviews of the sessions that the command line chose, with their notes."""
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.journal import Journal
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.present.across import Across
    from nalyqor_tui.present.review import Review

    trace = open_trace(given.trace)
    policy = find(given.policy, given.trace)
    journal = Journal.open(given.trace, notes_path=notes_path(trace, given.notes), author=author())
    every = range(len(trace.session_ids))
    wanted = every if given.session is None else [session_index(trace, given.session)]
    across = Across(trace)
    notes, hidden = journal.notes(), journal.hidden
    reviews = (_bound(Review(trace, index, policy, across), notes, hidden) for index in wanted)
    return _with_spot(given, reviews) if getattr(given, "at", None) else reviews


def notes_path(trace: Trace, asked: Path | None) -> Path | None:
    """Return the notes file to use instead of the one beside the trace; None for that one.

    What came through a pipe has its notes in the state folder, by its content: they are found again.
    """
    from nalyqor_tui.notes import names
    from nalyqor_tui.trace.store import STDIN

    return names.of_pipe(trace.sha256()) if asked is None and trace.path == STDIN else asked


def _with_spot(given: argparse.Namespace, reviews: Iterator[Review]) -> Iterator[Review]:
    """Keep the sessions that hold the spot that was asked for; none at all is a mistake of the one who asked."""
    from nalyqor_tui.report.selection import spot

    found = [review for review in reviews if spot(review, given.at)]
    if not found:
        raise UsageError(
            f"nothing here is called `{given.at}`", path=given.trace, remedy="see: show TRACE --plain"
        )
    return iter(found)


def _bound(review: Review, notes: list[Note], hidden: int) -> Review:
    review.bind(notes, hidden)
    return review


def open_trace(path: Path, file: LineFile | None = None) -> Trace:
    """Open a trace, which may be on the screen as `file` already; raises TraceError, also for a notes file."""
    from nalyqor_tui.errors import TraceError
    from nalyqor_tui.notes.names import is_sidecar
    from nalyqor_tui.trace.store import Trace

    if is_sidecar(path) and path.exists():
        raise TraceError("these are notes, not a trace", path=path, remedy="give the trace file beside them")
    if file is None or file.spill is not None:
        return Trace(path, spill=file.spill if file is not None else None)
    return Trace(path, file.lines)


def session_index(trace: Trace, wanted: str) -> int:
    """Return the ordinal of the session that is wanted by its id or number; raises UsageError."""
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


def write_lines(given: argparse.Namespace, lines: Iterable[str]) -> int:
    """Write lines to the file that the command line gave; it appears whole, and never in the place of another's."""
    from nalyqor_tui.report import files

    never = {given.trace: "the trace itself"}
    if given.notes:
        never[given.notes] = "where notes are kept"
    if given.policy:
        never[_path(given.policy)] = "the policy"
    files.write(given.output, lines, never)
    return 0


def print_lines(lines: Iterable[str]) -> int:
    """Write lines to standard output; returns the exit code."""
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(encoding="utf-8", errors="backslashreplace")
    for line in lines:
        out.write(f"{line}\n")
    out.flush()
    return 0
