"""Was this action approved? The answer for a rule that needs a confirmation, by records or by talk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from nalyqor_tui.derive.acts import Certainty
from nalyqor_tui.derive.confirmations import Ledger
from nalyqor_tui.derive.coverage import Coverage
from nalyqor_tui.derive.finding import Answer
from nalyqor_tui.derive.life import Life, Standing
from nalyqor_tui.derive.reliance import changes
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.schema import Ends
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Session, choice

if TYPE_CHECKING:
    from nalyqor_tui.derive.consent import Class, Consent

FROM_TEXT = "consent from text"


class Approvals:
    """Answers whether actions were approved: by the ledger or, where the log holds only talk, by what was said.

    The two are never mixed: one confirmation record in a session, a decision that names one, or a header that
    claims to record them all, and only records count: what is missing then is a hole in the log.
    """

    def __init__(self, session: Session, policy: Policy, ledger: Ledger) -> None:
        self._session = session
        self._policy = policy
        self._ledger = ledger
        self.by_talk = not session.confirming and session.captures.confirmation != "all"

    @cached_property
    def consents(self) -> dict[int, Consent]:
        """What was read out of talk, by the ordinal of the decision; empty where records decide."""
        if not self.by_talk:
            return {}
        from nalyqor_tui.derive.consent import consents

        read = consents(self._session, self._policy)
        return {index: self._aged(self._session.decisions[index], one) for index, one in read.items()}

    def _aged(self, decision: Decision, consent: Consent) -> Consent:
        """Take a yes for stale that is older than the policy lets its confirmation become."""
        if consent.cls != "confirmed" or consent.answer is None:
            return consent
        session, said = self._session, consent.answer.entry
        turns = decision.turn - session.entries[said].turn
        between = session.entries[said + 1 : decision.entry]
        heard = sum(isinstance(e.record, rec.Message) and e.record.role == "user" for e in between)
        for ends in self._ends(session.chosen(decision).tool):
            for limit, age, unit in ((ends.turns, turns, "turns"), (ends.user_turns, heard, "user turns")):
                if limit is not None and age > limit:
                    says = phrase(
                        "the user agreed {n} {unit} ago, {limit} allowed", n=age, unit=own(unit), limit=limit
                    )
                    return replace(consent, cls="stale", says=says)
        return consent

    def _ends(self, tool: str | None) -> list[Ends]:
        names = [r.need.confirmation for r in self._policy.governing(tool) if r.need and r.need.confirmation]
        return [kind.ends for name in names if (kind := self._policy.confirmation(name)) is not None]

    def check(self, decision: Decision, kind: str) -> Answer:
        """Answer a `need.confirmation` of the type `kind`."""
        consent = self.consents.get(decision.index)
        if consent is None:
            return approved(self._session, self._ledger, decision, kind)
        says = phrase("{cls} (from text): {says}", cls=own(consent.cls), says=consent.says)
        return Answer(_VERDICTS.get(consent.cls, "fail"), says, consent.evidence or (decision.entry,))

    def covered(self, decision: Decision, action: rec.Action) -> Certainty:
        """Say whether a call was approved, by whatever it needed."""
        consent = self.consents.get(decision.index)
        if consent is None:
            return covered(self._session, self._ledger, decision, action)
        return _CERTAIN.get(consent.cls, "no")


_VERDICTS: dict[Class, Literal["pass", "fail", "unknown"]] = {"confirmed": "pass", "unknown": "unknown"}
_CERTAIN: dict[Class, Certainty] = {"confirmed": "yes", "unknown": "unknown"}


def moment(session: Session, decision: Decision) -> int:
    """Return the record before which an approval must stand: the choice or, where a call waited for one, the call.

    A runtime that asks does so between the choice and the call: what was given there is an answer to this call.
    """
    if decision.call is None:
        return decision.entry
    between = session.entries[decision.entry + 1 : decision.call]
    waited = any(isinstance(e.record, rec.Confirmation) and e.record.op == "given" for e in between)
    return decision.call if waited else decision.entry


def sent(chosen: rec.Action, call: rec.AnyRecord) -> rec.Action:
    """Return the action as it went out; what the call's record does not say is as it was chosen."""
    if not isinstance(call, rec.ToolCall) or (call.name == chosen.tool and call.arguments is None):
        return chosen
    return choice(call)


def approved(session: Session, ledger: Ledger, decision: Decision, kind: str) -> Answer:
    """Look for a live confirmation of the type `kind` that covers the decision's action."""
    at = moment(session, decision)
    action = sent(session.chosen(decision), session.record(at))
    standing = [(life, life.at(at)) for life in ledger.given.current(at) if life.type_name == kind]
    live = [(life, life.covers(action)) for life, now in standing if now.status == "live"]
    for life, coverage in live:
        if coverage.verdict == "covers":
            return Answer("pass", phrase("{id} is live and covers it", id=life.id), (life.entry, at))
    if (unsure := next(_unsure(ledger, kind, standing, live, action, at), None)) is not None:
        return Answer("unknown", phrase("{id} cannot be told", id=unsure.id), (unsure.entry, at))
    if session.captures.confirmation != "all":
        says = phrase("none in the log, which does not claim to record every confirmation")
        return Answer("unknown", says, (at,))
    return _not_approved(ledger.given.last(kind, at), live, at)


def covered(session: Session, ledger: Ledger, decision: Decision, action: rec.Action) -> Certainty:
    """Say whether any live confirmation covers the call of a decision."""
    at = moment(session, decision)
    unsure = session.captures.confirmation != "all" or bool(ledger.given.doubtful(at))
    for life in ledger.given.current(at):
        status = life.at(at).status
        coverage = life.covers(action).verdict if status == "live" else None
        if coverage == "covers":
            return "yes"
        unsure = unsure or status == "unknown" or coverage == "unknown"
    return "unknown" if unsure else "no"


def _unsure(
    ledger: Ledger,
    kind: str,
    standing: list[tuple[Life, Standing]],
    live: list[tuple[Life, Coverage]],
    action: rec.Action,
    at: int,
) -> Iterator[Life]:
    """Yield those that may approve an action: nobody can tell what they cover, whether they are live, or their type."""
    yield from (life for life, coverage in live if coverage.verdict == "unknown")
    unknown = [life for life, now in standing if now.status == "unknown"]
    yield from sorted([*unknown, *ledger.given.doubtful(at, [kind])], key=lambda life: life.entry)
    yield from (life for life in ledger.given.untyped(at) if _untyped(life, action))


def _untyped(life: Life, action: rec.Action) -> bool:
    """Whether nobody can say which type it is of, and it may cover the action."""
    return life.type_name is None and life.covers(action).verdict in ("covers", "unknown")


def _not_approved(life: Life | None, live: list[tuple[Life, Coverage]], at: int) -> Answer:
    """Say why none approves: what the first live one is for, or what became of the latest one."""
    for other, coverage in live:
        what = changes(coverage) if coverage.verdict == "arguments" else phrase("another tool")
        says = (*phrase("{id} is live but for something else: ", id=other.id), *what)
        return Answer("fail", says, (other.entry, at))
    if life is None:
        return Answer("fail", phrase("none was given"), (at,))
    standing = life.at(at)
    evidence = tuple(i for i in (life.entry, standing.since, at) if i is not None)
    says = (*phrase("{id} {status}: ", id=life.id, status=own(standing.status)), *standing.says)
    return Answer("fail", says, evidence)
