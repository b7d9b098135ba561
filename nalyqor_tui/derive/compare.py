"""Two runs held against each other: where what they were given first differs, and where what they chose does.

The two are looked for apart, so that an effect is not read as a cause. What the agent was given after it had
chosen otherwise may follow from that choice; what it was given before cannot. A reply in other words is no
other choice, but the words of a user may answer to it: the first of those is named, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from nalyqor_tui.derive.align import Match, align, target
from nalyqor_tui.derive.grade import ORDER, Word
from nalyqor_tui.derive.inputs import Input, InputKind, Inputs, Side, claims, inputs, says
from nalyqor_tui.derive.trials import case_of
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session

Course = Literal["input first", "decision first", "input only", "decision only", "neither", "cannot be told"]
SAME_CALL = ("same", "words", "arguments")
_Two = tuple[Input | None, Input | None]


@dataclass(frozen=True, slots=True)
class InputMarker:
    """The first pieces of one kind of input that differ, None where a run was given no more of it.

    `before` is the row of the alignment whose decision they were given for, the number of rows where none is.
    """

    a: Input | None
    b: Input | None
    before: int

    @property
    def kind(self) -> InputKind:
        """What kind of input it is."""
        found = self.a or self.b
        assert found is not None
        return found.kind


@dataclass(frozen=True, slots=True)
class Kinship:
    """What two runs have in common; True and False where both logs say so, None where one does not.

    `shared` counts the rows that hold the same tool on the same target, `greeting` whether the first words of
    the user are the same.
    """

    case: bool | None
    agent: bool | None
    version: bool | None
    model: bool | None
    shared: int
    greeting: bool

    @property
    def unrelated(self) -> bool:
        """Whether nothing speaks for the two being runs of one thing."""
        return self.case is not True and not self.shared and not self.greeting


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side; `decision` and `words` are rows: the first other choice, the first other words.

    `inputs` are the first differences of each kind of input that has one, the earliest first; `kinds` are all
    kinds that were compared, `left_out` those that a log is silent about.

    `elsewhere` names, for a decision without a like partner, a decision of the other run that is the same call
    at another place: by side and ordinal.
    """

    rows: tuple[Match, ...]
    whole: bool
    inputs: tuple[InputMarker, ...]
    kinds: frozenset[InputKind]
    decision: int | None
    words: int | None
    course: Course
    left_out: tuple[tuple[InputKind, Side], ...]
    kinship: Kinship
    elsewhere: dict[tuple[Side, int], int]

    @property
    def input(self) -> InputMarker | None:
        """The first different input of all."""
        return self.inputs[0] if self.inputs else None

    @property
    def words_first(self) -> bool:
        """Whether the agent's own words differed before the input did."""
        return self.words is not None and self.input is not None and self.words < self.input.before


def compare(a: Session, b: Session) -> Comparison:
    """Hold two runs against each other."""
    aligned = align(a, b)
    rows, pieces = aligned.rows, inputs(a, b)
    markers = _first_inputs(a, b, rows, pieces)
    marker = markers[0] if markers else None
    other = next((n for n, row in enumerate(rows) if row.likeness not in ("same", "words")), None)
    words = next((n for n, row in enumerate(rows[:other]) if row.likeness == "words"), None)
    return Comparison(
        rows,
        aligned.whole,
        tuple(markers),
        frozenset(item.kind for item in (*pieces.a, *pieces.b)),
        other,
        words,
        _course(a, b, rows, marker, other),
        pieces.left_out,
        _kinship(a, b, rows, pieces),
        _elsewhere(a, b, rows),
    )


def since(session: Session, pieces: Iterable[Input], decision: int) -> list[Input]:
    """Return what was given for a decision: since the decision before it in its own run."""
    start = session.decisions[decision - 1].entry if decision else -1
    end = session.decisions[decision].entry
    return [item for item in pieces if start < item.entry <= end]


def deciding(found: Comparison, a: Sequence[Word], b: Sequence[Word]) -> int | None:
    """Return the row to look at first: the worst decision that was graded otherwise in the other run.

    `a` and `b` are the grades of their decisions, in a word. Rows of the same call come before others. Where no
    decision is worse than its partner it is the first other choice.
    """
    ranked: list[tuple[bool, int, int]] = []
    for number, row in enumerate(found.rows):
        words = [grades[at] for grades, at in ((a, row.a), (b, row.b)) if at is not None]
        worst = min(map(ORDER.index, words))
        if len(set(words)) + (row.a is None or row.b is None) > 1 and ORDER[worst] in ("bad", "flawed"):
            ranked.append((row.likeness not in SAME_CALL, worst, number))
    return min(ranked)[-1] if ranked else found.decision


