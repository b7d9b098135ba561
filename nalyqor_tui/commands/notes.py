"""`nalyqor-tui notes`: verify the notes of a trace, tell their history, unite two people's, read blind."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nalyqor_tui.commands import common

if TYPE_CHECKING:
    from nalyqor_tui.notes.journal import Journal
    from nalyqor_tui.notes.merge import Content
    from nalyqor_tui.notes.model import NoteRecord
    from nalyqor_tui.report.redact.redaction import Redaction
    from nalyqor_tui.trace.store import Trace


def run(args: list[str]) -> int:
    """Do one of the jobs with notes; verify returns 5 when something does not hold."""
    given = _parser().parse_args(args)
    from nalyqor_tui.report import notes

    trace = common.open_trace(given.trace)
    if given.job == "merge":
        return _merge(given, trace)
    journal = _journal(given, trace)
    if given.job == "commit":
        return _commit(journal, trace)
    redaction = _redaction(given, trace, journal.records)
    if given.job == "log":
        return common.print_lines(notes.log(journal, redaction, several=len(trace.session_ids) > 1))
    found = notes.verify(trace, journal)
    common.print_lines(notes.verified(found, redaction))
    return 5 if found.broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nalyqor-tui notes", description="Verify, tell and unite notes.")
    jobs = parser.add_subparsers(dest="job", required=True, metavar="verify|log|merge|commit")
    for name, about in (
        ("verify", "prove where each note is bound, that checksums hold, and that the trace is untouched"),
        ("log", "tell what was done to the notes: edits, retractions, conflicts"),
        ("commit", "end a blind reading for good: record what you have written, and see what others wrote"),
    ):
        job = jobs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        job.add_argument("trace", type=Path, metavar="TRACE")
        job.add_argument(
            "--notes", type=Path, metavar="FILE", help="the notes file (default: TRACE.notes.jsonl)"
        )
        if name != "commit":
            common.add_redaction(job)
    about = "hold two notes files against each other, and unite them with -o"
    merge = jobs.add_parser("merge", help=about, description=f"{about[0].upper()}{about[1:]}.")
    merge.add_argument("trace", type=Path, metavar="TRACE")
    merge.add_argument("left", type=Path, metavar="LEFT", help="a notes file")
    merge.add_argument("right", type=Path, metavar="RIGHT", help="another")
    merge.add_argument("-o", "--output", type=Path, metavar="FILE",
                       help="append to this notes file what it lacks of the two; it may be one of them")  # fmt: skip
    merge.add_argument("--blind", action="store_true", help="hide the notes of others until you commit yours")
    common.add_redaction(merge)
    return parser


def _redaction(given: argparse.Namespace, trace: Trace, records: Sequence[NoteRecord]) -> Redaction:
    """Return what takes the secrets out of notes: it knows all their versions and the sessions that they are in."""
    from nalyqor_tui.present.review import Review

    redaction = common.redaction_of(given, given.trace)
    wanted = {record.anchor.session for record in records if record.anchor is not None}
    ids = enumerate(trace.session_ids) if not redaction.off else ()
    redaction.learn((Review(trace, index, None) for index, name in ids if name in wanted), records)
    return redaction


def _journal(given: argparse.Namespace, trace: Trace) -> Journal:
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.journal import Journal

    path = common.notes_path(trace, given.notes)
    return Journal.open(given.trace, notes_path=path, author=author())


def _commit(journal: Journal, trace: Trace) -> int:
    from nalyqor_tui.present.review import identity

    shown = journal.hidden
    number = journal.commit(identity(trace))
    says = f"committed: {number} of your notes; {shown} of others are shown from here on"
    return common.print_lines([says])


def _merge(given: argparse.Namespace, trace: Trace) -> int:
    from nalyqor_tui.notes import merge

    left, right = merge.read(given.left), merge.read(given.right)
    common.print_lines(_view(given, trace, left, right))
    if given.output is None:
        return common.print_lines(["nothing was written: -o FILE unites the two"])
    return common.print_lines(_unite(given, trace, left, right))


def _view(given: argparse.Namespace, trace: Trace, left: Content, right: Content) -> Iterator[str]:
    """Yield the comparison; for somebody who reads blind only how many notes of others there are."""
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.blind import sight, visible
    from nalyqor_tui.notes.history import fold
    from nalyqor_tui.phrase import counted, phrase
    from nalyqor_tui.present.notes import hidden
    from nalyqor_tui.present.sides import sides
    from nalyqor_tui.report import notes
    from nalyqor_tui.report.sides import compared

    me = author()
    every = left.records + right.records
    redaction = _redaction(given, trace, every)
    for word, side in (("left", left), ("right", right)):
        says = phrase(
            "{path}: {n}, {m}",
            path=str(side.path),
            n=counted(len(side.records), "record"),
            m=counted(side.aside, "line set aside"),
        )
        yield notes.line(word, redaction.phrase(says))
    how = sight(every, me)
    if how == "blind" or (given.blind and how == "open"):
        others = {note.id for note in fold(every)[0]} - {
            record.note for record in every if record.author == me
        }
        yield notes.line("hidden", hidden(len(others)))
        return
    found = sides(trace, fold(visible(left.records, me))[0], fold(visible(right.records, me))[0])
    yield from compared(found, redaction)


def _unite(given: argparse.Namespace, trace: Trace, left: Content, right: Content) -> Iterator[str]:
    from nalyqor_tui.notes import merge
    from nalyqor_tui.notes.author import author
    from nalyqor_tui.notes.journal import Journal
    from nalyqor_tui.phrase import own, phrase
    from nalyqor_tui.present.review import identity
    from nalyqor_tui.report import notes

    Journal.open(given.trace, notes_path=given.output, author=author())  # refuses the trace itself
    added = merge.merge(given.output, (left, right))
    journal = Journal.open(given.trace, notes_path=given.output, author=author())
    if given.blind:
        journal.go_blind(identity(trace))
    says = phrase("{path}: {n} added", path=str(given.output), n=own(notes.count(added, "line")))
    yield notes.line("united", says)
    if disputed := sum(bool(note.conflict) for note in journal.notes()):
        many = notes.count(disputed, "note")
        says = own(f"{many} in conflict: the screen shows the versions side by side (key w)")
        yield notes.line("united", says)
