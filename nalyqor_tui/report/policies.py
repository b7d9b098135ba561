"""What is said of a policy: its mistakes, how it meets a trace, what another version of it would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.derive.regrade import Change, changes
from nalyqor_tui.derive.usage import Usage
from nalyqor_tui.errors import PolicyError
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.policy.loader import Policy, builtin, shipped
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.text import literal, literal_lines, show
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.trace.store import Trace


def mistakes(found: list[PolicyError]) -> Iterator[str]:
    """Yield every mistake in a policy with its place and what was perhaps meant, then how many there are."""
    for mistake in found:
        yield literal(str(mistake))
    yield _count(len(found), "mistake")


def summary(policy: Policy) -> str:
    """Say of a policy without mistakes what it holds."""
    file = policy.file
    held = (
        (len(file.rule), "rule"),
        (len(file.confirmation), "confirmation type"),
        (len(file.fact), "fact"),
        (len(file.effects), "effect"),
        (len(file.document), "document"),
    )
    counts = ", ".join(_count(n, what) for n, what in held if n)
    return show(
        phrase("{path}: no mistakes ({held})", path=policy.path, held=own(counts or "nothing is asked for"))
    )


def against(policy: Policy, trace: Trace, redaction: Redaction) -> Iterator[str]:
    """Yield what in a policy and a trace passes the other by."""
    redaction.heed(policy)
    usage = Usage(policy)
    for index in range(len(trace.session_ids)):
        session = trace.read(index)
        usage.read(session, judge(session, policy))
    where = _count(usage.decisions, "decision") + " in " + _count(usage.sessions, "session")
    says = phrase("held against {trace}: {where}", trace=str(trace.path), where=own(where))
    yield show(redaction.phrase(says))
    for title, items in _passed_by(policy, usage):
        yield from _list(title, items, redaction)


def _passed_by(policy: Policy, usage: Usage) -> Iterator[tuple[str, list[tuple[str, int | None]]]]:
    """Yield what passed the other by, each name with its line in the policy."""
    rules = {rule.id: policy.rule_line(rule) for rule in policy.rules}
    yield "rules that governed nothing", [(r, rules[r]) for r in usage.idle_rules]
    yield "effects that match no tool", [(e, policy.line("effects", e)) for e in usage.idle_effects]
    yield "tools that no effect, rule or fact names", [(t, None) for t in usage.unnamed_tools]
    kinds = usage.idle_confirmations
    yield "confirmation types that no record is of", [(k, policy.line("confirmation", k)) for k in kinds]
    facts = {
        fact.name: policy.line("fact", index) for index, fact in reversed([*enumerate(policy.file.fact)])
    }
    yield "facts that no result told", [(f, facts[f]) for f in usage.idle_facts]


def difference(old: Policy, new: Policy, trace: Trace, redaction: Redaction) -> Iterator[str]:
    """Yield the decisions whose grade another policy changes, with the findings that make it so; then a count."""
    moves: Counter[str] = Counter()
    sessions = decisions = 0
    for index, name in enumerate(trace.session_ids):
        session = trace.read(index)
        found = list(changes(session, judge(session, old), judge(session, new)))
        if found:  # their findings quote the session, also in part
            redaction.learn([Review(trace, index, old), Review(trace, index, new)])
        for change in found:
            move = f"{change.old.word} → {change.new.word}"
            moves[move] += 1
            says = phrase(
                "{session} {number}: {move}", session=name, number=change.decision.number, move=own(move)
            )
            yield show(redaction.phrase(says))
            yield from _findings(change, old, new, redaction)
        decisions += len(session.decisions)
        sessions += bool(found)
    total = _count(decisions, "decision") + " in " + _count(len(trace.session_ids), "session")
    if not moves:
        yield f"no grade changes ({total})"
        return
    each = ", ".join(f"{move} {n}" for move, n in moves.most_common())
    yield f"{moves.total()} of {total} change, in {_count(sessions, 'session')}: {each}"


def names() -> Iterator[str]:
    """Yield the policies that come with the program, each with the first words of its file."""
    width = max(len(name) for name in shipped())
    for name in shipped():
        first = builtin(name).split("\n", 1)[0].removeprefix("#").strip()
        yield f"{name:<{width}}  {first}"


def text(policy_text: str) -> Iterable[str]:
    """Return the text of a policy line by line."""
    return literal_lines(policy_text.rstrip("\n"))


def _list(title: str, items: list[tuple[str, int | None]], redaction: Redaction) -> Iterator[str]:
    yield f"{title}: {len(items) or 'none'}"
    for name, line in items:
        place = own(f" (line {line})") if line is not None else ()
        yield "  " + show(redaction.phrase(phrase("{name}", name=name) + place))


def _findings(change: Change, old: Policy, new: Policy, redaction: Redaction) -> Iterator[str]:
    for word, findings, policy in (("came", change.came, new), ("went", change.went, old)):
        for finding in findings:
            yield f"  {word}  " + show(redaction.phrase(_finding(finding, policy)))


def _finding(finding: Finding, policy: Policy) -> Phrase:
    where = phrase(" ({path}:{line})", path=policy.path, line=own(str(finding.line))) if finding.line else ()
    about = phrase("{subject} {check} {verdict}: ", subject=finding.subject, check=own(finding.check.replace("_", " ")),
                   verdict=own(finding.verdict))  # fmt: skip
    return about + finding.says + where


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
