"""What is said of the formats: which are read and how well, and what a file was recognised as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present.text import show
from nalyqor_tui.present.words import once
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.formats import failures, formats, ours
from nalyqor_tui.trace.formats.base import Fidelity
from nalyqor_tui.trace.formats.known import KNOWN
from nalyqor_tui.trace.store import Trace

_WIDTH = 14  # cells of a label

# What is counted in a trace, by the kind of its records.
_COUNTED = {
    "message": "messages",
    "tool_call": "tool calls",
    "tool_result": "results",
    "proposal": "proposals",
    "confirmation": "confirmations",
    "retrieval": "look-ups",
    "context": "contexts",
    "compaction": "compactions",
    "outcome": "outcomes",
}


def listing() -> Iterator[str]:
    """Yield the formats that are read, with what each can tell, and those that are only recognised."""
    own_ones = list(ours())
    for form in formats():
        where = "" if form in own_ones else " (from another package)"
        yield show(
            phrase(
                "{name}  {title}{where}", name=f"{form.NAME:<{_WIDTH}}", title=form.TITLE, where=own(where)
            )
        )
        for label, can in _told(form.FIDELITY):
            yield _line(label, phrase("{can}", can=str(can)))
        yield _line("tested on", phrase("{tested}", tested=form.TESTED))
        yield ""
    yield "recognised, but not read:"
    for kind in KNOWN:
        yield show(phrase("  {title}: {remedy}", title=kind.title, remedy=kind.remedy))
    for problem in failures():
        yield show(phrase("could not be loaded: {problem}", problem=problem))


def table() -> Iterator[str]:
    """Yield our formats as a Markdown table."""
    yield "| format | context | confirmations | look-ups | margins | tested on |"
    yield "|---|---|---|---|---|---|"
    for form in ours():
        cells = [form.TITLE, *(str(can) for _, can in _told(form.FIDELITY)), form.TESTED]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def info(trace: Trace, redaction: Redaction) -> Iterator[str]:
    """Yield all that `about` says, and what the trace holds, without secrets; reads every session."""
    yield from about(trace, redaction)
    yield ""
    yield from _holds(trace, redaction)
    for skipped in trace.skipped:
        says = phrase("{name}: {why}", name=skipped.name, why=skipped.why)
        yield _line("not read", redaction.phrase(says))


def about(trace: Trace, redaction: Redaction) -> Iterator[str]:
    """Yield what a trace was recognised as and how surely, what to know first, and what its format can tell."""
    yield _line("trace", redaction.phrase(phrase("{name}", name=trace.name)))
    yield _line("bytes", phrase("{size}", size=f"{trace.size:,}"))
    yield _line("sha256", phrase("{sha256}", sha256=trace.sha256()))
    yield from _recognised(trace)
    for warning in once(trace.warnings):
        yield _line("warning", redaction.phrase(warning))
    for title, part in {part.title: part for part in trace.parts}.items():
        yield ""
        yield show(phrase("What {title} can tell:", title=title))
        for label, can in _told(part.fidelity):
            yield _line(label, phrase("{can}", can=str(can)))
        yield _line("tested on", phrase("{tested}", tested=part.format.TESTED))


def _recognised(trace: Trace) -> Iterator[str]:
    if trace.is_folder:
        yield _line("recognised", phrase("{title}", title=trace.format_title))
        return
    best, *others = trace.claims
    title = trace.parts[0].title
    yield _line("recognised", phrase("{title}, {sure} sure", title=title, sure=_percent(best.score)))
    how = "as one JSON value" if best.document.whole else "as JSON, a value a line"
    yield _line("read", own("as a zip archive" if best.document.archive is not None else how))
    for claim in others:
        yield _line("also", phrase("{title}, {sure} sure", title=claim.title, sure=_percent(claim.score)))


def _holds(trace: Trace, redaction: Redaction) -> Iterator[str]:
    kinds: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    turns = decisions = paired = margins = 0
    for index in range(len(trace.session_ids)):
        session = trace.read(index)
        turns += len(session.turns)
        decisions += len(session.decisions)
        paired += sum(d.call is not None and d.result is not None for d in session.decisions)
        for entry in session.entries:
            kinds[entry.record.kind] += 1
            if isinstance(entry.record, rec.Unknown):
                unknown[entry.record.kind] += 1
            elif isinstance(entry.record, rec.Decision) and entry.record.margin is not None:
                margins += 1
    yield "What it holds:"
    yield _line("sessions", phrase("{n}", n=f"{len(trace.session_ids):,}"))
    yield _line("turns", phrase("{n}", n=f"{turns:,}"))
    yield _line(
        "decisions", phrase("{n}, {m} of them with a recorded margin", n=f"{decisions:,}", m=f"{margins:,}")
    )
    for kind, label in _COUNTED.items():
        says = phrase("{n}", n=f"{kinds[kind]:,}") if kinds[kind] else own("none")
        if kind == "tool_call" and kinds[kind]:
            says += phrase(", {n} of them with a result", n=f"{paired:,}")
        yield _line(label, says)
    if kinds["unparsed"]:
        yield _line(
            "unparsed",
            phrase("{n} pieces could not be read, and are shown as they stand", n=kinds["unparsed"]),
        )
    for kind, number in unknown.most_common():
        says = phrase("{n} of kind {kind}", n=number, kind=kind)
        yield _line("kept as it is", redaction.phrase(says))


def _percent(score: float) -> str:
    return f"{100 * score:.0f} %"


def _told(can: Fidelity) -> Iterable[tuple[str, object]]:
    return (
        ("context", can.context),
        ("confirmations", can.confirmations),
        ("look-ups", can.retrieval),
        ("margins", can.margin),
    )


def _line(label: str, says: Phrase) -> str:
    return show(own(f"  {label:<{_WIDTH}} ") + says)
