"""Discrepancies: what the agent's log says it took for live, held against the policy's ledger."""

from __future__ import annotations

from nalyqor_tui.derive.confirmations import Ledger
from nalyqor_tui.derive.coverage import Coverage
from nalyqor_tui.derive.finding import Finding
from nalyqor_tui.derive.life import Because, Life, Standing
from nalyqor_tui.derive.replay import State
from nalyqor_tui.phrase import Phrase, counted, join, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.session import Decision, Session

_RELIED_ON: dict[Because, str] = {
    "consumed": "consumed-twice",
    "revoked": "revoked-relied-upon",
    "superseded": "superseded-relied-upon",
}


def believed(record: rec.AnyRecord) -> dict[str, rec.Belief]:
    """Return by confirmation what the log says the agent took it for; empty where nothing was recorded."""
    if not isinstance(record, rec.Decision) or record.believes is None:
        return {}
    return {belief.confirmation: belief for belief in record.believes}


def discrepancies(
    session: Session, policy: Policy, ledger: Ledger, decision: Decision, state: State
) -> list[Finding]:
    """Check each confirmation that the decision relied on or that its log says was live; the strongest wins."""
    record = session.record(decision.entry)
    if not isinstance(record, rec.Decision):
        return []
    relied = dict.fromkeys(record.relied_on or [])
    others = {name: belief for name, belief in believed(record).items() if name not in relied}
    out: list[Finding] = []
    for name in relied:
        out += _relied(session, policy, ledger, decision, name)
    for name, belief in others.items():
        life = ledger.find(name, decision.entry)
        if life is not None:
            out += _believed(policy, life, belief, life.at(decision.entry))
    if state.dropped:
        for name in (*relied, *others):
            out += _evicted(session, ledger, name, decision.entry, state)
    if record.relied_on is None:
        out += _unrecorded(session, policy, ledger, decision)
    return out


def _unrecorded(session: Session, policy: Policy, ledger: Ledger, decision: Decision) -> list[Finding]:
    """An act that a rule governs, with confirmations about, and no word on which of them it relied."""
    known = ledger.known_at(decision.entry)
    if not known or not policy.governing(session.chosen(decision).tool):
        return []
    says = phrase("which confirmation it relied on was not recorded")
    evidence = (*(life.entry for life in known), decision.entry)
    return [Finding("confirmation", "reliance-unrecorded", "relied_on", "unknown", says, evidence=evidence)]


def _relied(session: Session, policy: Policy, ledger: Ledger, decision: Decision, name: str) -> list[Finding]:
    at = decision.entry
    life = ledger.find(name, at)
    if life is None:
        return [_never_given(session, ledger, name, at)]
    standing = life.at(at)
    line = _line(policy, life)
    evidence = tuple(i for i in (life.entry, standing.since, at) if i is not None)
    if standing.status == "unknown":
        return [Finding("confirmation", "relied-upon", name, "unknown", standing.says, evidence=evidence)]
    out = []
    if standing.status == "never valid":
        check = (
            "yes-to-nothing"
            if life.record.by in (life.type.by if life.type else [])
            else "not-authorised-giver"
        )
        out.append(Finding("confirmation", check, name, "fail", standing.says, "medium", evidence, line))
    elif standing.status == "ended" and standing.because is not None:
        check = _RELIED_ON.get(standing.because, "stale-relied-upon")
        says = _overdue(life, standing, decision)
        out.append(Finding("confirmation", check, name, "fail", says, "medium", evidence, line))
    scope = _scope(life, session.chosen(decision), at, line)
    if scope is not None:
        out.append(scope)
    if not out:
        says = phrase("live and it covers the action")
        out.append(Finding("confirmation", "relied-upon", name, "pass", says, "medium", evidence, line))
    return out


