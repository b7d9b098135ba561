"""The triage of many sessions as Markdown, as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nalyqor_tui.derive.corpus import Run, packed
from nalyqor_tui.phrase import phrase, plain
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.text import show
from nalyqor_tui.present.triage import Table, tables
from nalyqor_tui.report import gfm
from nalyqor_tui.trace.parse import dumps

SCHEMA = "nalyqor.triage/1"
_ROWS = 30  # of the list of sessions that a report shows; the file of runs has all


def markdown(name: str, runs: Sequence[Run], policy: Policy | None) -> Iterator[str]:
    """Yield the report in GitHub Flavored Markdown."""
    yield f"# Triage of {gfm.inline(phrase('{name}', name=name), Truth.OBSERVED, table=False)}"
    yield ""
    yield (
        f"{len(runs):,} sessions, {sum(len(run.decisions) for run in runs):,} decisions. "
        "Outputs are **observed** in the log; grades, conditions and figures are **derived**, by the policy "
        f"{gfm.inline(phrase('{name}', name=policy.name), Truth.DECLARED, table=False) if policy else 'none'}."
    )
    yield ""
    for table in tables(runs, judged=policy is not None):
        yield f"## {table.title}"
        yield ""
        if table.remark:
            yield f"({table.remark})"
            yield ""
        rows = (tuple(gfm.inline(cell, Truth.OBSERVED) for cell in row.cells) for row in table.rows[:_ROWS])
        yield from gfm.table(table.head, rows)
        if len(table.rows) > _ROWS:
            yield f"… and {len(table.rows) - _ROWS:,} more"
            yield ""


def lines(name: str, runs: Sequence[Run], policy: Policy | None) -> Iterator[str]:
    """Yield the tables in aligned columns."""
    yield show(phrase("{name}: {n} sessions, {d} decisions", name=name, n=f"{len(runs):,}",
                      d=f"{sum(len(run.decisions) for run in runs):,}"))  # fmt: skip
    for table in tables(runs, judged=policy is not None):
        yield ""
        yield table.title + (f" ({table.remark})" if table.remark else "")
        yield from aligned(table)


def aligned(table: Table, width: int = 48) -> Iterator[str]:
    """Yield a table in columns; a cell that is wider than `width` is cut."""
    shown = [table.head, *(tuple(show(cell) for cell in row.cells) for row in table.rows[:_ROWS])]
    cut = [[cell if len(cell) <= width else cell[: width - 1] + "…" for cell in row] for row in shown]
    widths = [max(len(row[column]) for row in cut) for column in range(len(table.head))]
    for row in cut:
        yield ("  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
    if len(table.rows) > _ROWS:
        yield f"  … and {len(table.rows) - _ROWS:,} more"


def json(name: str, runs: Sequence[Run], policy: Policy | None) -> Iterator[str]:
    """Yield a head, each run and each table as an object a line; runs can be opened again."""
    about = {"id": policy.name, "sha256": policy.sha256} if policy else None
    yield dumps({"kind": "triage", "schema": SCHEMA, "trace": name, "policy": about})
    for run in runs:
        yield dumps({"kind": "run", **packed(run)})
    for table in tables(runs, judged=policy is not None):
        yield dumps(_packed(table))


def _packed(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "name": table.name,
        "head": table.head,
        "rows": [[plain(cell) for cell in row.cells] for row in table.rows],
    }
