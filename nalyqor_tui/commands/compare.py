"""`nalyqor-tui compare`: two runs side by side, or the trials of one case as a tree."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nalyqor_tui.commands import common
from nalyqor_tui.errors import UsageError

if TYPE_CHECKING:
    from nalyqor_tui.present.review import Review
    from nalyqor_tui.present.tree import Trials
    from nalyqor_tui.present.versus import Versus
    from nalyqor_tui.report.redact.redaction import Redaction
    from nalyqor_tui.trace.store import Trace
    from nalyqor_tui.tui.case import Case

_EPILOG = """\
A run is FILE or, where the file holds several, FILE#SESSION: the session by its id or its number from 1.

  compare eval.jsonl production.jsonl
  compare runs.json#3 runs.json#7
  compare runs.json --sessions 3 7
  compare runs.json#3                  with a trial of the same case that came out otherwise
  compare runs.json --case "task 2"    all trials of one case, as a tree
"""


Render = Callable[[Any, Any], Iterable[str]]


class Run(NamedTuple):
    """A run that is to be compared: its trace, and the ordinal of its session."""

    trace: Trace
    session: int


def run(args: list[str]) -> int:
    """Compare."""
    given = _parser().parse_args(args)
    screen = sys.stdout.isatty() and sys.stdin.isatty() and not (given.plain or given.json or given.output)
    if given.case is not None:
        return _trials(given, screen)
    a, b = _runs(given)
    if a.trace is b.trace and a.session == b.session:
        raise UsageError(
            "that is the same session twice", path=a.trace.path, remedy="give two different ones"
        )
    if screen:
        from nalyqor_tui.tui.run import compare as show

        one = _case(given, a.trace)
        return show((one, a.session), (one if b.trace is a.trace else _case(given, b.trace), b.session))
    from nalyqor_tui.report import comparison

    redaction, forms = common.redaction_of(given), (comparison.markdown, comparison.lines, comparison.objects)
    return _write(given, _versus(given, a, b), forms, redaction)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nalyqor-tui compare",
        description="Hold two runs against each other: where the input first differs, and where a choice does.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("a", metavar="A", help="a run: FILE or FILE#SESSION")
    parser.add_argument("b", metavar="B", nargs="?", help="another run, of the same or of another file")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--sessions", nargs=2, metavar=("X", "Y"), help="two sessions of the file A")
    which.add_argument("--case", metavar="NAME", help="all trials of this case in the file A, as a tree")
    parser.add_argument(
        "--policy", metavar="FILE|NAME", help="a policy for both, or `none` (default: nalyqor.toml)"
    )
    common.add_redaction(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--plain", action="store_true", help="lines (the default where there is no terminal)")
    form.add_argument("--json", action="store_true", help="the same for programs, one object a line")
    form.add_argument(
        "-o", "--output", type=Path, metavar="FILE.md", help="write a Markdown report; - prints it"
    )
    return parser


def _runs(given: argparse.Namespace) -> tuple[Run, Run]:
    """Return the two runs that the command line names; raises UsageError where it names none or more than two."""
    path, session = _named(given.a)
    trace = common.open_trace(path)
    if given.sessions is not None:
        if given.b is not None or session is not None:
            raise UsageError("--sessions chooses both runs", path=path, remedy="give the file alone with it")
        x, y = (common.session_index(trace, wanted) for wanted in given.sessions)
        return Run(trace, x), Run(trace, y)
    if given.b is not None:
        other, wanted = _named(given.b)
        second = (
            trace if other.exists() and path.exists() and other.samefile(path) else common.open_trace(other)
        )
        return Run(trace, _only(trace, session)), Run(second, _only(second, wanted))
    if session is None and len(trace.session_ids) == 2:
        return Run(trace, 0), Run(trace, 1)
    if session is None:
        raise UsageError("one run alone cannot be compared", path=path, remedy=_hint(trace))
    index = common.session_index(trace, session)
    return Run(trace, index), Run(trace, _partner(trace, index))


def _named(text: str) -> tuple[Path, str | None]:
    """Split FILE#SESSION where a file is; the name of either may hold a `#` of its own."""
    marks = [at for at, char in enumerate(text) if char == "#"]
    for at in [len(text), *marks]:
        if os.path.exists(text[:at]):  # noqa: PTH110  # never raises, whatever the text
            return Path(text[:at]), text[at + 1 :] if at < len(text) else None
    name, mark, session = text.partition("#")
    return Path(name), session if mark else None


