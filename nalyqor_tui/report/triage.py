"""The triage of many sessions as Markdown, as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from nalyqor_tui.derive.corpus import Run, packed, unpacked
from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import counted, phrase, plain
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.text import show
from nalyqor_tui.present.triage import Table, tables
from nalyqor_tui.report import gfm
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.trace.parse import dumps

SCHEMA = "nalyqor.triage/1"
_HEAD = 1 << 16  # bytes that the first line may have
_NAMES = ("id", "case", "agent", "version", "model")
_ROWS = 30  # of the list of sessions that a report shows; the file of runs has all


@dataclass(frozen=True, slots=True)
class Triage:
    """What was found: the trace's name, the policy's (None without one), and a run for each session."""

    name: str
    policy: str | None
    runs: tuple[Run, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """The files that were not read, each with why."""
    whole: bool = False
    """Whether secrets were left in, because --no-redact was given."""

    @property
    def counts(self) -> str:
        """How much was looked at, and how many files were not read."""
        decisions = sum(len(run.decisions) for run in self.runs)
        left = f"; not read: {plain(counted(len(self.skipped), 'file'))}" if self.skipped else ""
        whole = "; --no-redact was given: what looks like a secret stands here in full" if self.whole else ""
        return f"{plain(counted(len(self.runs), 'session'))}, {plain(counted(decisions, 'decision'))}{left}{whole}"

    @property
    def tables(self) -> list[Table]:
        """All figures."""
        return tables(self.runs, judged=self.policy is not None)

    def redacted(self, redaction: Redaction) -> Triage:
        """Return the same without secrets in the names of the policy, sessions, cases, tools, agents and models."""
        clear = redaction.text

        def run_of(run: Run) -> Run:
            made = tuple(replace(m, tool=None if m.tool is None else clear(m.tool)) for m in run.decisions)
            names: dict[str, Any] = {
                key: clear(value) for key in _NAMES if (value := getattr(run, key)) is not None
            }
            return replace(run, decisions=made, **names)

        skipped = tuple((clear(name), clear(why)) for name, why in self.skipped)
        policy = None if self.policy is None else clear(self.policy)
        runs = tuple(run_of(run) for run in self.runs)
        return Triage(clear(self.name), policy, runs, skipped, redaction.off or self.whole)


def read(path: Path) -> Triage | None:
    """Read what `json` wrote; None for any other file. Raises TraceError where it was changed since."""
    try:
        with path.open("rb") as file:
            head = orjson.loads(file.readline(_HEAD))
            if not isinstance(head, dict) or head.get("schema") != SCHEMA:
                return None
            rows = [orjson.loads(line) for line in file]
            runs = [
                unpacked({k: v for k, v in row.items() if k != "kind"})
                for row in rows
                if row["kind"] == "run"
            ]
    except (OSError, orjson.JSONDecodeError):
        return None  # a folder, or another file: the reader of traces says what is wrong with it
    except (TypeError, KeyError, AttributeError) as error:
        what = f"a triage that cannot be read: {error}"
        raise TraceError(what, path=path, remedy="write it anew: triage TRACE --json") from None
    skipped = tuple((row["name"], row["why"]) for row in rows if row["kind"] == "skipped")
    return Triage(str(head["trace"]), head["policy"], tuple(runs), skipped, head.get("redacted") is False)


def markdown(found: Triage) -> Iterator[str]:
    """Yield the report in GitHub Flavored Markdown."""
    yield f"# Triage of {gfm.inline(phrase('{name}', name=found.name), Truth.OBSERVED, table=False)}"
    yield ""
    policy = phrase("{name}", name=found.policy) if found.policy else phrase("none")
    yield (
        f"{found.counts}. Outputs are **observed** in the log; grades, conditions and figures are **derived**, by "
        f"the policy {gfm.inline(policy, Truth.DECLARED, table=False)}."
    )
    yield ""
    for table in found.tables:
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
    if found.skipped:
        yield "## Files that were not read"
        yield ""
        cells = [(phrase("{n}", n=name), phrase("{w}", w=why)) for name, why in found.skipped]
        yield from gfm.table(("File", "Why"), [[gfm.inline(c, Truth.OBSERVED) for c in row] for row in cells])


def lines(found: Triage) -> Iterator[str]:
    """Yield the tables in aligned columns."""
    yield show(phrase("{name}: {counts}", name=found.name, counts=found.counts))
    for table in found.tables:
        yield ""
        yield table.title + (f" ({table.remark})" if table.remark else "")
        yield from aligned(table)
    if found.skipped:
        yield ""
        yield "Files that were not read"
    for name, why in found.skipped:
        yield show(phrase("  {name}: {why}", name=name, why=why))


def aligned(table: Table, width: int = 48) -> Iterator[str]:
    """Yield a table in columns; a cell that is wider than `width` is cut."""
    shown = [table.head, *(tuple(show(cell) for cell in row.cells) for row in table.rows[:_ROWS])]
    cut = [[cell if len(cell) <= width else cell[: width - 1] + "…" for cell in row] for row in shown]
    widths = [max(len(row[column]) for row in cut) for column in range(len(table.head))]
    for row in cut:
        yield ("  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
    if len(table.rows) > _ROWS:
        yield f"  … and {len(table.rows) - _ROWS:,} more"


def json(found: Triage) -> Iterator[str]:
    """Yield a head, each run and each table as an object a line; `read` opens it again."""
    head = {"trace": found.name, "policy": found.policy, "redacted": not found.whole}
    yield dumps({"kind": "triage", "schema": SCHEMA, **head})
    for run in found.runs:
        yield dumps({"kind": "run", **packed(run)})
    for name, why in found.skipped:
        yield dumps({"kind": "skipped", "name": name, "why": why})
    for table in found.tables:
        yield dumps(_packed(table))


def _packed(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "name": table.name,
        "head": table.head,
        "rows": [[plain(cell) for cell in row.cells] for row in table.rows],
    }
