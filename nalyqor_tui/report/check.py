"""A gate: the decisions of which a condition holds, those it cannot be told of, and those that were known before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson

from nalyqor_tui.errors import UsageError
from nalyqor_tui.phrase import Phrase, counted, join, own, phrase, plain
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.present import words
from nalyqor_tui.present.query import Node, holds, parse, vocabulary
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.text import show
from nalyqor_tui.report import gfm
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.session import Decision
from nalyqor_tui.trace.store import Trace

SCHEMA = "nalyqor.baseline/1"
_NO_CONTROL = {n: f"\\u{{{n:x}}}" for n in (*range(9), 11, 12, *range(14, 32), 127)}


@dataclass(frozen=True, slots=True)
class Hit:
    """A decision of which the condition holds; `key` names it again in another run of the same case."""

    trace: str
    session: str
    number: str
    line: int | None
    choice: Phrase
    why: Phrase
    key: str
    known: bool


@dataclass
class Checked:
    """What a gate found in some traces."""

    condition: str
    policy: str | None
    decisions: int = 0
    hits: list[Hit] = field(default_factory=list)
    unknown: list[tuple[str, str, str]] = field(default_factory=list)
    sessions: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def fresh(self) -> list[Hit]:
        """The hits that no baseline knows."""
        return [hit for hit in self.hits if not hit.known]

    @property
    def judged(self) -> bool:
        """Whether of any decision it could be told that the condition holds or does not."""
        return self.decisions > len(self.unknown)

    def says(self) -> Phrase:
        """Say in a line what was found."""
        says = phrase(
            "{n} of {all} decisions: {what}", n=len(self.hits), all=self.decisions, what=self.condition
        )
        if known := len(self.hits) - len(self.fresh):
            says += phrase(", {n} of them known before", n=known)
        return says + (phrase("; {n} cannot be told", n=len(self.unknown)) if self.unknown else ())


def check(
    traces: Iterable[Trace],
    policy: Policy | None,
    condition: str,
    known: frozenset[str] = frozenset(),
    redaction: Redaction | None = None,
) -> Checked:
    """Hold a condition against every decision of some traces; raise `QueryError` where it has a mistake.

    `redaction` learns the secrets of the sessions in which it holds, which may stand in what is found in part.
    """
    node = parse(condition, vocabulary(policy))
    found = Checked(condition, policy.name if policy else None)
    for trace in traces:
        for index in range(len(trace.session_ids)):
            review, before = Review(trace, index, policy), len(found.hits)
            _session(found, review, node, known)
            if redaction is not None and len(found.hits) > before:
                redaction.learn([review])
    return found


def redacted(found: Checked, redaction: Redaction) -> Checked:
    """Return what was found with its secrets taken out; keys and counts stay."""
    hits = [
        replace(
            hit,
            trace=redaction.text(hit.trace),
            session=redaction.text(hit.session),
            choice=redaction.phrase(hit.choice),
            why=redaction.phrase(hit.why),
        )
        for hit in found.hits
    ]
    sessions = [(redaction.text(trace), redaction.text(name), n) for trace, name, n in found.sessions]
    unknown = [(redaction.text(trace), redaction.text(name), n) for trace, name, n in found.unknown]
    return replace(found, hits=hits, sessions=sessions, unknown=unknown)


def baseline(path: Path) -> frozenset[str]:
    """Read the hits that are known; raise UsageError where the file holds none."""
    try:
        value = orjson.loads(path.read_bytes())
        return (
            frozenset(str(row["key"]) for row in value["known"])
            if value["schema"] == SCHEMA
            else _refuse(path)
        )
    except FileNotFoundError:
        raise UsageError("no such file", path=path, remedy="write one: --write-baseline FILE") from None
    except (OSError, ValueError, TypeError, KeyError):
        return _refuse(path)


def baseline_lines(found: Checked) -> Iterator[str]:
    """Yield a baseline of all hits."""
    rows = [{"key": hit.key, "session": hit.session, "decision": hit.number} for hit in found.hits]
    yield orjson.dumps({"schema": SCHEMA, "known": rows}, option=orjson.OPT_INDENT_2).decode()


def lines(found: Checked) -> Iterator[str]:
    """Yield each hit in a line, and what was found in all."""
    for hit in found.hits:
        says = phrase("{trace} {session} {n}: ", trace=hit.trace, session=hit.session, n=hit.number)
        yield show(says + hit.choice + phrase(": ") + hit.why + (phrase(" (known)") if hit.known else ()))
    for trace, session, number in found.unknown:
        yield show(phrase("{t} {s} {n}: cannot be told", t=trace, s=session, n=number))
    yield show(found.says())


def github(found: Checked) -> Iterator[str]:
    """Yield workflow commands that GitHub shows beside the lines of the trace."""
    for hit in found.hits:
        level = "notice" if hit.known else "error"
        where = f"file={_escaped(hit.trace, ':,')}" + (f",line={hit.line}" if hit.line else "")
        title = _escaped(show(phrase("{s} {n}", s=hit.session, n=hit.number)), ":,")
        yield f"::{level} {where},title={title}::{_escaped(show(hit.choice + phrase(': ') + hit.why))}"
    if found.unknown:
        yield f"::warning::{plain(counted(len(found.unknown), 'decision'))} cannot be told: {_escaped(found.condition)}"


def markdown(found: Checked) -> Iterator[str]:
    """Yield a summary in GitHub Flavored Markdown."""
    yield "# Check of decisions"
    yield ""
    yield gfm.inline(found.says(), Truth.DECLARED, table=False)
    yield ""
    if found.hits:
        head = ("Session", "Decision", "Choice (observed)", "Why (derived)", "Known")
        rows = (
            (
                gfm.inline(phrase("{s}", s=hit.session)),
                gfm.inline(phrase("{n}", n=hit.number)),
                gfm.inline(hit.choice),
                gfm.inline(hit.why),
                "known" if hit.known else "new",
            )
            for hit in found.hits
        )
        yield from gfm.table(head, rows)
    if found.unknown:
        yield f"{plain(counted(len(found.unknown), 'decision'))} cannot be told: what they rest on was not recorded."
        yield ""


def junit(found: Checked) -> Iterator[str]:
    """Yield JUnit XML: a case for each session, failed by its new hits, skipped where nothing could be told."""
    fresh, untold = _by_session(found.fresh), {(trace, session) for trace, session, _ in found.unknown}
    suite = ElementTree.Element("testsuite", name="nalyqor-tui check")
    skipped = 0
    for trace, session, decisions in found.sessions:
        case = ElementTree.SubElement(suite, "testcase", classname=_xml(trace), name=_xml(session), time="0")
        hits = fresh.get((trace, session), [])
        if hits:
            message = f"{len(hits)} of {decisions} decisions: {found.condition}"
            failure = ElementTree.SubElement(case, "failure", message=_xml(message))
            failure.text = _xml(
                "\n".join(show(phrase("{n} ", n=h.number) + h.choice + phrase(": ") + h.why) for h in hits)
            )
        elif (trace, session) in untold or not decisions:
            skipped += 1
            ElementTree.SubElement(case, "skipped", message="some decisions cannot be told")
    for name, count in (
        ("tests", len(found.sessions)),
        ("failures", len(fresh)),
        ("errors", 0),
        ("skipped", skipped),
    ):
        suite.set(name, str(count))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield ElementTree.tostring(root, encoding="unicode")


def _session(found: Checked, review: Review, node: Node, known: frozenset[str]) -> None:
    trace, session = str(review.trace.path), review.session
    found.sessions.append((trace, session.id, len(session.decisions)))
    for decision in session.decisions:
        found.decisions += 1
        told = holds(node, review, decision)
        if told is None:
            found.unknown.append((trace, session.id, decision.number))
        elif told:
            found.hits.append(_hit(trace, review, decision, known))


def _hit(trace: str, review: Review, decision: Decision, known: frozenset[str]) -> Hit:
    fails = [f for f in review.judgement.findings[decision.index] if f.verdict == "fail"]
    why = join(", ", [own(f"{f.check} ") + phrase("{s}", s=f.subject) for f in fails]) or phrase(
        "the condition holds"
    )
    chosen = review.session.chosen(decision)
    what: list[Any] = [
        review.case or review.session.id,
        chosen.tool,
        chosen.arguments,
        sorted({f.check for f in fails}),
    ]
    key = hashlib.sha256(canonical(what)).hexdigest()[:16]
    line = review.session.entries[decision.entry].place.line
    choice = words.action(chosen, 60)
    return Hit(trace, review.session.id, decision.number, line, choice, why, key, key in known)


def _by_session(hits: Sequence[Hit]) -> dict[tuple[str, str], list[Hit]]:
    out: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        out.setdefault((hit.trace, hit.session), []).append(hit)
    return out


def _escaped(text: str, also: str = "") -> str:
    """Write a text so that a workflow command ends where it should."""
    for char in ("%", "\r", "\n", *also):
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _xml(text: str) -> str:
    """Write what XML 1.0 cannot hold as a visible escape."""
    return text.translate(_NO_CONTROL).encode("utf-8", "backslashreplace").decode()


def _refuse(path: Path) -> frozenset[str]:
    raise UsageError("this is no baseline", path=path, remedy="write one: --write-baseline FILE") from None