def _only(trace: Trace, wanted: str | None) -> int:
    """Return the session that is wanted, or the only one that there is."""
    if wanted is not None:
        return common.session_index(trace, wanted)
    if len(trace.session_ids) > 1:
        count = len(trace.session_ids)
        raise UsageError(
            f"holds {count} sessions", path=trace.path, remedy=f"say which: {trace.path.name}#1 to #{count}"
        )
    return 0


def _partner(trace: Trace, index: int) -> int:
    """Return the trial that a run is compared with where no other was named."""
    from nalyqor_tui.derive.branches import partner, trial

    every = (trial(n, trace.read(n)) for n in range(len(trace.session_ids)))
    found = partner(index, [one for one in every if one is not None])
    if found is None:
        name = trace.session_ids[index]
        raise UsageError(
            f"no other trial of the case of `{name}` is here", path=trace.path, remedy="name another run"
        )
    return found


def _hint(trace: Trace) -> str:
    from nalyqor_tui.derive.trials import case_of
    from nalyqor_tui.present.tree import repeated

    cases: dict[str, int] = {}
    for index in range(len(trace.session_ids)):
        if (case := case_of(trace.read(index))) is not None:
            cases[case.name] = cases.get(case.name, 0) + 1
    says = "give a second file, FILE#SESSION, --sessions X Y, or --case NAME"
    return f"{says}; {repeated(cases)}" if any(count > 1 for count in cases.values()) else says


def _versus(given: argparse.Namespace, a: Run, b: Run) -> Versus:
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.present.review import Review
    from nalyqor_tui.present.versus import Versus

    def review(one: Run) -> Review:
        return Review(one.trace, one.session, find(given.policy, one.trace.path))

    return Versus(review(a), review(b))


def _case(given: argparse.Namespace, trace: Trace) -> Case:
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.journal import Journal
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.tui.case import Case

    journal = Journal.open(trace.path, notes_path=common.notes_path(trace, None), author=author())
    return Case(trace, find(given.policy, trace.path), journal, given.policy or "")


def _trials(given: argparse.Namespace, screen: bool) -> int:
    """Show the trials of a case."""
    path, session = _named(given.a)
    if given.b is not None or session is not None:
        raise UsageError(
            "--case takes all trials of one file", path=path, remedy="give the file alone with it"
        )
    from nalyqor_tui.present.tree import Trials
    from nalyqor_tui.report import tree

    trace = common.open_trace(path)
    trials: Trials = Trials(trace, given.case)
    if screen:
        from nalyqor_tui.tui.run import trials as show

        return show(_case(given, trace), trials)
    redaction = common.redaction_of(given, trace.path)
    return _write(given, trials, (tree.markdown, tree.lines, tree.objects), redaction)


def _write(
    given: argparse.Namespace, what: object, forms: tuple[Render, Render, Render], redaction: Redaction
) -> int:
    """Write in the form that was asked for."""
    markdown, lines, objects = forms
    if given.output is None:
        return common.print_lines((objects if given.json else lines)(what, redaction))
    if str(given.output) == "-":
        return common.print_lines(markdown(what, redaction))
    from nalyqor_tui.report import files

    never = {_named(text)[0]: "a trace" for text in (given.a, given.b) if text is not None}
    if given.policy:
        never[Path(given.policy)] = "the policy"
    files.write(given.output, markdown(what, redaction), never)
    return 0
