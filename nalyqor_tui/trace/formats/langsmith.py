"""Runs of LangSmith: flat, one a line or in an array, or nested in `child_runs`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading
from nalyqor_tui.trace.formats.messages import Status
from nalyqor_tui.trace.formats.pick import arr, at, first, num, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.runs.load import Facts, Groups, Seen, broken, unparsed
from nalyqor_tui.trace.formats.runs.model import Kind, Run, moment, value_at
from nalyqor_tui.trace.place import Place, token
from nalyqor_tui.trace.records import Json

NAME = "langsmith"
TITLE = "LangSmith runs"
FIDELITY = Fidelity(
    context=Can("exact", "what each call was given; older tracers log it as one text"),
    confirmations=Can(
        "observed", "LangGraph interrupts and what the graph was resumed with; who answered is not"
    ),
    retrieval=Can("observed", "the runs of retrievers; scores only where the documents hold them"),
    margin=Can("observed", "where the raw response was kept, with log-probabilities or several choices"),
)
TESTED = "files made by the library itself"

_KINDS: dict[str, Kind] = {"llm": "model", "tool": "tool", "retriever": "retriever"}
_THREADS = ("thread_id", "session_id", "conversation_id")
_STATUS: dict[str, Status] = {"success": "ok", "error": "error"}
_TAKEN = frozenset({"inputs", "outputs", "child_runs", "error"})


def score(sample: Sample) -> float:
    """Count the share of runs: a run has its type, and the order of its tree or the id of its trace."""
    found = sample.objects
    return sum(map(_is_run, found)) / len(found) if found else 0.0


def read(document: Document) -> Reading:
    """Group the traces by the thread that they belong to."""
    groups = Groups()
    lost: list[tuple[Json, Place]] = []
    for value, place in document.items():
        if unparsed(value) or not _is_run(value):
            lost.append((value, place))
            continue
        for run, _ in _flat(value, place):
            trace, parent = _trace(run, value), txt(run.get("parent_run_id")) or _parent(run)
            groups.add(trace, _thread(run), place)
            seen = Seen(parent, _KINDS.get(str(run.get("run_type")), "other"), txt(run.get("name")) or "tool")
            groups.ran(trace, txt(run.get("id")), seen, run.get("inputs"), run.get("outputs"))
    return Reading(
        [*groups.drafts(document, NAME, _facts), *broken(document, lost)], warnings=groups.warnings()
    )


def _is_run(value: Json) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("run_type"), str):
        return False
    return isinstance(first(value, "dotted_order", "trace_id", "start_time"), str) and "id" in value


def _facts(document: Document, places: Sequence[Place], wanted: Collection[str]) -> Facts:
    out = Facts()
    for place in places:
        value, _ = document.item(place)
        for run, where in _flat(value, place):
            if (trace := _trace(run, value)) in wanted:
                out.runs.append(_run(run, trace, where))
                out.outcomes += _feedback(run, where)
    out.runs.sort(key=lambda run: txt(run.raw.get("dotted_order")) or "")
    return out


def _flat(value: Json, place: Place) -> Iterator[tuple[dict[str, Any], Place]]:
    """Yield a run and those nested in it."""
    todo = [(value, place)]
    while todo:
        run, where = todo.pop()
        if isinstance(run, dict):
            yield run, where
            inner = arr(run.get("child_runs"))
            todo += [
                (child, where.below(f"/child_runs/{i}")) for i, child in reversed(list(enumerate(inner)))
            ]


def _trace(run: dict[str, Any], outermost: Json) -> str:
    """Return the trace of a run; the order of its tree begins with it."""
    whole = txt(first(run, "trace_id", "session")) or txt(at(outermost, "trace_id"))
    return whole or txt(at(outermost, "id")) or "trace"


def _thread(run: dict[str, Any]) -> str | None:
    about = obj(at(run, "extra", "metadata"))
    named = first(about, *_THREADS)
    return str(named) if isinstance(named, str | int) else None


def _run(run: dict[str, Any], trace: str, place: Place) -> Run:
    word = txt(run.get("run_type")) or "run"
    error, status = txt(run.get("error")), run.get("status")
    tools = at(run, "extra", "invocation_params", "tools")
    return Run(
        id=txt(run.get("id")) or f"run {place}",
        parent=txt(run.get("parent_run_id")) or _parent(run),
        trace=trace,
        kind=_KINDS.get(word, "other"),
        word=word,
        name=txt(run.get("name")) or word,
        place=place,
        given=value_at(run.get("inputs"), place.below("/inputs") if "inputs" in run else place),
        came=value_at(run.get("outputs"), place.below("/outputs") if "outputs" in run else place),
        began=moment(run.get("start_time")),
        ended=moment(run.get("end_time")),
        ts=stamp(run.get("start_time"), a_second=1e3),
        failed=error,
        status=_STATUS.get(status) if isinstance(status, str) else None,
        call=txt(at(run, "extra", "tool_call_id")) or txt(at(run, "inputs", "tool_call_id")),
        model=txt(at(run, "extra", "metadata", "ls_model_name")),
        tools=tuple(arr(tools)),
        raw=rest(run, _TAKEN),
    )


def _parent(run: dict[str, Any]) -> str | None:
    """Return the parent that the order of the tree tells: `…Zroot.…Zparent.…Zrun`."""
    order = txt(run.get("dotted_order"))
    steps = order.split(".") if order else []
    return steps[-2].partition("Z")[2] or None if len(steps) > 1 else None


def _feedback(run: dict[str, Any], place: Place) -> Iterator[tuple[dict[str, Json], Place]]:
    for name, stats in obj(run.get("feedback_stats")).items():
        if (average := num(at(stats, "avg"))) is not None:
            where = place.below(f"/feedback_stats/{token(name)}")
            yield {"grade": average, "by": f"{name} (feedback)", "number": at(stats, "n")}, where
