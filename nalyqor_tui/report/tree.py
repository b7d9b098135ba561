"""The trials of one case, as they leave the program: Markdown, plain lines, JSON Lines.

As JSON Lines: a `trials` object (`schema`, `trace`, `sha256`, `case`, `counts`, `redacted`), then a `node` for each
row: `runs` (ids), `decision` (its number in the first of them, null where they end), `fork`, and `row` as in a report.
"""

from __future__ import annotations

from collections.abc import Iterator

from nalyqor_tui.phrase import Phrase, own, phrase, plain
from nalyqor_tui.present import words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.tree import RULE, Node, Trials
from nalyqor_tui.report import gfm, json
from nalyqor_tui.report import plain as text
from nalyqor_tui.report.redact.redaction import Redaction

SCHEMA = "nalyqor.trials/1"
_KEY = (
    "A row is a choice, with how many of the trials made it here and how those came out. Trials are in one row as "
    "long as all their choices so far were equal: tool and arguments for a call, the bare fact for a reply. All of it "
    f"is **derived** ({RULE}); text from the log stands in code spans."
)


def markdown(trials: Trials, redaction: Redaction) -> Iterator[str]:
    """Yield the tree as a table."""
    _learn(trials, redaction)
    title = redaction.phrase(phrase("Trials of {case} in {file}", case=trials.name, file=trials.trace.name))
    yield f"# {gfm.inline(title, Truth.OBSERVED, table=False)}"
    yield ""
    yield from gfm.table(
        ("Field", "Value"), ((label, gfm.inline(says)) for label, says in _facts(trials, redaction))
    )
    yield _KEY
    yield ""
    head = ("Choice (derived)", "First in", "Trials (derived)")
    yield from gfm.table(head, (_cells(trials, node, redaction) for node in trials.nodes))


def _cells(trials: Trials, node: Node, redaction: Redaction) -> tuple[str, str, str]:
    steps = "· " * node.row.indent
    return (
        f"{steps}{node.row.label} {gfm.inline(redaction.row(node.row).value)}",
        gfm.inline(redaction.phrase(_where(trials, node))),
        gfm.inline(redaction.phrase(trials.names(node.runs))) if node.row.label in ("choice", "fork") else "",
    )


def lines(trials: Trials, redaction: Redaction) -> Iterator[str]:
    """Yield the tree in lines."""
    _learn(trials, redaction)
    for label, says in _facts(trials, redaction):
        yield text.line("trials", own(f"{label}: ") + says)
    for node in trials.nodes:
        steps = "  " * node.row.indent
        where = redaction.phrase(_where(trials, node))
        says = own(f"{steps}{node.row.label}") + (own(" (") + where + own(")") if where else ())
        yield text.line("derived", says + own(": ") + redaction.row(node.row).value)


def objects(trials: Trials, redaction: Redaction) -> Iterator[str]:
    """Yield the tree as JSON Lines."""
    _learn(trials, redaction)
    counts = plain(trials.counts([one.run for one in trials.trials]))
    name, case = redaction.text(trials.trace.name), redaction.text(trials.name)
    head = {"kind": "trials", "schema": SCHEMA, "trace": name, "sha256": trials.trace.sha256()}
    yield json.dump({**head, "case": case, "counts": counts, "redacted": plain(redaction.says())})
    ids = trials.trace.session_ids
    for node in trials.nodes:
        review = Review(trials.trace, node.runs[0], None)
        decision = None if node.decision is None else review.session.decisions[node.decision].number
        yield json.dump(
            {
                "kind": "node",
                "runs": [redaction.text(ids[run]) for run in node.runs],
                "decision": decision,
                "fork": node.fork,
                "row": json.line(review, "trials", node.row, redaction),
            }
        )


def _learn(trials: Trials, redaction: Redaction) -> None:
    redaction.learn(Review(trials.trace, one.run, None) for one in trials.trials)


def _facts(trials: Trials, redaction: Redaction) -> list[tuple[str, Phrase]]:
    told = [
        ("trace", phrase("{name}", name=trials.trace.name)),
        ("sha256", phrase("{sha256}", sha256=trials.trace.sha256())),
        ("case", phrase("{case}", case=trials.name)),
        ("trials", own(f"{len(trials.trials)}: ") + trials.counts([one.run for one in trials.trials])),
        ("redacted", redaction.says()),
    ]
    return [(label, redaction.phrase(says)) for label, says in told]


def _where(trials: Trials, node: Node) -> Phrase:
    """Name the decision of a row in the first of its runs."""
    if node.decision is None:
        return ()
    session = trials.sessions[node.runs[0]]
    decision = session.decisions[node.decision]
    name = words.name(session, decision.entry)
    return phrase("{number} of {id}, {name}", number=decision.number, id=session.id, name=name)
