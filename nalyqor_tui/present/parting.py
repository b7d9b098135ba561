"""Two runs as wholes, and where they part: what came out beside what was decided, then the two markers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nalyqor_tui.derive.compare import Comparison, InputMarker
from nalyqor_tui.derive.grade import ORDER, passed
from nalyqor_tui.derive.inputs import SIDES, InputKind, Side
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import given, whole, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Tone, derived, observed
from nalyqor_tui.present.twins import Part, Twin
from nalyqor_tui.present.versus import Versus
from nalyqor_tui.trace import records as rec

_ENDS = 8  # decisions at each end of a run that are named as evidence where none stands out
_CALLS = 8  # calls that are named
_OUTPUTS = {True: "output passed", False: "output failed", None: "output not told"}
_FIRST = {
    "input first": "the input differed first",
    "decision first": "the choice differed first",
    "input only": "only the input differs",
    "decision only": "only the choices differ",
    "neither": "nothing differs",
    "cannot be told": "which differed first cannot be told",
}
_COURSES = {
    "input first": "what was given differed before the choice did: the choice may follow from it",
    "decision first": "the choice differed before anything that was given did: what differs later may follow from it, "
    "and no recorded input tells why",
    "input only": "what was given differs, the choices do not",
    "decision only": "the choices differ, and nothing that was given does: no recorded input tells why",
    "neither": "neither what was given nor what was chosen differs",
    "cannot be told": "which came first cannot be told: the two logs have them in different orders",
}


def title(versus: Versus) -> tuple[Phrase, Phrase]:
    """Return what is compared, and what differed first."""
    found, case = versus.found, versus.a.case
    what = phrase("two runs of {case}", case=case) if found.kinship.case else phrase("two runs")
    return phrase("two runs that seem unrelated") if found.kinship.unrelated else what, own(
        _FIRST[found.course]
    )


def runs(versus: Versus) -> Part:
    """Set what came out of each run beside what was decided in it: the output alone hides the decisions."""
    says = "What came out, as the log has it, beside what was found of the decisions that led there."
    sides: tuple[tuple[Side, Review], ...] = (("a", versus.a), ("b", versus.b))
    columns = [_run(versus, side, review) for side, review in sides]
    return Part("The two runs", says, [Twin(a.label, a, b) for a, b in zip(*columns, strict=True)])


def _run(versus: Versus, side: Side, review: Review) -> list[Row]:
    """Return what is said of one run as a whole, the same labels for every run."""
    entries = review.session.outcomes()
    last = entries[-1] if entries else None
    at = (last.index,) if last else ()
    record = last.record if last is not None and isinstance(last.record, rec.Outcome) else None
    out = [observed("run", versus.name(side), ())]
    for name in whole.OUTCOME:
        says = words.NOT_RECORDED if record is None else whole.field(record, name)
        out.append(observed(name, says, at, tone="dim" if says == words.NOT_RECORDED else "plain"))
    verdict = passed(record) if record else None
    tones: dict[bool | None, Tone] = {True: "pass", False: "fail", None: "dim"}
    says = words.NOT_RECORDED if record is None else words.outcome(record)
    says += phrase(" by {by}", by=record.by) if record is not None and record.by else ()
    return [*out, observed("verdict", says, at, tone=tones[verdict]), *_decided(review, verdict, at)]


def _decided(review: Review, verdict: bool | None, outcome: tuple[int, ...]) -> Iterator[Row]:
    """Yield what was found of the decisions, and what output and decisions say together."""
    decisions, grades = review.session.decisions, review.judgement.grades
    evidence = tuple(d.entry for d in decisions if grades[d.index].word in ("bad", "flawed"))
    if review.policy is None:
        yield derived(
            "decisions", own(f"{len(decisions)}, ") + words.NO_POLICY, "grade", evidence, tone="unknown"
        )
        yield derived("together", words.NO_POLICY, "grade against outcome", outcome, tone="unknown")
        return
    counts = Counter(grade.word for grade in grades)
    says = own(", ".join(f"{counts[word]} {word}" for word in ORDER if counts[word]) or "none")
    worst = min(
        (d for d in decisions), key=lambda d: (ORDER.index(grades[d.index].word), d.index), default=None
    )
    if worst is not None and grades[worst.index].word in ("bad", "flawed"):
        says += phrase("; the worst: ") + words.title(review.session, worst)
    graded = evidence or tuple(d.entry for d in (*decisions[:_ENDS], *decisions[_ENDS:][-_ENDS:]))
    yield derived("decisions", says, "grade", graded, tone="fail" if evidence else "plain")
    latent = verdict is True and evidence
    found = (
        f"{len(evidence)} of {len(decisions)} decisions flawed or bad"
        if evidence
        else "no decision flawed or bad"
    )
    tone: Tone = "fail" if evidence else "pass" if verdict else "plain"
    together = own(("LATENT FAILURE: " if latent else "") + f"{_OUTPUTS[verdict]}, {found}")
    yield derived("together", together, "grade against outcome", (*outcome, *evidence), tone=tone)


def parting(versus: Versus) -> Part:
    """Say what the runs have in common, where the input first differs, where a choice does, and which came first."""
    says = "The first different input and the first different decision, so that an effect is not read as a cause."
    return Part("Where they part", says, [*_kin(versus), *_markers(versus), *_remarks(versus)])


def _kin(versus: Versus) -> Iterator[Twin]:
    """Yield what the headers say of the agents, and whether the two belong together at all."""
    for label, name in (("agent", "agent_name"), ("version", "agent_version"), ("model", "request_model")):
        rows = [_header(versus.side(side), label, name) for side in SIDES]
        if any(row.value != words.NOT_RECORDED for row in rows):
            yield Twin(label, rows[0], rows[1])
    if versus.found.kinship.unrelated:
        says = phrase(
            "unrelated, it seems: no case, no first words of the user and no call on a target in common"
        )
        yield _both(versus, "kinship", says, "kinship", tone="fail")


def _header(review: Review, label: str, name: str) -> Row:
    header, head = review.session.header, review.session.head
    value = getattr(header, name) if header is not None else None
    at = () if head is None else (head,)
    if value is None:
        return observed(label, words.NOT_RECORDED, at, tone="dim")
    return observed(label, phrase("{value}", value=value), at)


def _markers(versus: Versus) -> Iterator[Twin]:
    found = versus.found
    end = len(found.rows) if found.decision is None else found.decision
    if found.input is None:
        yield _both(versus, "first different input", phrase("none"), "first different input", tone="pass")
    else:
        yield _given(versus, "first different input", found.input)
    for marker in found.inputs[1:]:
        if marker.before <= end:
            yield _given(versus, f"then {marker.kind}", marker)
    late = {marker.kind for marker in found.inputs if marker.before > end}
    same = sorted(found.kinds - {marker.kind for marker in found.inputs} | late)
    if same:
        yield _both(versus, "the same up to there", own(", ".join(same)), "first different input")
    if found.words_first and found.words is not None:
        yield _chosen(versus, "first other words", found.words)
    if found.decision is None:
        yield _both(versus, "first different decision", phrase("none"), "alignment", tone="pass")
    else:
        yield _chosen(versus, "first different decision", found.decision)
    yield _both(versus, "course", _course(versus, found), "order of the logs", tone="remark")
    alone = [_alone(versus, side) for side in SIDES]
    if any(row is not None for row in alone):
        yield Twin("calls of its own", alone[0], alone[1])


def _alone(versus: Versus, side: Side) -> Row | None:
    """Name the calls of a run that the other run has nothing like in their rows."""
    review = versus.side(side)
    made = [
        versus.at(row, side)
        for row in versus.found.rows
        if row.likeness not in ("same", "words", "arguments")
    ]
    calls = [d for d in made if d is not None and review.session.chosen(d).tool is not None]
    if not calls:
        return None
    says = own(f"{len(calls)}: ") + join(", ", [words.title(review.session, d) for d in calls[:_CALLS]])
    says += own(f" and {len(calls) - _CALLS} more") if len(calls) > _CALLS else ()
    return derived("calls of its own", says, "alignment", tuple(d.entry for d in calls))


def _course(versus: Versus, found: Comparison) -> Phrase:
    says = own(_COURSES[found.course])
    if found.words_first and found.words is not None:
        first = versus.next(found.words, "a")
        where = f", at {first.number}" if first else ""
        says += own(
            f"; the agent's own words differed before that{where}: what was said to it later may be an answer"
        )
    return says


def _given(versus: Versus, label: str, marker: InputMarker) -> Twin:
    rows: list[Row] = []
    for side, item in zip(SIDES, (marker.a, marker.b), strict=True):
        review = versus.side(side)
        if item is None:
            says = phrase("no {kind} is recorded there", kind=own(marker.kind))
            rows.append(derived(label, says, "first different input", ()))
            continue
        after = next((d for d in review.session.decisions if d.entry >= item.entry), None)
        where = f"before {after.number}" if after else "after the last decision"
        says = own(f"{item.kind}, {where}: ") + given.text(review, item)
        rows.append(derived(label, says, "first different input", (item.entry,)))
    return Twin(label, rows[0], rows[1], indent=int(label.startswith("then")))


def _chosen(versus: Versus, label: str, number: int) -> Twin:
    row = versus.found.rows[number]
    rows: list[Row] = []
    for side in SIDES:
        decision, there = versus.next(number, side), versus.at(row, side)
        if decision is None:
            rows.append(derived(label, phrase("nothing more was chosen"), "alignment", ()))
            continue
        review = versus.side(side)
        says = own("" if there else "no such decision; next: ") + own(f"{decision.number} ")
        says += words.action(review.session.chosen(decision), 160)
        rows.append(derived(label, says, "alignment", (decision.entry,)))
    return Twin(label, rows[0], rows[1])


def _remarks(versus: Versus) -> Iterator[Twin]:
    """Yield what limits the comparison: a silent log, two policies, a run without decisions, one too long."""
    found = versus.found
    silent: dict[Side, list[InputKind]] = {"a": [], "b": []}
    for kind, side in found.left_out:
        silent[side].append(kind)
    for side, kinds in silent.items():
        if kinds:
            says = own(f"{', '.join(kinds)}: not compared, as the log of {side.upper()} is silent about it")
            yield _both(versus, "not compared", says, "what the logs hold", tone="unknown")
    policies = [review.policy.sha256 if review.policy else "" for review in (versus.a, versus.b)]
    if policies[0] != policies[1]:
        says = phrase("the two are judged by different policies: their grades do not compare (give --policy)")
        yield _both(versus, "policy", says, "grade", tone="unknown")
    for side in SIDES:
        if not versus.side(side).session.decisions:
            says = own(f"{side.upper()} holds no decision: nothing can be aligned with it")
            yield _both(versus, "decisions", says, "alignment", tone="unknown")
    if not found.whole:
        says = phrase("too long for every pair to be tried: only decisions about as far along were")
        yield _both(versus, "alignment", says, "alignment", tone="unknown")


def _both(versus: Versus, label: str, says: Phrase, rule: str, tone: Tone = "plain") -> Twin:
    """Say one thing of both runs, with the records of the marker in each as evidence."""
    marker, row = versus.found.input, versus.found.decision
    rows: list[Row] = []
    for side in SIDES:
        item = (marker.a if side == "a" else marker.b) if marker is not None else None
        decision = versus.at(versus.found.rows[row], side) if row is not None else None
        entries = [item.entry] if item is not None else []
        entries += [decision.entry] if decision is not None else []
        rows.append(derived(label, says, rule, tuple(dict.fromkeys(entries)), tone=tone))
    return Twin(label, rows[0], rows[1])
