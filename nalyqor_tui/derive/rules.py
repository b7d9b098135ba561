"""Rules in view: whether the document of a governing rule stood in the context, and if not, where it was lost.

Absence is evidence only where the log claims to be complete; elsewhere a missing document is `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.derive.context import Window
from nalyqor_tui.derive.replay import State
from nalyqor_tui.phrase import Phrase, join, phrase
from nalyqor_tui.policy.schema import Rule
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session

Visibility = Literal[
    "in_context",
    "truncated",
    "late",
    "evicted",
    "retrieved_not_included",
    "not_returned",
    "not_queried",
    "unknown",
    "not_asked",
]
IN_VIEW = frozenset({"in_context", "truncated"})


@dataclass(frozen=True, slots=True)
class Sight:
    """How a rule's document stood at a decision, with the records that show it."""

    visibility: Visibility
    document: str | None
    says: Phrase
    evidence: tuple[int, ...] = ()

    @property
    def verdict(self) -> Literal["pass", "fail", "unknown", "n/a"]:
        """What this means for a rule that must be in view."""
        if self.visibility == "not_asked":
            return "n/a"
        if self.visibility == "unknown":
            return "unknown"
        return "pass" if self.visibility in IN_VIEW else "fail"


def sight(session: Session, rule: Rule, window: Window, state: State) -> Sight:
    """Look for a rule's document in the window of a decision, and where it is not, for where it was lost."""
    document = rule.document
    if document is None:
        return Sight("not_asked", None, phrase("the policy names no document for it"))
    item = window.find(document)
    if item is not None:
        evidence = () if window.recorded is None else (window.recorded,)
        where = phrase(", tokens {a} to {b}", a=item.span[0], b=item.span[1]) if item.span else ()
        return Sight("in_context", document, (*phrase("in the context"), *where), evidence)
    if window.recorded is None:
        return Sight("unknown", document, phrase("the context was not recorded"))
    if session.captures.context != "all":
        return Sight("unknown", document, phrase("the log does not claim to record all of the context"))
    return _lost(session, document, window, state)


def _lost(session: Session, document: str, window: Window, state: State) -> Sight:
    shown = window.recorded
    assert shown is not None
    if (seen := state.first_seen.get(document)) is not None and seen != shown:
        dropped = state.dropped.get(document)
        evidence = tuple(i for i in (seen, dropped, shown) if i is not None)
        by = phrase(" by a compaction") if dropped is not None else ()
        return Sight("evicted", document, (*phrase("was in the context, then dropped"), *by), evidence)
    if (at := state.returned.get(document)) is not None:
        return Sight(
            "retrieved_not_included", document, phrase("returned, but not put into the context"), (at, shown)
        )
    if session.captures.retrieval != "all":
        says = phrase("missing from the context; whether it was looked for is not fully recorded")
        return Sight("not_returned", document, says, (shown,))
    if state.retrievals == 0:
        return Sight("not_queried", document, phrase("missing: nothing was looked up"), (shown,))
    queries = [e for e in session.entries[: state.folded] if isinstance(e.record, rec.Retrieval)]
    latest = queries[-1]
    assert isinstance(latest.record, rec.Retrieval)
    names = [phrase("{id}", id=d.id) for d in latest.record.documents]
    returned = join(", ", names) if names else phrase("nothing")
    says = phrase("missing: not returned by any look-up; the last returned {docs}", docs=returned)
    return Sight("not_returned", document, says, (latest.index, shown))
