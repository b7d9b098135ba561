"""`nalyqor-tui TRACE`: the screen."""

from __future__ import annotations

import argparse
import gc
import os
import sys

from nalyqor_tui import __version__
from nalyqor_tui.commands import common, epilog
from nalyqor_tui.errors import UsageError

TYPE_CHECKING = False  # as in commands/common.py
if TYPE_CHECKING:
    from nalyqor_tui.trace.index.file import LineFile
    from nalyqor_tui.tui.opening import Opened


def run(args: list[str]) -> int:
    """Open a trace on the screen."""
    parser = common.parser_for("nalyqor-tui", "Step through the decisions of an AI agent.", epilog=epilog())
    parser.add_argument(
        "--at", metavar="SPOT", help="open at a decision (9.1), turn, clock (:14:32), record or rule"
    )
    parser.add_argument(
        "--blind", action="store_true", help="hide the notes of others until you commit yours (docs/notes.md)"
    )
    parser.add_argument("--follow", action="store_true", help="follow the file as it grows (docs/large.md)")
    parser.add_argument("--version", action="version", version=f"nalyqor-tui {__version__}")
    given = parser.parse_args(args)
    piped = str(given.trace) == "-"
    if not sys.stdout.isatty() or not (piped or sys.stdin.isatty()):
        raise UsageError("this is no terminal", remedy="for pipes: nalyqor-tui show TRACE --plain")
    from nalyqor_tui.tui.first import FirstFrame

    gc.disable()  # until the screen stands: what is loaded and read until then stays
    with FirstFrame("" if piped else str(given.trace)):
        return _show(given, piped)


def _show(given: argparse.Namespace, piped: bool) -> int:
    from nalyqor_tui.tui.first import undisturbed

    with undisturbed():
        from nalyqor_tui.trace.index.file import LARGE, LineFile
    file = None if piped else LineFile.open(given.trace, 0 if given.follow else LARGE)
    if given.follow and file is None and (piped or given.trace.exists()):
        what = "only a plain file can be followed: not a folder, a pipe or a packed file"
        raise UsageError(what, path=given.trace, remedy="leave out --follow")
    file = file or (None if piped else LineFile.unpacking(given.trace))
    if file is not None:
        from nalyqor_tui.tui.opening import Opening
        from nalyqor_tui.tui.run import opening

        return opening(file, Opening(lambda: _opened(given, piped, file)), follow=given.follow)
    opened = _opened(given, piped)
    from nalyqor_tui.tui.run import run as show

    return show(opened.case, session=opened.session, at=opened.at)


def _opened(given: argparse.Namespace, piped: bool, file: LineFile | None = None) -> Opened:
    """Open the trace with all that belongs to it."""
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.journal import Journal
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.tui.opening import Opened

    trace = common.open_trace(given.trace, file)
    if piped:
        _keys_from_the_terminal()
    policy = find(given.policy, given.trace)
    journal = Journal.open(given.trace, notes_path=common.notes_path(trace, given.notes), author=author())
    if given.blind:
        from nalyqor_tui.present.review import identity

        journal.go_blind(identity(trace))
    chosen = None if given.session is None else common.session_index(trace, given.session)
    from nalyqor_tui.tui.case import Case

    return Opened(Case(trace, policy, journal, given.policy or "", file=file), chosen, given.at, given.follow)


def _keys_from_the_terminal() -> None:
    """Take the keys from the terminal: the trace came through standard input."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        what = "there is no terminal to read keys from"
        raise UsageError(what, remedy="for pipes: nalyqor-tui show - --plain") from None
    os.dup2(terminal, 0)
    os.close(terminal)
