"""Rules in view: whether the document of a governing rule stood in the context, and if not, where it was lost.

Absence is evidence only where the log claims to be complete; elsewhere a missing document is `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from nalyqor_tui.derive.context import Window
from nalyqor_tui.derive.rebuilt import Item
from nalyqor_tui.derive.replay import State
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.policy.rules import Buried, Rule
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session

Visibility = Literal[
    "in_context",
    "truncated",
    "buried",
    "stale_version",
    "late",
    "evicted",
    "retrieved_not_included",
    "not_returned",
    "not_queried",
    "unknown",
    "not_asked",
]
IN_VIEW = frozenset({"in_context"})


@dataclass(frozen=True, slots=True)
class Sight:
    """How a rule's document stood at a decision, with the records that show it."""

    visibility: Visibility
    document: str | None
    says: Phrase
    evidence: tuple[int, ...] = ()

    @property
    def verdict(self) -> Literal["pass", "fail", "unknown", "n/a"]:
        """What this means for a rule that must be in view; of a shortened document nobody knows which part was."""
        if self.visibility == "not_asked":
            return "n/a"
        if self.visibility in ("unknown", "truncated"):
            return "unknown"
        return "pass" if self.visibility in IN_VIEW else "fail"


def sight(
    session: Session,
    rule: Rule,
    window: Window,
    state: State,
    shown: Callable[[], Mapping[str, int]] | None = None,
) -> Sight:
    """Look for a rule's document in the window of a decision, and where it is not, for where it was lost.

    `shown` gives what `first_shown` says of the session, for a caller that asks of many decisions.
    """
    document = rule.document
    if document is None or rule.visible is None:
        return Sight("not_asked", None, phrase("the policy names no document for it"))
    known = window.recorded is not None or document in state.said
    item = window.find(document) if known else None
    if item is not None:
        return _in_window(item, rule.visible.buried, window, state)
    if window.recorded is None:
        return Sight("unknown", document, phrase("the context was not recorded"))
    if session.captures.context != "all":
        return Sight("unknown", document, phrase("the log does not claim to record all of the context"))
    return _lost(session, document, window.recorded, state, shown or partial(first_shown, session))


def first_shown(session: Session) -> dict[str, int]:
    """Return for each id the first context in the whole session that lists it."""
    out: dict[str, int] = {}
    for entry in session.of(rec.Context):
        if isinstance(entry.record, rec.Context):
            for item in entry.record.items:
                out.setdefault(item.ref, entry.index)
    return out


def _in_window(item: Item, buried: Buried | None, window: Window, state: State) -> Sight:
    evidence = () if window.recorded is None else (window.recorded,)
    size, since = state.largest.get(item.ref, (None, -1))
    if size is not None and item.size is not None and not item.estimated and item.size < size:
        says = phrase("shortened: {n} tokens, {most} before", n=item.size, most=size)
        return Sight("truncated", item.ref, says, (since, *evidence))
    version = state.versions.get(item.ref)
    if version is not None and version.other_at is not None and version.other and version.included:
        says = phrase("version {old} in the context, a later look-up returned {new}", old=version.included,
                      new=version.other)  # fmt: skip
        return Sight("stale_version", item.ref, says, (version.at, version.other_at, *evidence))
    where = _where(item, window)
    if buried is None:
        return Sight("in_context", item.ref, (*phrase("in the context"), *where), evidence)
    if item.span is None or item.estimated or not window.used:
        return Sight("unknown", item.ref, phrase("in the context; where in it was not recorded"), evidence)
    start, end = item.span
    deep = window.used - end >= buried.min_tokens
    if deep and buried.from_ <= start / window.used and end / window.used <= buried.to:
        return Sight("buried", item.ref, (*phrase("buried in the context"), *where), evidence)
    return Sight("in_context", item.ref, (*phrase("in the context"), *where), evidence)


def _where(item: Item, window: Window) -> Phrase:
    """Say where an item stands: its span and what comes after it, `~` before estimates."""
    if item.span is None:
        return ()
    about = own("~" if item.estimated else "")
    says = phrase(", tokens {about}{a} to {about}{b}", about=about, a=item.span[0], b=item.span[1])
    if window.used is None or window.used < item.span[1]:
        return says
    return says + phrase(", {about}{n} before the end", about=about, n=window.used - item.span[1])


def _lost(
    session: Session, document: str, shown: int, state: State, first: Callable[[], Mapping[str, int]]
) -> Sight:
    """Say where a document was lost that is missing from a context which is recorded as complete."""
    if (seen := state.first_seen.get(document)) is not None:
        dropped = state.dropped.get(document)
        evidence = tuple(i for i in (seen, dropped, shown) if i is not None)
        by = phrase(" by a compaction") if dropped is not None else ()
        return Sight("evicted", document, (*phrase("was in the context, then dropped"), *by), evidence)
    if (later := first().get(document)) is not None:
        says = phrase("first in the context of turn {turn}", turn=session.entries[later].turn)
        return Sight("late", document, says, (shown, later))
    if (at := state.returned.get(document)) is not None:
        says = phrase("returned, but not put into the context")
        return Sight("retrieved_not_included", document, says, (at, shown))
    if session.captures.retrieval != "all":
        says = phrase("missing from the context; whether it was looked for is not fully recorded")
        return Sight("not_returned", document, says, (shown,))
    if state.retrieval is None:
        return Sight("not_queried", document, phrase("nothing was looked up"), (shown,))
    latest = session.record(state.retrieval)
    docs = latest.documents if isinstance(latest, rec.Retrieval) else []
    returned = join(", ", [phrase("{id}", id=d.id) for d in docs]) or phrase("nothing")
    says = phrase("no look-up had it; the last returned {docs}", docs=returned)
    return Sight("not_returned", document, says, (state.retrieval, shown))
