"""The ledger: each confirmation from the record that gave it to the record that ended it, as the policy has it.

What the agent believed is OBSERVED and stands in the decision records; this module never reads it into the
policy's column, nor the other way round.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from nalyqor_tui.derive.life import Because, Life, Lives, Standing
from nalyqor_tui.phrase import Phrase, counted, own, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.policy.schema import ConfirmationType
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Entry, Session, arguments, seconds


class Ledger:
    """All confirmations of a session, built by reading its records once, in order."""

    def __init__(self, session: Session, policy: Policy | None) -> None:
        self._session = session
        self._policy = policy
        self._user_turns = 0
        self._last_turn: int | None = None
        self._pending: dict[int, list[Life]] = {}
        self.given = Lives()

    @property
    def lives(self) -> list[Life]:
        """All confirmations that were given, in order."""
        return self.given.all

    def find(self, name: str, index: int) -> Life | None:
        """Return the latest confirmation with this id that was given before the record with this ordinal."""
        return self.given.named(name, index)

    def known_at(self, index: int) -> list[Life]:
        """Return the confirmations that had been recorded before the record with this ordinal."""
        return self.given.before(index)

    def given_after(self, name: str, index: int) -> int | None:
        """Return the first record from this ordinal on that gives a confirmation of this id."""
        given = self._given_in_log.get(name, [])
        at = bisect_left(given, index)
        return given[at] if at < len(given) else None

    @cached_property
    def _given_in_log(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for entry in self._session.of(rec.Confirmation):
            record = entry.record
            if isinstance(record, rec.Confirmation) and record.op == "given" and record.id is not None:
                out.setdefault(record.id, []).append(entry.index)
        return out

    def observe(self, entry: Entry) -> None:
        """Read the next record."""
        record = entry.record
        if user := isinstance(record, rec.Message) and record.role == "user":
            self._user_turns += 1
        now = seconds(record.ts)
        if user or now is not None or entry.turn != self._last_turn:  # else nothing has aged
            self._last_turn = entry.turn
            self._expire(entry, now)
        if isinstance(record, rec.Confirmation):
            self._confirmation(entry, record)
        elif isinstance(record, rec.Compaction):
            self._compacted(entry)
        elif isinstance(record, rec.End):
            self._end_all(entry, "session_end", phrase("the session ended"))

    def use(self, decision: Decision, entry: Entry, action: rec.Action) -> None:
        """Consume the live confirmations that cover a call which went out."""
        for life in self.given.live():
            if life.covers(action).verdict != "covers":
                continue
            life.used_by.append(entry.index)
            self._pending.setdefault(decision.index, []).append(life)
            if life.uses_left is not None:
                life.uses_left -= 1
                if life.uses_left == 0:
                    self._end(life, entry, "consumed", phrase("used up by {number}", number=decision.number))
            return

    def answered(self, decision: Decision, entry: Entry, status: str | None) -> None:
        """Settle a use by its result: an error may give it back, a timeout leaves it open."""
        for life in self._pending.pop(decision.index, []):
            restore = life.type is not None and life.type.ends.on_error == "restore"
            unsure = status == "timeout" or (status is None and restore)
            if unsure and life.latest.because == "consumed":
                how = "timed out" if status else "was answered without a status"
                says = phrase("{number} {how}: perhaps used up", number=decision.number, how=phrase(how))
                self.given.reopen(life, Standing("unknown", None, entry.index, says))
            if status == "error" and restore and life.uses_left is not None:
                life.uses_left += 1
                if life.latest.because == "consumed":
                    says = phrase("given back: {number} failed", number=decision.number)
                    self.given.reopen(life, Standing("live", None, entry.index, says))

    def _end(self, life: Life, entry: Entry, because: Because, says: Phrase) -> None:
        self.given.end(life, because, entry.index, says)

    def _end_all(self, entry: Entry, because: Because, says: Phrase) -> None:
        for life in list(self.given.open.values()):
            self._end(life, entry, because, says)

    def _expire(self, entry: Entry, now: float | None) -> None:
        for life in list(self.given.aging.values()):
            if (says := self._over(life, entry.turn, now)) is not None:
                why = phrase("expired in turn {turn} ({over})", turn=entry.turn, over=says)
                self._end(life, entry, "expired", why)

    def _over(self, life: Life, turn: int, now: float | None) -> Phrase | None:
        ends = life.type.ends if life.type else None
        limit = 0 if life.record.scope == "turn" else ends.turns if ends else None
        if limit is not None and turn - life.turn > limit:
            return phrase("{n} > {limit}", n=counted(turn - life.turn, "turn"), limit=limit)
        if ends is None:
            return None
        users = self._user_turns - life.user_turns
        if ends.user_turns is not None and users > ends.user_turns:
            return phrase(
                "{n} > {limit}", n=own(f"{users} user turn{'' if users == 1 else 's'}"), limit=ends.user_turns
            )
        if ends.seconds is not None and now is not None and life.clock is not None:
            age = now - life.clock
            if age > ends.seconds:
                return phrase("{n} s > {limit} s", n=f"{age:.0f}", limit=f"{ends.seconds:g}")
        return None

    def _compacted(self, entry: Entry) -> None:
        for life in list(self.given.open.values()):
            if life.type is not None and life.type.ends.compaction == "end":
                self._end(life, entry, "compacted", phrase("the context was compacted"))

    def _confirmation(self, entry: Entry, record: rec.Confirmation) -> None:
        if record.op == "given":
            self._given(entry, record)
        elif record.op in ("revoked", "superseded", "declined"):
            because: Because = "superseded" if record.op == "superseded" else "revoked"
            says = phrase("{op} by {id}", op=record.op, id=record.id or "a record")
            for life in self._meant(record):
                self._end(life, entry, because, says)
            if record.op != "declined" and record.answers is None and record.type is None:
                self._doubt(entry, phrase("{op}, but which one was not recorded", op=own(record.op)))

    def _meant(self, record: rec.Confirmation) -> list[Life]:
        """Find what a revocation ends: the one it names, else those that answered the same, else its type."""
        open_ = list(self.given.open.values())
        if named := [life for life in open_ if life.id in (record.answers, record.id)]:
            return named
        if record.answers is not None:
            return [life for life in open_ if life.record.answers == record.answers]
        return [life for life in open_ if record.type is not None and record.type == life.type_name]

    def _doubt(self, entry: Entry, says: Phrase) -> None:
        for life in self.given.live():
            life.changes.append(Standing("unknown", None, entry.index, says))

    def _given(self, entry: Entry, record: rec.Confirmation) -> None:
        name, kind = self._type(record)
        life = Life(
            record.id or f"record {entry.index}",
            entry.index,
            record,
            name,
            kind,
            entry.turn,
            self._user_turns,
            seconds(record.ts),
            uses_left=1 if record.scope == "once" else kind.ends.uses if kind else None,
        )
        life.changes.append(self._first(life, entry))
        self.given.add(life)

    def _first(self, life: Life, entry: Entry) -> Standing:
        record, at = life.record, entry.index
        if self._policy is None:
            return Standing("unknown", None, at, phrase("no policy"))
        if life.type is None:
            wanted = record.type or "this confirmation"
            return Standing("unknown", None, at, phrase("the policy has no type for {type}", type=wanted))
        if record.by is None:
            return Standing("unknown", None, at, phrase("who gave it was not recorded"))
        if record.by not in life.type.by:
            return Standing("never valid", "invalid", at, phrase("{by} may not give it", by=record.by))
        if not self._answers(record, life.type):
            asked = own("proposal" if life.type.answers == "proposal" else "request")
            if self._session.entry(record.answers) is None and self._session.captures.confirmation != "all":
                says = phrase("the {asked} that it answers was not recorded", asked=asked)
                return Standing("unknown", None, at, says)
            return Standing(
                "never valid", "invalid", at, phrase("it answers no recorded {asked}", asked=asked)
            )
        return Standing("live", None, at, phrase("given in turn {turn}", turn=entry.turn))

    def _answers(self, record: rec.Confirmation, kind: ConfirmationType) -> bool:
        """Say whether it answers what its type asks for: a proposal, or a request to confirm."""
        entry = self._session.entry(record.answers)
        asked = None if entry is None else entry.record
        if kind.answers == "proposal":
            return isinstance(asked, rec.Proposal)
        if kind.answers == "elicitation":
            return isinstance(asked, rec.Confirmation) and asked.op == "requested"
        return True

    def _type(self, record: rec.Confirmation) -> tuple[str | None, ConfirmationType | None]:
        if self._policy is None:
            return record.type, None
        if record.type is not None:
            return record.type, self._policy.confirmation(record.type)
        for name, kind in self._policy.file.confirmation.items():
            agreed = arguments(record.covers) if record.covers else {}
            named = [a for a in kind.covers if a not in ("tool", "*")]
            if record.by in kind.by and self._answers(record, kind) and all(a in agreed for a in named):
                return name, kind
        return None, None