def _first_inputs(a: Session, b: Session, rows: Sequence[Match], pieces: Inputs) -> list[InputMarker]:
    """Find for each kind of input the first place at which the two runs were given something else."""
    out: list[InputMarker] = []
    for kind in dict.fromkeys(item.kind for item in (*pieces.a, *pieces.b)):
        one, two = ([item for item in side if item.kind == kind] for side in (pieces.a, pieces.b))
        known = (claims(a, kind), claims(b, kind))
        bound = (
            p
            for p in _by_decision(rows, one, two)
            if all(x or told for x, told in zip(p, known, strict=True))
        )
        pairs = [*bound, *_in_turn(one, two)]
        unlike = [(x, y) for x, y in pairs if x is None or y is None or x.says != y.says]
        markers = (InputMarker(x, y, _row_after(a, b, rows, x, y)) for x, y in unlike[:1])
        out += markers
    return sorted(out, key=_when)


def _by_decision(rows: Sequence[Match], one: Sequence[Input], two: Sequence[Input]) -> Iterator[_Two]:
    """Pair the inputs that belong to decisions of one row; a decision without a partner has the other run's next.

    What a tool answered is compared only where both runs called it.
    """
    left, right = ({item.decision: item for item in side if item.decision is not None} for side in (one, two))
    answers = any(item.kind == "tool result" for item in (*one, *two))
    a = b = 0
    for row in rows:
        if not answers or row.likeness in ("same", "words", "arguments"):
            pair = (left.get(a), right.get(b))
            if pair != (None, None):
                yield pair
        a, b = a + (row.a is not None), b + (row.b is not None)


def _in_turn(one: Sequence[Input], two: Sequence[Input]) -> Iterator[_Two]:
    """Pair the inputs that belong to no decision one after the other."""
    yield from zip_longest(*([item for item in side if item.decision is None] for side in (one, two)))


def _when(marker: InputMarker) -> tuple[int, int]:
    """Return where an input stands: its row, then its place in a log."""
    found = marker.a or marker.b
    return (marker.before, found.entry if found else 0)


def _row_after(a: Session, b: Session, rows: Sequence[Match], left: Input | None, right: Input | None) -> int:
    """Return the first row with a decision that was made with this input in either run."""
    for number, row in enumerate(rows):
        for session, at, item in ((a, row.a, left), (b, row.b, right)):
            if at is not None and item is not None and session.decisions[at].entry >= item.entry:
                return number
    return len(rows)


def _course(
    a: Session, b: Session, rows: Sequence[Match], marker: InputMarker | None, other: int | None
) -> Course:
    """Say which of the two came first, by the order of the logs; the two logs have to agree on it."""
    if marker is None or other is None:
        if marker is not None:
            return "input only"
        return "neither" if other is None else "decision only"
    before: set[bool] = set()
    for session, at, item in ((a, rows[other].a, marker.a), (b, rows[other].b, marker.b)):
        if at is not None and item is not None:
            before.add(item.entry <= session.decisions[at].entry)
    if len(before) == 1:
        return "input first" if before.pop() else "decision first"
    return "cannot be told"


def _kinship(a: Session, b: Session, rows: Sequence[Match], pieces: Inputs) -> Kinship:
    one, two = a.header or rec.Header(kind="trace"), b.header or rec.Header(kind="trace")
    case, other = case_of(a), case_of(b)
    shared = sum(row.likeness in SAME_CALL and _call(a, row.a) is not None for row in rows)
    greetings = [
        next((i.says for i in side if i.kind == "user words"), None) for side in (pieces.a, pieces.b)
    ]
    return Kinship(
        _same(case.name if case else None, other.name if other else None),
        _same(one.agent_name, two.agent_name),
        _same(one.agent_version, two.agent_version),
        _same(one.request_model, two.request_model),
        shared,
        greetings[0] is not None and greetings[0] == greetings[1],
    )


def _same(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else one == other


def _elsewhere(a: Session, b: Session, rows: Sequence[Match]) -> dict[tuple[Side, int], int]:
    """Find for calls without a like partner the same call at another place of the other run, the first one."""
    first_a, first_b = _calls(a), _calls(b)
    out: dict[tuple[Side, int], int] = {}
    for row in rows:
        if row.likeness in ("same", "words", "arguments"):
            continue
        if row.a is not None and (call := _call(a, row.a)) in first_b:
            out[("a", row.a)] = first_b[call]
        if row.b is not None and (call := _call(b, row.b)) in first_a:
            out[("b", row.b)] = first_a[call]
    return out


def _calls(session: Session) -> dict[tuple[str, bytes] | None, int]:
    """Return the first decision of a run for each call on a target."""
    found = ((_call(session, decision.index), decision.index) for decision in reversed(session.decisions))
    return {call: at for call, at in found if call is not None}


def _call(session: Session, at: int | None) -> tuple[str, bytes] | None:
    """Return what makes a call the same one: its tool and its target; None for a reply, or without a target."""
    if at is None:
        return None
    action = session.chosen(session.decisions[at])
    named = target(action)
    return None if action.tool is None or named is None else (action.tool, says([named[0], named[1]]))
