"""Two people's notes of one trace against each other: where both wrote, and where one did.

What a note says is not judged. That two notes stand at one decision is a fact, as is a tag that only one of
them has; whether they contradict each other is for the reader to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nalyqor_tui.notes.history import Note
from nalyqor_tui.present.placed import Placed, placed
from nalyqor_tui.trace.store import Trace

At = tuple[int, int]
"""The ordinals of a session and of a decision in it."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A decision at which both wrote, or two next to each other at which one did each."""

    left: list[Placed]
    right: list[Placed]
    apart: int
    """How many decisions lie between the two: 0 or 1."""


@dataclass(slots=True)
class Sides:
    """How two sets of notes stand to each other; retracted notes are left out."""

    same: int = 0
    """Notes that both have, word for word."""
    versions: list[tuple[Note, Note]] = field(default_factory=list)
    """Notes that both have, in different versions."""
    meetings: list[Meeting] = field(default_factory=list)
    left: list[Placed] = field(default_factory=list)
    """Notes far from any of the other side's."""
    right: list[Placed] = field(default_factory=list)
    lost: list[Placed] = field(default_factory=list)
    """Orphans of either side: it cannot be told what they stand next to."""


def sides(trace: Trace, left: Iterable[Note], right: Iterable[Note]) -> Sides:
    """Hold two sets of notes against each other."""
    ours, theirs = ({n.id: n for n in some if not n.retracted} for some in (left, right))
    out = Sides()
    for name in ours.keys() & theirs.keys():
        if (ours[name].head.id, ours[name].body) == (theirs[name].head.id, theirs[name].body):
            out.same += 1
        else:
            out.versions.append((ours[name], theirs[name]))
    out.versions.sort(key=lambda pair: pair[0].id)
    one = placed(trace, (n for n in ours.values() if n.id not in theirs))
    other = placed(trace, (n for n in theirs.values() if n.id not in ours))
    out.lost = [p for p in (*one, *other) if p.step is None]
    _meet(out, _by_decision(one), _by_decision(other))
    return out


def _by_decision(notes: Iterable[Placed]) -> dict[At, list[Placed]]:
    out: dict[At, list[Placed]] = {}
    for one in notes:
        if one.session is not None and one.step is not None:
            out.setdefault((one.session, one.step), []).append(one)
    return out


def _meet(out: Sides, left: dict[At, list[Placed]], right: dict[At, list[Placed]]) -> None:
    """Pair decisions: the same ones first, then for what is left the one before and the one after."""
    exact = left.keys() & right.keys()
    pairs = {(at, at) for at in exact}
    for at in left:
        for by in (-1, 1):
            beside = (at[0], at[1] + by)
            if beside in right and not (at in exact and beside in exact):
                pairs.add((at, beside))
    for here, there in sorted(pairs):
        out.meetings.append(Meeting(left[here], right[there], abs(here[1] - there[1])))
    met_left, met_right = {here for here, _ in pairs}, {there for _, there in pairs}
    out.left = [one for at in sorted(left.keys() - met_left) for one in left[at]]
    out.right = [one for at in sorted(right.keys() - met_right) for one in right[at]]