def _overdue(life: Life, standing: Standing, decision: Decision) -> Phrase:
    """Say why it had ended; for an age in turns, how old it was at the use, which is what the reader asks."""
    turns = life.type.ends.turns if life.type else None
    if standing.because == "expired" and turns is not None and decision.turn - life.turn > turns:
        return phrase("{n} > {limit}, ended in turn {end}", n=counted(decision.turn - life.turn, "turn"), limit=turns,
                      end=life.turn + turns + 1)  # fmt: skip
    return standing.says


def _scope(life: Life, action: rec.Action, at: int, line: int | None) -> Finding | None:
    coverage = life.covers(action)
    evidence = (life.entry, at)
    if coverage.verdict == "tool":
        agreed = life.record.covers.tool if life.record.covers else None
        says = phrase(
            "agreed {agreed}, done {done}", agreed=agreed or "nothing", done=action.tool or "a reply"
        )
        return Finding("confirmation", "scope-tool", life.id, "fail", says, "medium", evidence, line)
    if coverage.verdict == "arguments":
        says = changes(coverage)
        return Finding("confirmation", "scope-arguments", life.id, "fail", says, "medium", evidence, line)
    if coverage.verdict == "unknown":
        says = phrase("not recorded: {what}", what=join(", ", list(coverage.unrecorded)))
        return Finding("confirmation", "scope", life.id, "unknown", says, "medium", evidence, line)
    return None


def changes(coverage: Coverage) -> Phrase:
    """Say which arguments differ, agreed against done."""
    said = []
    for one in coverage.changed:
        done = phrase("{value} done", value=dumps(one.done)) if one.given else phrase("not given in the call")
        said.append(
            phrase("{name}: {agreed} agreed, {done}", name=one.name, agreed=dumps(one.agreed), done=done)
        )
    return join("; ", said)


def _never_given(session: Session, ledger: Ledger, name: str, at: int) -> Finding:
    if (later := ledger.given_after(name, at)) is not None:
        says = phrase("given only after this decision")
        return Finding("confirmation", "given-after-use", name, "fail", says, evidence=(at, later))
    if session.captures.confirmation == "all":
        return Finding(
            "confirmation", "never-given", name, "fail", phrase("no such confirmation"), evidence=(at,)
        )
    says = phrase("not in the log, which does not claim to record every confirmation")
    return Finding("confirmation", "never-given", name, "unknown", says, evidence=(at,))


def _believed(policy: Policy, life: Life, belief: rec.Belief, standing: Standing) -> list[Finding]:
    evidence = tuple(i for i in (life.entry, standing.since) if i is not None)
    line = _line(policy, life)
    if belief.status == "live" and standing.status in ("ended", "never valid"):
        says = (*phrase("taken for live; the policy: "), *standing.says)
        return [Finding("confirmation", "stale-believed", life.id, "fail", says, "medium", evidence, line)]
    if belief.status != "live" and standing.status == "live":
        says = phrase("the policy has it live, the agent took it for {status}", status=belief.status)
        return [Finding("confirmation", "live-not-believed", life.id, "remark", says, "low", evidence, line)]
    return []


def _evicted(session: Session, ledger: Ledger, name: str, at: int, state: State) -> list[Finding]:
    life = ledger.find(name, at)
    if life is None:
        return []
    refs = dict.fromkeys(
        [q.ref for q in life.record.evidence] + ([life.record.answers] if life.record.answers else [])
    )
    gone = [(ref, cut) for ref in refs if (cut := state.dropped.get(ref)) is not None]
    if not gone:
        return []
    by = session.record(gone[-1][1]).id or "a compaction"
    names = join(", ", [phrase("{ref}", ref=ref) for ref, _ in gone])
    says = phrase("its evidence ({refs}) was dropped by {by}", refs=names, by=by)
    return [
        Finding("confirmation", "evidence-evicted", name, "remark", says, evidence=(life.entry, gone[-1][1]))
    ]


def _line(policy: Policy, life: Life) -> int | None:
    return policy.line("confirmation", life.type_name) if life.type_name else None
